//! The log of one container: opened, read, and opened again when it breaks or its container starts again.

use std::{pin::Pin, time::Duration};

use futures::AsyncBufRead;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::LogParams};
use tokio::sync::mpsc::{Sender, error::TrySendError};

use super::{
    lines::{Lines, Seen, dated, said},
    look::{Life, Looked, Now, look},
};
use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        log::{LevelGuess, LogEntry, LogNote, LogQuestion, LogStream, Said, StreamState},
    },
    sources::kubernetes::{backoff::Backoff, run::too_late, trouble, watch::Watcher},
};

/// How often a container that does not run is looked at: soon at first, then less and less.
const LOOK_FIRST: Duration = Duration::from_secs(1);
const LOOK_LAST: Duration = Duration::from_secs(15);

/// A server that refuses a log does so within this time.
const REFUSES_WITHIN: Duration = Duration::from_secs(2);

/// Lines that were let go are said when nothing came for so long.
const SAYS_LOSS_AFTER: Duration = Duration::from_millis(300);

/// The bytes of a log as they come.
type Body = Pin<Box<dyn AsyncBufRead + Send>>;

/// What one stream tells.
pub(super) enum Word {
    /// It has answered, one way or the other; told once.
    Opened,
    Stream(LogStream),
    Entry(LogEntry),
}

/// Nobody listens any more.
struct Unheard;

/// The reader of one container.
pub(super) struct Container {
    watcher: Watcher,
    stream: LogStream,
    since: Option<Duration>,
    tail: u32,
    previous: bool,
    speak: Sender<Word>,
    seen: Seen,
    levels: LevelGuess,
    /// The time of the newest line; what is said between lines stands there.
    newest: Option<Timestamp>,
    /// Lines that could not be told since the last that could.
    not_kept: u64,
    opened: bool,
    /// It is known to be broken.
    broken: bool,
    /// Restarts as they were last known.
    restarts: Option<u32>,
}

/// How reading ended.
enum End {
    /// The server closed it.
    Closed,
    /// The way there broke.
    Broken,
}

/// Why it could not be opened.
enum Shut {
    /// Nothing will change that.
    Refused(Trouble),
    /// The container has not started: the server's words.
    NotYet(String),
    /// The pod is gone, or its log is.
    Absent(Trouble),
    Failed(Trouble),
}

/// What to do next.
enum Next {
    Again,
    Over,
}

impl Container {
    pub fn new(
        watcher: &Watcher,
        question: &LogQuestion,
        stream: &LogStream,
        speak: Sender<Word>,
    ) -> Self {
        Self {
            watcher: watcher.clone(),
            stream: stream.clone(),
            since: question.since,
            tail: question.tail,
            previous: question.previous,
            speak,
            seen: Seen::default(),
            levels: LevelGuess::default(),
            newest: None,
            not_kept: 0,
            opened: false,
            broken: false,
            restarts: None,
        }
    }

    /// Which of its lives the container was in when it was looked at.
    pub const fn in_life(mut self, restarts: u32) -> Self {
        self.restarts = Some(restarts);
        self
    }

    /// Reads until there is nothing more, or nobody listens.
    pub async fn run(mut self) {
        let _unheard = self.follow().await;
    }

    async fn follow(&mut self) -> Result<(), Unheard> {
        let mut backoff = Backoff::new(self.watcher.connection.timeouts.retry);
        loop {
            let Some(opened) = self.open().await? else {
                self.pause(&mut backoff).await;
                self.seen.opened_again();
                continue;
            };
            let next = match opened {
                Ok(body) => {
                    self.well().await?;
                    let end = self.read(body).await?;
                    self.after(&end, &mut backoff).await?
                }
                Err(Shut::Failed(trouble)) => {
                    self.fail(trouble).await?;
                    self.pause(&mut backoff).await;
                    Next::Again
                }
                Err(Shut::Refused(trouble)) => {
                    let state = StreamState::Refused(trouble.clone());
                    self.end(state, Some(LogNote::Refused(trouble))).await?;
                    Next::Over
                }
                Err(Shut::Absent(trouble)) => {
                    self.absent(trouble).await?;
                    Next::Over
                }
                Err(Shut::NotYet(why)) => {
                    self.wait_for(LogNote::Waiting(why.clone()), why).await?;
                    self.until_it_runs().await?
                }
            };
            if matches!(next, Next::Over) {
                return Ok(());
            }
            self.seen.opened_again();
        }
    }

