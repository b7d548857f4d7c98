//! Screens of text about what is selected: descriptions, manifests, events, rollouts.

use std::time::Duration;

use quarterdeck::{
    app::effect::Effect,
    domain::{
        description::{Block, Description, Field, Label, Mark, Said},
        event::EventRow,
        freshness::{Trouble, TroubleKind},
        manifest::Manifest,
        object::{KindRef, ObjectKey},
        observation::{Observation, Rows},
        pod_detail::{ConditionDetail, ContainerDetail, ContainerKind, ContainerState},
        question::{Answer, Question, RequestId},
        rollout::Revision,
        workload::WorkloadRow,
    },
};
use serde_json::{Value, json};

use super::{
    Flow, Scene, each_face,
    harness::now,
    snapshot,
    watch::{ago, workload},
};

/// The question that was asked last.
fn asked(flow: &Flow) -> (RequestId, Question) {
    let asked = flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::Ask { request, question } => Some((*request, question.clone())),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("nothing was asked: {:?}", flow.effects))
}

fn tell(flow: &mut Flow, answer: Result<Answer, Trouble>) {
    let (request, _) = asked(flow);
    let answer = Box::new(answer);
    flow.observe(vec![Observation::Answered { request, answer }]);
}

/// The row of the workload that the flows look at, as the watch has it.
fn row(ready: u32) -> WorkloadRow {
    WorkloadRow {
        uid: "uid-deployment-export-worker".into(),
        key: workload("export-worker"),
        desired: 24,
        ready,
        updated: 24,
        generation: 7,
        revision: Some(42),
        images: vec!["reg.example/glancy/export:2.4.0".to_owned()],
        created: Some(ago(now(), 900_000)),
        observed: true,
    }
}

/// The watch with the workload `export-worker` selected in the pods' pane.
fn on_workload(face: super::Face) -> Flow {
    let mut flow = Flow::on(Scene::Trouble, face);
    flow.observe(vec![Observation::Workloads(Rows::Changed {
        upserts: vec![row(22)],
        gone: Vec::new(),
    })]);
    flow.keys("4 / 'export-worker' enter");
    let list = flow.model.view.list(quarterdeck::app::view::Pane::Pods);
    let at = list.items.iter().position(|item| {
        matches!(item, quarterdeck::app::view::Item::Workload(key) if *key == workload("export-worker"))
    });
    for _ in 0..at.expect("the workload is listed") {
        flow.keys("j");
    }
    flow
}

fn object() -> ObjectKey {
    let mut key = ObjectKey::of_workload(&workload("export-worker")).unwrap();
    key.uid = Some("uid-deployment-export-worker".into());
    key
}

fn event(reason: &str, name: &str, warning: bool, seconds: i64, count: u32) -> EventRow {
    let kind = if name.matches('-').count() > 2 {
        "Pod"
    } else if name == "export-worker" {
        "Deployment"
    } else {
        "ReplicaSet"
    };
    EventRow {
        uid: format!("{reason}-{name}").into(),
        namespace: "prod".into(),
        kind: kind.into(),
        name: name.into(),
        object_uid: None,
        warning,
        reason: reason.into(),
        message: format!(
            "{reason} of {name}, told in a sentence that is long enough to need a second line on a narrow screen"
        ),
        count,
        first: Some(ago(now(), seconds + 1_800)),
        last: Some(ago(now(), seconds)),
        from: "kubelet".into(),
    }
}

fn events() -> Vec<EventRow> {
    vec![
        event("BackOff", "export-worker-7d9f6c5b88-x2kqp", true, 30, 12),
        event(
            "SuccessfulCreate",
            "export-worker-7d9f6c5b88",
            false,
            300,
            1,
        ),
        event("ScalingReplicaSet", "export-worker", false, 900, 1),
        event("Unhealthy", "lookup-api-5f6d7c8b99-b2c3d", true, 10, 3),
    ]
}

