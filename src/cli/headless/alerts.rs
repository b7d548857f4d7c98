//! `quarterdeck alerts`: what calls for somebody, then what is hidden on purpose.

use crate::app::snapshot::{AlertEntry, Entry, What};

use super::{
    face::Face,
    table::{Cell, Table, Tint},
};

pub(super) fn table<'a>(face: &Face, entries: impl Iterator<Item = &'a Entry>) -> Table {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("col-severity", 1),
        face.left("col-alert", 0),
        face.right("col-age", 2),
        face.left("col-state", 3),
        face.left("col-labels", 4),
    ]);
    for entry in entries {
        if let What::Alert(alert) = &entry.what {
            table.rows.push(row(face, entry, alert));
        }
    }
    table
}

fn row(face: &Face, entry: &Entry, alert: &AlertEntry) -> Vec<Cell> {
    let tint = entry.light.map_or(Tint::Dim, Tint::Of);
    let severity = if alert.severity_word.is_empty() {
        alert.severity
    } else {
        &alert.severity_word
    };
    let labels: Vec<String> = alert
        .labels
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "alertname" | "severity"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let state = face.alert_state(alert);
    let state = match &alert.acknowledged {
        Some(seen) => face.with(
            "alert-seen-by",
            &[("state", state.into()), ("who", seen.by.as_str().into())],
        ),
        None => state,
    };
    let state = match face.belief(&entry.belief) {
        Some(why) => format!("{state}, {why}"),
        None => state,
    };
    vec![
        face.sign(entry),
        Cell::new(severity, tint),
        Cell::plain(alert.name.as_str()),
        Cell::plain(face.age(alert.starts_at)),
        Cell::new(state, Tint::Dim),
        Cell::new(labels.join(" "), Tint::Dim),
    ]
}
