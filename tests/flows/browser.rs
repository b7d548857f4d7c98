//! Objects of any kind, nodes and usage: from the keys to the screen.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::{
    app::{command::Command, effect::Effect, overlay::Overlay},
    domain::{
        freshness::{Trouble, TroubleKind},
        node::NodeRow,
        object::KindRef,
        observation::{Observation, Rows},
        pod::PodUsage,
        question::{Answer, Question, RequestId},
        table::{Beyond, Cell, Column, KindInfo, Kinds, Listing, Part, PartState, Row, Sheet},
        usage::{ContainerUse, LeftOut, PodUse, Room, UsageSight},
    },
};

use super::{Flow, Scene, each_face, harness::now, snapshot, watch::ago};

fn info(group: &str, version: &str, kind: &str, plural: &str, short: &[&str]) -> KindInfo {
    KindInfo {
        kind: KindRef::new(group, version, kind, plural, plural != "nodes"),
        singular: kind.to_lowercase().into(),
        short: short.iter().map(|it| (*it).into()).collect(),
        listing: Listing::Offered,
        watched: true,
    }
}

fn kinds() -> Kinds {
    let mut review = info(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectAccessReview",
        "selfsubjectaccessreviews",
        &[],
    );
    review.listing = Listing::NotOffered;
    let mut secrets = info("", "v1", "Secret", "secrets", &[]);
    secrets.listing = Listing::Forbidden;
    Kinds {
        kinds: vec![
            review,
            secrets,
            info("apps", "v1", "Deployment", "deployments", &["deploy"]),
            info("", "v1", "Service", "services", &["svc"]),
            info("", "v1", "Node", "nodes", &["no"]),
            info("networking.k8s.io", "v1", "Ingress", "ingresses", &["ing"]),
            info(
                "cert-manager.io",
                "v1",
                "Certificate",
                "certificates",
                &["cert", "certs"],
            ),
        ],
        silent: vec!["metrics.k8s.io/v1beta1".to_owned()],
    }
}

/// The number of the newest question that is like `wanted`.
fn asked(flow: &Flow, wanted: impl Fn(&Question) -> bool) -> RequestId {
    let found = flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::Ask { request, question } if wanted(question) => Some(*request),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("not asked: {:?}", flow.effects))
}

fn answer(flow: &mut Flow, request: RequestId, answer: Result<Answer, Trouble>) {
    let answer = Box::new(answer);
    flow.observe(vec![Observation::Answered { request, answer }]);
}

fn told_kinds(flow: &mut Flow) {
    let request = asked(flow, |it| *it == Question::Kinds);
    answer(flow, request, Ok(Answer::Kinds(kinds())));
}

fn column(name: &str, wide: bool) -> Column {
    Column {
        name: name.into(),
        number: false,
        wide,
    }
}

fn service(namespace: &str, name: &str, kind: &str, ip: &str, ports: &str, age: i64) -> Arc<Row> {
    let created = ago(now(), age);
    let text = |text: &str| Cell::Text(text.into());
    let since = Cell::Since {
        before: "".into(),
        at: created,
        after: "".into(),
    };
    Arc::new(Row {
        uid: format!("uid-{namespace}-{name}").into(),
        namespace: Some(namespace.into()),
        name: name.into(),
        created: Some(created),
        cells: vec![
            text(name),
            text(kind),
            text(ip),
            text("<none>"),
            text(ports),
            since,
            text(&format!("app={name}")),
        ],
    })
}

fn sheet(parts: Vec<Part>) -> Sheet {
    Sheet {
        columns: Arc::from([
            column("Name", false),
            column("Type", false),
            column("Cluster-IP", false),
            column("External-IP", false),
            column("Port(s)", false),
            column("Age", false),
            column("Selector", true),
        ]),
        rows: vec![
            service(
                "prod",
                "export-api",
                "ClusterIP",
                "10.96.12.40",
                "8080/TCP,9090/TCP",
                86_400 * 40,
            ),
            service(
                "prod",
                "lookup-api",
                "LoadBalancer",
                "10.96.7.2",
                "443:31443/TCP",
                3_700,
            ),
            service(
                "prod",
                "regenerate-queue-with-a-rather-long-name",
                "ClusterIP",
                "None",
                "6379/TCP",
                95,
            ),
        ],
        parts,
        beyond: None,
        plain: false,
        listed_every: None,
    }
}

