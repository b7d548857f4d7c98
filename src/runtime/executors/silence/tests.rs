//! Two peers that answer as they are told; what real ones say is in the contract.

use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path, path_regex},
};

use super::*;
use crate::{
    domain::action::{
        fact::drift,
        preflight::Warning,
        step::{Matcher, Template},
        value::Value,
    },
    runtime::{
        clock::SystemClock,
        executors::testing::{Bench, look, plan_of, planned},
    },
};

/// What two peers share, as gossip would have it.
#[derive(Clone, Default)]
struct Cluster {
    silences: Arc<Mutex<Vec<Json>>>,
    alerts: Arc<Mutex<Vec<Json>>>,
    posts: Arc<Mutex<usize>>,
    /// What a post is answered with instead.
    lost: Arc<Mutex<Option<u16>>>,
}

impl Respond for Cluster {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let way = request.url.path().to_owned();
        let mut silences = self.silences.lock().unwrap();
        match (request.method.as_str(), way.as_str()) {
            ("GET", "/api/v2/alerts") => {
                ResponseTemplate::new(200).set_body_json(&*self.alerts.lock().unwrap())
            }
            ("GET", "/api/v2/silences") => ResponseTemplate::new(200).set_body_json(&*silences),
            ("POST", "/api/v2/silences") => {
                *self.posts.lock().unwrap() += 1;
                let mut silence: Json = serde_json::from_slice(&request.body).unwrap();
                silence["id"] = json!(format!("s-{}", silences.len() + 1));
                silence["status"] = json!({"state": "active"});
                silence["updatedAt"] = silence["startsAt"].clone();
                let id = silence["id"].clone();
                let lost = *self.lost.lock().unwrap();
                if lost != Some(500) {
                    silences.push(silence);
                }
                match lost {
                    Some(status) => ResponseTemplate::new(status).set_body_json("it went wrong"),
                    None => ResponseTemplate::new(200).set_body_json(json!({"silenceID": id})),
                }
            }
            ("GET" | "DELETE", way) => {
                let id = way.rsplit('/').next().unwrap();
                let Some(one) = silences.iter_mut().find(|one| one["id"] == id) else {
                    return ResponseTemplate::new(404);
                };
                if request.method.as_str() == "DELETE" {
                    one["status"] = json!({"state": "expired"});
                    return ResponseTemplate::new(200);
                }
                ResponseTemplate::new(200).set_body_json(&*one)
            }
            _ => ResponseTemplate::new(405),
        }
    }
}

async fn peer(cluster: &Cluster) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path_regex("^/api/v2/"))
        .respond_with(cluster.clone())
        .mount(&server)
        .await;
    server
}

struct Scene {
    cluster: Cluster,
    _servers: Vec<MockServer>,
    silences: Silences,
}

impl Scene {
    async fn new() -> Self {
        let cluster = Cluster::default();
        *cluster.alerts.lock().unwrap() = vec![
            alert("1", &[("alertname", "ExportBacklog"), ("queue", "exports")]),
            alert("2", &[("alertname", "LookupSlow")]),
        ];
        let servers = vec![peer(&cluster).await, peer(&cluster).await];
        let endpoints = servers.iter().map(|server| HttpEndpoint::new(server.uri()));
        Self {
            silences: Silences::new(endpoints.collect(), Arc::new(SystemClock::start())),
            cluster,
            _servers: servers,
        }
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        look(&self.silences, step).await
    }

    async fn planned(&self, step: Planned) -> Bench {
        planned(&self.silences, step).await
    }

    async fn run(&self, bench: &Bench) -> StepEnd {
        bench.run(&self.silences).await
    }

    fn posts(&self) -> usize {
        *self.cluster.posts.lock().unwrap()
    }
}

fn alert(fingerprint: &str, labels: &[(&str, &str)]) -> Json {
    let labels: std::collections::BTreeMap<_, _> = labels.iter().copied().collect();
    json!({"fingerprint": fingerprint, "labels": labels, "status": {"state": "active"}})
}

fn matcher(name: &str, value: &str, is_regex: bool) -> Matcher {
    Matcher {
        name: name.to_owned(),
        value: Template::plain(value),
        is_regex,
        is_equal: true,
    }
}

