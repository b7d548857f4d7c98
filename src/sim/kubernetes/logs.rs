//! What containers write: kept per container and life, read with follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
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
    /// Containers that ended and have not started again: who follows them has read all there is.
    over: BTreeSet<Source>,
    /// How often each has started again.
    lives: BTreeMap<Source, u64>,
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
        self.over.remove(&source);
        *self.lives.entry(source.clone()).or_default() += 1;
        self.before.insert(source, old);
        self.moved.send_modify(|count| *count += 0);
    }

    fn life(&self, source: &Source) -> u64 {
        self.lives.get(source).copied().unwrap_or(0)
    }

    /// The container ended: who follows it is told so.
    pub fn end(&mut self, uid: &str, container: &str) {
        self.over.insert((uid.to_owned(), container.to_owned()));
        self.moved.send_modify(|count| *count += 0);
    }

    /// All containers of the pod ended.
    pub fn end_all(&mut self, uid: &str) {
        let ended = self.now.keys().filter(|(pod, _)| pod == uid).cloned();
        self.over.extend(ended);
        self.moved.send_modify(|count| *count += 0);
    }

    /// The pod is gone.
    pub fn forget(&mut self, uid: &str) {
        self.now.retain(|(pod, _), _| pod != uid);
        self.before.retain(|(pod, _), _| pod != uid);
        self.over.retain(|(pod, _)| pod != uid);
        self.lives.retain(|(pod, _), _| pod != uid);
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
    let status = check_state(call, &value, &container, previous)?;
    let options = options(cluster, call)?;
    let source = (pod.uid.to_string(), container);
    // While it waits to start again, the life before is the one that ended last.
    let shelf = if previous && status["state"]["waiting"].is_null() {
        &state.logs.before
    } else {
        &state.logs.now
    };
    let lines: Vec<Line> = shelf.get(&source).into_iter().flatten().cloned().collect();
    let seen = state.logs.count;
    let life = state.logs.life(&source);
    let moved = state.logs.moved.subscribe();
    drop(state);
    let first = Bytes::from(written(&lines, &options));
    let runs = !status["state"]["running"].is_null();
    let body = if call.query.flag("follow") && !previous && runs {
        let follower = Follower {
            cluster: Arc::clone(cluster),
            source,
            pod: pod.key(),
            options,
            seen,
            life,
            moved,
            ended: false,
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
    let names = |list: &str| -> Vec<&str> {
        let all = pod["spec"][list].as_array().into_iter().flatten();
        all.filter_map(|one| one["name"].as_str()).collect()
    };
    let (main, init, guests) = (
        names("containers"),
        names("initContainers"),
        names("ephemeralContainers"),
    );
    let asked = call.query.get("container").filter(|name| !name.is_empty());
    match (asked, main.as_slice()) {
        (Some(asked), _)
            if [&main, &init, &guests]
                .iter()
                .any(|names| names.contains(&asked)) =>
        {
            Ok(asked.to_owned())
        }
        (Some(asked), _) => Err(ApiError::bad_request(format!(
            "container {asked} is not valid for pod {}",
            call.name()
        ))),
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => Err(ApiError::bad_request(format!(
            "a container name must be specified for pod {}, choose one of: [{}]{}",
            call.name(),
            main.join(" "),
            if init.is_empty() {
                String::new()
            } else {
                format!(" or one of the init containers: [{}]", init.join(" "))
            }
        ))),
    }
}

/// What the status says of the container, where its log can be read.
fn check_state(call: &Call, pod: &Value, container: &str, previous: bool) -> ApiResult<Value> {
    let lists = [
        "containerStatuses",
        "initContainerStatuses",
        "ephemeralContainerStatuses",
    ];
    let mut statuses = lists
        .iter()
        .flat_map(|list| pod["status"][*list].as_array().into_iter().flatten());
    let name = call.name();
    let Some(status) = statuses.find(|one| one["name"] == container) else {
        return Err(ApiError::bad_request(format!(
            "container \"{container}\" in pod \"{name}\" is not available"
        )));
    };
    let ended_before = !status["lastState"]["terminated"].is_null();
    if previous {
        return if ended_before {
            Ok(status.clone())
        } else {
            Err(ApiError::bad_request(format!(
                "previous terminated container \"{container}\" in pod \"{name}\" not found"
            )))
        };
    }
    let waiting = &status["state"]["waiting"];
    if ended_before || waiting.is_null() {
        return Ok(status.clone());
    }
    let why = match waiting["reason"].as_str().unwrap_or("ContainerCreating") {
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        other => other,
    };
    Err(ApiError::bad_request(format!(
        "container \"{container}\" in pod \"{name}\" is waiting to start: {why}"
    )))
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
    /// Which of its container's lives it follows.
    life: u64,
    moved: watch::Receiver<u64>,
    /// What it follows has ended; only what was written before is still to be told.
    ended: bool,
    first: Option<Bytes>,
}

impl Follower {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take()
            && !first.is_empty()
        {
            return Some(first);
        }
        while !self.ended {
            self.moved.changed().await.ok()?;
            let state = self.cluster.state();
            // What it wrote before it started again stands on the other shelf.
            let shelves = [&state.logs.before, &state.logs.now];
            let lives = shelves.map(|shelf| shelf.get(&self.source).into_iter().flatten());
            let [before, now] = lives.map(|life| {
                let new = life.filter(|line| line.number > self.seen);
                new.cloned().collect::<Vec<Line>>()
            });
            let restarted = state.logs.life(&self.source) != self.life;
            let new = if restarted { before } else { now };
            let there = state.store.by_key(Res::Pods, &self.pod);
            let same = there.is_some_and(|pod| pod.uid.as_ref() == self.source.0)
                && !restarted
                && !state.logs.over.contains(&self.source);
            drop(state);
            self.ended = !same;
            if let Some(last) = new.last() {
                self.seen = last.number;
                let options = Options {
                    tail: None,
                    limit: None,
                    ..self.options.clone()
                };
                return Some(written(&new, &options).into());
            }
        }
        None
    }
}