fn part(namespace: &str, state: PartState) -> Part {
    Part {
        namespace: Some(namespace.into()),
        listed: state == PartState::Live,
        state,
    }
}

fn live() -> Sheet {
    sheet(vec![part("prod", PartState::Live)])
}

/// The table of services is open and has been told this.
fn services(flow: &mut Flow, sheet: Sheet) -> RequestId {
    flow.keys("B");
    told_kinds(flow);
    flow.keys("'svc' enter");
    let request = asked(flow, |it| matches!(it, Question::Table(_)));
    answer(flow, request, Ok(Answer::Table(Box::new(sheet))));
    request
}

#[test]
fn kinds_are_picked_by_any_of_their_names() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("B");
        snapshot("kinds-reading", face, &flow);
        told_kinds(&mut flow);
        snapshot("kinds", face, &flow);
        flow.keys("'cert'");
        snapshot("kinds-typed", face, &flow);
        flow.keys("enter");
        let wanted = |it: &Question| matches!(it, Question::Table(info) if &*info.kind.plural == "certificates");
        asked(&flow, wanted);
        assert_eq!(
            flow.model.remembered.recent_kinds,
            ["certificates.cert-manager.io"]
        );
        flow.keys("B");
        let Some(Overlay::Kinds(picker)) = flow.model.view.overlays.last() else {
            panic!("no picker");
        };
        assert_eq!(
            &*picker.rows[0].info.kind.plural, "certificates",
            "the last one is the first"
        );
    });
}

#[test]
fn a_kind_that_cannot_be_listed_says_why_and_stays() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("B");
        told_kinds(&mut flow);
        flow.keys("'secret' enter");
        snapshot("kinds-refused", face, &flow);
        assert!(matches!(
            flow.model.view.overlays.last(),
            Some(Overlay::Kinds(_))
        ));
    });
}

#[test]
fn the_palette_knows_kinds_by_name() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys(":");
        told_kinds(&mut flow);
        flow.keys("'services'");
        snapshot("palette-kinds", face, &flow);
        flow.keys("enter");
        asked(
            &flow,
            |it| matches!(it, Question::Table(info) if &*info.kind.plural == "services"),
        );
    });
}

#[test]
fn a_table_is_drawn_in_every_state() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        let request = services(&mut flow, live());
        snapshot("browser", face, &flow);
        let mut tell = |name: &str, sheet: Sheet| {
            answer(&mut flow, request, Ok(Answer::Table(Box::new(sheet))));
            snapshot(name, face, &flow);
        };
        let mut reading = sheet(vec![part("prod", PartState::Reading { left: Some(9_500) })]);
        reading.beyond = None;
        tell("browser-reading", reading);
        let failed = |kind, detail: &str| PartState::Failed {
            since: ago(now(), 42),
            trouble: Trouble::new(kind, detail),
            retry_at: Some(ago(now(), -7)),
        };
        let denied = failed(
            TroubleKind::Forbidden,
            "services is forbidden: User \"li\" cannot list resource \"services\" in API group \"\" in the namespace \"pay\"",
        );
        tell(
            "browser-denied-in-one",
            sheet(vec![
                part("prod", PartState::Live),
                part("pay", denied.clone()),
            ]),
        );
        let mut none = sheet(vec![part("pay", denied)]);
        none.rows.clear();
        tell("browser-denied", none);
        let mut stale = sheet(vec![part(
            "prod",
            failed(TroubleKind::Unreachable, "connection refused"),
        )]);
        stale.parts[0].listed = true;
        tell("browser-stale", stale);
        let mut empty = live();
        empty.rows.clear();
        tell("browser-empty", empty);
        let mut full = live();
        full.beyond = Some(Beyond::Exactly(12_345));
        tell("browser-full", full);
    });
}

