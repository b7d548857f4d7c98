//! watch: changes as lines of JSON, bookmarks, streaming lists, and 410 when the log no longer reaches back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Response, header};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::Cluster;
use super::kinds::Res;
use super::output::Output;
use super::protobuf;
use super::request::Call;
use super::selectors::Selector;
use super::status::{ApiError, ApiResult};
use super::store::{Change, Entry};
use crate::sim::server::{self, Body};

/// How many objects of the initial state go into one piece.
const PIECE: usize = 64;

/// A watch of one client.
struct Watch {
    cluster: Arc<Cluster>,
    res: Res,
    selector: Selector,
    output: Output,
    /// Objects of the initial state that are still to be sent.
    initial: VecDeque<Arc<Entry>>,
    /// Whether a bookmark is due when the initial state has been sent.
    mark_end: bool,
    /// The newest version that the client knows once `initial` is empty.
    seen: u64,
    first: bool,
    bookmarks: Option<Interval>,
    deadline: Instant,
    moved: watch::Receiver<u64>,
    expired: watch::Receiver<u64>,
    ended: bool,
}

pub fn watch(cluster: &Arc<Cluster>, call: &Call) -> ApiResult<Response<Body>> {
    let res = call.place.res;
    if res.is_metrics() {
        return Err(ApiError::method_not_allowed());
    }
    let selector = call.selector()?;
    let asked = call.query.number("resourceVersion")?.unwrap_or(0);
    let streaming = call.query.flag("sendInitialEvents");
    if call.query.get("sendInitialEvents").is_some() {
        allow_streaming(cluster, call)?;
    }
    let state = cluster.state();
    let from_now = asked == 0 && call.query.get("sendInitialEvents") != Some("false");
    let initial = if streaming || from_now {
        state.store.select(res, &selector).into()
    } else {
        VecDeque::new()
    };
    let seen = if streaming || asked == 0 {
        state.store.version()
    } else {
        // A version that fell out of the log is an ERROR event in a stream of its own, with status 200 before it.
        asked
    };
    let mut watch = Watch {
        cluster: Arc::clone(cluster),
        moved: state.store.moved(res),
        expired: cluster.faults().expiry_signal(),
        deadline: Instant::now() + timeout(call)?,
        bookmarks: call
            .query
            .flag("allowWatchBookmarks")
            .then(|| bookmark_interval(cluster.bookmark_every())),
        output: call.output,
        mark_end: streaming,
        first: true,
        ended: false,
        res,
        selector,
        initial,
        seen,
    };
    drop(state);
    watch.moved.mark_changed();
    watch.expired.mark_unchanged();
    let media = match call.output {
        Output::Protobuf => protobuf::STREAM,
        _ => "application/json;stream=watch",
    };
    let lines = futures::stream::unfold(watch, |mut watch| async move {
        let piece = watch.next().await?;
        Some((piece, watch))
    });
    let mut response = Response::new(server::stream(lines));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    Ok(response)
}

fn allow_streaming(cluster: &Cluster, call: &Call) -> ApiResult<()> {
    let refuse =
        |field: &str, problem: &str| Err(ApiError::invalid(call.place.res, "", field, problem));
    if cluster.faults().refuses_streaming_lists() {
        let problem = "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
        return refuse("sendInitialEvents", problem);
    }
    if call.query.get("resourceVersionMatch") != Some("NotOlderThan") {
        let problem =
            "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
        return refuse("resourceVersionMatch", problem);
    }
    Ok(())
}

fn timeout(call: &Call) -> ApiResult<Duration> {
    // Like the real server, a watch without a limit of its own ends after some time.
    let seconds = call.query.number("timeoutSeconds")?.unwrap_or(1800);
    Ok(Duration::from_secs(seconds.clamp(1, 86_400)))
}

