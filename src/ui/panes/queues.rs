//! Queues: how deep, how old, in and out, and where it is heading.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    board::QueueLine,
    layout::Area,
    view::{Column, Item, Pane},
};
use crate::domain::{
    freshness::Reading, gauge::Unit, light::Light, limit::Limit, queue::QueueCourse,
};
use crate::i18n::{time, width::pad_right};
use crate::theme::Role;
use crate::ui::{
    figure,
    scene::Scene,
    widgets::{
        canvas::put,
        columns::{Col, Table, Width, title},
        fit::{Part, fit},
        spark::sparkline,
    },
};

use super::{Place, is_denied};

const COLS: [Col; 8] = [
    Col::left("col-queue", Width::Flex(12, 30), 0, None),
    Col::right("col-depth", Width::Fixed(9), 0, None),
    Col::left("col-depth-limit", Width::Fixed(8), 5, None),
    Col::left("col-trend", Width::Flex(8, 40), 4, Some(Column::Trend)),
    Col::right("col-oldest", Width::Fixed(8), 1, Some(Column::Oldest)),
    Col::right("col-in", Width::Fixed(8), 3, Some(Column::Rates)),
    Col::right("col-out", Width::Fixed(8), 3, Some(Column::Rates)),
    Col::left("col-course", Width::Fixed(16), 2, None),
];

/// How queues are drawn at one width.
pub(super) struct Rows {
    table: Option<Table>,
    title: usize,
}

impl Rows {
    pub fn new(scene: &Scene<'_>, width: u16, headed: bool) -> Self {
        let hidden = &scene.model.view.list(Pane::Queues).hidden;
        let table =
            (headed || width >= 99).then(|| Table::fit(&COLS, width.saturating_sub(3), hidden));
        Self {
            table,
            title: title_cells(scene, usize::from(width)),
        }
    }

    pub fn heads(&self, buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
        if let Some(table) = &self.table {
            table.draw_heads(buffer, scene, after_sign(at));
        }
    }

    pub fn row(&self, buffer: &mut Buffer, scene: &Scene<'_>, item: &Item, place: &Place) {
        let Item::Queue(id) = item else { return };
        let queues = &scene.model.board.queues;
        let Some(line) = queues.iter().find(|line| line.spec.id == *id) else {
            return;
        };
        let at = Area::new(place.inner.x, place.inner.y, place.inner.width, 1);
        let light = line.judged();
        let sign = if matches!(line.reading, Reading::Waiting) {
            scene.glyph.broken
        } else {
            scene.glyph.quiet_light(light)
        };
        put(
            buffer,
            at,
            scene.line(Scene::light_role(light), sign),
            scene.glyphs(),
        );
        if let Some(table) = &self.table {
            table.draw_row(buffer, scene, after_sign(at), |head| {
                cell(scene, table, line, head)
            });
            if place.inner.height > 1 && !table.has("col-trend") {
                let second = Area::new(at.x + 2, at.y + 1, at.width.saturating_sub(3), 1);
                trend_line(buffer, scene, line, second);
            }
            return;
        }
        self.first_line(buffer, scene, line, after_sign(at));
        if place.inner.height > 1 {
            let second = Area::new(at.x + 3, at.y + 1, at.width.saturating_sub(3), 1);
            second_line(buffer, scene, line, second);
        }
    }

