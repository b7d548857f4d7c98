//! Starting the embedded cluster: one CA, one token, four servers on loopback, one world that is stepped.

#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use rcgen::KeyPair;
use sha2::{Digest, Sha256};
use tokio::time::MissedTickBehavior;

use super::alertmanager::Alertmanager;
use super::clock::SimClock;
use super::control::Control;
use super::kubernetes::Cluster;
use super::port::ClusterPort;
use super::prometheus::{Prometheus, PrometheusFaults};
use super::server::{Faults, Handler, Listen, Running, Users, serve};
use super::shared::{InPods, SharedWorld};
use super::tasks::Tasks;
use super::tls::{Authority, TlsError};
use super::world::scenario::{ScenarioError, ScenarioTitle, compile, list, load};
use super::world::{Said, World};

/// How the embedded cluster is to be played.
#[derive(Debug, Clone)]
pub struct SimOptions {
    pub scenario: String,
    /// Simulated seconds per real second.
    pub speed: f64,
    pub seed: u64,
    /// Filler pods, beside those of the scenario.
    pub pods: usize,
    /// Changes of filler pods per real second.
    pub churn: f64,
    /// A clock of the caller's own, such as a manual one; it makes `speed` meaningless.
    pub clock: Option<Arc<SimClock>>,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            scenario: "export-backlog".to_owned(),
            speed: 1.0,
            seed: 7,
            pods: 0,
            churn: 0.0,
            clock: None,
        }
    }
}

/// Why the embedded cluster didn't start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("a server of the embedded cluster can't listen: {0}")]
    Listen(#[from] std::io::Error),
}

/// A running embedded cluster: where it answers, how to get in, how to break it, how to end it.
#[derive(Clone)]
pub struct SimHandle {
    pub scenario: ScenarioTitle,
    /// The kubeconfig context and the namespace of the scenario.
    pub context: String,
    pub namespace: String,
    /// The pack whose watchlist is answered.
    pub pack: String,
    pub kubernetes_url: String,
    pub prometheus_url: String,
    pub alertmanager_url: String,
    /// Another of the same cluster: it has the same silences, and the alerts of the same rules.
    pub alertmanager_peer_url: String,
    /// `GET /demo` tells what is played here.
    pub control_url: String,
    pub ca_pem: String,
    pub token: String,
    pub clock: Arc<SimClock>,
    pub kubernetes_faults: Arc<Faults>,
    pub prometheus_faults: Arc<Faults>,
    pub alertmanager_faults: Arc<Faults>,
    pub alertmanager_peer_faults: Arc<Faults>,
    /// Faults of answers to queries, beside those of the server.
    pub query_faults: Arc<PrometheusFaults>,
    pub world: SharedWorld,
    tasks: Tasks,
}

impl SimHandle {
    /// The ids of the queries that have an answer in this scenario.
    pub fn query_ids(&self) -> Vec<String> {
        let (world, _) = self.world.present();
        let mut ids: Vec<String> = world.model().ids.keys().cloned().collect();
        ids.sort();
        ids
    }

    /// What the scenario's programs say to these words, and with `act` do.
    pub fn program(&self, words: &[String], act: bool) -> Option<Said> {
        let (mut world, _) = self.world.present();
        world.program(words, act)
    }

    /// Ends the servers and waits for their tasks.
    pub async fn shutdown(&self) {
        self.tasks.finish().await;
    }
}

/// The Kubernetes side of an embedded cluster, before it is served.
struct Kubernetes<H> {
    pub cluster: Arc<dyn ClusterPort>,
    pub handler: Arc<H>,
    pub faults: Arc<Faults>,
    /// What asks for the answers of programs in its pods.
    pub pods: Option<Arc<Cluster>>,
}

/// The embedded cluster: a place to start it from.
pub struct Sim;

impl Sim {
    /// Plays a scenario: the servers answer, with hours of history, when this returns.
    pub async fn start(options: SimOptions) -> Result<SimHandle, SimError> {
        launch(options, |seed, clock| {
            let cluster = Cluster::new(seed, clock);
            Kubernetes {
                handler: cluster.handler(),
                faults: cluster.faults().clone(),
                pods: Some(Arc::clone(&cluster)),
                cluster,
            }
        })
        .await
    }
}

