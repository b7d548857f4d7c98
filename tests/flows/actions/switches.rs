//! Temporary changes that stand: on the strip, in their list, and when they may be taken back.

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        debts::{Release, debts},
        effect::Effect,
        event::Event,
        view::TypingWhat,
    },
    domain::{
        action::{
            preflight::{Change, Draft, Preflight},
            record::{Entry, Run},
            refusal::Refusal,
            target::Target,
            verdict::{StepEnd, Verdict},
        },
        logbook::{Noted, SwitchNoted, switch::Saw},
        question::RequestId,
        text::{Lang, Text},
    },
};

use super::{
    super::{Face, Flow, each_face, incidents::Ledger, snapshot},
    acting, ended, launched, looks, presses, rechecks, refused, scaling, tell,
};

const WIDE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

/// A switch that was thrown and stands.
fn thrown(face: Face) -> (Flow, Run) {
    let mut flow = scaling(face);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let mut run = launched(&mut flow, "run-1");
    let plan = &mut run.intent.plan;
    plan.action = "glancy/stop-exports".into();
    plan.title = Text::from("Stop exports");
    plan.target = Target::Named {
        name: "glancy.exports.enabled".to_owned(),
    };
    let run = ended(&run, Verdict::Verified);
    let mut flow = acting(face);
    tell(&mut flow, &run);
    (flow, run)
}

// row: C7
#[test]
fn a_switch_that_stands_is_on_the_strip_and_says_what_it_waits_for() {
    each_face(|face| {
        let (mut flow, _) = thrown(face);
        snapshot("switch-stands", face, &flow);
        flow.keys("ctrl-t");
        snapshot("switches", face, &flow);
    });
}

// row: C23
#[test]
fn one_that_may_not_be_taken_back_yet_is_refused_and_says_why() {
    let (mut flow, _) = thrown(WIDE);
    let found = debts(&flow.model);
    assert_eq!(found.len(), 1);
    assert_ne!(found[0].release, Release::Free, "the backlog is there");
    flow.keys("ctrl-t enter u");
    super::preflights(&mut flow, 24);
    let refusals = refused(&flow);
    assert!(
        matches!(
            &refusals[..],
            [
                Refusal::Guard {
                    because: Some(_),
                    ..
                } | Refusal::GuardUnknown {
                    because: Some(_),
                    ..
                },
                ..
            ]
        ),
        "{refusals:?}"
    );
}

#[test]
fn what_was_taken_back_or_never_begun_is_no_debt() {
    let (mut flow, run) = thrown(WIDE);
    let mut back = run.clone();
    back.id = "run-2".into();
    back.intent.undo_of = Some(run.id.clone());
    tell(&mut flow, &back);
    assert!(debts(&flow.model).is_empty(), "it was taken back");
    let mut refused = ended(&run, Verdict::Failed);
    for step in &mut refused.steps {
        let why = "no such key".to_owned();
        step.end = Some(StepEnd::Failed { why });
    }
    only(&mut flow, refused);
    assert!(debts(&flow.model).is_empty(), "it was not done");
}

/// The ledger holds this run, and no other.
fn only(flow: &mut Flow, run: Run) {
    flow.event(Event::Acted(Acted::Runs(vec![std::sync::Arc::new(run)])));
}

#[test]
fn a_run_that_failed_after_it_threw_the_switch_may_stand_and_says_so() {
    let (mut flow, run) = thrown(WIDE);
    let text = flow.screen();
    assert!(!text.contains("may stand since"), "{text}");
    for verdict in [Verdict::Failed, Verdict::Unknown, Verdict::Aborted] {
        only(&mut flow, ended(&run, verdict));
        let found = debts(&flow.model);
        assert_eq!(found.len(), 1, "{verdict:?}");
        assert!(!found[0].is_sure, "{verdict:?}");
        let text = flow.screen();
        assert!(text.contains("may stand since"), "{text}");
    }
}

#[test]
fn a_switch_thrown_twice_and_taken_back_once_is_a_debt_still() {
    let (mut flow, run) = thrown(WIDE);
    let mut again = run.clone();
    again.id = "run-3".into();
    again.asked_at = again.ended_at.expect("it ended");
    tell(&mut flow, &again);
    let mut back = again.clone();
    back.id = "run-4".into();
    back.intent.undo_of = Some(again.id.clone());
    tell(&mut flow, &back);
    let found = debts(&flow.model);
    assert_eq!(found.len(), 1, "what the first run changed stands");
    assert_eq!(found[0].run.id, run.id);
    back.id = "run-5".into();
    back.intent.undo_of = Some(run.id.clone());
    tell(&mut flow, &back);
    assert!(debts(&flow.model).is_empty(), "both were taken back");
}

#[test]
fn a_switch_of_another_cluster_is_no_debt_here_and_replaces_none() {
    let (mut flow, run) = thrown(WIDE);
    let mut there = run.clone();
    there.id = "run-3".into();
    there.asked_at = there.ended_at.expect("it ended");
    there.intent.plan.desk.cluster = Some("another".to_owned());
    tell(&mut flow, &there);
    let found = debts(&flow.model);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].run.id, run.id);
}

