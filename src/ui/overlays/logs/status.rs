//! The line under the title: whether it follows, how far back it reads, what is chosen, and what is missing.

use ratatui::{buffer::Buffer, text::Span};

use crate::app::{
    layout::Area,
    logs::{JsonForm, LogScreen},
};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::put,
        fit::{Part, fit},
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, screen: &LogScreen) {
    let mut parts = vec![Part::fixed(mode(scene, screen))];
    parts.extend(missing(scene, screen));
    parts.extend(chosen(scene, screen));
    parts.push(range(scene, screen));
    let gap = scene.dot();
    let mut line = fit(parts, usize::from(at.width).saturating_sub(2), &gap);
    line.spans.insert(0, Span::raw(" "));
    put(buffer, at, line, scene.glyphs());
}

fn mode<'t>(scene: &Scene<'t>, screen: &LogScreen) -> Vec<Span<'t>> {
    let glyph = scene.glyph;
    let say = |role, sign: &str, text: String| vec![scene.span(role, format!("{sign} {text}"))];
    if screen.previous {
        return say(
            Role::Info,
            glyph.rolled_out,
            scene.t("logs-previous").to_owned(),
        );
    }
    if screen.streams.none_readable() {
        let text = scene.t("logs-none-readable").to_owned();
        return say(Role::Error, glyph.error, text);
    }
    if screen.failed.is_some() || screen.streams.all_broken().is_some() {
        return say(Role::Warn, glyph.broken, scene.t("logs-broken").to_owned());
    }
    if screen.follows() {
        return say(Role::Ok, glyph.live, scene.t("logs-following").to_owned());
    }
    let below = screen.below();
    let text = if below == 0 {
        scene.t("logs-stopped").to_owned()
    } else {
        scene.with("logs-stopped-below", &[("count", below.to_string().into())])
    };
    say(Role::Accent, glyph.silenced, text)
}

/// What is not there and why; it leaves last.
fn missing<'t>(scene: &Scene<'t>, screen: &LogScreen) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    let mut say = |rank, role, text: String| {
        parts.push(Part::optional(rank, vec![scene.span(role, text)]));
    };
    let lost = screen.not_kept + screen.buffer.refused;
    if lost > 0 {
        let text = scene.with("logs-not-kept", &[("count", lost.to_string().into())]);
        say(1, Role::Warn, text);
    }
    let pods: usize = screen.pods_not_read.values().sum();
    if pods > 0 {
        let text = scene.with("logs-pods-not-read", &[("count", pods.into())]);
        say(1, Role::Warn, text);
    }
    let refused = screen.streams.refused();
    if refused > 0 {
        let text = scene.with("logs-containers-not-read", &[("count", refused.into())]);
        say(1, Role::Warn, text);
    }
    let waiting = screen.streams.waiting();
    if waiting > 0 {
        let text = scene.with("logs-containers-waiting", &[("count", waiting.into())]);
        say(5, Role::Info, text);
    }
    if screen.buffer.dropped > 0 {
        let count = screen.buffer.dropped.to_string();
        let text = scene.with("logs-dropped", &[("count", count.into())]);
        say(2, Role::Info, text);
    }
    if screen.is_opening() && !screen.visible.is_empty() {
        say(3, Role::Info, scene.t("logs-reading").to_owned());
    }
    parts
}

/// What hides lines, and how they are shown.
fn chosen<'t>(scene: &Scene<'t>, screen: &LogScreen) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    let mut say = |rank, role, text: String| {
        parts.push(Part::optional(rank, vec![scene.span(role, text)]));
    };
    if let Some(filter) = &screen.filter {
        let text = crate::i18n::width::truncate(filter.text(), 24, scene.glyphs());
        say(2, Role::Match, format!("/{text}"));
    }
    if let Some(search) = &screen.search {
        let text = crate::i18n::width::truncate(search.text(), 24, scene.glyphs());
        let text = scene.with("logs-search", &[("text", text.into_owned().into())]);
        say(4, Role::Match, text);
    }
    if screen.troubles_only {
        say(2, Role::Accent, scene.t("logs-troubles-only").to_owned());
    }
    let hidden = screen.hidden_containers.len() + screen.hidden_pods.len();
    if hidden > 0 {
        let text = scene.with("logs-hidden", &[("count", hidden.into())]);
        say(2, Role::Accent, text);
    }
    if screen.wrap {
        say(7, Role::Dim, scene.t("logs-wrapped").to_owned());
    } else if screen.shift > 0 {
        let text = scene.with("logs-shifted", &[("cells", screen.shift.into())]);
        say(7, Role::Dim, text);
    }
    match screen.json {
        JsonForm::Short => {}
        JsonForm::Pretty => say(7, Role::Dim, scene.t("logs-json-pretty").to_owned()),
        JsonForm::Raw => say(7, Role::Dim, scene.t("logs-json-raw").to_owned()),
    }
    parts
}

/// A whole number of hours or minutes: `6h`, `15m`.
pub fn span(since: std::time::Duration) -> String {
    let text = time::short(since);
    text.strip_suffix("00m").map_or(text.clone(), str::to_owned)
}

fn range<'t>(scene: &Scene<'t>, screen: &LogScreen) -> Part<'t> {
    let since = match screen.since {
        Some(_) if screen.previous => scene.t("logs-since-all").to_owned(),
        Some(since) => scene.with("logs-since", &[("span", span(since).into())]),
        None => scene.t("logs-since-all").to_owned(),
    };
    let tail = scene.with("logs-tail", &[("count", screen.tail.to_string().into())]);
    let both = scene.with(
        "logs-range",
        &[("since", since.as_str().into()), ("tail", tail.into())],
    );
    Part::forms(
        5,
        vec![
            vec![scene.span(Role::Dim, both)],
            vec![scene.span(Role::Dim, since)],
            Vec::new(),
        ],
    )
}
