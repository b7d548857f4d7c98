//! The ground a prompt stands on: never another target, cluster, user or pack than the one that was looked at.

use std::sync::Arc;

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        command::Command,
        effect::Effect,
        event::{Event, Reload},
        overlay::Overlay,
    },
    domain::{
        action::{
            fact::{Fact, FactName},
            refusal::Refusal,
            value::Value,
        },
        identity::{Identity, Who},
        observation::Observation,
        text::Lang,
    },
    pack::Pack,
};

use super::{
    acting, each_face, launch_asked, looks, preflights, presses, recheck_asked, rechecks, refused,
    scaling, snapshot, who,
};
use crate::flows::{Face, Flow};

/// Where how it looks does not matter.
const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

fn asked(flow: &Flow, is_it: impl Fn(&Act) -> bool) -> usize {
    let acts = flow.effects.iter();
    acts.filter(|effect| matches!(effect, Effect::Act(act) if is_it(act)))
        .count()
}

fn rechecked(flow: &Flow) -> usize {
    asked(flow, |act| matches!(act, Act::Recheck { .. }))
}

fn launched(flow: &Flow) -> usize {
    asked(flow, |act| matches!(act, Act::Launch { .. }))
}

fn prompt_is_open(flow: &Flow) -> bool {
    matches!(flow.model.view.overlays.last(), Some(Overlay::Prompt(_)))
}

/// Answers the newest reading of facts, with one of them changed.
fn rechecks_with(flow: &mut Flow, name: &FactName, value: &str) {
    let (request, mut facts) = recheck_asked(flow);
    let fact: &mut Fact = facts
        .iter_mut()
        .find(|fact| fact.name == *name)
        .expect("the plan rests on it");
    fact.value = Value::text(value);
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
}

#[test]
fn a_name_that_only_looks_the_same_is_no_answer() {
    for (typed, what) in [
        ("export-worker-", "another name that begins so"),
        ("export-worke", "a part of it"),
        ("Export-worker", "another case"),
        ("еxport-worker", "a Cyrillic letter"),
        ("export\u{2010}worker", "another hyphen"),
        ("export-\u{200b}worker", "a zero-width space"),
        ("export-worker\u{200d}", "a zero-width joiner"),
        ("export-worker ", "a space"),
        ("\u{202e}export-worker", "an override of the direction"),
    ] {
        let mut flow = scaling(FACE);
        looks(&mut flow);
        let before = rechecked(&flow);
        for c in typed.chars() {
            flow.wait(std::time::Duration::from_millis(120));
            flow.event(Event::Typed(c.to_string()));
        }
        flow.wait(std::time::Duration::from_millis(120));
        flow.event(Event::Command(Command::TextAccept));
        assert_eq!(rechecked(&flow), before, "{what}");
        assert!(prompt_is_open(&flow), "{what}");
    }
}

#[test]
fn another_object_under_the_same_name_is_refused_when_the_yes_is_looked_at() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker' enter");
        rechecks_with(&mut flow, &FactName::Uid, "u-2");
        assert!(matches!(refused(&flow)[..], [Refusal::Drifted { .. }]));
        assert_eq!(launched(&flow), 0);
        snapshot("prompt-another-object", face, &flow);
    });
}

// row: G10
#[test]
fn another_user_another_cluster_and_another_pack_are_refused_when_the_yes_is_looked_at() {
    for (name, value) in [
        (FactName::Principal, "wang"),
        (FactName::Cluster, "another"),
        (FactName::Pack, "another"),
    ] {
        let mut flow = scaling(FACE);
        looks(&mut flow);
        presses(&mut flow, "'export-worker' enter");
        rechecks_with(&mut flow, &name, value);
        assert!(
            matches!(refused(&flow)[..], [Refusal::Drifted { .. }]),
            "{name:?}: {:?}",
            refused(&flow)
        );
        assert_eq!(launched(&flow), 0, "{name:?}");
    }
}

fn elsewhere(name: &str) -> Observation {
    Observation::Identity(Identity {
        who: Some(Who {
            name: name.to_owned(),
            uid: None,
            groups: Vec::new(),
        }),
        cluster: Some("another".into()),
    })
}

