//! Services of the cluster, reached through the API server's proxy with the kubeconfig's credentials.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Method, Request};
use http_body_util::{BodyExt, Limited};
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::{Api, api::PostParams, client::Body};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{
    connect::{Connection, KubeOptions},
    trouble::{self, trouble},
};
use crate::{
    domain::{freshness::TroubleKind, place::ServicePlace, time::Clock},
    sources::http::{Carried, Carrier, Failure, HttpEndpoint, Through},
};

/// One connection for all services of a cluster, made when the first is asked.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    options: KubeOptions,
    clock: Arc<dyn Clock>,
    connection: Mutex<Option<Connection>>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gateway")
    }
}

impl Gateway {
    pub fn new(options: KubeOptions, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            options,
            clock,
            connection: Mutex::new(None),
        }))
    }

    /// The endpoint of a service.
    pub fn endpoint(&self, place: &ServicePlace) -> HttpEndpoint {
        let service = Service {
            gateway: self.clone(),
            place: place.clone(),
        };
        HttpEndpoint {
            through: Some(Through(Arc::new(service))),
            ..HttpEndpoint::new(place.path())
        }
    }

    pub(super) async fn connection(&self) -> Result<Connection, Failure> {
        let mut known = self.0.connection.lock().await;
        if let Some(connection) = &*known {
            return Ok(connection.clone());
        }
        let opening = Connection::open(&self.0.options, Arc::clone(&self.0.clock));
        let opened = opening.await.map_err(Failure::of_trouble)?;
        Ok(known.insert(opened).clone())
    }
}

/// One service.
#[derive(Debug)]
struct Service {
    gateway: Gateway,
    place: ServicePlace,
}

impl Carrier for Service {
    fn carry(
        &self,
        question: Request<Vec<u8>>,
        most: usize,
    ) -> BoxFuture<'_, Result<Carried, Failure>> {
        Box::pin(async move {
            let connection = self.gateway.connection().await?;
            let verb = verb(question.method());
            let question = question.map(Body::from);
            let answer = connection.client.send(question).await;
            let answer = answer.map_err(|error| Failure::of_trouble(trouble::of(&error)))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, most).collect().await.map_err(|error| {
                let said = format!("the answer broke off: {error}");
                Failure::of_trouble(trouble(TroubleKind::Unreachable, &said))
            })?;
            let carried = Carried {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.to_bytes(),
            };
            match own_word(&carried.body) {
                Some(word) if !head.status.is_success() => Err(self.refusal(verb, &word)),
                _ => Ok(carried),
            }
        })
    }

    fn denied(&self, method: Method) -> BoxFuture<'_, Option<Failure>> {
        Box::pin(async move {
            let verb = verb(&method);
            let connection = self.gateway.connection().await.ok()?;
            let scheme = if self.place.tls { "https:" } else { "" };
            let review = SelfSubjectAccessReview {
                spec: SelfSubjectAccessReviewSpec {
                    resource_attributes: Some(ResourceAttributes {
                        namespace: Some(self.place.namespace.clone()),
                        verb: Some(verb.to_owned()),
                        version: Some("v1".to_owned()),
                        resource: Some("services".to_owned()),
                        subresource: Some("proxy".to_owned()),
                        name: Some(format!("{scheme}{}:{}", self.place.name, self.place.port)),
                        ..ResourceAttributes::default()
                    }),
                    ..SelfSubjectAccessReviewSpec::default()
                },
                ..SelfSubjectAccessReview::default()
            };
            let api: Api<SelfSubjectAccessReview> = Api::all(connection.client);
            // Who can't be asked denies nothing.
            let answer = api.create(&PostParams::default(), &review).await.ok()?;
            let status = answer.status?;
            let unsure = !status.denied.unwrap_or(false) && status.evaluation_error.is_some();
            (!status.allowed && !unsure).then(|| {
                self.forbidden(verb, &status.reason.unwrap_or_default())
                    .before_it_was_sent()
            })
        })
    }
}

/// What a question through the proxy is to the API server's rules.
fn verb(method: &Method) -> &'static str {
    match *method {
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => "get",
    }
}

/// What the API server itself says instead of the service.
#[derive(Deserialize)]
struct Word {
    kind: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    code: u16,
}

fn own_word(body: &Bytes) -> Option<Word> {
    let word: Word = serde_json::from_slice(body).ok()?;
    (word.kind == "Status").then_some(word)
}

impl Service {
    fn forbidden(&self, verb: &str, why: &str) -> Failure {
        let said = format!(
            "it takes the right to {verb} services/proxy in namespace {}: {why}",
            self.place.namespace
        );
        Failure::of_trouble(trouble(TroubleKind::Forbidden, &said))
    }

    fn refusal(&self, verb: &str, word: &Word) -> Failure {
        let (kind, said) = match word.code {
            401 => (TroubleKind::Unauthorized, word.message.clone()),
            403 => return self.forbidden(verb, &word.message),
            429 => (TroubleKind::Throttled, word.message.clone()),
            // No such service, or none that answers: the source can't be reached, it is not one that isn't there.
            404 | 502..=504 => (
                TroubleKind::Unreachable,
                format!("{}: {}", self.place, word.message),
            ),
            _ => (TroubleKind::ServerError, word.message.clone()),
        };
        Failure::of_trouble(trouble(kind, &said))
    }
}
