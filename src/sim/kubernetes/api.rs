//! The API server: takes requests apart, checks permissions, and hands them to the verbs.

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use super::output::Output;
use super::request::{Call, Place, header_text};
use super::status::{ApiError, ApiResult};
use super::{
    Cluster, discovery, eviction, exec, list, logs, protobuf, review, scale, watch, write,
};
use crate::sim::server::{self, Body, Handler, User};

/// The largest body that is read.
const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// The API server of an embedded cluster, mounted with [`server::serve`].
#[derive(Debug)]
pub struct ApiServer {
    cluster: Arc<Cluster>,
}

impl ApiServer {
    pub(super) fn new(cluster: Arc<Cluster>) -> Self {
        Self { cluster }
    }

    async fn respond(&self, request: Request<Incoming>) -> ApiResult<Response<Body>> {
        let path = request.uri().path().to_owned();
        let accept = header_text(request.headers(), header::ACCEPT);
        if request.method() == Method::GET
            && let Some(found) = discovery::answer(&path, &accept)
        {
            return Ok(found);
        }
        let user = request.extensions().get::<User>().cloned();
        let user = user.unwrap_or_else(User::anonymous);
        if let Some(review) = review::asked(&path) {
            if request.method() != Method::POST {
                return Err(ApiError::method_not_allowed());
            }
            let body = json_body(request).await?;
            return Ok(review::answer(review, &user, body, self.cluster.now()));
        }
        let Some(place) = Place::parse(&path) else {
            if path.starts_with("/api/") {
                return Err(ApiError::no_such_resource());
            }
            return Ok(server::text(StatusCode::NOT_FOUND, "404 page not found\n"));
        };
        let (parts, body) = request.into_parts();
        let mut call = Call::new(place, user, &parts)?;
        if call.output == Output::Protobuf && self.cluster.faults().speaks_json_only() {
            call.output = Output::Whole;
        }
        review::authorize(&call)?;
        self.dispatch(call, Request::from_parts(parts, body)).await
    }

    async fn dispatch(&self, call: Call, request: Request<Incoming>) -> ApiResult<Response<Body>> {
        let cluster = &self.cluster;
        match call.place.subresource.as_deref() {
            Some("log") if call.method == Method::GET => return logs::read(cluster, &call),
            Some("exec") => return exec::exec(cluster, &call, request),
            Some("scale") => {
                let body = optional_body(&call, request).await?;
                return scale::scale(cluster, &call, body);
            }
            Some("eviction") if call.method == Method::POST => {
                let body = json_body(request).await?;
                return eviction::evict(cluster, &call, &body);
            }
            Some("status") | None => {}
            Some(_) => return Err(ApiError::method_not_allowed()),
        }
        match call.verb() {
            "get" => list::get(cluster, &call),
            "list" => list::list(cluster, &call),
            "watch" => watch::watch(cluster, &call),
            _ if call.place.res.is_metrics() => Err(ApiError::method_not_allowed()),
            "create" if call.place.name.is_none() => {
                let body = json_body(request).await?;
                write::post(cluster, &call, body)
            }
            "update" | "patch" if call.place.name.is_some() => {
                let body = json_body(request).await?;
                write::change(cluster, &call, &body)
            }
            "delete" if call.place.subresource.is_none() => {
                let body = optional_body(&call, request).await?;
                write::delete(cluster, &call, &body)
            }
            "deletecollection" => {
                let body = optional_body(&call, request).await?;
                write::delete_all(cluster, &call, &body)
            }
            _ => Err(ApiError::method_not_allowed()),
        }
    }
}

impl Handler for ApiServer {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(async move {
            // What is asked for as protobuf is refused in it, too.
            let accept = header_text(request.headers(), header::ACCEPT);
            let protobuf = accept.starts_with(protobuf::MEDIA);
            let answer = self.respond(request).await;
            answer.unwrap_or_else(|error| error.response(protobuf))
        })
    }

    fn problem(&self, status: StatusCode, message: &str) -> Response<Body> {
        ApiError::plain(status, message).response(false)
    }

    fn knows_anonymous(&self) -> bool {
        true
    }

    fn is_open(&self, path: &str) -> bool {
        matches!(path, "/version" | "/livez" | "/readyz" | "/healthz")
    }
}

async fn optional_body(call: &Call, request: Request<Incoming>) -> ApiResult<Value> {
    if call.method == Method::GET {
        return Ok(Value::Null);
    }
    let content = read(request).await?;
    if content.is_empty() {
        return Ok(Value::Null);
    }
    parse(&content)
}

async fn json_body(request: Request<Incoming>) -> ApiResult<Value> {
    let content = read(request).await?;
    parse(&content)
}

fn parse(content: &[u8]) -> ApiResult<Value> {
    if content.starts_with(b"k8s\0") {
        return protobuf::read(content).ok_or_else(|| {
            ApiError::unsupported_media(
                "the body of the request was in an unknown format - accepted media types include: application/json",
            )
        });
    }
    serde_json::from_slice(content).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not JSON: {error}"))
    })
}

async fn read(request: Request<Incoming>) -> ApiResult<Vec<u8>> {
    let limited = Limited::new(request.into_body(), BODY_LIMIT);
    let collected = limited.collect().await;
    let collected = collected.map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(collected.to_bytes().to_vec())
}
