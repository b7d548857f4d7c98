use proptest::prelude::*;

use super::*;
use crate::{
    domain::{action::verdict::Verdict, id::RunId},
    ledger::testkit::{actor, done, intent, note, outcome, output, taken},
};

fn written(kinds: &[u8]) -> Vec<Link> {
    let mut head = beginning("o");
    let mut links = Vec::new();
    for (place, kind) in kinds.iter().enumerate() {
        let entry = match kind % 6 {
            0 => intent("a", 2),
            1 => taken(),
            2 => output(0, &format!("line {place}")),
            3 => done(usize::from(*kind)),
            4 => outcome(Verdict::Verified),
            _ => note("by hand"),
        };
        let run = RunId::from(format!("r{}", kind % 3));
        let at = Timestamp::from_second(1_700_000_000 + i64::try_from(place).unwrap()).unwrap();
        let next = (head.sequence + 1, head.hash.as_str());
        let link = Link::forge("o", next, at, &actor("li"), Some(&run), &entry).unwrap();
        head.sequence = link.sequence;
        head.hash.clone_from(&link.hash);
        links.push(link);
    }
    links
}

fn walked(links: &[Link], noted: &Head, anchors: &[Head]) -> Verified {
    let mut walk = Walk::after(&beginning("o"), anchors);
    for link in links {
        walk.step(link);
    }
    walk.end(Some(noted))
}

fn head_of(links: &[Link]) -> Head {
    links.last().map_or_else(
        || beginning("o"),
        |last| Head {
            origin: last.origin.clone(),
            sequence: last.sequence,
            hash: last.hash.clone(),
        },
    )
}

/// One thing done to a chain behind its back.
#[derive(Debug, Clone)]
enum Tampering {
    Edit {
        at: usize,
        field: u8,
    },
    Remove {
        at: usize,
    },
    Swap {
        one: usize,
        other: usize,
    },
    /// The contents change places, the numbers stay.
    Exchange {
        one: usize,
        other: usize,
    },
    Repeat {
        at: usize,
    },
    /// The entry is changed and hashed anew.
    Forge {
        at: usize,
    },
}

fn tampering() -> impl Strategy<Value = Tampering> {
    prop_oneof![
        (any::<usize>(), 0..7u8).prop_map(|(at, field)| Tampering::Edit { at, field }),
        any::<usize>().prop_map(|at| Tampering::Remove { at }),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Tampering::Swap { one, other }),
        (any::<usize>(), any::<usize>())
            .prop_map(|(one, other)| Tampering::Exchange { one, other }),
        any::<usize>().prop_map(|at| Tampering::Repeat { at }),
        any::<usize>().prop_map(|at| Tampering::Forge { at }),
    ]
}

fn tamper(links: &mut Vec<Link>, with: &Tampering) {
    let count = links.len();
    match *with {
        Tampering::Edit { at, field } => {
            let link = &mut links[at % count];
            match field {
                0 => link.actor = link.actor.replace("li", "wang"),
                1 => link.entry.push(' '),
                2 => link.run = None,
                3 => {
                    link.at = link
                        .at
                        .checked_add(jiff::SignedDuration::from_micros(1))
                        .unwrap();
                }
                4 => link.hash = chain::hash(&link.hash, ""),
                5 => link.origin = "p".to_owned(),
                _ => link.sequence += 1,
            }
        }
        Tampering::Remove { at } => drop(links.remove(at % count)),
        Tampering::Swap { one, other } => links.swap(one % count, other % count),
        Tampering::Exchange { one, other } => {
            let (one, other) = (one % count, other % count);
            links.swap(one, other);
            let number = links[one].sequence;
            links[one].sequence = links[other].sequence;
            links[other].sequence = number;
        }
        Tampering::Repeat { at } => {
            let again = links[at % count].clone();
            links.insert(at % count, again);
        }
        Tampering::Forge { at } => {
            let at = at % count;
            let previous = if at == 0 {
                chain::START.to_owned()
            } else {
                links[at - 1].hash.clone()
            };
            links[at].run = Some("another".to_owned());
            links[at].hash = links[at].hash_after(&previous);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn whatever_is_done_to_a_chain_is_found(
        kinds in prop::collection::vec(any::<u8>(), 1..12),
        with in tampering(),
    ) {
        let whole = written(&kinds);
        let noted = head_of(&whole);
        prop_assert!(walked(&whole, &noted, &[]).holds());
        let mut changed = whole.clone();
        tamper(&mut changed, &with);
        prop_assert_eq!(walked(&changed, &noted, &[]).holds(), changed == whole);
    }

    #[test]
    fn a_chain_written_anew_is_found_by_a_head_kept_elsewhere(
        kinds in prop::collection::vec(any::<u8>(), 2..12),
        at in any::<usize>(),
    ) {
        let whole = written(&kinds);
        let at = at % whole.len();
        // Its owner writes everything from there on anew, head and all.
        let mut anew = kinds.clone();
        anew[at] = anew[at].wrapping_add(1);
        let anew = written(&anew);
        let noted = head_of(&anew);
        prop_assert!(walked(&anew, &noted, &[]).holds());
        let kept = head_of(&whole[..=at]);
        let found = walked(&anew, &noted, std::slice::from_ref(&kept));
        prop_assert_eq!(found.faults, vec![Fault::Anchor { sequence: kept.sequence }]);
        let fine = walked(&whole, &head_of(&whole), std::slice::from_ref(&kept));
        prop_assert_eq!(fine.anchored, Some(kept.sequence));
        // Cut off before it.
        let cut = walked(&whole[..at], &head_of(&whole[..at]), &[kept]);
        prop_assert!(!cut.holds());
    }
}

#[test]
fn what_is_found_is_named() {
    let whole = written(&[0, 1, 2, 3, 4]);
    let noted = head_of(&whole);
    let mut changed = whole.clone();
    changed[2].entry = changed[2].entry.replace("line", "lie");
    let found = walked(&changed, &noted, &[]);
    assert_eq!(found.faults, [Fault::Changed { sequence: 3 }]);
    let mut removed = whole.clone();
    removed.drain(1..3);
    let found = walked(&removed, &noted, &[]);
    assert_eq!(found.faults, [Fault::Missing { from: 2, to: 3 }]);
    let found = walked(&whole[..3], &noted, &[]);
    assert_eq!(found.faults, [Fault::Missing { from: 4, to: 5 }]);
    let found = walked(&whole, &head_of(&whole[..4]), &[]);
    assert_eq!(found.faults, [Fault::Head { sequence: 4 }]);
}
