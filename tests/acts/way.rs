//! A way to an API server on which every request that changes something is noted, and may be lost.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use quarterdeck::sim::tls::Authority;
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::contract::kubernetes::Kube;

pub const MERGE: &str = "application/merge-patch+json";
pub const OPERATIONS: &str = "application/json-patch+json";
pub const JSON: &str = "application/json";

/// What happens to requests that change something.
#[derive(Debug, Clone, Default)]
pub enum Mischief {
    #[default]
    None,
    /// They are done and nobody hears of it.
    Silence,
    /// They are done, and the connection ends.
    Cut,
    /// They never arrive.
    Swallow,
    /// These are done first.
    First(Vec<Other>),
    /// These are done between the reading of an object and the trial of the operations made of it, once.
    BetweenReadAndTrial(Vec<Other>),
}

/// What somebody else does: method, path, kind of the body, body.
pub type Other = (Method, String, &'static str, Value);

/// A request that changes something, as it went by.
#[derive(Debug, Clone)]
#[expect(dead_code, reason = "what is not asked for is told when a test fails")]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Value,
}

/// The way. It ends when it is dropped.
pub struct Way {
    pub url: String,
    pub ca_pem: String,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

struct Shared {
    kube: Arc<Kube>,
    mischief: Mutex<Mischief>,
    seen: Mutex<Vec<Seen>>,
    cuts: watch::Sender<u64>,
}

impl Way {
    pub async fn to(kube: &Arc<Kube>) -> Self {
        let authority = Authority::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            kube: Arc::clone(kube),
            mischief: Mutex::default(),
            seen: Mutex::default(),
            cuts: watch::Sender::default(),
        });
        let acceptor = TlsAcceptor::from(authority.server_config());
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, acceptor, Arc::clone(&shared)));
        Self {
            url,
            ca_pem: authority.ca_pem().to_owned(),
            shared,
            _serving: serving,
        }
    }

    pub fn does(&self, mischief: Mischief) {
        *self.shared.mischief.lock().unwrap() = mischief;
    }

    /// Has somebody else do this just before the next request that changes something.
    pub fn meanwhile(&self, others: Vec<Other>) {
        self.does(Mischief::First(others));
    }

    /// What was asked to be changed until now, dry runs left out.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        let mut cuts = shared.cuts.subscribe();
        connections.spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(shared.answer(request).await) }
            });
            let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = serving => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        let review = head.uri.path().contains("/selfsubject");
        let dry = query.contains("dryRun") || value["dryRun"].is_array();
        let changes = head.method != Method::GET && !dry && !review;
        let mut mischief = Mischief::None;
        if changes {
            self.seen.lock().unwrap().push(Seen {
                method: head.method.clone(),
                path: head.uri.path().to_owned(),
                query,
                headers: head.headers.clone(),
                body: value,
            });
            mischief = self.mischief.lock().unwrap().clone();
        }
        if dry
            && head
                .headers
                .get(header::CONTENT_TYPE)
                .is_some_and(|it| it == OPERATIONS)
        {
            let mut set = self.mischief.lock().unwrap();
            if matches!(*set, Mischief::BetweenReadAndTrial(_)) {
                mischief = std::mem::take(&mut *set);
            }
        }
        match &mischief {
            Mischief::Swallow => std::future::pending().await,
            Mischief::First(others) => self.others(others).await,
            Mischief::BetweenReadAndTrial(others) if dry => self.others(others).await,
            _ => {}
        }
        let answer = self.forward(head, body).await;
        match mischief {
            Mischief::Silence => std::future::pending().await,
            Mischief::Cut => {
                self.cuts.send_modify(|cuts| *cuts += 1);
                std::future::pending().await
            }
            _ => answer,
        }
    }

    async fn others(&self, others: &[Other]) {
        for (method, path, kind, body) in others {
            let call = self.kube.call(method.clone(), path);
            let answer = call.body(kind, body).answer().await;
            assert!(answer.status.is_success(), "{}", answer.text());
        }
    }

    async fn forward(&self, mut head: http::request::Parts, body: Bytes) -> Response<Full<Bytes>> {
        let whole = head.uri.path_and_query().unwrap().to_string();
        for gone in [
            header::HOST,
            header::ACCEPT_ENCODING,
            header::CONTENT_LENGTH,
        ] {
            head.headers.remove(gone);
        }
        let url = format!("{}{whole}", self.kube.url);
        let asked = self.kube.client.request(head.method, url);
        let answer = asked.headers(head.headers).body(body).send().await;
        let answer = answer.expect("the server answers");
        let mut told = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if ![
                header::TRANSFER_ENCODING,
                header::CONNECTION,
                header::CONTENT_LENGTH,
            ]
            .contains(name)
            {
                told = told.header(name, value);
            }
        }
        let body = answer.bytes().await.expect("the answer ends");
        told.body(Full::new(body)).unwrap()
    }
}