#[expect(
    clippy::too_many_lines,
    reason = "one object with a block of each kind"
)]
fn description() -> Description {
    let cell = |text: &str| Said::text(text);
    Description {
        key: object(),
        uid: Some("uid-deployment-export-worker".into()),
        created: Some(ago(now(), 900_000)),
        deleted: None,
        blocks: vec![
            Block::Table {
                title: Label::Replicas,
                heads: vec![
                    Label::Desired,
                    Label::Updated,
                    Label::Ready,
                    Label::Available,
                    Label::Unavailable,
                ],
                rows: vec![vec![
                    cell("24"),
                    Said::marked("24", Mark::Good),
                    Said::marked("22", Mark::Warn),
                    Said::marked("22", Mark::Warn),
                    Said::marked("2", Mark::Bad),
                ]],
                more: 0,
            },
            Block::Fields {
                title: None,
                fields: vec![
                    Field::new(Label::Selector, Said::text("app=export-worker")),
                    Field::new(
                        Label::Strategy,
                        Said::text("RollingUpdate, 25% max unavailable, 25% max surge"),
                    ),
                    Field::new(Label::LastScaled, Said::Since(ago(now(), 7_200))),
                ],
            },
            Block::Conditions(vec![
                ConditionDetail {
                    kind: "Available".to_owned(),
                    status: "False".to_owned(),
                    reason: "MinimumReplicasUnavailable".to_owned(),
                    message: "Deployment does not have minimum availability.".to_owned(),
                    since: Some(ago(now(), 240)),
                },
                ConditionDetail {
                    kind: "ReplicaFailure".to_owned(),
                    status: "False".to_owned(),
                    reason: String::new(),
                    message: String::new(),
                    since: None,
                },
            ]),
            Block::Events(Ok(events()[..1].to_vec())),
            Block::Unread {
                title: Label::Endpoints,
                trouble: Trouble::new(TroubleKind::Forbidden, "endpointslices is forbidden"),
            },
            Block::Containers(vec![ContainerDetail {
                name: "main".to_owned(),
                kind: ContainerKind::Main,
                image: "reg.example/glancy/export:2.4.0".to_owned(),
                ready: false,
                restarts: 0,
                state: ContainerState::Unknown,
                last_state: None,
                cpu: (Some("500m".to_owned()), None),
                memory: (Some("256Mi".to_owned()), Some("512Mi".to_owned())),
                ports: vec!["8080/TCP".to_owned()],
                probes: vec!["readiness http-get http://:8080/ready".to_owned()],
                command: vec!["export".to_owned(), "--queue=exports".to_owned()],
                env: vec![
                    "MODE=full".to_owned(),
                    "PASSWORD ← secret db/password".to_owned(),
                ],
                mounts: vec!["/data ← scratch (rw)".to_owned()],
            }]),
            Block::Pairs {
                title: Label::Labels,
                pairs: vec![("app".to_owned(), "export-worker".to_owned())],
            },
        ],
        left_out: 0,
    }
}

fn manifest(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "export-worker", "namespace": "prod", "labels": {"app": "export-worker", "on": "true"},
            "managedFields": [{"manager": "kubectl", "operation": "Update"}],
        },
        "spec": {
            "replicas": 24,
            "template": {"spec": {"containers": [{
                "name": "main", "image": image,
                "args": ["--queue=exports", "--a-long-flag=".to_owned() + &"value-".repeat(30)],
                "env": [{"name": "SCRIPT", "value": "set -e\nexport A=1\n"}],
            }]}},
        },
        "status": {"readyReplicas": 22},
    })
}

fn revision(number: u64, image: &str, replicas: (u64, u64), current: bool) -> Revision {
    Revision {
        number,
        name: format!("export-worker-{number}"),
        created: Some(ago(now(), (43 - i64::try_from(number).unwrap()) * 86_400)),
        images: vec![image.to_owned()],
        replicas: Some(replicas),
        cause: (number == 41).then(|| "kubectl set image".to_owned()),
        current,
        template: manifest(image)["spec"]["template"].clone(),
    }
}

