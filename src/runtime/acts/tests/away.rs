//! A shared ledger that is away: what needs it is not begun.

use super::*;
use crate::{
    domain::action::{target::Target, tier::Tier},
    ledger::Reach,
    runtime::runner::Ended,
};

/// A ledger whose shared one can't be reached from some entry on.
struct Away {
    own: Arc<dyn Ledger>,
    gone: AtomicBool,
    from: fn(&Entry) -> bool,
}

impl Away {
    fn now(own: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
        let gone = AtomicBool::new(true);
        let from = |_: &Entry| false;
        Arc::new(Self { own, gone, from })
    }

    fn from(own: Arc<dyn Ledger>, from: fn(&Entry) -> bool) -> Arc<dyn Ledger> {
        let gone = AtomicBool::new(false);
        Arc::new(Self { own, gone, from })
    }
}

impl Ledger for Away {
    fn append(
        &self,
        actor: &ActorMark,
        run: Option<&RunId>,
        entry: &Entry,
    ) -> Result<Line, LedgerError> {
        self.gone.fetch_or((self.from)(entry), Ordering::SeqCst);
        self.own.append(actor, run, entry)
    }

    fn beat(&self, run: &RunId) -> Result<(), LedgerError> {
        self.own.beat(run)
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, LedgerError> {
        self.own.run(id)
    }

    fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, LedgerError> {
        self.own.runs(query)
    }

    fn lines(
        &self,
        run: Option<&RunId>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Line>, LedgerError> {
        self.own.lines(run, since)
    }

    fn version(&self) -> Result<u64, LedgerError> {
        self.own.version()
    }

    fn reach(&self) -> Reach {
        if self.gone.load(Ordering::SeqCst) {
            Reach::Away("refused".to_owned())
        } else {
            Reach::Shared
        }
    }
}

#[tokio::test]
async fn what_needs_it_is_not_recorded_and_the_rest_is() {
    let lease = crate::pack::parse_object("deployment/web").unwrap();
    let host = Target::Host {
        place: "web".to_owned(),
    };
    let flag = Target::Flag {
        id: "web".to_owned(),
    };
    for (target, tier, goes) in [
        (&lease, Tier::T2, true),
        (&host, Tier::T2, true),
        (&flag, Tier::T0, true),
        (&flag, Tier::T1, false),
        (&lease, Tier::T3, false),
    ] {
        let bed = bed_on(Away::now);
        let plan = Plan {
            target: target.clone(),
            tier,
            ..plan(1)
        };
        let launched = bed.launch(plan.clone()).await;
        let refused = launched.err().map(|refusal| refusal.id());
        let wanted = (!goes).then_some("shared-away");
        assert_eq!(refused, wanted, "{}, {}", plan.target, plan.tier);
        assert_eq!(bed.started(), usize::from(goes));
    }
}

/// The steps that were sent of a plan of two, which needs the shared ledger, where that goes away from some entry on.
async fn sent(from: fn(&Entry) -> bool) -> Vec<usize> {
    let of_all = Plan {
        target: Target::Named {
            name: "web".to_owned(),
        },
        tier: Tier::T1,
        ..plan(2)
    };
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(ledger(folder.path()), &of_all);
    let run = world.record("r-1", of_all);
    let mut runner = world.runner(run);
    runner.ledger = Away::from(Arc::clone(&world.ledger), from);
    assert_eq!(runner.go().await, Ended::Told);
    world.sent()
}

#[tokio::test]
async fn nothing_is_begun_when_it_went_away_before_the_first_step() {
    let before = sent(|entry| matches!(entry, Entry::Taken { .. })).await;
    assert_eq!(before, Vec::<usize>::new());
    let between = sent(|entry| matches!(entry, Entry::StepEnded { .. })).await;
    assert_eq!(between, [0, 1], "what is begun is not left half done");
}

#[tokio::test]
async fn that_it_is_away_is_told() {
    let bed = bed_on(Away::now);
    let mut acts = Acts::of(Arc::clone(&bed.means));
    loop {
        if let Acted::Shared(state) = acts.next().await.unwrap() {
            assert_eq!(state, Err("refused".to_owned()));
            return;
        }
    }
}
