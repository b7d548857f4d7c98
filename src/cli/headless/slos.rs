//! `quarterdeck slos`: SLOs and gauges with their limits beside them.

use crate::{
    app::snapshot::{Entry, Freshness, What},
    domain::{gauge::Unit, limit::Limit},
    ui::figure,
};

use super::{
    face::Face,
    table::{Cell, Table, Tint},
};

pub(super) fn table<'a>(face: &Face, entries: impl Iterator<Item = &'a Entry>) -> Table {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("col-slo", 0),
        face.right("col-value", 0),
        face.left("col-limit", 1),
        face.left("col-budget", 2),
        face.left("col-burn", 3),
    ]);
    for entry in entries {
        table.rows.extend(row(face, entry));
    }
    table
}

fn row(face: &Face, entry: &Entry) -> Option<Vec<Cell>> {
    let (title, value, unit, limit, window, budget, note) = match &entry.what {
        What::Slo(slo) => {
            let left = slo.budget_left.map(figure::whole_percent);
            let limit = Limit::AtLeast(slo.objective);
            (
                &slo.title,
                slo.good,
                Unit::Share,
                Some(limit),
                Some("5m".to_owned()),
                left.unwrap_or_default(),
                face.burn(slo),
            )
        }
        What::Gauge(gauge) => {
            let window = gauge.over_seconds.map(std::time::Duration::from_secs);
            let window = window.map(figure::window);
            (
                &gauge.title,
                gauge.value,
                gauge.unit,
                gauge.limit,
                window,
                String::new(),
                String::new(),
            )
        }
        _ => return None,
    };
    let tint = entry.light.map_or(Tint::Plain, Tint::Of);
    let shown = value.map(|value| face.value(value, unit, limit));
    let limit = limit.map(|limit| face.limit(limit, unit));
    let limit = match (limit, window) {
        (Some(limit), Some(window)) => format!("{limit}/{window}"),
        (Some(limit), None) => limit,
        _ => String::new(),
    };
    let why = match entry.belief.freshness {
        Freshness::Live => None,
        _ => face.belief(&entry.belief),
    };
    Some(vec![
        face.sign(entry),
        Cell::plain(title.as_str()),
        Cell::new(shown.unwrap_or_default(), tint),
        Cell::new(limit, Tint::Dim),
        Cell::plain(budget),
        Cell::new(why.unwrap_or(note), tint),
    ])
}
