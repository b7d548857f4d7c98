//! The two ways a run gets its runner: a process that outlives this one, or, in a demo, a task of this one.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::{Outfitter, Shelf, Starter};
use crate::{
    domain::{id::RunId, time::Clock},
    runtime::{
        approval::SignerList,
        runner::{Berth, Lookout, Pace, Packs, Runner, spawn},
    },
};

/// Starts runners as processes of their own.
pub struct Detached {
    pub shelf: Shelf,
}

impl Starter for Detached {
    fn start(&self, run: &RunId) -> io::Result<()> {
        spawn(self.shelf.path(), run)
    }
}

/// Where a runner of this process looks.
pub type Lookouts = dyn Fn() -> Result<Lookout, String> + Send + Sync;

/// Starts runners as tasks of this process: with it they end, as the world of a demo does.
pub struct Within {
    pub shelf: Shelf,
    pub outfitter: Arc<dyn Outfitter>,
    pub packs: Packs,
    pub lookouts: Arc<Lookouts>,
    /// The time of the world that runs are watched in.
    pub clock: Arc<dyn Clock>,
    pub pace: Pace,
    /// Whose signatures count where two persons must agree.
    pub signers: SignerList,
    /// The runners of this process, whichever pack they were started under.
    pub running: Running,
}

/// Runners that are tasks of this process.
pub type Running = Arc<Mutex<JoinSet<()>>>;

impl Starter for Within {
    fn start(&self, run: &RunId) -> io::Result<()> {
        let (shelf, run) = (self.shelf.clone(), run.clone());
        let (outfitter, lookouts) = (Arc::clone(&self.outfitter), Arc::clone(&self.lookouts));
        let (packs, clock, pace) = (self.packs.clone(), Arc::clone(&self.clock), self.pace);
        let signers = self.signers.clone();
        let runner = async move {
            let id = run.clone();
            let read = spawn_blocking(move || {
                let ledger = shelf.ledger()?;
                ledger.run(&id).map(|run| (ledger, run))
            });
            let Ok(Ok((ledger, Some(run)))) = read.await else {
                return Err(format!("{run} is not in the ledger"));
            };
            let runner = Runner::begin(Berth {
                run,
                ledger,
                hands: outfitter.hands().await?,
                packs,
                lookout: lookouts()?,
                read_only: false,
                signers,
                clock,
                stop: CancellationToken::new(),
                pace,
            })?;
            runner.go().await;
            Ok(())
        };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(async move {
            if let Err(why) = runner.await {
                // The run is found as one that nobody took.
                tracing::error!(why, "no runner");
            }
        });
        Ok(())
    }
}
