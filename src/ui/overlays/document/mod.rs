//! Screens of text about an object: its description, its manifest, its events, its rollouts.

mod describe;
mod events;
mod rollouts;
mod table;

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    document::{About, DocumentScreen, Form, Page},
    layout::Area,
};
use crate::domain::freshness::{Trouble, TroubleKind};
use crate::i18n::width::{cells, truncate_middle};
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{
        document,
        reader::{self, Body, Reader},
        wrap::wrap,
    },
};

/// Wider than any line: text is laid out as if there were room for all of it.
const ENDLESS: usize = 4_000;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &DocumentScreen) {
    let width = usize::from(area.width).saturating_sub(2);
    let room = if screen.wrap { width } else { ENDLESS };
    let mut reader = Reader {
        title: title(scene, screen, usize::from(area.width)),
        head: notes(scene, screen),
        tail: read(scene, screen),
        scroll: screen.scroll,
        column: screen.column,
        wrap: screen.wrap,
        search: screen.search.as_ref(),
    };
    let body = match &screen.page {
        _ if !screen.is_filled() => Body::Lines(waiting(scene, screen, width)),
        Page::Describe(Some(told)) => Body::Lines(describe::lines(scene, told, room)),
        Page::Manifest(Some(page)) => Body::Code(&page.lines),
        Page::Events(page) => Body::Lines(events::lines(scene, screen, page, room)),
        Page::Rollouts(page) => {
            let (lines, selected) = rollouts::lines(scene, page, width);
            // The selected one is always seen.
            let height = usize::from(area.height).saturating_sub(2);
            reader.scroll = selected.saturating_sub(height.saturating_sub(1));
            Body::Lines(lines)
        }
        Page::Diff(page) => Body::Lines(rollouts::diff_lines(scene, page)),
        Page::Describe(None) | Page::Manifest(None) => Body::Lines(Vec::new()),
    };
    reader::draw(buffer, scene, area, body, reader);
}

/// `deployments.apps prod/export-worker · YAML`
fn title<'t>(scene: &Scene<'_>, screen: &DocumentScreen, width: usize) -> Line<'t> {
    let what = match &screen.about {
        About::Object(key) => {
            let name = match &key.namespace {
                Some(namespace) => format!("{namespace}/{}", key.name),
                None => key.name.to_string(),
            };
            format!("{} {name}", key.kind.kind)
        }
        About::Alert(fingerprint) => {
            let line = scene.model.alerts.alerts.get(fingerprint);
            let name = line.map(|line| line.alert.name.clone());
            name.unwrap_or_else(|| scene.t("document-alert-left").to_owned())
        }
        About::Desk => scene.t("document-whole-desk").to_owned(),
    };
    let which = match &screen.page {
        Page::Describe(_) => scene.t("document-describe").to_owned(),
        Page::Manifest(page) => {
            let json = page.as_ref().is_some_and(|page| page.form == Form::Json);
            if json { "JSON" } else { "YAML" }.to_owned()
        }
        Page::Events(_) => scene.t("document-events").to_owned(),
        Page::Rollouts(_) => scene.t("document-rollouts").to_owned(),
        Page::Diff(page) => {
            let key = if page.to_current {
                "document-diff-current"
            } else {
                "document-diff"
            };
            let (from, to) = (page.from.to_string(), page.to.to_string());
            scene.with(
                key,
                &[("from", from.as_str().into()), ("to", to.as_str().into())],
            )
        }
    };
    let dot = scene.glyph.dot;
    // The name gives way so that what the screen shows, and where in it one is, stay.
    let behind = if matches!(screen.page, Page::Diff(_)) {
        18
    } else {
        34
    };
    let most = width.saturating_sub(cells(&which) + behind).max(16);
    let what = truncate_middle(&what, most, scene.glyphs()).into_owned();
    let mut title = document::title(scene, what);
    title
        .spans
        .push(scene.span(Role::Title, format!("{dot} {which} ")));
    if let Page::Events(page) = &screen.page {
        if page.warnings_only {
            let text = format!("{dot} {} ", scene.t("document-warnings-only"));
            title.spans.push(scene.span(Role::Match, text));
        }
        if !page.filter.is_empty() {
            let text = format!("{dot} /{} ", page.filter.text());
            title.spans.push(scene.span(Role::Match, text));
        }
    }
    title
}

/// When it was read, or that it is being read.
fn read(scene: &Scene<'_>, screen: &DocumentScreen) -> String {
    if screen.request.is_some() && screen.is_filled() {
        return scene.t("document-reading").to_owned();
    }
    match (&screen.page, screen.read_at) {
        // The watch brings them by itself.
        (Page::Events(page), _) if !page.asks => scene.t("document-live").to_owned(),
        (Page::Diff(_), _) | (_, None) => String::new(),
        (_, Some(at)) => scene.with("document-read", &[("age", scene.age(at).into())]),
    }
}

/// While nothing was read yet: that it is being read, or why it can't be.
fn waiting<'t>(scene: &Scene<'_>, screen: &DocumentScreen, width: usize) -> Vec<Line<'t>> {
    match &screen.trouble {
        Some(trouble) if screen.request.is_none() => failed(scene, trouble, width),
        _ => {
            let text = format!(" {} {}", scene.glyph.broken, scene.t("document-loading"));
            vec![scene.line(Role::Info, text)]
        }
    }
}

fn failed<'t>(scene: &Scene<'_>, trouble: &Trouble, width: usize) -> Vec<Line<'t>> {
    if trouble.kind != TroubleKind::Absent {
        return told(scene, Role::Error, &reason(scene, trouble), trouble, width);
    }
    let text = scene.t("document-absent");
    told(scene, Role::Warn, text, trouble, width)
}

/// What kind of trouble it is.
fn reason(scene: &Scene<'_>, trouble: &Trouble) -> String {
    let source = scene.t("document-object");
    scene.with(
        panes::trouble_text(trouble.kind),
        &[("source", source.into())],
    )
}

fn told<'t>(
    scene: &Scene<'_>,
    role: Role,
    what: &str,
    trouble: &Trouble,
    width: usize,
) -> Vec<Line<'t>> {
    let sign = if role == Role::Error {
        scene.glyph.error
    } else {
        scene.glyph.unknown
    };
    let mut lines = vec![scene.line(role, format!(" {sign} {what}"))];
    for text in wrap(&trouble.detail, width.saturating_sub(3)) {
        lines.push(scene.line(Role::Dim, format!("   {text}")));
    }
    lines
}

/// What has to be known of the text before it is read.
fn notes<'t>(scene: &Scene<'_>, screen: &DocumentScreen) -> Vec<Line<'t>> {
    let mut notes = Vec::new();
    let mut warn = |text: String| {
        let text = format!(" {} {text}", scene.glyph.warn);
        notes.push(scene.line(Role::Warn, text));
    };
    if screen.gone {
        warn(scene.t("document-gone").to_owned());
    } else if let Some(trouble) = screen.trouble.as_ref().filter(|_| screen.is_filled()) {
        let why = reason(scene, trouble);
        warn(scene.with("document-stale", &[("why", why.as_str().into())]));
    }
    if let Page::Manifest(Some(page)) = &screen.page
        && page.manifest.cut > 0
    {
        let bytes = page.manifest.cut;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        warn(scene.with("document-cut", &[("bytes", bytes.into())]));
    }
    notes
}
