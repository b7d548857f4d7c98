//! An embedded cluster in the process of the test, for a cockpit in another: it can be broken while that one looks.

use std::path::PathBuf;

use http::StatusCode;
use jiff::Timestamp;
use quarterdeck::sim::{
    clock::SimClock,
    server::NetFault,
    start::{Sim, SimHandle, SimOptions},
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::home::Home;

/// A served cluster and where its config stands.
pub struct Served {
    runtime: Runtime,
    pub sim: SimHandle,
    config: PathBuf,
}

/// The three servers that a cockpit reads.
#[derive(Debug, Clone, Copy)]
pub enum Server {
    Kubernetes,
    Prometheus,
    Alertmanager,
}

pub const SERVERS: [Server; 3] = [Server::Kubernetes, Server::Prometheus, Server::Alertmanager];

impl Served {
    /// Plays a scenario and writes the folder of `demo --serve` into the home.
    pub fn start(home: &Home, scenario: &str) -> Self {
        Self::played(home, scenario, SimOptions::default().seed, 1.0)
    }

    /// The same so many times faster than the clock.
    pub fn faster(home: &Home, scenario: &str, speed: f64) -> Self {
        Self::played(home, scenario, SimOptions::default().seed, speed)
    }

    /// The same with other uids: another cluster.
    pub fn seeded(home: &Home, scenario: &str, seed: u64) -> Self {
        Self::played(home, scenario, seed, 1.0)
    }

    /// The same from a time of its own on.
    pub fn beginning(home: &Home, scenario: &str, start: Timestamp) -> Self {
        let options = SimOptions {
            scenario: scenario.to_owned(),
            clock: Some(SimClock::running(start, 1.0)),
            ..SimOptions::default()
        };
        Self::of(home, options)
    }

    fn played(home: &Home, scenario: &str, seed: u64, speed: f64) -> Self {
        let options = SimOptions {
            scenario: scenario.to_owned(),
            seed,
            speed,
            ..SimOptions::default()
        };
        Self::of(home, options)
    }

    fn of(home: &Home, options: SimOptions) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = home.path().join("serve");
        let sim = runtime.block_on(async {
            let sim = Sim::start(options).await.expect("the cluster starts");
            sim.write_serve_dir(&folder).await.expect("its folder");
            sim
        });
        Self {
            runtime,
            sim,
            config: folder.join("config.toml"),
        }
    }

    /// The config that a cockpit is opened with.
    pub fn config(&self) -> &str {
        self.config.to_str().expect("a path of a test is text")
    }

    pub fn strike(&self, server: Server, fault: NetFault) {
        let faults = match server {
            Server::Kubernetes => &self.sim.kubernetes_faults,
            Server::Prometheus => &self.sim.prometheus_faults,
            Server::Alertmanager => &self.sim.alertmanager_faults,
        };
        faults.strike(fault);
        // A watch that is open would hear nothing of it.
        faults.cut_connections();
    }

    pub fn heal(&self) {
        self.sim.kubernetes_faults.heal();
        self.sim.prometheus_faults.heal();
        self.sim.alertmanager_faults.heal();
    }

    /// Merges a patch into an object of the cluster, as another client of it would.
    pub fn patch(&self, path: &str, patch: &Value) {
        let request = self
            .client()
            .patch(format!("{}{path}", self.sim.kubernetes_url))
            .bearer_auth(&self.sim.token)
            .header("content-type", "application/merge-patch+json")
            .body(patch.to_string());
        self.send(request);
    }

    /// An object of the cluster as it is now.
    pub fn read(&self, path: &str) -> Value {
        let request = self
            .client()
            .get(format!("{}{path}", self.sim.kubernetes_url))
            .bearer_auth(&self.sim.token);
        self.runtime.block_on(async {
            let answer = request.send().await.expect("an answer");
            answer.json().await.expect("an object")
        })
    }

    pub fn create(&self, path: &str, object: &Value) {
        let request = self
            .client()
            .post(format!("{}{path}", self.sim.kubernetes_url))
            .bearer_auth(&self.sim.token)
            .json(object);
        self.send(request);
    }

    fn client(&self) -> reqwest::Client {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let authority = reqwest::Certificate::from_pem(self.sim.ca_pem.as_bytes());
        reqwest::Client::builder()
            .tls_certs_only([authority.expect("the cluster's own authority")])
            .build()
            .expect("a client")
    }

    fn send(&self, request: reqwest::RequestBuilder) {
        self.runtime.block_on(async {
            let answer = request.send().await.expect("an answer");
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            assert!(status.is_success(), "{status}: {text}");
        });
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.runtime.block_on(self.sim.shutdown());
    }
}

/// The fault of a status code.
pub fn status(code: StatusCode) -> NetFault {
    NetFault::status(code)
}
