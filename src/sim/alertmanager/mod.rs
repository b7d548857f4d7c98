//! The Alertmanager of the embedded cluster: API v2 over the alerts of the world.

mod alerts;
mod matcher;
mod posted;
mod silences;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::{Value, json};

use alerts::{Filter, Firing, Inhibition, Route, Rules};
use posted::Posted;
use silences::{Refusal, SilenceState, Silences, time};

use super::form::{Form, whole};
use super::server::{Body, Handler, empty, json as json_body, text};
use super::shared::SharedWorld;
use super::world::scenario::ScenarioError;

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Json(StatusCode, Value),
    Text(StatusCode, String),
    Empty(StatusCode),
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let status = |code| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match refusal {
            Refusal::Plain(code, message) => Self::Json(status(code), json!(message)),
            Refusal::Coded(code, kind, message) => {
                Self::Json(status(code), json!({ "code": kind, "message": message }))
            }
        }
    }
}

/// The server; mounted with `server::serve`.
pub struct Alertmanager {
    world: SharedWorld,
    silences: Arc<Mutex<Silences>>,
    /// What others than the world's own rules sent here. Peers do not share it.
    posted: Mutex<Posted>,
    /// How many this one and its peers are.
    peers: usize,
    inhibitions: Vec<Inhibition>,
    route: Route,
    /// Address of the Prometheus, for links to what made an alert.
    prometheus: Arc<OnceLock<String>>,
}

impl Alertmanager {
    pub fn new(
        world: SharedWorld,
        seed: u64,
        prometheus: Arc<OnceLock<String>>,
    ) -> Result<Self, ScenarioError> {
        let (model_silences, inhibitions, route) = {
            let (guard, _) = world.present();
            let model = guard.model();
            let inhibitions = model
                .inhibitions
                .iter()
                .map(Inhibition::new)
                .collect::<Result<_, _>>()?;
            (
                Silences::new(&model.silences, guard.start(), seed)?,
                inhibitions,
                Route::new(&model.route)?,
            )
        };
        Ok(Self {
            world,
            silences: Arc::new(Mutex::new(model_silences)),
            posted: Mutex::default(),
            peers: 1,
            inhibitions,
            route,
            prometheus,
        })
    }

    /// Two of one cluster: they share silences and nothing else.
    pub fn pair(
        world: &SharedWorld,
        seed: u64,
        prometheus: &Arc<OnceLock<String>>,
    ) -> Result<[Self; 2], ScenarioError> {
        let one = || Self::new(world.clone(), seed, prometheus.clone());
        let (mut first, mut second) = (one()?, one()?);
        second.silences = Arc::clone(&first.silences);
        (first.peers, second.peers) = (2, 2);
        Ok([first, second])
    }

