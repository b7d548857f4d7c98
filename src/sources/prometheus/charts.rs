//! The questions a person types into a chart, one answer each.

use std::time::Duration;

use futures::{StreamExt as _, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{
    api::{Api, Grid, When},
    grid::{chosen, laid},
    wire::{LabelSet, QueryData},
};
use crate::{
    domain::{
        clean::clean,
        id::QueryId,
        observation::Observation,
        series::Series,
        watchlist::{MARK, marked},
    },
    sources::http::Failure,
};

/// How many series of one question are kept: a chart can't show more.
const MOST_SERIES: usize = 20;
/// How many questions run at once; the next waits.
const AT_ONCE: usize = 2;

/// Something a person asks Prometheus for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Chart {
        request: u64,
        /// Each part is an expression, with the watchlist's id where it is one of its queries.
        parts: Vec<(Option<QueryId>, String)>,
        start: Timestamp,
        end: Timestamp,
        step: Duration,
    },
}

/// Answers until nobody can ask any more.
pub(super) async fn serve(api: &Api, mut asks: mpsc::Receiver<Ask>) {
    let mut running = FuturesUnordered::new();
    let mut open = true;
    while open || !running.is_empty() {
        tokio::select! {
            ask = asks.recv(), if open && running.len() < AT_ONCE => match ask {
                Some(ask) => running.push(answer(api, ask)),
                None => open = false,
            },
            Some(seen) = running.next() => api.send(seen),
        }
    }
}

async fn answer(api: &Api, ask: Ask) -> Observation {
    let Ask::Chart {
        request,
        parts,
        start,
        end,
        step,
    } = ask;
    let grid = chosen(start, end, step);
    let answers = futures::future::join_all(parts.iter().map(|(id, expr)| async move {
        let text = match id {
            Some(id) => marked(expr, id),
            None => expr.clone(),
        };
        let answer = api.query(&text, When::Over(grid)).await?;
        Ok(named(answer.data, grid, expr))
    }))
    .await;
    let whole: Result<Vec<_>, Failure> = answers.into_iter().collect();
    Observation::Chart {
        request,
        answer: whole
            .map(|parts| parts.into_iter().flatten().take(MOST_SERIES).collect())
            .map_err(|failure| failure.trouble),
    }
}

fn named(data: QueryData, grid: Grid, expr: &str) -> Vec<(String, Series)> {
    let QueryData::Matrix(mut rows) = data else {
        return Vec::new();
    };
    rows.truncate(MOST_SERIES);
    rows.iter()
        .map(|row| (name_of(&row.metric, expr), laid(&row.values, grid)))
        .collect()
}

/// `http_requests_total{job="a"}`; the question itself where the answer has no labels.
fn name_of(labels: &LabelSet, expr: &str) -> String {
    let name = labels.get("__name__").map_or("", String::as_str);
    let pairs: Vec<String> = labels
        .iter()
        .filter(|(label, _)| *label != "__name__" && *label != MARK)
        .map(|(label, value)| format!("{label}={value:?}"))
        .collect();
    let text = match (name.is_empty(), pairs.is_empty()) {
        (true, true) => expr.to_owned(),
        (_, true) => name.to_owned(),
        _ => format!("{name}{{{}}}", pairs.join(",")),
    };
    clean(&text).into_owned()
}
