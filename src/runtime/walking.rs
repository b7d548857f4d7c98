//! Reading records for a walkthrough: on a thread of its own, one answer for each question.

use std::{
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    app::walk::{WalkAnswer, WalkAsk, WalkTold, WalkWhat},
    domain::frame::NoRecord,
    recorder::{Record, Shelf, Unreadable, past},
};

/// What reads records for the cockpit.
#[derive(Debug)]
pub struct Walker {
    ask: Option<Sender<(Option<Shelf>, WalkAsk)>>,
    tell: UnboundedSender<WalkTold>,
    told: UnboundedReceiver<WalkTold>,
}

impl Default for Walker {
    fn default() -> Self {
        let (tell, told) = unbounded_channel();
        Self {
            ask: None,
            tell,
            told,
        }
    }
}

impl Walker {
    /// Asks; the thread begins with the first question, and ends with whoever asks.
    pub fn ask(&mut self, shelf: Option<Shelf>, ask: WalkAsk) {
        let to = self.ask.get_or_insert_with(|| {
            let (to, from) = channel();
            let tell = self.tell.clone();
            let thread = std::thread::Builder::new().name("walkthrough".to_owned());
            if let Err(error) = thread.spawn(move || Reader::default().read(&from, &tell)) {
                tracing::warn!(%error, "no thread to read records");
            }
            to
        });
        let number = ask.number;
        if to.send((shelf, ask)).is_err() {
            let why = NoRecord::Unreadable("no thread".to_owned());
            let what = WalkAnswer::Nothing(why);
            let _ = self.tell.send(WalkTold { number, what });
        }
    }

    /// The next answer.
    pub async fn next(&mut self) -> Option<WalkTold> {
        self.told.recv().await
    }
}

/// The record that is open.
#[derive(Default)]
struct Reader {
    record: Option<Record>,
}

impl Reader {
    fn read(
        &mut self,
        from: &Receiver<(Option<Shelf>, WalkAsk)>,
        tell: &UnboundedSender<WalkTold>,
    ) {
        while let Ok((shelf, WalkAsk { number, what })) = from.recv() {
            let answer = match what {
                WalkWhat::Leave => {
                    self.record = None;
                    continue;
                }
                WalkWhat::Newest => self.newest(shelf.as_ref()),
                WalkWhat::Named(name) => match &shelf {
                    Some(shelf) => self.open(&shelf.named(&name), Some(shelf)),
                    None => Err(NoRecord::NoneYet),
                },
                WalkWhat::File(path) => self.open(&path, None),
                WalkWhat::Seek { at, onto } => self.seek(at, onto),
                WalkWhat::Past { from } => {
                    let read = shelf.as_ref().and_then(|shelf| past(shelf, from).ok());
                    Ok(WalkAnswer::Past(read))
                }
            };
            let what = answer.unwrap_or_else(WalkAnswer::Nothing);
            if tell.send(WalkTold { number, what }).is_err() {
                return;
            }
        }
    }

    /// The newest one that can be read.
    fn newest(&mut self, shelf: Option<&Shelf>) -> Result<WalkAnswer, NoRecord> {
        let shelf = shelf.ok_or(NoRecord::NoneYet)?;
        let volumes = shelf.volumes().map_err(Unreadable::Io)?;
        let mut why = NoRecord::NoneYet;
        for volume in volumes {
            match self.open(&volume.path, Some(shelf)) {
                Err(other) => why = other,
                opened => return opened,
            }
        }
        Err(why)
    }

    fn open(&mut self, path: &Path, shelf: Option<&Shelf>) -> Result<WalkAnswer, NoRecord> {
        let mut record = Record::open(path)?;
        let outline = record.outline();
        let ends = outline.ends().ok_or(NoRecord::Empty)?;
        let recorded = Box::new(record.at(ends.from)?);
        let volumes = shelf.and_then(|shelf| shelf.volumes().ok());
        let names = volumes.unwrap_or_default();
        self.record = Some(record);
        Ok(WalkAnswer::Opened {
            outline,
            names: names.iter().map(crate::recorder::Volume::name).collect(),
            recorded,
        })
    }

    fn seek(&mut self, at: jiff::Timestamp, onto: bool) -> Result<WalkAnswer, NoRecord> {
        let record = self.record.as_mut().ok_or(NoRecord::Empty)?;
        let mut grown = None;
        if record.spans().last().is_some_and(|span| at >= span.to) {
            let before = record.times().next_back();
            record.follow()?;
            if record.times().next_back() != before {
                grown = Some(record.outline());
            }
        }
        let recorded = if onto { record.from(at) } else { record.at(at) };
        Ok(WalkAnswer::Frame {
            recorded: Box::new(recorded?),
            grown,
        })
    }
}
