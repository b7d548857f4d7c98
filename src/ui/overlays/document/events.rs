//! Events by time, newest first.

use ratatui::text::{Line, Span};

use crate::app::{
    document::{DocumentScreen, EventsPage},
    happenings,
};
use crate::domain::{event::EventRow, time::since};
use crate::i18n::{
    time,
    width::{cells, pad_left, pad_right},
};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{fit::spans_cells, wrap::wrap},
};

/// Cells before the reason: the sign, the age, the count.
const LEAD: usize = 20;

pub(super) fn lines<'t>(
    scene: &Scene<'t>,
    screen: &'t DocumentScreen,
    page: &'t EventsPage,
    width: usize,
) -> Vec<Line<'t>> {
    let events = happenings::events(scene.model, &screen.about, page);
    if events.is_empty() {
        let hidden = page.warnings_only || !page.filter.is_empty();
        let key = if hidden {
            "document-events-hidden"
        } else {
            "document-events-none"
        };
        let text = format!(" {} {}", scene.glyph.dash, scene.t(key));
        return vec![scene.line(Role::Dim, text)];
    }
    // What all of them share is not said again and again.
    let spaces = events
        .first()
        .is_some_and(|first| events.iter().any(|it| it.namespace != first.namespace));
    events
        .into_iter()
        .flat_map(|event| event_lines(scene, event, spaces, width))
        .collect()
}

fn event_lines<'t>(
    scene: &Scene<'_>,
    event: &'t EventRow,
    spaces: bool,
    width: usize,
) -> Vec<Line<'t>> {
    let glyphs = scene.glyphs();
    let (sign, role) = if event.warning {
        (scene.glyph.warn, Role::Warn)
    } else {
        (" ", Role::Text)
    };
    let age = event.last.or(event.first).map(|at| scene.age(at));
    let count = match (event.count, over(event)) {
        (0..=1, _) => String::new(),
        (count, Some(span)) => format!("{}{count}/{span}", scene.glyph.times),
        (count, None) => format!("{}{count}", scene.glyph.times),
    };
    let object = if spaces && !event.namespace.is_empty() {
        format!("{}/{}/{}", event.kind, event.namespace, event.name)
    } else {
        format!("{}/{}", event.kind, event.name)
    };
    let mut head: Vec<Span<'t>> = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(
            Role::Dim,
            format!("{} ", pad_left(&age.unwrap_or_default(), 6, glyphs)),
        ),
        scene.span(role, pad_right(&count, 10, glyphs)),
        scene.span(
            role,
            pad_right(&event.reason, 20.max(cells(&event.reason)), glyphs),
        ),
        scene.span(Role::Text, format!("  {object}")),
    ];
    if let Some(first) = event.first.filter(|_| event.count > 1) {
        let clock = time::clock_seconds(first, scene.zone());
        let text = scene.with("document-event-first", &[("clock", clock.as_str().into())]);
        if spans_cells(&head) + cells(&text) + 2 <= width {
            head.push(scene.span(Role::Dim, format!("  {text}")));
        }
    }
    // Where there is much room a message stands behind its object, in a column of its own.
    let used = spans_cells(&head);
    let column = 90;
    let short =
        (120..1_000).contains(&width) && used < column && column + cells(&event.message) <= width;
    if short {
        head.push(Span::raw(" ".repeat(column - used)));
        head.push(scene.span(Role::Text, event.message.as_str()));
        return vec![Line::from(head)];
    }
    let mut lines = vec![Line::from(head)];
    let indent = " ".repeat(LEAD);
    for text in wrap(&event.message, width.saturating_sub(LEAD)) {
        lines.push(scene.line(Role::Dim, format!("{indent}{text}")));
    }
    lines
}

/// Over how long it happened again and again.
fn over(event: &EventRow) -> Option<String> {
    let (first, last) = event.first.zip(event.last)?;
    let span = since(first, last);
    (event.count > 1 && span.as_secs() >= 1).then(|| time::short(span))
}
