//! Who leads among the processes of one file, and that what one begins no other does.

use super::*;
use crate::{
    domain::logbook::{
        DutyNoted, LogDesk, LogEntry, Noted, SwitchNoted, duty::DutyOf, switch::Saw,
    },
    ledger::{LeadMark, testkit::actor},
};

const WHAT: &str = "watch glancy@prod";

fn begun(key: &str, context: &str) -> Entry {
    Entry::Log(LogEntry {
        after: None,
        desk: LogDesk {
            pack: "glancy".into(),
            context: context.to_owned(),
        },
        noted: Noted::Duty(DutyNoted::Begun {
            key: key.to_owned(),
            of: DutyOf::Check {
                check: "wal".into(),
                checklist: None,
                slot: Timestamp::UNIX_EPOCH,
            },
        }),
    })
}

fn lead(ledger: &SqliteLedger, who: &str, over: Option<&LeadMark>) -> LeadMark {
    ledger.lead(WHAT, who, over).unwrap()
}

#[test]
fn the_first_leads_until_it_gives_it_back() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let mark = lead(&one, "one", None);
    assert_eq!((mark.holder.as_str(), mark.term), ("one", 1));
    assert_eq!(lead(&two, "two", None), mark);
    assert_eq!(
        one.lead("another thing", "two", None).unwrap().holder,
        "two"
    );
    two.leave(WHAT, "two").unwrap();
    assert_eq!(lead(&two, "two", None), mark, "it was not theirs to give");
    one.leave(WHAT, "one").unwrap();
    let mark = lead(&two, "two", None);
    assert_eq!((mark.holder.as_str(), mark.term), ("two", 2));
}

#[test]
fn it_is_taken_from_who_is_silent_and_from_nobody_else() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let seen = lead(&one, "one", None);
    // It showed a sign of life since: what was seen is old.
    let alive = lead(&one, "one", None);
    assert_eq!(lead(&two, "two", Some(&seen)), alive);
    let taken = lead(&two, "two", Some(&alive));
    assert_eq!((taken.holder.as_str(), taken.term), ("two", 2));
    // Who was frozen wakes up, and finds that it leads no more.
    assert_eq!(lead(&one, "one", Some(&alive)), taken);
    // Nothing of it is news to who reads the chain.
    let version = one.version().unwrap();
    lead(&two, "two", None);
    assert_eq!(one.version().unwrap(), version);
}

#[test]
fn what_one_begins_no_other_begins() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    one.append(&actor("li"), None, &begun("a", "prod")).unwrap();
    let twice = two.append(&actor("li"), None, &begun("a", "prod"));
    assert!(matches!(twice, Err(LedgerError::Twice(_))), "{twice:?}");
    two.append(&actor("li"), None, &begun("b", "prod")).unwrap();
    two.append(&actor("li"), None, &begun("a", "staging"))
        .unwrap();
    assert!(one.verify(&[]).unwrap().holds());
}

#[test]
fn nor_does_one_begin_what_another_writer_began() {
    let (ours, theirs) = (Place::new(), Place::new());
    let (one, other) = (ours.open(), theirs.open());
    other
        .append(&actor("wang"), None, &begun("a", "prod"))
        .unwrap();
    let (head, links) = other.links().unwrap();
    one.mirror(&head.hash, &links).unwrap();
    let twice = one.append(&actor("li"), None, &begun("a", "prod"));
    assert!(matches!(twice, Err(LedgerError::Twice(_))), "{twice:?}");
    one.append(&actor("li"), None, &begun("a", "staging"))
        .unwrap();
}

/// That somebody else changed what a run left.
fn sighting(now: &str) -> Entry {
    let saw = Saw::Changed {
        field: "replicas".to_owned(),
        now: now.to_owned(),
    };
    Entry::Log(LogEntry {
        after: None,
        desk: LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        },
        noted: Noted::Switch(SwitchNoted::new(
            "r-1".into(),
            "Scale".into(),
            "deployment/web".to_owned(),
            saw,
        )),
    })
}

#[test]
fn what_two_see_of_a_switch_is_written_down_once() {
    let (ours, theirs) = (Place::new(), Place::new());
    let (one, two, other) = (ours.open(), ours.open(), theirs.open());
    one.append(&actor("li"), None, &sighting("3")).unwrap();
    let twice = two.append(&actor("li"), None, &sighting("3"));
    assert!(matches!(twice, Err(LedgerError::Twice(_))), "{twice:?}");
    other.append(&actor("wang"), None, &sighting("4")).unwrap();
    let (head, links) = other.links().unwrap();
    one.mirror(&head.hash, &links).unwrap();
    let twice = two.append(&actor("li"), None, &sighting("4"));
    assert!(matches!(twice, Err(LedgerError::Twice(_))), "{twice:?}");
    two.append(&actor("li"), None, &sighting("5")).unwrap();
    assert!(one.verify(&[]).unwrap().holds());
}
