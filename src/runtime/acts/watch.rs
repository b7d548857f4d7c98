//! Watches the ledger: what others wrote, runs that go on, runs whose runner is gone.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{Means, actor::actor, reconcile::reconcile};
use crate::{
    app::acting::Acted,
    domain::{
        action::record::{Aside, Entry, Run},
        id::RunId,
    },
    ledger::{Ledger, LedgerError, RunQuery},
};

/// How often the ledger is looked at while a run goes on.
const BUSY: Duration = Duration::from_millis(250);
const QUIET: Duration = Duration::from_secs(2);
/// How often it is looked whether runners live, while runs go on.
const ALIVE: Duration = Duration::from_secs(5);
/// How many runs are shown beside those that are not settled.
const NEWEST: usize = 100;
/// Of how many of the newest all that their steps wrote is read.
const WHOLE: usize = 3;
/// How far back refusals and notes are shown.
const ASIDES: Duration = Duration::from_secs(14 * 24 * 3_600);

/// What a look into the ledger found.
struct Seen {
    version: u64,
    runs: Vec<Arc<Run>>,
    /// Refusals and notes that are new, oldest first.
    asides: Vec<Arc<Aside>>,
    newest: Option<Newest>,
}

/// The newest line that was looked at.
type Newest = (Timestamp, u64);

/// What is known of the ledger so far.
#[derive(Default)]
struct Known {
    version: Option<u64>,
    newest: Option<Newest>,
    asides: Vec<Arc<Aside>>,
    said: Option<Result<(), String>>,
}

/// Tells what the ledger says, whenever it says something else.
pub(super) async fn watch(means: Arc<Means>, tell: mpsc::UnboundedSender<Acted>) {
    let mut known = Known::default();
    let mut busy = false;
    let mut checked: Option<Duration> = None;
    while !tell.is_closed() {
        match look(&means, known.version, known.newest).await {
            Ok(seen) => {
                known.say(&tell, Ok(()));
                if let Some(seen) = seen {
                    busy = seen.runs.iter().any(|run| !run.is_over());
                    known.take(&tell, seen);
                }
                let now = means.clock.now();
                let due = checked.is_none_or(|at| now.mono.saturating_sub(at) >= ALIVE);
                if due && (busy || checked.is_none()) {
                    checked = Some(now.mono);
                    bury(&means, now.wall).await;
                }
            }
            Err(error) => {
                known.version = None;
                known.say(&tell, Err(error.to_string()));
            }
        }
        let wait = if busy { BUSY } else { QUIET };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = means.wrote.notified() => {}
        }
    }
}

impl Known {
    fn take(&mut self, tell: &mpsc::UnboundedSender<Acted>, seen: Seen) {
        self.version = Some(seen.version);
        self.newest = seen.newest.or(self.newest);
        // Nobody listens any more where this fails, and the watch ends.
        let _ = tell.send(Acted::Runs(seen.runs));
        if !seen.asides.is_empty() {
            self.asides.splice(0..0, seen.asides.into_iter().rev());
            let _ = tell.send(Acted::Asides(self.asides.clone()));
        }
    }

    fn say(&mut self, tell: &mpsc::UnboundedSender<Acted>, state: Result<(), String>) {
        if self.said.as_ref() != Some(&state) {
            let _ = tell.send(Acted::Ledger(state.clone()));
            self.said = Some(state);
        }
    }
}

/// Runs whose runner is gone must not look as if they went on.
async fn bury(means: &Means, now: Timestamp) {
    let shelf = means.shelf.clone();
    let Ok(Ok(ledger)) = spawn_blocking(move || shelf.ledger()).await else {
        return;
    };
    let hands = means.hands().await.ok();
    if let Err(error) = reconcile(&*ledger, &actor(None), hands.as_ref(), now).await {
        tracing::warn!(%error, "runs whose runner is gone can't be written down");
    }
}

async fn look(
    means: &Means,
    version: Option<u64>,
    newest: Option<Newest>,
) -> Result<Option<Seen>, LedgerError> {
    let shelf = means.shelf.clone();
    let now = means.clock.now().wall;
    let looked = spawn_blocking(move || {
        let ledger = shelf.ledger()?;
        let found = ledger.version()?;
        if version == Some(found) {
            return Ok(None);
        }
        let runs = runs(&*ledger)?;
        let (asides, newest) = asides(&*ledger, newest, now)?;
        Ok(Some(Seen {
            version: found,
            runs,
            asides,
            newest,
        }))
    });
    looked
        .await
        .unwrap_or_else(|error| Err(LedgerError::Broken(error.to_string())))
}

/// The newest runs and all that are not settled, newest first.
pub fn runs(ledger: &dyn Ledger) -> Result<Vec<Arc<Run>>, LedgerError> {
    let newest = ledger.runs(&RunQuery {
        limit: Some(NEWEST),
        ..RunQuery::default()
    })?;
    let unsettled = ledger.runs(&RunQuery {
        blocking: true,
        ..RunQuery::default()
    })?;
    let mut all: BTreeMap<(Timestamp, RunId), Run> = BTreeMap::new();
    for run in newest.into_iter().chain(unsettled) {
        all.insert((run.asked_at, run.id.clone()), run);
    }
    all.into_values()
        .rev()
        .enumerate()
        .map(|(place, run)| {
            let whole = place < WHOLE || !run.is_over();
            let whole = whole.then(|| ledger.run(&run.id)).transpose()?.flatten();
            Ok(Arc::new(whole.unwrap_or(run)))
        })
        .collect()
}

/// Refusals and notes after a line, oldest first, and the newest line there is.
fn asides(
    ledger: &dyn Ledger,
    newest: Option<Newest>,
    now: Timestamp,
) -> Result<(Vec<Arc<Aside>>, Option<Newest>), LedgerError> {
    let since = match newest {
        Some((at, _)) => Some(at),
        None => now.checked_sub(ASIDES).ok(),
    };
    let mut lines = ledger.lines(None, since)?;
    lines.retain(|line| newest.is_none_or(|(_, sequence)| line.sequence > sequence));
    let newest = lines.last().map(|line| (line.at, line.sequence));
    let asides = lines.into_iter().filter_map(|line| {
        matches!(line.entry, Entry::Refused { .. } | Entry::Note { .. }).then(|| {
            Arc::new(Aside {
                at: line.at,
                actor: line.actor,
                entry: line.entry,
            })
        })
    });
    Ok((asides.collect(), newest))
}
