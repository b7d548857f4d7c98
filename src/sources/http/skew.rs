//! How far a server's clock is ahead of ours, as its `Date` tells.

use jiff::{SignedDuration, Timestamp};

/// A `Date` has whole seconds and is written before the way back, so less than a second and a half is nothing.
pub fn ahead(date: Timestamp, now: Timestamp) -> SignedDuration {
    let measured = date.duration_since(now);
    if measured.abs() <= SignedDuration::from_millis(1_500) {
        SignedDuration::ZERO
    } else {
        SignedDuration::from_secs(measured.as_secs())
    }
}
