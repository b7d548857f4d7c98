//! `quarterdeck alerts ack` and its like: what is written down about an alert without a screen.

use std::{ops::ControlFlow, time::Duration};

use crate::{
    app::{
        logbook::log_desk,
        model::{AlertLine, Model},
        snapshot::{Scope, has_answered},
        triaging::{self, Care},
        view::Pane,
    },
    domain::{
        action::record::Entry,
        freshness::SourceId,
        logbook::{AlertMark, AlertNoted, LogEntry, Noted},
    },
    i18n::{Texts, action_words},
    ledger::Reach,
    runtime::{
        acts::Means,
        headless::{Looked, Looking, look},
        log,
    },
};

use super::{
    Exit, acting,
    args::{CareVerb, DeskArgs, WhichAlert},
    clock, headless,
    logbook::maybe_said,
    open::{self, Prepared},
    say,
};

/// How long it may take to carry an entry to the shared ledger.
const CARRY: Duration = Duration::from_secs(5);

/// Finds the alert that is meant and writes down what is said of it.
pub(super) fn write(desk: &DeskArgs, verb: &CareVerb) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let text = match maybe_said(&prepared.texts, words(verb)) {
        Ok(text) => text,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let done = runtime.block_on(written(prepared, verb, text));
    runtime.shutdown_timeout(open::PATIENCE);
    done
}

async fn written(
    prepared: Prepared,
    verb: &CareVerb,
    text: Option<String>,
) -> color_eyre::Result<Exit> {
    let mut model = headless::model(&prepared);
    headless::read_log(&mut model, &prepared);
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        ..
    } = prepared;
    let means = acting::means(&inputs, &loaded, &pack, &plan);
    let looking = Looking {
        model,
        plan,
        clock: clock(),
        patience: which(verb).look.timeout,
        again: false,
    };
    let mut kept = None;
    let scope = Scope::Pane(Pane::Alerts);
    let looked = look(
        looking,
        |model| has_answered(model, scope),
        |model| {
            kept = Some(model.clone());
            ControlFlow::Break(())
        },
    );
    if let Looked::Signal(number) = looked.await? {
        return Ok(Exit::Signal(number));
    }
    let Some(model) = kept else {
        return Ok(Exit::Unreachable);
    };
    let line = match one(&texts, &model, &which(verb).alert) {
        Ok(line) => line,
        Err(exit) => return Ok(exit),
    };
    let taken = matches!(triaging::care(&model, line), Some(Care::Taken(_)));
    let why_not = match verb {
        CareVerb::Ack { note: None, .. } if taken => Some("why-not-acknowledged"),
        CareVerb::Release { .. } if !taken => Some("why-not-not-acknowledged"),
        _ => None,
    };
    if let Some(why) = why_not {
        say::err(texts.t(why));
        return Ok(Exit::Refused);
    }
    let noted = Noted::Alert(noted(verb, text, AlertMark::of(&line.alert)));
    let entry = model
        .logbook
        .entry(log_desk(&model.pack, &model.desk), noted);
    let told = if which(verb).look.json {
        serde_json::to_string(&entry)? + "\n"
    } else {
        let args = [("alert", line.alert.name.as_str().into())];
        texts.with("alert-written", &args) + "\n"
    };
    let exit = record(&means, &texts, entry).await;
    if exit == Exit::Fine {
        say::out(&told);
    }
    Ok(exit)
}

async fn record(means: &Means, texts: &Texts, entry: LogEntry) -> Exit {
    // Who we are for the server stands with it where the server answers; else who we are for the system.
    let _ = means.known_as().await;
    if let Err(refusal) = means.record(None, Entry::Log(entry)).await {
        let why = action_words::refusal(texts, &refusal);
        say::err(&texts.with("notice-not-recorded", &[("why", why.into())]));
        return Exit::Failed;
    }
    let shelf = means.shelf.clone();
    let reach = tokio::task::spawn_blocking(move || shelf.ledger().map(|it| it.settle(CARRY)));
    if let Ok(Ok(Reach::Away(why))) = reach.await {
        say::err(&texts.with("journal-away", &[("why", why.into())]));
    }
    Exit::Fine
}

const fn which(verb: &CareVerb) -> &WhichAlert {
    match verb {
        CareVerb::Ack { which, .. }
        | CareVerb::Release { which }
        | CareVerb::Assign { which, .. }
        | CareVerb::Note { which, .. } => which,
    }
}

