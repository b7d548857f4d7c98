//! A chart with its axes, limit lines and the alerts that began within it.

mod axis;
mod budget;
mod frame;
mod plot;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    overlay::{Chart, ChartAnswer},
};
use crate::domain::{
    freshness::{SourceId, TroubleKind},
    series::Series,
};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{
    figure, panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, row, title_rule},
        document,
        fit::{Part, fit},
        wrap::wrap,
    },
};

use frame::Frame;

/// The roles of several series, in their order.
const ROLES: [Role; 5] = [
    Role::Spark,
    Role::Accent,
    Role::Info,
    Role::Title,
    Role::Dim,
];

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, chart: &Chart) {
    let mut title = document::title(scene, scene.pick(&chart.title));
    title.spans.push(scene.span(
        Role::Dim,
        format!("{} {} ", scene.glyph.dot, figure::window(chart.span)),
    ));
    let end = match chart.end {
        None => scene.t("chart-to-now").to_owned(),
        Some(end) => scene.with(
            "chart-to",
            &[("clock", time::day_and_clock(end, scene.zone()).into())],
        ),
    };
    let tail = scene.line(Role::Dim, format!(" {end} "));
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    if body.height < 3 {
        return;
    }
    put(
        buffer,
        row(body, 1),
        scene.line(Role::Dim, format!(" {}", chart.expr)),
        scene.glyphs(),
    );
    let mut area = below(body, 2);
    if let Some(slo) = budget::slo_of(scene, chart)
        && area.height > budget::LINES + 8
    {
        for (index, line) in budget::lines(scene, slo).into_iter().enumerate() {
            put(buffer, row(area, index as u16), line, scene.glyphs());
        }
        area = below(area, budget::LINES);
    }
    match &chart.answer {
        ChartAnswer::Waiting => {
            let text = format!(" {} {}", scene.glyph.broken, scene.t("chart-waiting"));
            put(
                buffer,
                row(area, 0),
                scene.line(Role::Info, text),
                scene.glyphs(),
            );
        }
        ChartAnswer::Refused(trouble) => {
            let lines = if trouble.kind == TroubleKind::BadQuestion {
                refused(scene, &trouble.detail, usize::from(area.width))
            } else {
                panes::trouble_lines(
                    scene,
                    SourceId::Prometheus,
                    trouble,
                    None,
                    usize::from(area.width),
                )
            };
            for (index, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
                put(buffer, row(area, index as u16), line, scene.glyphs());
            }
        }
        ChartAnswer::Series(series) if has_no_value(series) => {
            let text = format!(" {} {}", scene.glyph.dash, scene.t("chart-empty"));
            put(
                buffer,
                row(area, 0),
                scene.line(Role::Unknown, text),
                scene.glyphs(),
            );
        }
        ChartAnswer::Series(series) => draw_series(buffer, scene, area, chart, series),
    }
}

fn has_no_value(series: &[(String, Series)]) -> bool {
    series.iter().all(|(_, series)| {
        series
            .values
            .iter()
            .flatten()
            .all(|value| !value.is_finite())
    })
}

fn refused<'t>(scene: &Scene<'_>, detail: &str, width: usize) -> Vec<Line<'t>> {
    let head = format!(" {} {}", scene.glyph.error, scene.t("chart-refused"));
    let mut lines = vec![scene.line(Role::Error, head)];
    for text in wrap(detail, width.saturating_sub(4)) {
        lines.push(scene.line(Role::Text, format!("   {text}")));
    }
    lines
}

fn draw_series(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    area: Area,
    chart: &Chart,
    series: &[(String, Series)],
) {
    let shown = &series[..series.len().min(ROLES.len())];
    let legend_rows = 1;
    if area.height < legend_rows + 5 || area.width < 24 {
        return;
    }
    let plot_area = Area::new(area.x, area.y, area.width, area.height - legend_rows);
    let frame = Frame::new(scene, chart, shown, plot_area);
    axis::draw_limits(buffer, scene, chart, &frame);
    for (index, (_, series)) in shown.iter().enumerate() {
        let dot = scene.glyph.dots[index % scene.glyph.dots.len()];
        plot::draw(
            buffer,
            scene,
            &frame,
            series,
            scene.style(ROLES[index]),
            dot,
        );
    }
    if shown.len() > 1 && scene.glyph.braille {
        for (index, (_, series)) in shown.iter().enumerate() {
            let style = scene.style(ROLES[index]);
            plot::draw_number(buffer, &frame, series, index + 1, style);
        }
    }
    axis::draw_values(buffer, scene, chart, &frame);
    axis::draw_times(buffer, scene, &frame);
    axis::draw_alerts(buffer, scene, &frame);
    legend(
        buffer,
        scene,
        chart,
        series,
        row(area, area.height - legend_rows),
    );
}

/// The newest value of each series, and how the limits read.
fn legend(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    chart: &Chart,
    series: &[(String, Series)],
    at: Area,
) {
    let mut parts = vec![Part::fixed(vec![Span::raw(" ")])];
    let series_count = series.len();
    for (index, (name, series)) in series.iter().take(ROLES.len()).enumerate() {
        let line = if scene.glyph.braille && series_count > 1 {
            (index + 1).to_string()
        } else if scene.glyph.braille {
            scene.glyph.horizontal.repeat(2)
        } else {
            scene.glyph.dots[index % scene.glyph.dots.len()].to_owned()
        };
        let limit = chart.limits.first().copied();
        let value = series.last().map_or_else(
            || scene.glyph.unknown.to_owned(),
            |value| figure::with_unit(value, chart.unit, limit, scene.glyph),
        );
        let role = ROLES[index];
        let name = if name.is_empty() {
            String::new()
        } else {
            format!("{name} ")
        };
        parts.push(Part::forms(
            index as u8,
            vec![
                vec![
                    scene.span(role, format!("{line} ")),
                    scene.span(Role::Text, format!("{name}{value}")),
                ],
                vec![scene.span(role, line), scene.span(Role::Text, value)],
                Vec::new(),
            ],
        ));
    }
    if series.len() > ROLES.len() {
        let text = scene.with(
            "and-more",
            &[("count", (series.len() - ROLES.len()).into())],
        );
        parts.push(Part::fixed(vec![scene.span(Role::Dim, text)]));
    }
    for limit in &chart.limits {
        let text = figure::limit(*limit, chart.unit, scene.glyph);
        let line = scene.glyph.limit_line.repeat(2);
        parts.push(Part::optional(
            9,
            vec![
                scene.span(Role::LimitLine, format!("{line} ")),
                scene.span(Role::Dim, text),
            ],
        ));
    }
    let line = fit(parts, usize::from(at.width), &Span::raw("  "));
    put(buffer, at, line, scene.glyphs());
}
