//! Does what the machine asks for, one thing at a time, and tells what came of it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::{sync::Mutex, task::spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::{Freezes, Hands, Packs, point::point};
use crate::{
    actions::run::RunEvent,
    domain::{
        action::{
            fact::{Fact, FactName},
            plan::Plan,
            record::{ActorMark, Entry, Owner, Run},
            refusal::Refusal,
            step::Planned,
            target::Target,
            tier::Tier,
            value::Value,
            verdict::StepEnd,
        },
        id::RunId,
        identity::Identity,
        time::Clock,
    },
    ledger::{Ledger, LedgerError, RunQuery},
    runtime::{
        acts::{facts_of, identified, in_the_way, reachable},
        approval::{Council, SignerList},
        executors::{Doing, Executor as _, Tell},
        locks::{Held, Holder},
    },
};

/// What every effect of a run may need.
pub(super) struct Doer {
    pub id: RunId,
    pub agreed: Plan,
    pub ledger: Arc<dyn Ledger>,
    pub actor: ActorMark,
    pub owner: Owner,
    pub hands: Hands,
    pub packs: Packs,
    pub read_only: bool,
    /// As the ledger had it when it was taken.
    pub asked: Run,
    pub freezes: Freezes,
    pub signers: SignerList,
    pub clock: Arc<dyn Clock>,
    pub held: Mutex<Option<Box<dyn Held>>>,
    /// Set when a person asks for the run to stop.
    pub cancel: CancellationToken,
    pub insist: Duration,
}

