//! A small HTTPS server on loopback: tokens, faults and compression for the three servers of the embedded cluster.

mod body;
mod faults;
#[cfg(test)]
mod tests;
mod users;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub use body::{Body, chunks, empty, full, json, stream, text, typed};
pub use faults::{Faults, NetFault};
pub use users::{Role, User, Users};

use crate::sim::clock::SimClock;
use crate::sim::tasks::Tasks;
use crate::sim::tls::Authority;

/// What one of the embedded servers answers; mounted with [`serve`].
///
/// The caller is known by the time a request arrives: its [`User`] is in the request's extensions, beside the
/// [`Tasks`] of the server, for what outlives the answer.
pub trait Handler: Send + Sync + 'static {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>>;

    /// An error in this server's own dialect: for 401, and for the status codes of [`NetFault`].
    fn problem(&self, status: StatusCode, message: &str) -> Response<Body> {
        text(status, message)
    }

    /// Whether `path` is answered without a token (health, version).
    /// Whether who brings no token at all is let in as somebody unknown.
    fn knows_anonymous(&self) -> bool {
        false
    }

    fn is_open(&self, _path: &str) -> bool {
        false
    }
}

/// Where and as what a server runs.
#[derive(Debug, Clone)]
pub struct Listen {
    pub authority: Authority,
    /// 0 takes any free port.
    pub port: u16,
    pub users: Users,
    pub faults: Arc<Faults>,
    pub tasks: Tasks,
    /// What every answer is dated by, so that clients see how far simulated time is off theirs.
    pub clock: Arc<SimClock>,
}

/// A server that answers; it ends when its [`Tasks`] are told to stop.
#[derive(Debug, Clone)]
pub struct Running {
    pub address: SocketAddr,
    pub faults: Arc<Faults>,
}

impl Running {
    /// The address as clients write it.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.address.port())
    }
}

/// Binds loopback and serves `handler` there until the tasks of `listen` are told to stop.
pub async fn serve<H: Handler>(listen: Listen, handler: Arc<H>) -> std::io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, listen.port)).await?;
    let running = Running {
        address: listener.local_addr()?,
        faults: Arc::clone(&listen.faults),
    };
    let tasks = listen.tasks.clone();
    tasks.spawn(accept(listener, listen, handler));
    Ok(running)
}

async fn accept<H: Handler>(listener: TcpListener, listen: Listen, handler: Arc<H>) {
    let acceptor = TlsAcceptor::from(listen.authority.server_config());
    let users = Arc::new(listen.users);
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Out of file descriptors: give connections time to end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection = Connection {
            acceptor: acceptor.clone(),
            handler: Arc::clone(&handler),
            users: Arc::clone(&users),
            faults: Arc::clone(&listen.faults),
            tasks: listen.tasks.clone(),
            clock: Arc::clone(&listen.clock),
        };
        listen.tasks.spawn_graceful(connection.run(socket));
    }
}

struct Connection<H> {
    acceptor: TlsAcceptor,
    handler: Arc<H>,
    users: Arc<Users>,
    faults: Arc<Faults>,
    tasks: Tasks,
    clock: Arc<SimClock>,
}

impl<H: Handler> Connection<H> {
    async fn run(self, socket: TcpStream) {
        let stopping = self.tasks.stopping();
        let mut cut = self.faults.cut_signal();
        let serving = self.serve(socket);
        tokio::select! {
            () = stopping.cancelled() => {}
            _ = cut.changed() => {}
            () = serving => {}
        }
    }

    async fn serve(self, socket: TcpStream) {
        if socket.set_nodelay(true).is_err() {
            return;
        }
        let Ok(secured) = self.acceptor.accept(socket).await else {
            return;
        };
        let (handler, users, faults) = (self.handler, self.users, self.faults);
        let (tasks, clock) = (self.tasks, self.clock);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let (handler, users, faults) = (handler.clone(), users.clone(), faults.clone());
            let clock = clock.clone();
            request.extensions_mut().insert(tasks.clone());
            async move {
                let answer = admit(request, handler, &users, &faults).await;
                answer.map(|answer| dated(answer, clock.now()))
            }
        });
        // A connection that breaks is the client's business: there is nobody here to tell.
        let _ended = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(secured), service)
            .with_upgrades()
            .await;
    }
}

/// Puts the server's time on an answer; without it hyper puts the wall clock's there.
fn dated(mut answer: Response<Body>, now: Timestamp) -> Response<Body> {
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// The error that makes hyper drop the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
struct Dropped;

async fn admit<H: Handler>(
    mut request: Request<Incoming>,
    handler: Arc<H>,
    users: &Users,
    faults: &Faults,
) -> Result<Response<Body>, Dropped> {
    let wants_gzip = body::accepts_gzip(request.headers());
    if let Some(latency) = faults.latency() {
        tokio::time::sleep(latency).await;
    }
    let path = request.uri().path().to_owned();
    if let Some(fault) = faults.strikes(&path) {
        return play(fault, handler.as_ref()).await;
    }
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match bearer.and_then(|token| users.by_token(token)) {
        Some(user) => {
            request.extensions_mut().insert(user.clone());
        }
        None if handler.is_open(&path) => {}
        None if bearer.is_none() && handler.knows_anonymous() => {}
        None => {
            let mut refused = handler.problem(StatusCode::UNAUTHORIZED, "Unauthorized");
            refused
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return Ok(refused);
        }
    }
    let response = handler.answer(request).await;
    Ok(if wants_gzip {
        body::compressed(response).await
    } else {
        response
    })
}

async fn play<H: Handler>(fault: NetFault, handler: &H) -> Result<Response<Body>, Dropped> {
    match fault {
        NetFault::Hang => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        NetFault::Drop => Err(Dropped),
        NetFault::Garbage => Ok(typed(
            StatusCode::OK,
            "application/json",
            &b"{\"kind\":\"\x00\x1b[31m not json"[..],
        )),
        NetFault::Html => Ok(typed(
            StatusCode::OK,
            "text/html; charset=utf-8",
            &b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
                [..],
        )),
        NetFault::Status { code, retry_after } => {
            let mut response = handler.problem(code, code.canonical_reason().unwrap_or("refused"));
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
    }
}
