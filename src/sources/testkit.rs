//! What the sources' tests share: a clock, waiting for a condition, and a Prometheus that answers by mark.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use wiremock::{Request, Respond, ResponseTemplate};

use super::outbox::Inbox;
use crate::domain::{
    observation::Observation,
    time::{Clock, Moment},
};

/// The wall clock, since servers under test date their answers by it.
pub struct WallClock;

impl Clock for WallClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the servers of these tests run on the wall clock"
    )]
    fn now(&self) -> Moment {
        Moment::new(Timestamp::now(), Duration::ZERO)
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(WallClock)
}

/// Runs a source until what it said fulfils `enough`; what it said is returned.
pub async fn until(
    source: impl Future<Output = ()>,
    mut inbox: Inbox,
    enough: impl Fn(&[Observation]) -> bool,
) -> Vec<Observation> {
    let mut seen = Vec::new();
    let listen = async {
        while !enough(&seen) {
            inbox.ready().await;
            seen.extend(inbox.take());
        }
    };
    let found = tokio::select! {
        () = source => false,
        found = tokio::time::timeout(Duration::from_secs(10), listen) => found.is_ok(),
    };
    assert!(found, "never enough: {seen:#?}");
    seen
}

/// What the server says to one mark.
#[derive(Debug, Clone)]
pub enum Say {
    /// Samples as Prometheus writes them, one for each label set.
    Samples(Vec<(&'static [(&'static str, &'static str)], String)>),
    Nothing,
    /// 422 for every question this mark is in.
    Refuse(&'static str),
}

impl Say {
    pub fn value(text: &str) -> Self {
        Self::Samples(vec![(&[], text.to_owned())])
    }
}

/// A Prometheus that knows its answers by mark, and remembers the marks of each question.
#[derive(Clone, Default)]
pub struct Marked {
    pub say: Arc<Mutex<HashMap<String, Say>>>,
    pub asked: Arc<Mutex<Vec<Vec<String>>>>,
    pub warnings: Vec<&'static str>,
    pub refuse_post: bool,
}

impl Marked {
    pub fn new(say: &[(&str, Say)]) -> Self {
        Self {
            say: Arc::new(Mutex::new(
                say.iter()
                    .map(|(id, say)| ((*id).to_owned(), say.clone()))
                    .collect(),
            )),
            ..Self::default()
        }
    }
}

/// The fields of a form or of an address.
pub fn fields(request: &Request) -> HashMap<String, String> {
    let text = if request.method.as_str() == "POST" {
        String::from_utf8_lossy(&request.body).into_owned()
    } else {
        request.url.query().unwrap_or_default().to_owned()
    };
    let url = reqwest::Url::parse(&format!("http://form/?{text}")).unwrap();
    url.query_pairs().into_owned().collect()
}

/// The ids a query is marked with.
pub fn marks(query: &str) -> Vec<String> {
    query
        .split("\"quarterdeck\", \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

impl Respond for Marked {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if self.refuse_post && request.method.as_str() == "POST" {
            return ResponseTemplate::new(405);
        }
        let fields = fields(request);
        let ids = marks(&fields["query"]);
        self.asked.lock().unwrap().push(ids.clone());
        let say = self.say.lock().unwrap();
        for id in &ids {
            if let Some(Say::Refuse(why)) = say.get(id) {
                return ResponseTemplate::new(422).set_body_json(
                    serde_json::json!({"status": "error", "errorType": "execution", "error": why}),
                );
            }
        }
        let range = request.url.path().ends_with("query_range");
        let mut result = Vec::new();
        for id in &ids {
            let Some(Say::Samples(samples)) = say.get(id) else {
                continue;
            };
            for (labels, text) in samples {
                let mut metric: HashMap<&str, &str> = labels.iter().copied().collect();
                metric.insert("quarterdeck", id);
                result.push(if range {
                    let at: f64 = fields["end"].parse().unwrap();
                    serde_json::json!({"metric": metric, "values": [[at, text]]})
                } else {
                    serde_json::json!({"metric": metric, "value": [1_700_000_000.5, text]})
                });
            }
        }
        let kind = if range { "matrix" } else { "vector" };
        let mut body = serde_json::json!({"status": "success", "data": {"resultType": kind, "result": result}});
        if !self.warnings.is_empty() {
            body["warnings"] = serde_json::json!(self.warnings);
        }
        ResponseTemplate::new(200).set_body_json(body)
    }
}
