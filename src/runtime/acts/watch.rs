//! Watches the ledger: what others wrote, runs that go on, runs whose runner is gone.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{Means, actor::actor, launch::REACHED_WITHIN, reconcile::reconcile};
use crate::{
    app::{acting::Acted, acts::RUNS_KEPT},
    domain::{
        action::record::{Aside, Run},
        id::{ActionId, RunId},
        logbook::{LogLine, handover::HeadMark},
    },
    ledger::{Ledger, LedgerError, Reach, RunQuery},
};

/// How often the ledger is looked at while a run goes on.
const BUSY: Duration = Duration::from_millis(250);
/// What others wrote is to be seen within two seconds, of which the way through PostgreSQL may take one.
const QUIET: Duration = Duration::from_millis(750);
/// How often it is looked whether runners live, while runs go on.
const ALIVE: Duration = Duration::from_secs(5);
/// How many refusals and notes are shown.
const ASIDES_KEPT: usize = 100;
/// Of how many of the newest all that their steps wrote is read.
const WHOLE: usize = 3;
/// How many runs of each action are looked through for changes that still stand.
const STANDING: usize = 10;
/// How far back refusals and notes are shown.
const ASIDES: Duration = Duration::from_secs(14 * 24 * 3_600);
/// How far back the logbook is read: a check of every quarter has been done once in it.
pub const LOG: Duration = Duration::from_secs(100 * 24 * 3_600);

/// What a look into the ledger found.
struct Seen {
    version: u64,
    runs: Vec<Arc<Run>>,
    asides: Vec<Arc<Aside>>,
    /// `None`: nothing was written down since.
    log: Option<Vec<Arc<LogLine>>>,
    /// How many lines of it there were before it was read.
    written_down: usize,
    heads: Vec<HeadMark>,
}

/// What is known of the ledger so far.
#[derive(Default)]
struct Known {
    version: Option<u64>,
    asides: Vec<Arc<Aside>>,
    /// How many lines of the logbook there were when it was told.
    written_down: Option<usize>,
    said: Option<Result<(), String>>,
}

/// Tells what the ledger says, whenever it says something else, and whether the shared one behind it answers.
pub(super) async fn watch(means: Arc<Means>, tell: mpsc::UnboundedSender<Acted>, only_reads: bool) {
    tokio::join!(
        watch_own(&means, &tell, only_reads),
        watch_shared(&means, &tell)
    );
}

/// How far what is written reaches: asked once, and from then on as its courier last found it.
async fn watch_shared(means: &Means, tell: &mpsc::UnboundedSender<Acted>) {
    let mut said: Option<Result<(), String>> = None;
    while !tell.is_closed() {
        let (shelf, first) = (means.shelf.clone(), said.is_none());
        let looked = spawn_blocking(move || {
            let ledger = shelf.ledger().ok()?;
            Some(if first {
                ledger.settle(REACHED_WITHIN)
            } else {
                ledger.reach()
            })
        });
        // A ledger that can't be opened says so itself.
        if let Ok(Some(reach)) = looked.await {
            let state = match reach {
                Reach::Local | Reach::Shared => Ok(()),
                Reach::Away(why) => Err(why),
            };
            if said.as_ref() != Some(&state) {
                // Nobody listens any more where this fails, and the watch ends.
                let _ = tell.send(Acted::Shared(state.clone()));
                said = Some(state);
            }
        }
        tokio::time::sleep(QUIET).await;
    }
}

