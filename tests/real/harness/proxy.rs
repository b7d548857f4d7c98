//! A way to the API server of a bed that can be made a bad one.

use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures::TryStreamExt;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, fmt::rfc2822};
use quarterdeck::sim::clock::SimClock;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::Instant,
};
use tokio_rustls::TlsAcceptor;

use super::{
    bed::{Bed, User},
    credentials::{Credentials, write_kubeconfig},
};

/// What goes wrong on the way, until another is said.
#[derive(Debug, Clone, Default)]
pub struct Mischief {
    /// Only questions whose path ends with this meet it.
    pub only: Option<String>,
    /// Every answer comes so much later.
    pub delay: Duration,
    /// No answer ever comes.
    pub hang: bool,
    /// 429, with so many seconds in Retry-After.
    pub throttle: Option<u64>,
    /// The Date of every answer is so far ahead.
    pub ahead: SignedDuration,
}

/// A TLS proxy with the certificate of the bed's API server. It ends when it is dropped.
pub struct Proxy {
    pub url: String,
    shared: Arc<Shared>,
    authority: PathBuf,
    _serving: JoinSet<()>,
}

struct Shared {
    to: String,
    client: reqwest::Client,
    mischief: Mutex<Mischief>,
    /// When which path was asked for.
    asked: Mutex<Vec<(Instant, String)>>,
    cuts: watch::Sender<u64>,
}

type Body = BoxBody<Bytes, reqwest::Error>;

impl Proxy {
    pub async fn new(bed: &Bed) -> Self {
        let certificates = bed.certificates();
        let authority = certificates.join("ca.crt");
        let pem = std::fs::read(&authority).unwrap();
        let client = reqwest::Client::builder()
            .no_proxy()
            .no_gzip()
            .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
            .build()
            .unwrap();
        let shared = Arc::new(Shared {
            to: bed.place("KUBERNETES_URL").to_owned(),
            client,
            mischief: Mutex::default(),
            asked: Mutex::default(),
            cuts: watch::Sender::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let acceptor = TlsAcceptor::from(Arc::new(tls(&certificates)));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, acceptor, Arc::clone(&shared)));
        Self {
            url,
            shared,
            authority,
            _serving: serving,
        }
    }

    /// A kubeconfig that leads through here, written into `folder`.
    pub fn kubeconfig(&self, user: User, folder: &Path) -> PathBuf {
        let path = folder.join("kubeconfig");
        let who = Credentials::Token(format!("{}-token", user.name()));
        write_kubeconfig(&path, &self.url, &self.authority, &who);
        path
    }

    /// What goes wrong from now on; answers that are on their way are not touched.
    pub fn does(&self, mischief: Mischief) {
        *self.shared.mischief.lock().unwrap() = mischief;
    }

    pub fn heals(&self) {
        self.does(Mischief::default());
    }

    /// Ends every connection, open watches with them.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// When what ends with this path was asked for.
    pub fn asked(&self, path: &str) -> Vec<Instant> {
        let asked = self.shared.asked.lock().unwrap();
        let of = asked.iter().filter(|(_, asked)| asked.ends_with(path));
        of.map(|(at, _)| *at).collect()
    }
}

fn tls(certificates: &Path) -> ServerConfig {
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificates.join("server.crt"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_file(certificates.join("server.key")).unwrap();
    let mut tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    tls
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let mut cuts = shared.cuts.subscribe();
        let connection = connection(stream, acceptor.clone(), Arc::clone(&shared));
        connections.spawn(async move {
            tokio::select! {
                () = connection => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request).await) }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn words(status: u16, text: &str) -> Response<Body> {
    let body = Full::new(Bytes::from(text.to_owned()));
    let body = body.map_err(|never| match never {}).boxed();
    Response::builder().status(status).body(body).unwrap()
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let asked = (Instant::now(), path.clone());
        self.asked.lock().unwrap().push(asked);
        let mut mischief = self.mischief.lock().unwrap().clone();
        if mischief
            .only
            .as_ref()
            .is_some_and(|only| !path.ends_with(only))
        {
            mischief = Mischief::default();
        }
        if mischief.hang {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(mischief.delay).await;
        if let Some(seconds) = mischief.throttle {
            let mut answer = words(429, "too many requests, please try again later");
            let headers = answer.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
            return answer;
        }
        let mut answer = match self.forward(request).await {
            Ok(answer) => answer,
            Err(why) => words(502, &why.to_string()),
        };
        if !mischief.ahead.is_zero() {
            let date = (SimClock::wall() + mischief.ahead).to_zoned(jiff::tz::TimeZone::UTC);
            let date = rfc2822::DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&date.timestamp())
                .unwrap();
            answer
                .headers_mut()
                .insert(header::DATE, date.parse().unwrap());
        }
        answer
    }

    async fn forward(&self, request: Request<Incoming>) -> Result<Response<Body>, reqwest::Error> {
        let (mut head, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes);
        let whole = head.uri.path_and_query().unwrap();
        head.headers.remove(header::HOST);
        let answer = self
            .client
            .request(head.method, format!("{}{whole}", self.to))
            .headers(head.headers)
            .body(body.unwrap_or_default())
            .send()
            .await?;
        let mut told = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            // How it travels from here on is said anew.
            if ![header::TRANSFER_ENCODING, header::CONNECTION].contains(name) {
                told = told.header(name, value);
            }
        }
        let stream = answer.bytes_stream().map_ok(Frame::data);
        Ok(told.body(BodyExt::boxed(StreamBody::new(stream))).unwrap())
    }
}
