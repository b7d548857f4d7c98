//! What a pack is tried on: a namespace of the real cluster, the team's programs, what is measured, a ledger.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use quarterdeck::{
    actions::draft::read_params,
    app::{
        effect::Remembered,
        event::Event,
        model::{Model, Size, Start},
        prompting::{Back, Proposal},
        update,
    },
    domain::{
        action::{
            record::{Entry, Run, RunState},
            refusal::Refusal,
            verdict::{Output, Verdict},
        },
        desk::{Desk as DeskSeen, Namespaces},
        id::RunId,
        policy::Policy,
        text::Lang,
        time::Clock,
    },
    i18n::{Texts, action_words},
    ledger::{Ledger, SqliteLedger},
    pack::Pack,
    runtime::{
        acts::{DeskOutfit, Footing, Gate, Kit, Means, Outfitter, Shelf, Starter},
        approval::SignerList,
        clock::SystemClock,
        cockpit::first_links,
        executors::{
            Commands, ComposePrograms, Composes, Databases, Doors, Executor, Executors, Families,
            Host, Inside, InsideOfCluster, InspectionPrograms, Inspections, Places, ProgramRules,
            Redises, Requests, Secrets, Silences, Systemd, Waits, kubernetes::KubernetesExecutor,
        },
        locks::{
            lease::{LeaseLocks, LeaseTerms},
            set::{LockSet, OwnLocks},
        },
        readers::Plan,
        runner::{Berth, Hands, Lookout, Pace, Packs, Runner},
    },
    sources::{
        http::{HttpEndpoint, ProxyEnv},
        kubernetes::{Connection, KubeOptions},
    },
};
use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::{desk::Desk, readings::Readings};
use crate::harness::{Space, User, plain_look};

/// A team's world, in which one action after another is tried.
pub struct Stage<'a> {
    pub space: Space<'a>,
    pub readings: Readings,
    /// What the team's programs and places are below.
    pub folder: Arc<tempfile::TempDir>,
    pub pack: Arc<Pack>,
    place: Arc<Place>,
    means: Arc<Means>,
    ended: Mutex<Vec<Arc<Run>>>,
    refused: Mutex<Vec<String>>,
    /// The key of a second person.
    second: Mutex<Option<PathBuf>>,
}

/// Where the desk of a stage is.
struct Place {
    pack: Arc<Pack>,
    kubeconfig: PathBuf,
    namespace: String,
    prometheus: String,
    /// `systemctl`, as the team's host has it.
    systemctl: PathBuf,
    clock: Arc<dyn Clock>,
    own: OwnLocks,
}

impl Place {
    fn plan(&self) -> Plan {
        let mut watchlist = self.pack.watchlist().clone();
        // What is said by a test is there at once.
        let often = Duration::from_secs(1);
        watchlist.probes.iter_mut().for_each(|it| it.every = often);
        watchlist.series.iter_mut().for_each(|it| it.every = often);
        Plan {
            kubernetes: KubeOptions {
                kubeconfig: Some(self.kubeconfig.clone()),
                context: Some("bed".to_owned()),
                ..KubeOptions::default()
            },
            namespaces: Namespaces::Some(vec![self.namespace.clone()]),
            prometheus: Some(HttpEndpoint::new(self.prometheus.clone())),
            alertmanagers: Vec::new(),
            discovery: None,
            places: Vec::new(),
            watchlist,
            alerts_every: often,
            rules_every: often,
            means: None,
            reads: Vec::new(),
            eyes: None,
        }
    }

    fn model(&self) -> Model {
        let mut model = Model::new(Start {
            desk: DeskSeen {
                pack: Some(self.pack.id.clone()),
                context: "bed".to_owned(),
                namespaces: Namespaces::Some(vec![self.namespace.clone()]),
                kubeconfig: None,
                alertmanager: None,
                demo: None,
                read_only: false,
            },
            pack: Arc::clone(&self.pack),
            policy: Policy::default(),
            look: plain_look(),
            remembered: Remembered::default(),
            now: self.clock.now(),
            size: Size {
                columns: 80,
                rows: 24,
            },
        });
        let _ = update(&mut model, Event::Observed(first_links(true, false)));
        model
    }