async fn watch_own(means: &Means, tell: &mpsc::UnboundedSender<Acted>, only_reads: bool) {
    let mut known = Known::default();
    let mut busy = false;
    let mut checked: Option<Duration> = None;
    while !tell.is_closed() {
        match look(means, &known).await {
            Ok(seen) => {
                let mut told = Vec::new();
                if let Some(seen) = seen {
                    busy = seen.runs.iter().any(|run| !run.is_over());
                    told = known.take(seen);
                }
                // At once, and behind what it says: a ledger that is there and silent would read as one in which nothing was done.
                told.extend(known.say(Ok(())));
                if !told.is_empty() {
                    // Nobody listens any more where this fails, and the watch ends.
                    let _ = tell.send(Acted::Told(told));
                }
                let now = means.clock.now();
                let due = checked.is_none_or(|at| now.mono.saturating_sub(at) >= ALIVE);
                if !only_reads && due && (busy || checked.is_none()) {
                    checked = Some(now.mono);
                    bury(means, now.wall).await;
                }
            }
            Err(error) => {
                known.version = None;
                if let Some(told) = known.say(Err(error.to_string())) {
                    let _ = tell.send(told);
                }
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
    /// What is new of what it says.
    fn take(&mut self, seen: Seen) -> Vec<Acted> {
        self.version = Some(seen.version);
        let mut told = vec![Acted::Runs(seen.runs)];
        if seen.asides != self.asides {
            self.asides.clone_from(&seen.asides);
            told.push(Acted::Asides(seen.asides));
        }
        if let Some(log) = seen.log {
            self.written_down = Some(seen.written_down);
            told.push(Acted::Log(log));
        }
        told.push(Acted::Heads(seen.heads));
        told
    }

    /// Whether it can be read, where that is new.
    fn say(&mut self, state: Result<(), String>) -> Option<Acted> {
        if self.said.as_ref() == Some(&state) {
            return None;
        }
        self.said = Some(state.clone());
        Some(Acted::Ledger(state))
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

async fn look(means: &Means, known: &Known) -> Result<Option<Seen>, LedgerError> {
    let shelf = means.shelf.clone();
    let now = means.clock.now().wall;
    let (version, lines) = (known.version, known.written_down);
    let temporary = means.footing().packs.temporary.clone();
    let looked = spawn_blocking(move || {
        let ledger = shelf.ledger()?;
        let found = ledger.version()?;
        if version == Some(found) {
            return Ok(None);
        }
        let runs = runs(&*ledger, &temporary)?;
        let asides = ledger.asides(&RunQuery {
            since: now.checked_sub(ASIDES).ok(),
            limit: Some(ASIDES_KEPT),
            ..RunQuery::default()
        })?;
        let written_down = ledger.written_down()?;
        let log = ledger.log(now.checked_sub(LOG).unwrap_or(Timestamp::MIN), lines)?;
        Ok(Some(Seen {
            version: found,
            runs,
            log: log.map(|lines| lines.into_iter().map(Arc::new).collect()),
            written_down,
            asides: asides.into_iter().map(Arc::new).collect(),
            heads: ledger.heads()?.into_iter().map(HeadMark::from).collect(),
        }))
    });
    looked
        .await
        .unwrap_or_else(|error| Err(LedgerError::Broken(error.to_string())))
}

/// The newest runs, all that are not settled, and the newest of each action whose change is to be taken back one day;
/// newest first.
pub fn runs(ledger: &dyn Ledger, temporary: &[ActionId]) -> Result<Vec<Arc<Run>>, LedgerError> {
    let newest = ledger.runs(&RunQuery {
        limit: Some(RUNS_KEPT),
        ..RunQuery::default()
    })?;
    let unsettled = ledger.runs(&RunQuery {
        blocking: true,
        ..RunQuery::default()
    })?;
    let mut all: BTreeMap<(Timestamp, RunId), Run> = BTreeMap::new();
    let mut standing = Vec::new();
    // Where there are few runs in all, the newest are all of them.
    for action in temporary.iter().filter(|_| newest.len() == RUNS_KEPT) {
        standing.extend(ledger.runs(&RunQuery {
            action: Some(action.clone()),
            limit: Some(STANDING),
            ..RunQuery::default()
        })?);
    }
    for run in newest.into_iter().chain(unsettled).chain(standing) {
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
