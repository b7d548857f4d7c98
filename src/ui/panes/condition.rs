//! What a pane can show now: rows, stale rows, or why there are none. Empty ≠ failed ≠ forbidden ≠ no data.

use jiff::Timestamp;
use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    command::Command,
    condition::{Condition, is_denied},
    layout::Area,
    view::Pane,
};
use crate::domain::{
    desk::Namespaces,
    freshness::{Link, SourceId, Trouble, TroubleKind},
    id::Fingerprint,
};
use crate::i18n::words;
pub use crate::i18n::words::trouble as trouble_text;
use crate::theme::Role;
use crate::ui::scene::Scene;
use crate::ui::widgets::{
    canvas::put,
    canvas::row,
    wrap::{wrap, wrap_most},
};

/// Draws why there are no rows.
pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    pane: Pane,
    body: Area,
    condition: &Condition<'_>,
) {
    let lines = lines(scene, pane, condition, usize::from(body.width));
    for (index, line) in lines.into_iter().take(usize::from(body.height)).enumerate() {
        put(buffer, row(body, index as u16), line, scene.glyphs());
    }
}

/// Below rows that are stale or incomplete: what is wrong and when it is tried again.
pub fn draw_below(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    pane: Pane,
    free: Area,
    condition: &Condition<'_>,
) {
    let lines = match condition {
        Condition::Stale {
            source,
            trouble,
            retry_at,
            ..
        } => trouble_lines(scene, *source, trouble, *retry_at, usize::from(free.width)),
        Condition::Partial(detail) => vec![Line::from(vec![
            scene.span(Role::Warn, format!(" {} ", scene.glyph.warn)),
            scene.span(
                Role::Dim,
                scene.with("pane-partial", &[("detail", (*detail).into())]),
            ),
        ])],
        _ => pending_rules(scene, pane),
    };
    // One empty line keeps it apart from the rows where there is room.
    let spare = usize::from(free.height).saturating_sub(lines.len()).min(1);
    for (index, line) in lines.into_iter().enumerate() {
        let at = (index + spare) as u16;
        if at < free.height {
            put(buffer, row(free, at), line, scene.glyphs());
        }
    }
}

/// Alerts are there, but whether more are pending can't be told.
fn pending_rules<'t>(scene: &Scene<'_>, pane: Pane) -> Vec<Line<'t>> {
    if pane != Pane::Alerts {
        return Vec::new();
    }
    match scene.model.link(SourceId::Rules) {
        Link::Failed { .. } => vec![Line::from(vec![
            scene.span(Role::Warn, format!(" {} ", scene.glyph.broken)),
            scene.span(Role::Dim, scene.t("alerts-no-rules").to_owned()),
        ])],
        _ => Vec::new(),
    }
}

fn lines<'t>(
    scene: &Scene<'_>,
    pane: Pane,
    condition: &Condition<'_>,
    width: usize,
) -> Vec<Line<'t>> {
    let glyph = scene.glyph;
    let sign = |role, sign: &str, text: String| {
        Line::from(vec![
            scene.span(role, format!(" {sign} ")),
            scene.span(Role::Dim, text),
        ])
    };
    match condition {
        Condition::NotHere(source) => vec![sign(
            Role::Unknown,
            glyph.dash,
            scene.with("pane-not-here", &[("source", name(scene, *source).into())]),
        )],
        Condition::Connecting(source) => vec![sign(
            Role::Info,
            glyph.broken,
            scene.with(
                "pane-connecting",
                &[("source", name(scene, *source).into())],
            ),
        )],
        Condition::Failed {
            source,
            trouble,
            retry_at,
        } => trouble_lines(scene, *source, trouble, *retry_at, width),
        Condition::FilteredOut { hidden } => vec![
            sign(
                Role::Dim,
                glyph.dash,
                scene.with("pane-filtered-out", &[("hidden", (*hidden).into())]),
            ),
            clear_hint(scene),
        ],
        Condition::Empty => {
            let (role, glyph) = match pane {
                Pane::Alerts => (Role::Ok, glyph.ok),
                _ => (Role::Dim, glyph.dash),
            };
            let mut lines = vec![sign(
                role,
                glyph,
                scene.t(empty_text(scene, pane)).to_owned(),
            )];
            lines.extend(pending_rules(scene, pane));
            lines
        }
        Condition::Rows | Condition::Partial(_) | Condition::Stale { .. } => Vec::new(),
    }
}

