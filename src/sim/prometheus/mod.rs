//! The Prometheus of the embedded cluster: no `PromQL` engine, it answers by the id that is marked on each query.

mod faults;
mod marks;
mod params;
mod query;
mod rules;
mod targets;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

pub use faults::{PrometheusFaults, QueryFault};

use super::form::{Form, whole};
use super::server::{Body, Handler, json as json_body, text};
use super::shared::SharedWorld;

/// An error as the HTTP API of Prometheus tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    BadData(String),
    Execution(String),
    Timeout(String),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::BadData(message) => (StatusCode::BAD_REQUEST, "bad_data", message),
            Self::Execution(message) => (StatusCode::UNPROCESSABLE_ENTITY, "execution", message),
            Self::Timeout(message) => (StatusCode::SERVICE_UNAVAILABLE, "timeout", message),
        }
    }
}

/// What is answered: JSON in the envelope of the API, or plain text.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Json(StatusCode, Value),
    Text(StatusCode, String),
}

impl Answer {
    fn success(data: &Value) -> Self {
        Self::Json(StatusCode::OK, json!({ "status": "success", "data": data }))
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let (status, kind, message) = error.parts();
        let body = json!({ "status": "error", "errorType": kind, "error": message });
        Self::Json(status, body)
    }
}

/// The server; mounted with `server::serve`.
pub struct Prometheus {
    world: SharedWorld,
    faults: Arc<PrometheusFaults>,
    /// Its own address, known once it listens.
    url: Arc<OnceLock<String>>,
}

impl Prometheus {
    pub fn new(
        world: SharedWorld,
        faults: Arc<PrometheusFaults>,
        url: Arc<OnceLock<String>>,
    ) -> Self {
        Self { world, faults, url }
    }

    /// Answers one request.
    pub fn respond(&self, method: &Method, path: &str, form: &Form) -> Answer {
        let queried = matches!(
            path,
            "/api/v1/query" | "/api/v1/query_range" | "/api/v1/series" | "/api/v1/labels"
        );
        let allowed = *method == Method::GET || (queried && *method == Method::POST);
        if !allowed {
            return Answer::Text(
                StatusCode::METHOD_NOT_ALLOWED,
                "Method Not Allowed\n".to_owned(),
            );
        }
        match path {
            "/api/v1/query" => self.queried(form, query::instant(&self.world, &self.faults, form)),
            "/api/v1/query_range" => {
                self.queried(form, query::range(&self.world, &self.faults, form))
            }
            "/api/v1/rules" => Answer::success(&rules::rules(&self.world.present().0, form)),
            "/api/v1/alerts" => Answer::success(&rules::alerts(&self.world.present().0)),
            "/api/v1/targets" => Answer::success(&targets::targets(&self.world)),
            "/api/v1/status/buildinfo" => Answer::success(&build_info()),
            "/api/v1/status/runtimeinfo" => Answer::success(&self.runtime_info()),
            "/api/v1/labels" => Answer::success(&json!(["quarterdeck"])),
            "/api/v1/label/quarterdeck/values" => {
                let (world, _) = self.world.present();
                let mut ids: Vec<_> = world.model().ids.keys().cloned().collect();
                ids.sort();
                Answer::success(&json!(ids))
            }
            "/api/v1/series" => Answer::success(&json!([])),
            "/api/v1/metadata" => Answer::success(&json!({})),
            "/-/healthy" => {
                Answer::Text(StatusCode::OK, "Prometheus Server is Healthy.\n".to_owned())
            }
            "/-/ready" => Answer::Text(StatusCode::OK, "Prometheus Server is Ready.\n".to_owned()),
            _ if path.starts_with("/api/v1/label/") && path.ends_with("/values") => {
                Answer::success(&json!([]))
            }
            _ => Answer::Text(StatusCode::NOT_FOUND, "404 page not found\n".to_owned()),
        }
    }

    fn queried(&self, form: &Form, data: Result<Value, ApiError>) -> Answer {
        let data = match data {
            Ok(data) => data,
            Err(error) => return error.into(),
        };
        let mut body = json!({ "status": "success", "data": data });
        let mut warnings = self.faults.warnings();
        warnings.extend(query::warnings(&self.faults, form));
        if !warnings.is_empty() {
            body["warnings"] = json!(warnings);
        }
        Answer::Json(StatusCode::OK, body)
    }

    fn runtime_info(&self) -> Value {
        json!({
            "startTime": self.world.clock().start().to_string(),
            "storageRetention": "30d",
            "serverURL": self.url.get(),
        })
    }
}

fn build_info() -> Value {
    json!({
        "version": "3.5.0",
        "revision": "embedded",
        "branch": "HEAD",
        "buildUser": "quarterdeck",
        "buildDate": "20260101-00:00:00",
        "goVersion": "none",
    })
}

impl Handler for Prometheus {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async move {
            let (parts, body) = request.into_parts();
            let mut form = Form::default();
            if parts.method == Method::POST {
                match whole(body).await {
                    Ok(bytes) => form = Form::parse(&String::from_utf8_lossy(&bytes)),
                    Err(why) => return rendered(ApiError::BadData(why).into()),
                }
            }
            form.join(Form::parse(parts.uri.query().unwrap_or_default()));
            rendered(self.respond(&parts.method, parts.uri.path(), &form))
        }
        .boxed()
    }

    fn is_open(&self, path: &str) -> bool {
        matches!(path, "/-/healthy" | "/-/ready")
    }
}

fn rendered(answer: Answer) -> Response<Body> {
    match answer {
        Answer::Json(status, value) => json_body(status, &value),
        Answer::Text(status, message) => text(status, &message),
    }
}
