use std::{convert::Infallible, sync::atomic::AtomicU64};

use futures::FutureExt;
use http_body_util::{BodyExt, Full};
use tower::{ServiceExt, service_fn};

use super::*;
use crate::domain::time::Moment;

const LIMIT: Duration = Duration::from_millis(50);
const PODS: &str = "/api/v1/pods";

/// A clock that is set by hand, in milliseconds.
#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Moment {
        let mono = Duration::from_millis(self.0.load(Ordering::Relaxed));
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        Moment::new(start + mono, mono)
    }
}

fn pulse() -> (Arc<Pulse>, Arc<Hand>) {
    let hand = Arc::new(Hand::default());
    let pulse = Pulse::new(Arc::clone(&hand) as Arc<dyn Clock>, LIMIT);
    (Arc::new(pulse), hand)
}

type Answer = Response<Box<DynBody>>;

fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let body = Full::new(Bytes::from_static(b"{}"))
        .map_err(|never: Infallible| -> BoxError { match never {} });
    answer.body(Box::new(body) as Box<DynBody>).unwrap()
}

async fn ask(
    pulse: &Arc<Pulse>,
    uri: &str,
    server: impl Future<Output = Result<Answer, BoxError>> + Send + 'static,
) -> Result<Response<Patient>, BoxError> {
    let mut server = Some(server.boxed());
    let layer = PulseLayer(Arc::clone(pulse));
    let service = layer.layer(service_fn(move |_: Request<Body>| server.take().unwrap()));
    let request = Request::get(uri).body(Body::empty()).unwrap();
    service.oneshot(request).await
}

#[tokio::test]
async fn a_server_that_says_nothing_is_late() {
    let (pulse, _) = pulse();
    let said = ask(&pulse, PODS, std::future::pending()).await;
    assert!(said.is_err_and(|error| error.is::<Late>()));
}

#[tokio::test]
async fn a_list_that_stops_in_the_middle_is_late_and_a_silent_watch_is_not() {
    struct Silent;
    impl HttpBody for Silent {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            Poll::Pending
        }
    }
    let silent = || async { Ok(Response::new(Box::new(Silent) as Box<DynBody>)) };
    let (pulse, _) = pulse();
    let list = ask(&pulse, "/api/v1/pods?limit=500", silent())
        .await
        .unwrap();
    let read = list.into_body().collect().await;
    assert!(read.is_err_and(|error| error.is::<Late>()));
    let watch = ask(&pulse, "/api/v1/pods?watch=true", silent())
        .await
        .unwrap();
    assert!(watch.body().given_up.is_some());
}

#[tokio::test]
async fn an_accepted_watch_is_told_and_a_login_page_is_not() {
    let (pulse, _) = pulse();
    let watching = pulse.watching(PODS);
    for (uri, kind, told) in [
        ("/api/v1/pods?limit=500", "application/json", false),
        ("/api/v1/pods?&watch=true", "text/html", false),
        ("/api/v1/pods?&watch=true", "application/json", true),
    ] {
        let good = answer(200, &[("content-type", kind)]);
        // The clock stands, so each watch would wait for its turn.
        pulse.paths().get_mut(PODS).unwrap().watched_at = None;
        ask(&pulse, uri, async { Ok(good) }).await.unwrap();
        assert_eq!(
            watching.notified().now_or_never().is_some(),
            told,
            "{uri} {kind}"
        );
    }
}

#[tokio::test]
async fn what_a_refusal_asks_for_is_told_once() {
    let (pulse, _) = pulse();
    pulse.watching(PODS);
    let busy = answer(429, &[("retry-after", "7")]);
    ask(&pulse, PODS, async { Ok(busy) }).await.unwrap();
    assert_eq!(pulse.take_retry_after(PODS), Some(Duration::from_secs(7)));
    assert_eq!(pulse.take_retry_after(PODS), None);
}

