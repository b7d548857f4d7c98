//! Recording what the panes show, for whoever has a model: the cockpit while it is open, the watch without a screen.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;

use crate::{
    app::{frame, model::Model},
    domain::{
        desk::Desk, frame::Recording, freshness::Link, settings::RecordSettings, time::since,
    },
    recorder::{Recorder, Session, Shelf, Told},
};

/// From one frame to the next, in the time of the world.
const EVERY: Duration = Duration::from_secs(5);

/// How long what waits for the disk may take when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Records one desk after the other.
#[derive(Debug, Default)]
pub struct Keeping {
    /// The folder of all records; nothing is recorded without one.
    folder: Option<PathBuf>,
    settings: RecordSettings,
    /// What is recorded now.
    on: Option<(Shelf, Recorder)>,
    last: Option<Timestamp>,
    said: Recording,
    /// Where it could not begin or go on, and why: nothing more is tried for that desk.
    broken: Option<(Shelf, String)>,
}

impl Keeping {
    pub fn new(folder: Option<PathBuf>, settings: RecordSettings) -> Self {
        Self {
            folder,
            settings,
            ..Self::default()
        }
    }

    /// Takes what the settings say now. The folder is that of the program for as long as it runs.
    pub fn refit(&mut self, settings: RecordSettings) {
        let (on, off) = (
            settings.on && !self.settings.on,
            self.settings.on && !settings.on,
        );
        self.settings = settings;
        if off {
            self.leave();
        }
        if on {
            self.broken = None;
        }
    }

    /// The records of a desk.
    pub fn shelf(&self, desk: &Desk) -> Option<Shelf> {
        self.folder.as_ref().map(|folder| Shelf::of(folder, desk))
    }

    /// Time passed: records a frame where one is due. How recording goes, where that is another than it was.
    pub fn tick(&mut self, model: &Model) -> Option<Recording> {
        let shelf = self.shelf(&model.desk);
        let broken = self.broken.as_ref().map(|(shelf, _)| shelf);
        if let Some(shelf) = shelf.clone()
            && broken != Some(&shelf)
            && self.settings.on
            && has_seen(model)
        {
            self.record(shelf, model);
        }
        if let Some((shelf, recorder)) = &self.on
            && let Recording::Stopped { why } = recorder.state()
        {
            self.broken = Some((shelf.clone(), why));
            self.on = None;
        }
        let now = match (&self.on, &self.broken) {
            (Some((_, recorder)), _) => recorder.state(),
            (None, Some((broken, why))) if Some(broken) == shelf.as_ref() => {
                Recording::Stopped { why: why.clone() }
            }
            (None, _) => Recording::Idle,
        };
        if now == self.said {
            return None;
        }
        self.said = now.clone();
        Some(now)
    }

    fn record(&mut self, shelf: Shelf, model: &Model) {
        let now = model.now.wall;
        let due = self
            .last
            .is_none_or(|last| now < last || since(last, now) >= EVERY);
        let same = self.on.as_ref().is_some_and(|(on, _)| *on == shelf);
        if same && !due {
            return;
        }
        if !same {
            self.leave();
            match self.begin(shelf.clone(), model) {
                Ok(recorder) => self.on = Some((shelf, recorder)),
                Err(error) => {
                    tracing::warn!(%error, "nothing can be recorded");
                    self.broken = Some((shelf, error.to_string()));
                    return;
                }
            }
        }
        self.last = Some(now);
        if let Some((_, recorder)) = &self.on {
            let told = Told {
                frame: frame::frame_of(model),
                marks: frame::marks_of(model),
            };
            if !recorder.tell(told) {
                tracing::warn!("the disk does not keep up: a frame was not recorded");
            }
        }
    }

    fn begin(&self, shelf: Shelf, model: &Model) -> std::io::Result<Recorder> {
        // Where the world goes faster than the clock, a second of the loop is many of its own.
        let speed = model
            .desk
            .demo
            .as_ref()
            .and_then(|demo| demo.speed.as_ref());
        let speed = speed.and_then(|speed| speed.parse::<f64>().ok());
        let second = Duration::from_secs_f64(speed.unwrap_or(1.0).clamp(1.0, 86_400.0));
        let session = Session {
            step: EVERY.max(second * 2),
            program: concat!("quarterdeck ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let day = Duration::from_secs(86_400);
        Recorder::start(shelf, session, day * self.settings.keep_days)
    }

    /// Ends what is recorded, without waiting for it.
    fn leave(&mut self) {
        self.last = None;
        if let Some((_, recorder)) = self.on.take() {
            drop(recorder);
        }
    }

    /// Ends what is recorded; a disk that hangs keeps nobody.
    pub async fn finish(&mut self) {
        if let Some((_, recorder)) = self.on.take() {
            let ending = tokio::task::spawn_blocking(move || recorder.finish());
            let _ = tokio::time::timeout(LAST_WORDS, ending).await;
        }
    }
}

/// Whether any source said anything yet: a desk on which nothing was heard is not worth a record.
fn has_seen(model: &Model) -> bool {
    let heard = |link: &Link| !matches!(link, Link::Absent | Link::Connecting);
    model.links.values().any(heard)
}
