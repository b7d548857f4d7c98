use std::time::Duration;

use super::*;
use crate::sim::clock::SimClock;
use crate::sim::world::testing::{start, world};

struct Bench {
    server: Prometheus,
    clock: Arc<SimClock>,
    faults: Arc<PrometheusFaults>,
}

fn bench(scenario: &str) -> Bench {
    let (world, _) = world(scenario, 7);
    let clock = SimClock::manual(start());
    let faults = Arc::new(PrometheusFaults::default());
    let shared = SharedWorld::new(world, clock.clone());
    let server = Prometheus::new(shared, faults.clone(), Arc::default());
    Bench {
        server,
        clock,
        faults,
    }
}

fn mark(id: &str) -> String {
    format!("label_replace(sum(x), \"quarterdeck\", \"{id}\", \"\", \"\")")
}

impl Bench {
    fn get(&self, path: &str, form: &str) -> (u16, Value) {
        match self.server.respond(&Method::GET, path, &Form::parse(form)) {
            Answer::Json(status, value) => (status.as_u16(), value),
            Answer::Text(status, text) => (status.as_u16(), Value::String(text)),
        }
    }

    fn query(&self, query: &str) -> (u16, Value) {
        self.get(
            "/api/v1/query",
            &format!("query={}", crate::sim::form::encoded(query)),
        )
    }
}

#[test]
fn a_marked_query_is_answered_by_its_id() {
    let bench = bench("export-backlog");
    let (status, body) = bench.query(&format!(
        "{} or {}",
        mark("glancy/exports-depth"),
        mark("glancy/sub-sync")
    ));
    assert_eq!(status, 200);
    let result = body["data"]["result"].as_array().unwrap();
    assert_eq!(
        result.len(),
        1,
        "the subscription exporter is down: no sample"
    );
    assert_eq!(
        result[0]["metric"],
        json!({ "quarterdeck": "glancy/exports-depth" })
    );
    let value: f64 = result[0]["value"][1].as_str().unwrap().parse().unwrap();
    assert!(value > 2000.0);
    assert_eq!(
        result[0]["value"][0].as_f64(),
        Some(start().as_second() as f64)
    );
}

#[test]
fn anything_else_is_refused() {
    let bench = bench("quiet");
    let (status, body) = bench.query("up");
    assert_eq!((status, &body["errorType"]), (422, &json!("execution")));
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("answers marked queries only")
    );
    assert_eq!(bench.query("  ").0, 400);
    let (status, body) = bench.get("/prefix/api/v1/query", "query=1");
    assert_eq!((status, body), (404, json!("404 page not found\n")));
    let posted = bench
        .server
        .respond(&Method::POST, "/api/v1/rules", &Form::default());
    assert!(matches!(
        posted,
        Answer::Text(StatusCode::METHOD_NOT_ALLOWED, _)
    ));
}

#[test]
fn one_unknown_id_fails_the_whole_batch() {
    let bench = bench("quiet");
    let query = format!("{} or {}", mark("glancy/lookup-p95"), mark("glancy/typo"));
    let (status, body) = bench.query(&query);
    assert_eq!(status, 422);
    assert!(body["error"].as_str().unwrap().contains("glancy/typo"));
    assert_eq!(bench.query(&mark("glancy/lookup-p95")).0, 200);
    assert_eq!(
        bench.query(&mark("generic/discover/sloth")).1["data"]["result"],
        json!([])
    );
}

#[test]
fn a_range_lies_on_the_grid_that_was_asked_for() {
    let bench = bench("export-backlog");
    let now = start().as_second();
    let end = now / 300 * 300;
    let form = format!(
        "query={}&start={}&end={end}&step=300",
        crate::sim::form::encoded(&mark("glancy/hook/HK-03/cost")),
        end - 3600
    );
    let (status, body) = bench.get("/api/v1/query_range", &form);
    assert_eq!(status, 200);
    let values = body["data"]["result"][0]["values"].as_array().unwrap();
    assert_eq!(values.len(), 13);
    for (k, pair) in (0_i64..).zip(values) {
        assert_eq!(pair[0].as_f64(), Some((end - 3600 + 300 * k) as f64));
    }
    let at = |k: usize| values[k][1].as_str().unwrap().parse::<f64>().unwrap();
    assert!(at(0) < 0.6 && at(12) > 0.6, "cost rose before the start");
}

