//! The door to a cluster: every request goes through with the credential of the moment, so that a renewed one needs no
//! new connection of those who ask.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use http::{HeaderValue, Method, Request, Response, StatusCode, header::AUTHORIZATION};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::{
    Client,
    client::{Body, DynBody},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};
use tower::{BoxError, Service};

use super::keeper::Keeper;
use crate::domain::{freshness::Trouble, time::Clock};

/// What lets one in at the moment.
#[derive(Clone)]
pub(super) struct Pass {
    /// Grows with every renewal.
    pub number: u64,
    pub client: Client,
    pub bearer: Option<HeaderValue>,
    /// The number of the plugin's credential that it is made of.
    pub credential: Option<u64>,
    pub renew_at: Option<Timestamp>,
    /// Nobody is let in with it from then on.
    pub until: Option<Timestamp>,
}

/// How often the pass was renewed, and how often the server came back after it could not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Turns {
    pub renewed: u64,
    pub returned: u64,
}

/// Why a pass is to be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It is about to run out.
    Old,
    /// The server does not take it.
    Refused,
}

/// A wish for a pass other than that of the number given; answered when it was tried, with why there is none.
pub(super) struct Wish {
    pub seen: u64,
    pub why: Why,
    pub done: oneshot::Sender<Option<Trouble>>,
}

/// What those who ask and the one who renews share.
pub(super) struct Shared {
    pass: RwLock<Pass>,
    turns: watch::Sender<Turns>,
    lost: AtomicBool,
    pub clock: Arc<dyn Clock>,
}

impl Shared {
    pub fn pass(&self) -> Pass {
        let pass = self.pass.read().unwrap_or_else(PoisonError::into_inner);
        pass.clone()
    }

    pub fn renew(&self, pass: Pass) {
        *self.pass.write().unwrap_or_else(PoisonError::into_inner) = pass;
        self.turns.send_modify(|turns| turns.renewed += 1);
    }

    /// The same pass, for longer or for less.
    pub fn retime(&self, renew_at: Option<Timestamp>, until: Option<Timestamp>) {
        let mut pass = self.pass.write().unwrap_or_else(PoisonError::into_inner);
        (pass.renew_at, pass.until) = (renew_at, until);
    }

    fn heard(&self, answered: bool) {
        if !answered {
            self.lost.store(true, Ordering::Relaxed);
        } else if self.lost.swap(false, Ordering::Relaxed) {
            self.turns.send_modify(|turns| turns.returned += 1);
        }
    }
}

/// The service below a client. Dropping the last clone ends the task that renews.
#[derive(Clone)]
pub(in super::super) struct Door {
    shared: Arc<Shared>,
    wishes: mpsc::Sender<Wish>,
    _keeper: Arc<JoinSet<()>>,
}

impl Door {
    pub(super) fn new(pass: Pass, keeper: Keeper, clock: Arc<dyn Clock>) -> Self {
        let shared = Arc::new(Shared {
            pass: RwLock::new(pass),
            turns: watch::Sender::default(),
            lost: AtomicBool::new(false),
            clock,
        });
        let (wishes, wanted) = mpsc::channel(16);
        let mut tasks = JoinSet::new();
        tasks.spawn(keeper.keep(Arc::clone(&shared), wanted));
        Self {
            shared,
            wishes,
            _keeper: Arc::new(tasks),
        }
    }

    pub(in super::super) fn turns(&self) -> watch::Receiver<Turns> {
        self.shared.turns.subscribe()
    }

    async fn send(self, request: Request<Body>) -> Result<Response<Box<DynBody>>, BoxError> {
        let mut pass = self.shared.pass();
        let now = self.shared.clock.now().wall;
        if pass.until.is_some_and(|at| at <= now) {
            self.renew(pass.number, Why::Old).await?;
            pass = self.shared.pass();
        } else if pass.renew_at.is_some_and(|at| at <= now) {
            self.renew_beside(pass.number);
        }
        // What changes something is sent once, whatever is said to it.
        let again = (request.method() == Method::GET)
            .then(|| again(&request))
            .flatten();
        let answer = self.with(&pass, request).await?;
        let (StatusCode::UNAUTHORIZED, Some(again)) = (answer.status(), again) else {
            return Ok(answer);
        };
        // The server's own word stands where there is no other credential.
        if self.renew(pass.number, Why::Refused).await.is_err() {
            return Ok(answer);
        }
        let renewed = self.shared.pass();
        if renewed.number == pass.number {
            return Ok(answer);
        }
        self.with(&renewed, again).await
    }

