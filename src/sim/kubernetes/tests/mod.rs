//! The embedded cluster, asked by a real client over HTTPS.

mod faults;
mod life;
mod protobuf;
mod reading;
mod writing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;

use super::Cluster;
use crate::sim::clock::SimClock;
use crate::sim::port::{ClusterPort, WorkloadRef, WorkloadSpec};
use crate::sim::server::{Listen, Running, Users, serve};
use crate::sim::tasks::Tasks;
use crate::sim::tls::Authority;

/// A served cluster of two nodes with a namespace `shop`, whose time is moved by hand.
struct Served {
    cluster: Arc<Cluster>,
    running: Running,
    tasks: Tasks,
    authority: Authority,
}

impl Served {
    async fn start() -> Self {
        let start = "2026-03-01T12:00:00Z".parse().unwrap();
        let cluster = Cluster::new(1, SimClock::manual(start));
        for node in ["one", "two"] {
            cluster.create_node(node, &BTreeMap::new(), start);
        }
        cluster.create_namespace("shop", start);
        let authority = Authority::new().unwrap();
        let tasks = Tasks::new();
        let listen = Listen {
            authority: authority.clone(),
            port: 0,
            users: Users::standard("t"),
            faults: Arc::clone(cluster.faults()),
            tasks: tasks.clone(),
            clock: cluster.clock().clone(),
        };
        let running = serve(listen, cluster.handler()).await.unwrap();
        Self {
            cluster,
            running,
            tasks,
            authority,
        }
    }

    fn client(&self, user: &str) -> kube::Client {
        // The second test to install it is told so; the provider is there either way.
        let _second = rustls::crypto::ring::default_provider().install_default();
        let pem = self.authority.ca_pem();
        let body: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = base64::engine::general_purpose::STANDARD
            .decode(body)
            .unwrap();
        let mut config = kube::Config::new(self.running.url().parse().unwrap());
        config.root_cert = Some(vec![der]);
        config.auth_info.token = Some(format!("t-{user}").into());
        config.default_retry = false;
        config.read_timeout = Some(Duration::from_secs(20));
        kube::Client::try_from(config).unwrap()
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client("demo"), "shop")
    }

    /// Moves time by so many seconds and lets the controllers run.
    fn pass(&self, seconds: u64) {
        let now = self.cluster.clock().advance(Duration::from_secs(seconds));
        self.cluster.step(now);
    }

    /// A Deployment `web` that came up long ago.
    fn web(&self, replicas: u32) -> WorkloadRef {
        let at = WorkloadRef {
            namespace: "shop".to_owned(),
            kind: "Deployment".to_owned(),
            name: "web".to_owned(),
        };
        let spec = WorkloadSpec {
            replicas,
            image: "registry.example.org/web:2".to_owned(),
            ready_after: 5,
            created: Some("2026-02-20T08:00:00Z".parse().unwrap()),
            history: vec![(
                "registry.example.org/web:1".to_owned(),
                "2026-02-20T08:00:00Z".parse().unwrap(),
            )],
            ..WorkloadSpec::default()
        };
        self.cluster.create_workload(&at, &spec);
        self.pass(1);
        at
    }
}

/// The code of an API error.
fn code<T: std::fmt::Debug>(result: Result<T, kube::Error>) -> (u16, String) {
    match result {
        Err(kube::Error::Api(status)) => (status.code, status.message.clone()),
        other => panic!("no API error but {other:?}"),
    }
}
