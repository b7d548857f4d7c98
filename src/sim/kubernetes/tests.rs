use std::sync::Arc;
use std::time::Duration;

use crate::sim::clock::SimClock;
use crate::sim::server::{Listen, Running, Users, serve};
use crate::sim::tasks::Tasks;
use crate::sim::tls::Authority;

use super::*;

/// A cluster that is served, with clients of each user.
struct Served {
    cluster: Arc<Cluster>,
    running: Running,
    tasks: Tasks,
    authority: Authority,
}

impl Served {
    async fn start() -> Self {
        let clock = SimClock::manual("2026-03-01T12:00:00Z".parse().unwrap());
        let cluster = Cluster::new(1, clock);
        let authority = Authority::new().unwrap();
        let tasks = Tasks::new();
        let listen = Listen {
            authority: authority.clone(),
            port: 0,
            users: Users::standard("t"),
            faults: Arc::clone(cluster.faults()),
            tasks: tasks.clone(),
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
        let _second = rustls::crypto::ring::default_provider().install_default();
        let mut config = kube::Config::new(self.running.url().parse().unwrap());
        let pem = self.authority.ca_pem();
        let der = rustls_pki(pem);
        config.root_cert = Some(vec![der]);
        config.auth_info.token = Some(format!("t-{user}").into());
        config.default_retry = false;
        config.read_timeout = Some(Duration::from_secs(20));
        kube::Client::try_from(config).unwrap()
    }
}

fn rustls_pki(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let body: String = pem.lines().filter(|l| !l.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap()
}

#[tokio::test]
async fn namespaces_are_listed_over_https() {
    let served = Served::start().await;
    let api: kube::Api<k8s_openapi::api::core::v1::Namespace> =
        kube::Api::all(served.client("demo"));
    let names: Vec<_> = api
        .list(&Default::default())
        .await
        .unwrap()
        .into_iter()
        .filter_map(|n| n.metadata.name)
        .collect();
    assert!(names.contains(&"kube-system".to_owned()));
    assert!(!served.cluster.uid().is_empty());
    served.tasks.finish().await;
}
