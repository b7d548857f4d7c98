//! What people write down of a shift, without a screen: incidents, flows and gates.

mod after;
pub mod args;
mod flow;
mod guard;
mod handover;
mod incident;
mod said;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    app::{
        acting::Acted,
        event::Event,
        logbook::log_desk,
        model::{AlertLine, Model},
        snapshot::{Scope, has_answered},
        update,
    },
    domain::{
        action::record::{Aside, Entry, Run},
        id::LineId,
        logbook::{LogLine, Noted, handover::HeadMark},
    },
    ledger::{Ledger, Line, Reach, RunQuery, anchor::Head},
    recorder::{Shelf, past},
    runtime::{
        acts::{LOG, actor, runs},
        headless::{Looked, Looking, look},
        ledger, log,
        runner::Packs,
    },
};

pub(super) use self::{
    flow::flow,
    guard::{gate, hook, light},
    handover::handover,
    incident::incident,
    said::{maybe_said, said, why_not},
};
use super::{
    Exit, acting, alerts,
    args::DeskArgs,
    clock,
    headless::{self, face::Face},
    journal::ledger_error,
    open::{self, Prepared},
    say,
};

/// How long what others wrote may take to be fetched, and what is written to be carried there.
const CARRY: Duration = Duration::from_secs(5);

/// How many notes and refusals are read.
const NOTES: usize = 100;

/// What the ledger says.
#[derive(Default)]
struct Told {
    runs: Vec<Arc<Run>>,
    asides: Vec<Aside>,
    log: Vec<LogLine>,
    heads: Vec<Head>,
}

/// A desk with what was written down at it.
pub(super) struct Book {
    pub prepared: Prepared,
    pub model: Model,
    pub face: Face,
}

impl Book {
    /// Opens the desk; where `patience` is given the world is looked at too.
    pub fn open(
        desk: &DeskArgs,
        patience: Option<Duration>,
    ) -> color_eyre::Result<Result<Self, Exit>> {
        let prepared = match open::prepare(desk) {
            Ok(prepared) => prepared,
            Err(exit) => return Ok(Err(exit)),
        };
        let settings = &prepared.loaded.settings;
        log::start(settings.log.file.as_deref(), settings.log.level.name())?;
        let mut model = headless::model(&prepared);
        if let Some(patience) = patience {
            model = match seen(model, &prepared, patience)? {
                Ok(model) => model,
                Err(exit) => return Ok(Err(exit)),
            };
        }
        let mut face = Face::new(settings);
        face.at(&model);
        let mut book = Self {
            prepared,
            model,
            face,
        };
        Ok(book.read().map(|()| book))
    }

    /// What the ledger says; where nothing was ever recorded, nothing is in it.
    fn read(&mut self) -> Result<(), Exit> {
        let settings = &self.prepared.loaded.settings;
        let found = ledger::open_for_reading(settings, clock(), CARRY);
        let temporary = Packs::of(&self.model.pack).temporary;
        let read = found.and_then(|opened| {
            let Some(opened) = opened else {
                return Ok(Told::default());
            };
            let since = self.model.clocked.checked_sub(LOG).unwrap_or_default();
            let file = opened.file();
            let newest = RunQuery {
                since: Some(since),
                limit: Some(NOTES),
                ..RunQuery::default()
            };
            Ok(Told {
                runs: runs(file, &temporary)?,
                asides: file.asides(&newest)?,
                log: file.log(since, None)?.unwrap_or_default(),
                heads: file.heads()?,
            })
        });
        match read {
            Ok(told) => {
                self.model.acts.asides = told.asides.into_iter().map(Arc::new).collect();
                self.model.acts.heads = told.heads.into_iter().map(HeadMark::from).collect();
                self.model.acts.ledger = Some(Ok(()));
                self.model.acts.log = told.log.into_iter().map(Arc::new).collect();
                self.model.read_log();
                // Effects are for a person at a screen.
                let _ = update(&mut self.model, Event::Acted(Acted::Runs(told.runs)));
                Ok(())
            }
            Err(error) => {
                say::err(&ledger_error(&self.prepared.texts, &error));
                Err(Exit::Failed)
            }
        }
    }