    async fn hands(&self) -> Result<Hands, String> {
        let plan = self.plan();
        let outfit = DeskOutfit {
            kubernetes: plan.kubernetes.clone(),
            alertmanagers: Vec::new(),
            pack: Arc::clone(&self.pack),
            policy: Policy::default(),
            proxy: ProxyEnv::default(),
            shared: None,
            own: self.own.clone(),
            demo: false,
            programs: None,
            namespace: self.namespace.clone(),
            leases: self.namespace.clone(),
            clock: Arc::clone(&self.clock),
        };
        let hands = outfit.hands().await?;
        let connection = Connection::open(&plan.kubernetes, Arc::clone(&self.clock)).await;
        let connection = connection.map_err(|trouble| trouble.detail)?;
        let terms = LeaseTerms {
            namespace: self.namespace.clone(),
            ..LeaseTerms::default()
        };
        let leases = LeaseLocks::new(connection.client.clone(), Arc::clone(&self.clock), terms);
        // Other tests have a host and a release of the same name.
        let own = Arc::new(self.own.clone());
        Ok(Hands {
            executor: Arc::new(self.executors(&connection)),
            locks: Arc::new(LockSet {
                leases: Some(Arc::new(leases)),
                host: Some(own),
                shared: None,
            }),
            ..hands
        })
    }

    /// Those of `outfit::real`, with another `systemctl`.
    fn executors(&self, connection: &Connection) -> Executors {
        let pack = &self.pack;
        let client = connection.client.clone();
        let kubernetes = KubernetesExecutor::new(connection, Arc::clone(&self.clock));
        let inside: Arc<dyn Inside> =
            Arc::new(InsideOfCluster::new(client, self.namespace.clone()));
        let secrets = Secrets::new(pack.secrets().to_vec(), None);
        let places = Places::new(pack.places().to_vec());
        let host = Arc::new(Host::new(places, ProgramRules::default(), secrets.clone()));
        let systemd = Systemd::new(host.clone(), self.systemctl.clone());
        let composes = Composes::new(host.clone(), ComposePrograms::default());
        let inspections = Inspections::new(
            host.clone(),
            (systemd.clone(), composes.clone()),
            InspectionPrograms::default(),
            Arc::clone(&self.clock),
        );
        let connections = || pack.connections().to_vec();
        let kubernetes: Arc<dyn Executor> = Arc::new(kubernetes.hiding(pack.secrets().to_vec()));
        Executors::real(Families {
            kubernetes: Some(kubernetes),
            command: Some(Arc::new(Commands::new(host.clone()))),
            systemd: Some(Arc::new(systemd)),
            compose: Some(Arc::new(composes)),
            sql: Some(Arc::new(Databases::new(
                connections(),
                secrets.clone(),
                Some(inside.clone()),
            ))),
            redis: Some(Arc::new(Redises::new(
                connections(),
                secrets.clone(),
                Some(inside),
            ))),
            http: Some(Arc::new(Requests::new(secrets, ProxyEnv::default()))),
            tcp: Some(Arc::new(Doors)),
            inspections: Some(Arc::new(inspections)),
            silence: Some(Arc::new(Silences::new(Vec::new(), Arc::clone(&self.clock)))),
            wait: Some(Arc::new(Waits)),
        })
    }
}

impl Outfitter for Place {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>> {
        self.hands().boxed()
    }
}

/// Starts runners as tasks of this process.
struct Here {
    place: Arc<Place>,
    shelf: Shelf,
    signers: SignerList,
    running: Mutex<JoinSet<()>>,
}

impl Starter for Here {
    fn start(&self, run: &RunId) -> io::Result<()> {
        let (place, shelf, id) = (Arc::clone(&self.place), self.shelf.clone(), run.clone());
        let signers = self.signers.clone();
        self.running.lock().unwrap().spawn(async move {
            let read = spawn_blocking(move || {
                let ledger = shelf.ledger().unwrap();
                let run = ledger.run(&id).unwrap().expect("it was recorded");
                (ledger, run)
            });
            let (ledger, run) = read.await.unwrap();
            let runner = Runner::begin(Berth {
                run,
                ledger,
                hands: place.hands().await.unwrap(),
                packs: Packs::of(&place.pack),
                lookout: Lookout {
                    model: place.model(),
                    plan: place.plan(),
                },
                read_only: false,
                signers,
                clock: Arc::clone(&place.clock),
                stop: CancellationToken::new(),
                pace: Pace::default(),
            });
            runner.unwrap().go().await;
        });
        Ok(())
    }
}

