//! Rows travel as protobuf: a layer under kube's own watcher asks for it and hands JSON on that has only the fields which
//! rows are made of.
//!
//! It touches nothing but lists and watches of the kinds in [`tables`], and of those only what the server answers in
//! protobuf. What it hands on lacks most of an object, so it is no part of the client that everything else asks with: see
//! [`over`].

mod ahead;
mod body;
mod json;
mod list;
mod status;
mod tables;
#[cfg(test)]
mod tests;
mod watch;
mod wire;

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body::Body as HttpBody;
use kube::{
    Client,
    client::{Body, ClientBuilder},
};
use tower::{BoxError, Layer, Service, service_fn};

pub(super) use self::wire::Malformed;
use self::{
    ahead::AheadService,
    body::{Answer, Reader},
    list::ListReader,
    status::StatusReader,
    tables::{Kind, kind_of},
    watch::WatchReader,
};

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const LIST: HeaderValue =
    HeaderValue::from_static("application/vnd.kubernetes.protobuf, application/json;q=0.9");
/// A resource without protobuf would refuse a watch that names nothing else.
const WATCH: HeaderValue = HeaderValue::from_static(
    "application/vnd.kubernetes.protobuf;stream=watch, application/json;stream=watch;q=0.9, application/json;q=0.8",
);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A client for rows: it asks with `client`, whose connections and credentials it shares, and lists and watches of known
/// kinds come back with no fields but those that rows need.
pub(super) fn over(client: &Client) -> Client {
    let asked = client.clone();
    let service = service_fn(move |request: Request<Body>| {
        let client = asked.clone();
        async move { client.send(request).await }
    });
    ClientBuilder::new(
        ProtobufLayer.layer(AheadService::over(service)),
        client.default_namespace(),
    )
    .build()
}

/// Puts a [`ProtobufService`] over a client's service.
struct ProtobufLayer;

impl<S> Layer<S> for ProtobufLayer {
    type Service = ProtobufService<S>;

    fn layer(&self, inner: S) -> ProtobufService<S> {
        ProtobufService { inner }
    }
}

/// Asks for protobuf where it can be read, and hands JSON on.
struct ProtobufService<S> {
    inner: S,
}

impl<S, B> Service<Request<Body>> for ProtobufService<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Answer<B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let question = Question::of(&request);
        if let Some(question) = &question {
            let accept = if question.watch { WATCH } else { LIST };
            request.headers_mut().insert(header::ACCEPT, accept);
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await.map_err(Into::into)?;
            Ok(match question.filter(|_| is_protobuf(&answer)) {
                Some(question) => question.read(answer),
                None => answer.map(Answer::untouched),
            })
        })
    }
}

/// A list or watch of a kind that is known.
struct Question {
    kind: &'static Kind,
    watch: bool,
}

impl Question {
    /// Who names a type wants that type.
    fn of(request: &Request<Body>) -> Option<Self> {
        if request.method() != Method::GET || request.headers().contains_key(header::ACCEPT) {
            return None;
        }
        let uri = request.uri();
        let mut pairs = uri.query().unwrap_or_default().split('&');
        Some(Self {
            kind: kind_of(uri.path())?,
            watch: pairs.any(|it| it == "watch=true" || it == "watch=1"),
        })
    }

    fn read<B>(self, answer: Response<B>) -> Response<Answer<B>> {
        let reader = if !answer.status().is_success() {
            Reader::Status(StatusReader::default())
        } else if self.watch {
            Reader::Watch(WatchReader::new(self.kind))
        } else {
            Reader::List(ListReader::new(self.kind))
        };
        let mut answer = answer.map(|body| Answer::read(body, reader));
        let headers = answer.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, JSON);
        answer
    }
}

fn is_protobuf<B>(answer: &Response<B>) -> bool {
    let told = answer.headers().get(header::CONTENT_TYPE);
    let told = told.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let media = told.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case(PROTOBUF)
}
