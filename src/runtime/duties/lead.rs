//! Who of several watches of a desk does its duties: one of each file by its ledger, one of all hosts by the shared one.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::spawn_blocking};

use crate::{
    domain::{
        action::{
            record::{ActorMark, Entry},
            refusal::Refusal,
        },
        logbook::LogDesk,
        time::Clock,
    },
    ledger::{LeadMark, Ledger, LedgerError, Reach, postgres::Place},
    runtime::{
        acts::Shelf,
        locks::{Held, Holder, postgres::PostgresLocks},
    },
};

/// How often a leader shows that it lives, and the others look.
const BEAT: Duration = Duration::from_secs(10);
/// How long a leader may be silent before another one takes over.
const SILENT: Duration = Duration::from_secs(35);
/// How long the shared ledger may take to have what is written and to tell what others wrote.
const SETTLED: Duration = Duration::from_secs(10);

/// Who does the duties of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// Nothing is known yet.
    Unknown,
    Here,
    /// Another watch of this user, or of another one.
    Elsewhere {
        who: String,
    },
    /// It can't be agreed on: nothing is done meanwhile.
    Nobody {
        why: String,
    },
}

/// One of several that may lead, by the ledger of one file.
#[derive(Debug)]
pub struct Candidate {
    what: String,
    who: String,
    /// Whose it was when its sign of life last changed, and when that was on our own clock: no other's time counts.
    seen: Option<(LeadMark, Duration)>,
}

impl Candidate {
    pub fn new(desk: &LogDesk, who: String) -> Self {
        Self {
            what: format!("watch {}@{}", desk.pack, desk.context),
            who,
            seen: None,
        }
    }

    /// Takes, keeps or finds the lead; `now` is monotonic.
    pub fn step(&mut self, ledger: &dyn Ledger, now: Duration) -> Result<Leads, LedgerError> {
        let silent = self.seen.as_ref().filter(|(_, since)| {
            // Time that went back tells nothing.
            now.checked_sub(*since).is_some_and(|time| time >= SILENT)
        });
        let over = silent.map(|(mark, _)| mark.clone());
        let found = ledger.lead(&self.what, &self.who, over.as_ref())?;
        if found.holder == self.who {
            self.seen = None;
            return Ok(Leads::Here);
        }
        let who = shown(&found.holder).to_owned();
        let same = self.seen.as_ref().filter(|(mark, _)| *mark == found);
        let since = same.map_or(now, |(_, since)| (*since).min(now));
        self.seen = Some((found, since));
        Ok(Leads::Elsewhere { who })
    }

    /// Gives it back: the next one need not wait.
    pub fn leave(&self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        ledger.leave(&self.what, &self.who)
    }
}

/// A holder as others are told: `bastion-1 4711`, without what tells two processes of one number apart.
fn shown(holder: &str) -> &str {
    holder.rsplit_once(' ').map_or(holder, |(shown, _)| shown)
}

/// The lead over all hosts, held for as long as this process shows that it lives.
type Shared = Arc<tokio::sync::Mutex<Option<Box<dyn Held>>>>;

/// The lead of a desk, looked after by a task; dropped, the task ends.
pub struct Leading {
    looking: Arc<Looking>,
    task: tokio::task::JoinSet<()>,
}

/// What a lead is taken with.
pub struct Terms {
    pub desk: LogDesk,
    pub shelf: Shelf,
    /// The ledger that all hosts share, where there is one.
    pub place: Option<Place>,
    pub holder: Holder,
    pub clock: Arc<dyn Clock>,
}

impl Leading {
    /// Begins to look after the lead of a desk.
    pub fn begin(terms: Terms) -> Self {
        let mut leading = Self::still(terms);
        let looking = Arc::clone(&leading.looking);
        leading.task.spawn(async move {
            loop {
                looking.look().await;
                tokio::time::sleep(BEAT).await;
            }
        });
        leading
    }

    /// The same, which looks only when it is told to.
    pub(super) fn still(terms: Terms) -> Self {
        let Terms {
            desk,
            shelf,
            place,
            holder,
            clock,
        } = terms;
        let who = format!(
            "{} {} {:016x}",
            holder.host,
            std::process::id(),
            RandomState::new().build_hasher().finish()
        );
        let locks = place.map(|place| PostgresLocks::at(place).for_the_living(SILENT));
        let (tell, _) = watch::channel(Leads::Unknown);
        Self {
            looking: Arc::new(Looking {
                candidate: Arc::new(Mutex::new(Candidate::new(&desk, who))),
                shelf,
                across: locks.map(|locks| (locks, Shared::default())),
                name: format!("watch {}@{}", desk.pack, desk.context),
                holder,
                clock,
                tell,
            }),
            task: tokio::task::JoinSet::new(),
        }
    }

    /// Who leads, as it was last looked at.
    pub fn now(&self) -> Leads {
        self.looking.tell.borrow().clone()
    }

    /// Looks who leads now.
    #[cfg(test)]
    pub(super) async fn look(&self) {
        self.looking.look().await;
    }

