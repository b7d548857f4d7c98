//! One list from all peers: they gossip silences, not alerts, so each may have what the others lack.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::wire::{GettableAlert, Silence, State};
use crate::domain::{
    alert::{Alert, AlertState},
    clean::{clean, clean_lines},
    id::Fingerprint,
    silence as domain,
};

/// What one peer has.
#[derive(Debug, Clone, Default)]
pub(super) struct PeerView {
    pub alerts: Vec<GettableAlert>,
    pub silences: Vec<Silence>,
    pub told_silences: bool,
}

/// The silences of all peers that are not over, by id; where peers differ, the newest word is right.
pub(super) fn silences(views: &[PeerView], now: Timestamp) -> Vec<domain::Silence> {
    let mut newest: BTreeMap<&str, &Silence> = BTreeMap::new();
    for silence in views.iter().flat_map(|view| &view.silences) {
        let known = newest.get(silence.id.as_str());
        if known.is_none_or(|known| known.updated_at < silence.updated_at) {
            newest.insert(&silence.id, silence);
        }
    }
    let standing = newest.into_values().filter(|it| it.ends_at > now);
    standing.map(of_wire).collect()
}

fn of_wire(silence: &Silence) -> domain::Silence {
    let text = |text: &str| clean(text).into_owned();
    domain::Silence {
        id: text(&silence.id),
        matchers: silence
            .matchers
            .iter()
            .map(|matcher| domain::SilenceMatcher {
                name: text(&matcher.name),
                value: text(&matcher.value),
                is_regex: matcher.is_regex,
                is_equal: matcher.is_equal,
            })
            .collect(),
        starts_at: silence.starts_at.unwrap_or(Timestamp::MIN),
        ends_at: silence.ends_at,
        created_by: text(&silence.created_by),
        comment: text(&silence.comment),
    }
}

/// The union by fingerprint; where peers differ, the one that heard last is right.
pub(super) fn union(views: Vec<PeerView>) -> Vec<Alert> {
    let mut newest: BTreeMap<String, GettableAlert> = BTreeMap::new();
    let mut ends: HashMap<String, (Option<Timestamp>, Timestamp)> = HashMap::new();
    for view in views {
        for silence in view.silences {
            let known = ends.get(&silence.id);
            if known.is_none_or(|(updated, _)| *updated < silence.updated_at) {
                ends.insert(silence.id, (silence.updated_at, silence.ends_at));
            }
        }
        for alert in view.alerts {
            match newest.get(&alert.fingerprint) {
                Some(known) if !replaces(&alert, known) => {}
                _ => {
                    newest.insert(alert.fingerprint.clone(), alert);
                }
            }
        }
    }
    newest
        .into_values()
        .map(|alert| told(alert, &ends))
        .collect()
}

/// Of two that heard the same, the one that has processed it knows more.
fn replaces(new: &GettableAlert, known: &GettableAlert) -> bool {
    let rank = |alert: &GettableAlert| (alert.updated_at, alert.status.state != State::Unprocessed);
    rank(new) > rank(known)
}

fn told(alert: GettableAlert, ends: &HashMap<String, (Option<Timestamp>, Timestamp)>) -> Alert {
    let silenced_until = alert
        .status
        .silenced_by
        .iter()
        .filter_map(|id| ends.get(id).map(|(_, until)| *until))
        .max();
    let state = match alert.status.state {
        State::Unprocessed => AlertState::Unprocessed,
        State::Active => AlertState::Firing,
        State::Suppressed if alert.status.silenced_by.is_empty() => AlertState::Inhibited {
            by: alert
                .status
                .inhibited_by
                .iter()
                .map(|id| Fingerprint::from(&*clean(id)))
                .collect(),
        },
        State::Suppressed => AlertState::Silenced {
            by: alert
                .status
                .silenced_by
                .iter()
                .map(|id| clean(id).into_owned())
                .collect(),
        },
    };
    let cleaned = |labels: &BTreeMap<String, String>| {
        labels
            .iter()
            .map(|(name, value)| (clean(name).into_owned(), clean_lines(value).into_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let labels = cleaned(&alert.labels);
    Alert {
        fingerprint: Fingerprint::from(&*clean(&alert.fingerprint)),
        name: labels.get("alertname").cloned().unwrap_or_default(),
        annotations: cleaned(&alert.annotations),
        labels,
        state,
        starts_at: alert.starts_at,
        silenced_until,
        generator_url: alert
            .generator_url
            .map(|url| clean(&url).into_owned())
            .filter(|url| !url.is_empty()),
        expression: None,
    }
}
