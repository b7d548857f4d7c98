//! One list and watch whose objects come as rows of a table.

use std::{sync::Arc, time::Duration};

use futures::{AsyncBufReadExt, StreamExt};
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::wire::{Columns, Raw, RawEvent, Reader};
use crate::{
    domain::{
        freshness::Trouble,
        id::Uid,
        object::KindRef,
        table::{Column, KindInfo, Row},
    },
    sources::kubernetes::{backoff::Backoff, pulse::AS_TABLE, trouble, watch::Watcher},
};

/// How often a kind is listed that can't be watched.
pub(super) const LISTED_EVERY: Duration = Duration::from_secs(30);
/// More rows than this are not kept.
pub(super) const MOST: usize = 50_000;

/// What one list and watch says to the sheet it is part of.
pub(super) enum Beat {
    Page(Page),
    Changes(Vec<Change>),
    /// The server accepted the watch again.
    Live,
    Failed {
        trouble: Trouble,
        retry_at: Timestamp,
    },
}

/// A page of a list.
pub(super) struct Page {
    pub columns: Arc<[Column]>,
    pub plain: bool,
    pub rows: Vec<Row>,
    /// How many are still to come, where the server says so.
    pub left: Option<u64>,
    pub first: bool,
    pub last: Last,
}

/// What comes after a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    More,
    End,
    /// There is more on the server than is kept.
    Full,
}

/// What a watch tells of one object.
pub(super) enum Change {
    Is(Row),
    Gone(Uid),
}

/// One list and watch.
pub(super) struct Part {
    pub watcher: Watcher,
    pub kind: KindInfo,
    pub namespace: Option<String>,
    pub place: usize,
    pub speak: mpsc::Sender<(usize, Beat)>,
    reader: Reader,
    /// What is known; `None` before the first list and after a gap.
    version: Option<String>,
    /// The server does not take tables at all.
    untabled: bool,
}

/// Why a list or a watch ended before its time.
enum Stop {
    /// What was missed is unknown: everything is listed anew, at once.
    Expired,
    /// The same, after a wait.
    Relist(Trouble),
    /// The same watch tries again after a wait.
    Resume(Trouble),
}

impl Part {
    pub fn new(
        watcher: Watcher,
        kind: KindInfo,
        namespace: Option<String>,
        place: usize,
        speak: mpsc::Sender<(usize, Beat)>,
    ) -> Self {
        Self {
            watcher,
            kind,
            namespace,
            place,
            speak,
            reader: Reader::default(),
            version: None,
            untabled: false,
        }
    }

