//! From a plan that was agreed to, to a run that is recorded and begun or is not.

mod away;
mod broken;
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

/// A ledger that takes nothing more.
struct Full(Arc<dyn Ledger>);

impl Ledger for Full {
    fn append(&self, _: &ActorMark, _: Option<&RunId>, _: &Entry) -> Result<Line, LedgerError> {
        Err(LedgerError::Full)
    }

    fn beat(&self, _: &RunId) -> Result<(), LedgerError> {
        Err(LedgerError::Full)
    }

    fn run(&self, id: &RunId) -> Result<Option<crate::domain::action::record::Run>, LedgerError> {
        self.0.run(id)
    }

    fn runs(
        &self,
        query: &RunQuery,
    ) -> Result<Vec<crate::domain::action::record::Run>, LedgerError> {
        self.0.runs(query)
    }

    fn lines(
        &self,
        run: Option<&RunId>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Line>, LedgerError> {
        self.0.lines(run, since)
    }

    fn version(&self) -> Result<u64, LedgerError> {
        self.0.version()
    }
}

#[tokio::test]
async fn nothing_runs_on_a_ledger_that_is_full() {
    let bed = bed_on(|ledger| Arc::new(Full(ledger)));
    let refusal = bed.launch(plan(1)).await.unwrap_err();
    assert_eq!(refusal.id(), "no-ledger");
    assert_eq!(bed.started(), 0);
    assert!(bed.means.record(None, testkit::note("x")).await.is_err());
}

#[tokio::test]
async fn a_ledger_that_fills_up_under_a_run_stops_it_before_the_next_step() {
    struct FillsUp(Arc<dyn Ledger>, AtomicBool);
    impl Ledger for FillsUp {
        fn append(
            &self,
            actor: &ActorMark,
            run: Option<&RunId>,
            entry: &Entry,
        ) -> Result<Line, LedgerError> {
            if matches!(entry, Entry::StepEnded { .. }) {
                self.1.store(true, Ordering::SeqCst);
            }
            if self.1.load(Ordering::SeqCst) {
                return Err(LedgerError::Full);
            }
            self.0.append(actor, run, entry)
        }
        fn beat(&self, run: &RunId) -> Result<(), LedgerError> {
            self.0.beat(run)
        }
        fn run(
            &self,
            id: &RunId,
        ) -> Result<Option<crate::domain::action::record::Run>, LedgerError> {
            self.0.run(id)
        }
        fn runs(
            &self,
            query: &RunQuery,
        ) -> Result<Vec<crate::domain::action::record::Run>, LedgerError> {
            self.0.runs(query)
        }
        fn lines(
            &self,
            run: Option<&RunId>,
            since: Option<Timestamp>,
        ) -> Result<Vec<Line>, LedgerError> {
            self.0.lines(run, since)
        }
        fn version(&self) -> Result<u64, LedgerError> {
            self.0.version()
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(ledger(folder.path()), &plan(2));
    let run = world.record("r-1", plan(2));
    let mut runner = world.runner(run);
    runner.ledger = Arc::new(FillsUp(Arc::clone(&world.ledger), AtomicBool::new(false)));
    let ended = runner.go().await;
    assert_eq!(ended, crate::runtime::runner::Ended::Untold);
    assert_eq!(world.sent(), [0]);
}

fn dead() -> Owner {
    let us = ourselves().unwrap();
    Owner {
        started: us.started + 1,
        ..us
    }
}

#[tokio::test]
async fn a_run_whose_runner_died_is_unknown_and_says_what_was_found() {
    let bed = bed();
    let run = bed.world.record("r-1", plan(2)).id;
    bed.world.write(&run, &Entry::Taken { owner: dead() });
    bed.world.write(&run, &Entry::StepStarted { step: 0 });
    bed.world.write(&run, &testkit::done(0));
    bed.world.write(&run, &Entry::StepStarted { step: 1 });
    bed.world.facts.lock().unwrap()[1].value = crate::domain::action::value::Value::Int(36);
    let hands = bed.world.hands();
    let actor = testkit::actor("wang");
    let ledger = &*bed.world.ledger;
    let found = reconcile(ledger, &actor, Some(&hands), bed.now())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let run = bed.world.run_of(&run);
    let RunState::Ended(outcome) = &run.state else {
        panic!("{run:?}");
    };
    assert_eq!(
        (outcome.verdict, &outcome.done),
        (Verdict::Unknown, &vec![0])
    );
    let Some(Why::RunnerGone {
        sent: Some(1),
        drift: Some(drift),
    }) = &outcome.why
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        drift.now.as_ref().unwrap().value,
        crate::domain::action::value::Value::Int(36)
    );
    assert!(run.blocks(), "until somebody saw it");
    assert!(bed.world.sent().is_empty(), "nothing is done again");
    let again = reconcile(ledger, &actor, None, bed.now()).await.unwrap();
    assert!(again.is_empty(), "once");
}

#[tokio::test]
async fn a_run_whose_runner_lives_is_left_alone() {
    let bed = bed();
    let owner = ourselves().unwrap();
    let run = bed.world.record("r-1", plan(1)).id;
    bed.world.write(&run, &Entry::Taken { owner });
    let late = bed.now() + jiff::SignedDuration::from_hours(1);
    let actor = testkit::actor("wang");
    let found = reconcile(&*bed.world.ledger, &actor, None, late).await;
    assert_eq!(
        found.unwrap().len(),
        0,
        "it may be stopped for as long as it likes"
    );
}

#[tokio::test]
async fn a_runner_elsewhere_is_gone_when_it_has_been_silent_for_long() {
    let bed = bed();
    let owner = Owner {
        host: "bastion-9".to_owned(),
        ..dead()
    };
    let run = bed.world.record("r-1", plan(1)).id;
    bed.world.write(&run, &Entry::Taken { owner });
    bed.world.ledger.beat(&run).unwrap();
    let run = bed.world.run_of(&run);
    let at = |seconds| run.beat_at.unwrap() + jiff::SignedDuration::from_secs(seconds);
    assert!(!is_gone(&run, at(50)));
    assert!(is_gone(&run, at(70)));
}

#[tokio::test]
async fn an_intent_that_nobody_took_is_settled_and_never_begun_later() {
    let bed = bed();
    let run = bed.world.record("r-1", plan(1));
    let at = |seconds| run.asked_at + jiff::SignedDuration::from_secs(seconds);
    assert!(!is_gone(&run, at(5)), "its runner may just be starting");
    let actor = testkit::actor("wang");
    let ledger = &*bed.world.ledger;
    reconcile(ledger, &actor, None, at(20)).await.unwrap();
    let settled = bed.world.run_of(&run.id);
    let RunState::Ended(outcome) = &settled.state else {
        panic!("{settled:?}");
    };
    let nothing = Why::RunnerGone {
        sent: None,
        drift: None,
    };
    assert_eq!(outcome.why, Some(nothing));
    // A runner that comes too late does nothing.
    bed.world.runner(run).go().await;
    assert!(bed.world.sent().is_empty());
}

#[tokio::test]
async fn what_the_ledger_says_is_told_and_late_answers_are_not() {
    let bed = bed();
    let mut acts = Acts::of(Arc::clone(&bed.means));
    let run = bed.launch(plan(1)).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(20), async {
        let mut written = false;
        loop {
            match acts.next().await.unwrap() {
                Acted::Ledger(state) => written = state.is_ok(),
                Acted::Runs(runs) if runs.iter().any(|it| it.id == run) => return written,
                _ => {}
            }
        }
    });
    assert!(told.await.unwrap());
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
