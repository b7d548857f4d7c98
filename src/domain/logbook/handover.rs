//! Handovers: what one shift tells the next, given by one person and taken by another, each with a signature that holds
//! the text and the ends of the ledger's chains.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::LogLine;
use crate::domain::{
    action::record::ActorMark, calendar::ShiftNow, hex::hex, id::LineId, text::Text,
};

/// The shift a handover is of; it is known by when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftMark {
    /// `None` where the pack has no shifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl From<ShiftNow> for ShiftMark {
    fn from(shift: ShiftNow) -> Self {
        Self {
            title: Some(shift.title),
            from: shift.from,
            to: shift.to,
        }
    }
}

/// The end of a chain of the ledger, as it stood when somebody signed: what came before can't be rewritten unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadMark {
    pub origin: String,
    pub sequence: u64,
    pub hash: String,
}

/// What was written down about a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "did")]
pub enum HandoverNoted {
    /// Fields of the form; an empty one is taken back.
    Filled {
        shift: ShiftMark,
        fields: BTreeMap<String, String>,
    },
    /// The shift is handed over with this text.
    Given {
        shift: ShiftMark,
        text: String,
        digest: String,
        /// Who is to take it, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        heads: Vec<HeadMark>,
    },
    /// The text that was given is signed.
    Taken {
        of: LineId,
        digest: String,
        /// `None`: without any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reservation: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        heads: Vec<HeadMark>,
    },
}

impl HandoverNoted {
    /// The ends of chains it holds.
    pub fn heads(&self) -> &[HeadMark] {
        match self {
            Self::Filled { .. } => &[],
            Self::Given { heads, .. } | Self::Taken { heads, .. } => heads,
        }
    }
}

/// A text that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub line: LineId,
    pub at: Timestamp,
    pub by: ActorMark,
    pub to: Option<String>,
    pub text: String,
    pub digest: String,
    pub heads: Vec<HeadMark>,
}

/// A signature under a text that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub at: Timestamp,
    pub by: ActorMark,
    pub digest: String,
    pub reservation: Option<String>,
    pub heads: Vec<HeadMark>,
}

/// The handover of one shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub shift: ShiftMark,
    /// The fields of the form that people filled in.
    pub fields: BTreeMap<String, String>,
    /// What was handed over last.
    pub given: Option<Given>,
    /// Who signed what was handed over last, the first one first.
    pub taken: Vec<Taken>,
}

impl Handover {
    pub const fn new(shift: ShiftMark) -> Self {
        Self {
            shift,
            fields: BTreeMap::new(),
            given: None,
            taken: Vec::new(),
        }
    }

    /// Somebody handed it over, and nobody signed yet.
    pub const fn waits(&self) -> bool {
        self.given.is_some() && self.taken.is_empty()
    }

    pub const fn is_taken(&self) -> bool {
        !self.taken.is_empty()
    }
}

/// What a text is signed by, in hex.
pub fn text_digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Whether two marks are of one person, by the name the server knows, where it does, else by their number on their host.
pub fn is_same_person(one: &ActorMark, other: &ActorMark) -> bool {
    match (&one.principal, &other.principal) {
        (Some(one), Some(other)) => one == other,
        _ => one.uid == other.uid && one.host == other.host,
    }
}

/// What was written down about handovers, shift by shift.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandoverBook {
    all: BTreeMap<Timestamp, Handover>,
    /// Signatures whose text has not come yet: lines of several chains come in no order.
    early: Vec<(LineId, Taken)>,
}

