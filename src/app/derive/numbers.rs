//! SLOs, gauges and queues in their order.

use crate::{
    app::{
        model::Model,
        view::{Item, List, Pane, Sort},
    },
    domain::light::Light,
};

use super::{Candidate, ordered};

/// One row before it is sorted.
struct Row {
    item: Item,
    id: String,
    light: Option<Light>,
    depth: f64,
}

pub(super) fn slo_items(model: &Model) -> Vec<Item> {
    let lang = model.look.lang;
    let slos = model.board.slos.iter().map(|line| {
        let row = Row {
            item: Item::Slo(line.spec.id.clone()),
            id: line.spec.id.to_string(),
            light: Some(line.state.light),
            depth: 0.0,
        };
        (line.spec.title.get(lang), row)
    });
    let gauges = model.board.gauges.iter().map(|line| {
        let row = Row {
            item: Item::Gauge(line.spec.id.clone()),
            id: line.spec.id.to_string(),
            light: line.state.light,
            depth: 0.0,
        };
        (line.spec.title.get(lang), row)
    });
    items(model.view.list(Pane::Slos), slos.chain(gauges))
}

pub(super) fn queue_items(model: &Model) -> Vec<Item> {
    let rows = model.board.queues.iter().map(|line| {
        let row = Row {
            item: Item::Queue(line.spec.id.clone()),
            id: line.spec.id.to_string(),
            light: Some(line.state.light),
            depth: line.state.depth.unwrap_or(f64::NEG_INFINITY),
        };
        (line.spec.title.get(model.look.lang), row)
    });
    items(model.view.list(Pane::Queues), rows)
}

fn items<'a>(list: &List, rows: impl Iterator<Item = (&'a str, Row)>) -> Vec<Item> {
    let mut rows: Vec<Row> = rows
        .filter(|(title, row)| {
            let text = format!("{title} {}", row.id);
            list.filter.is_empty()
                || list.filter.matches(&Candidate {
                    text,
                    labels: None,
                    extra: &[],
                })
        })
        .map(|(_, row)| row)
        .collect();
    match list.sort {
        Sort::Name => rows.sort_by(|a, b| a.id.cmp(&b.id)),
        Sort::Worst => rows.sort_by_key(|row| rank(row.light)),
        Sort::Depth => rows.sort_by(|a, b| b.depth.total_cmp(&a.depth)),
        // As the pack lists them.
        _ => {}
    }
    ordered(rows, list.reverse)
        .into_iter()
        .map(|row| row.item)
        .collect()
}

const fn rank(light: Option<Light>) -> u8 {
    match light {
        Some(Light::Red) => 0,
        Some(Light::Unknown) => 1,
        Some(Light::Yellow) => 2,
        Some(Light::Green) => 3,
        None => 4,
    }
}
