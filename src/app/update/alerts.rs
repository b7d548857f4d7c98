//! Alerts, joined from what Alertmanager, Prometheus and the pack say of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    app::{
        board,
        derive::changes,
        model::{AlertLine, Model},
        update::departures,
    },
    domain::{
        alert::{Alert, AlertState, fingerprint, joined},
        change::{Change, What},
        departure::Cause,
        freshness::SourceId,
        id::Fingerprint,
    },
    pack::{AlertSpec, Truth},
};

/// What names the source of an alert that only the pack states, in its labels.
pub(super) const SOURCE: (&str, &str) = ("source", "pack");

/// Takes everything that one source has now.
pub(super) fn take(model: &mut Model, from: SourceId, alerts: Vec<Alert>) {
    if from == SourceId::Rules {
        model.alerts.by_rules = alerts;
    } else {
        model.alerts.by_alertmanager = alerts;
        model.alerts.filled = true;
    }
}

/// Takes what the pack states: true fires, false clears, unknown does neither. Whether anything changed.
pub(super) fn take_stated(model: &mut Model) -> bool {
    let before = std::mem::take(&mut model.alerts.by_pack);
    let mut after = Vec::new();
    for (spec, verdict) in model.pack.alerts().iter().zip(&model.board.verdicts) {
        let alert = stated(spec, verdict.since, model);
        let known = before
            .iter()
            .find(|known| known.fingerprint == alert.fingerprint);
        match (verdict.fires, known) {
            (Some(Truth::True), None) => after.push(alert),
            // Stored values that came later may tell of an earlier beginning.
            (Some(Truth::True | Truth::Unknown), Some(known)) => after.push(Alert {
                starts_at: verdict
                    .since
                    .map_or(known.starts_at, |since| since.min(known.starts_at)),
                ..known.clone()
            }),
            _ => {}
        }
    }
    let changed = before != after;
    model.alerts.by_pack = after;
    changed
}

/// An alert of the pack as it began then, or begins now.
fn stated(spec: &AlertSpec, since: Option<Timestamp>, model: &Model) -> Alert {
    let matchers = spec.matchers.iter();
    let mut labels: BTreeMap<String, String> = matchers
        .filter_map(|(label, values)| Some((label.clone(), values.first()?.clone())))
        .collect();
    let name = labels
        .entry("alertname".to_owned())
        .or_insert_with(|| spec.id.clone())
        .clone();
    labels.insert(SOURCE.0.to_owned(), SOURCE.1.to_owned());
    let title = spec.title.as_ref().map(|title| {
        let text = title.get(model.look.lang).to_owned();
        ("summary".to_owned(), text)
    });
    Alert {
        fingerprint: fingerprint(&labels),
        name,
        labels,
        annotations: title.into_iter().collect(),
        state: AlertState::Firing,
        starts_at: since.unwrap_or(model.now.wall),
        silenced_until: None,
        generator_url: None,
        expression: spec.fires(),
    }
}

/// Joins what all of them say, and notes what came and what left. Whether anything did.
pub(super) fn join(model: &mut Model) -> bool {
    let said = &model.alerts;
    let all = joined(&said.by_alertmanager, &said.by_rules, &said.by_pack);
    let lines = all.into_iter().map(|alert| {
        let line = board::alert_line(model, alert);
        (line.alert.fingerprint.clone(), line)
    });
    let new: BTreeMap<_, _> = lines.collect();
    let old = std::mem::replace(&mut model.alerts.alerts, new);
    let new = &model.alerts.alerts;
    let came = fired(new)
        .filter(|alert| !is_among(&old, alert))
        .map(|alert| Change {
            at: alert.starts_at,
            what: What::AlertCame {
                fingerprint: alert.fingerprint.clone(),
                name: alert.name.clone(),
            },
        });
    let hidden = fired(&old)
        .filter(|alert| alert.state.calls())
        .filter_map(|alert| Some((alert, hidden(&new.get(&alert.fingerprint)?.alert.state)?)));
    let left = fired(&old)
        .filter(|alert| !is_among(new, alert))
        .map(|alert| (alert, Cause::Unknown));
    let gone: Vec<AlertLine> = fired(&old)
        .filter(|alert| !is_among(new, alert))
        .filter_map(|alert| old.get(&alert.fingerprint).cloned())
        .collect();
    let left = hidden.chain(left).map(|(alert, cause)| Change {
        at: model.now.wall,
        what: What::AlertLeft {
            fingerprint: alert.fingerprint.clone(),
            name: alert.name.clone(),
            cause,
        },
    });
    let found: Vec<Change> = came.chain(left).collect();
    let changed = !found.is_empty();
    if changed {
        changes::add(model, found);
    }
    departures::left(model, gone);
    changed
}

/// What hides an alert that is still there.
const fn hidden(state: &AlertState) -> Option<Cause> {
    match state {
        AlertState::Silenced { .. } => Some(Cause::Silenced),
        AlertState::Inhibited { .. } => Some(Cause::Inhibited),
        _ => None,
    }
}

/// Alerts as they are listed.
type Lines = BTreeMap<Fingerprint, AlertLine>;

/// Those that are further than pending.
fn fired(lines: &Lines) -> impl Iterator<Item = &Alert> {
    lines
        .values()
        .map(|line| &line.alert)
        .filter(|alert| alert.state != AlertState::Pending)
}

/// Whether this alert fires among these, be it told by another source with other labels.
fn is_among(lines: &Lines, alert: &Alert) -> bool {
    lines
        .get(&alert.fingerprint)
        .is_some_and(|line| line.alert.state != AlertState::Pending)
        || fired(lines).any(|other| other.became(alert) || alert.became(other))
}
