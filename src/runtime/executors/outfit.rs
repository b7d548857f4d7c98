//! The executors of a process, put together from what a pack, a policy and a desk say.

use std::sync::Arc;

use super::{
    ClusterSecrets, Commands, ComposePrograms, Composes, Databases, Doors, Executor, Executors,
    Families, Host, Inside, InsideOfCluster, InspectionPrograms, Inspections, Places, ProgramRules,
    Redises, Requests, Rooms, Secrets, Silences, Simulated, SimulatedPrograms, Systemd, Waits,
};
use crate::{
    domain::{
        action::place::{ConnectionSpec, PlaceSpec, SecretSpec},
        policy::Policy,
        time::Clock,
    },
    pack::Pack,
    sources::http::{HttpEndpoint, ProxyEnv},
};

/// The parts of a cluster that steps are done with.
pub struct OfCluster {
    /// Does the steps of Kubernetes.
    pub executor: Arc<dyn Executor>,
    pub client: kube::Client,
    /// Where pods of connections are.
    pub namespace: String,
}

/// What a pack says of the world outside of the cluster.
#[derive(Debug, Clone, Default)]
pub struct OfPack {
    pub places: Vec<PlaceSpec>,
    pub secrets: Vec<SecretSpec>,
    pub connections: Vec<ConnectionSpec>,
}

impl OfPack {
    pub fn of(pack: &Pack) -> Self {
        Self {
            places: pack.places().to_vec(),
            secrets: pack.secrets().to_vec(),
            connections: pack.connections().to_vec(),
        }
    }
}

/// The executors that act on the world; without a cluster, on what is beside any.
pub fn real(
    cluster: Option<OfCluster>,
    pack: OfPack,
    policy: &Policy,
    alertmanagers: Vec<HttpEndpoint>,
    proxy: ProxyEnv,
    clock: &Arc<dyn Clock>,
) -> Executors {
    let (kubernetes, inside) = cluster.map_or((None, None), |cluster| {
        let inside = Arc::new(InsideOfCluster::new(cluster.client, cluster.namespace));
        (Some(cluster.executor), Some(inside))
    });
    let of_cluster = inside.clone();
    let of_cluster = of_cluster.map(|it| -> Arc<dyn ClusterSecrets> { it });
    let secrets = Secrets::new(pack.secrets, of_cluster);
    let rules = ProgramRules {
        allowed: policy.allowed_programs.clone(),
    };
    let host = Arc::new(Host::new(Places::new(pack.places), rules, secrets.clone()));
    let composes = Composes::new(host.clone(), ComposePrograms::default());
    let inside: Arc<dyn Inside> = Arc::new(Rooms {
        cluster: inside.map(|it| -> Arc<dyn Inside> { it }),
        composes: composes.clone(),
    });
    let databases = Databases::new(
        pack.connections.clone(),
        secrets.clone(),
        Some(inside.clone()),
    );
    let redises = Redises::new(pack.connections, secrets.clone(), Some(inside));
    let systemd = Systemd::new(host.clone(), "/usr/bin/systemctl".into());
    let inspections = Inspections::new(
        host.clone(),
        (systemd.clone(), composes.clone()),
        InspectionPrograms::default(),
        clock.clone(),
    );
    Executors::real(Families {
        kubernetes,
        command: Some(Arc::new(Commands::new(host.clone()))),
        systemd: Some(Arc::new(systemd)),
        compose: Some(Arc::new(composes)),
        sql: Some(Arc::new(databases)),
        redis: Some(Arc::new(redises)),
        http: Some(Arc::new(Requests::new(secrets, proxy))),
        tcp: Some(Arc::new(Doors)),
        inspections: Some(Arc::new(inspections)),
        silence: Some(Arc::new(Silences::new(alertmanagers, clock.clone()))),
        wait: Some(Arc::new(Waits)),
    })
}

/// The executors of a demo. Those of the cluster and of Alertmanager talk to the embedded servers; for everything else there is
/// the scenario alone.
pub fn of_demo(
    kubernetes: Arc<dyn Executor>,
    alertmanagers: Vec<HttpEndpoint>,
    programs: Option<Arc<dyn SimulatedPrograms>>,
    clock: &Arc<dyn Clock>,
) -> Executors {
    let simulated = programs.map(|programs| {
        let simulated: Arc<dyn Executor> = Arc::new(Simulated::new(programs));
        simulated
    });
    Executors::of_demo(Families {
        kubernetes: Some(kubernetes),
        command: simulated.clone(),
        systemd: simulated.clone(),
        compose: simulated.clone(),
        sql: simulated.clone(),
        redis: simulated.clone(),
        http: simulated.clone(),
        tcp: simulated.clone(),
        inspections: simulated,
        silence: Some(Arc::new(Silences::new(alertmanagers, clock.clone()))),
        wait: Some(Arc::new(Waits)),
    })
}
