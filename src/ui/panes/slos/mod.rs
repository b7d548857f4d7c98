//! SLOs and gauges: the value, its limit beside it, what is left, where it goes.

mod words;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    board::{GaugeLine, SloLine},
    layout::Area,
    view::{Column, Item, Pane},
};
use crate::domain::{freshness::Reading, gauge::Unit, light::Light, limit::Limit, series::Series};
use crate::theme::Role;
use crate::ui::{
    figure,
    scene::Scene,
    widgets::{
        canvas::put,
        columns::{Col, Table, Width, title},
        spark::{sparkline, sparkline_over},
    },
};

use super::Place;
use words::{absent, budget, burn_texts, limit_text, note, short_limit, stale_text, unread};

/// From this width on there is a column for everything.
const WIDE: u16 = 68;

const WIDE_COLS: [Col; 7] = [
    Col::left("col-slo", Width::Flex(14, 24), 0, None),
    Col::right("col-value", Width::Fixed(9), 0, Some(Column::Value)),
    Col::left("col-limit", Width::Fixed(14), 1, Some(Column::Limit)),
    Col::right("col-headroom", Width::Fixed(9), 5, Some(Column::Limit)),
    Col::left("col-budget", Width::Fixed(12), 2, Some(Column::Budget)),
    Col::left("col-trend", Width::Flex(8, 40), 3, Some(Column::Trend)),
    Col::left("col-burn", Width::Flex(20, 36), 4, Some(Column::Budget)),
];

/// What is drawn of one line, whichever of the two it is.
struct Shown<'a> {
    title: &'a str,
    light: Light,
    reading: &'a Reading<f64>,
    stale: bool,
    value: Option<f64>,
    unit: Unit,
    limit: Option<Limit>,
    window: Option<String>,
    headroom: Option<f64>,
    trend: Option<&'a Series>,
    slo: Option<&'a SloLine>,
}

impl<'a> Shown<'a> {
    fn slo(scene: &Scene<'_>, line: &'a SloLine) -> Self {
        Self {
            title: scene.pick(&line.spec.title),
            light: line.judged(),
            reading: &line.reading,
            stale: line.stale,
            value: line.state.good,
            unit: Unit::Share,
            limit: Some(Limit::AtLeast(line.spec.objective)),
            window: Some("5m".to_owned()),
            headroom: None,
            trend: line.trend.as_ref(),
            slo: Some(line),
        }
    }

    fn gauge(scene: &Scene<'_>, line: &'a GaugeLine) -> Self {
        Self {
            title: scene.pick(&line.spec.title),
            light: line.judged().unwrap_or(Light::Green),
            reading: &line.reading,
            stale: line.stale,
            value: line.state.value,
            unit: line.spec.unit,
            limit: line.spec.good,
            window: line.spec.over.map(figure::window),
            headroom: line.state.headroom,
            trend: line.trend.as_ref(),
            slo: None,
        }
    }

    /// Whether the value stands within its limit.
    fn holds(&self) -> bool {
        match (self.limit, self.value) {
            (Some(limit), Some(value)) => limit.holds(value),
            _ => true,
        }
    }

    fn role(&self) -> Role {
        if self.stale {
            Role::Stale
        } else {
            match self.light {
                // Past the limit now, though the light, which looks at longer windows, is still green.
                Light::Green if !self.holds() => Role::Warn,
                Light::Green => Role::Text,
                light => Scene::light_role(light),
            }
        }
    }

    const fn spark_role(&self) -> Role {
        match self.light {
            _ if self.stale => Role::Stale,
            Light::Green => Role::Spark,
            Light::Yellow => Role::SparkWarn,
            Light::Red => Role::SparkError,
            Light::Unknown => Role::Stale,
        }
    }
}

/// How SLOs and gauges are drawn at one width.
pub(super) struct Rows {
    table: Option<Table>,
    title: usize,
}

impl Rows {
    pub fn new(scene: &Scene<'_>, width: u16, headed: bool) -> Self {
        let hidden = &scene.model.view.list(Pane::Slos).hidden;
        let table = (headed || width >= WIDE)
            .then(|| Table::fit(&WIDE_COLS, width.saturating_sub(3), hidden));
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
        let board = &scene.model.board;
        let shown = match item {
            Item::Slo(id) => board
                .slos
                .iter()
                .find(|line| line.spec.id == *id)
                .map(|line| Shown::slo(scene, line)),
            Item::Gauge(id) => board
                .gauges
                .iter()
                .find(|line| line.spec.id == *id)
                .map(|line| Shown::gauge(scene, line)),
            _ => None,
        };
        let Some(shown) = shown else { return };
        let at = Area::new(place.inner.x, place.inner.y, place.inner.width, 1);
        let light = shown.light;
        let sign = if matches!(shown.reading, Reading::Waiting) {
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
            wide_row(buffer, scene, table, &shown, after_sign(at));
        } else {
            // A short row ends at the edge: each of its cells is needed.
            let rest = Area::new(at.x + 2, at.y, at.width.saturating_sub(2), 1);
            self.short_row(buffer, scene, &shown, rest);
        }
    }

