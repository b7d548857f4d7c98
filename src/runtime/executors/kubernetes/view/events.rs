//! The events of a namespace, the newest last.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{super::wire::Wire, Seen, table};
use crate::domain::{
    action::{refusal::Refusal, target::Target, value::Value},
    object::KindRef,
};

pub(super) async fn seen(wire: &Wire, target: &Target, tail: u32) -> Result<Seen, Refusal> {
    let kind = KindRef::new("", "v1", "Event", "events", true);
    let mut table = table::beside(wire, &kind, target).await?;
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let all = table.rows.len();
    let warnings = table.rows.iter();
    let warnings = warnings
        .filter(|row| row.object["type"] == "Warning")
        .count();
    table.rows.sort_by_key(|row| last(&row.object));
    let left = all.saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
    table.rows.drain(..left);
    let mut text = table.text();
    if left > 0 {
        let _ = writeln!(text, "({left} older ones are not shown)");
    }
    let values = [("count", int(all)), ("warnings", int(warnings))];
    Ok(Seen {
        text,
        values: values.map(|(name, value)| (name.to_owned(), value)).into(),
    })
}

/// When it was seen last: newer reporters leave `lastTimestamp` empty.
fn last(event: &Json) -> Option<Timestamp> {
    [
        "/lastTimestamp",
        "/series/lastObservedTime",
        "/eventTime",
        "/metadata/creationTimestamp",
    ]
    .iter()
    .find_map(|pointer| event.pointer(pointer)?.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // row: E5
    #[test]
    fn an_event_is_as_old_as_its_newest_sight() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let made = "2026-11-22T02:00:00Z";
        let later = "2026-11-22T03:00:00Z";
        let event = json!({"lastTimestamp": later, "metadata": {"creationTimestamp": made}});
        assert_eq!(last(&event), at(later));
        let event = json!({
            "lastTimestamp": null, "eventTime": made, "series": {"lastObservedTime": later},
        });
        assert_eq!(last(&event), at(later));
        let event = json!({"metadata": {"creationTimestamp": made}});
        assert_eq!(last(&event), at(made));
    }
}