#[test]
fn history_begins_hours_ago_and_is_absent_before() {
    let bench = bench("bad-release");
    let now = start().as_second();
    let form = format!(
        "query={}&start={}&end={}&step=3600",
        crate::sim::form::encoded(&mark("glancy/lookup-p95")),
        now - 10 * 3600,
        now + 3600
    );
    let (_, body) = bench.get("/api/v1/query_range", &form);
    let values = body["data"]["result"][0]["values"].as_array().unwrap();
    assert_eq!(
        values.len(),
        7,
        "six hours back and the present; nothing before, nothing after"
    );
}

#[test]
fn quiet_answers_the_same_bytes_an_hour_later() {
    let bench = bench("quiet");
    let ids = [
        "exports-depth",
        "exports-oldest",
        "lookup-p95",
        "slo/lookup/errors:30d",
        "hook/HK-01/success",
    ];
    let query = ids.map(|id| mark(&format!("glancy/{id}"))).join(" or ");
    let seen = |bench: &Bench| {
        let (_, mut body) = bench.query(&query);
        for sample in body["data"]["result"].as_array_mut().unwrap() {
            sample["value"][0] = json!(0);
        }
        let rules = bench.get("/api/v1/rules", "").1.to_string();
        (
            body.to_string(),
            rules,
            bench.get("/api/v1/alerts", "").1.to_string(),
        )
    };
    let before = seen(&bench);
    bench.clock.advance(Duration::from_secs(3600));
    assert_eq!(before, seen(&bench));
    assert!(before.2.contains("\"alerts\":[]"));
}

#[test]
fn pending_alerts_stand_beside_firing_ones() {
    let bench = bench("export-backlog");
    let (_, body) = bench.get("/api/v1/alerts", "");
    let states: Vec<_> = body["data"]["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            (
                alert["labels"]["alertname"].as_str().unwrap(),
                alert["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(
        states.contains(&("SubscriptionExporterDown", "pending")),
        "{states:?}"
    );
    assert!(states.contains(&("ExportBacklog", "firing")), "{states:?}");
    let (_, body) = bench.get("/api/v1/rules", "rule_name[]=ExportBacklog");
    let rule = &body["data"]["groups"][0]["rules"][0];
    assert_eq!(rule["state"], "firing");
    assert_eq!(
        rule["annotations"]["summary"],
        "Exports wait: {{ $value }} in the queue"
    );
    assert!(
        rule["alerts"][0]["value"]
            .as_str()
            .unwrap()
            .contains("e+03")
    );
}

#[test]
fn faults_of_the_server_itself() {
    let bench = bench("quiet");
    let query = mark("glancy/lookup-p95");
    bench.faults.warn(&["store 2 is unavailable"]);
    assert_eq!(
        bench.query(&query).1["warnings"],
        json!(["store 2 is unavailable"])
    );
    bench.faults.time_out(true);
    let (status, body) = bench.query(&query);
    assert_eq!((status, &body["errorType"]), (503, &json!("timeout")));
    bench.faults.heal();
    bench.faults.spoil("glancy/lookup-p95");
    assert_eq!(bench.query(&query).0, 422);
    assert_eq!(bench.query(&mark("glancy/rum-p95")).0, 200);
}

#[test]
fn an_exporter_that_goes_down_takes_its_series_along() {
    let bench = bench("bad-release");
    bench.clock.advance(Duration::from_secs(30));
    assert!(bench.server.world.present().0.set("lookup_exporter", 0.0));
    assert!(
        !bench.server.world.present().0.set("lookup_p95", 0.0),
        "a signal is no parameter"
    );
    bench.clock.advance(Duration::from_secs(300));
    assert_eq!(
        bench.query(&mark("glancy/lookup-p95")).1["data"]["result"],
        json!([])
    );
    assert_eq!(
        bench.query(&mark("glancy/hook/HK-01/success")).1["data"]["result"],
        json!([])
    );
    let seen = bench.query(&mark("glancy/age/lookup-p95")).1;
    let seen: f64 = seen["data"]["result"][0]["value"][1]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let age = bench.clock.now().as_second() as f64 - seen;
    assert!((295.0..=305.0).contains(&age), "{age}");
}

#[test]
fn exporters_are_targets() {
    let bench = bench("export-backlog");
    let (_, body) = bench.get("/api/v1/targets", "");
    let down: Vec<_> = body["data"]["activeTargets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|target| target["health"] == "down")
        .map(|target| target["labels"]["job"].clone())
        .collect();
    assert_eq!(down, [json!("subscription")]);
}
