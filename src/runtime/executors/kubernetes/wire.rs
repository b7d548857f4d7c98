//! Requests as they go over the wire: questions, dry runs, and the one request that changes something.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Collected, Limited};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::{Client, client::Body};
use serde_json::Value;

use super::path;
use crate::{
    domain::{
        action::{refusal::Refusal, target::Target},
        clean::clean,
        object::KindRef,
    },
    sources::kubernetes::{never_sent, trouble_of},
};

/// Under which name the server keeps what we wrote.
pub const MANAGER: &str = "quarterdeck";
/// The longest answer that is read: ten thousand pods are half of it.
const LARGEST: usize = 128 << 20;
/// Of the words of a server so many are kept.
const WORDS: usize = 400;

/// The request that a step sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub method: Method,
    pub path: String,
    pub content_type: &'static str,
    pub body: Value,
    /// As permissions name it: `deployments/scale`.
    pub resource: String,
    pub namespace: Option<String>,
}

impl Order {
    /// A JSON patch of an object or of a subresource of it.
    pub fn patch(
        target: &Target,
        sub: Option<&str>,
        operations: Vec<Value>,
    ) -> Result<Self, Refusal> {
        Self::of(target, sub, Method::PATCH, operations.into())
    }

    pub fn of(
        target: &Target,
        sub: Option<&str>,
        method: Method,
        body: Value,
    ) -> Result<Self, Refusal> {
        let content_type = if method == Method::PATCH {
            "application/json-patch+json"
        } else {
            "application/json"
        };
        let kind = kind_of(target)?;
        Ok(Self {
            method,
            path: path_of(target, sub)?,
            content_type,
            body,
            resource: resource(kind, sub),
            namespace: target.namespace().map(str::to_owned),
        })
    }

    /// The verb as permissions name it.
    pub fn verb(&self) -> &'static str {
        match self.method {
            Method::POST => "create",
            Method::DELETE => "delete",
            Method::PUT => "update",
            _ => "patch",
        }
    }

    fn request(&self, dry: bool, audit: Option<&str>) -> Result<Request<Body>, http::Error> {
        let mut query = Vec::new();
        if self.method != Method::DELETE {
            query.push(("fieldManager", MANAGER));
        }
        let mut body = self.body.clone();
        if dry {
            // A deletion's options are read from its body alone where it has one, and an eviction holds them once more.
            match self.method {
                Method::DELETE => body["dryRun"] = serde_json::json!(["All"]),
                _ => query.push(("dryRun", "All")),
            }
            if body["kind"] == "Eviction" {
                body["deleteOptions"]["dryRun"] = serde_json::json!(["All"]);
            }
        }
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(path::with(&self.path, &query))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, self.content_type);
        if let Some(audit) = audit {
            request = request.header("audit-id", audit);
        }
        request.body(Body::from(body.to_string().into_bytes()))
    }
}

/// An object of the cluster, or there is nothing here for this step.
pub fn kind_of(target: &Target) -> Result<&KindRef, Refusal> {
    match target {
        Target::Object { kind, .. } => Ok(kind),
        other => Err(Refusal::NotFound {
            target: other.to_string(),
        }),
    }
}

pub fn path_of(target: &Target, sub: Option<&str>) -> Result<String, Refusal> {
    let kind = kind_of(target)?;
    path::of(kind, target.namespace(), target.name(), sub).ok_or_else(|| Refusal::NotFound {
        target: target.to_string(),
    })
}

/// As permissions name it.
pub fn resource(kind: &KindRef, sub: Option<&str>) -> String {
    match sub {
        Some(sub) if kind.group.is_empty() => format!("{}/{sub}", kind.plural),
        Some(sub) => format!("{}/{sub}.{}", kind.plural, kind.group),
        None => kind.resource(),
    }
}

/// An answer that is an object, with the server's warnings.
#[derive(Debug, Clone)]
pub struct Answer {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// The server's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct No {
    pub code: u16,
    pub reason: String,
    pub why: String,
    /// Where a budget forbids an eviction or a quota a creation: the causes.
    pub causes: Vec<String>,
}

