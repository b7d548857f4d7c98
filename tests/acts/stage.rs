//! What an act is played on: an API server, a namespace of its own, and the executor under test.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use quarterdeck::{
    domain::{
        action::{
            fact::Fact,
            plan::Plan,
            preflight::{Draft, Preflight, Preflighted},
            step::{Planned, StepKind},
            target::Target,
            value::Values,
            verdict::{Output, StepEnd},
        },
        id::RunId,
        object::KindRef,
        time::{Clock, Moment},
    },
    runtime::executors::{Doing, Executor, Tell, kubernetes::KubernetesExecutor},
    sim::clock::SimClock,
    sources::kubernetes::{Connection, KubeOptions, Timeouts, Wallet},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::way::Way;
use crate::contract::kubernetes::Kube;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Admin,
    Viewer,
    Nobody,
}

/// A server and a namespace in it.
pub struct Stage {
    pub kube: Arc<Kube>,
    pub way: Way,
    pub space: String,
    folder: TempDir,
}

/// Real time.
pub struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(Instant::now()))
}

impl Stage {
    pub async fn new(kube: Kube) -> Self {
        let kube = Arc::new(kube);
        let space = kube.namespace("acts").await.name;
        Self {
            way: Way::to(&kube).await,
            kube,
            space,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub async fn end(self) {
        let path = format!("/api/v1/namespaces/{}", self.space);
        let _ = self.kube.delete(&path, &json!({})).await;
    }

    /// A connection over the way, which notes what is changed.
    pub async fn connection(&self, who: Who) -> Connection {
        self.connect(who, &self.way.url, &self.way.ca_pem).await
    }

    /// A connection to the server itself.
    pub async fn straight(&self, who: Who) -> Connection {
        self.connect(who, &self.kube.url, &self.kube.ca_pem).await
    }

    pub async fn connect(&self, who: Who, url: &str, ca_pem: &str) -> Connection {
        self.connect_for(who, url, ca_pem, Duration::from_secs(3))
            .await
    }

    /// Over the way, with the patience that an eviction of another pod needs: the server tries that for ten seconds.
    pub async fn patient_executor(&self) -> KubernetesExecutor {
        let (url, ca_pem) = (&self.way.url, &self.way.ca_pem);
        let answer = Timeouts::default().answer;
        let connection = self.connect_for(Who::Admin, url, ca_pem, answer).await;
        KubernetesExecutor::new(&connection, clock())
    }

    async fn connect_for(&self, who: Who, url: &str, ca_pem: &str, answer: Duration) -> Connection {
        use base64::Engine;
        let token = match who {
            Who::Admin => &self.kube.admin,
            Who::Viewer => &self.kube.viewer,
            Who::Nobody => &self.kube.nobody,
        };
        let ca = base64::engine::general_purpose::STANDARD.encode(ca_pem);
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "stage",
            "clusters": [{"name": "stage", "cluster": {"server": url, "certificate-authority-data": ca}}],
            "users": [{"name": "own", "user": {"token": token}}],
            "contexts": [{"name": "stage", "context": {"cluster": "stage", "user": "own", "namespace": self.space}}],
        });
        let path = self.folder.path().join(format!("{who:?}"));
        std::fs::write(&path, text.to_string()).unwrap();
        let options = KubeOptions {
            absent: false,
            kubeconfig: Some(path),
            context: None,
            page: None,
            timeouts: Timeouts {
                answer,
                ..Timeouts::default()
            },
            wallet: Wallet::default(),
        };
        Connection::open(&options, clock()).await.unwrap()
    }

    pub async fn executor(&self, who: Who) -> KubernetesExecutor {
        KubernetesExecutor::new(&self.connection(who).await, clock())
    }

    pub fn core(&self, plural: &str) -> String {
        format!("/api/v1/namespaces/{}/{plural}", self.space)
    }

    pub fn apps(&self, plural: &str) -> String {
        format!("/apis/apps/v1/namespaces/{}/{plural}", self.space)
    }

    pub fn target(&self, kind: &str, name: &str) -> Target {
        let kind = match kind {
            "Pod" => KindRef::pods(),
            "Node" => KindRef::nodes(),
            other => KindRef::of_workload(other).unwrap(),
        };
        Target::Object {
            namespace: kind.namespaced.then(|| self.space.clone()),
            kind,
            name: name.to_owned(),
        }
    }

    /// A Deployment without a pod that nobody plays.
    pub async fn deployment(&self, name: &str, replicas: u32) -> Value {
        let body = json!({
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {
                        "terminationGracePeriodSeconds": 0,
                        "containers": [{"name": "main", "image": "registry.local/app:1"}],
                    },
                },
            },
        });
        self.create(&self.apps("deployments"), &body).await
    }

    pub async fn create(&self, collection: &str, body: &Value) -> Value {
        self.kube.post(collection, body).await.expect(201)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.kube.get(path).await.expect(200)
    }

    pub async fn merge(&self, path: &str, body: &Value) -> Value {
        self.kube.patch(path, "merge", body).await.expect(200)
    }

    /// A Deployment whose pods are all ready.
    pub async fn ready_deployment(&self, name: &str, replicas: u32) -> Value {
        self.deployment(name, replicas).await;
        self.kube
            .until(&self.apps("deployments"), name, |it| {
                it["status"]["readyReplicas"] == replicas
                    && it["status"]["observedGeneration"] == it["metadata"]["generation"]
            })
            .await
    }
}

pub fn planned(kind: StepKind<Target, i64>) -> Planned {
    Planned {
        kind,
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

pub async fn look(executor: &dyn Executor, step: &Planned) -> Preflighted {
    let draft = Draft {
        action: "test".into(),
        target: step.kind.target().unwrap().clone(),
        params: Values::new(),
        steps: vec![step.clone()],
        reads: Vec::new(),
        preview: None,
        reads_only: false,
    };
    executor.look(step, &draft).await
}

/// The plan that a look makes.
pub fn plan(step: &Planned, facts: &[Fact]) -> Plan {
    let target = step.kind.target().unwrap().clone();
    Plan {
        action: "test".into(),
        principal: "admin".to_owned(),
        facts: facts.to_vec(),
        ..Plan::of_steps(target, vec![step.clone()])
    }
}

/// What a run of one step came to, with what it wrote.
pub async fn run(executor: &dyn Executor, plan: &Plan) -> (StepEnd, Vec<Output>) {
    run_until(executor, plan, &CancellationToken::new()).await
}

pub async fn run_until(
    executor: &dyn Executor,
    plan: &Plan,
    cancel: &CancellationToken,
) -> (StepEnd, Vec<Output>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let output: Tell = {
        let heard = Arc::clone(&heard);
        Arc::new(move |piece| heard.lock().unwrap().push(piece))
    };
    let run = RunId::from("run-1");
    let doing = Doing {
        run: &run,
        plan,
        place: 0,
        step: &plan.steps[0],
        output: &output,
        cancel,
    };
    let end = executor.run(doing).await;
    let heard = heard.lock().unwrap().clone();
    (end, heard)
}

/// Looks and runs.
pub async fn act(executor: &dyn Executor, step: &Planned) -> (Preflight, StepEnd) {
    let found = look(executor, step).await.unwrap();
    let (end, _) = run(executor, &plan(step, &found.facts)).await;
    (found, end)
}

#[track_caller]
pub fn failed(end: &StepEnd) -> &str {
    match end {
        StepEnd::Failed { why } => why,
        other => panic!("{other:?}"),
    }
}
