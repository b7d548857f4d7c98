//! The process of one run. No person starts it: whoever recorded the run does.

use std::sync::Arc;

use clap::Parser;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    domain::{
        action::{
            record::{Entry, Outcome, Run, Why},
            refusal::Refusal,
            value::Values,
            verdict::Verdict,
        },
        id::RunId,
        settings::Settings,
    },
    ledger::{Ledger, SqliteLedger},
    runtime::{
        acts::{Outfitter, actor},
        approval::SignerList,
        ledger, log,
        runner::{Berth, Ended, Lookout, Pace, Packs, Runner, ourselves},
        signals::Signals,
    },
};

use super::{
    Exit, acting,
    args::{Cli, RunnerArgs},
    clock,
    open::{self, PATIENCE, Prepared},
    say,
};

/// A terminal that goes away.
const HANG_UP: u8 = 1;

pub(super) fn runner(args: &RunnerArgs) -> color_eyre::Result<Exit> {
    let id = RunId::from(args.run.clone());
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_for_writing(&args.ledger, clock())?);
    let Some(run) = ledger.run(&id)? else {
        say::err(&format!("{id}: no such run"));
        return Ok(Exit::Usage);
    };
    if run.is_over() || run.owner.is_some() {
        say::err(&format!("{id}: it has its runner already"));
        return Ok(Exit::Refused);
    }
    let prepared = match prepare(&run) {
        Ok(prepared) => prepared,
        Err(why) => return give_up(&*ledger, &run, why),
    };
    let settings = &prepared.loaded.settings;
    let ledger = match shared(settings, args, ledger) {
        Ok(ledger) => ledger,
        Err((ledger, why)) => return give_up(&*ledger, &run, why),
    };
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(go(Arc::clone(&ledger), run.clone(), prepared))?;
    runtime.shutdown_timeout(PATIENCE);
    match ended {
        Ok(Ended::Told) => Ok(Exit::Fine),
        Ok(Ended::NotOurs) => Ok(Exit::Refused),
        Ok(Ended::Untold) => Ok(Exit::Failed),
        Err(why) => give_up(&*ledger, &run, why),
    }
}

/// The same ledger with the one behind it that a team shares, where this desk has one.
fn shared(
    settings: &Settings,
    args: &RunnerArgs,
    file: Arc<dyn Ledger>,
) -> Result<Arc<dyn Ledger>, (Arc<dyn Ledger>, String)> {
    let same = ledger::file(settings).is_ok_and(|path| path == args.ledger);
    if !same || ledger::shared(settings).is_none() {
        return Ok(file);
    }
    ledger::open(settings, clock()).map_err(|error| (file, error.to_string()))
}

/// Opens the desk the run was agreed to on.
fn prepare(run: &Run) -> Result<Prepared, String> {
    let words =
        std::iter::once("quarterdeck").chain(run.intent.desk_args.iter().map(String::as_str));
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    open::prepare(&cli.desk)
        .map_err(|_| "the desk can't be opened again; runner.log says why".into())
}

async fn go(
    ledger: Arc<dyn Ledger>,
    run: Run,
    prepared: Prepared,
) -> color_eyre::Result<Result<Ended, String>> {
    let stop = CancellationToken::new();
    let mut signals = Signals::listen()?;
    let mut listening = JoinSet::new();
    let told = stop.clone();
    listening.spawn(async move {
        while signals.next().await == HANG_UP {}
        told.cancel();
    });
    let Prepared {
        loaded,
        pack,
        plan,
        desk,
        ..
    } = prepared;
    let settings = &loaded.settings;
    let outfit = acting::outfit(settings, &loaded.policy, &pack, &plan);
    let hands = match outfit.hands().await {
        Ok(hands) => hands,
        Err(why) => return Ok(Err(why)),
    };
    let runner = Runner::begin(Berth {
        run,
        ledger,
        hands,
        packs: Packs::of(&pack),
        lookout: Lookout {
            model: acting::model(settings, &loaded.policy, &desk, &pack),
            plan,
        },
        read_only: settings.read_only,
        signers: SignerList::of_policy(loaded.policy.allowed_signers.clone()),
        clock: clock(),
        stop,
        pace: Pace::default(),
    });
    Ok(match runner {
        Ok(runner) => Ok(runner.go().await),
        Err(why) => Err(why),
    })
}

/// Writes down that nothing was sent, and why.
fn give_up(ledger: &dyn Ledger, run: &Run, why: String) -> color_eyre::Result<Exit> {
    say::err(&why);
    let actor = actor(Some(run.intent.plan.principal.clone()));
    if let Some(owner) = ourselves()
        && ledger
            .append(&actor, Some(&run.id), &Entry::Taken { owner })
            .is_err()
    {
        return Ok(Exit::Refused);
    }
    let what = "desk".to_owned();
    let outcome = Outcome {
        verdict: Verdict::Aborted,
        why: Some(Why::Refused {
            refusal: Refusal::Unreadable { what, why },
        }),
        snapshot: Values::new(),
        done: Vec::new(),
    };
    ledger.append(&actor, Some(&run.id), &Entry::Outcome(Box::new(outcome)))?;
    Ok(Exit::Failed)
}
