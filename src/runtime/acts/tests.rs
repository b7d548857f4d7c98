//! From a plan that was agreed to, to a run that is recorded and begun or is not.

mod away;
mod broken;
mod full;
mod reconciling;
mod second;

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;

use super::*;
use crate::{
    domain::action::{
        plan::Plan,
        record::{ActorMark, Intent, Owner, RunState, Why},
        tier::Tier,
        verdict::Verdict,
    },
    ledger::{Ledger, LedgerError, Line, RunQuery, testkit},
    pack::Pack,
    runtime::approval::SignerList,
    runtime::runner::{
        Packs, ourselves,
        testkit::{World, clock, intent, ledger, packs, plan},
    },
};

/// A world with what acts in it, and what was started.
struct Bed {
    folder: tempfile::TempDir,
    world: Arc<World>,
    started: Arc<Mutex<Vec<RunId>>>,
    fails: Arc<AtomicBool>,
    means: Arc<Means>,
}

struct Outfit(Arc<World>);

impl Outfitter for Outfit {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>> {
        let hands = self.0.hands();
        async { Ok(hands) }.boxed()
    }
}

struct Start {
    started: Arc<Mutex<Vec<RunId>>>,
    fails: Arc<AtomicBool>,
    ledger: Arc<dyn Ledger>,
}

impl Starter for Start {
    fn start(&self, run: &RunId) -> io::Result<()> {
        let recorded = self.ledger.run(run).unwrap();
        assert!(recorded.is_some(), "it is durable before it is begun");
        if self.fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("no process can be started"));
        }
        self.started.lock().unwrap().push(run.clone());
        Ok(())
    }
}

fn bed() -> Bed {
    bed_on(|ledger| ledger)
}

fn bed_on(wrap: impl Fn(Arc<dyn Ledger>) -> Arc<dyn Ledger>) -> Bed {
    bed_with(wrap, SignerList::default())
}

fn bed_with(wrap: impl Fn(Arc<dyn Ledger>) -> Arc<dyn Ledger>, signers: SignerList) -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(ledger(folder.path()), &plan(1));
    let wrapped = wrap(Arc::clone(&world.ledger));
    let started = Arc::<Mutex<Vec<RunId>>>::default();
    let fails = Arc::<AtomicBool>::default();
    let starter: Arc<dyn Starter> = Arc::new(Start {
        started: Arc::clone(&started),
        fails: Arc::clone(&fails),
        ledger: Arc::clone(&world.ledger),
    });
    let outfitter: Arc<dyn Outfitter> = Arc::new(Outfit(Arc::clone(&world)));
    let build = move |packs| {
        let signers = signers.clone();
        Footing::new(packs, signers, Arc::clone(&starter), Arc::clone(&outfitter))
    };
    let kit = Kit {
        gate: Gate::new(false),
        demo: false,
        desk_args: vec!["--config=/etc/c.toml".to_owned()],
        shelf: Shelf::new(
            folder.path().join("ledger.db"),
            Arc::new(move || Ok(Arc::clone(&wrapped))),
        ),
        clock: clock(),
        footing: build(packs()),
        build: Box::new(move |pack, _| build(Packs::of(pack))),
    };
    Bed {
        folder,
        means: Arc::new(kit.into()),
        world,
        started,
        fails,
    }
}

impl Bed {
    async fn launch(&self, plan: Plan) -> Result<RunId, Refusal> {
        self.means.launch(intent(plan)).await
    }

    fn started(&self) -> usize {
        self.started.lock().unwrap().len()
    }

    fn runs(&self) -> Vec<crate::domain::action::record::Run> {
        self.world.ledger.runs(&RunQuery::default()).unwrap()
    }

    fn now(&self) -> Timestamp {
        self.means.clock.now().wall
    }
}

