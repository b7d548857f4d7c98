//! Temporary changes that stand: on the strip, in their list, and when they may be taken back.

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        debts::{Release, debts},
        effect::Effect,
        event::Event,
        overlay::Overlay,
        view::TypingWhat,
    },
    domain::{
        action::{
            fact::{Fact, FactName},
            plan::Undo,
            preflight::{Change, Draft, Preflight},
            record::{Entry, Run},
            refusal::Refusal,
            step::{Parse, Planned, Save, Step, StepKind, Template},
            target::Target,
            value::Value,
            verdict::{StepEnd, Verdict},
        },
        logbook::{Noted, SwitchNoted, switch::Saw},
        question::RequestId,
        text::{Lang, Text},
    },
};

use super::{
    super::{Face, Flow, each_face, incidents::Ledger, snapshot},
    acting, ended, launched, looks, preflight_asked, presses, recheck_asked, rechecks, refused,
    scaling, tell,
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

fn get(save: &str) -> Planned {
    Step {
        kind: StepKind::Command {
            place: None,
            argv: vec![
                Template::plain("/usr/local/bin/configctl"),
                Template::plain("get"),
            ],
            stdin: None,
            stdout: None,
            secrets: Vec::new(),
            bounded: false,
            follow: None,
        },
        limit: None,
        save: Some(Save {
            name: save.to_owned(),
            parse: Parse::Regex("(?<value>.+)".to_owned()),
        }),
        again: None,
        batch: None,
    }
}

/// A program set something to `on`, which the run read again; the pack says how it is taken back.
fn set() -> (Flow, Run) {
    let mut flow = scaling(WIDE);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let mut run = launched(&mut flow, "run-1");
    run.intent.preflight.changes.clear();
    let plan = &mut run.intent.plan;
    plan.reads = vec![("now".to_owned(), get("now"))];
    plan.steps = vec![get("after")];
    plan.undo = Undo::Stated {
        when: None,
        steps: vec![get("back")],
    };
    let mut run = ended(&run, Verdict::Verified);
    run.steps[0].end = Some(StepEnd::Done {
        said: Vec::new(),
        saved: [("value".to_owned(), Value::text("on"))].into(),
    });
    let mut flow = acting(WIDE);
    tell(&mut flow, &run);
    flow.keys("J enter u");
    (flow, run)
}

/// What was left is this now.
fn reads(flow: &mut Flow, value: &str) {
    let (request, draft) = preflight_asked(flow);
    assert_eq!(draft.reads.len(), 1, "what was left is read again");
    let name = FactName::Field("now.value".to_owned());
    let found = Preflight {
        facts: vec![Fact::new(draft.target.clone(), name, Value::text(value))],
        before: [("now.value".to_owned(), Value::text(value))].into(),
        ..Preflight::default()
    };
    let answer = Box::new(Ok(found));
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
}

fn is_asked(flow: &Flow) -> bool {
    let last = flow.model.view.overlays.last();
    matches!(last, Some(Overlay::Prompt(screen)) if screen.prompt.confirming().is_some())
}

// row: G9
#[test]
fn an_undo_of_a_command_is_refused_once_somebody_changed_what_it_left_and_with_a_reason_it_is_not()
{
    let (mut flow, _) = set();
    reads(&mut flow, "off");
    assert!(
        matches!(&refused(&flow)[..], [Refusal::Guard { because: Some(_), read, .. }] if read.len() == 1),
        "{:?}",
        refused(&flow)
    );
    let said = flow.screen();
    assert!(said.contains("now.value") && said.contains("off"), "{said}");
    flow.keys("esc u");
    assert!(
        matches!(&flow.model.view.typing, Some(typing) if matches!(typing.what, TypingWhat::Emergency(_))),
        "asked once more, a person says why"
    );
    flow.keys("'ticket 7' enter");
    let (request, draft) = preflight_asked(&flow);
    assert!(draft.reads.is_empty(), "nothing is held against it");
    let answer = Box::new(Ok(Preflight::default()));
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
    assert!(is_asked(&flow), "{}", flow.screen());
    assert_eq!(refused(&flow).len(), 1, "{:?}", refused(&flow));
}

// row: G9
#[test]
fn an_undo_of_a_command_whose_world_drifts_under_its_prompt_is_refused_at_the_yes() {
    let (mut flow, _) = set();
    reads(&mut flow, "on");
    assert!(is_asked(&flow), "{}", flow.screen());
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    let (request, mut facts) = recheck_asked(&flow);
    for fact in &mut facts {
        if let FactName::Field(_) = fact.name {
            fact.value = Value::text("off");
        }
    }
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
    assert!(!is_asked(&flow), "{}", flow.screen());
    reads(&mut flow, "off");
    assert!(
        matches!(&refused(&flow)[..], [Refusal::Guard { .. }]),
        "{:?}",
        refused(&flow)
    );
}

#[test]
fn an_undo_whose_world_can_t_be_read_is_refused_and_asks_why_the_next_time() {
    let (mut flow, run) = set();
    let (request, _) = preflight_asked(&flow);
    let answer = Box::new(Err(Refusal::Unreadable {
        what: "command".to_owned(),
        why: "no such place".to_owned(),
    }));
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
    assert!(matches!(&refused(&flow)[..], [Refusal::Unreadable { .. }]));
    flow.keys("esc u esc");
    assert!(!flow.model.contested.contains(&run.id));
    flow.keys("u");
    assert_eq!(
        preflight_asked(&flow).1.reads.len(),
        1,
        "the fair way again"
    );
}