    /// Lists and watches for ever.
    pub async fn run(mut self) {
        let path = path(&self.kind.kind, self.namespace.as_deref());
        let key = format!("{path}{AS_TABLE}");
        let pulse = Arc::clone(&self.watcher.connection.pulse);
        // From now on the pace and the wishes of the server for this path are known.
        let _known = pulse.watching(&key);
        let mut backoff = Backoff::new(self.watcher.connection.timeouts.retry);
        loop {
            let done = match self.version.clone() {
                None => self.list(&path).await,
                Some(version) => self.watch(&path, version).await,
            };
            let (trouble, again) = match done {
                Ok(()) => continue,
                Err(Stop::Expired) => (None, true),
                Err(Stop::Relist(trouble)) => (Some(trouble), true),
                Err(Stop::Resume(trouble)) => (Some(trouble), false),
            };
            if again {
                self.version = None;
            }
            let now = self.watcher.clock.now();
            let wait = backoff.after_failure(now.mono, pulse.take_retry_after(&key));
            if let Some(trouble) = trouble {
                tracing::warn!(path, kind = ?trouble.kind, detail = trouble.detail, "table failed");
                let wait = SignedDuration::try_from(wait).unwrap_or_default();
                let retry_at = now.wall.checked_add(wait).unwrap_or(now.wall);
                self.say(Beat::Failed { trouble, retry_at }).await;
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn say(&self, beat: Beat) {
        // The sheet outlives its parts, so a closed channel only means that all of it is going away.
        let _closed = self.speak.send((self.place, beat)).await;
    }

    /// Reads all pages; what is known is the version of the list then.
    async fn list(&mut self, path: &str) -> Result<(), Stop> {
        let mut next = String::new();
        let mut read = 0;
        let mut first = true;
        loop {
            let page = self.watcher.connection.page;
            let mut query = format!("includeObject={}&limit={page}", self.include());
            if !next.is_empty() {
                query.push_str("&continue=");
                query.push_str(&encoded(&next));
            }
            let raw = self.page(path, &query).await?;
            self.reader.take_columns(&raw);
            let version = raw.metadata.resource_version.clone();
            next.clone_from(&raw.metadata.next);
            let left = raw.metadata.remaining_item_count;
            let now = self.watcher.connection.pulse.server_now();
            let rows = self.reader.rows(raw, now);
            read += rows.len();
            let last = match (next.is_empty(), read >= MOST) {
                (true, _) => Last::End,
                (false, true) => Last::Full,
                (false, false) => Last::More,
            };
            self.say(Beat::Page(Page {
                columns: self.reader.columns(),
                plain: self.reader.plain,
                rows,
                left,
                first,
                last,
            }))
            .await;
            first = false;
            if last != Last::More {
                if self.kind.watched && !version.is_empty() {
                    self.version = Some(version);
                } else {
                    tokio::time::sleep(LISTED_EVERY).await;
                }
                return Ok(());
            }
        }
    }

    async fn page(&mut self, path: &str, query: &str) -> Result<Raw, Stop> {
        let text = match self.text(path, query).await {
            // A server, or something before it, that knows no tables.
            Err(kube::Error::Api(status)) if status.code == 406 && !self.untabled => {
                self.untabled = true;
                self.text(path, query).await
            }
            other => other,
        };
        let text = text.map_err(|error| stop(&error))?;
        // The text itself is said nowhere: it may hold what is secret.
        serde_json::from_str(&text).map_err(|error| Stop::Relist(unreadable(&error)))
    }

    async fn text(&self, path: &str, query: &str) -> kube::Result<String> {
        let request = self.request(path, query, "PartialObjectMetadataList")?;
        self.watcher.connection.client.request_text(request).await
    }

    fn request(&self, path: &str, query: &str, bare: &str) -> kube::Result<Request<Vec<u8>>> {
        Request::get(format!("{path}?{query}"))
            .header(header::ACCEPT, self.accept(bare))
            .body(Vec::new())
            .map_err(kube::Error::HttpError)
    }

    /// How much of an object comes with its row. The server says how long a Job has run when it lists it, and not again
    /// while it runs: only the object says since when.
    fn include(&self) -> &'static str {
        let kind = &self.kind.kind;
        if &*kind.group == "batch" && &*kind.plural == "jobs" {
            "Object"
        } else {
            "Metadata"
        }
    }

    /// A table, else the metadata alone, else whole objects: but never those of secrets.
    fn accept(&self, bare: &str) -> String {
        let bare = format!("application/json;as={bare};v=v1;g=meta.k8s.io");
        let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        let kind = &self.kind.kind;
        let secret = kind.group.is_empty() && &*kind.plural == "secrets";
        match (secret, self.untabled) {
            (true, false) => format!("{table},{bare}"),
            (true, true) => bare,
            (false, false) => format!("{table},{bare},application/json"),
            (false, true) => "application/json".to_owned(),
        }
    }

    /// Follows what changes until the server ends the watch.
    async fn watch(&mut self, path: &str, version: String) -> Result<(), Stop> {
        let connection = &self.watcher.connection;
        let seconds = connection.timeouts.watch.as_secs().max(1);
        let query = format!(
            "includeObject={}&watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={}",
            self.include(),
            encoded(&version)
        );
        let request = self
            .request(path, &query, "PartialObjectMetadata")
            .map_err(|error| stop(&error))?;
        let stream = connection
            .client
            .request_stream(request)
            .await
            .map_err(|error| stop(&error))?;
        self.say(Beat::Live).await;
        let mut lines = std::pin::pin!(stream.lines().ready_chunks(256));
        while let Some(chunk) = lines.next().await {
            let mut changes = Vec::new();
            let mut failed = None;
            for line in chunk {
                match line {
                    Ok(line) if line.trim().is_empty() => {}
                    Ok(line) => {
                        if let Err(stop) = self.hear(&line, &mut changes) {
                            failed = Some(stop);
                            break;
                        }
                    }
                    Err(error) => {
                        failed = Some(stop(&kube::Error::ReadEvents(error)));
                        break;
                    }
                }
            }
            if !changes.is_empty() {
                self.say(Beat::Changes(changes)).await;
            }
            if let Some(stop) = failed {
                return Err(stop);
            }
        }
        Ok(())
    }

    fn hear(&mut self, line: &str, changes: &mut Vec<Change>) -> Result<(), Stop> {
        let event: RawEvent =
            serde_json::from_str(line).map_err(|error| Stop::Relist(unreadable(&error)))?;
        let raw = event.object;
        if event.kind == "ERROR" {
            return Err(of_status(raw.code, &raw.message));
        }
        if event.kind == "BOOKMARK" {
            if let Some(version) = raw.version() {
                self.version = Some(version);
            }
            return Ok(());
        }
        if self.reader.take_columns(&raw) == Columns::Changed {
            // The kind is printed otherwise from now on: the rows that are known don't fit.
            return Err(Stop::Expired);
        }
        if let Some(version) = raw.version() {
            self.version = Some(version);
        }
        let now = self.watcher.connection.pulse.server_now();
        let rows = self.reader.rows(raw, now).into_iter();
        if event.kind == "DELETED" {
            changes.extend(rows.map(|row| Change::Gone(row.uid)));
        } else {
            changes.extend(rows.map(Change::Is));
        }
        Ok(())
    }
}

/// Where the objects of a kind are.
pub(super) fn path(kind: &KindRef, namespace: Option<&str>) -> String {
    let root = if kind.group.is_empty() {
        format!("/api/{}", kind.version)
    } else {
        format!("/apis/{}/{}", kind.group, kind.version)
    };
    match namespace {
        Some(namespace) if kind.namespaced => {
            format!("{root}/namespaces/{namespace}/{}", kind.plural)
        }
        _ => format!("{root}/{}", kind.plural),
    }
}

/// A value of a query.
fn encoded(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn stop(error: &kube::Error) -> Stop {
    match error {
        kube::Error::Api(status) if status.code == 410 => Stop::Expired,
        // A refusal of the watch itself loses nothing, nor does a link that broke.
        kube::Error::Api(status) if matches!(status.code, 401 | 403 | 429 | 500..=599) => {
            Stop::Resume(trouble::of(error))
        }
        kube::Error::HyperError(_)
        | kube::Error::Service(_)
        | kube::Error::Auth(_)
        | kube::Error::ReadEvents(_) => Stop::Resume(trouble::of(error)),
        _ => Stop::Relist(trouble::of(error)),
    }
}

fn of_status(code: u16, message: &str) -> Stop {
    if code == 410 {
        return Stop::Expired;
    }
    let status = kube::core::Status::failure(message, "").with_code(code);
    Stop::Relist(trouble::of(&kube::Error::Api(Box::new(status))))
}

/// The reader's own words would quote the value it stumbled over, which may be a secret.
fn unreadable(error: &serde_json::Error) -> Trouble {
    trouble::of_json(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_its_path() {
        let services = KindRef::new("", "v1", "Service", "services", true);
        assert_eq!(path(&services, Some("a")), "/api/v1/namespaces/a/services");
        assert_eq!(path(&services, None), "/api/v1/services");
        let nodes = KindRef::new(
            "storage.k8s.io",
            "v1",
            "StorageClass",
            "storageclasses",
            false,
        );
        assert_eq!(
            path(&nodes, Some("a")),
            "/apis/storage.k8s.io/v1/storageclasses"
        );
    }

    #[test]
    fn a_token_survives_the_address() {
        assert_eq!(encoded("a+b/c=="), "a%2Bb%2Fc%3D%3D");
    }
}
