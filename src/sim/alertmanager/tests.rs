use std::time::Duration;

use super::*;
use crate::sim::clock::SimClock;
use crate::sim::port::ClusterPort;
use crate::sim::world::testing::{Numbers, deployment, start, world};

struct Bench {
    server: Alertmanager,
    clock: Arc<SimClock>,
    cluster: Arc<Numbers>,
}

fn bench(scenario: &str) -> Bench {
    let (world, cluster) = world(scenario, 7);
    let clock = SimClock::manual(start());
    let url = Arc::new(OnceLock::new());
    url.set("https://127.0.0.1:9090".to_owned()).unwrap();
    let server = Alertmanager::new(SharedWorld::new(world, clock.clone()), 7, url).unwrap();
    Bench {
        server,
        clock,
        cluster,
    }
}

impl Bench {
    fn call(&self, method: &Method, path: &str, query: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        match self
            .server
            .respond(method, path, &Form::parse(query), body.as_bytes())
        {
            Answer::Json(status, value) => (status.as_u16(), value),
            Answer::Text(status, text) => (status.as_u16(), json!(text)),
            Answer::Empty(status) => (status.as_u16(), Value::Null),
        }
    }

    fn get(&self, path: &str, query: &str) -> Value {
        self.call(&Method::GET, path, query, &Value::Null).1
    }

    fn post(&self, silence: &Value) -> (u16, Value) {
        self.call(&Method::POST, "/api/v2/silences", "", silence)
    }

    fn alert(&self, name: &str) -> Option<Value> {
        let alerts = self.get("/api/v2/alerts", "");
        alerts
            .as_array()
            .unwrap()
            .iter()
            .find(|alert| alert["labels"]["alertname"] == name)
            .cloned()
    }
}

fn silence(seconds_from: i64, seconds_to: i64) -> Value {
    let at = |seconds: i64| crate::sim::world::scenario::span(start(), seconds as f64).to_string();
    json!({
        "matchers": [{ "name": "alertname", "value": "ExportBacklog", "isRegex": false, "isEqual": true }],
        "startsAt": at(seconds_from),
        "endsAt": at(seconds_to),
        "createdBy": "li",
        "comment": "known",
    })
}

#[test]
fn alerts_fire_from_the_past_with_who_keeps_them_quiet() {
    let bench = bench("export-backlog");
    let backlog = bench.alert("ExportBacklog").unwrap();
    assert_eq!(backlog["status"]["state"], "active");
    let starts: Timestamp = backlog["startsAt"].as_str().unwrap().parse().unwrap();
    assert!(start().duration_since(starts).as_secs() > 120);
    assert_eq!(backlog["fingerprint"].as_str().unwrap().len(), 16);
    assert_eq!(backlog["receivers"][0]["name"], "glancy-prod");
    assert!(
        backlog["generatorURL"]
            .as_str()
            .unwrap()
            .starts_with("https://127.0.0.1:9090/graph?g0.expr=redis_key")
    );

    let late = bench.alert("BackupLate").unwrap();
    assert_eq!(late["status"]["state"], "suppressed");
    let by = late["status"]["silencedBy"][0].as_str().unwrap();
    let silence = bench.get(&format!("/api/v2/silence/{by}"), "");
    assert_eq!(
        (&silence["createdBy"], &silence["status"]["state"]),
        (&json!("li"), &json!("active"))
    );

    let slow = bench.alert("ExportSlow").unwrap();
    assert_eq!(slow["status"]["state"], "suppressed");
    assert_eq!(
        slow["status"]["inhibitedBy"],
        json!([backlog["fingerprint"]])
    );
    assert!(
        bench.alert("SubscriptionExporterDown").is_none(),
        "pending alerts are not sent"
    );
}

#[test]
fn a_critical_alert_inhibits_the_warnings_of_its_service_alone() {
    let bench = bench("bad-release");
    let burn = bench.alert("LookupBudgetBurn").unwrap();
    assert_eq!(burn["status"]["state"], "active");
    assert_eq!(
        bench.alert("LookupErrors").unwrap()["status"]["inhibitedBy"],
        json!([burn["fingerprint"]])
    );
    let error = bench.alert("LookupBffUnavailable").unwrap();
    assert_eq!(error["status"]["state"], "active", "an error is no warning");
}

