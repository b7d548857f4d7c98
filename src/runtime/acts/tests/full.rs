//! A ledger that takes nothing more.

use super::*;

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