/// Starts everything around a cluster that `make` builds from seed and clock.
async fn launch<H: Handler>(
    options: SimOptions,
    make: impl FnOnce(u64, Arc<SimClock>) -> Kubernetes<H>,
) -> Result<SimHandle, SimError> {
    let scenario = title(&options.scenario)?;
    let model = compile(load(&options.scenario)?)?;
    let (pack, namespace) = (model.pack.clone(), model.namespace.clone());
    let context = model.context.clone();
    let clock = options.clock.clone();
    let clock = clock.unwrap_or_else(|| SimClock::running(whole(SimClock::wall()), options.speed));
    let kubernetes = make(options.seed, clock.clone());
    let cluster = kubernetes.cluster.clone();
    let world = World::new(model, cluster.clone(), clock.start(), options.seed)?;
    if options.pods > 0 {
        cluster.fill(&namespace, options.pods, clock.start());
    }
    let world = SharedWorld::new(world, clock.clone());
    if let Some(pods) = &kubernetes.pods {
        pods.answer_exec(Arc::new(InPods::of(&world)));
    }
    let house = House::new(world.clone())?;
    let query_faults = Arc::<PrometheusFaults>::default();
    let served = house
        .serve(kubernetes, &query_faults, scenario, &options)
        .await?;
    let tasks = house.tasks;
    tasks.spawn(run(world.clone(), cluster, options.churn));
    let [kubernetes, prometheus, alertmanager, peer, control] = served;
    Ok(SimHandle {
        scenario,
        context,
        namespace,
        pack,
        kubernetes_url: kubernetes.url(),
        prometheus_url: prometheus.url(),
        alertmanager_url: alertmanager.url(),
        alertmanager_peer_url: peer.url(),
        control_url: control.url(),
        ca_pem: house.authority.ca_pem().to_owned(),
        token: house.users.token_of("demo").unwrap_or_default().to_owned(),
        clock,
        kubernetes_faults: kubernetes.faults,
        prometheus_faults: prometheus.faults,
        alertmanager_faults: alertmanager.faults,
        alertmanager_peer_faults: peer.faults,
        query_faults,
        world,
        tasks,
    })
}

/// What the servers share.
struct House {
    world: SharedWorld,
    authority: Authority,
    users: Users,
    tasks: Tasks,
}

impl House {
    fn new(world: SharedWorld) -> Result<Self, TlsError> {
        Ok(Self {
            world,
            authority: Authority::new()?,
            users: Users::standard(&secret()?),
            tasks: Tasks::new(),
        })
    }

    fn listen(&self, faults: Arc<Faults>) -> Listen {
        Listen {
            authority: self.authority.clone(),
            port: 0,
            users: self.users.clone(),
            faults,
            tasks: self.tasks.clone(),
            clock: self.world.clock().clone(),
        }
    }

    /// Kubernetes, Prometheus, Alertmanager, its peer and control, in this order.
    async fn serve<H: Handler>(
        &self,
        kubernetes: Kubernetes<H>,
        query_faults: &Arc<PrometheusFaults>,
        scenario: ScenarioTitle,
        options: &SimOptions,
    ) -> Result<[Running; 5], SimError> {
        let prometheus_at = Arc::new(OnceLock::new());
        let prometheus = Prometheus::new(
            self.world.clone(),
            query_faults.clone(),
            prometheus_at.clone(),
        );
        let [alertmanager, peer] = Alertmanager::pair(&self.world, options.seed, &prometheus_at)?;
        let control = Control::new(self.world.clone(), scenario, options);
        let kubernetes = serve(self.listen(kubernetes.faults), kubernetes.handler).await?;
        let prometheus = serve(self.listen(Arc::default()), Arc::new(prometheus)).await?;
        prometheus_at.get_or_init(|| prometheus.url());
        let alertmanager = serve(self.listen(Arc::default()), Arc::new(alertmanager)).await?;
        let peer = serve(self.listen(Arc::default()), Arc::new(peer)).await?;
        let control = serve(self.listen(Arc::default()), Arc::new(control)).await?;
        Ok([kubernetes, prometheus, alertmanager, peer, control])
    }
}

fn title(name: &str) -> Result<ScenarioTitle, SimError> {
    let found = list().iter().find(|known| known.name == name).copied();
    found.ok_or_else(|| match load(name) {
        Err(error) => error.into(),
        Ok(_) => ScenarioError::Part {
            at: name.to_owned(),
            message: "has no title".to_owned(),
        }
        .into(),
    })
}

/// A time without its fraction, so that series lie on whole seconds.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// What other users of the machine can't guess: the digest of a fresh private key.
fn secret() -> Result<String, TlsError> {
    let key = KeyPair::generate()?;
    let digest = Sha256::digest(key.serialize_der());
    let half: [u8; 16] = std::array::from_fn(|index| digest[index]);
    Ok(format!("{:032x}", u128::from_be_bytes(half)))
}

/// Steps the world and plays the churn, for as long as the tasks live.
async fn run(world: SharedWorld, cluster: Arc<dyn ClusterPort>, churn: f64) {
    let speed = world.clock().speed().max(0.01);
    let fastest = if churn > 0.0 { 0.02 } else { 0.05 };
    let slowest = if churn > 0.0 { 0.02 } else { 0.25 };
    let period = Duration::from_secs_f64((1.0 / speed).clamp(fastest, slowest));
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut last = ticks.tick().await;
    let mut due = 0.0;
    loop {
        let tick = ticks.tick().await;
        let now = world.present().1;
        due += churn * tick.duration_since(last).as_secs_f64();
        last = tick;
        if due >= 1.0 {
            cluster.churn(due.floor() as usize, now);
            due -= due.floor();
        }
    }
}
