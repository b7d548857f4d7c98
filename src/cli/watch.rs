//! Watching without a screen: for a unit of the user that goes on when nobody is there.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    app::{logbook::log_desk, model::Model},
    domain::{clean::clean, frame::Recording, reminder::Reminder},
    i18n::{Texts, remind, time},
    runtime::{
        acts::actor,
        duties::{Errands, Leading, Leads, Sentence, Terms, Tools, Ways},
        ledger,
        locks::Holder,
        log,
        readers::Plan,
        recording::Keeping,
        watch::{Duty, Said, Watching},
    },
    sources::http::ProxyEnv,
};

use super::{
    Exit, acting,
    args::{DeskArgs, WatchArgs},
    clock, headless,
    open::{self, Prepared},
    say,
};

/// Watches the desk that the configuration names until a signal comes.
pub(super) fn watch(desk: &DeskArgs, args: &WatchArgs) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let records = settings.records;
    let folder = open::records();
    if records.on && folder.is_none() {
        say::err(prepared.texts.t("cli-watch-no-folder"));
        return Ok(Exit::Failed);
    }
    let mut model = headless::model(&prepared);
    // Nothing is done from here, whatever the settings allow.
    model.desk.read_only = true;
    let Prepared {
        inputs,
        loaded,
        pack,
        plan,
        texts,
        ..
    } = prepared;
    let means = acting::means(&inputs, &loaded, &pack, &plan);
    let plan = Plan {
        means: Some(Arc::clone(&means)),
        ..plan
    };
    // A demo tells nobody outside of it.
    let ways = if loaded.settings.demo.is_some() {
        Vec::new()
    } else {
        loaded.policy.remind.clone()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let me = actor(None);
    let terms = Terms {
        desk: log_desk(&model.pack, &model.desk),
        shelf: means.shelf.clone(),
        place: ledger::shared(&loaded.settings),
        holder: Holder {
            who: me.shown(),
            host: me.host,
            run: "watch".to_owned(),
        },
        clock: clock(),
    };
    let texts = Arc::new(texts);
    let said = Arc::clone(&texts);
    let zone = model.pack.time_zone.clone();
    let sentence: Arc<Sentence> =
        Arc::new(move |reminder: &Reminder| remind::sentence(&said, reminder, &zone));
    let ended = runtime.block_on(async {
        let errands = Errands::new(Tools {
            means,
            leading: Leading::begin(terms),
            ways: Ways::of(ways, ProxyEnv::from_environment()),
            sentence,
        });
        let duties: Vec<Box<dyn Duty>> =
            vec![Box::new(Keeping::new(folder, records)), Box::new(errands)];
        let watching = Watching {
            model,
            plan,
            clock: clock(),
        };
        crate::runtime::watch::watch(watching, duties, |model, said| {
            if args.json {
                say::out(&(told(model, said).to_string() + "\n"));
            } else {
                tell(&texts, model, said);
            }
        })
        .await
    });
    runtime.shutdown_timeout(open::PATIENCE);
    Ok(Exit::Signal(ended?))
}

/// `glancy prod`.
fn desk_of(texts: &Texts, model: &Model) -> String {
    let pack = model.desk.pack.as_ref();
    let pack = pack.map_or_else(|| texts.t("desk-generic"), |pack| pack.as_str());
    format!("{pack} {}", model.desk.context)
}

/// One line for each thing that is another than it was: the journal of the unit keeps them.
fn tell(texts: &Texts, model: &Model, said: &Said) {
    let name = desk_of(texts, model);
    let desk = ("desk", name.as_str().into());
    let line = match said {
        Said::Recording(Recording::Idle) | Said::Leads(Leads::Unknown) => return,
        Said::Recording(Recording::Elsewhere) => texts.with("cli-watch-elsewhere", &[desk]),
        Said::Recording(Recording::Here { path }) => {
            let path = path.display().to_string();
            texts.with("cli-watch-here", &[desk, ("path", path.as_str().into())])
        }
        Said::Recording(Recording::Stopped { why }) => {
            texts.with("cli-watch-stopped", &[("why", why.as_str().into())])
        }
        Said::Leads(Leads::Here) => texts.with("cli-watch-leads", &[desk]),
        Said::Leads(Leads::Elsewhere { who }) => {
            texts.with("cli-watch-follows", &[desk, ("who", who.as_str().into())])
        }
        Said::Leads(Leads::Nobody { why }) => texts.with(
            "cli-watch-leaderless",
            &[desk, ("why", why.as_str().into())],
        ),
        Said::Checked {
            check,
            slot,
            outcome,
        } => {
            let at = time::day_and_clock(*slot, &model.pack.time_zone);
            let outcome = texts.t(outcome_key(*outcome));
            let args = [
                ("check", check.as_str().into()),
                ("at", at.as_str().into()),
                ("outcome", outcome.into()),
            ];
            texts.with("cli-watch-checked", &args)
        }
        Said::Reminded { text, ways, .. } => {
            let mut line = texts.with("cli-watch-reminded", &[("text", text.as_str().into())]);
            for way in ways {
                let why = way.fault.as_deref();
                let key = match why {
                    None => "cli-watch-told",
                    Some(_) => "cli-watch-not-told",
                };
                let args = [
                    ("way", way.way.as_str().into()),
                    ("why", why.unwrap_or_default().into()),
                ];
                line = format!("{line}; {}", texts.with(key, &args));
            }
            line
        }
        Said::NotDone { what, why } => {
            let args = [("what", what.as_str().into()), ("why", why.as_str().into())];
            texts.with("cli-watch-not-done", &args)
        }
    };
    say::err(&clean(&line));
}

const fn outcome_key(outcome: crate::domain::logbook::Outcome) -> &'static str {
    use crate::domain::logbook::Outcome;
    match outcome {
        Outcome::Passed => "outcome-passed",
        Outcome::Warned => "outcome-warned",
        Outcome::Failed => "outcome-failed",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Skipped => "outcome-skipped",
    }
}

/// The same as a document on a line.
fn told(model: &Model, said: &Said) -> Value {
    let said = match said {
        Said::Recording(Recording::Idle) => json!({"said": "recording", "state": "idle"}),
        Said::Recording(Recording::Elsewhere) => {
            json!({"said": "recording", "state": "elsewhere"})
        }
        Said::Recording(Recording::Here { path }) => {
            json!({"said": "recording", "state": "here", "path": path})
        }
        Said::Recording(Recording::Stopped { why }) => {
            json!({"said": "recording", "state": "stopped", "why": why})
        }
        Said::Leads(Leads::Unknown) => json!({"said": "leads", "who": null}),
        Said::Leads(Leads::Here) => json!({"said": "leads", "who": "here"}),
        Said::Leads(Leads::Elsewhere { who }) => json!({"said": "leads", "who": who}),
        Said::Leads(Leads::Nobody { why }) => {
            json!({"said": "leads", "who": null, "why": why})
        }
        Said::Checked {
            check,
            slot,
            outcome,
        } => {
            json!({"said": "checked", "check": check, "slot": slot.to_string(), "outcome": outcome})
        }
        Said::Reminded {
            text,
            reminder,
            ways,
        } => json!({"said": "reminded", "text": text, "reminder": reminder, "ways": ways}),
        Said::NotDone { what, why } => json!({"said": "not-done", "what": what, "why": why}),
    };
    let mut page = json!({
        "at": clock().now().wall.to_string(),
        "pack": model.pack.id,
        "context": model.desk.context,
    });
    if let (Some(page), Value::Object(said)) = (page.as_object_mut(), said) {
        page.extend(said);
    }
    page
}