#[tokio::test]
async fn the_servers_clock_is_read_from_its_answers() {
    let (pulse, hand) = pulse();
    let mut skew = pulse.skew();
    let dated = |seconds: i64| {
        let at = hand.now().wall + SignedDuration::from_secs(seconds);
        let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer(200, &[("date", &date)])
    };
    for (ahead, told) in [(1, false), (300, true), (301, false), (-1, true)] {
        let now = dated(ahead);
        ask(&pulse, PODS, async { Ok(now) }).await.unwrap();
        assert_eq!(skew.has_changed().unwrap(), told, "{ahead}");
        skew.mark_unchanged();
    }
    let now = dated(300);
    ask(&pulse, PODS, async { Ok(now) }).await.unwrap();
    let ahead = skew.borrow_and_update().as_secs();
    assert!((299..=301).contains(&ahead), "{ahead}");
    let server = pulse.server_now().duration_since(hand.now().wall);
    assert!((299..=301).contains(&server.as_secs()), "{server:?}");
}

#[tokio::test]
async fn a_late_head_makes_no_skew_and_hides_none() {
    let (pulse, hand) = pulse();
    let mut skew = pulse.skew();
    let late = |ahead: i64, written: u64, heard: u64| {
        let hand = Arc::clone(&hand);
        async move {
            hand.0.fetch_add(written, Ordering::Relaxed);
            let at = hand.now().wall + SignedDuration::from_secs(ahead);
            let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            hand.0.fetch_add(heard, Ordering::Relaxed);
            Ok(answer(200, &[("date", &date)]))
        }
    };
    let log = "/api/v1/namespaces/a/pods/b/log?&follow=true";
    for (uri, written, heard) in [
        (log, 3_600_000, 0),
        (log, 0, 3_600_000),
        (PODS, 10_000, 0),
        (PODS, 0, 10_000),
    ] {
        ask(&pulse, uri, late(0, written, heard)).await.unwrap();
        assert!(!skew.has_changed().unwrap(), "{uri} {written} {heard}");
    }
    ask(&pulse, PODS, late(300, 0, 10_000)).await.unwrap();
    let ahead = skew.borrow_and_update().as_secs();
    assert!((294..=306).contains(&ahead), "{ahead}");
    ask(&pulse, PODS, late(300, 0, 0)).await.unwrap();
    let ahead = skew.borrow_and_update().as_secs();
    assert!((299..=301).contains(&ahead), "{ahead}");
}

#[test]
fn watches_of_one_path_keep_their_distance() {
    let (pulse, hand) = pulse();
    pulse.watching(PODS);
    assert_eq!(pulse.pace(PODS), Duration::ZERO);
    hand.0.store(200, Ordering::Relaxed);
    assert_eq!(pulse.pace(PODS), Duration::from_millis(800));
    hand.0.store(5_000, Ordering::Relaxed);
    assert_eq!(pulse.pace(PODS), Duration::ZERO);
}

#[tokio::test]
async fn a_silent_watch_is_good_until_its_server_is_given_up() {
    let (pulse, hand) = pulse();
    let silent = || {
        let body = http_body_util::StreamBody::new(futures::stream::pending::<
            Result<Frame<Bytes>, BoxError>,
        >());
        Ok(Response::new(Box::new(body) as Box<DynBody>))
    };
    let uri = format!("{PODS}?watch=true");
    let server = std::future::ready(silent());
    let mut watch = ask(&pulse, &uri, server).await.unwrap().into_body();
    assert!(
        tokio::time::timeout(4 * LIMIT, watch.frame())
            .await
            .is_err()
    );
    hand.0.store(700, Ordering::Relaxed);
    assert_eq!(pulse.silent_for(), Duration::from_millis(700));
    pulse.give_up();
    let frame = watch.frame().await.unwrap();
    assert!(frame.is_err_and(|error| error.is::<Late>()));
    // One that is opened after is another.
    let server = std::future::ready(silent());
    let mut watch = ask(&pulse, &uri, server).await.unwrap().into_body();
    assert_eq!(pulse.silent_for(), Duration::ZERO);
    assert!(watch.frame().now_or_never().is_none());
}