    /// Reads what the records of the desk tell from a moment of the watched world on.
    fn recall(&mut self, from: Timestamp) {
        let shelf = open::records().map(|folder| Shelf::of(&folder, &self.model.desk));
        self.model.recalled.read = shelf.and_then(|shelf| past(&shelf, from).ok());
    }

    /// Who we are for the server, as the cockpit writes it down: asked for, where nobody looked at the world.
    fn who(&self) -> Option<String> {
        let known = self.model.actor.who().map(|who| who.name.clone());
        known.or_else(|| {
            let prepared = &self.prepared;
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .ok()?;
            let means = acting::means(
                &prepared.inputs,
                &prepared.loaded,
                &prepared.pack,
                &prepared.plan,
            );
            let known = runtime.block_on(async {
                let asked = tokio::time::timeout(CARRY, means.known_as());
                asked.await.ok().flatten()
            });
            runtime.shutdown_timeout(open::PATIENCE);
            known
        })
    }

    /// Writes something down, and reads what the logbook says then.
    pub fn write(&mut self, noted: Noted) -> Result<LineId, Exit> {
        self.write_all(vec![noted])
    }

    /// Writes several things down at once; the id is that of the last.
    pub fn write_all(&mut self, all: Vec<Noted>) -> Result<LineId, Exit> {
        let desk = log_desk(&self.model.pack, &self.model.desk);
        let all = all.into_iter();
        let entries: Vec<Entry> = all
            .map(|noted| Entry::Log(self.model.logbook.entry(desk.clone(), noted)))
            .collect();
        let who = self.who();
        let settings = &self.prepared.loaded.settings;
        let written = ledger::open(settings, clock()).and_then(|ledger| {
            let mut last = None;
            for entry in &entries {
                last = Some(ledger.append(&actor(who.clone()), None, entry)?);
            }
            Ok((last, ledger.settle(CARRY)))
        });
        let (line, reach) = written.map_err(|error| {
            say::err(&ledger_error(&self.prepared.texts, &error));
            Exit::Failed
        })?;
        if let Reach::Away(why) = reach {
            let texts = &self.prepared.texts;
            say::err(&texts.with("journal-away", &[("why", why.into())]));
        }
        let id = line.and_then(Line::log).map(|line| line.id);
        self.read()?;
        id.ok_or(Exit::Failed)
    }

    /// The alert that is meant, as `alerts ack` means it.
    fn alert(&self, name: &str) -> Result<&AlertLine, Exit> {
        alerts::one(&self.prepared.texts, &self.model, name)
    }

    /// Says what is wrong with the call.
    pub fn usage(&self, key: &str, name: &str) -> Exit {
        let texts = &self.prepared.texts;
        say::err(&texts.with(key, &[("name", name.into())]));
        Exit::Usage
    }
}

/// Says why it can't be done, and that it was refused.
pub(super) fn refused(why: &str) -> Exit {
    say::err(why);
    Exit::Refused
}

/// The desk as it is now.
fn seen(
    model: Model,
    prepared: &Prepared,
    patience: Duration,
) -> color_eyre::Result<Result<Model, Exit>> {
    let before = model.clone();
    let mut kept = None;
    let looking = Looking {
        model,
        plan: open::plan(&prepared.loaded.settings, &prepared.pack),
        clock: clock(),
        patience,
        again: false,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let looked = runtime.block_on(look(
        looking,
        |model| {
            has_answered(model, Scope::All)
                && model.actor.who().is_some()
                && model.watched.is_read(&model.readings)
        },
        |model| {
            kept = Some(model.clone());
            ControlFlow::Break(())
        },
    ));
    runtime.shutdown_timeout(open::PATIENCE);
    Ok(match looked? {
        Looked::Signal(signal) => Err(Exit::Signal(signal)),
        Looked::Enough => Ok(kept.unwrap_or(before)),
    })
}

impl Book {
    /// A list as a document: when, of which desk, and what is in it.
    pub fn document(&self, items: &[serde_json::Value]) -> serde_json::Value {
        let desk = log_desk(&self.model.pack, &self.model.desk);
        serde_json::json!({ "as_of": self.model.clocked, "desk": desk, "items": items })
    }
}

/// JSON as it is printed.
pub(super) fn json(value: &serde_json::Value) {
    say::out(&(serde_json::to_string_pretty(value).unwrap_or_default() + "\n"));
}