    /// What begins and ends duties as the one that leads.
    pub fn warrant(&self) -> Warrant {
        let shared = self.looking.across.as_ref();
        Warrant {
            shelf: self.looking.shelf.clone(),
            shared: shared.map(|(_, held)| Arc::clone(held)),
        }
    }

    /// Gives the lead back.
    pub async fn end(&mut self) {
        self.task.shutdown().await;
        if let Some((_, shared)) = &self.looking.across
            && let Some(held) = shared.lock().await.take()
        {
            held.release().await;
        }
        let looking = Arc::clone(&self.looking);
        // Whoever comes next takes it after a while in any case.
        let _ = spawn_blocking(move || {
            let ledger = looking.shelf.ledger()?;
            let candidate = (looking.candidate.lock()).unwrap_or_else(PoisonError::into_inner);
            candidate.leave(&*ledger)
        })
        .await;
    }
}

/// Looks again and again who leads.
struct Looking {
    candidate: Arc<Mutex<Candidate>>,
    shelf: Shelf,
    across: Option<(PostgresLocks, Shared)>,
    name: String,
    holder: Holder,
    clock: Arc<dyn Clock>,
    tell: watch::Sender<Leads>,
}

impl Looking {
    async fn look(&self) {
        let leads = self.step().await;
        self.tell.send_replace(leads);
    }

    async fn step(&self) -> Leads {
        let (shelf, candidate) = (self.shelf.clone(), Arc::clone(&self.candidate));
        let now = self.clock.now().mono;
        let stepped = spawn_blocking(move || {
            let ledger = shelf.ledger()?;
            let mut candidate = candidate.lock().unwrap_or_else(PoisonError::into_inner);
            candidate.step(&*ledger, now)
        });
        let leads = match stepped.await {
            Ok(Ok(leads)) => leads,
            Ok(Err(error)) => return nobody(error),
            Err(error) => return nobody(error),
        };
        let Some((locks, held)) = &self.across else {
            return leads;
        };
        let mut held = held.lock().await;
        if leads != Leads::Here {
            if let Some(held) = held.take() {
                held.release().await;
            }
            return leads;
        }
        if let Some(lock) = &*held {
            match lock.check().await {
                Ok(()) => return Leads::Here,
                Err(_) => *held = None,
            }
        }
        match locks.hold(&self.name, &self.holder).await {
            Ok(lock) => {
                *held = Some(lock);
                Leads::Here
            }
            Err(Refusal::Busy { who, .. }) => Leads::Elsewhere { who },
            Err(Refusal::NoLock { why }) => Leads::Nobody { why },
            Err(other) => nobody(other.id()),
        }
    }
}

fn nobody(why: impl std::fmt::Display) -> Leads {
    Leads::Nobody {
        why: why.to_string(),
    }
}

/// What begins duties, each once over all that share a ledger, and writes how they end.
#[derive(Clone)]
pub struct Warrant {
    shelf: Shelf,
    shared: Option<Shared>,
}

/// Whether a duty is ours to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is written down as begun by us.
    Ours,
    /// Somebody began it before.
    Before,
    /// It was written down, but we lead no longer: whoever does may do it.
    Lost(String),
    /// Nothing was written down.
    Not(String),
}

impl Warrant {
    /// Writes down that a duty is begun. It is ours only where nobody of all that share the ledger began it, and where we
    /// led all the while.
    pub async fn begin(&self, actor: ActorMark, entry: Entry) -> Begun {
        let shared = match &self.shared {
            Some(shared) => Some(shared.lock().await),
            None => None,
        };
        if let Some(held) = &shared
            && let Err(why) = self.leads(held.as_deref()).await
        {
            return Begun::Not(why);
        }
        let shelf = self.shelf.clone();
        let wrote = spawn_blocking(move || shelf.ledger()?.append(&actor, None, &entry));
        match wrote.await {
            Ok(Ok(_)) => {}
            Ok(Err(LedgerError::Twice(_))) => return Begun::Before,
            Ok(Err(error)) => return Begun::Not(error.to_string()),
            Err(error) => return Begun::Not(error.to_string()),
        }
        // Who was stopped between may have been followed by another, who did it.
        if let Some(held) = &shared
            && let Err(why) = self.leads(held.as_deref()).await
        {
            return Begun::Lost(why);
        }
        Begun::Ours
    }

    /// Writes something down that was begun.
    pub async fn write(&self, actor: ActorMark, entry: Entry) -> Result<(), String> {
        let shelf = self.shelf.clone();
        let wrote = spawn_blocking(move || shelf.ledger()?.append(&actor, None, &entry));
        match wrote.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether the shared ledger has all that is here and told all that is there, and the lead over it is held.
    async fn leads(&self, held: Option<&dyn Held>) -> Result<(), String> {
        let Some(held) = held else {
            return Err("another one leads".to_owned());
        };
        held.check().await?;
        let shelf = self.shelf.clone();
        let settled = spawn_blocking(move || shelf.ledger().map(|it| it.settle(SETTLED))).await;
        match settled {
            Ok(Ok(Reach::Shared)) => held.check().await,
            Ok(Ok(Reach::Away(why))) => Err(why),
            Ok(Ok(Reach::Local)) => Err("no ledger is shared".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}
