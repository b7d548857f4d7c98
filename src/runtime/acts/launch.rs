//! From agreed to recorded to running.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::{Means, actor::actor, way::in_the_way};
use crate::{
    domain::{
        action::{
            plan::{Plan, needs_shared},
            record::{Entry, Intent, Outcome, Why},
            refusal::Refusal,
            value::Values,
            verdict::Verdict,
        },
        id::RunId,
    },
    ledger::{Ledger, LedgerError, Reach, RunQuery},
    runtime::{approval::Council, runner::point},
};

/// How long the shared ledger may take where a run needs it.
pub const REACHED_WITHIN: Duration = Duration::from_secs(3);

/// Records an intent and starts its runner. An error means that nothing is done, now or later.
pub(super) async fn launch(means: Arc<Means>, mut intent: Intent) -> Result<RunId, Refusal> {
    if intent.plan.desk.demo != means.demo {
        let why = "demo".to_owned();
        return Err(Refusal::Identity { why });
    }
    if intent.digest != intent.plan.digest() {
        return Err(Refusal::PackChanged);
    }
    let papers = means.papers().await?;
    let footing = means.footing();
    means.gate.pass(&intent.plan, &footing.packs, &papers)?;
    intent
        .desk_args
        .splice(0..0, means.desk_args.iter().cloned());
    let principal = Some(intent.plan.principal.clone());
    let shelf = means.shelf.clone();
    let now = means.clock.now().wall;
    let signers = footing.signers.clone();
    let recorded = spawn_blocking(move || {
        let ledger = shelf.ledger().map_err(no_ledger)?;
        let own_key = actor(None).ssh_key;
        let council = Council {
            ledger: &*ledger,
            signers: &signers,
            run: None,
            own_key: own_key.as_deref(),
            now,
        };
        council.enough(&intent.plan)?;
        record(&*ledger, principal, intent, now).map(|run| (ledger, run))
    });
    let (ledger, run) = recorded.await.map_err(no_ledger)??;
    point("before-spawn");
    if let Err(error) = footing.starter.start(&run) {
        let why = error.to_string();
        let refusal = Refusal::Unreadable {
            what: "runner".to_owned(),
            why,
        };
        let id = run.clone();
        let outcome = never_begun(refusal.clone());
        let written = spawn_blocking(move || {
            ledger.append(&actor(None), Some(&id), &Entry::Outcome(Box::new(outcome)))
        });
        // Where it can't be written, the run is found later as one that nobody took.
        let _ = written.await;
        return Err(refusal);
    }
    Ok(run)
}

fn record(
    ledger: &dyn Ledger,
    principal: Option<String>,
    intent: Intent,
    now: Timestamp,
) -> Result<RunId, Refusal> {
    let query = RunQuery {
        target: Some(intent.plan.target.to_string()),
        blocking: true,
        ..RunQuery::default()
    };
    reachable(ledger, &intent.plan)?;
    let blocking = ledger.runs(&query).map_err(no_ledger)?;
    if let Some(refusal) = in_the_way(&blocking, &intent.plan) {
        return Err(refusal);
    }
    let actor = actor(principal);
    let entry = Entry::Intent(Box::new(intent));
    point("before-intent");
    loop {
        let run = new_id(now);
        match ledger.append(&actor, Some(&run), &entry) {
            Ok(_) => {
                point("after-intent");
                return Ok(run);
            }
            // Another process drew the same number in the same moment.
            Err(LedgerError::Twice(_)) => {}
            Err(error) => return Err(no_ledger(error)),
        }
    }
}

/// What only the shared ledger can answer for is refused while it is away.
pub fn reachable(ledger: &dyn Ledger, plan: &Plan) -> Result<(), Refusal> {
    if !needs_shared(plan.tier, plan.persons, Some(&plan.target.lock())) {
        return Ok(());
    }
    match ledger.settle(REACHED_WITHIN) {
        Reach::Away(why) => Err(Refusal::SharedAway { why }),
        Reach::Local | Reach::Shared => Ok(()),
    }
}

fn never_begun(refusal: Refusal) -> Outcome {
    Outcome {
        verdict: Verdict::Aborted,
        why: Some(Why::Refused { refusal }),
        snapshot: Values::new(),
        done: Vec::new(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
pub(super) fn no_ledger(error: impl ToString) -> Refusal {
    Refusal::NoLedger {
        why: error.to_string(),
    }
}

/// `20261121-124501-123-9f86`: it sorts by the time it was asked for, and is a name that every API takes.
fn new_id(now: Timestamp) -> RunId {
    let now = now.to_zoned(jiff::tz::TimeZone::UTC);
    let random = random();
    RunId::from(format!(
        "{}-{:03}-{random:04x}",
        now.strftime("%Y%m%d-%H%M%S"),
        now.millisecond(),
    ))
}

/// Keys of hash maps are random for each; that is enough to tell two runs of one millisecond apart.
fn random() -> u16 {
    use std::hash::{BuildHasher, Hasher};
    let hash = std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish();
    (hash & 0xffff) as u16
}