    async fn with(
        &self,
        pass: &Pass,
        mut request: Request<Body>,
    ) -> Result<Response<Box<DynBody>>, BoxError> {
        if let Some(bearer) = &pass.bearer {
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        }
        let answer = pass.client.send(request).await;
        self.shared.heard(answer.is_ok());
        let boxed = |body: Body| Box::new(body.map_err(BoxError::from)) as Box<DynBody>;
        Ok(answer?.map(boxed))
    }

    /// Has another pass got while this one is used. Where many wish already, it is being done.
    fn renew_beside(&self, seen: u64) {
        let (done, _) = oneshot::channel();
        let why = Why::Old;
        let _ = self.wishes.try_send(Wish { seen, why, done });
    }

    /// Waits until another pass was tried to get.
    async fn renew(&self, seen: u64, why: Why) -> Result<(), NoPass> {
        let (done, tried) = oneshot::channel();
        let wish = Wish { seen, why, done };
        if self.wishes.send(wish).await.is_err() {
            return Ok(());
        }
        match tried.await {
            Ok(Some(trouble)) => Err(NoPass(trouble)),
            Ok(None) | Err(_) => Ok(()),
        }
    }
}

/// The same question a second time; a body that can't be copied is asked once.
fn again(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// There is no credential to ask with.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.detail)]
pub(in super::super) struct NoPass(pub Trouble);

impl Service<Request<Body>> for Door {
    type Response = Response<Box<DynBody>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use futures::poll;
    use tower::service_fn;

    use super::*;
    use crate::domain::time::Moment;

    struct At(Timestamp);

    impl Clock for At {
        fn now(&self) -> Moment {
            Moment::new(self.0, Duration::ZERO)
        }
    }

    /// A door before a server that answers everything, at eight; nobody renews but who holds the other end.
    fn door(renew_at: &str, until: &str) -> (Door, mpsc::Receiver<Wish>) {
        let answers = service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Response::new(Body::empty()))
        });
        let pass = Pass {
            number: 0,
            client: Client::new(answers, "default"),
            bearer: None,
            credential: Some(1),
            renew_at: renew_at.parse().ok(),
            until: until.parse().ok(),
        };
        let shared = Arc::new(Shared {
            pass: RwLock::new(pass),
            turns: watch::Sender::default(),
            lost: AtomicBool::new(false),
            clock: Arc::new(At("2026-11-21T08:00:00Z".parse().unwrap())),
        });
        let (wishes, wanted) = mpsc::channel(16);
        let door = Door {
            shared,
            wishes,
            _keeper: Arc::default(),
        };
        (door, wanted)
    }

    #[tokio::test]
    async fn one_that_is_good_for_a_while_is_used_and_renewed_beside() {
        let (door, mut wanted) = door("2026-11-21T07:59:50Z", "2026-11-21T08:00:20Z");
        for _ in 0..100 {
            let answer = door.clone().send(Request::new(Body::empty())).await;
            assert_eq!(answer.unwrap().status(), StatusCode::OK);
        }
        let wish = wanted.recv().await.unwrap();
        assert_eq!((wish.seen, wish.why), (0, Why::Old));
        assert_eq!(*door.turns().borrow(), Turns::default());
    }

    #[tokio::test]
    async fn one_that_has_run_out_is_not_used() {
        let (door, mut wanted) = door("2026-11-21T07:59:00Z", "2026-11-21T07:59:30Z");
        let mut sent = std::pin::pin!(door.clone().send(Request::new(Body::empty())));
        assert!(poll!(&mut sent).is_pending());
        let wish = wanted.recv().await.unwrap();
        let why = crate::domain::freshness::TroubleKind::Unauthorized;
        let _ = wish.done.send(Some(Trouble::new(why, "signed out")));
        assert_eq!(sent.await.err().unwrap().to_string(), "signed out");
    }
}