fn words(verb: &CareVerb) -> Option<&str> {
    match verb {
        CareVerb::Ack { note, .. } => note.as_deref(),
        CareVerb::Release { .. } => None,
        CareVerb::Assign { to: text, .. } | CareVerb::Note { text, .. } => Some(text),
    }
}

fn noted(verb: &CareVerb, text: Option<String>, alert: AlertMark) -> AlertNoted {
    match verb {
        CareVerb::Ack { .. } => AlertNoted::Acknowledged { alert, note: text },
        CareVerb::Release { .. } => AlertNoted::Released { alert },
        CareVerb::Assign { .. } => AlertNoted::Assigned {
            alert,
            to: text.unwrap_or_default(),
        },
        CareVerb::Note { .. } => AlertNoted::Note {
            alert,
            text: text.unwrap_or_default(),
        },
    }
}

/// The alert a call means; where none or more than one is, that is said.
pub(super) fn one<'a>(texts: &Texts, model: &'a Model, text: &str) -> Result<&'a AlertLine, Exit> {
    meant(model, text).map_err(|none| refuse(texts, model, text, none))
}

/// Why no single alert is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotOne {
    None,
    Several,
}

/// The alert of this fingerprint, of the only one that begins so, or of the only one of this name.
pub(super) fn meant<'a>(model: &'a Model, text: &str) -> Result<&'a AlertLine, NotOne> {
    let lines = || model.alerts.alerts.values();
    let begins = |line: &&AlertLine| line.alert.fingerprint.as_str().starts_with(text);
    let named = |line: &&AlertLine| line.alert.name == text;
    let found: Vec<&AlertLine> = if text.len() >= 4 && lines().any(|line| begins(&line)) {
        lines().filter(begins).collect()
    } else {
        lines().filter(named).collect()
    };
    match found[..] {
        [one] => Ok(one),
        [] => Err(NotOne::None),
        _ => Err(NotOne::Several),
    }
}

pub(super) fn refuse(texts: &Texts, model: &Model, text: &str, none: NotOne) -> Exit {
    if none == NotOne::None && !model.link(SourceId::Alertmanager).is_live() {
        say::err(texts.t("alert-unasked"));
        return Exit::Unreachable;
    }
    let key = match none {
        NotOne::None => "alert-not-found",
        NotOne::Several => "alert-several",
    };
    say::err(&texts.with(key, &[("alert", text.into())]));
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_meant_by_the_beginning_of_its_fingerprint_or_by_its_name() {
        let model = crate::ui::fixture::trouble(crate::domain::text::Lang::En);
        let line = model.alerts.alerts.values().next().expect("it has some");
        let of = line.alert.fingerprint.as_str();
        let found = |text: &str| meant(&model, text).map(|line| line.alert.fingerprint.to_string());
        assert_eq!(found(of), Ok(of.to_owned()));
        assert_eq!(found(&of[..6]), Ok(of.to_owned()));
        assert_eq!(found(&line.alert.name), Ok(of.to_owned()));
        assert_eq!(found("nothing"), Err(NotOne::None));
        assert_eq!(found(""), Err(NotOne::None));
    }

    #[test]
    fn of_several_none_is_taken_and_where_nobody_asked_nobody_says_that_there_is_none() {
        let mut model = crate::ui::fixture::trouble(crate::domain::text::Lang::En);
        let texts = Texts::new(crate::domain::text::Lang::En);
        let line = model.alerts.alerts.values().next().expect("it has some");
        let name = line.alert.name.clone();
        let mut twin = line.clone();
        twin.alert.fingerprint = "ffff0000".into();
        let exit = |model: &Model, text: &str| one(&texts, model, text).map(drop);
        assert_eq!(exit(&model, &name), Ok(()));
        assert_eq!(exit(&model, "nothing"), Err(Exit::Usage));
        model.alerts.alerts.insert("ffff0000".into(), twin);
        assert_eq!(exit(&model, &name), Err(Exit::Usage));
        assert_eq!(exit(&model, "ffff0000"), Ok(()));
        let away = crate::domain::observation::Observation::Link {
            source: SourceId::Alertmanager,
            link: crate::domain::freshness::Link::Connecting,
        };
        let _ = crate::app::update(&mut model, crate::app::event::Event::Observed(vec![away]));
        assert_eq!(exit(&model, "nothing"), Err(Exit::Unreachable));
    }
}
