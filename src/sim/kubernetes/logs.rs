//! What containers write: kept per container and life, read with follow.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::watch;

use super::Cluster;
use super::kinds::Res;
use super::request::Call;
use super::status::{ApiError, ApiResult};
use crate::sim::server::{self, Body};

/// How many lines of one life of a container are kept.
const KEPT: usize = 2000;

#[derive(Debug, Clone)]
struct Line {
    number: u64,
    at: Timestamp,
    text: String,
}

/// Pod uid and container.
type Source = (String, String);

/// The logs of all containers.
#[derive(Debug, Default)]
pub struct Logs {
    now: BTreeMap<Source, VecDeque<Line>>,
    before: BTreeMap<Source, VecDeque<Line>>,
    count: u64,
    turns: usize,
    moved: watch::Sender<u64>,
}

impl Logs {
    pub fn write(&mut self, uid: &str, container: &str, at: Timestamp, text: &str) {
        let lines = self
            .now
            .entry((uid.to_owned(), container.to_owned()))
            .or_default();
        for text in text.lines() {
            self.count += 1;
            if lines.len() == KEPT {
                lines.pop_front();
            }
            lines.push_back(Line {
                number: self.count,
                at,
                text: text.to_owned(),
            });
        }
        self.moved.send_replace(self.count);
    }

    /// Counts whose turn it is to write.
    pub fn turn(&mut self) -> usize {
        self.turns += 1;
        self.turns
    }

    /// The container starts a new life: what it wrote becomes `--previous`.
    pub fn restart(&mut self, uid: &str, container: &str) {
        let source = (uid.to_owned(), container.to_owned());
        let old = self.now.remove(&source).unwrap_or_default();
        self.before.insert(source, old);
    }

    /// The pod is gone.
    pub fn forget(&mut self, uid: &str) {
        self.now.retain(|(pod, _), _| pod != uid);
        self.before.retain(|(pod, _), _| pod != uid);
        self.moved.send_modify(|count| *count += 0);
    }
}

/// How lines are chosen and written.
#[derive(Debug, Clone)]
struct Options {
    since: Option<Timestamp>,
    tail: Option<usize>,
    limit: Option<usize>,
    timestamps: bool,
}

