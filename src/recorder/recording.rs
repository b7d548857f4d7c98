//! Recording beside the loop: a thread with a short queue, so that a slow disk costs frames and never a key.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use jiff::Timestamp;

use crate::domain::frame::{Frame, Mark, Recording};

use super::{
    file::Unreadable,
    shelf::{Lead, Shelf},
    tape::Tape,
    writer::{Session, Writer},
};

/// Frames that may wait for the disk. What comes while so many wait is not recorded.
const WAITING: usize = 4;

/// A clock that was set back by more than this begins a file of its own.
const SET_BACK: Duration = Duration::from_secs(60);

/// How often old records are looked for.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

/// What is to be recorded.
#[derive(Debug)]
pub struct Told {
    pub frame: Frame,
    pub marks: Vec<Mark>,
}

/// Records one desk until it is let go.
#[derive(Debug)]
pub struct Recorder {
    to: Option<SyncSender<Told>>,
    state: Arc<Mutex<Recording>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Begins; the lead is taken with the first frame, or when whoever has it ends.
    pub fn start(shelf: Shelf, session: Session, keep: Duration) -> std::io::Result<Self> {
        let (to, from) = sync_channel(WAITING);
        let state = Arc::new(Mutex::new(Recording::Idle));
        let told = Arc::clone(&state);
        let thread = std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || {
                let mut desk = Desk::new(shelf, session, keep);
                desk.record(&from, &told);
            })?;
        Ok(Self {
            to: Some(to),
            state,
            thread: Some(thread),
        })
    }

    /// Hands a frame over, and never waits: `false` where the disk does not keep up, which leaves a gap.
    pub fn tell(&self, told: Told) -> bool {
        let Some(to) = &self.to else { return false };
        !matches!(to.try_send(told), Err(TrySendError::Full(_)))
    }

    pub fn state(&self) -> Recording {
        let state = self.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the recording when all that waits is written. This waits for the disk.
    pub fn finish(mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Recording one desk, in the order of its frames.
struct Desk {
    shelf: Shelf,
    session: Session,
    keep: Duration,
    lead: Option<Lead>,
    writer: Writer,
    tape: Option<Tape>,
    last: Option<Timestamp>,
    tidied: Option<Timestamp>,
}

impl Desk {
    fn new(shelf: Shelf, session: Session, keep: Duration) -> Self {
        Self {
            shelf,
            session,
            keep,
            lead: None,
            writer: Writer::new(),
            tape: None,
            last: None,
            tidied: None,
        }
    }

    fn record(&mut self, from: &Receiver<Told>, state: &Mutex<Recording>) {
        let say = |now: Recording| *state.lock().unwrap_or_else(PoisonError::into_inner) = now;
        while let Ok(told) = from.recv() {
            match self.take(&told) {
                Ok(now) => say(now),
                Err(error) => {
                    tracing::warn!(%error, "recording stopped");
                    say(Recording::Stopped {
                        why: error.to_string(),
                    });
                    // The lead goes to whoever can.
                    return;
                }
            }
        }
        if let (Some(tape), Some(last)) = (&mut self.tape, self.last) {
            let _ = tape.put(&Writer::end(last));
        }
    }

    fn take(&mut self, told: &Told) -> Result<Recording, Unreadable> {
        if self.lead.is_none() {
            self.shelf.make()?;
            let Some(lead) = self.shelf.lead()? else {
                return Ok(Recording::Elsewhere);
            };
            self.lead = Some(lead);
        }
        let at = told.frame.at;
        let back = self.last.map(|last| last.duration_since(at));
        match back.map(Duration::try_from) {
            // A moment that was recorded already.
            Some(Ok(back)) if back <= SET_BACK => return Ok(self.here()),
            _ => {}
        }
        self.thread_in(&told.frame)?;
        let entry = self.writer.frame(&told.frame)?;
        let mut bytes = self.writer.marks(&told.marks, at);
        bytes.extend(entry);
        if let Some(tape) = &mut self.tape {
            tape.put(&bytes)?;
        }
        self.last = Some(at);
        self.tidy(at);
        Ok(self.here())
    }

    fn here(&self) -> Recording {
        self.tape
            .as_ref()
            .map_or(Recording::Idle, |tape| Recording::Here {
                path: tape.path().to_owned(),
            })
    }

    /// Sees to it that the record of this frame's shift is the one that is written on.
    fn thread_in(&mut self, frame: &Frame) -> Result<(), Unreadable> {
        let place = self.shelf.place(frame);
        let set_back = self.last.is_some_and(|last| last > frame.at);
        let same = self.tape.as_ref().is_some_and(|tape| {
            let name = |path: &std::path::Path| {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                stem.split('+').next().unwrap_or_default().to_owned()
            };
            name(tape.path()) == name(&place)
        });
        if same && !set_back {
            return Ok(());
        }
        if let (Some(mut old), Some(last)) = (self.tape.take(), self.last) {
            old.put(&Writer::end(last))?;
        }
        let mut tape = self.writable(frame)?;
        tape.put(&self.writer.begin(&self.session, frame.at))?;
        self.tape = Some(tape);
        Ok(())
    }

    /// The record of the shift, or one beside it where that is of another version, of a later time, or damaged.
    fn writable(&self, frame: &Frame) -> Result<Tape, Unreadable> {
        let mut number = 1;
        let mut place = self.shelf.place(frame);
        loop {
            match Tape::open(&place) {
                Ok((tape, before)) if before.last.is_none_or(|last| last <= frame.at) => {
                    if before.torn > 0 {
                        let path = place.display();
                        tracing::warn!(%path, bytes = before.torn, "cut off what was torn");
                    }
                    return Ok(tape);
                }
                Ok(_)
                | Err(
                    Unreadable::Version { .. } | Unreadable::NoRecord | Unreadable::Damaged { .. },
                ) if number < 100 => {
                    number += 1;
                    place = self.shelf.beside(frame, number);
                }
                Ok((tape, _)) => return Ok(tape),
                Err(error) => return Err(error),
            }
        }
    }

    fn tidy(&mut self, at: Timestamp) {
        let due = self.tidied.is_none_or(|tidied| {
            Duration::try_from(at.duration_since(tidied)).is_ok_and(|since| since > TIDY_EVERY)
        });
        if due {
            self.tidied = Some(at);
            let own = self.tape.as_ref().map(Tape::path);
            if let Some(Err(error)) = own.map(|own| self.shelf.tidy(own, self.keep)) {
                tracing::warn!(%error, "old records stay");
            }
        }
    }
}