fn bookmark_interval(every: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + every, every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn tick(bookmarks: &mut Option<Interval>) {
    match bookmarks {
        Some(interval) => {
            interval.tick().await;
        }
        None => std::future::pending().await,
    }
}

impl Watch {
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        if !self.initial.is_empty() {
            return Some(self.initial_piece());
        }
        if self.mark_end {
            self.mark_end = false;
            return Some(self.bookmark(true));
        }
        loop {
            tokio::select! {
                biased;
                _ = self.expired.changed() => {
                    let error = ApiError::expired("The resourceVersion for the provided watch is too old.");
                    return Some(self.end(&error));
                }
                moved = self.moved.changed() => {
                    if moved.is_err() {
                        return None;
                    }
                    if let Some(piece) = self.changes() {
                        return Some(piece);
                    }
                }
                () = tick(&mut self.bookmarks) => return Some(self.bookmark(false)),
                () = tokio::time::sleep_until(self.deadline) => {
                    self.ended = true;
                    return self.bookmarks.is_some().then(|| self.bookmark(false));
                }
            }
        }
    }

    fn initial_piece(&mut self) -> Bytes {
        let count = self.initial.len().min(PIECE);
        let entries: Vec<_> = self.initial.drain(..count).collect();
        let mut out = BytesMut::new();
        for entry in entries {
            self.line(&mut out, "ADDED", &entry);
        }
        out.freeze()
    }

    /// The changes since the last look that concern this watch; `None` if there are none.
    fn changes(&mut self) -> Option<Bytes> {
        let lines = match self.new_lines() {
            Ok(lines) => lines,
            Err(floor) => {
                let error = ApiError::too_old(self.seen, floor);
                return Some(self.end(&error));
            }
        };
        if lines.is_empty() {
            return None;
        }
        let mut out = BytesMut::new();
        for (kind, entry) in lines {
            self.line(&mut out, kind, &entry);
        }
        Some(out.freeze())
    }

    /// What the log holds beyond `seen`, which moves on.
    fn new_lines(&mut self) -> Result<Vec<(&'static str, Arc<Entry>)>, u64> {
        let state = self.cluster.state();
        let changes = state.store.changes(self.res, self.seen)?;
        let lines = changes.filter_map(|change| seen_through(&self.selector, change));
        let lines = lines.collect();
        self.seen = self.seen.max(state.store.version());
        Ok(lines)
    }

    fn line(&mut self, out: &mut BytesMut, kind: &str, entry: &Entry) {
        if self.output == Output::Protobuf {
            out.extend_from_slice(&protobuf::event(kind, self.res, &entry.value()));
            return;
        }
        let object = self.output.event(entry, self.first, self.cluster.now());
        self.first = false;
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b"\",\"object\":");
        out.extend_from_slice(&object);
        out.extend_from_slice(b"}\n");
    }

    fn bookmark(&self, end_of_list: bool) -> Bytes {
        let object = self.output.bookmark(self.res, self.seen, end_of_list);
        if self.output == Output::Protobuf {
            return protobuf::event("BOOKMARK", self.res, &object).into();
        }
        format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n").into()
    }

    fn end(&mut self, error: &ApiError) -> Bytes {
        self.ended = true;
        if self.output == Output::Protobuf {
            return protobuf::error_event(error).into();
        }
        format!("{{\"type\":\"ERROR\",\"object\":{}}}\n", error.status()).into()
    }
}

/// A change as a selector sees it: an object that stops matching is deleted for this client.
fn seen_through(selector: &Selector, change: &Change) -> Option<(&'static str, Arc<Entry>)> {
    match change {
        Change::Added(entry) => selector
            .matches(entry)
            .then(|| ("ADDED", Arc::clone(entry))),
        Change::Deleted(entry) => selector
            .matches(entry)
            .then(|| ("DELETED", Arc::clone(entry))),
        Change::Modified { old, new } => match (selector.matches(old), selector.matches(new)) {
            (true, true) => Some(("MODIFIED", Arc::clone(new))),
            (false, true) => Some(("ADDED", Arc::clone(new))),
            (true, false) => Some(("DELETED", Arc::new(old.last_words(new.version)))),
            (false, false) => None,
        },
    }
}
