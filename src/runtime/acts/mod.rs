//! Carries out what the core asks for around actions: finds out, records, starts runners, watches the ledger.

mod actor;
mod facts;
mod footing;
mod gate;
mod launch;
mod outfit;
mod preflight;
mod reconcile;
mod second;
mod shelf;
mod start;
#[cfg(test)]
mod tests;
mod watch;
mod way;

use std::{
    collections::HashMap,
    io,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use tokio::{
    sync::{Notify, mpsc},
    task::{AbortHandle, JoinSet, spawn_blocking},
};

use crate::{
    app::acting::{Act, Acted},
    domain::{
        action::{
            access::{Access, Allowed},
            fact::Fact,
            plan::Plan,
            preflight::{Draft, Preflighted},
            record::{Entry, Run},
            refusal::Refusal,
        },
        id::RunId,
        identity::Identity,
        policy::Policy,
        question::RequestId,
        time::Clock,
    },
    ledger::LedgerError,
    pack::Pack,
    runtime::runner::{Hands, marks},
};

use self::launch::no_ledger;
pub use self::{
    actor::{actor, user_of_host},
    facts::facts_of,
    footing::{Build, Footing},
    gate::{Gate, identified},
    launch::{REACHED_WITHIN, reachable},
    outfit::DeskOutfit,
    reconcile::{is_gone, reconcile},
    shelf::{Opener, Shelf},
    start::{Detached, Lookouts, Running, Within},
    watch::{LOG, runs},
    way::{in_the_way, who},
};

/// How a desk is given hands: connections are opened when something is first done with them.
pub trait Outfitter: Send + Sync {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>>;
}

/// Starts the runner of a recorded run.
pub trait Starter: Send + Sync {
    fn start(&self, run: &RunId) -> io::Result<()>;
}

/// Everything a desk acts with.
pub struct Means {
    pub gate: Gate,
    pub demo: bool,
    /// The arguments that open the same desk again.
    pub desk_args: Vec<String>,
    pub shelf: Shelf,
    pub clock: Arc<dyn Clock>,
    build: Box<Build>,
    footing: Mutex<Arc<Footing>>,
    /// This process wrote into the ledger.
    wrote: Notify,
}

/// What a desk acts with, as it is put together.
pub struct Kit {
    pub gate: Gate,
    pub demo: bool,
    pub desk_args: Vec<String>,
    pub shelf: Shelf,
    pub clock: Arc<dyn Clock>,
    pub footing: Footing,
    /// Makes it again when the pack or the policy is another.
    pub build: Box<Build>,
}

impl std::fmt::Debug for Means {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Means")
            .field("packs", &self.footing().packs)
            .field("demo", &self.demo)
            .finish_non_exhaustive()
    }
}

impl From<Kit> for Means {
    fn from(kit: Kit) -> Self {
        let Kit {
            gate,
            demo,
            desk_args,
            shelf,
            clock,
            footing,
            build,
        } = kit;
        Self {
            gate,
            demo,
            desk_args,
            shelf,
            clock,
            build,
            footing: Mutex::new(Arc::new(footing)),
            wrote: Notify::new(),
        }
    }
}

