//! What the records of a desk tell of a time that lies behind: what changed, and when somebody recorded.

use std::io;

use jiff::Timestamp;

use super::{Record, Shelf};
use crate::domain::{
    change::Change,
    frame::{Marked, Past},
};

/// So many records are looked through at most, the newest first: those of some days.
const MOST: usize = 12;

/// Reads what the records of a shelf tell from a moment on. One that can't be read tells nothing, which leaves a gap.
pub fn past(shelf: &Shelf, from: Timestamp) -> io::Result<Past> {
    let mut past = Past {
        from,
        ..Past::default()
    };
    for volume in shelf.volumes()?.into_iter().take(MOST) {
        let Ok(record) = Record::open(&volume.path) else {
            continue;
        };
        let outline = record.outline();
        let Some(ends) = outline.ends() else {
            continue;
        };
        if ends.to < from {
            // Of one shift there may be several, and those before it are older.
            break;
        }
        let spans = outline.spans.into_iter().filter(|span| span.to >= from);
        past.spans.extend(spans);
        let marks = outline.marks.into_iter().filter(|mark| mark.at >= from);
        past.changes
            .extend(marks.filter_map(|mark| match mark.what {
                Marked::Changed(what) => Some(Change { at: mark.at, what }),
                Marked::Ran { .. } | Marked::Noted { .. } => None,
            }));
    }
    past.spans.sort_by_key(|span| (span.from, span.to));
    past.changes.sort_by_key(|change| change.at);
    Ok(past)
}
