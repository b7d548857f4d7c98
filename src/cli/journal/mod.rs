//! `quarterdeck journal`: what is in the ledger, whether it holds, and what was done outside.

mod check;
mod export;
mod list;
mod note;
mod show;

use std::time::Duration;

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::{
    config::load,
    domain::{settings::Settings, time::Clock},
    i18n::Texts,
    ledger::{LedgerError, Reach, RunQuery, postgres},
    runtime::ledger::{self, Opened},
};

use self::list::Listing;
use super::{
    Exit,
    args::{DeskArgs, JournalArgs, JournalVerb},
    clock, colour_on_stderr,
    headless::face::Face,
    open, say,
};

/// How long the shared ledger may take to tell what others wrote.
const FETCH: Duration = Duration::from_secs(5);

/// What every question to the journal is answered with.
struct Desk {
    settings: Settings,
    texts: Texts,
    face: Face,
    clock: std::sync::Arc<dyn Clock>,
}

/// Answers what was asked of the journal.
pub(super) fn journal(desk: &DeskArgs, args: &JournalArgs) -> Exit {
    let inputs = open::inputs(desk);
    let loaded = match load(&inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            return Exit::Usage;
        }
    };
    let clock = clock();
    let mut face = Face::new(&loaded.settings);
    face.now = clock.now().wall;
    face.zone = TimeZone::system();
    let desk = Desk {
        texts: Texts::new(loaded.settings.lang),
        settings: loaded.settings,
        face,
        clock,
    };
    match &args.verb {
        None => desk.list(args),
        Some(JournalVerb::Show { run, json }) => desk.show(run, *json),
        Some(JournalVerb::Verify { json, against }) => desk.verify(against.as_deref(), *json),
        Some(JournalVerb::Export { file }) => desk.export(file.as_deref()),
        Some(JournalVerb::SetupSql) => {
            say::out(postgres::SETUP);
            Exit::Fine
        }
        Some(JournalVerb::Note {
            text,
            action,
            target,
        }) => desk.note(text, action.as_deref(), target.as_deref()),
    }
}

impl Desk {
    fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// The ledger to look into; where there is none, that is said, and nothing is what is in it.
    fn reading(&self) -> Result<Option<Opened>, Exit> {
        let found = ledger::open_for_reading(&self.settings, self.clock.clone(), FETCH)
            .map_err(|error| self.failed(&error))?;
        match found.as_ref().map(Opened::reach) {
            None => say::err(self.texts.t("journal-none")),
            Some(Reach::Away(why)) => {
                say::err(&self.texts.with("journal-alone", &[("why", why.into())]));
            }
            Some(Reach::Local | Reach::Shared) => {}
        }
        Ok(found)
    }

    fn failed(&self, error: &LedgerError) -> Exit {
        say::err(&ledger_error(&self.texts, error));
        Exit::Failed
    }

    fn list(&self, args: &JournalArgs) -> Exit {
        let time = |text: Option<&str>| text.map(|text| self.since(text)).transpose();
        let (since, until) = match (time(args.since.as_deref()), time(args.until.as_deref())) {
            (Ok(since), Ok(until)) => (since, until),
            (Err(exit), _) | (_, Err(exit)) => return exit,
        };
        let limit = (args.limit > 0).then_some(args.limit);
        let query = RunQuery {
            since,
            actor: args.actor.clone(),
            action: args.action.as_deref().map(Into::into),
            // What is too new is left out after it was read.
            limit: limit.filter(|_| until.is_none()),
            ..RunQuery::default()
        };
        let listing = match self.reading() {
            Ok(None) => Ok(Listing::default()),
            Ok(Some(ledger)) => {
                Listing::of(ledger.file(), &query).map(|all| all.until(until, limit))
            }
            Err(exit) => return exit,
        };
        match listing {
            Ok(listing) if args.json => {
                say::out(&(listing.json(self.now()).to_string() + "\n"));
                Exit::Fine
            }
            Ok(listing) => {
                say::out(&listing.text(&self.face));
                Exit::Fine
            }
            Err(error) => self.failed(&error),
        }
    }

    /// `2h` ago, or since a day or a time of this zone.
    fn since(&self, text: &str) -> Result<Timestamp, Exit> {
        let zone = &self.face.zone;
        let span = text.parse::<jiff::Span>().ok();
        let ago = span.and_then(|span| {
            let now = self.now().to_zoned(zone.clone());
            now.checked_sub(span.abs()).ok()
        });
        ago.map(|at| at.timestamp())
            .or_else(|| text.parse::<Timestamp>().ok())
            .or_else(|| {
                let at = text.parse::<civil::DateTime>().ok()?;
                Some(at.to_zoned(zone.clone()).ok()?.timestamp())
            })
            .ok_or_else(|| {
                say::err(
                    &self
                        .texts
                        .with("journal-bad-since", &[("value", text.into())]),
                );
                Exit::Usage
            })
    }
}

/// Why the ledger does not answer, with what mends it.
pub(super) fn ledger_error(texts: &Texts, error: &LedgerError) -> String {
    match error {
        LedgerError::NotOpened { path, why } => texts.with(
            "ledger-not-opened",
            &[("path", path.as_str().into()), ("why", why.as_str().into())],
        ),
        LedgerError::Loose { path, mode } => texts.with(
            "ledger-loose",
            &[("path", path.as_str().into()), ("mode", (*mode).into())],
        ),
        LedgerError::TooNew { found, known } => texts.with(
            "ledger-too-new",
            &[("found", (*found).into()), ("known", (*known).into())],
        ),
        LedgerError::Gone { path } => texts.with("ledger-gone", &[("path", path.as_str().into())]),
        LedgerError::Full => texts.t("ledger-full").to_owned(),
        LedgerError::ReadOnly => texts.t("ledger-read-only").to_owned(),
        LedgerError::Locked => texts.t("ledger-locked").to_owned(),
        LedgerError::Broken(why) => texts.with("ledger-broken", &[("why", why.as_str().into())]),
        LedgerError::Twice(what) => texts.with("ledger-twice", &[("what", what.as_str().into())]),
    }
}
