//! A world that answers as a test wants, for runners and for what starts them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Eyes, Freezes, Hands, Pace, Packs, Papers, Runner, ourselves};
use crate::{
    actions::run::{Helping, Judgement},
    domain::{
        action::{
            access::{Access, Allowed},
            fact::{Fact, FactName},
            plan::Plan,
            preflight::{Draft, Preflight, Preflighted},
            record::{Entry, Intent, Run},
            refusal::Refusal,
            step::{Planned, Saved},
            target::LockKey,
            value::{Value, Values},
            verdict::StepEnd,
        },
        id::RunId,
        identity::{Identity, Who},
        text::Lang,
        time::Clock,
    },
    ledger::{Ledger, SqliteLedger, testkit},
    pack::Truth,
    runtime::{
        approval::SignerList,
        clock::SystemClock,
        executors::{Doing, Executor, Executors, Families},
        locks::{Held, Holder, Locks},
    },
};

/// What happens when a step is run.
pub type Act = Arc<dyn Fn(usize) -> BoxFuture<'static, StepEnd> + Send + Sync>;

/// The world of a test: its facts, what its steps do, who holds its lock.
pub struct World {
    pub ledger: Arc<dyn Ledger>,
    pub facts: Mutex<Vec<Fact>>,
    pub act: Mutex<Act>,
    /// The steps that were sent, and whether their start stood in the ledger then.
    pub sent: Mutex<Vec<(usize, bool)>>,
    pub holder: Mutex<Option<Holder>>,
    pub lost: AtomicBool,
    pub who: Mutex<Identity>,
    pub verify: Mutex<Truth>,
    pub cancelled: Notify,
}

pub fn done() -> StepEnd {
    StepEnd::Done {
        said: Vec::new(),
        saved: Values::new(),
    }
}

/// A plan for `web` in the cluster `c-1` by `li`.
pub fn plan(steps: usize) -> Plan {
    let mut plan = testkit::plan("web", steps);
    let fact = |name, value| Fact::new(plan.target.clone(), name, Value::Int(value));
    plan.facts = vec![
        fact(FactName::Uid, 7),
        fact(FactName::Field("/spec/replicas".to_owned()), 24),
    ];
    plan
}

pub fn intent(plan: Plan) -> Intent {
    Intent {
        digest: plan.digest(),
        plan,
        preflight: Preflight::default(),
        snapshot: Values::new(),
        desk_args: Vec::new(),
        undo_of: None,
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::start())
}

pub fn ledger(folder: &Path) -> Arc<dyn Ledger> {
    let ledger = SqliteLedger::open_for_writing(&folder.join("ledger.db"), clock());
    Arc::new(ledger.unwrap())
}

impl World {
    pub fn new(ledger: Arc<dyn Ledger>, plan: &Plan) -> Arc<Self> {
        Arc::new(Self {
            ledger,
            facts: Mutex::new(plan.facts.clone()),
            act: Mutex::new(Arc::new(|_| async { done() }.boxed())),
            sent: Mutex::default(),
            holder: Mutex::default(),
            lost: AtomicBool::new(false),
            who: Mutex::new(Identity {
                who: Some(Who {
                    name: "li".to_owned(),
                    uid: None,
                    groups: Vec::new(),
                }),
                cluster: Some("c-1".into()),
            }),
            verify: Mutex::new(Truth::True),
            cancelled: Notify::new(),
        })
    }

    pub fn acts(&self, act: impl Fn(usize) -> BoxFuture<'static, StepEnd> + Send + Sync + 'static) {
        *self.act.lock().unwrap() = Arc::new(act);
    }

    pub fn hands(self: &Arc<Self>) -> Hands {
        Hands {
            executor: Arc::new(Executors::real(Families {
                kubernetes: Some(Arc::new(Fake(Arc::clone(self)))),
                ..Families::default()
            })),
            locks: Arc::new(Fake(Arc::clone(self))),
            papers: Arc::new(Fake(Arc::clone(self))),
        }
    }

    pub fn record(&self, id: &str, plan: Plan) -> Run {
        let id = RunId::from(id);
        let entry = Entry::Intent(Box::new(intent(plan)));
        let actor = testkit::actor("li");
        self.ledger.append(&actor, Some(&id), &entry).unwrap();
        self.ledger.run(&id).unwrap().unwrap()
    }

    pub fn write(&self, run: &RunId, entry: &Entry) {
        let actor = testkit::actor("wang");
        self.ledger.append(&actor, Some(run), entry).unwrap();
    }