impl<'a> Stage<'a> {
    /// `systemctl` as the host of the team has it; `signers` is the list of those who may be a second person.
    pub fn new(
        space: Space<'a>,
        readings: Readings,
        folder: Arc<tempfile::TempDir>,
        pack: Arc<Pack>,
        signers: Option<PathBuf>,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let place = Arc::new(Place {
            pack: Arc::clone(&pack),
            kubeconfig: space.bed.kubeconfig(User::Admin),
            namespace: space.name.clone(),
            prometheus: readings.url.clone(),
            systemctl: folder.path().join("bin/systemctl"),
            clock: Arc::clone(&clock),
            own: OwnLocks::default(),
        });
        let path = folder.path().join("ledger.db");
        let (at, time) = (path.clone(), Arc::clone(&clock));
        let opener = move || {
            let ledger = SqliteLedger::open_for_writing(&at, Arc::clone(&time))?;
            Ok(Arc::new(ledger) as Arc<dyn Ledger>)
        };
        let shelf = Shelf::new(path, Arc::new(opener));
        let signers = SignerList::of_policy(signers);
        let starter: Arc<dyn Starter> = Arc::new(Here {
            place: Arc::clone(&place),
            shelf: shelf.clone(),
            signers: signers.clone(),
            running: Mutex::default(),
        });
        let outfitter: Arc<dyn Outfitter> = place.clone();
        let build = move |pack: &Arc<Pack>, _: &Policy| {
            let (starter, outfitter) = (Arc::clone(&starter), Arc::clone(&outfitter));
            Footing::new(Packs::of(pack), signers.clone(), starter, outfitter)
        };
        let kit = Kit {
            gate: Gate::new(false),
            demo: false,
            desk_args: Vec::new(),
            shelf,
            clock,
            footing: build(&pack, &Policy::default()),
            build: Box::new(build),
        };
        Self {
            space,
            readings,
            folder,
            pack,
            place,
            means: Arc::new(kit.into()),
            ended: Mutex::default(),
            refused: Mutex::default(),
            second: Mutex::default(),
        }
    }

