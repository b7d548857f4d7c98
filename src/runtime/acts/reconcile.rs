//! Runs whose runner is provably gone: what they left is looked at and written down. Nothing is changed and nothing is
//! done again.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    domain::{
        action::{
            fact::{Drift, FactName, drift},
            record::{ActorMark, Entry, Outcome, Run, RunState, Why},
            value::Values,
            verdict::{StepEnd, Verdict},
        },
        time::since,
    },
    ledger::{Ledger, LedgerError, RunQuery},
    runtime::runner::{Alive, Hands, alive},
};

use super::{facts::facts_of, gate::identified};

/// How long a recorded run may wait for a runner to take it.
const TAKEN_WITHIN: Duration = Duration::from_secs(15);
/// How long a runner on another host may be silent before it is held for dead: many times what it beats in.
const SILENT: Duration = Duration::from_secs(60);

/// Whether a run goes on, or whoever did it is gone.
pub fn is_gone(run: &Run, now: Timestamp) -> bool {
    if run.is_over() {
        return false;
    }
    let Some(owner) = &run.owner else {
        return since(run.asked_at, now) > TAKEN_WITHIN;
    };
    match alive(owner) {
        Alive::Yes => false,
        Alive::No => true,
        Alive::Elsewhere => since(run.beat_at.unwrap_or(run.asked_at), now) > SILENT,
    }
}

/// Writes down what became of runs whose runner is gone; which they were. `hands` look at the world again where they are
/// those of the run's desk.
pub async fn reconcile(
    ledger: &dyn Ledger,
    actor: &ActorMark,
    hands: Option<&Hands>,
    now: Timestamp,
) -> Result<Vec<Run>, LedgerError> {
    let blocking = RunQuery {
        blocking: true,
        ..RunQuery::default()
    };
    let mut gone = Vec::new();
    for run in ledger.runs(&blocking)? {
        if !is_gone(&run, now) {
            continue;
        }
        let found = match hands {
            Some(hands) => look_again(&run, hands).await,
            None => None,
        };
        // Looking took its time; whoever holds the run may have ended it well meanwhile.
        if ledger.run(&run.id)?.is_none_or(|run| run.is_over()) {
            continue;
        }
        let outcome = outcome(&run, found);
        ledger.append(actor, Some(&run.id), &Entry::Outcome(Box::new(outcome)))?;
        gone.push(run);
    }
    Ok(gone)
}

/// What is not as the plan had it now.
async fn look_again(run: &Run, hands: &Hands) -> Option<Drift> {
    let plan = &run.intent.plan;
    let papers = hands.papers.show().await.ok()?;
    identified(plan, &papers).ok()?;
    let now = facts_of(&hands.executor, 0, plan).await.ok()?;
    let objects: Vec<_> = plan
        .facts
        .iter()
        .filter(|fact| {
            // Fields first: they say more than a generation does.
            matches!(fact.name, FactName::Uid | FactName::Field(_))
        })
        .cloned()
        .collect();
    drift(&objects, &now).or_else(|| {
        let rest: Vec<_> = plan
            .facts
            .iter()
            .filter(|fact| fact.name == FactName::Generation)
            .cloned()
            .collect();
        drift(&rest, &now)
    })
}

fn outcome(run: &Run, found: Option<Drift>) -> Outcome {
    let done = |end: &Option<StepEnd>| matches!(end, Some(StepEnd::Done { .. }));
    let sent = match run.state {
        RunState::Running { .. } => run
            .steps
            .iter()
            .position(|step| step.started_at.is_some() && step.end.is_none()),
        _ => None,
    };
    Outcome {
        verdict: Verdict::Unknown,
        why: Some(Why::RunnerGone {
            sent,
            drift: found.map(Box::new),
        }),
        snapshot: Values::new(),
        done: (0..run.steps.len())
            .filter(|place| done(&run.steps[*place].end))
            .collect(),
    }
}
