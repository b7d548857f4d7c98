//! The last guard against what a flow freezes: the ledger itself, whatever whoever agreed had been told.

use std::sync::Arc;

use crate::{
    app::{event::Event, flows, model::Model, update},
    domain::{
        action::{record::Run, refusal::Refusal},
        time::Moment,
    },
    ledger::{Ledger, LedgerError},
    runtime::acts::{LOG, REACHED_WITHIN, runs},
};

/// Whether a flow that goes on keeps a run from being done, as the ledger says now.
#[derive(Clone)]
pub struct Freezes {
    /// The desk of the run, of whose world nothing was heard.
    desk: Arc<Model>,
}

impl Freezes {
    pub fn of(desk: Model) -> Self {
        Self {
            desk: Arc::new(desk),
        }
    }

    /// Refuses a run that a flow keeps from being done.
    pub fn pass(&self, ledger: &dyn Ledger, run: &Run, now: Moment) -> Result<(), Refusal> {
        let action = &run.intent.plan.action;
        if !flows::may_freeze(&self.desk.pack, action) {
            return Ok(());
        }
        // What others wrote comes here first; where it can't, what is known here counts.
        let _ = ledger.settle(REACHED_WITHIN);
        let model = self.told(ledger, now).map_err(|error| Refusal::NoLedger {
            why: error.to_string(),
        })?;
        let item = model.acts.catalogue.item(action.as_str());
        let frozen = item.and_then(|it| flows::frozen_by_ledger(&model, it.spec, run.asked_at));
        frozen.map_or(Ok(()), Err)
    }

    /// The desk, told all that the ledger says.
    fn told(&self, ledger: &dyn Ledger, now: Moment) -> Result<Model, LedgerError> {
        let mut model = (*self.desk).clone();
        // Effects are for a person at a screen.
        let _ = update(&mut model, Event::Tick(now));
        let since = now.wall.saturating_sub(LOG).unwrap_or(now.wall);
        let lines = ledger.log(since, None)?.unwrap_or_default();
        model.acts.log = lines.into_iter().map(Arc::new).collect();
        model.acts.runs = runs(ledger, &[])?;
        model.read_log();
        Ok(model)
    }
}