/// The keys that bring the rows back; while the filter is typed, those of the line it is typed on.
fn clear_hint<'t>(scene: &Scene<'_>) -> Line<'t> {
    let hints: &[_] = if scene.model.view.typing.is_some() {
        &[
            (Command::TextCancel, "hint-cancel-filter"),
            (Command::TextDeleteToStart, "hint-clear-filter"),
        ]
    } else {
        &[(Command::ClearFilter, "hint-clear-filter")]
    };
    let mut spans = Vec::new();
    for (command, text) in hints {
        if let Some(key) = scene.paint.keys.key(*command) {
            let lead = if spans.is_empty() { "   " } else { "  " };
            spans.push(scene.span(Role::KeyHintKey, format!("{lead}{key} ")));
            spans.push(scene.span(Role::KeyHint, scene.t(text).to_owned()));
        }
    }
    Line::from(spans)
}

const fn empty_text(scene: &Scene<'_>, pane: Pane) -> &'static str {
    match (pane, scene.model.desk.pack.is_some()) {
        (Pane::Alerts, _) => "alerts-empty",
        (Pane::Slos, true) => "slos-empty",
        (Pane::Slos, false) => "slos-none-found",
        (Pane::Queues, true) => "queues-empty",
        (Pane::Queues, false) => "queues-none-found",
        (Pane::Pods, _) => "pods-empty",
    }
}

/// What is wrong with a source: what it means, the server's own words, when it is asked again.
pub fn trouble_lines<'t>(
    scene: &Scene<'_>,
    source: SourceId,
    trouble: &Trouble,
    retry_at: Option<Timestamp>,
    width: usize,
) -> Vec<Line<'t>> {
    let mut lines = trouble_of(scene, name(scene, source), trouble, retry_at, width);
    if let Some(hint) = mending(scene, source, trouble) {
        for text in wrap(hint, width.saturating_sub(4)) {
            lines.push(scene.line(Role::Text, format!("   {text}")));
        }
    }
    lines
}

/// The same for anything that has a name.
pub fn trouble_of<'t>(
    scene: &Scene<'_>,
    source: &str,
    trouble: &Trouble,
    retry_at: Option<Timestamp>,
    width: usize,
) -> Vec<Line<'t>> {
    let denied = is_denied(trouble);
    let sign = if denied {
        scene.glyph.unknown
    } else {
        scene.glyph.error
    };
    let role = if denied { Role::Warn } else { Role::Error };
    let says = scene.with(trouble_text(trouble.kind), &[("source", source.into())]);
    let mut lines: Vec<Line<'t>> = Vec::new();
    for (index, text) in wrap(&says, width.saturating_sub(4)).into_iter().enumerate() {
        let lead = if index == 0 { sign } else { " " };
        lines.push(Line::from(vec![
            scene.span(role, format!(" {lead} ")),
            scene.span(role, text),
        ]));
    }
    for text in wrap_most(&trouble.detail, width.saturating_sub(4), 3, scene.glyphs()) {
        if !text.is_empty() {
            lines.push(scene.line(Role::Dim, format!("   {text}")));
        }
    }
    if let Some(left) = retry_at.and_then(|at| scene.until(at)) {
        let text = scene.with("pane-next-try", &[("left", left.into())]);
        lines.push(scene.line(Role::Text, format!("   {text}")));
    } else if retry_at.is_some() {
        lines.push(scene.line(Role::Text, format!("   {}", scene.t("pane-trying"))));
    }
    lines
}

/// What a person may do about it, where that is known.
pub fn mending<'t>(scene: &Scene<'t>, source: SourceId, trouble: &Trouble) -> Option<&'t str> {
    let of_namespaces = matches!(
        source,
        SourceId::Pods | SourceId::Workloads | SourceId::Events
    );
    let everywhere = scene.model.desk.namespaces == Namespaces::All;
    (of_namespaces && everywhere && trouble.kind == TroubleKind::Forbidden)
        .then(|| scene.t("mend-name-namespaces"))
}

/// A source by its name in the language of the screen.
pub fn name<'a>(scene: &Scene<'a>, source: SourceId) -> &'a str {
    scene.t(words::source(source))
}

/// The alert of an item, where it is still there.
pub fn alert<'a>(
    scene: &Scene<'a>,
    fingerprint: &Fingerprint,
) -> Option<&'a crate::app::model::AlertLine> {
    scene.model.alerts.alerts.get(fingerprint)
}