    pub fn runner(self: &Arc<Self>, run: Run) -> Runner {
        Runner {
            ledger: Arc::clone(&self.ledger),
            actor: testkit::actor("li"),
            owner: ourselves().unwrap(),
            hands: self.hands(),
            packs: packs(),
            read_only: false,
            signers: SignerList::default(),
            eyes: Box::new(Fake(Arc::clone(self))),
            freezes: Freezes::of(crate::ui::fixture::quiet(Lang::En)),
            clock: clock(),
            stop: CancellationToken::new(),
            pace: Pace {
                look: Duration::from_millis(5),
                beat: Duration::from_millis(20),
                tick: Duration::from_millis(5),
                insist: Duration::from_millis(50),
            },
            run,
        }
    }

    pub fn sent(&self) -> Vec<usize> {
        let sent = self.sent.lock().unwrap();
        assert!(
            sent.iter().all(|(_, recorded)| *recorded),
            "sent before it was recorded: {sent:?}"
        );
        sent.iter().map(|(step, _)| *step).collect()
    }

    pub fn run_of(&self, id: &RunId) -> Run {
        self.ledger.run(id).unwrap().unwrap()
    }
}

pub fn packs() -> Packs {
    let desk = testkit::plan("web", 0).pack;
    Packs {
        generic: desk.clone(),
        desk,
        temporary: Vec::new(),
    }
}

/// The world, as each part of a runner sees it.
pub struct Fake(pub Arc<World>);

impl Executor for Fake {
    fn look<'a>(&'a self, _: &'a Planned, draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        let facts = self.0.facts.lock().unwrap().clone();
        let before = BTreeMap::from([(draft.target.to_string(), Value::Int(24))]);
        let found = Preflight {
            facts,
            before,
            ..Preflight::default()
        };
        async { Ok(found) }.boxed()
    }

    fn facts<'a>(
        &'a self,
        _: &'a Planned,
        _: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        let facts = self.0.facts.lock().unwrap().clone();
        async { Ok(facts) }.boxed()
    }

    fn read<'a>(&'a self, _: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async { Ok(Values::new()) }.boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        let run = self.0.run_of(doing.run);
        let recorded = run.steps[doing.place].started_at.is_some();
        let place = doing.place;
        self.0.sent.lock().unwrap().push((place, recorded));
        let act = Arc::clone(&self.0.act.lock().unwrap());
        async move {
            tokio::select! {
                end = act(place) => end,
                () = doing.cancel.cancelled() => StepEnd::Cancelled { done: None },
            }
        }
        .boxed()
    }
}

impl Locks for Fake {
    fn take<'a>(
        &'a self,
        _: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        let mut held = self.0.holder.lock().unwrap();
        let answer = if let Some(other) = &*held {
            Err(Refusal::Busy {
                who: other.who.clone(),
                run: Some(other.run.clone()),
                since: None,
            })
        } else {
            *held = Some(holder.clone());
            Ok(Box::new(Self(Arc::clone(&self.0))) as Box<dyn Held>)
        };
        async { answer }.boxed()
    }
}

impl Held for Fake {
    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        let lost = self.0.lost.load(Ordering::SeqCst);
        async move { if lost { Err("wang".to_owned()) } else { Ok(()) } }.boxed()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        *self.0.holder.lock().unwrap() = None;
        async {}.boxed()
    }

    fn name(&self) -> String {
        "a lock of a test".to_owned()
    }
}

impl Papers for Fake {
    fn show(&self) -> BoxFuture<'_, Result<Identity, String>> {
        let who = self.0.who.lock().unwrap().clone();
        async { Ok(who) }.boxed()
    }

    fn may<'a>(&'a self, accesses: &'a [Access]) -> BoxFuture<'a, Vec<Allowed>> {
        let allowed = accesses.iter().map(|access| match access.verb.as_str() {
            "delete" => Allowed::No("no".to_owned()),
            _ => Allowed::Yes,
        });
        let allowed = allowed.collect();
        async { allowed }.boxed()
    }
}

impl Eyes for Fake {
    fn changed(&mut self) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }

    fn done(&mut self, _: &[Fact]) {}

    fn judge(&mut self, _: &Plan, _: &Saved) -> Judgement {
        Judgement {
            verify: *self.0.verify.lock().unwrap(),
            helped: Truth::Unknown,
            last: Vec::new(),
        }
    }

    fn awaited(&mut self, plan: &Plan, _: usize, saved: &Saved) -> Judgement {
        self.judge(plan, saved)
    }

    fn helping(&self) -> Option<Helping> {
        None
    }

    fn snapshot(&self) -> Values {
        BTreeMap::from([("depth".to_owned(), Value::Int(2_413))])
    }
}
