//! Silences as they are looked through: what each hides now, and which want a look.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::silence::Silence;

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

fn line<'a>(model: &Model, silence: &'a Silence, now: Timestamp) -> SilenceLine {
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
