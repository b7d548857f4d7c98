//! Silences as they are looked through: what each hides now, and which want a look.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    alert::Alert,
    silence::{self, Silence, SilenceMatcher, read_matchers},
};

use super::model::Model;

/// From so long before its end on a silence is about to end.
const SOON: Duration = Duration::from_secs(30 * 60);

/// One silence with what it hides.
#[derive(Debug, Clone, PartialEq)]
pub struct SilenceLine {
    pub silence: Silence,
    /// How many alerts of now it hides.
    pub hides: usize,
    pub state: SilenceState,
}

/// Whether a silence wants a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SilenceState {
    /// It ends soon, and what it hides will call again.
    Ending,
    /// What it hides is not known: its expressions can't be read here.
    Unread,
    /// Nothing of what fires is hidden by it.
    HidesNothing,
    /// It has not begun.
    Pending,
    On,
}

/// All that are not over, those that want a look first, counted now; `None` until Alertmanager told. Screens show what was
/// worked out last: `model.silences`.
pub fn silences(model: &Model) -> Option<Vec<SilenceLine>> {
    let now = model.now.wall;
    let all = model.alerts.silences.as_ref()?;
    let mut lines: Vec<SilenceLine> = all
        .iter()
        .filter(|silence| !silence.is_over(now))
        .map(|silence| line(model, silence, now))
        .collect();
    lines.sort_by(|one, other| {
        (one.state, one.silence.ends_at, &one.silence.id).cmp(&(
            other.state,
            other.silence.ends_at,
            &other.silence.id,
        ))
    });
    Some(lines)
}

fn line(model: &Model, silence: &Silence, now: Timestamp) -> SilenceLine {
    let alerts = model.alerts.alerts.values();
    let hides = silence.hides(alerts.map(|line| &line.alert.labels));
    let soon = SignedDuration::try_from(SOON).is_ok_and(|soon| {
        let left = silence.ends_at.duration_since(now);
        left <= soon
    });
    let state = if silence.starts_at > now {
        SilenceState::Pending
    } else if silence.is_unread() {
        SilenceState::Unread
    } else if hides == 0 {
        SilenceState::HidesNothing
    } else if soon {
        SilenceState::Ending
    } else {
        SilenceState::On
    };
    SilenceLine {
        silence: silence.clone(),
        hides,
        state,
    }
}

/// Those that end soon and hide something: who is on watch will hear of it.
pub fn ending(model: &Model) -> impl Iterator<Item = &SilenceLine> {
    let all = model.silences.iter().flat_map(|lines| lines.iter());
    all.filter(|line| line.state == SilenceState::Ending)
}
/// What matchers that are typed would hide of what is there now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WouldHide {
    pub count: usize,
    /// How many of each name, the most first.
    pub names: Vec<(String, usize)>,
    /// How many are of other names than the alert that is meant.
    pub others: usize,
}

/// What these matchers would hide; `None` where they can't be read. `of` is the name of the alert that is meant.
pub fn would_hide(model: &Model, text: &str, of: Option<&str>) -> Option<WouldHide> {
    let matchers = read_matchers(text).ok()?;
    let covers = silence::covers(&matchers);
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut would = WouldHide::default();
    for line in model.alerts.alerts.values() {
        if covers(&line.alert.labels) {
            would.count += 1;
            would.others += usize::from(of.is_some_and(|name| name != line.alert.name));
            *names.entry(&line.alert.name).or_default() += 1;
        }
    }
    would.names = names
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect();
    would
        .names
        .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Some(would)
}

/// The matchers that a silence for an alert begins with: its name.
pub fn of_alert(alert: &Alert) -> String {
    let name = SilenceMatcher {
        name: "alertname".to_owned(),
        value: alert.name.clone(),
        is_regex: false,
        is_equal: true,
    };
    silence::shown(&[name])
}

/// The matchers that mean this one alert: all of its labels.
pub fn of_exactly(alert: &Alert) -> String {
    let all = alert.labels.iter().map(|(name, value)| SilenceMatcher {
        name: name.clone(),
        value: value.clone(),
        is_regex: false,
        is_equal: true,
    });
    silence::shown(&all.collect::<Vec<_>>())
}
