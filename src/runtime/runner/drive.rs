//! Drives the machine of one run with what happens to it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Mutex,
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    Eyes, Pace, Runner,
    effects::{Doer, unknown},
    output::Outputs,
};
use crate::{
    actions::run::{RunEffect, RunEvent, RunMachine},
    domain::{
        action::{
            fact::Fact,
            record::{Entry, Run},
            refusal::Refusal,
        },
        time::Clock,
    },
    ledger::Ledger,
};

/// How a runner ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// What came of the run is written.
    Told,
    /// Another runner has it.
    NotOurs,
    /// What came of it could not be written.
    Untold,
}

/// A run under way.
struct Drive {
    machine: RunMachine,
    doer: Arc<Doer>,
    outputs: Outputs,
    eyes: Box<dyn Eyes>,
    clock: Arc<dyn Clock>,
    /// The one thing the machine waits for.
    doing: JoinSet<RunEvent>,
    judging: bool,
    /// Reads what the steps left.
    left: JoinSet<Option<Vec<Fact>>>,
    ended: Option<Ended>,
    /// Evidence that was passed on already, by step.
    seen: Vec<Option<String>>,
}

impl Runner {
    /// Does the run, to its end.
    pub async fn go(self) -> Ended {
        let Self {
            run,
            ledger,
            actor,
            owner,
            hands,
            packs,
            read_only,
            signers,
            eyes,
            freezes,
            clock,
            stop,
            pace,
        } = self;
        let plan = run.intent.plan.clone();
        let (machine, first) = RunMachine::start(run.id.clone(), plan.clone(), eyes.helping());
        let outputs = Outputs::start(Arc::clone(&ledger), actor.clone(), run.id.clone());
        let mut drive = Drive {
            machine,
            doer: Arc::new(Doer {
                id: run.id.clone(),
                agreed: plan,
                ledger: Arc::clone(&ledger),
                actor,
                owner,
                hands,
                packs,
                read_only,
                asked: run.clone(),
                freezes,
                signers,
                clock: Arc::clone(&clock),
                held: Mutex::new(None),
                cancel: CancellationToken::new(),
                insist: pace.insist,
            }),
            outputs,
            eyes,
            clock,
            doing: JoinSet::new(),
            judging: false,
            left: JoinSet::new(),
            ended: None,
            seen: vec![None; run.steps.len()],
        };
        drive.carry_out(vec![first]);
        let ended = drive.drive_on(ledger, pace, stop).await;
        drive.doer.let_go().await;
        ended
    }
}

fn every(time: Duration) -> Interval {
    let mut every = interval(time);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    every
}

impl Drive {
    async fn drive_on(
        &mut self,
        ledger: Arc<dyn Ledger>,
        pace: Pace,
        stop: CancellationToken,
    ) -> Ended {
        let (mut look, mut beat, mut tick) = (every(pace.look), every(pace.beat), every(pace.tick));
        let mut beside: JoinSet<Option<Run>> = JoinSet::new();
        let mut stopped = false;
        loop {
            if let Some(ended) = self.ended {
                return ended;
            }
            tokio::select! {
                biased;
                Some(done) = self.doing.join_next() => if let Ok(event) = done {
                    self.happened(event);
                },
                () = stop.cancelled(), if !stopped => {
                    stopped = true;
                    self.happened(RunEvent::CancelAsked);
                }
                Some(Ok(Some(run))) = beside.join_next() => self.others_wrote(&run),
                _ = beat.tick() => {
                    let (ledger, id) = (Arc::clone(&ledger), self.doer.id.clone());
                    beside.spawn_blocking(move || {
                        let _ = ledger.beat(&id);
                        None
                    });
                }
                _ = look.tick() => if beside.is_empty() {
                    let (ledger, id) = (Arc::clone(&ledger), self.doer.id.clone());
                    beside.spawn_blocking(move || ledger.run(&id).ok().flatten());
                },
                Some(Ok(left)) = self.left.join_next() => match left {
                    Some(facts) => {
                        self.eyes.done(&facts);
                        self.judging = true;
                        self.judge();
                    }
                    None => self.look_what_was_done(),
                },
                () = self.eyes.changed() => self.judge(),
                _ = tick.tick() => {
                    self.judge();
                    self.happened(RunEvent::Tick);
                }
            }
        }
    }