    /// `exports   2413 ▂▃▅▆▇█ oldest 312s`
    fn first_line(&self, buffer: &mut Buffer, scene: &Scene<'_>, line: &QueueLine, at: Area) {
        let hidden = &scene.model.view.list(Pane::Queues).hidden;
        let title = pad_right(scene.pick(&line.spec.title), self.title, scene.glyphs());
        let Some(depth) = line.state.depth else {
            let spans = vec![
                scene.span(Role::Text, title),
                Span::raw(" "),
                absent(scene, line),
            ];
            put(buffer, at, Line::from(spans), scene.glyphs());
            return;
        };
        let role = role(line);
        let room = usize::from(at.width).saturating_sub(self.title + 8);
        let wide = room.saturating_sub(13).clamp(4, 40);
        let mut parts = vec![
            Part::fixed(vec![scene.span(Role::Text, title)]),
            Part::fixed(vec![
                scene.span(role, format!("{:>6}", figure::count(depth))),
            ]),
        ];
        if let Some(limit) = line.spec.red.depth {
            parts.push(Part::optional(
                4,
                vec![scene.span(Role::Dim, bound(scene, limit))],
            ));
        }
        if let Some(trend) = line
            .trend
            .as_ref()
            .filter(|_| !hidden.contains(&Column::Trend))
        {
            let text = sparkline(trend, wide, scene.glyph);
            parts.push(Part::optional(3, vec![scene.span(spark_role(line), text)]));
        }
        if let Some(oldest) = line
            .state
            .oldest
            .filter(|_| !hidden.contains(&Column::Oldest))
        {
            let age = figure::seconds_old(oldest);
            let over = line
                .spec
                .red
                .oldest
                .is_some_and(|limit| limit.holds(oldest));
            let role = if over && !line.stale {
                Role::Error
            } else {
                Role::Text
            };
            let full = format!("{} {age:>4}", scene.t("oldest"));
            parts.push(Part::forms(
                2,
                vec![
                    vec![scene.span(role, full)],
                    vec![scene.span(role, age)],
                    Vec::new(),
                ],
            ));
        }
        let line = fit(parts, usize::from(at.width), &Span::raw(" "));
        put(buffer, at, line, scene.glyphs());
    }
}

fn after_sign(at: Area) -> Area {
    Area::new(at.x + 2, at.y, at.width.saturating_sub(3), at.height)
}

const fn role(line: &QueueLine) -> Role {
    if line.stale {
        return Role::Stale;
    }
    match line.state.light {
        Light::Green => Role::Text,
        light => Scene::light_role(light),
    }
}

const fn spark_role(line: &QueueLine) -> Role {
    match line.judged() {
        Light::Green => Role::Spark,
        Light::Yellow => Role::SparkWarn,
        Light::Red => Role::SparkError,
        Light::Unknown => Role::Stale,
    }
}

/// A limit of a queue, short: `>2000`.
fn bound(scene: &Scene<'_>, limit: Limit) -> String {
    let mut text = figure::limit(limit, Unit::Count, scene.glyph);
    text.retain(|c| c != ' ');
    text
}

fn absent<'t>(scene: &Scene<'_>, line: &QueueLine) -> Span<'t> {
    let detail = |key, detail: &str| scene.with(key, &[("detail", detail.into())]);
    match &line.reading {
        Reading::Waiting => scene.span(Role::Dim, scene.t("value-waiting").to_owned()),
        Reading::Failed(trouble) if is_denied(trouble) => {
            scene.span(Role::Warn, detail("value-denied", &trouble.detail))
        }
        Reading::Failed(trouble) | Reading::Lost { trouble, .. } => {
            scene.span(Role::Unknown, detail("value-failed", &trouble.detail))
        }
        Reading::NoData | Reading::Known { .. } => {
            scene.span(Role::Unknown, scene.no_data(line.trend.as_ref()))
        }
    }
}

/// Where the queue is heading, in words, with the role of its urgency.
fn course(scene: &Scene<'_>, line: &QueueLine) -> (String, Role) {
    if line.stale {
        return (scene.t("course-unknown").to_owned(), Role::Stale);
    }
    let left = |key, span| scene.with(key, &[("left", time::short(span).into())]);
    let plain = |key| scene.t(key).to_owned();
    match line.state.course {
        QueueCourse::Empty => (plain("course-empty"), Role::Dim),
        QueueCourse::Draining(span) => (left("course-draining", span), Role::Ok),
        QueueCourse::Filling(Some(span)) => (left("course-filling", span), Role::Warn),
        QueueCourse::Filling(None) => (
            plain("course-filling-on"),
            if line.state.light == Light::Red {
                Role::Error
            } else {
                Role::Warn
            },
        ),
        QueueCourse::Steady => (plain("course-steady"), Role::Dim),
        QueueCourse::Stalled => (plain("course-stalled"), Role::Error),
        QueueCourse::Unknown => (plain("course-unknown"), Role::Dim),
    }
}