/// GET on `log`.
pub fn read(cluster: &Arc<Cluster>, call: &Call) -> ApiResult<Response<Body>> {
    let state = cluster.state();
    let pod = state.store.get(Res::Pods, call.namespace(), call.name());
    let pod = pod.ok_or_else(|| ApiError::not_found(Res::Pods, call.name()))?;
    let value = pod.value();
    let container = chosen_container(call, &value)?;
    let previous = call.query.flag("previous");
    check_state(call, &value, &container, previous)?;
    let options = options(cluster, call)?;
    let source = (pod.uid.to_string(), container);
    let shelf = if previous {
        &state.logs.before
    } else {
        &state.logs.now
    };
    let lines: Vec<Line> = shelf.get(&source).into_iter().flatten().cloned().collect();
    let seen = state.logs.count;
    let moved = state.logs.moved.subscribe();
    drop(state);
    let first = Bytes::from(written(&lines, &options));
    let body = if call.query.flag("follow") && !previous {
        let follower = Follower {
            cluster: Arc::clone(cluster),
            source,
            pod: pod.key(),
            options,
            seen,
            moved,
            first: Some(first),
        };
        server::stream(futures::stream::unfold(
            follower,
            |mut follower| async move {
                let piece = follower.next().await?;
                Some((piece, follower))
            },
        ))
    } else {
        server::full(first)
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

fn chosen_container(call: &Call, pod: &Value) -> ApiResult<String> {
    let lists = ["containers", "initContainers"];
    let all = lists
        .iter()
        .flat_map(|list| pod["spec"][*list].as_array().into_iter().flatten());
    let names: Vec<&str> = all.filter_map(|one| one["name"].as_str()).collect();
    let asked = call.query.get("container").filter(|name| !name.is_empty());
    match (asked, names.as_slice()) {
        (Some(asked), _) if names.contains(&asked) => Ok(asked.to_owned()),
        (Some(asked), _) => Err(ApiError::bad_request(format!(
            "container {asked} is not valid for pod {}",
            call.name()
        ))),
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => Err(ApiError::bad_request(format!(
            "a container name must be specified for pod {}, choose one of: [{}]",
            call.name(),
            names.join(" ")
        ))),
    }
}

fn check_state(call: &Call, pod: &Value, container: &str, previous: bool) -> ApiResult<()> {
    let statuses = pod["status"]["containerStatuses"].as_array();
    let status = statuses
        .into_iter()
        .flatten()
        .find(|one| one["name"] == container);
    let nothing = Value::Null;
    let status = status.unwrap_or(&nothing);
    let name = call.name();
    if previous && status["lastState"]["terminated"].is_null() {
        return Err(ApiError::bad_request(format!(
            "previous terminated container \"{container}\" in pod \"{name}\" not found"
        )));
    }
    let waiting = &status["state"]["waiting"];
    if !previous && !waiting.is_null() && status["lastState"]["terminated"].is_null() {
        let reason = waiting["reason"].as_str().unwrap_or("ContainerCreating");
        return Err(ApiError::bad_request(format!(
            "container \"{container}\" in pod \"{name}\" is waiting to start: {reason}"
        )));
    }
    Ok(())
}

fn options(cluster: &Cluster, call: &Call) -> ApiResult<Options> {
    let since_time = match call.query.get("sinceTime").filter(|text| !text.is_empty()) {
        Some(text) => Some(text.parse::<Timestamp>().map_err(|error| {
            ApiError::bad_request(format!("invalid sinceTime \"{text}\": {error}"))
        })?),
        None => None,
    };
    let since_seconds = call.query.number("sinceSeconds")?.map(|seconds| {
        let back = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        cluster.now().checked_sub(back).unwrap_or(Timestamp::MIN)
    });
    let size = |key: &str| -> ApiResult<Option<usize>> {
        let number = call.query.number(key)?;
        Ok(number.and_then(|number| usize::try_from(number).ok()))
    };
    Ok(Options {
        since: since_time.or(since_seconds),
        tail: size("tailLines")?,
        limit: size("limitBytes")?,
        timestamps: call.query.flag("timestamps"),
    })
}

fn written(lines: &[Line], options: &Options) -> String {
    let since = |line: &&Line| options.since.is_none_or(|since| line.at >= since);
    let lines: Vec<&Line> = lines.iter().filter(since).collect();
    let skipped = options
        .tail
        .map_or(0, |tail| lines.len().saturating_sub(tail));
    let mut out = String::new();
    for line in &lines[skipped..] {
        if options.timestamps {
            // Writing into a String can't fail.
            let _infallible = write!(out, "{:.9} ", line.at);
        }
        out.push_str(&line.text);
        out.push('\n');
    }
    if let Some(limit) = options.limit {
        let mut end = limit.min(out.len());
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
    }
    out
}

/// A client that follows one container.
struct Follower {
    cluster: Arc<Cluster>,
    source: Source,
    pod: (String, String),
    options: Options,
    seen: u64,
    moved: watch::Receiver<u64>,
    first: Option<Bytes>,
}

impl Follower {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take()
            && !first.is_empty()
        {
            return Some(first);
        }
        loop {
            self.moved.changed().await.ok()?;
            let state = self.cluster.state();
            let shelf = state.logs.now.get(&self.source);
            let new = shelf
                .into_iter()
                .flatten()
                .filter(|line| line.number > self.seen);
            let new: Vec<Line> = new.cloned().collect();
            let there = state.store.by_key(Res::Pods, &self.pod);
            let same = there.is_some_and(|pod| pod.uid.as_ref() == self.source.0);
            drop(state);
            if let Some(last) = new.last() {
                self.seen = last.number;
                let options = Options {
                    tail: None,
                    limit: None,
                    ..self.options.clone()
                };
                return Some(written(&new, &options).into());
            }
            if !same {
                return None;
            }
        }
    }
}
