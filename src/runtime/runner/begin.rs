//! From the number of a run to its runner.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Freezes, Hands, Pace, Packs, Runner, eyes::ModelEyes, ourselves};
use crate::{
    app::model::Model,
    domain::{action::record::Run, time::Clock},
    ledger::Ledger,
    runtime::{acts::actor, approval::SignerList, readers::Plan},
};

/// A desk to look at: its model before anything was heard, and what to read.
pub struct Lookout {
    pub model: Model,
    pub plan: Plan,
}

/// What a runner is made of.
pub struct Berth {
    pub run: Run,
    pub ledger: Arc<dyn Ledger>,
    pub hands: Hands,
    pub packs: Packs,
    pub lookout: Lookout,
    pub read_only: bool,
    /// Whose signatures count where two persons must agree.
    pub signers: SignerList,
    pub clock: Arc<dyn Clock>,
    pub stop: CancellationToken,
    pub pace: Pace,
}

impl Runner {
    /// The runner of a run, in this process; the text says why there can be none.
    pub fn begin(berth: Berth) -> Result<Self, String> {
        let Berth {
            run,
            ledger,
            hands,
            packs,
            lookout,
            read_only,
            signers,
            clock,
            stop,
            pace,
        } = berth;
        let owner = ourselves().ok_or("/proc does not say which process this is")?;
        let action = run.intent.plan.action.clone();
        let freezes = Freezes::of(lookout.model.clone());
        let eyes = ModelEyes::open(lookout, action, Arc::clone(&clock));
        Ok(Self {
            actor: actor(Some(run.intent.plan.principal.clone())),
            owner,
            hands,
            packs,
            read_only,
            signers,
            eyes: Box::new(eyes),
            freezes,
            clock,
            stop,
            pace,
            ledger,
            run,
        })
    }
}
