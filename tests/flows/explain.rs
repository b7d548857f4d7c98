//! Why a pod is sick: asked when a screen about it opens, told part by part, dropped with the screen.

use std::time::Duration;

use quarterdeck::{
    app::effect::Effect,
    domain::{
        event::EventRow,
        explain::{ContainerFacts, Evidence, LogTail, Part, PodFacts, Rollout},
        freshness::{Trouble, TroubleKind},
        observation::Observation,
        pod_detail::{ContainerDetail, ContainerKind, ContainerState, PodDetail, PodKey},
        question::{Answer, Answered, Question, RequestId},
        series::Series,
    },
};

use super::{Flow, Scene, each_face, harness::now, snapshot, watch::ago};

/// The newest question about why a pod is sick.
fn asked(flow: &Flow) -> (RequestId, PodKey) {
    let mut effects = flow.effects.iter().rev();
    effects
        .find_map(|effect| match effect {
            Effect::Ask {
                request,
                question: Question::Explain(key),
            } => Some((*request, key.clone())),
            _ => None,
        })
        .unwrap_or_else(|| panic!("not asked: {:?}", flow.effects))
}

fn answer(flow: &mut Flow, request: RequestId, answer: Answered) {
    let answer = Box::new(answer);
    flow.observe(vec![Observation::Answered { request, answer }]);
}

/// A worker that ran out of memory; nothing but the pod itself was read yet.
fn evidence(key: PodKey) -> Evidence {
    let container = ContainerDetail {
        name: "worker".to_owned(),
        kind: ContainerKind::Main,
        image: "registry.glancy.dev/export-worker:2.4.0".to_owned(),
        ready: false,
        restarts: 6,
        state: ContainerState::Waiting {
            reason: "CrashLoopBackOff".to_owned(),
            message: "back-off 5m0s".to_owned(),
        },
        last_state: Some(ContainerState::Terminated {
            reason: "OOMKilled".to_owned(),
            message: String::new(),
            code: 137,
            at: Some(ago(now(), 150)),
        }),
        cpu: (None, None),
        memory: (Some("256Mi".to_owned()), Some("512Mi".to_owned())),
        ports: Vec::new(),
        probes: Vec::new(),
        command: Vec::new(),
        env: Vec::new(),
        mounts: Vec::new(),
    };
    let detail = PodDetail {
        key,
        read_at: now(),
        phase: "Running".to_owned(),
        node: Some("node-a1".to_owned()),
        ip: None,
        service_account: None,
        qos: None,
        created: Some(ago(now(), 2_580)),
        labels: Vec::new(),
        annotations: Vec::new(),
        owners: Vec::new(),
        containers: vec![container],
        conditions: Vec::new(),
        events: None,
    };
    Evidence::of(PodFacts {
        detail,
        reason: String::new(),
        message: String::new(),
        deletion: None,
        finalizers: Vec::new(),
        scheduling_gates: Vec::new(),
        readiness_gates: Vec::new(),
        claims: Vec::new(),
        deadline: None,
        containers: vec![ContainerFacts {
            name: "worker".to_owned(),
            started: Some(false),
            lived: Some(Duration::from_secs(460)),
            signal: None,
        }],
    })
}

fn whole(key: PodKey) -> Evidence {
    Evidence {
        events: Part::Known(Vec::<EventRow>::new()),
        log: Part::Known(LogTail {
            container: "worker".to_owned(),
            before_death: true,
            lines: vec!["render: buffer 498 MB".to_owned()],
        }),
        usage: Part::NotAsked,
        node: Part::NotAsked,
        claims: Part::NotAsked,
        rollout: Part::Known(Rollout {
            revision: 41,
            at: ago(now(), 2_600),
            images: vec!["registry.glancy.dev/export-worker:2.4.0".to_owned()],
            before: vec!["registry.glancy.dev/export-worker:2.3.1".to_owned()],
        }),
        ..evidence(key)
    }
}

fn memory() -> Series {
    let values = (0..=28).map(|n| Some((230.0 + 10.0 * f64::from(n)) * 1_048_576.0));
    Series {
        start: ago(now(), 580),
        step: Duration::from_secs(15),
        values: values.collect(),
    }
}

#[test]
fn a_sick_pod_is_explained_part_by_part() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 E");
        snapshot("explain-waiting", face, &flow);
        let (request, key) = asked(&flow);
        answer(
            &mut flow,
            request,
            Ok(Answer::Explain(Box::new(evidence(key.clone())))),
        );
        snapshot("explain-first", face, &flow);
        let Some(Effect::ReadChart(question)) = flow.effects.last().cloned() else {
            panic!("memory is not asked for: {:?}", flow.effects);
        };
        assert!(question.parts[0].1.contains("container=\"worker\""));
        flow.observe(vec![Observation::Chart {
            request: question.request,
            answer: Ok(vec![("worker".to_owned(), memory())]),
        }]);
        answer(
            &mut flow,
            request,
            Ok(Answer::Explain(Box::new(whole(key)))),
        );
        snapshot("explain", face, &flow);
        let asked_once = |effect: &&Effect| matches!(effect, Effect::ReadChart(_));
        assert_eq!(flow.effects.iter().filter(asked_once).count(), 1);
        flow.keys("esc");
        assert_eq!(flow.effects.last(), Some(&Effect::Drop(request)));
        assert!(flow.model.view.explaining.is_none());
    });
}

#[test]
fn an_alert_is_explained_by_its_sickest_pod_and_counts_the_others() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("1 enter E");
        let (request, key) = asked(&flow);
        let denied = |what: &str| Trouble::new(TroubleKind::Forbidden, what);
        let parts = Evidence {
            log: Part::Refused(denied("pods/log is forbidden")),
            rollout: Part::Refused(denied("replicasets is forbidden")),
            ..whole(key)
        };
        answer(&mut flow, request, Ok(Answer::Explain(Box::new(parts))));
        snapshot("explain-alert", face, &flow);
    });
}

#[test]
fn a_pod_that_is_opened_says_why_in_its_first_lines() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 enter");
        let (request, key) = asked(&flow);
        let detail = Box::new(Ok(whole(key.clone()).pod.detail));
        let told = whole(key.clone());
        flow.observe(vec![Observation::PodDetail { key, detail }]);
        answer(&mut flow, request, Ok(Answer::Explain(Box::new(told))));
        snapshot("pod-explained", face, &flow);
        // The same pod explained over it asks nothing new.
        flow.keys("E");
        assert_eq!(asked(&flow).0, request);
    });
}

#[test]
fn an_answer_to_an_earlier_question_is_dropped() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 E");
        let (first, key) = asked(&flow);
        flow.keys("esc j E");
        let (second, other) = asked(&flow);
        assert_ne!((first, &key.uid), (second, &other.uid));
        answer(&mut flow, first, Ok(Answer::Explain(Box::new(whole(key)))));
        let explaining = flow.model.view.explaining.as_ref().unwrap();
        assert_eq!(explaining.answer, None);
    });
}
