//! The line of the routine: missed, late, due, next, as much of it as there is room for.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::app::routine::{DueOf, DueRow, Stand};
use crate::domain::time::since;
use crate::i18n::{time, width::cells};
use crate::theme::Role;
use crate::ui::scene::Scene;

/// How long something is due before it is late.
pub const GRACE: Duration = Duration::from_secs(60);

/// What the pack calls a thing of its routine.
pub fn title<'a>(scene: &Scene<'a>, of: &'a DueOf) -> &'a str {
    let pack = &scene.model.pack;
    let (title, id) = match of {
        DueOf::Handover => return scene.t("due-handover"),
        DueOf::Check(id) => (pack.check(id).map(|it| &it.title), id.as_str()),
        DueOf::List(id) => (pack.checklist(id).map(|it| &it.title), id.as_str()),
    };
    title.map_or(id, |title| scene.pick(title))
}

/// When a slot is, on the pack's clock: the day too where it is not today.
pub fn at(scene: &Scene<'_>, at: jiff::Timestamp) -> String {
    let zone = &scene.model.pack.time_zone;
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).date();
    if day(at) == day(scene.now()) {
        time::clock(at, zone)
    } else {
        time::day_and_clock(at, zone)
    }
}

/// `None` where the pack has no routine.
pub(super) fn line<'a>(scene: &Scene<'a>, width: usize) -> Option<Line<'a>> {
    let routine = &scene.model.routine;
    let mut parts: Vec<Span<'a>> = Vec::new();
    let missed = routine.iter().map(|row| match row.stand {
        Stand::Missed { times } => times,
        _ => 0,
    });
    let missed: usize = missed.sum();
    if missed > 0 {
        let text = scene.with("routine-missed-count", &[("count", missed.into())]);
        parts.push(scene.span(Role::Debt, text));
    }
    parts.extend(routine.iter().filter_map(|row| open(scene, row)));
    parts.extend(routine.iter().filter_map(|row| next(scene, row)));
    (!parts.is_empty()).then(|| packed(scene, parts, width))
}

fn open<'a>(scene: &Scene<'a>, row: &'a DueRow) -> Option<Span<'a>> {
    let slot = row.slot.filter(|_| row.is_open())?;
    let late = since(slot.at, scene.now());
    let late_text = time::short(late);
    let when = at(scene, slot.at);
    let args = [
        ("at", when.as_str().into()),
        ("title", title(scene, &row.of).into()),
        ("late", late_text.as_str().into()),
    ];
    Some(if late < GRACE {
        scene.span(Role::Accent, scene.with("routine-due-now", &args))
    } else {
        scene.span(Role::Debt, scene.with("routine-late", &args))
    })
}

fn next<'a>(scene: &Scene<'a>, row: &'a DueRow) -> Option<Span<'a>> {
    let slot = row.slot.filter(|_| row.stand == Stand::Next)?;
    let when = at(scene, slot.at);
    let args = [
        ("at", when.as_str().into()),
        ("title", title(scene, &row.of).into()),
    ];
    Some(scene.span(Role::Dim, scene.with("routine-next", &args)))
}

/// The parts that fit whole, and how many more there are.
fn packed<'a>(scene: &Scene<'a>, parts: Vec<Span<'a>>, width: usize) -> Line<'a> {
    const MORE: usize = 6;
    let count = parts.len();
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (place, part) in parts.into_iter().enumerate() {
        let gap = if place == 0 { 0 } else { 3 };
        let wide = cells(&part.content) + gap;
        let room = if place + 1 == count { 0 } else { MORE };
        if place > 0 && used + wide + room > width {
            let text = scene.with("routine-more", &[("count", (count - place).into())]);
            spans.push(scene.dot());
            spans.push(scene.span(Role::Dim, text));
            break;
        }
        if place > 0 {
            spans.push(scene.dot());
        }
        used += wide;
        spans.push(part);
    }
    Line::from(spans)
}
