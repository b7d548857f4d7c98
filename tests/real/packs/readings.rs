//! What Prometheus measures, as a test says it: each query of the watch is known by the id it is marked with.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

/// The longest answer over time.
const MOST_POINTS: usize = 2_000;

/// A server that answers as Prometheus does; what was never said has no data. It ends when it is dropped.
pub struct Readings {
    pub url: String,
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    serving: JoinSet<()>,
}

impl Readings {
    pub async fn new(values: &[(&str, f64)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let readings = Self {
            url,
            values: Arc::default(),
            serving: JoinSet::new(),
        };
        readings.say(values);
        let values = Arc::clone(&readings.values);
        let mut readings = readings;
        readings.serving.spawn(serve(listener, values));
        readings
    }

    /// From now on nothing is known of these, and as if it had never been.
    pub fn forget(&self, ids: &[&str]) {
        let mut said = self.values.lock().unwrap();
        for id in ids {
            assert!(said.remove(*id).is_some(), "{id} was known");
        }
    }

    /// From now on, and as if it had always been so.
    pub fn say(&self, values: &[(&str, f64)]) {
        let mut said = self.values.lock().unwrap();
        said.extend(values.iter().map(|(id, value)| ((*id).to_owned(), *value)));
    }
}

async fn serve(listener: TcpListener, values: Arc<Mutex<BTreeMap<String, f64>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let values = Arc::clone(&values);
        let service = service_fn(move |request| answer(request, Arc::clone(&values)));
        connections.spawn(async move {
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    values: Arc<Mutex<BTreeMap<String, f64>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = head.uri.path().to_owned();
    let asked = if body.is_empty() {
        head.uri.query().unwrap_or_default().to_owned()
    } else {
        String::from_utf8(body.to_vec()).unwrap()
    };
    let asked = reqwest::Url::parse(&format!("http://prometheus/?{asked}")).unwrap();
    let fields: BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
    let data = match path.as_str() {
        "/api/v1/query" => vector(&fields, &values.lock().unwrap()),
        "/api/v1/query_range" => matrix(&fields, &values.lock().unwrap()),
        "/api/v1/rules" => json!({"groups": []}),
        _ => json!({}),
    };
    let body = json!({"status": "success", "data": data}).to_string();
    let answer = Response::builder().header("content-type", "application/json");
    Ok(answer.body(Full::new(Bytes::from(body))).unwrap())
}

/// The ids in a question, each with its value.
fn known(fields: &BTreeMap<String, String>, values: &BTreeMap<String, f64>) -> Vec<(String, f64)> {
    let marks = fields["query"].split("\"quarterdeck\", \"").skip(1);
    let ids = marks.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    ids.filter_map(|id| {
        let (_, name) = id.split_once('/')?;
        // All that measures has just answered: the time of that is asked for.
        let value = if name.starts_with("age/") {
            Some(now())
        } else {
            values.get(name).copied()
        };
        Some((id, value?))
    })
    .collect()
}

fn vector(fields: &BTreeMap<String, String>, values: &BTreeMap<String, f64>) -> Value {
    let at: f64 = fields
        .get("time")
        .map_or_else(now, |it| it.parse().unwrap());
    let rows = known(fields, values).into_iter().map(
        |(id, value)| json!({"metric": {"quarterdeck": id}, "value": [at, value.to_string()]}),
    );
    json!({"resultType": "vector", "result": rows.collect::<Vec<_>>()})
}

fn matrix(fields: &BTreeMap<String, String>, values: &BTreeMap<String, f64>) -> Value {
    let number = |name: &str| -> f64 { fields[name].parse().unwrap() };
    let (start, end, step) = (number("start"), number("end"), number("step"));
    let times = std::iter::successors(Some(start), |at| Some(at + step));
    let times: Vec<f64> = times
        .take_while(|at| *at <= end)
        .take(MOST_POINTS)
        .collect();
    let rows = known(fields, values).into_iter().map(|(id, value)| {
        let points = times.iter().map(|at| json!([at, value.to_string()]));
        json!({"metric": {"quarterdeck": id}, "values": points.collect::<Vec<_>>()})
    });
    json!({"resultType": "matrix", "result": rows.collect::<Vec<_>>()})
}

fn now() -> f64 {
    quarterdeck::sim::clock::SimClock::wall().as_millisecond() as f64 / 1_000.0
}
