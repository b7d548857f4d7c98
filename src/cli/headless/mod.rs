//! The panes without a screen: the same snapshot as text or JSON, once or again and again.

mod alerts;
pub(super) mod face;
mod pods;
mod queues;
mod slos;
mod status;
pub(super) mod table;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    app::{
        condition::Condition,
        filter::Filter,
        model::Model,
        snapshot::{Scope, Snapshot, Verdict, has_answered},
        view::Pane,
    },
    ledger::Ledger as _,
    runtime::{
        acts::LOG,
        headless::{Looked, Looking, look},
        ledger, log,
    },
};

use super::{
    Exit, acting,
    args::{DeskArgs, LookArgs},
    clock,
    journal::ledger_error,
    open::{self, Prepared},
    say,
};

use self::face::Face;

/// How long what others wrote may take to be fetched.
const FETCH: Duration = Duration::from_secs(2);

/// What is asked for, and how it is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub scope: Scope,
    /// The filter of the pane.
    pub filter: &'a [String],
    /// One line for a status bar.
    pub short: bool,
    pub look: &'a LookArgs,
}

/// Looks and tells; the exit code is what was seen.
pub(super) fn answer(desk: &DeskArgs, question: Question<'_>) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let mut model = model(&prepared);
    if matches!(question.scope, Scope::All | Scope::Pane(Pane::Alerts)) {
        read_log(&mut model, &prepared);
    }
    if let Scope::Pane(pane) = question.scope {
        let typed = question.filter.join(" ");
        match Filter::parse(&typed) {
            Ok(filter) => model.view.list_mut(pane).filter = filter,
            Err(why) => {
                say::err(&format!("filter `{typed}`: {why}"));
                return Ok(Exit::Usage);
            }
        }
    }
    let mut teller = Teller {
        face: Face::new(settings),
        question,
        told: None,
        verdict: Verdict::Unreachable,
    };
    let looking = Looking {
        model,
        plan: prepared.plan,
        clock: clock(),
        patience: question.look.timeout,
        again: question.look.watch,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let scope = question.scope;
    let looked = runtime.block_on(look(
        looking,
        |model| has_answered(model, scope),
        |model| teller.tell(model),
    ));
    runtime.shutdown_timeout(open::PATIENCE);
    Ok(match looked? {
        Looked::Enough => exit_of(teller.verdict),
        Looked::Signal(number) => Exit::Signal(number),
    })
}

/// What was written down at the desk, where there is a ledger that can be read.
pub(super) fn read_log(model: &mut Model, prepared: &Prepared) {
    let clock = clock();
    let since = clock.now().wall.checked_sub(LOG);
    let opened = ledger::open_for_reading(&prepared.loaded.settings, clock, FETCH);
    let read = opened.and_then(|opened| match opened {
        Some(opened) => opened.file().log(since.unwrap_or(Timestamp::MIN), None),
        None => Ok(None),
    });
    match read {
        Ok(lines) => {
            let lines = lines.unwrap_or_default();
            model.acts.log = lines.into_iter().map(Arc::new).collect();
            model.read_log();
        }
        Err(error) => say::err(&ledger_error(&prepared.texts, &error)),
    }
}

/// The code that stands for what was seen.
const fn exit_of(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Fine => Exit::Fine,
        Verdict::Bad => Exit::Failed,
        Verdict::Unsure => Exit::Unsure,
        Verdict::Unreachable => Exit::Unreachable,
    }
}

/// The model of a prepared desk before anything was heard.
pub(super) fn model(prepared: &Prepared) -> Model {
    acting::model(
        &prepared.loaded.settings,
        &prepared.loaded.policy,
        &prepared.desk,
        &prepared.pack,
    )
}

/// Tells what is seen, and again when something is different.
struct Teller<'a> {
    face: Face,
    question: Question<'a>,
    told: Option<Snapshot>,
    verdict: Verdict,
}

impl Teller<'_> {
    /// Breaks off where nobody listens any more.
    fn tell(&mut self, model: &Model) -> ControlFlow<()> {
        let snapshot = Snapshot::of(model, self.question.scope);
        let first = self.told.is_none();
        if (self.told.as_ref()).is_some_and(|told| told.says_the_same(&snapshot)) {
            return if say::is_heard() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            };
        }
        self.verdict = snapshot.verdict();
        self.face.at(model);
        let text = if self.question.look.json {
            self.json(&snapshot)
        } else {
            self.complain(model);
            self.text(model, &snapshot, first)
        };
        self.told = Some(snapshot);
        match say::try_out(&text) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// One document; one on each line where more may come.
    fn json(&self, snapshot: &Snapshot) -> String {
        let text = if self.question.look.watch {
            serde_json::to_string(snapshot)
        } else {
            serde_json::to_string_pretty(snapshot)
        };
        // Maps have texts for keys and numbers that are none are null, so there is nothing that can't be written.
        text.unwrap_or_default() + "\n"
    }

    fn text(&self, model: &Model, snapshot: &Snapshot, first: bool) -> String {
        let face = &self.face;
        let items = || snapshot.items.iter();
        let text = match self.question.scope {
            Scope::All if self.question.short => status::short(face, model, snapshot),
            Scope::All => status::page(face, model, snapshot),
            Scope::Pane(pane) => {
                let table = match pane {
                    Pane::Alerts => alerts::table(face, items()),
                    Pane::Slos => slos::table(face, items()),
                    Pane::Queues => queues::table(face, items()),
                    Pane::Pods => pods::table(face, items()),
                };
                if table.rows.is_empty() {
                    String::new()
                } else {
                    table.draw(face.room, true)
                }
            }
        };
        if !self.question.look.watch || self.question.short {
            text
        } else if face::on_terminal() {
            // From the top again, over what stood there.
            format!("\x1b[H\x1b[2J{text}")
        } else if first {
            text
        } else {
            format!("\n{text}")
        }
    }

    /// Says on standard error why there is nothing, or not all.
    fn complain(&self, model: &Model) {
        let Scope::Pane(pane) = self.question.scope else {
            return;
        };
        let face = &self.face;
        for source in self.question.scope.sources() {
            if let Some(why) = face.trouble(model, *source) {
                say::err(&why);
            }
        }
        match Condition::of(model, pane) {
            Condition::Empty => say::err(face.t(empty_text(pane, model.desk.pack.is_some()))),
            Condition::FilteredOut { hidden } => {
                say::err(&face.with("pane-filtered-out", &[("hidden", hidden.into())]));
            }
            _ => {}
        }
    }
}

/// What is said of a pane with nothing in it.
const fn empty_text(pane: Pane, pack: bool) -> &'static str {
    match (pane, pack) {
        (Pane::Alerts, _) => "alerts-empty",
        (Pane::Slos, true) => "slos-empty",
        (Pane::Slos, false) => "slos-none-found",
        (Pane::Queues, true) => "queues-empty",
        (Pane::Queues, false) => "queues-none-found",
        (Pane::Pods, _) => "pods-empty",
    }
}