/// What came of a request that changes nothing.
#[derive(Debug)]
pub enum Trouble {
    No(No),
    /// No answer, or none that can be read.
    Unreadable(String),
}

/// What came of the one request.
#[derive(Debug)]
pub enum Sent {
    /// It was done: its head says so, whatever becomes of the rest of the answer.
    Done,
    /// It was not done, and that is certain.
    No(No),
    Unsent(String),
    /// It went out, and what came of it is not known.
    Lost(String),
}

/// The way to the API server.
#[derive(Clone)]
pub struct Wire {
    pub client: Client,
}

impl Wire {
    pub async fn get(&self, path: &str) -> Result<Value, Trouble> {
        let request = Request::get(path)
            .header(header::ACCEPT, "application/json")
            .body(Body::from(Vec::new()))
            .map_err(|error| Trouble::Unreadable(error.to_string()))?;
        Ok(self.ask(request).await?.object)
    }

    /// A list as the server puts it into rows, with the objects.
    pub async fn table(&self, path: &str) -> Result<Value, Trouble> {
        let request = Request::get(path)
            .header(
                header::ACCEPT,
                "application/json;as=Table;v=v1;g=meta.k8s.io",
            )
            .body(Body::from(Vec::new()))
            .map_err(|error| Trouble::Unreadable(error.to_string()))?;
        Ok(self.ask(request).await?.object)
    }

    /// What a path gives as plain text, as the server bounds it.
    pub async fn text(&self, path: &str) -> Result<String, Trouble> {
        let request = Request::get(path)
            .body(Vec::new())
            .map_err(|error| Trouble::Unreadable(error.to_string()))?;
        self.client
            .request_text(request)
            .await
            .map_err(|error| match error {
                kube::Error::Api(status) => Trouble::No(No {
                    code: status.code,
                    reason: status.reason.clone(),
                    why: crate::domain::clean::clean(&status.message).into_owned(),
                    causes: Vec::new(),
                }),
                other => Trouble::Unreadable(other.to_string()),
            })
    }

    /// The object of a target, or why there is none to act on.
    pub async fn object(&self, target: &Target, sub: Option<&str>) -> Result<Value, Refusal> {
        let path = path_of(target, sub)?;
        let resource = resource(kind_of(target)?, sub);
        let answer = self.get(&path).await;
        answer.map_err(|trouble| trouble.refusal("get", &resource, target.namespace(), target))
    }

    /// What the server would make of an order.
    pub async fn dry_run(&self, order: &Order) -> Result<Answer, Trouble> {
        let request = order.request(true, None);
        let request = request.map_err(|error| Trouble::Unreadable(error.to_string()))?;
        self.ask(request).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        let request = Request::post(path)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string().into_bytes()))
            .map_err(|error| Trouble::Unreadable(error.to_string()))?;
        Ok(self.ask(request).await?.object)
    }

    async fn ask(&self, request: Request<Body>) -> Result<Answer, Trouble> {
        let unreadable = |error: &kube::Error| Trouble::Unreadable(trouble_of(error).detail);
        let answer = self
            .client
            .send(request)
            .await
            .map_err(|e| unreadable(&e))?;
        let (code, warnings) = (answer.status(), warnings(answer.headers()));
        let body = whole(answer.into_body()).await;
        let body = body.map_err(Trouble::Unreadable)?;
        if !code.is_success() {
            return Err(Trouble::No(no(code.as_u16(), &body)));
        }
        let object = serde_json::from_slice(&body)
            .map_err(|_| Trouble::Unreadable("the answer is no JSON".to_owned()))?;
        Ok(Answer { object, warnings })
    }

    /// Sends an order, once.
    pub async fn send(&self, order: &Order, audit: &str) -> Sent {
        let request = match order.request(false, Some(audit)) {
            Ok(request) => request,
            Err(error) => return Sent::Unsent(error.to_string()),
        };
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(error) if never_sent(&error) => return Sent::Unsent(trouble_of(&error).detail),
            Err(error) => return Sent::Lost(trouble_of(&error).detail),
        };
        let code = answer.status();
        if code.is_success() {
            return Sent::Done;
        }
        // The code alone says that it is a no.
        let body = whole(answer.into_body()).await.unwrap_or_default();
        let no = no(code.as_u16(), &body);
        if is_certain(&no) {
            Sent::No(no)
        } else {
            Sent::Lost(format!("{}: {}", no.code, no.why))
        }
    }
}

