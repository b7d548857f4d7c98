//! Whether a chain is what was written: walks it link by link and says what is not as it should be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    anchor::Head,
    chain::{self, Link},
};

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "fault")]
pub enum Fault {
    /// The entry, or its place in the chain, is not what was hashed.
    Changed { sequence: u64 },
    /// Entries are gone.
    Missing { from: u64, to: u64 },
    /// An entry stands where it does not belong.
    OutOfPlace { sequence: u64 },
    /// An entry can't be read.
    Unreadable { sequence: u64, why: String },
    /// What is noted of an entry beside the chain, to find it, is not what the entry says.
    Index { sequence: u64 },
    /// The head that was noted is not the end of the chain.
    Head { sequence: u64 },
    /// A seal is not what was written, or what it stands on is gone.
    Seal { number: u64 },
    /// A seal took away what was not old enough.
    Early { number: u64 },
    /// A head that was written elsewhere is not in the chain: it was written anew.
    Anchor { sequence: u64 },
}

/// What came of walking a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub origin: String,
    /// How many entries there are.
    pub entries: u64,
    /// Entries up to this one went away because they were old enough; 0 where none did.
    pub sealed: u64,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub head: Head,
    /// The newest head written elsewhere that the chain holds: nothing up to it was written anew.
    pub anchored: Option<u64>,
    pub faults: Vec<Fault>,
}

impl Verified {
    pub const fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Walks one chain.
#[derive(Debug)]
pub struct Walk {
    seen: Verified,
    anchors: BTreeMap<u64, Vec<String>>,
}

impl Walk {
    /// Begins after what was sealed away; `anchors` are heads that were written elsewhere.
    pub fn after(sealed: &Head, anchors: &[Head]) -> Self {
        let mut by_place: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for head in anchors.iter().filter(|head| head.origin == sealed.origin) {
            by_place
                .entry(head.sequence)
                .or_default()
                .push(head.hash.clone());
        }
        let mut walk = Self {
            seen: Verified {
                origin: sealed.origin.clone(),
                entries: 0,
                sealed: sealed.sequence,
                first_at: None,
                last_at: None,
                head: sealed.clone(),
                anchored: None,
                faults: Vec::new(),
            },
            anchors: by_place,
        };
        walk.compare_anchors();
        walk
    }

    pub fn fault(&mut self, fault: Fault) {
        self.seen.faults.push(fault);
    }

    /// The next entry, in the order in which they stand.
    pub fn step(&mut self, link: &Link) {
        let expected = self.seen.head.sequence + 1;
        let seen = &mut self.seen;
        seen.entries += 1;
        if link.sequence < expected || link.origin != seen.origin {
            seen.faults.push(Fault::OutOfPlace {
                sequence: link.sequence,
            });
            return;
        }
        if link.sequence > expected {
            seen.faults.push(Fault::Missing {
                from: expected,
                to: link.sequence - 1,
            });
        } else if link.hash_after(&seen.head.hash) != link.hash {
            seen.faults.push(Fault::Changed {
                sequence: link.sequence,
            });
        }
        seen.first_at.get_or_insert(link.at);
        seen.last_at = Some(link.at);
        seen.head.sequence = link.sequence;
        seen.head.hash.clone_from(&link.hash);
        self.compare_anchors();
    }

    fn compare_anchors(&mut self) {
        let head = &self.seen.head;
        let Some(hashes) = self.anchors.remove(&head.sequence) else {
            return;
        };
        if hashes.iter().all(|hash| *hash == head.hash) {
            self.seen.anchored = Some(head.sequence);
        } else {
            self.seen.faults.push(Fault::Anchor {
                sequence: head.sequence,
            });
        }
    }

    /// The end, against the head that was noted where there is one.
    pub fn end(mut self, noted: Option<&Head>) -> Verified {
        if let Some(noted) = noted {
            let last = self.seen.head.sequence;
            if noted.sequence > last {
                self.fault(Fault::Missing {
                    from: last + 1,
                    to: noted.sequence,
                });
            } else if *noted != self.seen.head {
                self.fault(Fault::Head {
                    sequence: noted.sequence,
                });
            }
        }
        // A head beyond the end: entries were cut off, or the chain was begun anew.
        let last = self.seen.head.sequence;
        if let Some(beyond) = self.anchors.keys().copied().find(|at| *at > last) {
            self.fault(Fault::Anchor { sequence: beyond });
        }
        self.seen
    }
}

/// What a fresh chain begins with.
pub fn beginning(origin: &str) -> Head {
    Head {
        origin: origin.to_owned(),
        sequence: 0,
        hash: chain::START.to_owned(),
    }
}

#[cfg(test)]
mod tests;
