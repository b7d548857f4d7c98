//! Running a check or a list: judged at once where the world tells, else by what the call says.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    hear, ledger_error,
    list::{light, outcome_word},
    told,
};
use crate::{
    app::{
        logbook::log_desk,
        model::Model,
        routine::{self, DueOf},
        snapshot::{Scope, has_answered},
    },
    cli::{
        Exit, acting,
        args::CheckArgs,
        clock,
        headless::face::Face,
        open::{PATIENCE, Prepared},
        run::{
            is_silent,
            session::{Session, Stopped},
        },
        say,
    },
    domain::{
        action::{record::Entry, refusal::Refusal, value::Values},
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::{CheckNoted, LogEntry, Noted, Outcome},
    },
    i18n::{action_words, saying},
    runtime::log,
};

/// The most that is said of a check, in characters.
const LONGEST: usize = 4_000;

/// What the id of a call means.
struct Asked {
    list: Option<ChecklistId>,
    /// `None`: all of the list.
    check: Option<CheckId>,
}

impl Asked {
    fn read(model: &Model, id: &str) -> Option<Self> {
        let pack = &model.pack;
        if let Some((list, check)) = id.split_once('/') {
            let spec = pack.checklist(&list.into())?;
            let check: CheckId = check.into();
            return spec.items.contains(&check).then(|| Self {
                list: Some(spec.id.clone()),
                check: Some(check),
            });
        }
        if let Some(check) = pack.check(&id.into()) {
            return Some(Self {
                list: None,
                check: Some(check.id.clone()),
            });
        }
        let list = pack.checklist(&id.into())?;
        Some(Self {
            list: Some(list.id.clone()),
            check: None,
        })
    }

    /// The time it is done for.
    fn slot(&self, model: &Model) -> Option<Slot> {
        let of = match (&self.list, &self.check) {
            (Some(list), _) => DueOf::List(list.clone()),
            (None, check) => DueOf::Check(check.clone()?),
        };
        routine::open_slot(model, &of)
    }

    fn checks(&self, model: &Model) -> Vec<CheckId> {
        match (&self.check, &self.list) {
            (Some(check), _) => vec![check.clone()],
            (None, Some(list)) => routine::left(model, list, self.slot(model)),
            (None, None) => Vec::new(),
        }
    }
}

/// What came of one check.
enum Came {
    Noted(Box<CheckNoted>),
    /// A person is asked, and the call says nothing.
    Asks(CheckId),
}

pub(super) fn run(prepared: Prepared, args: &CheckArgs) -> color_eyre::Result<Exit> {
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let exit = runtime.block_on(go(prepared, args));
    runtime.shutdown_timeout(PATIENCE);
    exit
}

async fn go(prepared: Prepared, args: &CheckArgs) -> color_eyre::Result<Exit> {
    let said = args.evidence.as_ref().or(args.skip.as_ref());
    if said.is_some_and(|text| text.trim().is_empty() || text.chars().count() > LONGEST) {
        let most = [("most", LONGEST.into())];
        say::err(&prepared.texts.with("journal-bad-note", &most));
        return Ok(Exit::Usage);
    }
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    } = prepared;
    let model = acting::model(&loaded.settings, &loaded.policy, &desk, &pack);
    let Some(asked) = Asked::read(&model, &args.id) else {
        say::err(&texts.with("check-unknown", &[("id", args.id.as_str().into())]));
        return Ok(Exit::Usage);
    };
    let means = acting::means(&inputs, &loaded, &pack, &plan);
    let shelf = means.shelf.clone();
    let now = clock().now().wall;
    let from_ledger = tokio::task::spawn_blocking(move || told(&*shelf.ledger()?, now));
    let from_ledger = match from_ledger.await? {
        Ok(told) => told,
        Err(error) => {
            say::err(&ledger_error(&texts, &error));
            return Ok(Exit::Failed);
        }
    };
    let mut session = Session::open(model, plan, Arc::clone(&means), clock())?;
    let enough = |session: &Session| {
        let model = &session.model;
        let known = model.actor.who().is_some() && model.acts.ledger.is_some();
        (known && has_answered(model, Scope::All)).then_some(())
    };
    match session.until(Some(args.timeout), enough).await {
        Err(Stopped::Signal(number)) => return Ok(Exit::Signal(number)),
        Err(Stopped::TooLong) if is_silent(&session.model) => {
            say::err(texts.t("run-too-long"));
            return Ok(Exit::Unreachable);
        }
        // What has not answered by then is unknown, which is no pass.
        Ok(()) | Err(Stopped::TooLong) => {}
    }
    hear(&mut session.model, from_ledger);
    let model = &session.model;
    let mut came = Vec::new();
    for check in asked.checks(model) {
        let read = match routine::reading(model, &check) {
            Some(Ok(draft)) if args.skip.is_none() => {
                means.look(&draft).await.map(|found| found.before)
            }
            Some(Err(refusal)) => Err(refusal),
            _ => routine::NOTHING,
        };
        let one = look(model, &asked, &check, args, read);
        if let Came::Noted(noted) = &one {
            let entry = Entry::Log(LogEntry {
                desk: log_desk(&model.pack, &model.desk),
                noted: Noted::Check((**noted).clone()),
            });
            if let Err(refusal) = means.record(None, entry).await {
                say::err(&action_words::refusal(&texts, &refusal));
                return Ok(Exit::Failed);
            }
        }
        came.push(one);
    }
    let mut face = Face::new(&loaded.settings);
    face.at(model);
    tell(&face, model, &came, args.json);
    Ok(exit_of(&came))
}

