//! A time as a person types it to jump there: `14:32`, `-5m`, RFC 3339.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// The time that is meant: the last one of that clock, so long before now, or the very one.
pub fn meant(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(back) = text.strip_prefix(['-', '−']) {
        return now.checked_sub(span(back)?).ok();
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let clock = |text: &str| -> Option<civil::Time> {
        let whole = if text.matches(':').count() == 1 {
            format!("{text}:00")
        } else {
            text.to_owned()
        };
        let padded = if whole.find(':') == Some(1) {
            format!("0{whole}")
        } else {
            whole
        };
        text.contains(':').then(|| padded.parse().ok()).flatten()
    };
    if let Some(time) = clock(text) {
        let today = now.to_zoned(zone.clone()).date();
        let on = |date: civil::Date| {
            Some(
                date.to_datetime(time)
                    .to_zoned(zone.clone())
                    .ok()?
                    .timestamp(),
            )
        };
        return match on(today) {
            Some(at) if at <= now => Some(at),
            _ => on(today.yesterday().ok()?),
        };
    }
    let (date, time) = text.split_once([' ', 'T'])?;
    let date: civil::Date = date.parse().ok()?;
    let at = date.to_datetime(clock(time.trim())?);
    Some(at.to_zoned(zone.clone()).ok()?.timestamp())
}

/// `90s`, `5m`, `1h30m`, `2d`.
fn span(text: &str) -> Option<SignedDuration> {
    let mut all = SignedDuration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let part = SignedDuration::from_secs(number.checked_mul(seconds)?);
        all = all.checked_add(part)?;
        rest = rest[end + unit.len_utf8()..].trim_start();
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_understood_as_they_are_typed() {
        let now: Timestamp = "2026-11-21T06:32:10Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (text, expected) in [
            ("14:32", Some("2026-11-21T06:32:00Z")),
            ("14:32:10", Some("2026-11-21T06:32:10Z")),
            ("9:05", Some("2026-11-21T01:05:00Z")),
            // Later than now: it was yesterday.
            ("14:33", Some("2026-11-20T06:33:00Z")),
            ("-5m", Some("2026-11-21T06:27:10Z")),
            ("-1h30m", Some("2026-11-21T05:02:10Z")),
            (" -90s ", Some("2026-11-21T06:30:40Z")),
            ("2026-11-21T06:00:00Z", Some("2026-11-21T06:00:00Z")),
            (
                "2026-11-21T14:00:00.5+08:00",
                Some("2026-11-21T06:00:00.5Z"),
            ),
            ("2026-11-21 14:00", Some("2026-11-21T06:00:00Z")),
            ("25:00", None),
            ("-", None),
            ("-5", None),
            ("-5x", None),
            ("soon", None),
            ("14", None),
            ("", None),
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(meant(text, now, &zone), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_is_too_much(text in "[-0-9:TZ.+ smhd−]{0,24}", other in any::<String>()) {
            let now: Timestamp = "2026-11-21T06:32:10Z".parse().unwrap();
            meant(&text, now, &TimeZone::UTC);
            meant(&other, now, &TimeZone::UTC);
        }
    }
}
