//! The chain: what is hashed of an entry, and how each hash holds the one before it.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{LedgerError, Line};
use crate::domain::{
    action::record::{ActorMark, Entry},
    id::RunId,
};

/// What stands before the first entry of a chain.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An entry as it is kept: in the very text that was hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub origin: String,
    pub sequence: u64,
    pub at: Timestamp,
    /// Canonical JSON.
    pub actor: String,
    pub run: Option<String>,
    /// Canonical JSON.
    pub entry: String,
    pub hash: String,
}

impl Link {
    /// The next entry of a chain whose head is `previous`.
    pub fn forge(
        origin: &str,
        (sequence, previous): (u64, &str),
        at: Timestamp,
        actor: &ActorMark,
        run: Option<&RunId>,
        entry: &Entry,
    ) -> Result<Self, LedgerError> {
        let mut link = Self {
            origin: origin.to_owned(),
            sequence,
            at: to_the_microsecond(at),
            actor: canonical(actor)?,
            run: run.map(|run| run.as_str().to_owned()),
            entry: canonical(entry)?,
            hash: String::new(),
        };
        link.hash = link.hash_after(previous);
        Ok(link)
    }

    /// The JSON that is hashed: keys in order, no space.
    pub fn body(&self) -> String {
        format!(
            r#"{{"actor":{},"at":"{}","entry":{},"origin":{},"run":{},"sequence":{}}}"#,
            self.actor,
            self.at,
            self.entry,
            quoted(&self.origin),
            self.run.as_deref().map_or("null".to_owned(), quoted),
            self.sequence
        )
    }

    /// What its hash must be when `previous` stands before it.
    pub fn hash_after(&self, previous: &str) -> String {
        hash(previous, &self.body())
    }

    pub fn line(&self) -> Result<Line, LedgerError> {
        let broken = |error: serde_json::Error| {
            LedgerError::Broken(format!(
                "entry {} of {} is not what it should be: {error}",
                self.sequence, self.origin
            ))
        };
        Ok(Line {
            origin: self.origin.clone(),
            sequence: self.sequence,
            at: self.at,
            actor: serde_json::from_str(&self.actor).map_err(broken)?,
            run: self.run.as_deref().map(RunId::from),
            entry: match serde_json::from_str(&self.entry) {
                Ok(entry) => entry,
                Err(error) => newer(&self.entry).ok_or_else(|| broken(error))?,
            },
            hash: self.hash.clone(),
        })
    }
}

/// What a newer program wrote, of which this one knows no more than its kind: its chain goes on all the same. A line of a
/// kind that is known here must be read; what people write down is nothing that a run depends on.
fn newer(text: &str) -> Option<Entry> {
    #[derive(serde::Deserialize)]
    struct Kind {
        kind: String,
    }
    let Kind { kind } = serde_json::from_str(text).ok()?;
    let bare = serde_json::json!({ "kind": kind });
    let error = serde_json::from_value::<Entry>(bare).err();
    let unknown = error.is_some_and(|it| it.to_string().starts_with("unknown variant"));
    (unknown || kind == "log").then_some(Entry::Newer { kind })
}

/// SHA-256 over the hash before, a line end, and the text, in hex.
pub fn hash(previous: &str, text: &str) -> String {
    let mut sha = Sha256::new();
    sha.update(previous.as_bytes());
    sha.update(b"\n");
    sha.update(text.as_bytes());
    sha.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// A value as JSON whose keys are in order and that holds no space: the same text for the same value everywhere.
pub fn canonical(value: &impl Serialize) -> Result<String, LedgerError> {
    let value = serde_json::to_value(value)
        .map_err(|error| LedgerError::Broken(format!("an entry has no JSON form: {error}")))?;
    let mut text = String::new();
    write_sorted(&value, &mut text);
    Ok(text)
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort_unstable();
            text.push('{');
            for (place, name) in names.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&quoted(name));
                text.push(':');
                write_sorted(&fields[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        Value::String(part) => text.push_str(&quoted(part)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The time as every store keeps it: PostgreSQL knows no nanoseconds.
pub fn to_the_microsecond(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(entry: &str) -> Link {
        Link {
            origin: "bastion-2".to_owned(),
            sequence: 1,
            at: Timestamp::UNIX_EPOCH,
            actor: serde_json::to_string(&ActorMark::default()).expect("an actor"),
            run: None,
            entry: entry.to_owned(),
            hash: String::new(),
        }
    }

    #[test]
    fn what_a_newer_program_wrote_is_no_fault_of_its_chain() {
        for (entry, kind) in [
            (
                r#"{"kind":"log","desk":{},"noted":{"about":"tides"}}"#,
                "log",
            ),
            (r#"{"kind":"paused","step":1}"#, "paused"),
        ] {
            let line = link(entry).line().expect("it is read");
            let newer = Entry::Newer {
                kind: kind.to_owned(),
            };
            assert_eq!(line.entry, newer);
            assert_eq!(line.log(), None);
        }
        for broken in [
            r#"{"kind":"intent"}"#,
            r#"{"kind":"step-started"}"#,
            "{}",
            "x",
        ] {
            assert!(link(broken).line().is_err(), "{broken}");
        }
    }

    #[test]
    fn the_same_value_has_one_text() {
        let value: Value =
            serde_json::from_str(r#"{"b": [1, {"z": null, "a": "é\n"}], "a": 1.5}"#).unwrap();
        assert_eq!(
            canonical(&value).unwrap(),
            "{\"a\":1.5,\"b\":[1,{\"a\":\"é\\n\",\"z\":null}]}"
        );
    }

    #[test]
    fn the_hash_is_that_of_the_text_after_the_hash_before() {
        // printf '%s\n%s' "$(printf '0%.0s' $(seq 64))" '{}' | sha256sum
        assert_eq!(
            hash(START, "{}"),
            "5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e"
        );
    }

    #[test]
    fn a_link_reads_back_as_it_was_written() {
        let actor = ActorMark {
            principal: Some("li".to_owned()),
            uid: 7,
            ..ActorMark::default()
        };
        let at: Timestamp = "2026-11-21T06:32:05.123456789Z".parse().unwrap();
        let entry = Entry::Note {
            text: "drained by hand".to_owned(),
            action: None,
            target: None,
        };
        let link =
            Link::forge("o", (1, START), at, &actor, Some(&RunId::from("r")), &entry).unwrap();
        let line = link.line().unwrap();
        assert_eq!(line.entry, entry);
        assert_eq!(line.actor, actor);
        assert_eq!(line.at.to_string(), "2026-11-21T06:32:05.123456Z");
        let body: Value = serde_json::from_str(&link.body()).unwrap();
        assert_eq!(canonical(&body).unwrap(), link.body());
        assert_ne!(link.hash_after(&link.hash), link.hash);
    }
}
