//! Choosing another desk or other namespaces. The switch itself is the runtime's.

use quarterdeck::{
    app::{
        effect::Effect,
        event::{DesksRead, Event},
    },
    domain::{
        desk::{DeskChoice, DeskOffer, DeskOffers, DeskPlace, Namespaces},
        freshness::{Trouble, TroubleKind},
        observation::Observation,
        question::{Answer, Question, RequestId},
    },
};

use super::{Face, Flow, Scene, each_face, snapshot};

/// A watch on a real cluster, as far as the model knows.
fn flow(face: Face) -> Flow {
    let mut flow = Flow::on(Scene::Trouble, face);
    flow.model.desk.demo = None;
    flow
}

fn context(name: &str) -> DeskPlace {
    DeskPlace::Context {
        context: name.to_owned(),
        pack: None,
    }
}

fn offers() -> DeskOffers {
    let offer = |place: DeskPlace, context: &str, pack: Option<&str>| DeskOffer {
        place,
        context: Some(context.to_owned()),
        namespaces: Some(Namespaces::Some(vec!["shop".to_owned()])),
        pack: pack.map(Into::into),
    };
    DeskOffers {
        desks: vec![
            offer(DeskPlace::Configured, "prod", Some("glancy")),
            offer(
                DeskPlace::Named("staging".to_owned()),
                "stage-eu",
                Some("glancy"),
            ),
            offer(context("prod"), "prod", None),
            offer(context("staging"), "staging", None),
        ],
        packs: vec!["glancy".into(), "lawsker".into()],
        trouble: None,
    }
}

fn opened(flow: &Flow) -> Option<DeskChoice> {
    flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::OpenDesk(choice) => Some(choice.clone()),
        _ => None,
    })
}

#[test]
fn a_desk_is_picked_with_its_pack() {
    each_face(|face| {
        let mut flow = flow(face);
        flow.keys("D");
        assert_eq!(flow.effects.last(), Some(&Effect::ListDesks));
        snapshot("desks-reading", face, &flow);
        flow.event(Event::Desks(DesksRead::Listed(offers())));
        flow.keys("j j j space space");
        snapshot("desks", face, &flow);
        flow.keys("enter");
        let place = DeskPlace::Context {
            context: "staging".to_owned(),
            pack: Some("lawsker".into()),
        };
        let namespaces = None;
        assert_eq!(opened(&flow), Some(DeskChoice { place, namespaces }));
        assert_eq!(flow.model.remembered.desks["staging"], "lawsker");
        flow.event(Event::Desks(DesksRead::Refused(
            "the pack is not allowed".to_owned(),
        )));
        snapshot("desk-refused", face, &flow);
    });
}

#[test]
fn a_desk_of_the_configuration_keeps_its_own_pack() {
    each_face(|face| {
        let mut flow = flow(face);
        flow.keys("D");
        flow.event(Event::Desks(DesksRead::Listed(offers())));
        flow.keys("j space enter");
        let place = DeskPlace::Named("staging".to_owned());
        let namespaces = None;
        assert_eq!(opened(&flow), Some(DeskChoice { place, namespaces }));
    });
}

fn asked(flow: &Flow) -> RequestId {
    let mut effects = flow.effects.iter().rev();
    effects
        .find_map(|effect| match effect {
            Effect::Ask {
                request,
                question: Question::Namespaces,
            } => Some(*request),
            _ => None,
        })
        .unwrap_or_else(|| panic!("not asked: {:?}", flow.effects))
}

fn of(names: &[&str]) -> DeskChoice {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    DeskChoice {
        place: DeskPlace::Configured,
        namespaces: Some(Namespaces::Some(names)),
    }
}

#[test]
fn namespaces_are_marked_or_typed() {
    each_face(|face| {
        let mut flow = flow(face);
        flow.keys("n");
        let request = asked(&flow);
        let names = ["default", "prod", "staging"].map(str::to_owned).to_vec();
        let answer = Box::new(Ok(Answer::Namespaces(names)));
        flow.observe(vec![Observation::Answered { request, answer }]);
        flow.keys("j j j j space j space");
        snapshot("namespaces", face, &flow);
        flow.keys("enter");
        assert_eq!(opened(&flow), Some(of(&["prod", "staging"])));
        flow.keys("n j j enter ctrl-u 'other,BAD' enter");
        snapshot("namespaces-typed", face, &flow);
        flow.keys("backspace backspace backspace 'more' enter");
        assert_eq!(opened(&flow), Some(of(&["other", "more"])));
    });
}

#[test]
fn namespaces_that_may_not_be_listed_can_still_be_typed() {
    each_face(|face| {
        let mut flow = flow(face);
        flow.keys("n");
        let request = asked(&flow);
        let denied = Trouble::new(TroubleKind::Forbidden, "namespaces is forbidden");
        let answer = Box::new(Err(denied));
        flow.observe(vec![Observation::Answered { request, answer }]);
        snapshot("namespaces-denied", face, &flow);
    });
}

#[test]
fn a_demo_has_only_its_own_desk() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("D n");
        assert!(flow.model.view.overlays.is_empty());
        snapshot("desks-of-a-demo", face, &flow);
    });
}