    async fn absent(&mut self, trouble: Trouble) -> Result<(), Unheard> {
        let (state, note) = match self.life().await {
            Ok(None) => (StreamState::Gone, LogNote::Gone),
            _ => (
                StreamState::Refused(trouble.clone()),
                LogNote::Refused(trouble),
            ),
        };
        self.end(state, Some(note)).await
    }

    /// Opens it. A container that writes nothing gives no answer before its first line, so that after a while without
    /// a refusal it counts as well where the server answers at all; `None` where such a silent one broke, which tells
    /// nothing.
    async fn open(&mut self) -> Result<Option<Result<Body, Shut>>, Unheard> {
        let mut opening = Box::pin(self.opening());
        if let Ok(opened) = tokio::time::timeout(REFUSES_WITHIN, &mut opening).await {
            return Ok(Some(opened));
        }
        if self.previous {
            let limit = self.watcher.connection.timeouts.ask;
            let opened = tokio::time::timeout(limit, opening).await;
            return Ok(Some(
                opened.unwrap_or_else(|_| Err(Shut::Failed(too_late(limit)))),
            ));
        }
        let looked = tokio::select! {
            opened = &mut opening => return Ok(Some(opened)),
            looked = self.life() => looked,
        };
        match looked {
            // Who may not read the pod may well read its log, and a refusal is an answer too.
            Err(trouble) if trouble.kind != TroubleKind::Forbidden => {
                return Ok(Some(Err(Shut::Failed(trouble))));
            }
            _ => self.well().await?,
        }
        Ok(match opening.await {
            Err(Shut::Failed(_)) => None,
            opened => Some(opened),
        })
    }

    fn opening(&self) -> impl Future<Output = Result<Body, Shut>> + Send + use<> {
        let connection = &self.watcher.connection;
        let pod = &self.stream.pod;
        let api: Api<Pod> = Api::namespaced(connection.client.clone(), &pod.namespace);
        let again = self.seen.since();
        let seconds = self.since.filter(|_| again.is_none() && !self.previous);
        let params = LogParams {
            container: Some(self.stream.container.to_string()),
            follow: !self.previous,
            previous: self.previous,
            since_seconds: seconds.and_then(|it| i64::try_from(it.as_secs()).ok()),
            since_time: again,
            // What was missed is read whole: it is bounded where it is kept.
            tail_lines: again.is_none().then_some(i64::from(self.tail)),
            timestamps: true,
            ..LogParams::default()
        };
        let name = pod.name.clone();
        async move {
            match api.log_stream(&name, &params).await {
                Ok(body) => Ok(Box::pin(body) as Body),
                Err(error) => Err(shut(&error)),
            }
        }
    }

    async fn read(&mut self, body: Body) -> Result<End, Unheard> {
        // Lines from before it was opened wait for their turn; those that come faster than they can be kept do not.
        let opened_at = self.watcher.connection.pulse.server_now();
        let mut lines = Lines::new(body);
        loop {
            let next = if self.not_kept > 0 {
                let next = tokio::time::timeout(SAYS_LOSS_AFTER, lines.next()).await;
                let Ok(next) = next else {
                    let lost = LogNote::NotKept(std::mem::take(&mut self.not_kept));
                    self.tell_note(lost).await?;
                    continue;
                };
                next
            } else {
                lines.next().await
            };
            let (raw, cut) = match next {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(End::Closed),
                Err(error) => {
                    tracing::debug!(pod = self.stream.pod.name, %error, "a log broke");
                    return Ok(End::Broken);
                }
            };
            let (at, text) = dated(&raw);
            let now = || self.watcher.connection.pulse.server_now();
            let at = at.or(self.newest).unwrap_or_else(now);
            if !self.seen.is_new(at) {
                continue;
            }
            self.newest = Some(at);
            let said = said(text, cut, &mut self.levels);
            self.tell_line(
                LogEntry {
                    stream: self.stream.id,
                    at,
                    said,
                },
                at >= opened_at,
            )
            .await?;
        }
    }