#[test]
fn rows_are_filtered_ordered_and_copied() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        services(&mut flow, live());
        flow.keys("/ 'api'");
        snapshot("browser-filter", face, &flow);
        flow.keys("enter s s s j");
        snapshot("browser-ordered", face, &flow);
        flow.keys("Y");
        let copied = "kubectl --context=prod -n prod get services export-api -o wide";
        assert_eq!(flow.effects.last(), Some(&Effect::Copy(copied.to_owned())));
        flow.keys("ctrl-x");
        let Some(Overlay::Browser(browser)) = flow.model.view.overlays.last() else {
            panic!("closed");
        };
        assert_eq!(browser.shown.len(), 3);
    });
}

#[test]
fn what_is_closed_is_dropped_however_it_closes() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        let first = services(&mut flow, live());
        flow.keys("B 'ing' enter");
        assert!(
            flow.effects.contains(&Effect::Drop(first)),
            "another kind took its place"
        );
        let second = asked(&flow, |it| matches!(it, Question::Table(_)));
        flow.keys("esc");
        assert_eq!(flow.effects.last(), Some(&Effect::Drop(second)));
        answer(&mut flow, second, Ok(Answer::Table(Box::new(live()))));
        assert!(flow.model.view.overlays.is_empty());
    });
}

#[test]
fn a_question_that_was_not_taken_is_asked_again() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        let first = services(&mut flow, live());
        answer(
            &mut flow,
            first,
            Err(Trouble::new(TroubleKind::Unreachable, "no client yet")),
        );
        flow.wait(std::time::Duration::from_secs(6));
        let second = asked(&flow, |it| matches!(it, Question::Table(_)));
        assert_ne!(first, second);
    });
}

fn node(name: &str, ready: Option<bool>, cordoned: bool, pressures: &[&str]) -> NodeRow {
    NodeRow {
        uid: format!("uid-{name}").into(),
        name: name.into(),
        ready,
        ready_since: Some(ago(now(), 900)),
        cordoned,
        pressures: pressures.iter().map(|it| (*it).into()).collect(),
        created: Some(ago(now(), 86_400 * 60)),
        version: "v1.35.4".into(),
        roles: vec!["worker".into()],
        taints: cordoned
            .then(|| "node.kubernetes.io/unschedulable:NoSchedule".into())
            .into_iter()
            .collect(),
        room: Room {
            cpu_millicores: Some(3_920),
            memory_bytes: Some(15 << 30),
        },
        most_pods: Some(110),
    }
}

#[test]
fn nodes_stand_with_the_worst_first() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.observe(vec![Observation::Nodes(Rows::All(vec![
            node("node-a1", Some(true), false, &[]),
            node("node-a2", Some(true), true, &[]),
            node("node-b1", Some(true), false, &["MemoryPressure"]),
            node("node-b2", None, false, &[]),
            node("node-c1", Some(false), false, &[]),
        ]))]);
        flow.keys("N");
        snapshot("nodes", face, &flow);
        let request = asked(&flow, |it| *it == Question::NodesUse);
        let used = |cpu_millicores, gibibytes: u64| PodUsage {
            cpu_millicores,
            memory_bytes: gibibytes << 30,
        };
        let usage = vec![
            ("node-a1".into(), used(1_200, 6)),
            ("node-b1".into(), used(3_900, 14)),
        ];
        answer(&mut flow, request, Ok(Answer::NodesUse(usage)));
        snapshot("nodes-measured", face, &flow);
        flow.keys("/ 'a1' enter p");
        assert!(flow.model.view.overlays.is_empty());
        let filter = flow
            .model
            .view
            .list(quarterdeck::app::view::Pane::Pods)
            .filter
            .text();
        assert_eq!(filter, "node=node-a1");
    });
}

