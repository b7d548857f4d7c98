//! get and list, with paging over stable snapshots.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Cluster;
use super::metrics;
use super::output::Output;
use super::protobuf;
use super::request::Call;
use super::status::{ApiError, ApiResult};
use super::store::Entry;
use crate::sim::server::{self, Body};

/// How many unfinished lists are kept; the oldest expires.
const SNAPSHOTS: usize = 16;

/// A list that a client reads page by page: what was true when it began.
#[derive(Debug)]
struct Snapshot {
    id: u64,
    version: u64,
    entries: Arc<Vec<Arc<Entry>>>,
}

/// The unfinished lists.
#[derive(Debug, Default)]
pub struct Snapshots {
    last_id: u64,
    kept: VecDeque<Snapshot>,
}

impl Snapshots {
    fn keep(&mut self, version: u64, entries: Arc<Vec<Arc<Entry>>>) -> u64 {
        self.last_id += 1;
        if self.kept.len() == SNAPSHOTS {
            self.kept.pop_front();
        }
        self.kept.push_back(Snapshot {
            id: self.last_id,
            version,
            entries,
        });
        self.last_id
    }

    /// Forgets all, so that continue tokens expire.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

/// One page: what to say, and of which list.
struct Page {
    version: u64,
    entries: Vec<Arc<Entry>>,
    next: Option<(String, usize)>,
}

pub fn get(cluster: &Cluster, call: &Call) -> ApiResult<Response<Body>> {
    let res = call.place.res;
    let found = if res.is_metrics() {
        metrics::entry(&cluster.state(), res, call.namespace(), call.name())
    } else {
        cluster
            .state()
            .store
            .get(res, call.namespace(), call.name())
    };
    let entry = found.ok_or_else(|| ApiError::not_found(res, call.name()))?;
    Ok(object(
        StatusCode::OK,
        call.output.one(&entry, cluster.now()),
    ))
}

pub fn list(cluster: &Cluster, call: &Call) -> ApiResult<Response<Body>> {
    let page = match call.query.get("continue") {
        Some(token) if !token.is_empty() => next_page(cluster, call, token)?,
        _ => first_page(cluster, call)?,
    };
    let mut metadata = json!({ "resourceVersion": page.version.to_string() });
    if let Some((token, remaining)) = page.next {
        metadata["continue"] = token.into();
        metadata["remainingItemCount"] = remaining.into();
    }
    let res = call.place.res;
    if call.output == Output::Protobuf {
        let entries = page.entries.iter().map(AsRef::as_ref);
        match protobuf::list(res, entries, &metadata) {
            Ok(pieces) => return Ok(pieces_response(pieces, protobuf::MEDIA)),
            Err(unknown) => tracing::debug!(%unknown, "a list is told as JSON"),
        }
    }
    let pieces = call
        .output
        .list(res, &page.entries, &metadata, cluster.now());
    Ok(pieces_response(pieces, "application/json"))
}

fn first_page(cluster: &Cluster, call: &Call) -> ApiResult<Page> {
    let res = call.place.res;
    let selector = call.selector()?;
    let limit = limit(call)?;
    let mut state = cluster.state();
    let version = state.store.version();
    let asked = call.query.number("resourceVersion")?.unwrap_or(0);
    if asked > version {
        return Err(ApiError::bad_request(format!(
            "Too large resource version: {asked}, current: {version}"
        )));
    }
    let entries = if res.is_metrics() {
        let all = metrics::entries(&state, res);
        all.into_iter().filter(|e| selector.matches(e)).collect()
    } else {
        state.store.select(res, &selector)
    };
    if limit >= entries.len() {
        return Ok(Page {
            version,
            entries,
            next: None,
        });
    }
    let entries = Arc::new(entries);
    let id = state.snapshots.keep(version, Arc::clone(&entries));
    Ok(page(id, version, &entries, 0, limit))
}

fn next_page(cluster: &Cluster, call: &Call, token: &str) -> ApiResult<Page> {
    let (id, from) =
        read_token(token).ok_or_else(|| ApiError::bad_request("continue key is not valid"))?;
    let limit = limit(call)?;
    let state = cluster.state();
    let kept = state.snapshots.kept.iter().find(|kept| kept.id == id);
    let kept = kept.ok_or_else(|| {
        ApiError::expired(
            "The provided continue parameter is too old to display a consistent list result. \
             You can start a new list without the continue parameter.",
        )
    })?;
    Ok(page(id, kept.version, &kept.entries, from, limit))
}

fn page(id: u64, version: u64, all: &[Arc<Entry>], from: usize, limit: usize) -> Page {
    let from = from.min(all.len());
    let to = from.saturating_add(limit).min(all.len());
    let remaining = all.len() - to;
    Page {
        version,
        entries: all[from..to].to_vec(),
        next: (remaining > 0).then(|| (write_token(id, to), remaining)),
    }
}

fn limit(call: &Call) -> ApiResult<usize> {
    let limit = call.query.number("limit")?.filter(|limit| *limit > 0);
    Ok(limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    }))
}

fn write_token(id: u64, from: usize) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "v": "meta.k8s.io/v1", "list": id, "from": from }).to_string())
}

fn read_token(token: &str) -> Option<(u64, usize)> {
    let text = URL_SAFE_NO_PAD.decode(token).ok()?;
    let value: Value = serde_json::from_slice(&text).ok()?;
    let from = usize::try_from(value["from"].as_u64()?).ok()?;
    Some((value["list"].as_u64()?, from))
}

/// A response of one serialized object.
pub fn object(status: StatusCode, bytes: Bytes) -> Response<Body> {
    server::typed(status, "application/json", bytes)
}

fn pieces_response(pieces: Vec<Bytes>, media: &'static str) -> Response<Body> {
    // A small list goes out as one body with its length, a big one in pieces that are never copied together here.
    let size: usize = pieces.iter().map(Bytes::len).sum();
    let mut response = if size < 4 * 1024 * 1024 {
        object(StatusCode::OK, pieces.concat().into())
    } else {
        Response::new(server::chunks(pieces))
    };
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static(media),
    );
    response
}
