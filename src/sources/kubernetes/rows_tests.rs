use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{event::EventRow, node::NodeRow};

fn node(uid: &str, version: u32) -> NodeRow {
    NodeRow {
        uid: uid.into(),
        name: uid.into(),
        ready: None,
        ready_since: None,
        cordoned: false,
        pressures: Vec::new(),
        created: None,
        version: Arc::from(version.to_string()),
        roles: Vec::new(),
        taints: Vec::new(),
        room: crate::domain::usage::Room::default(),
        most_pods: None,
    }
}

fn event(uid: &str, second: i64) -> EventRow {
    EventRow {
        uid: uid.into(),
        namespace: "b".into(),
        kind: "Pod".into(),
        name: "a".into(),
        object_uid: None,
        warning: false,
        reason: "Created".into(),
        message: String::new(),
        count: 1,
        first: None,
        last: Some(at(second)),
        from: "kubelet".into(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// What a receiver knows after the words so far.
struct Receiver<R>(BTreeMap<Uid, R>);

impl<R: Told> Receiver<R> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn hear(&mut self, word: Option<Rows<R>>) {
        match word {
            None => {}
            Some(Rows::All(rows)) => {
                self.0 = rows
                    .into_iter()
                    .map(|row| (row.uid().clone(), row))
                    .collect();
            }
            Some(Rows::Changed { upserts, gone }) => {
                self.0
                    .extend(upserts.into_iter().map(|row| (row.uid().clone(), row)));
                for uid in gone {
                    self.0.remove(&uid);
                }
            }
        }
    }

    fn uids(&self) -> Vec<String> {
        self.0.keys().map(ToString::to_string).collect()
    }
}

fn list<R: Told>(book: &mut Book<R>, scope: usize, rows: Vec<R>) {
    book.step(scope, Step::Listing);
    for row in rows {
        book.step(scope, Step::Listed(row.into()));
    }
    book.step(scope, Step::ListEnd);
}

#[test]
fn an_empty_cluster_is_told_once() {
    let mut book = Book::<NodeRow>::new(1);
    book.step(0, Step::Listing);
    assert_eq!(book.word(), None);
    book.step(0, Step::ListEnd);
    assert_eq!(book.word(), Some(Rows::All(vec![])));
    list(&mut book, 0, vec![]);
    assert_eq!(book.word(), None);
}

#[test]
fn a_first_page_is_told_before_the_last() {
    let mut book = Book::new(1);
    book.step(0, Step::Listing);
    book.step(0, Step::Listed(node("a", 1).into()));
    assert_eq!(book.word(), Some(Rows::All(vec![node("a", 1)])));
    book.step(0, Step::Listed(node("b", 1).into()));
    book.step(0, Step::ListEnd);
    assert_eq!(
        book.word(),
        Some(Rows::Changed {
            upserts: vec![node("b", 1)],
            gone: vec![]
        })
    );
}

#[test]
fn a_new_list_leaves_no_ghost_and_touches_no_other_scope() {
    let mut book = Book::new(2);
    let mut known = Receiver::new();
    list(&mut book, 0, vec![node("a", 1), node("b", 1)]);
    list(&mut book, 1, vec![node("c", 1)]);
    known.hear(book.word());
    // A list that breaks off tells nothing of what it did not name.
    book.step(0, Step::Listing);
    book.step(0, Step::Listed(node("a", 2).into()));
    known.hear(book.word());
    assert_eq!(known.uids(), ["a", "b", "c"]);
    list(&mut book, 0, vec![node("a", 3), node("d", 1)]);
    known.hear(book.word());
    assert_eq!(known.uids(), ["a", "c", "d"]);
}

#[test]
fn time_turns_a_row_unless_something_happened_before() {
    let mut book = Book::new(1);
    let turning = |uid: &str| Projected {
        row: node(uid, 1),
        later: vec![Later {
            at: at(10),
            row: node(uid, 2),
        }],
    };
    for uid in ["a", "b", "c"] {
        book.step(0, Step::Changed(turning(uid)));
    }
    book.step(0, Step::Gone("b".into()));
    book.step(0, Step::Changed(node("c", 3).into()));
    let mut known = Receiver::new();
    known.hear(book.word());
    assert_eq!(book.next_turn(), Some(at(10)));
    book.turn(at(9));
    assert_eq!(book.word(), None);
    book.turn(at(10));
    known.hear(book.word());
    assert_eq!(book.next_turn(), None);
    let known: Vec<_> = known.0.into_values().collect();
    assert_eq!(known, [node("a", 2), node("c", 3)]);
}

#[test]
fn of_many_events_the_newest_are_kept() {
    let kept = EventRow::KEPT.unwrap();
    let mut book = Book::new(1);
    let mut known = Receiver::new();
    let many = i64::try_from(kept).unwrap() + 50;
    let rows = (0..many).map(|second| event(&format!("e{second:05}"), second));
    list(&mut book, 0, rows.collect());
    known.hear(book.word());
    assert_eq!(known.0.len(), kept);
    assert_eq!(known.uids().first().map(String::as_str), Some("e00050"));
    // An old one that happens again is new.
    book.step(0, Step::Changed(event("e00001", many).into()));
    known.hear(book.word());
    assert_eq!(known.0.len(), kept);
    assert!(known.0.contains_key("e00001") && !known.0.contains_key("e00050"));
}

#[derive(Debug, Clone)]
enum Play {
    List(usize, Vec<u8>),
    Change(usize, u8),
    Gone(usize, u8),
    Word,
}

proptest! {
    #[test]
    fn whoever_hears_all_words_knows_what_the_server_has(plays in prop::collection::vec(prop_oneof![
        (0..2_usize, prop::collection::vec(0..6_u8, 0..6)).prop_map(|(scope, uids)| Play::List(scope, uids)),
        (0..2_usize, 0..6_u8).prop_map(|(scope, uid)| Play::Change(scope, uid)),
        (0..2_usize, 0..6_u8).prop_map(|(scope, uid)| Play::Gone(scope, uid)),
        Just(Play::Word),
    ], 0..40)) {
        let mut server: BTreeMap<String, u32> = BTreeMap::new();
        let mut book = Book::new(2);
        let mut known = Receiver::new();
        for (turn, play) in plays.into_iter().enumerate() {
            let version = u32::try_from(turn).unwrap();
            let name = |scope: usize, uid: u8| format!("{scope}-{uid}");
            match play {
                Play::List(scope, uids) => {
                    let uids: Vec<String> = uids.into_iter().map(|uid| name(scope, uid)).collect();
                    server.retain(|uid, _| !uid.starts_with(&format!("{scope}-")));
                    server.extend(uids.iter().map(|uid| (uid.clone(), version)));
                    list(&mut book, scope, uids.iter().map(|uid| node(uid, version)).collect());
                }
                Play::Change(scope, uid) => {
                    server.insert(name(scope, uid), version);
                    book.step(scope, Step::Changed(node(&name(scope, uid), version).into()));
                }
                Play::Gone(scope, uid) => {
                    server.remove(&name(scope, uid));
                    book.step(scope, Step::Gone(name(scope, uid).into()));
                }
                Play::Word => known.hear(book.word()),
            }
        }
        known.hear(book.word());
        let known: BTreeMap<String, u32> = known.0.into_iter()
            .map(|(uid, row)| (uid.to_string(), row.version.parse().unwrap())).collect();
        prop_assert_eq!(known, server);
    }
}