impl Doer {
    /// Something of ours fell over: what it was doing is not known to be done.
    pub async fn safely(
        doing: impl Future<Output = RunEvent>,
        fallen: impl FnOnce(String) -> RunEvent,
    ) -> RunEvent {
        AssertUnwindSafe(doing)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| fallen("a part of this program failed; runner.log says how".into()))
    }

    async fn append(&self, entry: Entry) -> Result<(), LedgerError> {
        let (ledger, actor, id) = (
            Arc::clone(&self.ledger),
            self.actor.clone(),
            self.id.clone(),
        );
        spawn_blocking(move || ledger.append(&actor, Some(&id), &entry).map(drop))
            .await
            .unwrap_or_else(|error| Err(LedgerError::Broken(error.to_string())))
    }

    pub async fn take(&self) -> RunEvent {
        let owner = self.owner.clone();
        let taken = self.append(Entry::Taken { owner }).await;
        point("after-taken");
        RunEvent::Taken(taken.map_err(|error| error.to_string()))
    }

    pub async fn lock(&self) -> RunEvent {
        let locked = self.locked().await;
        point("after-lock");
        RunEvent::Locked(locked)
    }

    async fn locked(&self) -> Result<(), Refusal> {
        if self.read_only && self.agreed.tier > Tier::T0 {
            return Err(Refusal::ReadOnly);
        }
        if !self.packs.has(&self.agreed.pack) {
            return Err(Refusal::PackChanged);
        }
        self.identified().await?;
        self.agreed_by_enough().await?;
        self.thawed().await?;
        self.alone().await?;
        if !self.locks() {
            return Ok(());
        }
        let holder = Holder {
            who: self.agreed.principal.clone(),
            host: self.owner.host.clone(),
            run: self.id.to_string(),
        };
        let key = self.agreed.target.lock();
        let held = self.hands.locks.take(&key, &holder).await?;
        *self.held.lock().await = Some(held);
        Ok(())
    }

    /// What only reads keeps nobody away, and goes on where no lock can be had.
    fn locks(&self) -> bool {
        self.agreed.tier > Tier::T0
    }

    /// Who we are to the cluster must be who agreed, and it must be the cluster that was meant.
    async fn identified(&self) -> Result<Identity, Refusal> {
        let identity = self.papers().await?;
        identified(&self.agreed, &identity)?;
        Ok(identity)
    }

    async fn papers(&self) -> Result<Identity, Refusal> {
        self.hands
            .papers
            .show()
            .await
            .map_err(|why| Refusal::Unreadable {
                what: "identity".to_owned(),
                why,
            })
    }

    /// As many persons agree as must: asked again, since what was launched may have been launched by anything that can
    /// write the ledger.
    async fn agreed_by_enough(&self) -> Result<(), Refusal> {
        if self.agreed.persons <= 1 {
            return Ok(());
        }
        let (ledger, plan, run) = (
            Arc::clone(&self.ledger),
            self.agreed.clone(),
            self.id.clone(),
        );
        let (signers, own_key) = (self.signers.clone(), self.asked.actor.ssh_key.clone());
        let now = self.clock.now().wall;
        let judged = spawn_blocking(move || {
            Council {
                ledger: &*ledger,
                signers: &signers,
                run: Some(&run),
                own_key: own_key.as_deref(),
                now,
            }
            .enough(&plan)
        });
        judged
            .await
            .unwrap_or_else(|error| Err(no_ledger(&error.to_string())))
    }

    /// No flow that goes on keeps it from being done: asked of the ledger again, since one may have been begun after
    /// this was agreed to.
    async fn thawed(&self) -> Result<(), Refusal> {
        let (ledger, run) = (Arc::clone(&self.ledger), self.asked.clone());
        let (freezes, now) = (self.freezes.clone(), self.clock.now());
        spawn_blocking(move || freezes.pass(&*ledger, &run, now))
            .await
            .unwrap_or_else(|error| Err(no_ledger(&error.to_string())))
    }

    /// Nothing is begun that needs the shared ledger while that is away. Once it is begun, stopping half way is no safer.
    async fn answered_for(&self) -> Result<(), Refusal> {
        let (ledger, plan) = (Arc::clone(&self.ledger), self.agreed.clone());
        spawn_blocking(move || reachable(&*ledger, &plan))
            .await
            .unwrap_or_else(|error| Err(no_ledger(&error.to_string())))
    }

    /// No other run of this ledger is on the target: whoever was asked for first goes first.
    async fn alone(&self) -> Result<(), Refusal> {
        let (ledger, plan, id) = (
            Arc::clone(&self.ledger),
            self.agreed.clone(),
            self.id.clone(),
        );
        let query = RunQuery {
            target: Some(plan.target.to_string()),
            blocking: true,
            ..RunQuery::default()
        };
        let runs = spawn_blocking(move || ledger.runs(&query)).await;
        let runs = match runs {
            Ok(Ok(runs)) => runs,
            Ok(Err(error)) => return Err(no_ledger(&error.to_string())),
            Err(error) => return Err(no_ledger(&error.to_string())),
        };
        let mine = runs.iter().find(|run| run.id == id).map(|run| run.asked_at);
        let before = runs
            .iter()
            .filter(|run| run.id != id && (Some(run.asked_at), &run.id) < (mine, &id));
        match in_the_way(before, &plan) {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    pub async fn read_facts(&self, step: usize, plan: &Plan) -> RunEvent {
        RunEvent::Facts(self.facts(step, plan).await)
    }

    async fn facts(&self, step: usize, plan: &Plan) -> Result<Vec<Fact>, Refusal> {
        let identity = self.identified().await?;
        if step == 0 {
            self.answered_for().await?;
        }
        let mut facts = facts_of(&self.hands.executor, step, plan).await?;
        facts.extend(marks(plan, &self.packs, &identity));
        Ok(facts)
    }

    /// The facts as the steps left them, as far as they are still there to be read; `None` where nothing answers now.
    pub async fn left(&self) -> Option<Vec<Fact>> {
        match self.hands.executor.recheck(&self.agreed).await {
            Ok(facts) => Some(facts),
            // What a step took away leaves nothing to wait for.
            Err(Refusal::NotFound { .. } | Refusal::Drifted { .. }) => Some(Vec::new()),
            Err(refusal) => {
                tracing::warn!(?refusal, "what the steps left can't be read yet");
                None
            }
        }
    }

    pub async fn check_lock(&self) -> RunEvent {
        let checked = match &*self.held.lock().await {
            Some(held) => held.check().await,
            None if !self.locks() => Ok(()),
            None => Err("nobody".to_owned()),
        };
        RunEvent::LockChecked(match checked {
            Ok(()) => self.still_ours().await,
            lost => lost,
        })
    }

    /// Nobody held us for dead and said so in the ledger.
    async fn still_ours(&self) -> Result<(), String> {
        let (ledger, id) = (Arc::clone(&self.ledger), self.id.clone());
        let run = spawn_blocking(move || ledger.run(&id)).await;
        match run {
            Ok(Ok(Some(run))) if !run.is_over() => Ok(()),
            Ok(Ok(_)) => Err("the ledger, in which this run is over".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub async fn record(&self, entry: Entry) -> RunEvent {
        let (before, after) = match &entry {
            Entry::StepStarted { .. } => ("before-step-recorded", "after-step-recorded"),
            Entry::StepEnded { .. } => ("before-step-ended", "after-step-ended"),
            Entry::Verifying => ("before-verifying", "verifying"),
            Entry::Outcome(_) => ("before-outcome", "after-outcome"),
            _ => ("", ""),
        };
        point(before);
        let recorded = if matches!(entry, Entry::Outcome(_)) {
            self.insist(entry).await
        } else {
            self.append(entry).await
        };
        point(after);
        RunEvent::Recorded(recorded.map_err(|error| error.to_string()))
    }

    /// What came of it is written as soon as the ledger takes it again: it changes nothing any more.
    async fn insist(&self, entry: Entry) -> Result<(), LedgerError> {
        let until = tokio::time::Instant::now() + self.insist;
        loop {
            match self.append(entry.clone()).await {
                Err(error) if tokio::time::Instant::now() < until => {
                    tracing::warn!(%error, "the outcome is not kept yet");
                    tokio::time::sleep(Duration::from_secs(1).min(self.insist)).await;
                }
                other => return other,
            }
        }
    }

    pub async fn run(&self, place: usize, step: &Planned, plan: &Plan, tell: &Tell) -> RunEvent {
        let doing = Doing {
            run: &self.id,
            plan,
            place,
            step,
            output: tell,
            cancel: &self.cancel,
        };
        point("before-sent");
        let end = self.hands.executor.run(doing).await;
        point("after-sent");
        RunEvent::Ended(end)
    }

    pub async fn let_go(&self) {
        let held = self.held.lock().await.take();
        if let Some(held) = held {
            held.release().await;
        }
    }
}

/// The facts of a plan that are not about an object: who acts, where, from which pack.
pub fn marks(plan: &Plan, packs: &Packs, identity: &Identity) -> Vec<Fact> {
    let text = |text: Option<&str>| text.map_or(Value::Absent, Value::text);
    let value = |name: &FactName| {
        Some(match name {
            FactName::Pack => Value::text(&packs.desk.digest),
            FactName::Cluster => text(
                identity
                    .cluster
                    .as_ref()
                    .map(crate::domain::id::Uid::as_str),
            ),
            FactName::Principal => text(identity.who.as_ref().map(|who| who.name.as_str())),
            FactName::Uid | FactName::Generation | FactName::Field(_) | FactName::Guard => {
                return None;
            }
        })
    };
    let made = |of: &Target, name: &FactName| {
        value(name).map(|value| Fact::new(of.clone(), name.clone(), value))
    };
    plan.facts
        .iter()
        .filter_map(|fact| made(&fact.of, &fact.name))
        .collect()
}

fn no_ledger(why: &str) -> Refusal {
    Refusal::NoLedger {
        why: why.to_owned(),
    }
}

/// What is said of each thing that fell over.
pub(super) fn unknown(why: String) -> RunEvent {
    RunEvent::Ended(StepEnd::Unknown { why })
}
