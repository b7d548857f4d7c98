//! The embedded cluster at one moment of a pack's story, told to a cockpit without a terminal. Both clocks stand still.

use std::{path::Path, sync::Arc, time::Duration};

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        model::Model,
    },
    domain::{
        action::{
            preflight::Preflighted,
            record::Entry,
            verdict::{StepEnd, Verdict},
        },
        desk::{DemoMark, Namespaces},
        freshness::{Link, SourceId},
        observation::Observation,
        time::{Clock, Moment},
    },
    pack::Pack,
    runtime::{
        executors::{Executor, Executors, Families, Simulated, kubernetes::KubernetesExecutor},
        readers::{Plan, Readers},
    },
    sim::{
        clock::SimClock,
        start::{Sim, SimHandle, SimOptions},
        world::scenario::of_pack,
    },
    sources::{
        http::{Auth, HttpEndpoint, ProxyEnv},
        kubernetes::{Connection, KubeOptions, Timeouts, Wallet},
    },
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    flows::{
        Face, Flow, Scene,
        actions::{ended, launched, looks, preflight_asked, presses, recheck_asked, tell},
        harness::now,
    },
    pack_and_cluster::Played,
};

/// How long the cluster may take to tell all it knows.
const PATIENCE: Duration = Duration::from_secs(120);

/// A story at one moment.
pub struct Stage {
    runtime: Runtime,
    sim: SimHandle,
    hands: Executors,
    pack: Arc<Pack>,
    told: Model,
    _folder: TempDir,
}

/// It is always the time of every flow.
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment::new(now(), Duration::from_secs(100))
    }
}

const FACE: Face = Face {
    lang: quarterdeck::domain::text::Lang::En,
    size: (160, 48),
};

