//! `quarterdeck actions`: what may be done here, to what, and why not.

mod entry;
mod page;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use crate::{
    actions::{access, offer},
    app::{
        model::Model,
        snapshot::{Scope, has_answered},
        view::Pane,
        watching,
    },
    domain::action::{access::Allowed, target::Target},
    ledger::Reach,
    pack::parse_object,
    runtime::{
        acts::runs,
        executors::kubernetes::Reviews,
        headless::{Looked, Looking, look},
        ledger, log,
    },
    sources::kubernetes::Connection,
};

use self::entry::{ActionEntry, Page};
use super::{
    Exit,
    args::{ActionsVerb, DeskArgs},
    clock,
    headless::{self, face::Face},
    journal::ledger_error,
    open::{self, Prepared},
    say,
};

/// How long what others wrote may take to be fetched.
const FETCH: Duration = Duration::from_secs(3);

/// Lists the actions of the desk, or shows one.
pub(super) fn actions(desk: &DeskArgs, verb: &ActionsVerb) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let (look_args, target) = match verb {
        ActionsVerb::List { look, target } | ActionsVerb::Show { look, target, .. } => {
            (look, target)
        }
    };
    let mut model = headless::model(&prepared);
    if let ActionsVerb::Show { id, .. } = verb
        && model.acts.catalogue.item(id).is_none()
    {
        say::err(
            &prepared
                .texts
                .with("actions-unknown", &[("id", id.as_str().into())]),
        );
        return Ok(Exit::Usage);
    }
    let target = match target.as_deref().map(|text| aimed(text, &model)) {
        Some(Err(why)) => {
            say::err(&why);
            return Ok(Exit::Usage);
        }
        Some(Ok(target)) => Some(target),
        None => None,
    };
    read_ledger(&mut model, &prepared);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let seen = runtime.block_on(seen(model, &prepared, look_args.timeout, target.as_ref()));
    runtime.shutdown_timeout(open::PATIENCE);
    let model = match seen? {
        Ok(model) => model,
        Err(signal) => return Ok(Exit::Signal(signal)),
    };
    let mut face = Face::new(settings);
    face.at(&model);
    tell(&face, &model, verb, target.as_ref());
    Ok(Exit::Fine)
}

/// `deployment/backend`, in the namespace of the desk where it says none.
fn aimed(text: &str, model: &Model) -> Result<Target, String> {
    let target = parse_object(text).map_err(|(what, help)| match help {
        Some(help) => format!("{what} ({help})"),
        None => what,
    })?;
    Ok(access::in_namespace(target, watching::namespace(model)))
}

/// What the ledger says of runs; where nothing was ever recorded, nothing stands in the way.
fn read_ledger(model: &mut Model, prepared: &Prepared) {
    let found = ledger::open_for_reading(&prepared.loaded.settings, clock(), FETCH);
    let read = found.and_then(|opened| {
        let Some(opened) = opened else {
            return Ok(Vec::new());
        };
        model.acts.shared = Some(match opened.reach() {
            Reach::Local | Reach::Shared => Ok(()),
            Reach::Away(why) => Err(why),
        });
        runs(opened.file(), &[])
    });
    model.acts.ledger = Some(match read {
        Ok(runs) => {
            model.acts.runs = runs;
            Ok(())
        }
        Err(error) => Err(ledger_error(&prepared.texts, &error)),
    });
}

/// The desk as it is now, with what the server allows.
async fn seen(
    model: Model,
    prepared: &Prepared,
    patience: std::time::Duration,
    target: Option<&Target>,
) -> std::io::Result<Result<Model, u8>> {
    let mut kept = None;
    let looking = Looking {
        model,
        plan: open::plan(&prepared.loaded.settings, &prepared.pack),
        clock: clock(),
        patience,
        again: false,
    };
    let looked = look(
        looking,
        |model| has_answered(model, Scope::All) && model.actor.who().is_some(),
        |model| {
            kept = Some(model.clone());
            ControlFlow::Break(())
        },
    );
    if let Looked::Signal(signal) = looked.await? {
        return Ok(Err(signal));
    }
    let mut model = kept.unwrap_or_else(|| headless::model(prepared));
    let asked = wanted(&model, target);
    let clock = clock();
    // Who can't be asked denies nothing: the row says what else stands in the way.
    let connection = Connection::open(&prepared.plan.kubernetes, Arc::clone(&clock)).await;
    if let Ok(connection) = connection {
        let reviews = Reviews::new(connection.client.clone(), clock);
        let answers = tokio::time::timeout(patience, reviews.review("", &asked)).await;
        let answers: Vec<Allowed> = answers.unwrap_or_default();
        model.acts.allowed.extend(asked.into_iter().zip(answers));
    }
    Ok(Ok(model))
}

/// What the server is asked whether it allows it.
fn wanted(model: &Model, selected: Option<&Target>) -> Vec<access::Access> {
    let namespace = watching::namespace(model);
    let mut all = Vec::new();
    for item in model.acts.catalogue.items() {
        if let Ok(Some(target)) = offer::aim(item.spec, selected, namespace) {
            for access in access::of_spec(item.spec, Some(&target), namespace) {
                if !all.contains(&access) {
                    all.push(access);
                }
            }
        }
    }
    all
}

fn tell(face: &Face, model: &Model, verb: &ActionsVerb, selected: Option<&Target>) {
    let catalogue = &model.acts.catalogue;
    let wanted = match verb {
        ActionsVerb::List { .. } => None,
        ActionsVerb::Show { id, .. } => catalogue.item(id).map(|item| item.spec.id.clone()),
    };
    let entries: Vec<ActionEntry> = watching::with_world(model, |world| {
        let items = catalogue.items();
        let items = items.filter(|item| {
            let id = &item.spec.id;
            wanted.as_ref().is_none_or(|wanted| wanted == id)
        });
        items
            .map(|item| {
                let offer = offer::offer(catalogue, item, world, selected);
                ActionEntry::of(face, item, &offer, wanted.is_some())
            })
            .collect()
    });
    let (ActionsVerb::List { look, .. } | ActionsVerb::Show { look, .. }) = verb;
    if look.json {
        let page = Page::of(model, entries);
        let text = serde_json::to_string_pretty(&page).unwrap_or_default();
        say::out(&(text + "\n"));
        return;
    }
    for source in Scope::Pane(Pane::Pods).sources() {
        if let Some(why) = face.trouble(model, *source) {
            say::err(&why);
        }
    }
    match (verb, entries.first()) {
        (ActionsVerb::Show { id, .. }, Some(entry)) => {
            if let Some(item) = catalogue.item(id) {
                say::out(&page::one(face, &item, entry));
            }
        }
        _ => say::out(&page::list(face, &entries)),
    }
}