    async fn tell_line(&mut self, entry: LogEntry, live: bool) -> Result<(), Unheard> {
        if !live {
            return self.tell(Word::Entry(entry)).await;
        }
        // Some room first, else each single line that finds a place would be said to follow a loss.
        if self.not_kept > 0 && self.speak.capacity() * 2 < self.speak.max_capacity() {
            self.not_kept += 1;
            tokio::task::yield_now().await;
            return Ok(());
        }
        if self.not_kept > 0 {
            let note = LogEntry {
                said: Said::Note(Box::new(LogNote::NotKept(self.not_kept))),
                ..entry
            };
            match self.speak.try_send(Word::Entry(note)) {
                Ok(()) => self.not_kept = 0,
                Err(TrySendError::Full(_)) => {
                    self.not_kept += 1;
                    return Ok(());
                }
                Err(TrySendError::Closed(_)) => return Err(Unheard),
            }
        }
        match self.speak.try_send(Word::Entry(entry)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.not_kept += 1;
                // The others want a turn too.
                tokio::task::yield_now().await;
                Ok(())
            }
            Err(TrySendError::Closed(_)) => Err(Unheard),
        }
    }

    /// The stream ended by itself: the container may have, or its pod, or only the connection.
    async fn after(&mut self, end: &End, backoff: &mut Backoff) -> Result<Next, Unheard> {
        if self.previous {
            return match end {
                End::Closed => {
                    self.end(StreamState::Ended, None).await?;
                    Ok(Next::Over)
                }
                End::Broken => {
                    self.pause(backoff).await;
                    Ok(Next::Again)
                }
            };
        }
        match self.life().await {
            Ok(Some(life)) => match life.now {
                Now::Running => {
                    let again = self.restarts.is_some_and(|before| before != life.restarts);
                    self.restarts = Some(life.restarts);
                    if again {
                        if let Some((reason, code)) = life.last_end {
                            self.note(LogNote::Ended { reason, code }).await?;
                        }
                        self.note(LogNote::Restarted).await?;
                    } else {
                        // A server that closes each stream at once is not asked more often than that.
                        self.pause(backoff).await;
                    }
                    Ok(Next::Again)
                }
                Now::Ended {
                    reason,
                    code,
                    for_good,
                } => {
                    self.restarts = Some(life.restarts);
                    let quiet =
                        code == 0 && life.kind == crate::domain::pod_detail::ContainerKind::Init;
                    let note = (!quiet).then(|| LogNote::Ended {
                        reason: reason.clone(),
                        code,
                    });
                    if for_good {
                        self.end(StreamState::Ended, note).await?;
                        return Ok(Next::Over);
                    }
                    if let Some(note) = note {
                        self.wait_for(note, reason).await?;
                    }
                    self.until_it_runs().await
                }
                Now::Waiting(why) => {
                    self.restarts = Some(life.restarts);
                    let note = match life.last_end {
                        Some((reason, code)) => LogNote::Ended { reason, code },
                        None => LogNote::Waiting(why.clone()),
                    };
                    self.wait_for(note, why).await?;
                    self.until_it_runs().await
                }
            },
            Ok(None) => {
                self.end(StreamState::Gone, Some(LogNote::Gone)).await?;
                Ok(Next::Over)
            }
            Err(trouble) => {
                self.fail(trouble).await?;
                self.pause(backoff).await;
                Ok(Next::Again)
            }
        }
    }

    /// Looks until the container runs, or never will again.
    async fn until_it_runs(&mut self) -> Result<Next, Unheard> {
        let mut wait = LOOK_FIRST;
        loop {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.speak.closed() => return Err(Unheard),
            }
            wait = (wait * 2).min(LOOK_LAST);
            match self.life().await {
                Ok(None) => {
                    self.end(StreamState::Gone, Some(LogNote::Gone)).await?;
                    return Ok(Next::Over);
                }
                Ok(Some(life)) => {
                    let before = self.restarts.replace(life.restarts);
                    let again = before.is_some_and(|before| before != life.restarts);
                    match life.now {
                        Now::Running => {
                            if again {
                                self.note(LogNote::Restarted).await?;
                            }
                            return Ok(Next::Again);
                        }
                        // It ran and ended between two looks: what it wrote can be read.
                        Now::Ended { .. } | Now::Waiting(_) if again => {
                            self.note(LogNote::Restarted).await?;
                            return Ok(Next::Again);
                        }
                        Now::Ended { for_good: true, .. } if self.seen.since().is_none() => {
                            return Ok(Next::Again);
                        }
                        Now::Ended { for_good: true, .. } => {
                            self.end(StreamState::Ended, None).await?;
                            return Ok(Next::Over);
                        }
                        Now::Ended { .. } | Now::Waiting(_) => {}
                    }
                }
                Err(trouble) => self.fail(trouble).await?,
            }
        }
    }

    /// The container as it is now; `None` where it is not there.
    async fn life(&self) -> Result<Option<Life>, Trouble> {
        match look(&self.watcher, &self.stream.pod).await? {
            Looked::Gone => Ok(None),
            Looked::There(lives) => Ok(lives
                .into_iter()
                .find(|it| *it.name == *self.stream.container)),
        }
    }

    async fn well(&mut self) -> Result<(), Unheard> {
        if std::mem::take(&mut self.broken) {
            self.note(LogNote::Back).await?;
        }
        self.state(StreamState::Live).await?;
        self.has_opened().await
    }

    async fn fail(&mut self, trouble: Trouble) -> Result<(), Unheard> {
        if !std::mem::replace(&mut self.broken, true) {
            self.note(LogNote::Broken(trouble.clone())).await?;
        }
        self.state(StreamState::Broken(trouble)).await?;
        self.has_opened().await
    }

    async fn wait_for(&mut self, note: LogNote, why: String) -> Result<(), Unheard> {
        self.note(note).await?;
        self.state(StreamState::Waiting(why)).await?;
        self.has_opened().await
    }

    async fn end(&mut self, state: StreamState, note: Option<LogNote>) -> Result<(), Unheard> {
        if let Some(note) = note {
            self.note(note).await?;
        }
        self.state(state).await?;
        self.has_opened().await
    }

    async fn state(&mut self, state: StreamState) -> Result<(), Unheard> {
        if self.stream.state == state {
            return Ok(());
        }
        self.stream.state = state;
        let stream = self.stream.clone();
        self.tell(Word::Stream(stream)).await
    }

    async fn has_opened(&mut self) -> Result<(), Unheard> {
        if std::mem::replace(&mut self.opened, true) {
            return Ok(());
        }
        self.tell(Word::Opened).await
    }

    async fn note(&mut self, note: LogNote) -> Result<(), Unheard> {
        if self.not_kept > 0 {
            let lost = LogNote::NotKept(std::mem::take(&mut self.not_kept));
            self.tell_note(lost).await?;
        }
        self.tell_note(note).await
    }

    async fn tell_note(&self, note: LogNote) -> Result<(), Unheard> {
        let now = self.watcher.connection.pulse.server_now();
        let at = match note {
            LogNote::NotKept(_) => self.newest.unwrap_or(now),
            // Never before the last line it is about.
            _ => self.newest.map_or(now, |newest| newest.max(now)),
        };
        let entry = LogEntry {
            stream: self.stream.id,
            at,
            said: Said::Note(Box::new(note)),
        };
        self.tell(Word::Entry(entry)).await
    }

    async fn tell(&self, word: Word) -> Result<(), Unheard> {
        self.speak.send(word).await.map_err(|_| Unheard)
    }

    async fn pause(&self, backoff: &mut Backoff) {
        let wait = backoff.after_failure(self.watcher.clock.now().mono, None);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.speak.closed() => {}
        }
    }
}

