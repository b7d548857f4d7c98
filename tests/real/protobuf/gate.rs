//! A way to the API server that sees what goes through, and can keep protobuf from being asked for.

use std::{
    convert::Infallible,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, Request, Response, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use kube::config::Kubeconfig;
use serde_json::json;
use tokio::{net::TcpListener, sync::Notify, task::JoinSet};

type Body = UnsyncBoxBody<Bytes, reqwest::Error>;

/// One question and what came back.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub path: String,
    pub query: String,
    pub media: String,
    /// Both heads and the body of the answer, as they are on the wire under TLS.
    pub bytes: u64,
}

impl Asked {
    pub fn is_watch(&self) -> bool {
        self.query.contains("watch=true")
    }
}

/// An open gate; it closes when it is dropped.
pub struct Gate {
    pub kubeconfig: PathBuf,
    asked: Arc<Mutex<Vec<Asked>>>,
    more: Arc<Notify>,
    _serving: JoinSet<()>,
}

struct Way {
    server: String,
    client: reqwest::Client,
    json_only: bool,
    asked: Arc<Mutex<Vec<Asked>>>,
    more: Arc<Notify>,
}

fn lock(asked: &Mutex<Vec<Asked>>) -> MutexGuard<'_, Vec<Asked>> {
    asked.lock().unwrap()
}

/// How long a head is, written out.
fn length(headers: &HeaderMap) -> u64 {
    let each = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    (each.sum::<usize>() + 64) as u64
}

impl Gate {
    /// Opens a gate to the cluster of `kubeconfig`; `folder` gets a kubeconfig that goes through it.
    pub async fn open(kubeconfig: &Path, folder: &Path, json_only: bool) -> Self {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let through = Kubeconfig::read_from(kubeconfig).unwrap();
        let cluster = through.clusters[0].cluster.clone().unwrap();
        let ca = std::fs::read(cluster.certificate_authority.unwrap()).unwrap();
        let ca = reqwest::Certificate::from_pem(&ca).unwrap();
        let client = reqwest::Client::builder()
            .no_gzip()
            .no_proxy()
            .tls_certs_only([ca]);
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let more = Arc::<Notify>::default();
        let way = Arc::new(Way {
            server: cluster.server.unwrap(),
            client: client.build().unwrap(),
            json_only,
            asked: Arc::clone(&asked),
            more: Arc::clone(&more),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let mut written = serde_json::to_value(&through).unwrap();
        written["clusters"][0]["cluster"] = json!({ "server": server });
        let kubeconfig = folder.join(if json_only { "json" } else { "any" });
        std::fs::write(&kubeconfig, written.to_string()).unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, way));
        Self {
            kubeconfig,
            asked,
            more,
            _serving: serving,
        }
    }

    /// Waits for the next question.
    pub async fn more(&self) {
        self.more.notified().await;
    }

    /// What was asked on `path`.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = lock(&self.asked);
        asked.iter().filter(|it| it.path == path).cloned().collect()
    }
}

async fn serve(listener: TcpListener, way: Arc<Way>) {
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let way = Arc::clone(&way);
        connections.spawn(async move {
            let service = service_fn(move |request| pass(Arc::clone(&way), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
            // A client that goes away in the middle is no failure of the gate.
            let _gone = connection.await;
        });
    }
}

async fn pass(way: Arc<Way>, request: Request<Incoming>) -> Result<Response<Body>, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    if way.json_only {
        headers.remove(header::ACCEPT);
    }
    let url = format!("{}{path}?{query}", way.server);
    let asked = length(&headers) + (path.len() + query.len()) as u64;
    let body = body.collect().await.unwrap().to_bytes();
    let request = way
        .client
        .request(parts.method, url)
        .headers(headers)
        .body(body);
    let answer = request.send().await?;
    let media = answer.headers().get(header::CONTENT_TYPE);
    let media = media.map_or("", |it| it.to_str().unwrap()).to_owned();
    let place = {
        let mut all = lock(&way.asked);
        all.push(Asked {
            path,
            query,
            media,
            bytes: asked + length(answer.headers()),
        });
        way.more.notify_one();
        all.len() - 1
    };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != header::TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    let pieces = answer.bytes_stream().map(move |piece| {
        let piece = piece?;
        lock(&way.asked)[place].bytes += piece.len() as u64;
        Ok(Frame::data(piece))
    });
    let body = BodyExt::boxed_unsync(StreamBody::new(pieces));
    Ok::<_, Infallible>(response.body(body).unwrap()).map_err(|never| match never {})
}
