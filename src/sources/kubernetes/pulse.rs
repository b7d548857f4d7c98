//! A layer under the client that sees every answer: how late it is, what the server's clock says, whether a watch runs.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use kube::client::{Body, DynBody};
use tokio::{
    sync::{Notify, watch},
    time::Sleep,
};
use tower::{BoxError, Layer, Service};

use super::trouble::Late;
use crate::domain::time::Clock;

/// The Date header has whole seconds; less than this is noise.
const SKEW_NOISE: SignedDuration = SignedDuration::from_millis(2_500);
/// Watches of one path are not opened more often than this, whatever the server does to them.
const WATCH_PACE: Duration = Duration::from_secs(1);

/// Behind the path of a collection that is read as a table.
pub(super) const AS_TABLE: &str = "#table";

/// What the layer has learned, and what it needs for that.
pub(super) struct Pulse {
    clock: Arc<dyn Clock>,
    answer_limit: Duration,
    ahead_ms: AtomicI64,
    skew: watch::Sender<SignedDuration>,
    paths: Mutex<HashMap<String, Path>>,
    /// Monotonic milliseconds at which the server last said anything.
    heard_at: AtomicU64,
    /// How often it was given up.
    given_up: watch::Sender<u64>,
}

/// What is known of one collection's path.
#[derive(Default)]
struct Path {
    watching: Arc<Notify>,
    watched_at: Option<Duration>,
    retry_after: Option<Duration>,
}

impl Pulse {
    pub fn new(clock: Arc<dyn Clock>, answer_limit: Duration) -> Self {
        Self {
            heard_at: AtomicU64::new(millis(clock.now().mono)),
            given_up: watch::Sender::new(0),
            clock,
            answer_limit,
            ahead_ms: AtomicI64::new(0),
            skew: watch::Sender::new(SignedDuration::ZERO),
            paths: Mutex::default(),
        }
    }

