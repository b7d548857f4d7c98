//! The order of a desk's lines, the same on every bastion: by time, none before what its writer knew, none out of its own
//! chain, whatever the clocks did.

use jiff::{SignedDuration, Timestamp};

use super::LogLine;
use crate::domain::id::LineId;

/// What lies at least between a line and one that its writer knew.
const STEP: SignedDuration = SignedDuration::from_micros(1);

/// The chain a line is in, and its number there.
fn place(id: &LineId) -> (&str, u64) {
    let id = id.as_str();
    let parts = id.rsplit_once('/');
    parts
        .and_then(|(origin, number)| Some((origin, number.parse().ok()?)))
        .unwrap_or((id, 0))
}

/// The lines in their order, each with the time it has in it.
pub(super) fn ordered<'a>(
    lines: impl Iterator<Item = &'a LogLine>,
) -> Vec<(Timestamp, &'a LogLine)> {
    let mut lines: Vec<((&str, u64), &LogLine)> =
        lines.map(|line| (place(&line.id), line)).collect();
    lines.sort_by_key(|(place, _)| *place);
    let mut before: Option<(&str, Timestamp)> = None;
    let mut placed = Vec::with_capacity(lines.len());
    for ((origin, number), line) in lines {
        let known = line.entry.after.and_then(|at| at.checked_add(STEP).ok());
        let mut at = known.map_or(line.at, |known| known.max(line.at));
        if let Some((_, earlier)) = before.filter(|(of, _)| *of == origin) {
            at = at.max(earlier);
        }
        before = Some((origin, at));
        placed.push(((at, origin, number), line));
    }
    placed.sort_by_key(|(key, _)| *key);
    placed
        .into_iter()
        .map(|((at, ..), line)| (at, line))
        .collect()
}