/// One check, by what the world or the call says.
fn look(
    model: &Model,
    asked: &Asked,
    check: &CheckId,
    args: &CheckArgs,
    read: Result<Values, Refusal>,
) -> Came {
    let (list, slot) = (asked.list.as_ref(), asked.slot(model));
    let by_hand = |outcome, evidence: &String| {
        Came::Noted(Box::new(CheckNoted {
            check: check.clone(),
            checklist: list.cloned(),
            slot: slot.map(|slot| slot.at),
            outcome,
            says: None,
            unread: None,
            evidence: Some(evidence.clone()),
        }))
    };
    if let Some(reason) = &args.skip {
        return by_hand(Outcome::Skipped, reason);
    }
    if let Some(noted) = routine::look(model, check, list, slot, read) {
        return Came::Noted(Box::new(CheckNoted {
            evidence: args.evidence.clone(),
            ..noted
        }));
    }
    match &args.evidence {
        // What was seen of one is not what was seen of all.
        Some(_) if asked.check.is_none() => Came::Asks(check.clone()),
        Some(text) if args.failed => by_hand(Outcome::Failed, text),
        Some(text) => by_hand(Outcome::Passed, text),
        None => Came::Asks(check.clone()),
    }
}

fn tell(face: &Face, model: &Model, came: &[Came], as_json: bool) {
    if as_json {
        let items: Vec<Value> = came.iter().map(came_json).collect();
        let page = json!({"as_of": model.now.wall.to_string(), "items": items});
        say::out(&(page.to_string() + "\n"));
        return;
    }
    let title = |check: &CheckId| {
        let spec = model.pack.check(check);
        let title = spec.map(|spec| spec.title.get(face.texts.lang()));
        title.unwrap_or(check.as_str()).to_owned()
    };
    for one in came {
        let line = match one {
            Came::Noted(noted) => {
                let read = noted.says.as_slice();
                let said = match &noted.unread {
                    Some(refusal) => action_words::refusal(&face.texts, refusal),
                    None => saying::readings(&face.texts, read),
                };
                let seen = noted.evidence.clone().unwrap_or_default();
                let sign = face.glyph.light(light(noted.outcome));
                let word = outcome_word(face, noted.outcome);
                let parts = [said, seen];
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
                format!(
                    "{sign} {} {word}: {}",
                    title(&noted.check),
                    parts.join("; ")
                )
            }
            Came::Asks(check) => {
                let ask = model.pack.check(check).and_then(|spec| spec.way.asks());
                let ask = ask.map(|ask| ask.get(face.texts.lang()));
                let args = [("what", ask.unwrap_or_default().into())];
                let asks = face.with("routine-asks", &args);
                format!("{} {} {asks}", face.glyph.dash, title(check))
            }
        };
        say::out(&(crate::domain::clean::clean(&line).into_owned() + "\n"));
    }
}

fn came_json(came: &Came) -> Value {
    match came {
        Came::Noted(noted) => json!({
            "check": noted.check,
            "checklist": noted.checklist,
            "slot": noted.slot.map(|at| at.to_string()),
            "outcome": noted.outcome,
            "says": noted.says,
            "unread": noted.unread,
            "evidence": noted.evidence,
        }),
        Came::Asks(check) => json!({"check": check, "outcome": null, "asks": true}),
    }
}

fn exit_of(came: &[Came]) -> Exit {
    let is = |wanted: Outcome| {
        let mut all = came.iter();
        all.any(|one| matches!(one, Came::Noted(noted) if noted.outcome == wanted))
    };
    let asks = came.iter().any(|one| matches!(one, Came::Asks(_)));
    if is(Outcome::Failed) {
        Exit::Failed
    } else if asks || is(Outcome::Unknown) || is(Outcome::Warned) {
        Exit::Unsure
    } else {
        Exit::Fine
    }
}