#[tokio::test]
async fn an_intent_is_durable_before_its_runner_is_started() {
    let bed = bed();
    let run = bed.launch(plan(1)).await.unwrap();
    assert_eq!(*bed.started.lock().unwrap(), std::slice::from_ref(&run));
    let recorded = bed.world.run_of(&run);
    assert_eq!(recorded.state, RunState::Intended);
    assert_eq!(recorded.intent.desk_args, ["--config=/etc/c.toml"]);
    assert_eq!(recorded.actor.principal.as_deref(), Some("li"));
}

#[tokio::test]
async fn the_gate_lets_nothing_through_that_was_not_agreed_to() {
    type Change = fn(&Bed, &mut Plan);
    let changes: [(Change, &str); 7] = [
        (|bed, _| bed.means.gate.set_read_only(true), "read-only"),
        (|_, plan| plan.pack.digest = "e".to_owned(), "pack-changed"),
        (|_, plan| plan.principal = "root".to_owned(), "identity"),
        (|_, plan| plan.desk.cluster = None, "identity"),
        (|_, plan| plan.desk.demo = true, "identity"),
        (|_, plan| plan.persons = 2, "persons"),
        (
            |bed, _| bed.world.who.lock().unwrap().who = None,
            "identity",
        ),
    ];
    for (change, id) in changes {
        let bed = bed();
        let mut plan = plan(1);
        change(&bed, &mut plan);
        let refusal = bed.launch(plan).await.unwrap_err();
        assert_eq!(refusal.id(), id);
        assert_eq!((bed.started(), bed.runs().len()), (0, 0), "{id}");
    }
}

#[tokio::test]
async fn what_only_reads_goes_through_a_gate_that_lets_nothing_change() {
    let bed = bed();
    bed.means.gate.set_read_only(true);
    let looks = Plan {
        tier: Tier::T0,
        ..plan(1)
    };
    let run = bed.launch(looks).await.unwrap();
    assert_eq!(*bed.started.lock().unwrap(), [run]);
    assert_eq!(bed.launch(plan(1)).await.unwrap_err(), Refusal::ReadOnly);
}

#[tokio::test]
async fn a_digest_of_another_plan_is_refused() {
    let bed = bed();
    let other = Intent {
        digest: "0".into(),
        ..intent(plan(1))
    };
    assert!(bed.means.launch(other).await.is_err());
    assert_eq!((bed.started(), bed.runs().len()), (0, 0));
}

#[tokio::test]
async fn one_runs_and_the_other_is_told_who() {
    let bed = bed();
    let first = bed.launch(plan(1)).await.unwrap();
    let busy = bed.launch(plan(1)).await.unwrap_err();
    let Refusal::Busy { who, run, since } = busy else {
        panic!("{busy:?}");
    };
    assert!(who.starts_with("li ("));
    assert_eq!(run, Some(first.to_string()));
    assert!(since.is_some());
    assert_eq!(bed.started(), 1);
    let mut elsewhere = plan(1);
    elsewhere.target = crate::domain::action::target::Target::Named {
        name: "web-".to_owned(),
    };
    assert!(
        bed.launch(elsewhere).await.is_ok(),
        "a name that looks alike"
    );
}

#[tokio::test]
async fn an_unknown_end_keeps_others_away_until_somebody_saw_it() {
    let bed = bed();
    let run = bed.launch(plan(1)).await.unwrap();
    bed.world.write(&run, &testkit::outcome(Verdict::Unknown));
    let refusal = bed.launch(plan(1)).await.unwrap_err();
    let id = run.to_string();
    assert_eq!(refusal, Refusal::Unsettled { run: id });
    bed.world.write(&run, &Entry::Acknowledged { note: None });
    assert!(bed.launch(plan(1)).await.is_ok());
}

#[tokio::test]
async fn a_runner_that_cannot_be_started_leaves_no_run_behind() {
    let bed = bed();
    bed.fails.store(true, Ordering::SeqCst);
    assert!(bed.launch(plan(1)).await.is_err());
    let [run] = bed.runs().try_into().unwrap();
    let RunState::Ended(outcome) = &run.state else {
        panic!("{run:?}");
    };
    assert_eq!(outcome.verdict, Verdict::Aborted);
    assert!(!run.blocks());
}

