//! One Prometheus server, or what speaks its API: at most four questions at a time.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::wire::{Envelope, QueryData, RulesData, Status};
use crate::{
    domain::{
        clean::clean,
        freshness::{SourceId, TroubleKind},
        observation::Observation,
        time::Clock,
    },
    sources::{
        http::{Failure, HttpClient, HttpEndpoint, Question, Reply, ahead},
        outbox::Outbox,
    },
};

/// How many questions are in flight at most.
const IN_FLIGHT: usize = 4;

/// An answer with what the server warned of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer<T> {
    pub data: T,
    pub warnings: Vec<String>,
}

/// The points in time of a range query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub start: Timestamp,
    pub end: Timestamp,
    pub step: Duration,
}

/// What is asked of a query: now, at one time, or over a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Now,
    At(Timestamp),
    Over(Grid),
}

/// Asks one server.
pub(super) struct Api {
    http: HttpClient,
    in_flight: Semaphore,
    /// The server took no POST, so everything goes by GET.
    only_get: AtomicBool,
    clock: Arc<dyn Clock>,
    outbox: Outbox,
    /// How far the server's clock is ahead, as last told.
    ahead: Mutex<Option<SignedDuration>>,
}

impl Api {
    pub fn new(endpoint: HttpEndpoint, clock: Arc<dyn Clock>, outbox: Outbox) -> Self {
        // Through the API server's proxy a POST takes another right than reading does.
        let only_get = endpoint.through.is_some();
        Self {
            http: HttpClient::new(endpoint),
            in_flight: Semaphore::new(IN_FLIGHT),
            only_get: AtomicBool::new(only_get),
            clock,
            outbox,
            ahead: Mutex::new(None),
        }
    }

    /// Our clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// The server's clock, as far as its answers tell it.
    pub fn server_now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        ahead
            .and_then(|ahead| now.checked_add(ahead).ok())
            .unwrap_or(now)
    }

    pub fn send(&self, seen: Observation) {
        self.outbox.send(seen);
    }

    /// The server's answer to one expression.
    pub async fn query(&self, expr: &str, when: When) -> Result<Answer<QueryData>, Failure> {
        let mut fields = vec![("query", expr.to_owned())];
        let path = match when {
            When::Now => "api/v1/query",
            When::At(time) => {
                fields.push(("time", seconds(time)));
                "api/v1/query"
            }
            When::Over(grid) => {
                fields.push(("start", seconds(grid.start)));
                fields.push(("end", seconds(grid.end)));
                fields.push(("step", grid.step.as_secs_f64().to_string()));
                "api/v1/query_range"
            }
        };
        let mut question = Question {
            method: Method::POST,
            path: path.to_owned(),
            fields,
            json: None,
        };
        if self.only_get.load(Ordering::Relaxed) {
            question.method = Method::GET;
        }
        let mut reply = self.ask(&question).await?;
        if question.method == Method::POST && matches!(reply.status, 405 | 501) {
            self.only_get.store(true, Ordering::Relaxed);
            question.method = Method::GET;
            reply = self.ask(&question).await?;
        } else if question.method == Method::GET && matches!(reply.status, 414 | 431) {
            // Too long for an address, somewhere on the way.
            question.method = Method::POST;
            reply = self.ask(&question).await?;
        }
        answer(&reply)
    }

    /// The rules that make alerts, with their alerts.
    pub async fn rules(&self) -> Result<Answer<RulesData>, Failure> {
        let mut question = Question::get("api/v1/rules");
        question.fields.push(("type", "alert".to_owned()));
        answer(&self.ask(&question).await?)
    }

    /// The names of all metrics there are.
    pub async fn metrics(&self) -> Result<Answer<Vec<String>>, Failure> {
        let question = Question::get("api/v1/label/__name__/values");
        answer(&self.ask(&question).await?)
    }

    /// Whether anyone is there who speaks this API.
    pub async fn alive(&self) -> Result<(), Failure> {
        let reply = self.ask(&Question::get("api/v1/status/buildinfo")).await?;
        answer::<serde_json::Value>(&reply).map(drop)
    }

    async fn ask(&self, question: &Question) -> Result<Reply, Failure> {
        let _turn = self
            .in_flight
            .acquire()
            .await
            .map_err(|_| Failure::new(TroubleKind::Unreachable, "the source is closing"))?;
        let reply = self.http.ask(question, self.now()).await?;
        self.tell_skew(reply.date);
        Ok(reply)
    }

    fn tell_skew(&self, date: Option<Timestamp>) {
        let Some(date) = date else { return };
        let new = ahead(date, self.now());
        let mut told = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = match *told {
            None => true,
            Some(old) => (new - old).abs() > SignedDuration::from_secs(1),
        };
        if changed {
            *told = Some(new);
            self.outbox.send(Observation::Skew {
                source: SourceId::Prometheus,
                ahead: new,
            });
        }
    }
}

fn answer<T: DeserializeOwned>(reply: &Reply) -> Result<Answer<T>, Failure> {
    let envelope: Envelope<T> = reply.json()?;
    let Status::Success = envelope.status;
    let warnings = envelope.warnings.iter();
    let mut warnings: Vec<String> = warnings.map(|it| clean(it).into_owned()).collect();
    if envelope.is_partial && warnings.is_empty() {
        warnings.push("a partial response: not every store answered".to_owned());
    }
    Ok(Answer {
        data: envelope.data,
        warnings,
    })
}

/// A time as Prometheus reads it.
fn seconds(time: Timestamp) -> String {
    let millis = time.as_millisecond();
    if millis % 1_000 == 0 {
        (millis / 1_000).to_string()
    } else {
        format!("{:.3}", millis as f64 / 1_000.0)
    }
}
