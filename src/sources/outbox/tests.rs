use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    outbox,
    pending::{CHANGES_KEPT, PendingRows},
};
use crate::domain::{
    change::{Change, What},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    id::Uid,
    node::NodeRow,
    observation::{Observation, Rows},
    pod_detail::PodKey,
};

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

fn change(second: i64) -> Change {
    Change {
        at: Timestamp::from_second(second).unwrap(),
        what: What::NodeReady {
            node: "a".into(),
            ready: true,
        },
    }
}

fn rows_strategy() -> impl Strategy<Value = Vec<Rows<NodeRow>>> {
    let row = (0..8_u8, 0..100_u32)
        .prop_map(|(uid, version)| node(&uid.to_string(), version))
        .boxed();
    let gone = (0..8_u8).prop_map(|uid| Uid::from(uid.to_string())).boxed();
    prop::collection::vec(
        prop_oneof![
            1 => prop::collection::vec(row.clone(), 0..6).prop_map(Rows::All),
            4 => (prop::collection::vec(row, 0..6), prop::collection::vec(gone, 0..4))
                .prop_map(|(upserts, gone)| Rows::Changed { upserts, gone }),
        ],
        0..20,
    )
}

fn apply(known: &mut BTreeMap<Uid, NodeRow>, seen: Rows<NodeRow>) {
    let (upserts, gone) = match seen {
        Rows::All(rows) => {
            known.clear();
            (rows, Vec::new())
        }
        Rows::Changed { upserts, gone } => (upserts, gone),
    };
    known.extend(upserts.into_iter().map(|row| (row.uid.clone(), row)));
    for uid in gone {
        known.remove(&uid);
    }
}

proptest! {
    #[test]
    fn merged_rows_tell_the_same_as_each_in_turn(batches in rows_strategy(), taken_after in prop::collection::vec(any::<bool>(), 20)) {
        let mut in_turn = BTreeMap::new();
        let mut merged = BTreeMap::new();
        let mut pending = PendingRows::default();
        for (batch, take) in batches.into_iter().zip(taken_after) {
            apply(&mut in_turn, batch.clone());
            pending.merge(batch);
            if take && let Some(rows) = std::mem::take(&mut pending).take() {
                apply(&mut merged, rows);
            }
        }
        if let Some(rows) = pending.take() {
            apply(&mut merged, rows);
        }
        prop_assert_eq!(in_turn, merged);
    }
}

#[test]
fn an_empty_list_is_told_and_an_empty_change_is_not() {
    let (out, mut inbox) = outbox();
    out.send(Observation::Nodes(Rows::Changed {
        upserts: vec![],
        gone: vec![],
    }));
    assert_eq!(inbox.take(), vec![]);
    out.send(Observation::Nodes(Rows::All(vec![])));
    assert_eq!(inbox.take(), vec![Observation::Nodes(Rows::All(vec![]))]);
    assert_eq!(inbox.take(), vec![]);
}

#[test]
fn links_come_first_and_the_last_one_of_a_source_wins() {
    let (out, mut inbox) = outbox();
    let live = Link::Live {
        since: Timestamp::UNIX_EPOCH,
    };
    out.send(Observation::Nodes(Rows::All(vec![node("a", 1)])));
    out.send(Observation::Skew {
        source: SourceId::Pods,
        ahead: SignedDuration::from_secs(3),
    });
    out.clone().send(Observation::Link {
        source: SourceId::Nodes,
        link: Link::Connecting,
    });
    out.send(Observation::Link {
        source: SourceId::Nodes,
        link: live.clone(),
    });
    let taken = inbox.take();
    assert_eq!(
        taken[0],
        Observation::Link {
            source: SourceId::Nodes,
            link: live
        }
    );
    assert_eq!(taken.len(), 3);
}

#[test]
fn answers_keep_the_last_of_each_id() {
    let (out, mut inbox) = outbox();
    let known = |value| Reading::Known {
        value,
        as_of: Timestamp::UNIX_EPOCH,
    };
    out.send(Observation::Answers(vec![
        ("a".into(), known(1.0)),
        ("b".into(), known(2.0)),
    ]));
    out.send(Observation::Answers(vec![("a".into(), Reading::NoData)]));
    assert_eq!(
        inbox.take(),
        vec![Observation::Answers(vec![
            ("a".into(), Reading::NoData),
            ("b".into(), known(2.0))
        ])]
    );
}

#[test]
fn of_too_many_changes_the_newest_stay_and_twins_count_once() {
    let (out, mut inbox) = outbox();
    let many = i64::try_from(CHANGES_KEPT).unwrap() + 100;
    out.send(Observation::Changes((0..many).rev().map(change).collect()));
    out.send(Observation::Changes(vec![change(many - 1)]));
    let [Observation::Changes(kept)] = &inbox.take()[..] else {
        panic!("one batch of changes");
    };
    assert_eq!(kept.len(), CHANGES_KEPT);
    assert_eq!(kept.first(), Some(&change(100)));
    assert_eq!(kept.last(), Some(&change(many - 1)));
}

#[test]
fn only_the_newest_chart_question_is_answered() {
    let (out, mut inbox) = outbox();
    let refused = Err(Trouble::new(TroubleKind::BadQuestion, "no"));
    for request in [2, 1] {
        out.send(Observation::Chart {
            request,
            answer: if request == 2 {
                Ok(vec![])
            } else {
                refused.clone()
            },
        });
    }
    assert_eq!(
        inbox.take(),
        vec![Observation::Chart {
            request: 2,
            answer: Ok(vec![])
        }]
    );
}

#[test]
fn details_are_kept_for_each_pod() {
    let (out, mut inbox) = outbox();
    for (name, said) in [("a", "1"), ("b", "2"), ("a", "3")] {
        out.send(Observation::PodDetail {
            key: PodKey {
                namespace: "ns".into(),
                name: name.into(),
                uid: name.into(),
            },
            detail: Box::new(Err(Trouble::new(TroubleKind::Absent, said))),
        });
    }
    let said: Vec<_> = inbox
        .take()
        .into_iter()
        .map(|seen| match seen {
            Observation::PodDetail { detail, .. } => detail.unwrap_err().detail,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said, ["3", "2"]);
}

#[tokio::test]
async fn ready_waits_for_the_first_word_and_returns_at_once_after_it() {
    let (out, mut inbox) = outbox();
    {
        let mut waiting = Box::pin(inbox.ready());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        out.send(Observation::Rules(vec![]));
        waiting.await;
    }
    inbox.ready().await;
    assert_eq!(inbox.take(), vec![Observation::Rules(vec![])]);
    // The permit of the first word is stale now; it must not be taken for a new one.
    let mut waiting = Box::pin(inbox.ready());
    assert!(futures::poll!(waiting.as_mut()).is_pending());
}