impl Means {
    /// What follows the pack and the policy, as they are now.
    pub fn footing(&self) -> Arc<Footing> {
        let footing = self.footing.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&footing)
    }

    /// The pack or the policy was read again and is another: what is launched from now on stands on these. What was agreed
    /// to under the old ones and is not recorded yet is refused.
    pub fn refit(&self, pack: &Arc<Pack>, policy: &Policy) {
        let next = Arc::new((self.build)(pack, policy));
        *self.footing.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// What the desk acts with; what could not be opened is tried again the next time.
    pub async fn hands(&self) -> Result<Hands, Refusal> {
        let opened = self.footing().hands().await;
        opened.map_err(|why| Refusal::Unreadable {
            what: "cluster".to_owned(),
            why,
        })
    }

    async fn papers(&self) -> Result<Identity, Refusal> {
        let hands = self.hands().await?;
        hands
            .papers
            .show()
            .await
            .map_err(|why| Refusal::Unreadable {
                what: "identity".to_owned(),
                why,
            })
    }

    /// The facts of a plan as they are now, with who we are and what the pack is.
    pub async fn recheck(&self, plan: &Plan) -> Result<Vec<Fact>, Refusal> {
        let hands = self.hands().await?;
        let papers = self.papers().await?;
        let mut facts = facts_of(&hands.executor, 0, plan).await?;
        facts.extend(marks(plan, &self.footing().packs, &papers));
        Ok(facts)
    }

    async fn review(&self, asked: Vec<Access>) -> Vec<(Access, Allowed)> {
        let hands = match self.hands().await {
            Ok(hands) => hands,
            Err(refusal) => {
                let unknown = Allowed::Unknown(format!("{refusal:?}"));
                return asked.into_iter().map(|it| (it, unknown.clone())).collect();
            }
        };
        let answers = hands.papers.may(&asked).await;
        asked.into_iter().zip(answers).collect()
    }

    /// All of a run; what can't be read now is shown as far as it is known.
    async fn run(&self, id: RunId) -> Option<Arc<Run>> {
        let shelf = self.shelf.clone();
        let read = spawn_blocking(move || shelf.ledger()?.run(&id)).await;
        read.ok()?.ok()?.map(Arc::new)
    }

    /// Reads what a draft reads; nothing is done, so that no lock need be free.
    pub async fn look(&self, draft: &Draft) -> Preflighted {
        self.hands().await?.executor.preflight(draft).await
    }

    /// Records something that needs no runner.
    pub async fn record(&self, run: Option<RunId>, entry: Entry) -> Result<(), Refusal> {
        let shelf = self.shelf.clone();
        let principal = self.principal().await;
        let recorded = spawn_blocking(move || {
            let ledger = shelf.ledger()?;
            match ledger.append(&actor(principal), run.as_ref(), &entry) {
                // Another one wrote it down first, which is as good.
                Err(LedgerError::Twice(_)) if matches!(entry, Entry::Log(_)) => Ok(()),
                written => written.map(drop),
            }
        });
        let recorded = recorded.await.map_err(no_ledger)?;
        self.wrote.notify_one();
        recorded.map_err(no_ledger)
    }

    /// The name we have for the server, which is asked for it; `None` where it does not answer.
    pub async fn known_as(&self) -> Option<String> {
        let _ = self.hands().await;
        self.principal().await
    }

    /// The name we have for the server, where it was asked before.
    async fn principal(&self) -> Option<String> {
        let footing = self.footing();
        let shown = footing.opened()?.papers.show().await.ok()?;
        shown.who.map(|who| who.name)
    }

    pub async fn launch(
        self: &Arc<Self>,
        intent: crate::domain::action::record::Intent,
    ) -> Result<RunId, Refusal> {
        let launched = launch::launch(Arc::clone(self), intent).await;
        self.wrote.notify_one();
        launched
    }
}

/// What works on actions for a desk, and gives back what came of it. Dropped, nothing of it goes on but the runners.
pub struct Acts {
    means: Option<Arc<Means>>,
    /// Nothing but looking is done.
    only_looks: bool,
    working: JoinSet<()>,
    /// What is being recorded or begun.
    writing: JoinSet<()>,
    /// The same of the desks that were left: it goes on to its end.
    left: Vec<JoinSet<()>>,
    asked: HashMap<RequestId, AbortHandle>,
    tell: mpsc::UnboundedSender<Acted>,
    told: mpsc::UnboundedReceiver<Acted>,
}

impl Default for Acts {
    fn default() -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        Self {
            means: None,
            only_looks: false,
            working: JoinSet::new(),
            writing: JoinSet::new(),
            left: Vec::new(),
            asked: HashMap::new(),
            tell,
            told,
        }
    }
}

impl Acts {
    /// Works for a desk, and begins to watch the ledger.
    pub fn of(means: Arc<Means>) -> Self {
        let mut acts = Self::default();
        acts.working
            .spawn(watch::watch(Arc::clone(&means), acts.tell.clone(), false));
        acts.means = Some(means);
        acts
    }

    /// Watches the ledger of a desk and looks at what is asked about, and does nothing: not even what dead runners left is
    /// written down.
    pub fn reading(means: Arc<Means>) -> Self {
        let mut acts = Self::default();
        let watch = watch::watch(Arc::clone(&means), acts.tell.clone(), true);
        acts.working.spawn(watch);
        acts.means = Some(means);
        acts.only_looks = true;
        acts
    }

    pub fn means(&self) -> Option<&Arc<Means>> {
        self.means.as_ref()
    }