/// What it means that a log can't be opened.
fn shut(error: &kube::Error) -> Shut {
    let trouble = trouble::of(error);
    match trouble.kind {
        TroubleKind::Absent => Shut::Absent(trouble),
        TroubleKind::Forbidden => Shut::Refused(trouble),
        TroubleKind::BadQuestion => match not_yet(&trouble.detail) {
            Some(why) => Shut::NotYet(why.to_owned()),
            None => Shut::Refused(trouble),
        },
        _ => Shut::Failed(trouble),
    }
}

/// Why kubelet says that a container has not started, where it says that.
fn not_yet(said: &str) -> Option<&str> {
    if let Some((_, why)) = said.split_once("is waiting to start") {
        return Some(why.trim_start_matches([':', ' ', '-']));
    }
    (said.starts_with("container ") && said.ends_with("is not available")).then_some("")
}

#[cfg(test)]
mod tests {
    use super::not_yet;

    #[test]
    fn kubelets_words_for_a_container_that_has_not_started() {
        for (said, why) in [
            (
                "container \"a\" in pod \"p\" is waiting to start: ContainerCreating",
                Some("ContainerCreating"),
            ),
            (
                "container \"a\" in pod \"p\" is waiting to start - no logs yet",
                Some("no logs yet"),
            ),
            ("container \"a\" in pod \"p\" is not available", Some("")),
            ("container a is not valid for pod p", None),
            (
                "previous terminated container \"a\" in pod \"p\" not found",
                None,
            ),
        ] {
            assert_eq!(not_yet(said), why, "{said}");
        }
    }
}
