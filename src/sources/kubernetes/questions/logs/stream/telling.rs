//! What a stream tells: its lines, its state, and what happened to it between lines.

use tokio::sync::mpsc::error::TrySendError;

use super::{Container, Unheard, Word};
use crate::domain::{
    freshness::Trouble,
    log::{LogEntry, LogNote, Said, StreamState},
};

impl Container {
    pub(super) async fn tell_line(&mut self, entry: LogEntry, live: bool) -> Result<(), Unheard> {
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

    pub(super) async fn well(&mut self) -> Result<(), Unheard> {
        if std::mem::take(&mut self.broken) {
            self.note(LogNote::Back).await?;
        }
        self.state(StreamState::Live).await?;
        self.has_opened().await
    }

    pub(super) async fn fail(&mut self, trouble: Trouble) -> Result<(), Unheard> {
        if !std::mem::replace(&mut self.broken, true) {
            self.note(LogNote::Broken(trouble.clone())).await?;
        }
        self.state(StreamState::Broken(trouble)).await?;
        self.has_opened().await
    }

    pub(super) async fn wait_for(&mut self, note: LogNote, why: String) -> Result<(), Unheard> {
        self.note(note).await?;
        self.state(StreamState::Waiting(why)).await?;
        self.has_opened().await
    }

    pub(super) async fn end(
        &mut self,
        state: StreamState,
        note: Option<LogNote>,
    ) -> Result<(), Unheard> {
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

    pub(super) async fn note(&mut self, note: LogNote) -> Result<(), Unheard> {
        if self.not_kept > 0 {
            let lost = LogNote::NotKept(std::mem::take(&mut self.not_kept));
            self.tell_note(lost).await?;
        }
        self.tell_note(note).await
    }

    pub(super) async fn tell_note(&self, note: LogNote) -> Result<(), Unheard> {
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
}
