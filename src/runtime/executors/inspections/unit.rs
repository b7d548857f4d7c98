//! The state of a unit of systemd, and the environment its process has.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{Inspections, files, seconds};
use crate::{
    domain::action::{
        refusal::Refusal,
        value::{Value, Values},
    },
    runtime::executors::step::plain_name,
};

/// What is asked of a unit's state.
const STATE: &str = "LoadState,ActiveState,SubState,StateChangeTimestamp";
/// What is asked to find its process.
const PROCESS: &str = "LoadState,MainPID";

impl Inspections {
    fn unit_name(unit: &str) -> Result<String, Refusal> {
        plain_name("unit", unit.to_owned(), &[':', '_', '.', '@', '\\', '-'])
    }

    pub(super) async fn unit(&self, place: Option<&str>, unit: &str) -> Result<Values, Refusal> {
        let place = self.host.places.anywhere(place)?;
        let unit = Self::unit_name(unit)?;
        let shown = self.systemd.show(place, &unit, STATE, Some("UTC")).await?;
        let state = shown.get("ActiveState");
        let since = since(shown.get("StateChangeTimestamp"));
        let text = |text: &str| {
            if text.is_empty() {
                Value::Absent
            } else {
                Value::text(text)
            }
        };
        Ok([
            (
                "active".to_owned(),
                match state {
                    "" => Value::Absent,
                    state => Value::Bool(state == "active"),
                },
            ),
            ("state".to_owned(), text(state)),
            ("sub".to_owned(), text(shown.get("SubState"))),
            (
                "since".to_owned(),
                since.map_or(Value::Absent, |then| seconds(then, self.now())),
            ),
        ]
        .into())
    }

    /// The variables of the process a unit runs: those it was started with.
    pub(super) async fn process_environment(
        &self,
        place: Option<&str>,
        unit: &str,
        variable: &str,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        let spec = self.host.places.anywhere(place)?;
        let unit = Self::unit_name(unit)?;
        let shown = self.systemd.show(spec, &unit, PROCESS, None).await?;
        let pid: u32 = shown.get("MainPID").parse().unwrap_or(0);
        let what = format!("environment of {unit}");
        if pid == 0 {
            let why = "it has no process, so it has no environment";
            return Err(Refusal::unreadable(what, why));
        }
        let path = format!("/proc/{pid}/environ");
        if self.by_another(spec) {
            // What is no text comes through marked; a value that looks like such a mark can't be told.
            let text = self.cat(spec, &["-v".to_owned(), path]).await?;
            let found = pairs(&text, "^@");
            let marked = |value: &String| value.contains('^') || value.contains("M-");
            if found.get(variable).is_some_and(marked) {
                let why = format!("{variable} is no plain text");
                return Err(Refusal::unreadable(what, why));
            }
            return Ok(found);
        }
        let bytes = files::read(PathBuf::from(path)).await;
        let bytes = bytes.map_err(|why| Refusal::unreadable(what, why))?;
        Ok(pairs(&String::from_utf8_lossy(&bytes), "\0"))
    }
}

fn pairs(text: &str, between: &str) -> BTreeMap<String, String> {
    let pairs = text.split(between).filter_map(|it| it.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// `Sun 2026-11-22 02:10:00 UTC`; nothing for a unit that never was in another state.
fn since(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, day, clock, "UTC"] = words[..] else {
        return None;
    };
    let at: DateTime = format!("{day}T{clock}").parse().ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_its_zone_or_not_at_all() {
        let at = since("Sun 2026-11-22 02:10:00 UTC").unwrap();
        assert_eq!(at.to_string(), "2026-11-22T02:10:00Z");
        assert_eq!(since("n/a"), None);
        assert_eq!(since("Sun 2026-11-22 10:10:00 CST"), None);
    }
}