    pub fn carry_out(&mut self, act: Act) {
        while self.working.try_join_next().is_some() {}
        while self.writing.try_join_next().is_some() {}
        let request = match &act {
            Act::Forget(request) => {
                if let Some(asked) = self.asked.remove(request) {
                    asked.abort();
                }
                return;
            }
            Act::Preflight { request, .. }
            | Act::Look { request, .. }
            | Act::Recheck { request, .. } => Some(*request),
            // What was agreed to is recorded and run whether anybody waits for the answer or not.
            Act::Launch { .. }
            | Act::Record { .. }
            | Act::Review(_)
            | Act::Agreed(_)
            | Act::Sign { .. }
            | Act::ReadRun(_) => None,
        };
        let fallen = answer_of(
            &act,
            &Refusal::Unreadable {
                what: "program".to_owned(),
                why: "a part of this program failed; the log says how".to_owned(),
            },
        );
        let tell = self.tell.clone();
        let only_looks = matches!(act, Act::Look { .. }) || act.is_sighting();
        let refused = self.only_looks && !only_looks;
        let Some(means) = self.means.clone().filter(|_| !refused) else {
            let none = no_ledger(if refused {
                "this only watches"
            } else {
                "no desk is open yet"
            });
            if let Some(answer) = answer_of(&act, &none) {
                let _ = tell.send(answer);
            }
            return;
        };
        let tasks = match act {
            Act::Launch { .. } | Act::Record { .. } | Act::Sign { .. } => &mut self.writing,
            _ => &mut self.working,
        };
        let working = tasks.spawn(async move {
            let answer = AssertUnwindSafe(carried_out(means, act))
                .catch_unwind()
                .await;
            if let Some(answer) = answer.unwrap_or(fallen) {
                let _ = tell.send(answer);
            }
        });
        if let Some(request) = request {
            self.asked.retain(|_, asked| !asked.is_finished());
            self.asked.insert(request, working);
        }
    }

    /// Waits until nothing is being recorded or begun any more.
    pub async fn finish(&mut self) {
        for writing in self.left.iter_mut().chain([&mut self.writing]) {
            while writing.join_next().await.is_some() {}
        }
    }

    /// Works for another desk from now on. What was agreed to on this one is recorded and begun all the same.
    pub fn leave(&mut self, next: Self) {
        let mut before = std::mem::replace(self, next);
        before.left.retain(|writing| !writing.is_empty());
        self.left.append(&mut before.left);
        self.left.push(before.writing);
    }

    /// The next thing that came of what was asked for, or that the ledger says.
    pub async fn next(&mut self) -> Option<Acted> {
        self.told.recv().await
    }
}

async fn carried_out(means: Arc<Means>, act: Act) -> Option<Acted> {
    Some(match act {
        Act::Review(asked) => Acted::Reviewed(means.review(asked).await),
        Act::Preflight { request, draft } => {
            let answer = match means.hands().await {
                Ok(hands) => preflight::preflight(&hands, &draft).await,
                Err(refusal) => Err(refusal),
            };
            let answer = Box::new(answer);
            Acted::Preflighted { request, answer }
        }
        Act::Look { request, draft } => Acted::Preflighted {
            request,
            answer: Box::new(means.look(&draft).await),
        },
        Act::Recheck { request, plan } => Acted::Rechecked {
            request,
            answer: means.recheck(&plan).await,
        },
        Act::Launch { request, intent } => Acted::Launched {
            request,
            answer: means.launch(*intent).await,
        },
        Act::Agreed(plan) => Acted::Agreed {
            plan: plan.digest(),
            answer: second::agreed(&means, plan).await,
        },
        Act::Sign { plan, text } => Acted::Agreed {
            plan: plan.digest(),
            answer: second::sign(&means, plan, text).await,
        },
        Act::Record { run, entry } => Acted::NotRecorded(means.record(run, *entry).await.err()?),
        Act::ReadRun(run) => Acted::Run(means.run(run).await?),
        Act::Forget(_) => return None,
    })
}

/// What is answered where something can't be done at all.
fn answer_of(act: &Act, refusal: &Refusal) -> Option<Acted> {
    let refusal = refusal.clone();
    Some(match act {
        Act::Review(asked) => {
            let unknown = Allowed::Unknown(format!("{refusal:?}"));
            let answers = asked.iter().map(|it| (it.clone(), unknown.clone()));
            Acted::Reviewed(answers.collect())
        }
        Act::Preflight { request, .. } | Act::Look { request, .. } => Acted::Preflighted {
            request: *request,
            answer: Box::new(Err(refusal)),
        },
        Act::Recheck { request, .. } => Acted::Rechecked {
            request: *request,
            answer: Err(refusal),
        },
        Act::Launch { request, .. } => Acted::Launched {
            request: *request,
            answer: Err(refusal),
        },
        Act::Agreed(plan) | Act::Sign { plan, .. } => Acted::Agreed {
            plan: plan.digest(),
            answer: Err(refusal),
        },
        Act::Record { .. } => Acted::NotRecorded(refusal),
        Act::ReadRun(_) | Act::Forget(_) => return None,
    })
}
