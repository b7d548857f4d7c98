//! Faults of the servers themselves, set at run time: what a broken proxy or an overloaded server does.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::watch;

/// What a server does with a request in place of answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetFault {
    /// Accepts the request and never answers.
    Hang,
    /// Claims JSON and sends something else.
    Garbage,
    /// Sends the page of a login proxy.
    Html,
    /// Answers with this status code.
    Status {
        code: StatusCode,
        retry_after: Option<u32>,
    },
    /// Closes the connection without an answer.
    Drop,
}

impl NetFault {
    /// The fault that answers `code`.
    pub fn status(code: StatusCode) -> Self {
        Self::Status {
            code,
            retry_after: None,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    struck: Vec<(String, NetFault)>,
    latency: Option<Duration>,
    refuse_streaming_lists: bool,
    speak_json_only: bool,
}

/// The faults that one server plays now; shared between the server and whoever breaks it.
#[derive(Debug)]
pub struct Faults {
    state: Mutex<State>,
    cut: watch::Sender<u64>,
    expired: watch::Sender<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            cut: watch::Sender::new(0),
            expired: watch::Sender::new(0),
        }
    }
}

impl Faults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on every request meets `fault`.
    pub fn strike(&self, fault: NetFault) {
        self.strike_at("", fault);
    }

    /// From now on requests whose path contains `part` meet `fault`; the newest match counts.
    pub fn strike_at(&self, part: &str, fault: NetFault) {
        self.state().struck.push((part.to_owned(), fault));
    }

    /// Adds `latency` to every answer; `None` takes it away.
    pub fn set_latency(&self, latency: Option<Duration>) {
        self.state().latency = latency;
    }

    /// Whether streaming lists (`sendInitialEvents`) are refused, as an old API server does.
    pub fn refuse_streaming_lists(&self, refuse: bool) {
        self.state().refuse_streaming_lists = refuse;
    }

    /// Whether nothing is answered in protobuf, as by something in between that knows JSON only.
    pub fn speak_json_only(&self, json_only: bool) {
        self.state().speak_json_only = json_only;
    }

    /// Closes all open connections at once; new ones are accepted.
    pub fn cut_connections(&self) {
        self.cut.send_modify(|count| *count += 1);
    }

    /// Ends all open watches with 410 Gone.
    pub fn expire_watches(&self) {
        self.expired.send_modify(|count| *count += 1);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        *self.state() = State::default();
    }

    pub fn refuses_streaming_lists(&self) -> bool {
        self.state().refuse_streaming_lists
    }

    pub fn speaks_json_only(&self) -> bool {
        self.state().speak_json_only
    }

    /// Changes each time watches are to be expired.
    pub fn expiry_signal(&self) -> watch::Receiver<u64> {
        self.expired.subscribe()
    }

    pub(super) fn cut_signal(&self) -> watch::Receiver<u64> {
        self.cut.subscribe()
    }

    pub(super) fn latency(&self) -> Option<Duration> {
        self.state().latency
    }

    pub(super) fn strikes(&self, path: &str) -> Option<NetFault> {
        let state = self.state();
        let newest = state
            .struck
            .iter()
            .rev()
            .find(|(part, _)| path.contains(part));
        newest.map(|(_, fault)| *fault)
    }
}