impl Stage {
    /// The story of a pack, so long after its start.
    pub fn of(pack: &str, after: Duration) -> Self {
        let scenario = of_pack(pack).expect("it has a story").name;
        let pack = Pack::embedded(pack).expect("it comes with the program");
        let pack = Arc::new(pack.expect("it is valid"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let (sim, hands, told) = runtime.block_on(async {
            let sim = played(scenario, after).await;
            sim.write_serve_dir(folder.path())
                .await
                .expect("its folder");
            let hands = hands(&sim, folder.path()).await;
            let told = told(&sim, scenario, &pack, folder.path()).await;
            (sim, hands, told)
        });
        Self {
            runtime,
            sim,
            hands,
            pack,
            told,
            _folder: folder,
        }
    }

    /// A cockpit that has heard all of it.
    pub fn opens(&self, face: Face) -> Flow {
        let mut flow = Flow::with_pack(Arc::clone(&self.pack), Scene::Connecting, face);
        let look = flow.model.look.clone();
        flow.model = self.told.clone();
        flow.model.look = look;
        flow.event(Event::Resized {
            columns: face.size.0,
            rows: face.size.1,
        });
        flow.event(Event::Acted(Acted::Ledger(Ok(()))));
        flow.effects.clear();
        flow
    }

    /// What the cluster and the scenario say to what was asked for, told to the flow.
    pub fn answers(&self, flow: &mut Flow) -> bool {
        let (request, draft) = preflight_asked(flow);
        let answer: Preflighted = self.runtime.block_on(self.hands.preflight(&draft));
        let fine = answer.is_ok();
        flow.event(Event::Acted(Acted::Preflighted {
            request,
            answer: Box::new(answer),
        }));
        fine
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.runtime.block_on(self.sim.shutdown());
    }
}

async fn played(scenario: &str, after: Duration) -> SimHandle {
    let start = now() - jiff::SignedDuration::try_from(after).expect("some minutes");
    let clock = SimClock::manual(start);
    let options = SimOptions {
        scenario: scenario.to_owned(),
        clock: Some(Arc::clone(&clock)),
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.expect("it starts");
    let step = Duration::from_secs(5);
    for _ in 0..after.as_secs() / step.as_secs() {
        clock.advance(step);
        drop(sim.world.present());
    }
    sim
}

fn options(folder: &Path) -> KubeOptions {
    KubeOptions {
        kubeconfig: Some(folder.join("kubeconfig")),
        context: None,
        page: None,
        absent: false,
        timeouts: Timeouts::default(),
        wallet: Wallet::default(),
    }
}

async fn hands(sim: &SimHandle, folder: &Path) -> Executors {
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let connection = Connection::open(&options(folder), Arc::clone(&clock)).await;
    let connection = connection.expect("it is there");
    let beside: Arc<dyn Executor> = Arc::new(Simulated::new(Arc::new(Played(sim.clone()))));
    let some = || Some(Arc::clone(&beside));
    Executors::of_demo(Families {
        kubernetes: Some(Arc::new(KubernetesExecutor::new(&connection, clock))),
        command: some(),
        systemd: some(),
        compose: some(),
        sql: some(),
        redis: some(),
        http: some(),
        tcp: some(),
        inspections: some(),
        ..Families::default()
    })
}

fn plan(sim: &SimHandle, folder: &Path, pack: &Pack) -> Plan {
    let endpoint = |base: &str| HttpEndpoint {
        ca_file: Some(folder.join("ca.pem")),
        auth: Auth::BearerFile(folder.join("token")),
        timeout: Duration::from_secs(60),
        proxy: ProxyEnv::default(),
        ..HttpEndpoint::new(base)
    };
    let second = Duration::from_secs(1);
    let mut watchlist = pack.watchlist().clone();
    for probe in &mut watchlist.probes {
        probe.every = second;
    }
    for series in &mut watchlist.series {
        series.every = second;
    }
    Plan {
        kubernetes: options(folder),
        namespaces: Namespaces::Some(vec![sim.namespace.clone()]),
        prometheus: Some(endpoint(&sim.prometheus_url)),
        alertmanagers: vec![endpoint(&sim.alertmanager_url)],
        discovery: None,
        places: Vec::new(),
        watchlist,
        reads: Vec::new(),
        eyes: None,
        alerts_every: second,
        rules_every: second,
        means: None,
    }
}

/// A cockpit on the desk of the story that has heard nothing yet.
fn opened(sim: &SimHandle, scenario: &str, pack: &Arc<Pack>) -> Flow {
    let mut flow = Flow::with_pack(Arc::clone(pack), Scene::Connecting, FACE);
    let desk = &mut flow.model.desk;
    desk.context.clone_from(&sim.context);
    desk.namespaces = Namespaces::Some(vec![sim.namespace.clone()]);
    desk.demo = Some(DemoMark {
        scenario: scenario.to_owned(),
        speed: None,
    });
    // What pods use is read only while somebody looks at it.
    flow.observe(vec![Observation::Link {
        source: SourceId::PodMetrics,
        link: Link::Absent,
    }]);
    flow
}

/// A model that has heard everything.
async fn told(sim: &SimHandle, scenario: &str, pack: &Arc<Pack>, folder: &Path) -> Model {
    let mut flow = opened(sim, scenario, pack);
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let mut readers = Readers::default();
    readers.start(plan(sim, folder, pack), &clock);
    let mut heard = Vec::new();
    let mut known = false;
    let hear = async {
        while !(known && is_whole(&flow.model)) {
            readers.inbox.ready().await;
            let seen = readers.inbox.take();
            known |= seen.iter().any(|it| matches!(it, Observation::Identity(_)));
            heard.extend(seen.iter().cloned());
            flow.observe(seen);
        }
    };
    let whole = tokio::time::timeout(PATIENCE, hear).await;
    assert!(whole.is_ok(), "{scenario}: {:?}", flow.model.links);
    // Which of several sources spoke first must not be seen.
    heard.sort_by_key(turn);
    let mut flow = opened(sim, scenario, pack);
    flow.observe(heard);
    flow.event(Event::Tick(Still.now()));
    flow.model.clone()
}

/// Who speaks when: the rules before those who are told by them.
const fn turn(seen: &Observation) -> u8 {
    match seen {
        Observation::Alerts {
            from: SourceId::Alertmanager,
            ..
        } => 4,
        Observation::Alerts { .. } => 3,
        Observation::Rules(_) => 2,
        _ => 1,
    }
}

fn is_whole(model: &Model) -> bool {
    let live = |source| matches!(model.links.get(source), Some(Link::Live { .. }));
    let list = model.pack.watchlist();
    let sources = [
        SourceId::Pods,
        SourceId::Workloads,
        SourceId::Nodes,
        SourceId::Prometheus,
        SourceId::Rules,
        SourceId::Alertmanager,
    ];
    let waits = |link: &Link| matches!(link, Link::Connecting);
    sources.iter().all(live)
        && SourceId::ALL
            .iter()
            .all(|it| model.links.get(it).is_some_and(|link| !waits(link)))
        && model.alerts.filled
        && model.alerts.silences.is_some()
        && (list.probes.iter()).all(|it| model.readings.instants.contains_key(&it.id))
        && (list.series.iter()).all(|it| model.readings.series.contains_key(&it.id))
}

/// Another person agrees to what nobody does alone.
pub fn agrees(flow: &mut Flow, who: &str) {
    let mut asked = flow.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Act(Act::Record { entry, .. }) => match &**entry {
            Entry::Asked { digest, .. } => Some(digest.clone()),
            _ => None,
        },
        _ => None,
    });
    let plan = asked.next().expect("a second person is asked");
    flow.event(Event::Acted(Acted::Agreed {
        plan,
        answer: Ok(vec![who.to_owned()]),
    }));
}

/// The prompt is answered by these keys, the facts stand, and the run comes to its end.
pub fn verified(flow: &mut Flow, keys: &str) {
    looks(flow);
    presses(flow, keys);
    let (request, facts) = recheck_asked(flow);
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
    let run = launched(flow, "20261121-063230-114-77aa");
    let mut run = ended(&run, Verdict::Verified);
    for step in &mut run.steps {
        step.end = Some(StepEnd::Done {
            said: Vec::new(),
            saved: std::collections::BTreeMap::new(),
        });
    }
    tell(flow, &run);
}