#[test]
fn a_kubeconfig_that_leads_elsewhere_voids_the_prompt_and_nothing_more_is_done_from_here() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker'");
        flow.observe(vec![elsewhere("li")]);
        assert!(matches!(refused(&flow)[..], [Refusal::Identity { .. }]));
        snapshot("prompt-other-cluster", face, &flow);
        presses(&mut flow, "enter");
        assert!(!prompt_is_open(&flow));
        assert!(flow.model.is_read_only());
        presses(&mut flow, ": 'scale export' enter '24' enter");
        assert!(!prompt_is_open(&flow), "it is refused before it is asked");
        presses(&mut flow, "esc esc");
        // It leads back: what was refused stays refused, and the next one is asked anew.
        flow.observe(vec![who("li")]);
        assert!(!flow.model.is_read_only());
        assert_eq!(launched(&flow), 0);
    });
}

#[test]
fn a_yes_on_its_way_is_not_recorded_under_another_name() {
    let mut flow = scaling(FACE);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    flow.observe(vec![who("wang")]);
    assert!(matches!(refused(&flow)[..], [Refusal::Identity { .. }]));
    // The answer that was under way comes all the same.
    let (request, facts) = recheck_asked(&flow);
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
    assert_eq!(launched(&flow), 0);
}

#[test]
fn a_desk_that_is_left_takes_its_prompt_along_and_what_is_recorded_goes_on() {
    let mut flow = scaling(FACE);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    flow.event(Event::Leaving);
    assert!(matches!(refused(&flow)[..], [Refusal::Identity { .. }]));
    let (request, facts) = recheck_asked(&flow);
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
    assert_eq!(launched(&flow), 0);
    // What was agreed to and is being recorded is not taken back: it may be durable by now.
    let mut flow = scaling(FACE);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let (_, intent) = launch_asked(&flow);
    flow.event(Event::Leaving);
    assert!(refused(&flow).is_empty());
    assert_eq!(intent.plan.desk.context, flow.model.desk.context);
}

#[test]
fn a_pack_that_was_rewritten_voids_the_prompt_and_the_next_plan_is_of_the_new_one() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker'");
        let mut pack = Pack::embedded("glancy").unwrap().unwrap();
        pack.digest = "ab".repeat(32);
        let pack = Arc::new(pack);
        let reload = Reload::Pack(Arc::clone(&pack));
        flow.event(Event::Reloaded(Box::new(reload)));
        assert_eq!(refused(&flow), [Refusal::PackChanged]);
        snapshot("prompt-other-pack", face, &flow);
        presses(&mut flow, "enter");
        presses(&mut flow, ": 'scale export' enter '24' enter");
        preflights(&mut flow, 6);
        looks(&mut flow);
        presses(&mut flow, "'export-worker' enter");
        rechecks(&mut flow, 6, None);
        let (_, intent) = launch_asked(&flow);
        assert_eq!(intent.plan.pack.digest, pack.digest);
    });
}

#[test]
fn names_that_look_alike_are_told_apart_in_the_palette_and_on_the_prompt() {
    let mut flow = acting(FACE);
    presses(&mut flow, ": 'scale export' enter '24' enter");
    preflights(&mut flow, 6);
    let plan = |flow: &Flow| {
        flow.model
            .view
            .overlays
            .iter()
            .find_map(|overlay| match overlay {
                Overlay::Prompt(screen) => Some(screen.prompt.draft.target.clone()),
                _ => None,
            })
    };
    let target = plan(&flow).expect("it is asked");
    assert_eq!(target.name(), "export-worker");
    assert_eq!(target.namespace(), Some("prod"));
    // The same name in another namespace is another target, another lock and another challenge's ground.
    let mut other = target.clone();
    if let quarterdeck::domain::action::target::Target::Object { namespace, .. } = &mut other {
        *namespace = Some("prod-".to_owned());
    }
    assert_ne!(target, other);
    assert_ne!(target.lock(), other.lock());
}