    /// Takes what others wrote of the run: a wish to stop, evidence.
    fn others_wrote(&mut self, run: &Run) {
        if run.cancel_asked {
            self.happened(RunEvent::CancelAsked);
        }
        for (step, line) in run.steps.iter().enumerate() {
            if let (Some(text), Some(seen)) = (&line.evidence, self.seen.get_mut(step))
                && (seen.as_ref() != Some(text) || self.machine.doing() == Some(step))
            {
                *seen = Some(text.clone());
                let text = text.clone();
                self.happened(RunEvent::Evidence { step, text });
            }
        }
    }

    /// What the watch shows is only taken for what the steps did once it has come to what they left.
    fn look_what_was_done(&mut self) {
        let doer = Arc::clone(&self.doer);
        self.left.spawn(async move {
            let left = doer.left().await;
            if left.is_none() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            left
        });
    }

    fn judge(&mut self) {
        if self.judging && !self.machine.is_over() {
            let (plan, saved) = (&self.doer.agreed, self.machine.saved());
            let judgement = match self.machine.awaits() {
                Some(step) => self.eyes.awaited(plan, step, saved),
                None => self.eyes.judge(plan, saved),
            };
            self.happened(RunEvent::Judged(judgement));
        }
    }

    fn happened(&mut self, event: RunEvent) {
        let untold = matches!(event, RunEvent::Recorded(Err(_)));
        let not_ours = matches!(event, RunEvent::Taken(Err(_)));
        let effects = self.machine.handle(event, self.clock.now().mono);
        if effects == [RunEffect::Leave] {
            self.ended = Some(if not_ours {
                Ended::NotOurs
            } else if untold {
                Ended::Untold
            } else {
                Ended::Told
            });
            return;
        }
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<RunEffect>) {
        for effect in effects {
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: RunEffect) {
        let doer = Arc::clone(&self.doer);
        match effect {
            RunEffect::Take => {
                let fallen = |why| RunEvent::Taken(Err(why));
                self.doing
                    .spawn(async move { Doer::safely(doer.take(), fallen).await });
            }
            RunEffect::Lock => {
                let fallen = |why| RunEvent::Locked(Err(Refusal::NoLock { why }));
                self.doing
                    .spawn(async move { Doer::safely(doer.lock(), fallen).await });
            }
            RunEffect::ReadFacts { step, plan } => {
                let fallen = |why| RunEvent::Facts(Err(unreadable(why)));
                self.doing
                    .spawn(async move { Doer::safely(doer.read_facts(step, &plan), fallen).await });
            }
            RunEffect::CheckLock => {
                let fallen = |why| RunEvent::LockChecked(Err(why));
                self.doing
                    .spawn(async move { Doer::safely(doer.check_lock(), fallen).await });
            }
            RunEffect::Record(entry) => self.record(entry),
            RunEffect::Do {
                step,
                planned,
                plan,
                again,
            } => {
                let tell = if again {
                    Outputs::nowhere()
                } else {
                    self.outputs.tell()
                };
                self.doing.spawn(async move {
                    Doer::safely(doer.run(step, &planned, &plan, &tell), unknown).await
                });
            }
            RunEffect::Stop => self.doer.cancel.cancel(),
            RunEffect::Judge => {
                // What was seen before the steps since then says nothing of what they did.
                self.judging = false;
                self.left.abort_all();
                self.look_what_was_done();
            }
            // `happened` has ended the drive.
            RunEffect::Leave => {}
        }
    }

    fn record(&mut self, mut entry: Entry) {
        if let Entry::Outcome(outcome) = &mut entry {
            outcome.snapshot = self.eyes.snapshot();
        }
        let doer = Arc::clone(&self.doer);
        let written = self.outputs.written();
        self.doing.spawn(async move {
            written.await;
            let fallen = |why| RunEvent::Recorded(Err(why));
            Doer::safely(doer.record(entry), fallen).await
        });
    }
}

fn unreadable(why: String) -> Refusal {
    Refusal::Unreadable {
        what: "facts".to_owned(),
        why,
    }
}
