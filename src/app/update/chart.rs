//! The chart of one number: opened from a pane, moved in time, asked again as time passes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        effect::{ChartQuestion, Effect, Effects, Redraw},
        model::Model,
        overlay::{CHART_SPANS, Chart, ChartAnswer, Overlay},
        share::share_of,
        view::Item,
    },
    domain::{
        freshness::Trouble, gauge::Unit, limit::Limit, series::Series, text::Text, time::floor_to,
    },
};

/// About how many points a chart asks for.
const POINTS: u64 = 240;

/// The span a chart opens with: an hour.
const FIRST_SPAN: usize = 2;

/// Opens the chart of an item, where it has one.
pub(super) fn open(model: &mut Model, item: &Item) -> Effects {
    let Some(chart) = chart_of(model, item) else {
        return Effects::none();
    };
    model.view.overlays.push(Overlay::Chart(Box::new(chart)));
    ask(model)
}

fn chart_of(model: &Model, item: &Item) -> Option<Chart> {
    let query = |id: &crate::domain::id::QueryId| model.queries.get(id).cloned();
    match item {
        Item::Gauge(id) => {
            let spec = &model
                .board
                .gauges
                .iter()
                .find(|line| line.spec.id == *id)?
                .spec;
            let parts = vec![(Some(spec.probe.clone()), query(&spec.probe)?)];
            Some(chart(
                spec.title.clone(),
                parts,
                spec.unit,
                spec.good.into_iter().chain(spec.warn).collect(),
            ))
        }
        Item::Queue(id) => {
            let spec = &model
                .board
                .queues
                .iter()
                .find(|line| line.spec.id == *id)?
                .spec;
            let parts = vec![(Some(spec.depth.clone()), query(&spec.depth)?)];
            let limits = spec.warn.depth.into_iter().chain(spec.red.depth).collect();
            Some(chart(spec.title.clone(), parts, Unit::Count, limits))
        }
        Item::Slo(id) => {
            let spec = &model
                .board
                .slos
                .iter()
                .find(|line| line.spec.id == *id)?
                .spec;
            let (errors, total) = (spec.errors("5m"), spec.total("5m"));
            let parts = vec![
                (Some(errors.clone()), query(&errors)?),
                (Some(total.clone()), query(&total)?),
            ];
            let expr = format!("1 - ({}) / ({})", parts[0].1, parts[1].1);
            let limits = vec![Limit::AtLeast(spec.objective)];
            let whole = chart(spec.title.clone(), parts, Unit::Share, limits);
            Some(Chart {
                expr,
                good_share: true,
                slo: Some(id.clone()),
                ..whole
            })
        }
        _ => None,
    }
}

fn chart(
    title: Text,
    parts: Vec<(Option<crate::domain::id::QueryId>, String)>,
    unit: Unit,
    limits: Vec<Limit>,
) -> Chart {
    Chart {
        title,
        expr: parts
            .first()
            .map(|(_, expr)| expr.clone())
            .unwrap_or_default(),
        parts,
        good_share: false,
        slo: None,
        unit,
        limits,
        span: CHART_SPANS[FIRST_SPAN],
        end: None,
        request: 0,
        answer: ChartAnswer::Waiting,
    }
}

