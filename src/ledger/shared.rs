//! A ledger that a team shares: what is written goes to the file first, and from there to PostgreSQL; what others
//! wrote comes back into the file. So nothing is lost while PostgreSQL is away, and reading never waits for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, mpsc as wait},
    thread::JoinHandle,
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::{
    LeadMark, Ledger, LedgerError, Line, Reach, RunQuery, SqliteLedger,
    anchor::Head,
    postgres::{self, Away, Connected, Place},
};
use crate::domain::{
    action::record::{ActorMark, Aside, Entry, Run},
    id::RunId,
    logbook::LogLine,
};

/// How often it is looked what others wrote.
const PACE: Duration = Duration::from_secs(1);
/// How long PostgreSQL is left alone after it did not answer.
const REST: Duration = Duration::from_secs(5);
/// How long a whole exchange may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take where the program ends.
const FAREWELL: Duration = Duration::from_secs(3);
/// How many entries go at once.
const BATCH: usize = 200;

/// A file and the shared ledger behind it.
pub struct SharedLedger {
    local: Arc<SqliteLedger>,
    reach: Arc<Mutex<Reach>>,
    /// The end of the own chain as the shared ledger last had it.
    kept: Arc<Mutex<Option<Head>>>,
    asks: Option<mpsc::UnboundedSender<Ask>>,
    courier: Option<JoinHandle<()>>,
}

/// What the courier is told.
enum Ask {
    /// Something was written.
    Go,
    /// Go now, and say how it went.
    Settle(wait::Sender<Reach>),
}