/// An answer to its end, where that is not too far.
async fn whole(body: Body) -> Result<Bytes, String> {
    let body = Limited::new(body, LARGEST).collect().await;
    body.map(Collected::to_bytes)
        .map_err(|error| clean(&error.to_string()).into_owned())
}

/// Whether the server's no means that nothing was done. What it says of itself or of another it waited for does not.
fn is_certain(no: &No) -> bool {
    matches!(no.code, 300..=407 | 409..=429 | 431)
}

fn warnings(headers: &HeaderMap) -> Vec<String> {
    // `299 - "words"`
    let text = |value: &http::HeaderValue| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let (_, rest) = value.split_once('"')?;
        let rest = rest.rsplit_once('"').map_or(rest, |(words, _)| words);
        Some(short(&rest.replace("\\\"", "\"").replace("\\\\", "\\")))
    };
    headers
        .get_all(header::WARNING)
        .iter()
        .filter_map(text)
        .collect()
}

fn no(code: u16, body: &[u8]) -> No {
    let status = serde_json::from_slice::<Status>(body).ok();
    let status = status.filter(|it| it.message.is_some() || it.reason.is_some());
    let Some(status) = status else {
        // A page of some proxy says nothing that helps.
        let text = String::from_utf8_lossy(body);
        let why = if text.trim_start().starts_with('<') {
            "a web page instead of an answer".to_owned()
        } else {
            short(text.trim())
        };
        return No {
            code,
            reason: String::new(),
            why,
            causes: Vec::new(),
        };
    };
    let causes = status.details.and_then(|it| it.causes).unwrap_or_default();
    let causes = causes.into_iter().filter_map(|cause| cause.message);
    No {
        code,
        reason: status.reason.unwrap_or_default(),
        why: short(&status.message.unwrap_or_default()),
        causes: causes.map(|cause| short(&cause)).collect(),
    }
}

fn short(words: &str) -> String {
    let cleaned = clean(words.trim());
    let mut short: String = cleaned.chars().take(WORDS).collect();
    if short.len() < cleaned.len() {
        short.push('…');
    }
    short
}

impl No {
    /// The server's words, with the causes it names.
    pub fn said(self) -> String {
        let causes = self.causes.join("; ");
        if causes.is_empty() || self.why.contains(&causes) {
            self.why
        } else {
            format!("{}: {causes}", self.why)
        }
    }

    /// Whether it may be about what the object is at this moment.
    pub const fn is_of_state(&self) -> bool {
        matches!(self.code, 409 | 422)
    }

    /// Whether it is the permission that is missing; quotas and webhooks forbid too.
    pub fn is_unpermitted(&self) -> bool {
        self.code == 403 && self.why.contains(" cannot ") && self.why.contains("User ")
    }
}

impl Trouble {
    pub fn refusal(
        self,
        verb: &str,
        resource: &str,
        namespace: Option<&str>,
        target: &Target,
    ) -> Refusal {
        match self {
            Self::No(no) if no.is_unpermitted() => Refusal::Forbidden {
                verb: verb.to_owned(),
                resource: resource.to_owned(),
                namespace: namespace.map(str::to_owned),
                why: no.why,
            },
            Self::No(no) if no.code == 404 && no.reason == "NotFound" => Refusal::NotFound {
                target: target.to_string(),
            },
            Self::No(no) if no.code >= 500 || no.code == 401 => Refusal::Unreadable {
                what: resource.to_owned(),
                why: no.why,
            },
            Self::No(no) => Refusal::DryRun { why: no.said() },
            Self::Unreadable(why) => Refusal::Unreadable {
                what: resource.to_owned(),
                why,
            },
        }
    }

    /// What is said of it where it is only missed.
    pub fn why(self) -> String {
        match self {
            Self::No(no) => no.why,
            Self::Unreadable(why) => why,
        }
    }
}
