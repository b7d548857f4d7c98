//! What two persons must agree to: how the second signs is on the screen, and who did.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
    },
    domain::{
        action::{
            plan::Plan,
            record::{Aside, Entry},
            refusal::{Refusal, Unsigned},
        },
        id::PlanDigest,
        text::Lang,
    },
};

use super::{
    acting, each_face, launch_asked, looks, now, preflights, presses, recheck_asked, refused, run,
    snapshot,
};
use crate::flows::{Face, Flow};

/// Where how it looks does not matter.
const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

/// The prompt of switching to the standby, which nobody does alone.
fn switching(face: Face) -> Flow {
    let mut flow = acting(face);
    presses(&mut flow, ": 'warm standby' enter");
    preflights(&mut flow, 6);
    flow
}

fn acts<T>(flow: &Flow, find: impl Fn(&Act) -> Option<T>) -> Vec<T> {
    let acts = flow.effects.iter().filter_map(|effect| match effect {
        Effect::Act(act) => find(act),
        _ => None,
    });
    acts.collect()
}

/// The plan that is shown to a second person.
fn shown(flow: &Flow) -> Plan {
    let mut plans = acts(flow, |act| match act {
        Act::Record { entry, .. } => match &**entry {
            Entry::Asked { plan, digest } => {
                assert_eq!(*digest, plan.digest());
                Some((**plan).clone())
            }
            _ => None,
        },
        _ => None,
    });
    plans.pop().expect("a second person is asked")
}

fn agreed(flow: &mut Flow, plan: PlanDigest, answer: Result<Vec<String>, Refusal>) {
    flow.event(Event::Acted(Acted::Agreed { plan, answer }));
}

fn launches(flow: &Flow) -> usize {
    let launch = |act: &Act| matches!(act, Act::Launch { .. }).then_some(());
    acts(flow, launch).len()
}

fn asked_who(flow: &Flow) -> usize {
    acts(flow, |act| matches!(act, Act::Agreed(_)).then_some(())).len()
}

fn signature(plan: &Plan) -> String {
    format!(
        "quarterdeck-approval {} {}\r-----BEGIN SSH SIGNATURE-----\rU1NIU0lH\r-----END SSH SIGNATURE-----\r",
        plan.digest(),
        now()
    )
}

#[test]
fn one_alone_is_told_how_the_second_signs_and_confirms_nothing() {
    each_face(|face| {
        let mut flow = switching(face);
        let plan = shown(&flow);
        assert_eq!(plan.persons, 2);
        assert_eq!(asked_who(&flow), 1);
        agreed(&mut flow, plan.digest(), Ok(Vec::new()));
        looks(&mut flow);
        snapshot("prompt-second", face, &flow);
        presses(&mut flow, "'warm-standby' tab '2' enter");
        snapshot("prompt-second-alone", face, &flow);
        let (before, rereads) = (flow.effects.len(), recheck_asked_count(&flow));
        presses(&mut flow, "enter");
        assert_eq!(recheck_asked_count(&flow), rereads, "{before}");
        assert_eq!(launches(&flow), 0);
    });
}

fn recheck_asked_count(flow: &Flow) -> usize {
    let recheck = |act: &Act| matches!(act, Act::Recheck { .. }).then_some(());
    acts(flow, recheck).len()
}

#[test]
fn a_signature_that_was_pasted_is_looked_at_and_who_signed_is_shown() {
    each_face(|face| {
        let mut flow = switching(face);
        let plan = shown(&flow);
        looks(&mut flow);
        presses(&mut flow, "'warm'");
        // Anything else that is pasted is refused, as in every prompt.
        flow.event(Event::Pasted("warm-standby".to_owned()));
        assert!(acts(&flow, |act| matches!(act, Act::Sign { .. }).then_some(())).is_empty());
        flow.wait(Duration::from_secs(4));
        presses(&mut flow, "'warm-standby'");
        let text = signature(&plan);
        flow.event(Event::Pasted(text.clone()));
        let signed = acts(&flow, |act| match act {
            Act::Sign { plan, text } => Some((plan.digest(), text.clone())),
            _ => None,
        });
        assert_eq!(signed, [(plan.digest(), text)]);
        let who = "li".to_owned();
        let because = Unsigned::Same { who };
        agreed(
            &mut flow,
            plan.digest(),
            Err(Refusal::NotSigned { because }),
        );
        snapshot("prompt-second-same", face, &flow);
        agreed(&mut flow, plan.digest(), Ok(vec!["wang".to_owned()]));
        snapshot("prompt-second-agreed", face, &flow);
        // What was typed before stands: a signature is no answer.
        presses(&mut flow, "tab '2' enter");
        let (request, facts) = recheck_asked(&flow);
        let answer = Ok(facts);
        flow.event(Event::Acted(Acted::Rechecked { request, answer }));
        let (_, intent) = launch_asked(&flow);
        assert_eq!(intent.digest, plan.digest());
        assert_eq!(run("r", intent).intent.plan.persons, 2);
    });
}

#[test]
fn what_comes_through_the_ledger_is_looked_at_and_an_answer_about_another_plan_is_not() {
    let mut flow = switching(FACE);
    let plan = shown(&flow);
    looks(&mut flow);
    let asked = asked_who(&flow);
    let aside = Aside {
        at: now(),
        actor: super::run("r", intent_of(&plan)).actor,
        entry: Entry::Approval {
            plan: plan.digest(),
            principal: "wang".to_owned(),
            key: "SHA256:x".to_owned(),
            signature: signature(&plan),
        },
    };
    flow.event(Event::Acted(Acted::Asides(vec![Arc::new(aside)])));
    assert_eq!(asked_who(&flow), asked + 1, "what it says is proved first");
    let names = || Ok(vec!["wang".to_owned()]);
    agreed(&mut flow, "ab".repeat(32).into(), names());
    presses(&mut flow, "'warm-standby' tab '2' enter");
    assert_eq!(launches(&flow) + recheck_asked_count(&flow), 0);
    agreed(&mut flow, plan.digest(), names());
    presses(&mut flow, "enter");
    assert_eq!(recheck_asked_count(&flow), 1);
}

fn intent_of(plan: &Plan) -> quarterdeck::domain::action::record::Intent {
    quarterdeck::domain::action::record::Intent {
        plan: plan.clone(),
        digest: plan.digest(),
        preflight: quarterdeck::domain::action::preflight::Preflight::default(),
        snapshot: std::collections::BTreeMap::new(),
        desk_args: Vec::new(),
        undo_of: None,
    }
}

#[test]
fn the_second_has_a_quarter_of_an_hour() {
    let mut flow = switching(FACE);
    looks(&mut flow);
    flow.wait(Duration::from_secs(600));
    assert!(refused(&flow).is_empty());
    flow.wait(Duration::from_secs(301));
    assert_eq!(refused(&flow), [Refusal::TimedOut]);
}
