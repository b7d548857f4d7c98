//! What is offered, and the first reason why not.

use std::sync::Arc;

use super::bed::{Bed, object};
use crate::{
    domain::{
        action::{
            record::{Entry, Run, RunState},
            refusal::Refusal,
            tier::Tier,
        },
        policy::{ActionPattern, Policy, TwoPersons},
    },
    ledger::testkit,
    pack::Pack,
};

fn pattern(text: &str) -> ActionPattern {
    ActionPattern::of(text).expect("it names actions")
}

/// A run on an object that nobody has ended.
fn going_on(target: &str) -> Run {
    let Entry::Intent(intent) = testkit::intent("x", 1) else {
        panic!("an intent is one");
    };
    let mut intent = *intent;
    intent.plan.target = object(target);
    Run {
        id: "r-1".into(),
        actor: testkit::actor("wang"),
        intent,
        asked_at: "2026-11-21T06:30:00Z".parse().expect("a time"),
        state: RunState::Intended,
        ended_at: None,
        owner: None,
        beat_at: None,
        steps: Vec::new(),
        cancel_asked: false,
        acknowledged: false,
    }
}

// row: A10, A21, C17, E8
#[test]
fn what_the_team_has_a_way_of_its_own_for_is_not_done_by_a_generic_one() {
    let bed = Bed::new();
    let offered = |id: &str, target: &str| bed.offer(id, Some(&object(target))).available;
    let own = offered("generic/scale", "deployment/prod/export-worker");
    assert!(
        matches!(&own, Err(Refusal::OwnWay { action, .. }) if action.as_str() == "glancy/scale-export-workers"),
        "{own:?}"
    );
    // Its own actions are not refused by that, nor what it has no way of its own for.
    assert!(!matches!(
        offered("scale-export-workers", "deployment/prod/export-worker"),
        Err(Refusal::OwnWay { .. })
    ));
    assert_eq!(
        offered("generic/rollback", "deployment/prod/export-worker"),
        Ok(())
    );
    assert_eq!(offered("generic/scale", "deployment/prod/another"), Ok(()));
}

#[test]
fn generic_actions_stay_on_a_packs_desk_unless_policy_forbids() {
    let pod = object("pod/prod/export-worker-1");
    let bed = Bed::new();
    assert_eq!(bed.offer("generic/evict", Some(&pod)).available, Ok(()));
    assert_eq!(
        bed.offer("generic/evict", Some(&pod)).target,
        Some(pod.clone())
    );
    let ids: Vec<String> = bed
        .catalogue
        .items()
        .map(|item| item.spec.id.to_string())
        .collect();
    assert!(ids.contains(&"generic/restart".to_owned()) && ids[0].starts_with("glancy/"));
    let bed = Bed::under(&Policy {
        forbid_actions: vec![pattern("generic/*")],
        tier_floor: vec![(pattern("glancy/restart-llm-adapter"), Tier::T2)],
        two_persons: vec![TwoPersons::From(Tier::T2)],
        ..Policy::default()
    });
    assert!(matches!(
        bed.offer("generic/evict", Some(&pod)).available,
        Err(Refusal::Policy { .. })
    ));
    let raised = bed.item("restart-llm-adapter");
    assert_eq!((raised.tier, raised.persons), (Tier::T2, 2));
    let bed = Bed::under(&Policy {
        forbid_steps: vec!["sql".into()],
        allowed_programs: Some(vec!["/usr/local/bin/configctl".into()]),
        ..Policy::default()
    });
    for (id, forbidden) in [
        ("requeue-exports", true),
        ("stage-status", true),
        ("flags-list", false),
        ("restart-llm-adapter", false),
    ] {
        let refused = matches!(bed.offer(id, None).available, Err(Refusal::Policy { .. }));
        assert_eq!(refused, forbidden, "{id}");
    }
}

#[test]
fn what_is_selected_decides_what_it_is_done_to() {
    let bed = Bed::new();
    let kinds = |kinds: &[&str]| {
        Err(Refusal::NoTarget {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        })
    };
    assert_eq!(
        bed.offer("generic/restart", None).available,
        kinds(&["deployment", "statefulset", "daemonset"])
    );
    let pod = object("pod/prod/x");
    assert_eq!(
        bed.offer("generic/scale", Some(&pod)).available,
        kinds(&["deployment", "statefulset"])
    );
    let own = bed.offer("restart-llm-adapter", Some(&pod));
    assert_eq!(own.target, Some(object("deployment/prod/llm-adapter")));
}

