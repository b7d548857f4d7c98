//! Alerts in their order: severity, then state, then the oldest first; grouped by name where the person asked for it.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    app::{
        model::{AlertLine, Model},
        triaging,
        view::{Item, Pane, Sort},
    },
    domain::alert::AlertState,
};

use super::{Candidate, ordered};

pub(super) fn items(model: &Model) -> Vec<Item> {
    let list = model.view.list(Pane::Alerts);
    let mut lines: Vec<&AlertLine> = model
        .alerts
        .alerts
        .values()
        .filter(|line| list.filter.is_empty() || list.filter.matches(&candidate(line)))
        .collect();
    match list.sort {
        Sort::Name => lines.sort_by(|a, b| {
            (&a.alert.name, a.alert.starts_at).cmp(&(&b.alert.name, b.alert.starts_at))
        }),
        // The newest first.
        Sort::Age => lines.sort_by_key(|line| Reverse(line.alert.starts_at)),
        _ => lines.sort_by_key(|line| {
            (
                state_rank(&line.alert.state),
                line.severity,
                line.alert.starts_at,
            )
        }),
    }
    let lines = ordered(lines, list.reverse);
    if triaging::is_folded(model) {
        grouped(&lines)
    } else {
        lines.into_iter().map(item).collect()
    }
}

/// What still wants someone stands above what is hidden on purpose.
const fn state_rank(state: &AlertState) -> u8 {
    match state {
        AlertState::Firing | AlertState::FiringUnseen | AlertState::Unprocessed => 0,
        AlertState::Pending => 1,
        AlertState::Inhibited { .. } => 2,
        AlertState::Silenced { .. } => 3,
    }
}

fn item(line: &AlertLine) -> Item {
    Item::Alert(line.alert.fingerprint.clone())
}

/// A name that stands more than once becomes one row; the group stands where its first alert would.
fn grouped(lines: &[&AlertLine]) -> Vec<Item> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(&line.alert.name).or_default() += 1;
    }
    let mut items = Vec::new();
    for line in lines {
        match counts.get_mut(line.alert.name.as_str()) {
            Some(count) if *count > 1 => {
                items.push(Item::AlertGroup(line.alert.name.clone()));
                *count = 0;
            }
            Some(1) => items.push(item(line)),
            _ => {}
        }
    }
    items
}

fn candidate(line: &AlertLine) -> Candidate<'_> {
    let state = match line.alert.state {
        AlertState::Pending => "pending",
        AlertState::Unprocessed | AlertState::Firing | AlertState::FiringUnseen => "firing",
        AlertState::Silenced { .. } => "silenced",
        AlertState::Inhibited { .. } => "inhibited",
    };
    let summary = line
        .alert
        .annotations
        .get("summary")
        .map(String::as_str)
        .unwrap_or_default();
    Candidate {
        text: format!("{} {} {summary}", line.alert.name, line.severity_word),
        labels: Some(&line.alert.labels),
        extra: match state {
            "pending" => &[("state", "pending")],
            "silenced" => &[("state", "silenced")],
            "inhibited" => &[("state", "inhibited")],
            _ => &[("state", "firing")],
        },
    }
}