impl SharedLedger {
    /// Begins to carry entries to and fro, beside whoever writes.
    pub fn over(local: SqliteLedger, place: Place) -> Result<Self, LedgerError> {
        let local = Arc::new(local);
        let reach = Arc::new(Mutex::new(Reach::Away("not connected yet".to_owned())));
        let kept = Arc::new(Mutex::new(None));
        let (asks, asked) = mpsc::unbounded_channel();
        let shown = place.url.to_string();
        let failed = |error: std::io::Error| LedgerError::NotOpened {
            path: shown.clone(),
            why: error.to_string(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let courier = Courier {
            local: Arc::clone(&local),
            place,
            reach: Arc::clone(&reach),
            kept: Arc::clone(&kept),
            line: None,
            told: Timestamp::UNIX_EPOCH,
        };
        let courier = std::thread::Builder::new()
            .name("ledger-courier".to_owned())
            .spawn(move || runtime.block_on(courier.work(asked)))
            .map_err(failed)?;
        Ok(Self {
            local,
            reach,
            kept,
            asks: Some(asks),
            courier: Some(courier),
        })
    }

    /// The file.
    pub fn local(&self) -> &SqliteLedger {
        &self.local
    }

    /// The end of the own chain as the shared ledger last had it: a head that was written elsewhere.
    pub fn kept(&self) -> Option<Head> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn tell(&self, ask: Ask) {
        if let Some(asks) = &self.asks {
            // A courier that is gone is told by `reach`.
            let _ = asks.send(ask);
        }
    }
}

impl Drop for SharedLedger {
    fn drop(&mut self) {
        self.asks = None;
        if let Some(courier) = self.courier.take() {
            let _ = courier.join();
        }
    }
}

impl Ledger for SharedLedger {
    fn append(
        &self,
        actor: &ActorMark,
        run: Option<&RunId>,
        entry: &Entry,
    ) -> Result<Line, LedgerError> {
        let line = self.local.append(actor, run, entry)?;
        self.tell(Ask::Go);
        Ok(line)
    }

    fn beat(&self, run: &RunId) -> Result<(), LedgerError> {
        self.local.beat(run)
    }

    fn lead(
        &self,
        what: &str,
        who: &str,
        over: Option<&LeadMark>,
    ) -> Result<LeadMark, LedgerError> {
        self.local.lead(what, who, over)
    }

    fn leave(&self, what: &str, who: &str) -> Result<(), LedgerError> {
        self.local.leave(what, who)
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, LedgerError> {
        self.local.run(id)
    }

    fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, LedgerError> {
        self.local.runs(query)
    }

    fn lines(
        &self,
        run: Option<&RunId>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Line>, LedgerError> {
        self.local.lines(run, since)
    }

    fn asides(&self, query: &RunQuery) -> Result<Vec<Aside>, LedgerError> {
        self.local.asides(query)
    }

    fn written_down(&self) -> Result<usize, LedgerError> {
        self.local.written_down()
    }

    fn log(
        &self,
        since: Timestamp,
        known: Option<usize>,
    ) -> Result<Option<Vec<LogLine>>, LedgerError> {
        self.local.log(since, known)
    }

    fn version(&self) -> Result<u64, LedgerError> {
        self.local.version()
    }

    fn heads(&self) -> Result<Vec<Head>, LedgerError> {
        self.local.heads()
    }

    fn reach(&self) -> Reach {
        self.reach
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn settle(&self, patience: Duration) -> Reach {
        let (reply, answer) = wait::channel();
        self.tell(Ask::Settle(reply));
        answer
            .recv_timeout(patience)
            .unwrap_or_else(|_| Reach::Away("no answer in time".to_owned()))
    }
}

/// Carries entries between the file and PostgreSQL.
struct Courier {
    local: Arc<SqliteLedger>,
    place: Place,
    reach: Arc<Mutex<Reach>>,
    kept: Arc<Mutex<Option<Head>>>,
    line: Option<Connected>,
    /// Signs of life up to here were passed on.
    told: Timestamp,
}

impl Courier {
    async fn work(mut self, mut asked: mpsc::UnboundedReceiver<Ask>) {
        let mut due = Instant::now();
        let mut well = true;
        loop {
            let first = timeout_at(due, asked.recv()).await;
            let ends = matches!(first, Ok(None));
            let mut waiting = Vec::new();
            let mut next = first.ok().flatten();
            let asked_to_go = next.is_some();
            while let Some(ask) = next {
                if let Ask::Settle(reply) = ask {
                    waiting.push(reply);
                }
                next = asked.try_recv().ok();
            }
            if ends && !well {
                return;
            }
            if asked_to_go && !well && waiting.is_empty() {
                continue;
            }
            let reach = self.exchange(if ends { FAREWELL } else { PATIENCE }).await;
            well = reach == Reach::Shared;
            due = Instant::now() + if well { PACE } else { REST };
            *self.reach.lock().unwrap_or_else(PoisonError::into_inner) = reach.clone();
            for reply in waiting {
                // Who asked may have stopped waiting.
                let _ = reply.send(reach.clone());
            }
            if ends {
                return;
            }
        }
    }

    /// Gives what is here and takes what is there.
    async fn exchange(&mut self, patience: Duration) -> Reach {
        let done = timeout(patience, self.try_exchange())
            .await
            .unwrap_or_else(|_| Err(Away::new("no answer in time")));
        match done {
            Ok(()) => Reach::Shared,
            Err(away) => {
                self.line = None;
                Reach::Away(away.to_string())
            }
        }
    }

    async fn try_exchange(&mut self) -> Result<(), Away> {
        if self
            .line
            .as_ref()
            .is_none_or(|line| line.client.is_closed())
        {
            let line = postgres::connect(&self.place, "quarterdeck ledger").await?;
            postgres::version(&line.client).await?;
            self.line = Some(line);
        }
        let Some(mut line) = self.line.take() else {
            return Err(Away::new("not connected"));
        };
        let heads = postgres::heads(&line.client).await?;
        self.give(&mut line, &heads).await?;
        self.take(&line, &heads).await?;
        self.line = Some(line);
        Ok(())
    }

    async fn give(
        &mut self,
        line: &mut Connected,
        heads: &BTreeMap<String, Head>,
    ) -> Result<(), Away> {
        if let Some(head) = heads.get(self.local.origin()) {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(head.clone());
            let here = self.local.hash_at(head.sequence)?;
            if here.as_ref() != Some(&head.hash) {
                return Err(Away::new(format!(
                    "entry {} of this ledger is another one in the shared ledger: the file was written anew, or is a copy",
                    head.sequence
                )));
            }
            self.local.sent(head.sequence)?;
        }
        loop {
            let (previous, links) = self.local.unsent(BATCH)?;
            let Some(last) = links.last() else { break };
            postgres::give(&mut line.client, &previous, &links).await?;
            self.local.sent(last.sequence)?;
        }
        let now = self.local.now();
        let beats = self.local.beats_since(self.told)?;
        if !beats.is_empty() {
            postgres::give_beats(&line.client, &beats).await?;
        }
        self.told = now;
        Ok(())
    }

    async fn take(&self, line: &Connected, heads: &BTreeMap<String, Head>) -> Result<(), Away> {
        let mirrors = self.local.mirrors()?;
        for (origin, head) in heads {
            if origin == self.local.origin() {
                continue;
            }
            let mut known = mirrors.get(origin).map_or(0, |head| head.sequence);
            while known < head.sequence {
                let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
                let found = postgres::fetch(&line.client, origin, known, most).await?;
                let Some(found) = found else { break };
                self.local.mirror(&found.previous, &found.links)?;
                known = found.links.last().map_or(known, |last| last.sequence);
            }
        }
        let beats = postgres::beats(&line.client).await?;
        if !beats.is_empty() {
            self.local.take_beats(&beats)?;
        }
        Ok(())
    }
}

impl From<LedgerError> for Away {
    fn from(error: LedgerError) -> Self {
        Self::new(error.to_string())
    }
}