fn silence(matchers: Vec<Matcher>, comment: &str) -> Planned {
    Planned {
        kind: StepKind::Silence {
            matchers,
            seconds: 7_200,
            comment: Template::plain(comment),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

fn backlog() -> Planned {
    silence(vec![matcher("alertname", "Export.*", true)], "scaling out")
}

#[tokio::test]
async fn it_says_what_it_would_cover_and_makes_it_once_on_one_peer() {
    let scene = Scene::new().await;
    let looked = scene.look(&backlog()).await.unwrap();
    assert_eq!(looked.count.as_ref().unwrap().number, 1);
    assert_eq!(looked.changes[0].field, "ExportBacklog queue=exports");
    assert_eq!(scene.posts(), 0);
    let bench = scene.planned(backlog()).await;
    let end = scene.run(&bench).await;
    let StepEnd::Done { said, saved } = &end else {
        panic!("{end:?}")
    };
    assert_eq!(said[0].name, "silence");
    assert_eq!(saved["id"], Value::text("s-1"));
    assert_eq!(scene.posts(), 1);
    let made = scene.cluster.silences.lock().unwrap()[0].clone();
    assert_eq!(made["createdBy"], "li");
    assert_eq!(made["comment"], "scaling out [run run-1]");
    let time = |name: &str| made[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(
        time("endsAt").duration_since(time("startsAt")).as_secs(),
        7_200
    );
}

#[tokio::test]
async fn an_equal_one_is_told_and_one_made_meanwhile_is_drift() {
    let scene = Scene::new().await;
    let bench = scene.planned(backlog()).await;
    scene.run(&scene.planned(backlog()).await).await;
    let looked = scene.look(&backlog()).await.unwrap();
    assert!(matches!(&looked.warnings[0], Warning::Server { text } if text.contains("s-1 by li")));
    let now = Family::facts(&scene.silences, &bench.plan.steps[0])
        .await
        .unwrap();
    assert!(drift(&bench.plan.facts, &now).is_some());
    let end = scene.run(&bench).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    assert_eq!(scene.posts(), 1);
}

#[tokio::test]
async fn its_undo_ends_it() {
    let scene = Scene::new().await;
    let undo = scene.look(&backlog()).await.unwrap().undo;
    assert!(
        scene.look(&undo[0]).await.is_ok(),
        "its id is not known before the run"
    );
    let end = scene.run(&scene.planned(backlog()).await).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let expire = Planned {
        kind: StepKind::ExpireSilence {
            id: Template::plain("s-1"),
        },
        ..undo[0].clone()
    };
    let bench = scene.planned(expire.clone()).await;
    let end = scene.run(&bench).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let refusal = scene.look(&expire).await.unwrap_err();
    assert_eq!(
        refusal,
        Refusal::NotFound {
            target: "silence/s-1".to_owned()
        }
    );
    let end = scene.run(&bench).await;
    assert!(
        matches!(end, StepEnd::Failed { .. }),
        "it is over already: {end:?}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking_and_else_unknown() {
    let scene = Scene::new().await;
    *scene.cluster.lost.lock().unwrap() = Some(502);
    let end = scene.run(&scene.planned(backlog()).await).await;
    assert!(
        matches!(&end, StepEnd::Done { saved, .. } if saved["id"] == Value::text("s-1")),
        "{end:?}"
    );
    assert_eq!(scene.posts(), 1, "it is not sent again");
    let scene = Scene::new().await;
    *scene.cluster.lost.lock().unwrap() = Some(500);
    let end = scene.run(&scene.planned(backlog()).await).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("it went wrong")),
        "{end:?}"
    );
    assert_eq!(scene.posts(), 1);
}

#[tokio::test]
async fn a_peer_that_is_away_is_told_and_the_other_is_asked() {
    let scene = Scene::new().await;
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let mut endpoints = vec![HttpEndpoint::new(format!("http://{gone}"))];
    endpoints.push(scene.silences.0.clients[1].endpoint().clone());
    let silences = Silences::new(endpoints, Arc::new(SystemClock::start()));
    let bench = scene.planned(backlog()).await;
    let end = silences
        .0
        .make(&bench.doing(0), &Asked::of(&backlog()).unwrap())
        .await;
    assert_eq!(scene.posts(), 1);
    let StepEnd::Done { said, .. } = end else {
        panic!("{end:?}")
    };
    assert_eq!(said[1].name, "missing");
    assert_eq!(said[1].of, Some(gone.to_string()));
    let none = Silences::new(Vec::new(), Arc::new(SystemClock::start()));
    let refusal = look(&none, &backlog()).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Unreadable { .. }));
}

#[tokio::test]
async fn what_no_server_would_take_is_refused_here() {
    let scene = Scene::new().await;
    for step in [
        silence(Vec::new(), "why"),
        silence(vec![matcher("queue", "", false)], "why"),
        silence(vec![matcher("queue", ".*", true)], "why"),
        silence(vec![matcher("queue", "(", true)], "why"),
        silence(vec![matcher("queue", "exports", false)], "  "),
    ] {
        let refusal = scene.look(&step).await.unwrap_err();
        assert!(matches!(refusal, Refusal::BadValue { .. }), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_server_that_will_not_have_it_is_a_failure_and_a_person_can_stop_it_before() {
    let scene = Scene::new().await;
    *scene.cluster.lost.lock().unwrap() = Some(500);
    let refusing = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(400).set_body_json("bad matcher"))
        .mount(&refusing)
        .await;
    Mock::given(method("GET"))
        .and(path("/api/v2/silences"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&refusing)
        .await;
    let silences = Silences::new(
        vec![HttpEndpoint::new(refusing.uri())],
        Arc::new(SystemClock::start()),
    );
    let bench = Bench::new(plan_of(backlog()));
    let end = bench.run(&silences).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("bad matcher")),
        "{end:?}"
    );
    bench.cancel.cancel();
    let end = bench.run(&silences).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
}