#[test]
fn without_metrics_the_nodes_say_so() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("N");
        let request = asked(&flow, |it| *it == Question::NodesUse);
        answer(
            &mut flow,
            request,
            Err(Trouble::new(TroubleKind::Absent, "404 page not found")),
        );
        snapshot("nodes-unmeasured", face, &flow);
    });
}

fn container(name: &str, cpu: u32, mebibytes: u64, limited: bool) -> ContainerUse {
    ContainerUse {
        name: name.into(),
        used: Some(PodUsage {
            cpu_millicores: cpu,
            memory_bytes: mebibytes << 20,
        }),
        requests: Room {
            cpu_millicores: Some(100),
            memory_bytes: Some(64 << 20),
        },
        limits: Room {
            cpu_millicores: limited.then_some(500),
            memory_bytes: limited.then_some(512 << 20),
        },
    }
}

fn measured(at: Timestamp, flow: &Flow, cpu: u32, memory: u64) -> Answer {
    let Some(Overlay::Usage(screen)) = flow.model.view.overlays.last() else {
        panic!("not open");
    };
    let pods = screen.pods.iter().map(|key| PodUse {
        uid: key.uid.clone(),
        at: Some(at),
        containers: vec![
            container("main", cpu, memory, true),
            container("proxy", 20, 40, false),
        ],
    });
    Answer::Usage(UsageSight {
        pods: pods.collect(),
        trouble: None,
        left_out: None,
    })
}

#[test]
fn usage_stands_against_limits_with_its_trend() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 u");
        snapshot("usage-reading", face, &flow);
        for (round, (cpu, memory)) in [(120, 310), (260, 420), (430, 505)].into_iter().enumerate() {
            let round = i64::try_from(round).unwrap();
            let request = asked(&flow, |it| matches!(it, Question::Usage(_)));
            let told = measured(ago(now(), 60 - 15 * round), &flow, cpu, memory);
            answer(&mut flow, request, Ok(told));
            flow.wait(std::time::Duration::from_secs(15));
        }
        snapshot("usage", face, &flow);
        flow.keys("enter");
        let Some(Effect::ReadChart(question)) = flow.effects.last() else {
            panic!("no chart: {:?}", flow.effects.last());
        };
        assert!(
            question.parts[0]
                .1
                .starts_with("container_memory_working_set_bytes{namespace=\"prod\"")
        );
    });
}

#[test]
fn pods_that_cannot_be_read_are_left_out_and_said() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 u");
        let request = asked(&flow, |it| matches!(it, Question::Usage(_)));
        let mut told = measured(now(), &flow, 120, 310);
        if let Answer::Usage(sight) = &mut told {
            sight.left_out = Some(LeftOut {
                pods: 2,
                why: Trouble::new(TroubleKind::Forbidden, "pods \"a\" is forbidden"),
            });
        }
        answer(&mut flow, request, Ok(told));
        let screen = flow.screen();
        assert!(screen.contains("2 · pods \"a\" is forbidden"), "{screen}");
        assert!(screen.contains("proxy"), "{screen}");
    });
}

#[test]
fn without_metrics_usage_says_how_to_know() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 u");
        let request = asked(&flow, |it| matches!(it, Question::Usage(_)));
        let mut told = measured(now(), &flow, 1, 1);
        if let Answer::Usage(sight) = &mut told {
            sight.trouble = Some(Trouble::new(TroubleKind::Absent, "404 page not found"));
            for pod in &mut sight.pods {
                for container in &mut pod.containers {
                    container.used = None;
                }
            }
        }
        answer(&mut flow, request, Ok(told));
        snapshot("usage-unmeasured", face, &flow);
    });
}

#[test]
fn usage_of_nothing_is_refused_with_its_reason() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("2 u");
        assert!(flow.model.view.overlays.is_empty());
        assert!(flow.model.view.notice.is_some(), "{:?}", Command::Usage);
    });
}