#[test]
fn a_workload_is_described() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.keys("d");
        assert_eq!(asked(&flow).1, Question::Describe(object()));
        snapshot("describe-waiting", face, &flow);
        tell(&mut flow, Ok(Answer::Described(Box::new(description()))));
        snapshot("describe", face, &flow);
        flow.keys("/ 'replica' enter");
        snapshot("describe-found", face, &flow);
        flow.keys("y");
        assert_eq!(
            flow.effects.last(),
            Some(&Effect::Copy("export-worker".to_owned()))
        );
        flow.keys("Y");
        let command =
            "kubectl --context=prod -n prod describe deployments.apps export-worker".to_owned();
        assert_eq!(flow.effects.last(), Some(&Effect::Copy(command)));
    });
}

#[test]
fn what_may_not_be_read_or_is_not_there_says_so() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.keys("v");
        let denied = Trouble::new(TroubleKind::Forbidden, "deployments.apps is forbidden");
        tell(&mut flow, Err(denied));
        snapshot("manifest-denied", face, &flow);
        flow.keys("r");
        let absent = Trouble::new(
            TroubleKind::Absent,
            "deployments.apps \"export-worker\" not found",
        );
        tell(&mut flow, Err(absent));
        snapshot("manifest-absent", face, &flow);
    });
}

#[test]
fn a_manifest_is_read_searched_and_written_otherwise() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.keys("v");
        assert_eq!(asked(&flow).1, Question::Manifest(object()));
        let told = Manifest {
            object: manifest("reg.example/glancy/export:2.4.0"),
            cut: 1_234,
        };
        tell(&mut flow, Ok(Answer::Manifest(Box::new(told))));
        snapshot("manifest", face, &flow);
        flow.keys("/ 'export' enter n n");
        snapshot("manifest-found", face, &flow);
        flow.keys("N N N");
        let last = flow.screen();
        assert!(last.contains("/export 5/5"), "{last}");
        flow.keys("/ 'nowhere' enter");
        snapshot("manifest-not-found", face, &flow);
        flow.keys("w m t");
        snapshot("manifest-json", face, &flow);
        flow.keys("Y");
        let command = "kubectl --context=prod -n prod get deployments.apps export-worker -o json --show-managed-fields";
        assert_eq!(flow.effects.last(), Some(&Effect::Copy(command.to_owned())));
        flow.keys("t m y");
        let Some(Effect::Copy(text)) = flow.effects.last() else {
            panic!("nothing was copied: {:?}", flow.effects);
        };
        assert!(text.starts_with("apiVersion: apps/v1\nkind: Deployment\n"));
        assert!(!text.contains("managedFields"));
    });
}

#[test]
fn an_object_that_changes_is_read_again_and_one_that_goes_stays() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.keys("v");
        let told = || {
            let object = manifest("export:2");
            Ok(Answer::Manifest(Box::new(Manifest { object, cut: 0 })))
        };
        tell(&mut flow, told());
        let (first, _) = asked(&flow);
        flow.observe(vec![Observation::Workloads(Rows::Changed {
            upserts: vec![row(23)],
            gone: Vec::new(),
        })]);
        flow.wait(Duration::from_secs(1));
        let (second, question) = asked(&flow);
        assert_ne!(first, second, "it was not read again");
        assert_eq!(question, Question::Manifest(object()));
        let late = Trouble::new(TroubleKind::TimedOut, "no answer within 5 s");
        tell(&mut flow, Err(late));
        snapshot("manifest-stale", face, &flow);
        flow.observe(vec![Observation::Workloads(Rows::Changed {
            upserts: Vec::new(),
            gone: vec!["uid-deployment-export-worker".into()],
        })]);
        flow.wait(Duration::from_secs(1));
        assert_eq!(asked(&flow).0, second, "what is gone is not asked for");
        snapshot("manifest-gone", face, &flow);
    });
}