    pub fn at(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// What a file below the folder says; nothing where there is none.
    pub fn says(&self, below: &str) -> String {
        std::fs::read_to_string(self.at(below)).unwrap_or_default()
    }

    /// What programs have written by now, as anybody may read it in the ledger while they run.
    pub fn written(&self) -> Vec<Output> {
        let clock = Arc::clone(&self.place.clock);
        let ledger = SqliteLedger::open_for_reading(&self.at("ledger.db"), clock).unwrap();
        let lines = ledger.map_or_else(Vec::new, |ledger| ledger.lines(None, None).unwrap());
        let written = lines.into_iter().filter_map(|line| match line.entry {
            Entry::Output(output) => Some(output),
            _ => None,
        });
        written.collect()
    }

    /// From now on somebody agrees to what takes two, with the key in this file.
    pub fn has_second(&self, key: PathBuf) {
        *self.second.lock().unwrap() = Some(key);
    }

    async fn desk(&self) -> Desk {
        let (plan, model) = (self.place.plan(), self.place.model());
        let second = self.second.lock().unwrap().clone();
        Box::pin(Desk::open(
            model,
            plan,
            &self.means,
            &self.place.clock,
            second,
        ))
        .await
    }

    async fn proposed(&self, proposal: &Proposal) -> Result<Arc<Run>, Refusal> {
        let mut desk = self.desk().await;
        let run = Box::pin(desk.act(proposal)).await?;
        self.ended.lock().unwrap().push(Arc::clone(&run));
        Ok(run)
    }

    /// Proposes an action of the pack, agrees, and waits for what comes of it.
    pub async fn act(&self, action: &str, params: &[(&str, &str)]) -> Result<Arc<Run>, Refusal> {
        let id = format!("{}/{action}", self.pack.id);
        let mut actions = self.pack.actions().iter();
        let spec = actions.find(|it| it.id.as_str() == id).expect("it has it");
        let given: BTreeMap<String, String> = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let proposal = Proposal {
            action: spec.id.clone(),
            target: None,
            params: read_params(spec, &given)?,
            back: None,
        };
        self.proposed(&proposal).await
    }

    /// The same where it is let through.
    pub async fn does(&self, action: &str, params: &[(&str, &str)]) -> Arc<Run> {
        let run = self.act(action, params).await;
        run.unwrap_or_else(|refusal| panic!("{action} {params:?} is refused: {refusal:?}"))
    }

    /// The same where it ends well.
    pub async fn well(&self, action: &str, params: &[(&str, &str)]) -> Arc<Run> {
        let run = self.does(action, params).await;
        assert!(is_well(&run), "{action} {params:?}: {}", told(&run));
        run
    }

    /// The refusal of one that is not let through; what it says is held against this.
    pub async fn refuses(&self, action: &str, params: &[(&str, &str)], why: &str) {
        let refusal = match self.act(action, params).await {
            Err(refusal) => refusal,
            Ok(run) => panic!("{action} {params:?} is let through: {}", told(&run)),
        };
        let texts = Texts::new(Lang::En);
        let said = format!("{}\n{refusal:?}", action_words::refusal(&texts, &refusal));
        assert!(said.contains(why), "{action} {params:?}: {said}");
        self.refused.lock().unwrap().push(action.to_owned());
    }

    /// That an action was refused here and never run.
    #[track_caller]
    pub fn was_only_refused(&self, action: &str) {
        let refused = self.refused.lock().unwrap();
        assert!(
            refused.iter().any(|it| it == action),
            "{action} was not tried"
        );
        let ended = self.ended.lock().unwrap();
        let mut names = ended.iter().map(|run| run.intent.plan.action.name());
        assert!(!names.any(|it| it == action), "{action} was run");
    }

    /// The runs whose changes stand and are to be given back.
    pub async fn debts(&self) -> Vec<RunId> {
        let desk = self.desk().await;
        let debts = desk.model.debts.iter();
        debts.map(|debt| debt.run.id.clone()).collect()
    }

    /// Takes back what a run did.
    pub async fn takes_back(&self, run: &Run) -> Result<Arc<Run>, Refusal> {
        let plan = &run.intent.plan;
        let proposal = Proposal {
            action: plan.action.clone(),
            target: Some(plan.target.clone()),
            params: plan.params.clone(),
            back: Some(Back {
                run: run.id.clone(),
                emergency: Some("tried in a test".to_owned()),
            }),
        };
        self.proposed(&proposal).await
    }

    /// That an action was run here and ended well.
    #[track_caller]
    pub fn ended_well(&self, action: &str) {
        let ended = self.ended.lock().unwrap();
        let mut runs = ended.iter().filter(|run| {
            let intent = &run.intent;
            intent.plan.action.name() == action && intent.undo_of.is_none()
        });
        assert!(runs.any(|run| is_well(run)), "{action} never ended well");
    }
}

pub fn verdict(run: &Run) -> Verdict {
    match &run.state {
        RunState::Ended(outcome) => outcome.verdict,
        other => panic!("it goes on: {other:?}"),
    }
}

pub fn is_well(run: &Run) -> bool {
    matches!(verdict(run), Verdict::Verified | Verdict::Done)
}

/// Why a run did not end as hoped, in the words a person reads.
pub fn why(run: &Run) -> String {
    let RunState::Ended(outcome) = &run.state else {
        return String::new();
    };
    let why = outcome.why.as_ref();
    why.map_or_else(String::new, |why| {
        action_words::why(&Texts::new(Lang::En), why)
    })
}

/// What came of a run, with all its steps.
pub fn told(run: &Run) -> String {
    let steps: Vec<_> = run.steps.iter().map(|it| (&it.end, &it.output)).collect();
    format!("{}\n{:?}\n{steps:?}", why(run), run.state)
}