#[tokio::test]
async fn what_the_ledger_says_is_told_and_late_answers_are_not() {
    let bed = bed();
    let mut acts = Acts::of(Arc::clone(&bed.means));
    let run = bed.launch(plan(1)).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(20), async {
        let (mut written, mut runs_told, mut there) = (false, false, false);
        while !(written && there) {
            let Acted::Told(all) = acts.next().await.unwrap() else {
                continue;
            };
            for told in all {
                match told {
                    Acted::Ledger(state) => {
                        assert!(runs_told, "what it says comes before that it can be read");
                        written = state.is_ok();
                    }
                    Acted::Runs(runs) => {
                        runs_told = true;
                        there |= runs.iter().any(|it| it.id == run);
                    }
                    _ => {}
                }
            }
        }
    });
    told.await.unwrap();
    acts.carry_out(Act::Recheck {
        request: 7,
        plan: Arc::new(plan(1)),
    });
    // Nothing ran between the two: this one is never answered.
    acts.carry_out(Act::Forget(7));
    acts.carry_out(Act::Recheck {
        request: 8,
        plan: Arc::new(plan(1)),
    });
    let answered = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let Acted::Rechecked { request, answer } = acts.next().await.unwrap() {
                return (request, answer);
            }
        }
    });
    let (request, answer) = answered.await.unwrap();
    assert!(answer.is_ok());
    assert_eq!(request, 8, "the first was forgotten");
    drop(bed.folder);
}

#[tokio::test]
async fn without_a_desk_everything_is_answered_with_no() {
    let mut acts = Acts::default();
    acts.carry_out(Act::Launch {
        request: 3,
        intent: Box::new(intent(plan(1))),
    });
    let answer = acts.next().await.unwrap();
    assert!(matches!(
        answer,
        Acted::Launched {
            request: 3,
            answer: Err(Refusal::NoLedger { .. })
        }
    ));
}

#[tokio::test]
async fn a_pack_that_was_read_again_is_what_is_launched_from_then_on() {
    let bed = bed();
    let generic = Arc::new(Pack::generic());
    let mut next = plan(1);
    next.pack = Packs::of(&generic).desk;
    assert_eq!(bed.launch(next.clone()).await, Err(Refusal::PackChanged));
    bed.means.refit(&generic, &Policy::default());
    // What was agreed to under the old one is void.
    assert_eq!(bed.launch(plan(1)).await, Err(Refusal::PackChanged));
    assert_eq!(bed.started(), 0);
    let mut facts = next.clone();
    facts.facts.push(Fact::new(
        next.target.clone(),
        crate::domain::action::fact::FactName::Pack,
        crate::domain::action::value::Value::Absent,
    ));
    let read = bed.means.recheck(&facts).await.unwrap();
    let pack = read.last().unwrap();
    let digest = generic.digest.as_str();
    assert_eq!(
        pack.value,
        crate::domain::action::value::Value::text(digest)
    );
    assert!(bed.launch(next).await.is_ok());
    assert_eq!(bed.started(), 1);
}

#[tokio::test]
async fn what_is_being_launched_when_the_desk_is_left_is_recorded_and_begun_for_that_desk() {
    let (bed, next) = (bed(), bed_on(|ledger| ledger));
    let mut acts = Acts::of(Arc::clone(&bed.means));
    let agreed = Box::new(intent(plan(1)));
    acts.carry_out(Act::Launch {
        request: 1,
        intent: agreed,
    });
    acts.leave(Acts::of(Arc::clone(&next.means)));
    acts.finish().await;
    assert_eq!((bed.started(), bed.runs().len()), (1, 1));
    assert_eq!((next.started(), next.runs().len()), (0, 0));
    assert_eq!(bed.runs()[0].intent.plan, plan(1));
}