    /// The server's time, as well as its Date headers tell.
    pub fn server_now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        let now = self.clock.now().wall;
        now.checked_add(ahead).unwrap_or(now)
    }

    /// How long the server has said nothing.
    pub fn silent_for(&self) -> Duration {
        let now = millis(self.clock.now().mono);
        Duration::from_millis(now.saturating_sub(self.heard_at.load(Ordering::Relaxed)))
    }

    fn note_word(&self) {
        let now = millis(self.clock.now().mono);
        self.heard_at.store(now, Ordering::Relaxed);
    }

    /// Ends every watch that is open: nobody is at the other end.
    pub fn give_up(&self) {
        self.given_up.send_modify(|times| *times += 1);
    }

    /// How far the server's clock is ahead of ours; changes are worth telling.
    pub fn skew(&self) -> watch::Receiver<SignedDuration> {
        self.skew.subscribe()
    }

    /// Told each time the server accepts a watch of `path`.
    pub fn watching(&self, path: &str) -> Arc<Notify> {
        Arc::clone(&self.paths().entry(path.to_owned()).or_default().watching)
    }

    /// How long the last refusal on `path` asked to wait; told once.
    pub fn take_retry_after(&self, path: &str) -> Option<Duration> {
        self.paths().get_mut(path)?.retry_after.take()
    }

    fn paths(&self) -> MutexGuard<'_, HashMap<String, Path>> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the next watch of `path` has to wait for its turn.
    fn pace(&self, path: &str) -> Duration {
        let now = self.clock.now().mono;
        let mut paths = self.paths();
        let Some(path) = paths.get_mut(path) else {
            return Duration::ZERO;
        };
        let turn = path
            .watched_at
            .map_or(now, |before| now.max(before + WATCH_PACE));
        path.watched_at = Some(turn);
        turn.saturating_sub(now)
    }

    fn heard<B>(&self, question: &Question, answer: &Response<B>, asked_at: Timestamp) {
        self.hear_date(answer, asked_at);
        let mut paths = self.paths();
        let Some(path) = paths.get_mut(&question.path) else {
            return;
        };
        let header = |name| answer.headers().get(name).and_then(|it| it.to_str().ok());
        if answer.status() == StatusCode::OK {
            let spoken = header(header::CONTENT_TYPE).is_some_and(|it| {
                it.starts_with("application/json")
                    || it.starts_with("application/vnd.kubernetes.protobuf")
            });
            if question.watch && spoken {
                path.watching.notify_one();
            }
        } else {
            let seconds = header(header::RETRY_AFTER).and_then(|it| it.trim().parse().ok());
            path.retry_after = seconds.map(Duration::from_secs);
        }
    }

    fn hear_date<B>(&self, answer: &Response<B>, asked_at: Timestamp) {
        let told = answer.headers().get(header::DATE);
        let Some(date) = told
            .and_then(|it| it.to_str().ok())
            .and_then(|it| rfc2822::parse(it).ok())
        else {
            return;
        };
        let now = self.clock.now().wall;
        // The header was written at some time between question and answer, and lost its fraction of a second.
        let half_way = now.duration_since(asked_at) / 2;
        let written = date.timestamp() + SignedDuration::from_millis(500);
        let ahead = written.duration_since(now - half_way);
        let told = *self.skew.borrow();
        // When in that time nobody knows: a late head, as that of a log whose first line is late, tells that much less.
        if (ahead - told).abs() >= SKEW_NOISE + half_way.abs() {
            let ahead = if ahead.abs() < SKEW_NOISE {
                SignedDuration::ZERO
            } else {
                ahead
            };
            let millis = i64::try_from(ahead.as_millis()).unwrap_or(0);
            self.ahead_ms.store(millis, Ordering::Relaxed);
            self.skew.send_replace(ahead);
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What of a question the answer is judged by.
struct Question {
    path: String,
    watch: bool,
    /// What is followed may be silent for long.
    silent: bool,
}

impl Question {
    fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&');
        let has = |wanted: &str| pairs.clone().any(|it| it == wanted);
        // A table that a person looks at says nothing about the watch of the same collection that goes on beside it.
        let tabled = ["includeObject=Metadata", "includeObject=Object"];
        let as_table = if tabled.into_iter().any(has) {
            AS_TABLE
        } else {
            ""
        };
        let watch = has("watch=true") || has("watch=1");
        Self {
            path: format!("{}{as_table}", uri.path()),
            watch,
            silent: watch || has("follow=true"),
        }
    }
}

/// Puts a [`Pulse`] around a client's service.
pub(super) struct PulseLayer(pub Arc<Pulse>);

impl<S> Layer<S> for PulseLayer {
    type Service = PulseService<S>;

    fn layer(&self, inner: S) -> PulseService<S> {
        PulseService {
            inner,
            pulse: Arc::clone(&self.0),
        }
    }
}

/// The service that a [`PulseLayer`] makes.
pub(super) struct PulseService<S> {
    inner: S,
    pulse: Arc<Pulse>,
}

impl<S> Service<Request<Body>> for PulseService<S>
where
    S: Service<Request<Body>, Response = Response<Box<DynBody>>, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<Patient>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Patient>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let question = Question::of(request.uri());
        let pulse = Arc::clone(&self.pulse);
        // Nothing is sent before the future is polled, so it can wait for its turn.
        let answer = self.inner.call(request);
        Box::pin(async move {
            if question.watch {
                tokio::time::sleep(pulse.pace(&question.path)).await;
            }
            let limit = pulse.answer_limit;
            let asked_at = pulse.clock.now().wall;
            // A log that is followed has no head before its first line.
            let answer = if question.silent && !question.watch {
                answer.await?
            } else {
                tokio::time::timeout(limit, answer)
                    .await
                    .map_err(|_| Late(limit))??
            };
            pulse.note_word();
            pulse.heard(&question, &answer, asked_at);
            // A watch may well be silent, and so may a log: how long is for its reader to judge, as long as the server
            // answers others.
            let given_up = question.silent.then(|| given_up(&pulse));
            Ok(answer.map(|inner| Patient {
                inner,
                limit,
                late: None,
                given_up,
                pulse,
            }))
        })
    }
}

/// Resolves when the server is given up.
fn given_up(pulse: &Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let mut given_up = pulse.given_up.subscribe();
    Box::pin(async move {
        if given_up.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// A body that fails when nothing comes for too long; that of a watch or of a followed log when the server is given up.
pub(super) struct Patient {
    inner: Box<DynBody>,
    limit: Duration,
    late: Option<Pin<Box<Sleep>>>,
    given_up: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    pulse: Arc<Pulse>,
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut *self.inner).poll_frame(context) {
            self.late = None;
            self.pulse.note_word();
            return Poll::Ready(frame);
        }
        let limit = self.limit;
        if let Some(given_up) = &mut self.given_up {
            ready!(given_up.as_mut().poll(context));
            return Poll::Ready(Some(Err(Late(limit).into())));
        }
        let late = self
            .late
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(late.as_mut().poll(context));
        Poll::Ready(Some(Err(Late(limit).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
#[path = "pulse_tests.rs"]
mod tests;