/// `in 14.2/s  out 9.1/s  red in 5m`
fn second_line(buffer: &mut Buffer, scene: &Scene<'_>, line: &QueueLine, at: Area) {
    if line.state.depth.is_none() {
        return;
    }
    let hidden = &scene.model.view.list(Pane::Queues).hidden;
    let mut parts = Vec::new();
    if !hidden.contains(&Column::Rates) {
        for (key, rate) in [
            ("rate-in", line.state.rate_in),
            ("rate-out", line.state.rate_out),
        ] {
            if let Some(rate) = rate {
                let text = format!("{} {}", scene.t(key), figure::rate(rate));
                parts.push(Part::optional(2, vec![scene.span(Role::Dim, text)]));
            }
        }
    }
    let (text, role) = course(scene, line);
    parts.push(Part::optional(1, vec![scene.span(role, text)]));
    let line = fit(parts, usize::from(at.width), &Span::raw("  "));
    put(buffer, at, line, scene.glyphs());
}

fn cell<'t>(
    scene: &Scene<'t>,
    table: &Table,
    line: &'t QueueLine,
    head: &'static str,
) -> Vec<Span<'t>> {
    let width = usize::from(table.width(head));
    let state = &line.state;
    let rate = |rate: Option<f64>| {
        rate.map(|rate| vec![scene.span(Role::Dim, figure::rate(rate))])
            .unwrap_or_default()
    };
    match head {
        "col-queue" => {
            let text = scene.pick(&line.spec.title);
            vec![title(scene, Role::Text, text, width)]
        }
        "col-depth" => match state.depth {
            Some(depth) => vec![scene.span(role(line), figure::count(depth))],
            None => vec![scene.span(Role::Unknown, scene.glyph.unknown)],
        },
        "col-depth-limit" => match line.spec.red.depth {
            Some(limit) => vec![scene.span(Role::Dim, bound(scene, limit))],
            None => Vec::new(),
        },
        "col-trend" => line
            .trend
            .as_ref()
            .map(|trend| vec![scene.span(spark_role(line), sparkline(trend, width, scene.glyph))])
            .unwrap_or_default(),
        "col-oldest" => state
            .oldest
            .map(|oldest| {
                let over = line
                    .spec
                    .red
                    .oldest
                    .is_some_and(|limit| limit.holds(oldest));
                let role = if over && !line.stale {
                    Role::Error
                } else {
                    Role::Text
                };
                vec![scene.span(role, figure::seconds_old(oldest))]
            })
            .unwrap_or_default(),
        "col-in" => rate(state.rate_in),
        "col-out" => rate(state.rate_out),
        "col-course" if state.depth.is_none() => vec![absent(scene, line)],
        "col-course" => {
            let (text, role) = course(scene, line);
            vec![scene.span(role, text)]
        }
        _ => Vec::new(),
    }
}

/// The trend on a line of its own, where the columns left no room for it.
fn trend_line(buffer: &mut Buffer, scene: &Scene<'_>, line: &QueueLine, at: Area) {
    let mut spans = Vec::new();
    if let Some(trend) = &line.trend {
        let text = sparkline(trend, usize::from(at.width).min(48), scene.glyph);
        spans.push(scene.span(spark_role(line), text));
    }
    if let Some(limit) = line.spec.red.depth {
        spans.push(scene.span(Role::Dim, format!("  {}", bound(scene, limit))));
    }
    put(buffer, at, Line::from(spans), scene.glyphs());
}

/// As many cells as the longest title takes, within a good fourth of the row.
fn title_cells(scene: &Scene<'_>, width: usize) -> usize {
    let queues = &scene.model.board.queues;
    queues
        .iter()
        .map(|line| crate::i18n::width::cells(scene.pick(&line.spec.title)))
        .max()
        .unwrap_or(0)
        .clamp(6, (width / 4).max(9))
}