impl HandoverBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &HandoverNoted) {
        match noted {
            HandoverNoted::Filled { shift, fields } => {
                let own = &mut self.of_shift(shift).fields;
                for (name, value) in fields {
                    if value.trim().is_empty() {
                        own.remove(name);
                    } else {
                        own.insert(name.clone(), value.clone());
                    }
                }
            }
            HandoverNoted::Given {
                shift,
                text,
                digest,
                to,
                heads,
            } => {
                let own = self.of_shift(shift);
                // What was signed stays what it was, and a text must be the one its digest says.
                if own.is_taken() || text_digest(text) != *digest {
                    return;
                }
                own.given = Some(Given {
                    line: line.id.clone(),
                    at: line.at,
                    by: line.actor.clone(),
                    to: to.clone(),
                    text: text.clone(),
                    digest: digest.clone(),
                    heads: heads.clone(),
                });
                self.settle();
            }
            HandoverNoted::Taken {
                of,
                digest,
                reservation,
                heads,
            } => {
                let taken = Taken {
                    at: line.at,
                    by: line.actor.clone(),
                    digest: digest.clone(),
                    reservation: reservation.clone(),
                    heads: heads.clone(),
                };
                self.early.push((of.clone(), taken));
                self.settle();
            }
        }
    }

    /// Puts signatures under their texts; one under a text that was replaced, or under another one, counts for nothing.
    fn settle(&mut self) {
        let early = std::mem::take(&mut self.early);
        for (of, taken) in early {
            let mut all = self.all.values_mut();
            let given = |it: &&mut Handover| it.given.as_ref().is_some_and(|it| it.line == of);
            match all.find(given) {
                Some(own) => {
                    let signed = own.given.as_ref().map(|it| &it.digest);
                    let again = own.taken.iter().any(|it| is_same_person(&it.by, &taken.by));
                    if signed == Some(&taken.digest) && !again {
                        own.taken.push(taken);
                    }
                }
                None => self.early.push((of, taken)),
            }
        }
    }

    fn of_shift(&mut self, shift: &ShiftMark) -> &mut Handover {
        let own = self.all.entry(shift.from);
        own.or_insert_with(|| Handover::new(shift.clone()))
    }

    /// The handover of the shift that began then.
    pub fn of(&self, from: Timestamp) -> Option<&Handover> {
        self.all.get(&from)
    }

    /// All of them, the oldest shift first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Handover> {
        self.all.values()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn shift() -> ShiftMark {
        ShiftMark {
            title: None,
            from: at(0),
            to: at(100),
        }
    }

    fn given(text: &str) -> HandoverNoted {
        HandoverNoted::Given {
            shift: shift(),
            text: text.to_owned(),
            digest: text_digest(text),
            to: None,
            heads: Vec::new(),
        }
    }

    fn taken(of: &str, text: &str, reservation: Option<&str>) -> HandoverNoted {
        HandoverNoted::Taken {
            of: of.into(),
            digest: text_digest(text),
            reservation: reservation.map(str::to_owned),
            heads: vec![HeadMark {
                origin: "a".to_owned(),
                sequence: 3,
                hash: "00".repeat(32),
            }],
        }
    }

    /// The lines of people, each with its id.
    fn book(lines: &[(&str, &str, HandoverNoted)]) -> HandoverBook {
        let desk = LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        };
        let lines: Vec<Arc<LogLine>> = lines
            .iter()
            .enumerate()
            .map(|(place, (id, who, noted))| {
                Arc::new(LogLine {
                    id: (*id).into(),
                    at: at(1_000 + i64::try_from(place).expect("few")),
                    actor: ActorMark {
                        principal: Some((*who).to_owned()),
                        ..ActorMark::default()
                    },
                    entry: LogEntry {
                        desk: desk.clone(),
                        noted: Noted::Handover(noted.clone()),
                    },
                })
            })
            .collect();
        Logbook::of(&desk, &lines).handovers
    }

    #[test]
    fn one_gives_and_another_takes() {
        let book = book(&[
            ("a/1", "li", given("all quiet")),
            (
                "b/1",
                "wang",
                taken("a/1", "all quiet", Some("export backlog")),
            ),
        ]);
        let own = book.of(at(0)).expect("it was given");
        assert!(own.is_taken() && !own.waits());
        assert_eq!(own.taken[0].by.principal.as_deref(), Some("wang"));
        assert_eq!(own.taken[0].reservation.as_deref(), Some("export backlog"));
        assert_eq!(own.taken[0].heads[0].sequence, 3);
    }

    #[test]
    fn a_signature_is_under_the_text_it_was_given_for_alone() {
        let book = book(&[
            ("a/1", "li", given("first")),
            ("a/2", "li", given("second")),
            ("b/1", "wang", taken("a/1", "first", None)),
            ("b/2", "wang", taken("a/2", "first", None)),
        ]);
        let own = book.of(at(0)).expect("it was given");
        assert!(own.waits());
        assert_eq!(own.given.as_ref().map(|it| &*it.text), Some("second"));
    }

    #[test]
    fn what_was_signed_is_not_given_again_and_a_text_is_what_its_digest_says() {
        let forged = HandoverNoted::Given {
            shift: shift(),
            text: "another".to_owned(),
            digest: text_digest("all quiet"),
            to: None,
            heads: Vec::new(),
        };
        let book = book(&[
            ("a/1", "li", given("all quiet")),
            ("a/2", "li", forged),
            ("b/1", "wang", taken("a/1", "all quiet", None)),
            ("b/2", "wang", taken("a/1", "all quiet", Some("again"))),
            ("a/3", "li", given("too late")),
        ]);
        let own = book.of(at(0)).expect("it was given");
        assert_eq!(own.given.as_ref().map(|it| &*it.text), Some("all quiet"));
        assert_eq!(own.taken.len(), 1);
        assert_eq!(own.taken[0].reservation, None);
    }

    #[test]
    fn a_signature_of_another_chain_may_come_first() {
        let book = book(&[
            ("b/1", "wang", taken("a/1", "all quiet", None)),
            ("a/1", "li", given("all quiet")),
        ]);
        assert!(book.of(at(0)).is_some_and(Handover::is_taken));
    }

    #[test]
    fn fields_are_filled_in_one_by_one_and_taken_back() {
        let filled = |pairs: &[(&str, &str)]| HandoverNoted::Filled {
            shift: shift(),
            fields: (pairs.iter())
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let book = book(&[
            ("a/1", "li", filled(&[("batch", "REL-B3"), ("todo", "x")])),
            ("b/1", "wang", filled(&[("todo", " ")])),
        ]);
        let own = book.of(at(0)).expect("it was begun");
        assert_eq!(own.fields.len(), 1);
        assert_eq!(own.fields["batch"], "REL-B3");
        assert!(!own.waits() && !own.is_taken());
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = Noted::Handover(taken("a/1", "x", Some("why")));
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(text.contains(r#""about":"handover""#), "{text}");
        let read: Noted = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