#[test]
fn the_same_switch_thrown_again_is_one_debt() {
    let (mut flow, run) = thrown(WIDE);
    let mut again = run.clone();
    again.id = "run-3".into();
    again.asked_at = again.ended_at.expect("it ended");
    tell(&mut flow, &again);
    let found = debts(&flow.model);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].run.id, again.id);
}

// row: G9
#[test]
fn what_somebody_else_changed_is_looked_for_and_said() {
    let (mut flow, run) = thrown(WIDE);
    let left = run.intent.preflight.changes[0].clone();
    flow.wait(std::time::Duration::from_secs(6));
    let (request, draft) = looked_at(&flow).expect("it is looked at again");
    assert!(!draft.steps.is_empty() && draft.reads.is_empty());
    let now = |value: &str| Change {
        from: Some(value.to_owned()),
        to: left.from.clone(),
        ..left.clone()
    };
    let answer = |flow: &mut Flow, request, change| {
        let found = Preflight {
            changes: vec![change],
            ..Preflight::default()
        };
        let answer = Box::new(Ok(found));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
    };
    let as_left = left.to.clone().expect("it was set to something");
    answer(&mut flow, request, now(&as_left));
    assert!(
        flow.model.debts[0].changed.is_empty(),
        "it is as it was left"
    );
    flow.effects.clear();
    flow.wait(std::time::Duration::from_secs(60));
    assert!(looked_at(&flow).is_none(), "not so often");
    flow.wait(std::time::Duration::from_secs(130));
    let (request, _) = looked_at(&flow).expect("every few minutes");
    answer(&mut flow, request, now("77"));
    let said = flow.screen();
    assert!(said.contains("changed by others"), "{said}");
    assert!(said.contains("77"), "{said}");
}

/// What was asked to be written down of switches.
fn sightings(flow: &Flow) -> Vec<SwitchNoted> {
    let noted = flow.effects.iter().filter_map(|effect| {
        let Effect::Act(Act::Record { entry, .. }) = effect else {
            return None;
        };
        match &**entry {
            Entry::Log(entry) => match &entry.noted {
                Noted::Switch(noted) => Some(noted.clone()),
                _ => None,
            },
            _ => None,
        }
    });
    noted.collect()
}

#[test]
fn what_somebody_else_changed_is_written_down_once_and_stands_in_incident_and_handover() {
    let (mut flow, run) = thrown(WIDE);
    let mut ledger = Ledger::of("li");
    flow.keys("i j enter 'all is down' enter ctrl-u 'sev-1' enter");
    ledger.tell(&mut flow);
    flow.wait(std::time::Duration::from_secs(6));
    assert_eq!(sightings(&flow), []);
    let (request, _) = looked_at(&flow).expect("it is looked at");
    let left = run.intent.preflight.changes[0].clone();
    let change = Change {
        from: Some("77".to_owned()),
        to: left.from.clone(),
        ..left
    };
    let found = Preflight {
        changes: vec![change],
        ..Preflight::default()
    };
    let answer = Box::new(Ok(found));
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
    flow.wait(std::time::Duration::from_secs(6));
    let seen = sightings(&flow);
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].run, run.id);
    assert!(matches!(&seen[0].saw, Saw::Changed { now, .. } if now == "77"));
    // Nobody told of it yet: it is on its way, and tried again where it does not come.
    flow.wait(std::time::Duration::from_secs(30));
    assert_eq!(sightings(&flow).len(), 1);
    flow.wait(std::time::Duration::from_secs(40));
    assert_eq!(sightings(&flow).len(), 2);
    ledger.tell(&mut flow);
    flow.wait(std::time::Duration::from_secs(180));
    assert_eq!(sightings(&flow), [], "it is written down");
    flow.keys("end");
    let said = flow.screen();
    let lines = said.lines().filter(|line| line.contains("Stop exports"));
    let lines: Vec<&str> = lines
        .filter(|line| line.contains("by somebody else"))
        .collect();
    assert_eq!(lines.len(), 1, "once, though it was told twice: {said}");
    flow.keys("esc H end");
    let said = flow.screen();
    assert!(said.contains("CHANGED BY OTHERS"), "{said}");
}

fn looked_at(flow: &Flow) -> Option<(RequestId, Draft)> {
    flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::Act(Act::Look { request, draft }) => Some((*request, (**draft).clone())),
        _ => None,
    })
}

#[test]
fn one_whose_rule_can_t_be_judged_is_taken_back_with_a_reason() {
    let (mut flow, _) = thrown(WIDE);
    // Nothing is read any more: the rule is not known.
    flow.model.readings = quarterdeck::app::model::Readings::default();
    flow.keys("ctrl-t enter u");
    assert!(
        matches!(&flow.model.view.typing, Some(typing) if matches!(typing.what, TypingWhat::Emergency(_))),
        "a reason is asked for"
    );
    flow.keys("enter");
    assert!(flow.model.view.typing.is_some(), "nothing is no reason");
    flow.keys("'gone' enter");
    super::preflights(&mut flow, 24);
    assert!(refused(&flow).is_empty(), "{:?}", refused(&flow));
}