/// Opens the chart of what the selected container used, as Prometheus knows it: memory, or CPU for `cpu`.
pub(super) fn of_usage(model: &mut Model) -> Effects {
    let Some(Overlay::Usage(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let Some(line) = screen.selected() else {
        return Effects::none();
    };
    let expr = format!(
        "container_memory_working_set_bytes{{namespace=\"{}\",pod=\"{}\",container=\"{}\"}}",
        line.pod.namespace, line.pod.name, line.container.name
    );
    let title = Text::from(&*format!("{}/{}", line.pod.name, line.container.name));
    let limits = line.container.limits.memory_bytes;
    let limits = limits.map(|bytes| Limit::Below(bytes as f64));
    // Marked, so that the embedded cluster knows it as well.
    let id = format!("explain/memory/{}/{}", line.pod.namespace, line.pod.name);
    let parts = vec![(Some(id.into()), expr)];
    let chart = chart(title, parts, Unit::Bytes, limits.into_iter().collect());
    model.view.overlays.push(Overlay::Chart(Box::new(chart)));
    ask(model)
}

/// Asks for what the open chart shows now.
fn ask(model: &mut Model) -> Effects {
    let now = model.now.wall;
    let request = model.next_request();
    let Some(Overlay::Chart(chart)) = model.view.overlays.last_mut() else {
        return Effects::none();
    };
    chart.request = request;
    let step = (chart.span.as_secs() / POINTS).max(15).next_multiple_of(15);
    let end = floor_to(chart.end.unwrap_or(now), Duration::from_secs(step));
    let question = ChartQuestion {
        request,
        parts: chart.parts.clone(),
        start: earlier(end, chart.span),
        end,
        step_seconds: step,
    };
    Effects::draw(Redraw::Now).with(Effect::ReadChart(question))
}

/// An expression a person typed: it is asked as it stands, with no limits of the pack's.
pub(super) fn ask_typed(model: &mut Model, expr: &str) -> Effects {
    let expr = expr.trim();
    if let Some(Overlay::Chart(chart)) = model.view.overlays.last_mut() {
        if expr.is_empty() || expr == chart.expr {
            return Effects::draw(Redraw::Now);
        }
        expr.clone_into(&mut chart.expr);
        chart.title = Text::from("PromQL");
        chart.parts = vec![(None, expr.to_owned())];
        chart.good_share = false;
        chart.slo = None;
        chart.unit = Unit::None;
        chart.limits = Vec::new();
        chart.answer = ChartAnswer::Waiting;
    }
    ask(model)
}

/// Another span, kept at its right edge.
pub(super) fn zoom(model: &mut Model, wider: bool) -> Effects {
    if let Some(Overlay::Chart(chart)) = model.view.overlays.last_mut() {
        let at = CHART_SPANS
            .iter()
            .position(|span| *span == chart.span)
            .unwrap_or(FIRST_SPAN);
        let to = if wider {
            (at + 1).min(CHART_SPANS.len() - 1)
        } else {
            at.saturating_sub(1)
        };
        if to == at {
            return Effects::none();
        }
        chart.span = CHART_SPANS[to];
    }
    ask(model)
}

/// Half a span earlier or later; the right edge never passes now.
pub(super) fn shift(model: &mut Model, later: bool) -> Effects {
    let now = model.now.wall;
    if let Some(Overlay::Chart(chart)) = model.view.overlays.last_mut() {
        let end = chart.end.unwrap_or(now);
        let to = if later {
            end.saturating_add(signed(chart.span / 2)).unwrap_or(now)
        } else {
            earlier(end, chart.span / 2)
        };
        chart.end = (to < now).then_some(to);
    }
    ask(model)
}

pub(super) fn to_now(model: &mut Model) -> Effects {
    if let Some(Overlay::Chart(chart)) = model.view.overlays.last_mut() {
        chart.end = None;
    }
    ask(model)
}

/// A chart that ends now is asked again as time passes.
pub(super) fn follow(model: &mut Model) -> Effects {
    match model.view.overlays.last() {
        Some(Overlay::Chart(chart))
            if chart.end.is_none() && chart.answer != ChartAnswer::Waiting =>
        {
            ask(model)
        }
        _ => Effects::none(),
    }
}

/// The answer to a question; one that was asked before another is late and dropped.
pub(super) fn answered(
    model: &mut Model,
    request: u64,
    answer: Result<Vec<(String, Series)>, Trouble>,
) -> bool {
    let open = model
        .view
        .overlays
        .iter_mut()
        .find_map(|overlay| match overlay {
            Overlay::Chart(chart) if chart.request == request => Some(chart),
            _ => None,
        });
    let Some(chart) = open else {
        return false;
    };
    chart.answer = match answer {
        Ok(series) if chart.good_share => ChartAnswer::Series(good_share(&chart.expr, &series)),
        Ok(series) => ChartAnswer::Series(series),
        Err(trouble) => ChartAnswer::Refused(trouble),
    };
    true
}

/// One series of the share that was good, from errors and total. No traffic is a gap.
fn good_share(expr: &str, series: &[(String, Series)]) -> Vec<(String, Series)> {
    match series {
        [(_, errors), (_, total)] => vec![(expr.to_owned(), share_of(errors, total))],
        _ => Vec::new(),
    }
}

fn signed(span: Duration) -> SignedDuration {
    SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX)
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(signed(by)).unwrap_or(at)
}
