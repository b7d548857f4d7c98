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

/// How long nothing is tried after the disk refused.
const AGAIN: Duration = Duration::from_secs(60);

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
    /// Where it could not begin or go on.
    broken: Option<Broken>,
}

/// A desk that could not be recorded. After a while it is tried again: a disk that was full has room one day.
#[derive(Debug)]
struct Broken {
    shelf: Shelf,
    why: String,
    /// When that was, on the monotonic clock.
    at: Duration,
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
        let now = model.now.mono;
        let waits = |shelf: &Shelf| {
            let broken = self.broken.as_ref().filter(|it| it.shelf == *shelf);
            broken.is_some_and(|it| now.saturating_sub(it.at) < AGAIN)
        };
        if let Some(shelf) = shelf.clone()
            && !waits(&shelf)
            && self.settings.on
            && has_seen(model)
        {
            self.record(shelf, model);
        }
        if let Some((shelf, recorder)) = &self.on {
            match recorder.state() {
                Recording::Stopped { why } => {
                    let shelf = shelf.clone();
                    self.broken = Some(Broken {
                        shelf,
                        why,
                        at: now,
                    });
                    self.on = None;
                }
                Recording::Here { .. } | Recording::Elsewhere => self.broken = None,
                Recording::Idle => {}
            }
        }
        let state = self.on.as_ref().map(|(_, recorder)| recorder.state());
        let now = match (state, &self.broken) {
            // Until the next try is known to have come further, it is as it was.
            (None | Some(Recording::Idle), Some(broken))
                if Some(&broken.shelf) == shelf.as_ref() =>
            {
                Recording::Stopped {
                    why: broken.why.clone(),
                }
            }
            (state, _) => state.unwrap_or(Recording::Idle),
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
                    self.broken = Some(Broken {
                        shelf,
                        why: error.to_string(),
                        at: model.now.mono,
                    });
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{domain::text::Lang, ui::fixture};

    /// Lets time stand still until the recording is as it is hoped for.
    #[expect(clippy::disallowed_methods, reason = "a test that waits on a thread")]
    fn until(keeping: &mut Keeping, model: &Model, hoped: impl Fn(&Recording) -> bool) {
        let began = Instant::now();
        while !hoped(&keeping.said) {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{:?}",
                keeping.said
            );
            let _ = keeping.tick(model);
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn what_the_disk_refused_is_tried_again_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let records = folder.path().join("records");
        // Where the folder should be there is a file: nothing can be made in it.
        std::fs::write(&records, b"").unwrap();
        let mut model = fixture::quiet(Lang::En);
        let settings = RecordSettings {
            on: true,
            ..RecordSettings::default()
        };
        let mut keeping = Keeping::new(Some(records.clone()), settings);
        let stopped = |it: &Recording| matches!(it, Recording::Stopped { .. });
        until(&mut keeping, &model, stopped);
        std::fs::remove_file(&records).unwrap();
        assert_eq!(keeping.tick(&model), None, "it is not asked all the time");
        assert!(keeping.on.is_none());
        model.now.mono += AGAIN;
        model.now.wall += AGAIN;
        until(&mut keeping, &model, |it| {
            matches!(it, Recording::Here { .. })
        });
        assert!(keeping.broken.is_none());
        keeping.finish().await;
        let shelf = keeping.shelf(&model.desk).unwrap();
        assert_eq!(shelf.volumes().unwrap().len(), 1);
    }
}
