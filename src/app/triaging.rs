//! Who takes care of an alert, and by when somebody must.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    change::What,
    id::Fingerprint,
    logbook::{AlertLog, alert::Acknowledgement},
};

use super::{
    availability::top,
    model::{AlertLine, Model},
    overlay::Overlay,
    view::{Item, Pane},
};

/// From this many alerts on they are folded by name where the person has not chosen otherwise.
pub const STORM: usize = 40;
/// From so often in the last hour on an alert is said to flap.
pub const FLAPS: usize = 3;

/// Whether somebody takes care of an alert that calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Care<'a> {
    /// Nobody yet, and nothing says by when.
    Open,
    /// Nobody yet; the time by which somebody must.
    Waiting {
        by: Timestamp,
    },
    Taken(&'a Acknowledgement),
}

/// Whether somebody takes care of an alert; `None` where it calls for nobody.
pub fn care<'a>(model: &'a Model, line: &AlertLine) -> Option<Care<'a>> {
    if !line.alert.state.calls() {
        return None;
    }
    if let Some(seen) = log(model, line).and_then(|log| log.acknowledged.as_ref()) {
        return Some(Care::Taken(seen));
    }
    Some(respond_by(model, line).map_or(Care::Open, |by| Care::Waiting { by }))
}

/// The time by which somebody must take care of an alert, where the pack says one.
pub fn respond_by(model: &Model, line: &AlertLine) -> Option<Timestamp> {
    let said = model.alerts.respond_by.get(&line.alert.fingerprint);
    said.copied()
        .or_else(|| after(line, model.pack.respond_within(&line.alert.labels)?))
}

/// The time by which all should be well again, where the pack says one.
pub fn restore_by(model: &Model, line: &AlertLine) -> Option<Timestamp> {
    after(line, model.pack.restore_within(&line.alert.labels)?)
}

fn after(line: &AlertLine, time: Duration) -> Option<Timestamp> {
    let time = SignedDuration::try_from(time).ok()?;
    line.alert.starts_at.checked_add(time).ok()
}

/// What was written down about an alert as it fires now.
pub fn log<'a>(model: &'a Model, line: &AlertLine) -> Option<&'a AlertLog> {
    model.logbook.alerts.of(&line.alert)
}

/// How many call and nobody has seen.
pub fn waiting(model: &Model) -> usize {
    let all = model.alerts.alerts.values();
    all.filter(|line| matches!(care(model, line), Some(Care::Open | Care::Waiting { .. })))
        .count()
}

/// How often an alert came within the time that is looked back over.
pub fn came(model: &Model, fingerprint: &Fingerprint) -> usize {
    let changes = model.time_line.changes.iter();
    changes
        .filter(|(_, change)| {
            matches!(&change.what, What::AlertCame { fingerprint: own, .. } if own == fingerprint)
        })
        .count()
}

/// Whether alerts are folded by name: as the person chose, else where there are too many to read.
pub fn is_folded(model: &Model) -> bool {
    let many = model.alerts.alerts.len() >= STORM;
    model.view.alerts_grouped.unwrap_or(many)
}

/// The alerts that a key means: the open one, else those that were marked, else the selected one or all of its group.
pub fn meant(model: &Model) -> Vec<&AlertLine> {
    let lines = &model.alerts.alerts;
    if let Some(Overlay::Alert { fingerprint, .. }) = top(model) {
        return lines.get(fingerprint).into_iter().collect();
    }
    let marked: Vec<&AlertLine> = marked(model).filter_map(|of| lines.get(of)).collect();
    if !marked.is_empty() {
        return marked;
    }
    match &model.view.list(Pane::Alerts).selected {
        Some(Item::Alert(fingerprint)) => lines.get(fingerprint).into_iter().collect(),
        Some(Item::AlertGroup(name)) => {
            let named = lines.values().filter(|line| line.alert.name == *name);
            named.collect()
        }
        _ => Vec::new(),
    }
}

fn marked(model: &Model) -> impl Iterator<Item = &Fingerprint> {
    model.view.marked_alerts.iter()
}

/// The rows of a selected item that can be marked.
pub(in crate::app) fn markable(model: &Model) -> BTreeSet<Fingerprint> {
    match &model.view.list(Pane::Alerts).selected {
        Some(Item::Alert(fingerprint)) => BTreeSet::from([fingerprint.clone()]),
        Some(Item::AlertGroup(name)) => {
            let lines = model.alerts.alerts.values();
            let named = lines.filter(|line| line.alert.name == *name);
            named.map(|line| line.alert.fingerprint.clone()).collect()
        }
        _ => BTreeSet::new(),
    }
}
