//! Clocks that don't add up.

use super::{Span, SpanKind};
use crate::pack::lint::material::Context;

pub(super) fn look(context: &Context<'_>) {
    let data = &context.material.data;
    for span in &data.spans {
        match &span.kind {
            SpanKind::Goal(parts) => goal(context, span, parts),
            SpanKind::Needs(what) => {
                let kept = data.spans.iter();
                let mut kept = kept.filter(|it| it.kind == SpanKind::Kept && it.name == *what);
                if let Some(kept) = kept.find(|it| it.seconds < span.seconds) {
                    let subject =
                        format!("{}: {} / {}", what, told(span.seconds), told(kept.seconds));
                    context
                        .sink
                        .find("clock-target-gone", span.place, span.at.clone(), subject);
                }
            }
            SpanKind::Since(since) => {
                let others = data.spans.iter().filter(|it| it.of == span.of);
                let mut other = others.filter_map(|it| match &it.kind {
                    SpanKind::Since(other) if other != since => Some(other),
                    _ => None,
                });
                if let Some(other) = other.next_back() {
                    let subject = format!("{}: {since} / {other}", span.of);
                    context
                        .sink
                        .find("clock-since-when", span.place, span.at.clone(), subject);
                }
            }
            SpanKind::Stage | SpanKind::Kept => {}
        }
    }
    for pair in data.grades.windows(2) {
        let slower = pair[0]
            .respond
            .zip(pair[1].respond)
            .filter(|(grave, light)| grave > light);
        if let Some((grave, light)) = slower {
            let names = format!(
                "{} {} / {} {}",
                pair[0].name,
                told(grave),
                pair[1].name,
                told(light)
            );
            let (place, at) = (pair[0].place, pair[0].at.clone());
            context
                .sink
                .find("clock-graver-answers-later", place, at, names);
        }
    }
    for grade in &data.grades {
        let over = grade
            .respond
            .zip(grade.restore)
            .filter(|(respond, restore)| respond > restore);
        if let Some((respond, restore)) = over {
            let subject = format!("{}: {} / {}", grade.name, told(respond), told(restore));
            context.sink.find(
                "clock-over-before-answered",
                grade.place,
                grade.at.clone(),
                subject,
            );
        }
    }
    for (at, one) in data.triggers.iter().enumerate() {
        let others = data
            .triggers
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at);
        let mut others = others.filter(|(_, it)| it.of == one.of && it.by != one.by);
        if let Some((_, other)) = others.next() {
            let subject = format!("{}: {} / {} ({})", one.of, one.by, other.by, other.at);
            context
                .sink
                .find("clock-set-off-twice", one.place, one.at.clone(), subject);
        }
    }
}

/// Whether the stages add up to what they may take.
fn goal(context: &Context<'_>, goal: &Span, parts: &[String]) {
    let spans = &context.material.data.spans;
    let stages = spans
        .iter()
        .filter(|it| it.kind == SpanKind::Stage && it.of == goal.of);
    let named = stages.filter(|it| parts.is_empty() || parts.contains(&it.name));
    let sum: u64 = named.map(|it| it.seconds).sum();
    if sum > 0 && sum != goal.seconds {
        let subject = format!("{}: {} / {}", goal.name, told(sum), told(goal.seconds));
        context.sink.find(
            "clock-stages-and-goal",
            goal.place,
            goal.at.clone(),
            subject,
        );
    }
}

fn told(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
