//! Running a check or a list: judged at once where the world tells, else by what the call says.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    FETCH, hear, ledger_error,
    list::{light, outcome_word},
    say_alone, told,
};
use crate::{
    app::{
        acting::Acted,
        logbook::log_desk,
        model::Model,
        routine::{self, DueOf},
        snapshot::DeskTag,
    },
    cli::{
        Exit, acting,
        args::CheckArgs,
        clock,
        headless::face::Face,
        logbook::why_not,
        open::{PATIENCE, Prepared},
        run::session::{Session, Stopped},
        say,
    },
    domain::{
        action::{record::Entry, refusal::Refusal, value::Values},
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::{CheckNoted, Noted, Outcome},
    },
    i18n::{Texts, action_words, saying},
    ledger::{LedgerError, Reach},
    pack::CheckSpec,
    runtime::{acts::Means, log},
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

    /// Every check it may be about.
    fn all(&self, model: &Model) -> Vec<CheckId> {
        match (&self.check, &self.list) {
            (Some(check), _) => vec![check.clone()],
            (None, list) => {
                let list = list.as_ref().and_then(|list| model.pack.checklist(list));
                list.map(|list| list.items.clone()).unwrap_or_default()
            }
        }
    }

    /// Those it is about now. What was found already is not left out.
    fn checks(&self, model: &Model, slot: Option<Slot>, skips: bool) -> Vec<CheckId> {
        match (&self.check, &self.list) {
            (Some(_), _) if skips => {
                let mut all = self.all(model);
                all.retain(|check| routine::waits(model, check, self.list.as_ref(), slot));
                all
            }
            (None, Some(list)) if skips => routine::left(model, list, slot),
            (None, Some(list)) => routine::to_do(model, list, slot),
            _ => self.all(model),
        }
    }

    /// Whether it is one check that a person says something of.
    fn is_of_person(&self, model: &Model) -> bool {
        let check = self.check.as_ref().and_then(|it| model.pack.check(it));
        check.is_some_and(CheckSpec::is_asked)
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

/// Whether what is said of it can be written down; where not, why is told.
fn is_sayable(args: &CheckArgs, texts: &Texts) -> bool {
    let said = args.evidence.as_ref().or(args.skip.as_ref());
    let bad = said.is_some_and(|text| text.trim().is_empty() || text.chars().count() > LONGEST);
    if let Some(text) = said.filter(|_| bad) {
        say::err(&why_not(texts, text, LONGEST));
    }
    !bad
}

async fn go(prepared: Prepared, args: &CheckArgs) -> color_eyre::Result<Exit> {
    if !is_sayable(args, &prepared.texts) {
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
    // What was seen of one is not what was seen of all, and what is judged is not said to be otherwise.
    if args.failed && !asked.is_of_person(&model) {
        say::err(&texts.with("check-judged", &[("id", args.id.as_str().into())]));
        return Ok(Exit::Usage);
    }
    let mut session = Session::open(model, plan, Arc::clone(&means), clock())?;
    let told = |model: &Model| model.acts.ledger.is_some();
    match session.first_answers(args.timeout, told).await {
        Ok(()) => {}
        Err(Stopped::Signal(number)) => return Ok(Exit::Signal(number)),
        Err(Stopped::TooLong) => {
            say::err(texts.t("run-too-long"));
            return Ok(Exit::Unreachable);
        }
    }
    // Others may have done it while the servers were asked.
    let (reach, told) = match read(&means).await? {
        Ok(found) => found,
        Err(error) => {
            say::err(&ledger_error(&texts, &error));
            return Ok(Exit::Failed);
        }
    };
    if let Reach::Away(why) = reach {
        say_alone(&texts, &why);
    }
    hear(&mut session.model, told);
    let model = &session.model;
    let mut face = Face::new(&loaded.settings);
    face.at(model);
    let slot = asked.slot(model);
    let checks = asked.checks(model, slot, args.skip.is_some());
    if checks.is_empty() {
        return Ok(nothing_left(&face, model, &asked, slot, args));
    }
    let mut came = Vec::new();
    for check in checks {
        let read = match routine::reading(model, &check) {
            Some(Ok(draft)) if args.skip.is_none() => {
                means.look(&draft).await.map(|found| found.before)
            }
            Some(Err(refusal)) => Err(refusal),
            _ => routine::NOTHING,
        };
        let one = look(model, (&asked, slot), &check, args, read);
        if let Came::Noted(noted) = &one {
            let desk = log_desk(&model.pack, &model.desk);
            let noted = Noted::Check((**noted).clone());
            let entry = Entry::Log(model.logbook.entry(desk, noted));
            if let Err(refusal) = means.record(None, entry).await {
                say::err(&action_words::refusal(&texts, &refusal));
                return Ok(Exit::Failed);
            }
        }
        came.push(one);
    }
    tell(&face, model, &came, args.json);
    Ok(exit_of(&came))
}

/// What the ledger tells of the routine now, what others wrote included, and how far that reaches.
async fn read(means: &Arc<Means>) -> color_eyre::Result<Result<(Reach, [Acted; 2]), LedgerError>> {
    let shelf = means.shelf.clone();
    let now = clock().now().wall;
    let reading = tokio::task::spawn_blocking(move || {
        let ledger = shelf.ledger()?;
        let reach = ledger.settle(FETCH);
        Ok((reach, told(&*ledger, now)?))
    });
    Ok(reading.await?)
}

/// Says that nothing is to be done for this time, and how it stands.
fn nothing_left(
    face: &Face,
    model: &Model,
    asked: &Asked,
    slot: Option<Slot>,
    args: &CheckArgs,
) -> Exit {
    let all = asked.all(model);
    let outcome = routine::standing(model, &all, asked.list.as_ref(), slot);
    if args.json {
        let mut page = document(model, &[]);
        page["outcome"] = json!(outcome);
        say::out(&(page.to_string() + "\n"));
    } else {
        let word = outcome.map_or("", |outcome| outcome_word(face, outcome));
        let args = [("id", args.id.as_str().into()), ("outcome", word.into())];
        say::out(&(face.with("check-nothing-left", &args) + "\n"));
    }
    outcome.map_or(Exit::Fine, exit_for)
}

/// One check, by what the world or the call says.
fn look(
    model: &Model,
    (asked, slot): (&Asked, Option<Slot>),
    check: &CheckId,
    args: &CheckArgs,
    read: Result<Values, Refusal>,
) -> Came {
    let list = asked.list.as_ref();
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

/// What came of a call as one document.
fn document(model: &Model, items: &[Value]) -> Value {
    json!({
        "as_of": model.now.wall.to_string(),
        "desk": DeskTag::now(model),
        "items": items,
    })
}

fn tell(face: &Face, model: &Model, came: &[Came], as_json: bool) {
    if as_json {
        let items: Vec<Value> = came.iter().map(came_json).collect();
        let page = document(model, &items);
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
    let exit = |one: &Came| match one {
        Came::Noted(noted) => exit_for(noted.outcome),
        Came::Asks(_) => Exit::Unsure,
    };
    let exits: Vec<Exit> = came.iter().map(exit).collect();
    let of = |wanted: Exit| exits.contains(&wanted).then_some(wanted);
    of(Exit::Failed).or(of(Exit::Unsure)).unwrap_or(Exit::Fine)
}

const fn exit_for(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Failed => Exit::Failed,
        Outcome::Unknown | Outcome::Warned => Exit::Unsure,
        Outcome::Passed | Outcome::Skipped => Exit::Fine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{event::Event, update},
        domain::{
            action::record::ActorMark,
            logbook::{LogEntry, LogLine},
            text::Lang,
        },
        ui::fixture,
    };

    /// A desk at which the export queue was found bad at half past.
    fn desk() -> Model {
        let mut model = fixture::quiet(Lang::En);
        let slot = "2026-11-21T06:30:00Z".parse().unwrap();
        let line = LogLine {
            id: "host/1".into(),
            at: model.clocked,
            actor: ActorMark::default(),
            entry: LogEntry {
                after: None,
                desk: log_desk(&model.pack, &model.desk),
                noted: Noted::Check(CheckNoted {
                    check: "export-queue".into(),
                    checklist: None,
                    slot: Some(slot),
                    outcome: Outcome::Failed,
                    says: None,
                    unread: None,
                    evidence: None,
                }),
            },
        };
        let _ = update(&mut model, Event::Acted(Acted::Log(vec![Arc::new(line)])));
        model
    }

    #[test]
    fn what_failed_is_run_again_for_its_time_and_not_left_out() {
        let model = desk();
        let asked = Asked::read(&model, "export-queue").unwrap();
        let slot = asked.slot(&model);
        let at = slot.map(|slot| slot.at.to_string());
        assert_eq!(at.as_deref(), Some("2026-11-21T06:30:00Z"));
        assert_eq!(asked.checks(&model, slot, false), ["export-queue".into()]);
        assert!(asked.checks(&model, slot, true).is_empty());
        let stands = routine::standing(&model, &asked.all(&model), None, slot);
        assert_eq!(stands.map(exit_for), Some(Exit::Failed));
    }

    #[test]
    fn only_of_one_check_that_asks_a_person_may_a_person_say_that_it_failed() {
        let model = desk();
        let is_of_person = |id: &str| Asked::read(&model, id).unwrap().is_of_person(&model);
        assert!(is_of_person("drill-quota"));
        assert!(!is_of_person("backups/exports-dump"), "so does it that");
        assert!(!is_of_person("backups/wal"), "the bucket tells it");
        assert!(!is_of_person("export-queue"), "it is judged");
        assert!(!is_of_person("backups"), "those are several");
    }
}
