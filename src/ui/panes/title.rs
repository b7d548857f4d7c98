//! The title of a pane: its name, its counts in full, its filter, and how fresh it is.

use ratatui::text::{Line, Span};

use crate::app::board::{GaugeLine, QueueLine, SloLine};
use crate::app::triaging;
use crate::app::view::{Pane, Sort};
use crate::domain::light::Light;
use crate::theme::Role;
use crate::ui::scene::Scene;
use crate::ui::widgets::fit::{Part, fit};

use crate::app::condition::{Condition, total};

/// The title at the left of the rule, and what stands at its right end.
pub fn of<'a>(
    scene: &Scene<'a>,
    pane: Pane,
    condition: &Condition<'_>,
    width: u16,
) -> (Line<'a>, Line<'a>) {
    let focused = scene.model.view.focus == pane;
    let role = if focused {
        Role::TitleFocused
    } else {
        Role::Title
    };
    let lead = if focused {
        scene.span(role, scene.glyph.bar)
    } else {
        scene.span(Role::Border, scene.glyph.horizontal)
    };
    let lead = if focused {
        vec![lead]
    } else {
        vec![lead, scene.span(role, " ")]
    };
    let mut parts = vec![
        Part::fixed(lead),
        Part::fixed(vec![scene.span(role, name(scene, pane))]),
    ];
    parts.extend(counts(scene, pane, condition, role));
    if let Some(part) = freshness(scene, condition) {
        parts.push(part);
    }
    parts.push(filter(scene, pane));
    parts.push(Part::fixed(vec![scene.span(role, " ")]));
    let tail = sort(scene, pane);
    let line = fit(parts, usize::from(width.saturating_sub(1)), &Span::raw(""));
    (line, tail)
}

/// The name of a pane.
pub fn name<'a>(scene: &Scene<'a>, pane: Pane) -> &'a str {
    scene.t(match pane {
        Pane::Alerts => "pane-alerts",
        Pane::Slos => "pane-slos",
        Pane::Queues => "pane-queues",
        Pane::Pods => "pane-pods",
    })
}

fn counts<'a>(
    scene: &Scene<'a>,
    pane: Pane,
    condition: &Condition<'_>,
    role: Role,
) -> Vec<Part<'a>> {
    let nothing_known = matches!(
        condition,
        Condition::Connecting(_) | Condition::Failed { .. } | Condition::NotHere(_)
    );
    if nothing_known {
        return Vec::new();
    }
    let more =
        |rank, role, text: String| Part::optional(rank, vec![scene.dot(), scene.span(role, text)]);
    match pane {
        Pane::Alerts => {
            let count = scene.model.alerts.alerts.len();
            let waiting = triaging::waiting(scene.model);
            let mut parts = vec![Part::fixed(vec![scene.span(role, format!(" {count}"))])];
            if waiting > 0 {
                let text = scene.with("alerts-waiting", &[("count", waiting.into())]);
                parts.push(more(3, Role::Warn, text));
            }
            parts
        }
        Pane::Pods => {
            let count = scene.model.cluster.count;
            let text = format!(" {}/{}", count.ready, count.total);
            let mut parts = vec![Part::fixed(vec![scene.span(role, text)])];
            if count.sick > 0 {
                let text = scene.with("pods-sick", &[("count", count.sick.into())]);
                parts.push(more(1, Role::Error, text));
            }
            parts
        }
        Pane::Slos | Pane::Queues => {
            let (red, yellow, unknown) = lights(scene, pane);
            let mut parts = Vec::new();
            for (count, rank, role, key) in [
                (red, 1, Role::Error, "count-red"),
                (yellow, 2, Role::Warn, "count-warn"),
                (unknown, 3, Role::Unknown, "count-unknown"),
            ] {
                if count > 0 {
                    parts.push(more(
                        rank,
                        role,
                        scene.with(key, &[("count", count.into())]),
                    ));
                }
            }
            parts
        }
    }
}

fn lights(scene: &Scene<'_>, pane: Pane) -> (usize, usize, usize) {
    let board = &scene.model.board;
    let all: Vec<Light> = match pane {
        Pane::Queues => board.queues.iter().map(QueueLine::judged).collect(),
        _ => board
            .slos
            .iter()
            .map(SloLine::judged)
            .chain(board.gauges.iter().filter_map(GaugeLine::judged))
            .collect(),
    };
    let of = |light| all.iter().filter(|one| **one == light).count();
    (of(Light::Red), of(Light::Yellow), of(Light::Unknown))
}

fn freshness<'a>(scene: &Scene<'a>, condition: &Condition<'_>) -> Option<Part<'a>> {
    match condition {
        Condition::Stale { since, .. } => {
            let text = scene.with("title-stale", &[("age", scene.age(*since).into())]);
            Some(Part::fixed(vec![
                scene.dot(),
                scene.span(Role::Stale, text),
            ]))
        }
        Condition::Partial(_) => Some(Part::optional(
            4,
            vec![
                scene.dot(),
                scene.span(Role::Warn, scene.t("title-partial")),
            ],
        )),
        _ => None,
    }
}

fn filter<'a>(scene: &Scene<'a>, pane: Pane) -> Part<'a> {
    let list = scene.model.view.list(pane);
    if list.filter.is_empty() {
        return Part::default();
    }
    let text = list.filter.text();
    let shown = scene.with(
        "title-shown",
        &[
            ("shown", list.items.len().into()),
            ("total", total(scene.model, pane).into()),
        ],
    );
    // An expression brings its own slash.
    let text = if text.trim_start().starts_with('/') {
        text.trim_start().to_owned()
    } else {
        format!("/{text}")
    };
    let filter = || scene.span(Role::Match, text.clone());
    let short = crate::i18n::width::truncate(&text, 9, scene.glyphs()).into_owned();
    Part::forms(
        5,
        vec![
            vec![
                scene.dot(),
                filter(),
                scene.span(Role::Dim, format!(" {shown}")),
            ],
            vec![scene.dot(), filter()],
            vec![scene.dot(), scene.span(Role::Match, short)],
        ],
    )
}

/// The order, where it is not the pane's own.
fn sort<'a>(scene: &Scene<'a>, pane: Pane) -> Line<'a> {
    let list = scene.model.view.list(pane);
    if list.sort == Sort::of(pane)[0] && !list.reverse {
        return Line::default();
    }
    let arrow = if rises(list.sort) == list.reverse {
        scene.glyph.falling
    } else {
        scene.glyph.rising
    };
    scene.line(
        Role::Dim,
        format!(" {} {arrow} ", scene.t(sort_text(list.sort))),
    )
}

/// Whether an order goes from little to much: from A to Z, from the youngest to the oldest, down a list.
const fn rises(sort: Sort) -> bool {
    match sort {
        Sort::Name | Sort::Node | Sort::Namespace | Sort::Age | Sort::Pack => true,
        Sort::Worst | Sort::Restarts | Sort::Cpu | Sort::Memory | Sort::Depth => false,
    }
}

/// The text that names an order.
pub const fn sort_text(sort: Sort) -> &'static str {
    match sort {
        Sort::Worst => "sort-worst",
        Sort::Name => "sort-name",
        Sort::Age => "sort-age",
        Sort::Restarts => "sort-restarts",
        Sort::Node => "sort-node",
        Sort::Namespace => "sort-namespace",
        Sort::Cpu => "sort-cpu",
        Sort::Memory => "sort-memory",
        Sort::Depth => "sort-depth",
        Sort::Pack => "sort-pack",
    }
}