#[test]
fn the_first_reason_is_the_one_that_is_told() {
    let mut bed = Bed::new();
    let id = |bed: &Bed| {
        bed.offer("scale-export-workers", None)
            .available
            .map_err(|why| why.id())
    };
    assert_eq!(id(&bed), Err("guard-unknown"));
    bed.backlog();
    bed.readings.set("exports-depth", Some(1.0));
    bed.readings.set("exports-oldest", Some(1.0));
    assert_eq!(id(&bed), Err("guard"));
    bed.backlog();
    assert_eq!(
        id(&bed),
        Ok(()),
        "what a person still has to choose stops nothing yet"
    );
    bed.denied.push("deployments".into());
    assert_eq!(id(&bed), Err("forbidden"));
    bed.runs
        .push(Arc::new(going_on("deployment/prod/export-worker")));
    assert_eq!(id(&bed), Err("busy"));
    bed.identity = Err("another user answers");
    assert_eq!(id(&bed), Err("identity"));
    bed.ledger = Err("full");
    assert_eq!(id(&bed), Err("no-ledger"));
    bed.read_only = true;
    assert_eq!(id(&bed), Err("read-only"));
    // What only reads may be done from where nothing may be changed.
    bed.ledger = Ok(());
    bed.identity = Ok(());
    assert_eq!(bed.offer("stage-status", None).available, Ok(()));
}

#[test]
fn what_needs_the_shared_ledger_is_refused_while_that_is_away() {
    let mut bed = Bed::new();
    bed.backlog();
    bed.shared = Err("connection refused");
    let offered = |bed: &Bed, id: &str| bed.offer(id, None).available.map_err(|why| why.id());
    // Two persons and a T3, and a lock of all hosts.
    assert_eq!(offered(&bed, "warm-standby"), Err("shared-away"));
    assert_eq!(offered(&bed, "stop-exports"), Err("shared-away"));
    // A Lease, and what only reads.
    assert_eq!(offered(&bed, "scale-export-workers"), Ok(()));
    assert_eq!(offered(&bed, "stage-status"), Ok(()));
    bed.shared = Ok(());
    assert_ne!(offered(&bed, "warm-standby"), Err("shared-away"));
}

#[test]
fn a_node_is_cordoned_once() {
    let mut bed = Bed::new();
    let node = object("node/node-a1");
    let offered =
        |bed: &Bed, id: &str| bed.offer(id, Some(&node)).available.map_err(|why| why.id());
    assert_eq!(offered(&bed, "generic/cordon"), Err("guard-unknown"));
    bed.objects.insert("node/node-a1 Cordoned".into(), 0.0);
    assert_eq!(offered(&bed, "generic/cordon"), Ok(()));
    assert_eq!(offered(&bed, "generic/uncordon"), Err("guard"));
}

// row: B10, D10c, D10d, D14
#[test]
fn what_needs_another_first_is_refused_until_that_was_done_well() {
    for (pack, id, need, most) in [
        ("lawsker", "restore-database", "lawsker/backup", 3_600),
        ("lawsker", "rollback", "lawsker/backup", 86_400),
        (
            "module",
            "rollback-database",
            "module/dump-before-rollback",
            900,
        ),
    ] {
        let own = Pack::embedded(pack).expect("it comes along");
        let own = own.expect("it is well");
        let mut bed = Bed::of(own, &Policy::default());
        let lacks = |bed: &Bed| match bed.offer(id, None).available {
            Err(Refusal::Needs { action, within }) => Some((action, within)),
            _ => None,
        };
        let needed = Some((need.to_owned(), most));
        assert_eq!(lacks(&bed), needed, "{id}: the ledger can't tell");
        bed.done.insert(need.to_owned(), false);
        assert_eq!(lacks(&bed), needed, "{id}: nobody did it");
        bed.done.insert(need.to_owned(), true);
        assert_eq!(lacks(&bed), None, "{id}");
    }
}