#[test]
fn an_answer_that_nobody_waits_for_is_dropped() {
    let face = super::Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut flow = on_workload(face);
    flow.keys("v");
    let (request, _) = asked(&flow);
    flow.keys("esc");
    assert_eq!(flow.effects.last(), Some(&Effect::Drop(request)));
    tell(&mut flow, Ok(Answer::Described(Box::new(description()))));
    assert!(flow.model.view.overlays.is_empty());
    // The same document is not opened over itself, and one behind it comes back.
    flow.keys("v d e v d");
    assert_eq!(flow.model.view.overlays.len(), 2);
}

#[test]
fn events_of_a_workload_are_those_of_all_it_made() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.observe(vec![Observation::Events(Rows::All(events()))]);
        let questions = flow.effects.len();
        flow.keys("e");
        assert_eq!(flow.effects.len(), questions, "the watch has them all");
        snapshot("events-workload", face, &flow);
        let screen = flow.screen();
        assert!(screen.contains("ScalingReplicaSet") && screen.contains("BackOff"));
        assert!(!screen.contains("Unhealthy"), "{screen}");
        flow.keys("x");
        assert!(!flow.screen().contains("ScalingReplicaSet"));
        flow.keys("/ 'reason=Nothing' enter");
        snapshot("events-hidden", face, &flow);
        flow.keys("esc ctrl-e");
        snapshot("events-all", face, &flow);
        assert!(flow.screen().contains("Unhealthy"));
    });
}

#[test]
fn events_that_are_not_watched_are_asked_for() {
    let face = super::Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut flow = Flow::on(Scene::Connecting, face);
    flow.keys("ctrl-e");
    assert_eq!(asked(&flow).1, Question::EventsIn(Some("prod".into())));
    tell(&mut flow, Ok(Answer::Events(events())));
    assert!(flow.screen().contains("Unhealthy"));
}

#[test]
fn rollouts_are_listed_and_compared() {
    each_face(|face| {
        let mut flow = on_workload(face);
        flow.keys("R");
        assert_eq!(asked(&flow).1, Question::Rollouts(object()));
        let told = vec![
            revision(42, "reg.example/glancy/export:2.4.0", (22, 24), true),
            revision(41, "reg.example/glancy/export:2.3.1", (0, 0), false),
            revision(40, "reg.example/glancy/export:2.3.0", (0, 0), false),
        ];
        tell(&mut flow, Ok(Answer::Rollouts(told)));
        snapshot("rollouts", face, &flow);
        flow.keys("j enter");
        snapshot("rollouts-diff", face, &flow);
        flow.keys("p");
        let screen = flow.screen();
        assert!(
            screen.contains("-    image: reg.example/glancy/export:2.3.0"),
            "{screen}"
        );
        assert!(
            screen.contains("+    image: reg.example/glancy/export:2.3.1"),
            "{screen}"
        );
        flow.keys("esc j p");
        let why = flow.screen();
        assert!(why.contains("40"), "{why}");
        flow.keys("esc");
        assert!(flow.model.view.overlays.is_empty());
    });
}

#[test]
fn what_has_no_document_says_why() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("2 v");
        snapshot("manifest-of-nothing", face, &flow);
        assert!(flow.model.view.overlays.is_empty());
        flow.keys("T d");
        assert_eq!(
            flow.model.view.overlays.len(),
            1,
            "nothing opens over a picker"
        );
    });
}

#[test]
fn a_node_of_a_change_is_known_by_its_kind() {
    let node = ObjectKey::node(&"worker-1".into());
    assert_eq!(node.kind, KindRef::new("", "v1", "Node", "nodes", false));
    assert_eq!(node.kind.resource(), "nodes");
}
