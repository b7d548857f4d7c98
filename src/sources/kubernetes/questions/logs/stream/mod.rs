//! The log of one container: opened, read, and opened again when it breaks or its container starts again.

mod opening;
mod telling;

use std::{pin::Pin, time::Duration};

use futures::AsyncBufRead;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;

use self::opening::Shut;
use super::{
    lines::{Lines, Seen, dated, said},
    look::{Life, Looked, Now, look},
};
use crate::{
    domain::{
        freshness::Trouble,
        log::{LevelGuess, LogEntry, LogNote, LogQuestion, LogStream, StreamState},
    },
    sources::kubernetes::{backoff::Backoff, watch::Watcher},
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

    async fn pause(&self, backoff: &mut Backoff) {
        let wait = backoff.after_failure(self.watcher.clock.now().mono, None);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.speak.closed() => {}
        }
    }
}