    /// `lookup P95  1.80 ≤ 2.50 s/5m  ▁▂▂▃`
    fn short_row(&self, buffer: &mut Buffer, scene: &Scene<'_>, shown: &Shown<'_>, at: Area) {
        let hidden = &scene.model.view.list(Pane::Slos).hidden;
        let title = crate::i18n::width::pad_right(shown.title, self.title, scene.glyphs());
        let mut spans = vec![scene.span(Role::Text, title), Span::raw(" ")];
        let Some(value) = shown.value else {
            spans.push(absent(scene, shown));
            put(buffer, at, Line::from(spans), scene.glyphs());
            return;
        };
        if !hidden.contains(&Column::Value) {
            let number = figure::number(value, shown.unit, shown.limit);
            spans.push(scene.span(shown.role(), format!("{number:>5}")));
        }
        if !hidden.contains(&Column::Limit) {
            spans.push(scene.span(Role::Dim, format!(" {}", short_limit(scene, shown))));
        }
        let used: usize = spans
            .iter()
            .map(|span| crate::i18n::width::cells(&span.content))
            .sum();
        let room = usize::from(at.width).saturating_sub(used + 1);
        spans.push(Span::raw(" "));
        if let Some(tail) = tail(scene, shown, room) {
            spans.push(tail);
        }
        put(buffer, at, Line::from(spans), scene.glyphs());
    }
}

/// What stands at the end of a short row: why it is stale, how it burns, what is left, or where it goes.
fn tail<'t>(scene: &Scene<'_>, shown: &Shown<'_>, room: usize) -> Option<Span<'t>> {
    let hidden = &scene.model.view.list(Pane::Slos).hidden;
    let fits = |span: Span<'t>| (span.width() <= room).then_some(span);
    if shown.stale {
        return fits(scene.span(Role::Stale, stale_text(scene, shown.reading)));
    }
    if let Some(slo) = shown.slo {
        if hidden.contains(&Column::Budget) {
            return None;
        }
        let burning = slo.state.burning.and_then(|pair| {
            burn_texts(scene, slo, pair)
                .into_iter()
                .find_map(|text| fits(scene.span(Role::Error, text)))
        });
        let unread = || {
            let text = unread(scene, slo)?;
            fits(scene.span(Role::Unknown, text))
        };
        return burning.or_else(unread).or_else(|| {
            let (text, role) = budget(scene, slo)?;
            fits(scene.span(role, text.replace(" %", "%")))
        });
    }
    let trend = shown.trend.filter(|_| !hidden.contains(&Column::Trend))?;
    (room >= 4).then(|| scene.span(shown.spark_role(), spark(scene, shown, trend, room.min(24))))
}

fn after_sign(at: Area) -> Area {
    Area::new(at.x + 2, at.y, at.width.saturating_sub(3), at.height)
}

fn wide_row(buffer: &mut Buffer, scene: &Scene<'_>, table: &Table, shown: &Shown<'_>, at: Area) {
    if shown.value.is_none() {
        let width = table.width("col-slo");
        let text = title(scene, Role::Text, shown.title, usize::from(width));
        put(buffer, at, Line::from(text), scene.glyphs());
        let x = at.x + width + 2;
        let rest = Area::new(x, at.y, (at.x + at.width).saturating_sub(x), 1);
        put(
            buffer,
            rest,
            Line::from(absent(scene, shown)),
            scene.glyphs(),
        );
        return;
    }
    table.draw_row(buffer, scene, at, |head| {
        wide_cell(scene, table, shown, head)
    });
}

fn wide_cell<'t>(
    scene: &Scene<'_>,
    table: &Table,
    shown: &Shown<'t>,
    head: &'static str,
) -> Vec<Span<'t>> {
    let width = usize::from(table.width(head));
    match (head, shown.value) {
        ("col-slo", _) => vec![title(scene, Role::Text, shown.title, width)],
        ("col-value", Some(value)) => {
            vec![scene.span(shown.role(), figure::number(value, shown.unit, shown.limit))]
        }
        ("col-limit", _) => vec![scene.span(Role::Dim, limit_text(scene, shown))],
        ("col-headroom", _) => shown
            .headroom
            .filter(|_| !shown.stale)
            .map(|room| vec![scene.span(shown.role(), figure::whole_percent(room))])
            .unwrap_or_default(),
        // A burning budget matters more than its trend where there is room for one of them only.
        ("col-trend", _) if burns_unseen(table, shown) => note(scene, shown, width)
            .map(|span| vec![span])
            .unwrap_or_default(),
        ("col-trend", _) => shown
            .trend
            .map(|trend| vec![scene.span(shown.spark_role(), spark(scene, shown, trend, width))])
            .unwrap_or_default(),
        ("col-budget", _) => shown
            .slo
            .and_then(|slo| budget(scene, slo))
            .map(|(text, role)| vec![scene.span(role, text)])
            .unwrap_or_default(),
        ("col-burn", _) => note(scene, shown, width)
            .map(|span| vec![span])
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whether a budget burns, or may burn in a window that is not read, and no column says so.
fn burns_unseen(table: &Table, shown: &Shown<'_>) -> bool {
    let tells = |slo: &SloLine| slo.state.burning.is_some() || slo.state.unread().next().is_some();
    !table.has("col-burn") && !shown.stale && shown.slo.is_some_and(tells)
}

/// As many cells as the longest title takes, within a good third of the row.
fn title_cells(scene: &Scene<'_>, width: usize) -> usize {
    let board = &scene.model.board;
    let slos = board.slos.iter().map(|line| &line.spec.title);
    let gauges = board.gauges.iter().map(|line| &line.spec.title);
    slos.chain(gauges)
        .map(|title| crate::i18n::width::cells(scene.pick(title)))
        .max()
        .unwrap_or(0)
        .clamp(6, (width * 3 / 10).max(10))
}

/// The trend; of a share that must stay above its limit on the scale of what may be lost.
fn spark(scene: &Scene<'_>, shown: &Shown<'_>, trend: &Series, width: usize) -> String {
    match (shown.unit, shown.limit) {
        (Unit::Share, Some(Limit::AtLeast(limit) | Limit::Above(limit))) if limit < 1.0 => {
            sparkline_over(trend, width, 1.0 - limit, scene.glyph)
        }
        _ => sparkline(trend, width, scene.glyph),
    }
}
