//! Spans and times as short texts; a zone appears only here, when a text is made.

use std::time::Duration;

use crate::domain::elapsed;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A span in at most five cells up to 99 days: `45s`, `12m`, `3h05m`, `4d`.
pub fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A span in kubectl's words, letter for letter: `95s`, `5m30s`, `3h`, `5d4h`, `2y100d`; `<invalid>` where it lies ahead.
pub fn as_kubectl(span: SignedDuration) -> String {
    elapsed::written(span)
}

/// A span that counts down to the second: `03:12`, `1:04:09`.
pub fn countdown(left: Duration) -> String {
    let seconds = left.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// The wall clock in a zone: `14:32`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// The wall clock in a zone, to the second: `14:32:05`.
pub fn clock_seconds(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

/// The wall clock with its distance to UTC: `14:32 +08`, `20:02 +05:30`.
pub fn clock_with_offset(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} {}", clock(at, zone), offset(at, zone))
}

/// The date and the wall clock: `11-21 14:32`.
pub fn day_and_clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%m-%d %H:%M")
        .to_string()
}

/// The distance of a zone to UTC at a time: `+08`, `+05:30`, `+00`.
pub fn offset(at: Timestamp, zone: &TimeZone) -> String {
    let minutes = zone.to_offset(at).seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 {
        format!("{sign}{hours:02}")
    } else {
        format!("{sign}{hours:02}:{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_kubectl_has_them() {
        let day = 86_400;
        for (seconds, text) in [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (599, "9m59s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (19_800, "5h30m"),
            (28_800, "8h"),
            (2 * day - 1, "47h"),
            (2 * day, "2d"),
            (3 * day + 5 * 3600, "3d5h"),
            (8 * day, "8d"),
            (729 * day, "729d"),
            (730 * day, "2y"),
            (831 * day, "2y101d"),
            (8 * 365 * day, "8y"),
        ] {
            assert_eq!(as_kubectl(SignedDuration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn spans_are_short() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (754, "12m"),
            (3600, "1h00m"),
            (11_100, "3h05m"),
            (86_399, "23h59m"),
            (4 * 86_400 + 5, "4d"),
        ] {
            assert_eq!(short(Duration::from_secs(seconds)), text);
        }
        assert_eq!(countdown(Duration::from_secs(192)), "03:12");
        assert_eq!(countdown(Duration::from_secs(3849)), "1:04:09");
    }

    #[test]
    fn the_clock_says_its_zone() {
        let at: Timestamp = "2026-11-21T06:32:05Z".parse().unwrap();
        let zone = |name| TimeZone::get(name).unwrap();
        assert_eq!(clock_with_offset(at, &zone("Asia/Shanghai")), "14:32 +08");
        assert_eq!(clock_with_offset(at, &zone("Asia/Kolkata")), "12:02 +05:30");
        assert_eq!(
            clock_with_offset(at, &zone("America/St_Johns")),
            "03:02 -03:30"
        );
        assert_eq!(clock_with_offset(at, &TimeZone::UTC), "06:32 +00");
        assert_eq!(clock_seconds(at, &TimeZone::UTC), "06:32:05");
        assert_eq!(day_and_clock(at, &TimeZone::UTC), "11-21 06:32");
    }
}