#[test]
fn filters_choose() {
    let bench = bench("export-backlog");
    let names = |query: &str| {
        let alerts = bench.get("/api/v2/alerts", query);
        let mut names: Vec<_> = alerts
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["labels"]["alertname"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(""),
        ["BackupLate", "CostBurn", "ExportBacklog", "ExportSlow"]
    );
    assert_eq!(
        names("silenced=false&inhibited=false"),
        ["CostBurn", "ExportBacklog"]
    );
    assert_eq!(names("active=false"), ["BackupLate", "ExportSlow"]);
    assert_eq!(
        names("filter=service%3D%22exports%22&filter=severity!%3Dwarning"),
        ["ExportBacklog"]
    );
    assert_eq!(names("receiver=glancy-prod"), ["ExportBacklog"]);
    let (status, body) = bench.call(
        &Method::GET,
        "/api/v2/alerts",
        "filter=nonsense",
        &Value::Null,
    );
    assert_eq!(status, 400);
    assert!(body.as_str().unwrap().contains("bad matcher format"));
    let groups = bench.get("/api/v2/alerts/groups", "");
    assert_eq!(groups.as_array().unwrap().len(), 4);
    assert!(groups[0]["receiver"]["name"].is_string());
}

#[test]
fn resolved_alerts_leave() {
    let bench = bench("export-backlog");
    bench.cluster.scale(&deployment("export-worker"), 36, "li");
    bench.clock.advance(Duration::from_secs(1800));
    assert!(bench.alert("ExportBacklog").is_none());
    assert!(bench.alert("CostBurn").is_some());
}

#[test]
fn a_silence_keeps_its_id_only_while_it_may() {
    let bench = bench("export-backlog");
    let (status, made) = bench.post(&silence(0, 3600));
    assert_eq!(status, 200);
    let id = made["silenceID"].clone();
    assert_eq!(
        bench.alert("ExportBacklog").unwrap()["status"]["silencedBy"],
        json!([id])
    );

    let mut longer = silence(0, 7200);
    longer["id"] = id.clone();
    assert_eq!(bench.post(&longer), (200, json!({ "silenceID": id })));

    let mut other = longer.clone();
    other["matchers"][0]["value"] = json!("CostBurn");
    let (status, replaced) = bench.post(&other);
    assert_eq!(status, 200);
    assert_ne!(replaced["silenceID"], id);
    let path = format!("/api/v2/silence/{}", id.as_str().unwrap());
    assert_eq!(bench.get(&path, "")["status"]["state"], "expired");
    assert_eq!(
        bench.alert("ExportBacklog").unwrap()["status"]["state"],
        "active"
    );

    bench.clock.advance(Duration::from_secs(10));
    let new = format!(
        "/api/v2/silence/{}",
        replaced["silenceID"].as_str().unwrap()
    );
    assert_eq!(bench.call(&Method::DELETE, &new, "", &Value::Null).0, 200);
    // Once more is no error.
    assert_eq!(bench.call(&Method::DELETE, &new, "", &Value::Null).0, 200);
}

#[test]
fn bad_silences_are_refused_in_both_dialects() {
    let bench = bench("quiet");
    let (status, body) = bench.post(&silence(3600, 0));
    assert_eq!(
        (status, body),
        (
            400,
            json!("Failed to create silence: start time must be before end time")
        )
    );
    assert_eq!(bench.post(&silence(-7200, -3600)).0, 400);
    let mut nameless = silence(0, 60);
    nameless.as_object_mut().unwrap().remove("comment");
    let (status, body) = bench.post(&nameless);
    assert_eq!((status, &body["code"]), (422, &json!(602)));
    let mut all = silence(0, 60);
    all["matchers"][0]["value"] = json!("");
    assert_eq!(bench.post(&all).0, 400);
    let mut unknown = silence(0, 60);
    unknown["id"] = json!("00000000-0000-4000-8000-000000000000");
    assert_eq!(bench.post(&unknown).0, 404);
    assert_eq!(
        bench
            .call(&Method::GET, "/api/v2/silence/nope", "", &Value::Null)
            .0,
        422
    );
    let missing = "/api/v2/silence/00000000-0000-4000-8000-000000000000";
    assert_eq!(bench.call(&Method::GET, missing, "", &Value::Null).0, 404);
    let mut empty_author = silence(0, 60);
    empty_author["createdBy"] = json!("");
    assert_eq!(
        bench.post(&empty_author).0,
        200,
        "the real server takes an empty author too"
    );
}

#[test]
fn a_pending_silence_waits_for_its_time() {
    let bench = bench("export-backlog");
    bench.post(&silence(600, 1200));
    let states = |bench: &Bench| {
        let list = bench.get("/api/v2/silences", "filter=alertname%3DExportBacklog");
        list[0]["status"]["state"].clone()
    };
    assert_eq!(states(&bench), "pending");
    bench.clock.advance(Duration::from_secs(601));
    assert_eq!(states(&bench), "active");
    assert_eq!(
        bench.alert("ExportBacklog").unwrap()["status"]["state"],
        "suppressed"
    );
    bench.clock.advance(Duration::from_secs(600));
    assert_eq!(states(&bench), "expired");
}

#[test]
fn status_and_unknown_paths() {
    let bench = bench("quiet");
    assert_eq!(
        bench.get("/api/v2/status", "")["cluster"]["status"],
        "ready"
    );
    assert_eq!(bench.get("/api/v2/alerts", ""), json!([]));
    assert_eq!(
        bench.call(&Method::GET, "/api/v2/nope", "", &Value::Null).1["code"],
        404
    );
    assert_eq!(
        bench
            .call(
                &Method::GET,
                "/alertmanager/api/v2/status",
                "",
                &Value::Null
            )
            .0,
        404
    );
    assert_eq!(
        bench
            .call(&Method::PUT, "/api/v2/alerts", "", &Value::Null)
            .0,
        405
    );
}
