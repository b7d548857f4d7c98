//! The time that a demo begins at.

use std::str::FromStr;

use jiff::{
    Timestamp,
    civil::{DateTime, Time},
    tz::TimeZone,
};

/// When a demo begins: today at a time of day, or on a day of its own.
#[derive(Debug, Clone, Copy)]
pub enum Beginning {
    Today(Time),
    On(DateTime),
}

impl Beginning {
    /// The moment it is in a zone, where today is a day of that zone.
    pub(super) fn moment(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let at = match self {
            Self::Today(time) => now.to_zoned(zone.clone()).date().to_datetime(time),
            Self::On(at) => at,
        };
        zone.to_timestamp(at).ok()
    }
}

impl FromStr for Beginning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = text.parse().map(Self::On);
        let time = || text.parse().map(Self::Today);
        // A day alone would begin at midnight, which nobody said.
        (if text.contains(['T', ' ']) {
            day
        } else {
            time()
        })
        .map_err(|_| "write 06:55 or 2026-03-29T06:55".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(text: &str) -> Option<String> {
        let now: Timestamp = "2026-11-20T22:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let beginning: Beginning = text.parse().ok()?;
        beginning.moment(now, &zone).map(|at| at.to_string())
    }

    #[test]
    fn it_begins_on_the_day_of_the_packs_zone_or_on_one_that_is_named() {
        assert_eq!(begins("06:55").as_deref(), Some("2026-11-20T22:55:00Z"));
        assert_eq!(
            begins("2026-03-29T06:55").as_deref(),
            Some("2026-03-28T22:55:00Z")
        );
        for wrong in ["", "6", "25:00", "2026-03-29", "2026-02-30T06:55", "soon"] {
            assert_eq!(begins(wrong), None, "{wrong}");
        }
    }
}
