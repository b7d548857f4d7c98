//! What changed before now: what this program saw in its last hour, and before that what the records of the desk tell.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    derive::changes::{MOST, REACH, same, together},
    model::Model,
    overlay::Overlay,
};
use crate::domain::{
    change::Change,
    frame::{Past, Span},
};

/// What lies between two stretches and is no gap: a few frames, or the time one program takes to follow another.
const NO_GAP: SignedDuration = SignedDuration::from_secs(30);

/// How often records that somebody looks at are read again.
const AGAIN: Duration = Duration::from_secs(60);

/// What was read of the records.
#[derive(Debug, Clone, Default)]
pub struct Recalled {
    /// From when on, and when that was asked for on the monotonic clock.
    pub asked: Option<(Timestamp, Duration)>,
    pub read: Option<Past>,
}

/// From when on this program itself saw what changed, in the time of the world.
pub fn seen_from(model: &Model) -> Timestamp {
    let reach = SignedDuration::try_from(REACH).unwrap_or(SignedDuration::MAX);
    let began = model.of_world(model.began);
    let reach = model.now.wall.checked_sub(reach).unwrap_or(began);
    let changes = &model.time_line.changes;
    let oldest = changes.last().filter(|_| changes.len() >= MOST);
    let oldest = oldest.map_or(Timestamp::MIN, |(_, change)| change.at);
    began.max(reach).max(oldest)
}

/// All that is known to have changed, the earliest first.
pub fn changes(model: &Model) -> Vec<&Change> {
    let from = seen_from(model);
    let seen = || model.time_line.changes.iter().map(|(_, change)| change);
    let recorded = model.recalled.read.iter().flat_map(|past| &past.changes);
    let recorded = recorded.filter(|change| change.at < from).filter(|change| {
        let mut seen = seen();
        !seen.any(|other| together(other, change) && same(&other.what, &change.what))
    });
    let mut all: Vec<&Change> = recorded.chain(seen()).collect();
    all.sort_by_key(|change| change.at);
    all
}

/// The stretches of a time of which nobody knows what changed.
pub fn gaps(model: &Model, from: Timestamp, to: Timestamp) -> Vec<Span> {
    let now = Span {
        from: seen_from(model),
        to: model.now.wall,
    };
    let recorded = model.recalled.read.iter().flat_map(|past| &past.spans);
    let mut known: Vec<Span> = recorded.copied().chain([now]).collect();
    known.sort_by_key(|span| span.from);
    let mut gaps = Vec::new();
    let mut at = from;
    for span in known {
        if span.from.min(to).duration_since(at) > NO_GAP {
            let to = span.from.min(to);
            gaps.push(Span { from: at, to });
        }
        at = at.max(span.to);
    }
    if to.duration_since(at) > NO_GAP {
        gaps.push(Span { from: at, to });
    }
    gaps
}

/// From when on records are to be read now: somebody looks at a time before what this program saw.
pub(in crate::app) fn wanted(model: &Model) -> Option<Timestamp> {
    let overlays = model.view.overlays.iter();
    let from = overlays.filter_map(|overlay| match overlay {
        Overlay::Incident(screen) => Some(model.of_world(screen.incident(model)?.began)),
        Overlay::Handover(_) => Some(super::handover::shift(model).from),
        _ => None,
    });
    let from = from.min().filter(|from| *from < seen_from(model))?;
    let is_due = match model.recalled.asked {
        None => true,
        Some((before, at)) => before > from || model.now.mono.saturating_sub(at) >= AGAIN,
    };
    is_due.then_some(from)
}