    fn posted(&self) -> MutexGuard<'_, Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn silences(&self) -> MutexGuard<'_, Silences> {
        self.silences.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request.
    pub fn respond(&self, method: &Method, path: &str, form: &Form, body: &[u8]) -> Answer {
        let get = *method == Method::GET;
        let ok = |value| Answer::Json(StatusCode::OK, value);
        match path {
            "/api/v2/status" if get => ok(self.status()),
            "/api/v2/receivers" if get => {
                let named = self
                    .route
                    .receivers()
                    .into_iter()
                    .map(|name| json!({ "name": name }));
                ok(named.collect())
            }
            "/api/v2/alerts" if get => {
                self.filtered(form, |alerts| alerts.iter().map(Firing::to_json).collect())
            }
            "/api/v2/alerts" if *method == Method::POST => {
                let now = self.world.clock().now();
                match self.posted().take(body, now) {
                    Ok(()) => Answer::Empty(StatusCode::OK),
                    Err(refusal) => refusal.into(),
                }
            }
            "/api/v2/alerts/groups" if get => {
                self.filtered(form, |alerts| alerts::groups(alerts, &self.route))
            }
            "/api/v2/silences" if get => self.list_silences(form),
            "/api/v2/silences" if *method == Method::POST => {
                let now = self.world.clock().now();
                match self.silences().post(body, now) {
                    Ok(id) => ok(json!({ "silenceID": id })),
                    Err(refusal) => refusal.into(),
                }
            }
            "/-/healthy" | "/-/ready" => Answer::Text(StatusCode::OK, "OK".to_owned()),
            _ => match path.strip_prefix("/api/v2/silence/") {
                Some(id) => self.one_silence(method, id),
                None if path.starts_with("/api/v2/") && !get => {
                    let message = format!("method {method} is not allowed here");
                    Answer::Json(
                        StatusCode::METHOD_NOT_ALLOWED,
                        json!({ "code": 405, "message": message }),
                    )
                }
                None if path.starts_with("/api/v2/") => {
                    let message = format!("path {path} was not found");
                    Answer::Json(
                        StatusCode::NOT_FOUND,
                        json!({ "code": 404, "message": message }),
                    )
                }
                None => Answer::Text(StatusCode::NOT_FOUND, "404 page not found\n".to_owned()),
            },
        }
    }

    fn filtered(&self, form: &Form, show: impl FnOnce(&[Firing]) -> Value) -> Answer {
        let filter = match Filter::read(form) {
            Ok(filter) => filter,
            Err(message) => return Answer::Json(StatusCode::BAD_REQUEST, json!(message)),
        };
        let (world, now) = self.world.present();
        let silences = self.silences();
        let rules = Rules {
            inhibitions: &self.inhibitions,
            route: &self.route,
            silences: &silences,
            prometheus: self.prometheus.get().map_or("", String::as_str),
        };
        let posted = self.posted().firing(now, &rules);
        let mut alerts = alerts::firing(&world, now, &rules, posted);
        alerts.retain(|alert| filter.admits(alert));
        Answer::Json(StatusCode::OK, show(&alerts))
    }

    /// Silences that match the filter: active first, then pending, then expired.
    fn list_silences(&self, form: &Form) -> Answer {
        let wanted = match matcher::parse_all(form.all("filter")) {
            Ok(wanted) => wanted,
            Err(message) => return Answer::Json(StatusCode::BAD_REQUEST, json!(message)),
        };
        let now = self.world.clock().now();
        let silences = self.silences();
        let mut found: Vec<_> = silences
            .all()
            .iter()
            .filter(|silence| wanted.iter().all(|one| silence.matchers.contains(one)))
            .collect();
        found.sort_by_key(|silence| match silence.state(now) {
            SilenceState::Active => 0,
            SilenceState::Pending => 1,
            SilenceState::Expired => 2,
        });
        Answer::Json(
            StatusCode::OK,
            found
                .into_iter()
                .map(|silence| silence.to_json(now))
                .collect(),
        )
    }

    fn one_silence(&self, method: &Method, id: &str) -> Answer {
        let now: Timestamp = self.world.clock().now();
        let shape = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if !shape {
            let message = format!("silenceID in path must be of type uuid: \"{id}\"");
            return Refusal::Coded(422, 601, message).into();
        }
        if *method == Method::GET {
            return match self.silences().get(id) {
                Some(silence) => Answer::Json(StatusCode::OK, silence.to_json(now)),
                None => Answer::Empty(StatusCode::NOT_FOUND),
            };
        }
        if *method == Method::DELETE {
            return match self.silences().delete(id, now) {
                Ok(()) => Answer::Empty(StatusCode::OK),
                Err(Refusal::Plain(404, _)) => Answer::Empty(StatusCode::NOT_FOUND),
                Err(refusal) => refusal.into(),
            };
        }
        let message = format!("method {method} is not allowed, but [DELETE,GET] are");
        Refusal::Coded(405, 405, message).into()
    }

    fn status(&self) -> Value {
        let receivers = self.route.receivers().join("\n- name: ");
        let group_by = self.route.group_by.join(", ");
        json!({
            "cluster": {
                "name": "01EMBEDDED1",
                "status": "ready",
                "peers": (1..=self.peers)
                    .map(|number| json!({ "name": format!("01EMBEDDED{number}"), "address": "127.0.0.1:9094" }))
                    .collect::<Value>(),
            },
            "config": { "original": format!("route:\n  group_by: [{group_by}]\nreceivers:\n- name: {receivers}\n") },
            "uptime": time(self.world.clock().start()),
            "versionInfo": {
                "version": "0.28.0",
                "branch": "HEAD",
                "revision": "embedded",
                "buildUser": "quarterdeck",
                "buildDate": "20260101-00:00:00",
                "goVersion": "none",
            },
        })
    }
}

impl Handler for Alertmanager {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async move {
            let (parts, body) = request.into_parts();
            let bytes = match whole(body).await {
                Ok(bytes) => bytes,
                Err(why) => return text(StatusCode::PAYLOAD_TOO_LARGE, &why),
            };
            let form = Form::parse(parts.uri.query().unwrap_or_default());
            match self.respond(&parts.method, parts.uri.path(), &form, &bytes) {
                Answer::Json(status, value) => json_body(status, &value),
                Answer::Text(status, message) => text(status, &message),
                Answer::Empty(status) => {
                    let mut response = Response::new(empty());
                    *response.status_mut() = status;
                    response
                }
            }
        }
        .boxed()
    }

    fn is_open(&self, path: &str) -> bool {
        matches!(path, "/-/healthy" | "/-/ready")
    }
}
