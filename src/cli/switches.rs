//! `quarterdeck switch`: the temporary changes that stand, without a screen. One is taken back as it is anywhere: `run --undo`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    actions::left::{self, Changed},
    app::{
        acting::Acted,
        debts::{Debt, Release, debts},
        event::Event,
        model::Model,
        snapshot::DeskTag,
        update,
    },
    domain::{clean::clean, light::Light},
    i18n::time,
    ledger::name_of,
    runtime::{
        acts::{Means, runs},
        log,
    },
};

use super::{
    Exit, acting,
    args::{DeskArgs, SwitchArgs, SwitchVerb},
    clock,
    headless::{
        face::Face,
        table::{Cell, Table, Tint},
    },
    journal::ledger_error,
    open::{self, PATIENCE, Prepared},
    run::session::{Session, Stopped},
    say,
};

/// Answers what was asked of temporary changes.
pub(super) fn switch(desk: &DeskArgs, verb: &SwitchVerb) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let (how, one) = match verb {
        SwitchVerb::List(how) => (how, None),
        SwitchVerb::Show { run, how } => (how, Some(run.as_str())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let exit = runtime.block_on(go(prepared, how, one));
    runtime.shutdown_timeout(PATIENCE);
    exit
}

async fn go(prepared: Prepared, how: &SwitchArgs, one: Option<&str>) -> color_eyre::Result<Exit> {
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    } = prepared;
    let model = acting::model(&loaded.settings, &loaded.policy, &desk, &pack);
    let means = acting::means(&inputs, &loaded, &pack, &plan);
    let temporary = means.footing().packs.temporary.clone();
    let shelf = means.shelf.clone();
    let told = tokio::task::spawn_blocking(move || runs(&*shelf.ledger()?, &temporary)).await?;
    let told = match told {
        Ok(told) => told,
        Err(error) => {
            say::err(&ledger_error(&texts, &error));
            return Ok(Exit::Failed);
        }
    };
    let mut session = Session::open(model, plan, Arc::clone(&means), clock())?;
    let is_told = |model: &Model| model.acts.is_told();
    match session.first_answers(how.timeout, is_told).await {
        Ok(()) => {}
        Err(Stopped::Signal(number)) => return Ok(Exit::Signal(number)),
        Err(Stopped::TooLong) => {
            say::err(texts.t("run-too-long"));
            return Ok(Exit::Unreachable);
        }
    }
    let _ = update(&mut session.model, Event::Acted(Acted::Runs(told)));
    let mut all = debts(&session.model);
    if let Some(one) = one {
        all.retain(|debt| debt.run.id.as_str() == one);
        if all.is_empty() {
            say::err(&texts.with("switch-unknown", &[("run", one.into())]));
            return Ok(Exit::Usage);
        }
    }
    for debt in &mut all {
        look(&means, debt).await;
    }
    let model = &session.model;
    if how.json {
        let items: Vec<Value> = all.iter().map(|debt| debt_json(model, debt)).collect();
        let page = json!({
            "as_of": model.now.wall.to_string(),
            "desk": DeskTag::now(model),
            "items": items,
        });
        say::out(&(page.to_string() + "\n"));
    } else {
        let mut face = Face::new(&loaded.settings);
        face.at(model);
        say::out(&table(&face, model, &all));
    }
    let wrong = |debt: &Debt| debt.is_overdue(model.clocked) || !debt.changed.is_empty();
    Ok(if all.iter().any(wrong) {
        Exit::Failed
    } else {
        Exit::Fine
    })
}

/// Looks whether somebody else changed what a temporary change left; what can't be read says nothing.
async fn look(means: &Means, debt: &mut Debt) {
    if let Some(draft) = left::look(&debt.run)
        && let Ok(found) = means.look(&draft).await
        && found.refused.is_none()
    {
        debt.changed = left::changed(&debt.run, &found);
    }
}

fn debt_json(model: &Model, debt: &Debt) -> Value {
    let plan = &debt.run.intent.plan;
    let time = |at: Timestamp| at.to_string();
    let (release, good, of) = match debt.release {
        Release::Free => ("free", None, None),
        Release::NotYet(None) => ("not-yet", None, None),
        Release::NotYet(Some((good, of))) => ("not-yet", Some(good), Some(of)),
        Release::Unknown => ("unknown", None, None),
    };
    json!({
        "run": debt.run.id,
        "action": plan.action,
        "title": plan.title,
        "target": plan.target.to_string(),
        "params": plan.params,
        "before": plan.before,
        "by": name_of(&debt.run.actor),
        "since": time(debt.since),
        "expires": debt.expires.map(time),
        "overdue": debt.is_overdue(model.clocked),
        "release": release,
        "good_windows": good,
        "wanted_windows": of,
        "changed": debt.changed.iter().map(changed_json).collect::<Vec<_>>(),
    })
}

fn changed_json(changed: &Changed) -> Value {
    json!({"field": changed.field, "left": changed.left, "now": changed.now})
}

fn table(face: &Face, model: &Model, all: &[Debt]) -> String {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("head-state", 0),
        face.left("head-when", 1),
        face.left("head-title", 0),
        face.left("head-target", 1),
        face.left("head-actor", 2),
        face.left("head-run", 0),
    ]);
    table.rows = all.iter().map(|debt| cells(face, model, debt)).collect();
    table.draw(face.room, true)
}

fn cells(face: &Face, model: &Model, debt: &Debt) -> Vec<Cell> {
    let (light, word) = stood(face, model, debt);
    let plan = &debt.run.intent.plan;
    vec![
        Cell::new(face.glyph.quiet_light(light), Tint::Of(light)),
        Cell::plain(word),
        Cell::plain(time::day_and_clock(debt.since, &model.pack.time_zone)),
        Cell::plain(plan.title.get(face.texts.lang())),
        Cell::plain(plan.target.to_string()),
        Cell::plain(name_of(&debt.run.actor)),
        Cell::plain(debt.run.id.to_string()),
    ]
}

fn stood(face: &Face, model: &Model, debt: &Debt) -> (Light, String) {
    if let Some(changed) = debt.changed.first() {
        let shown =
            |value: &crate::domain::action::value::Value| clean(&value.to_string()).into_owned();
        let args = [
            ("field", clean(&changed.field).into_owned().into()),
            ("left", shown(&changed.left).into()),
            ("now", shown(&changed.now).into()),
        ];
        return (Light::Red, face.with("debt-changed", &args));
    }
    if debt.is_overdue(model.clocked) {
        return (Light::Red, face.t("debt-overdue").to_owned());
    }
    match debt.release {
        Release::Free => (Light::Yellow, face.t("debt-free").to_owned()),
        Release::NotYet(Some((good, all))) => {
            let args = [("good", good.into()), ("all", all.into())];
            (Light::Green, face.with("debt-windows", &args))
        }
        Release::NotYet(None) => (Light::Green, face.t("debt-not-yet").to_owned()),
        Release::Unknown => (Light::Unknown, face.t("debt-unknown").to_owned()),
    }
}
