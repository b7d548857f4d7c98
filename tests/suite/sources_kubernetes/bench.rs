//! A served cluster, the source that reads it, and what was heard of it.

use std::{fmt::Debug, path::PathBuf, sync::Arc, time::Duration};

use k8s_openapi::{
    NamespaceResourceScope,
    api::core::v1::{Namespace, Pod},
};
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    config::{Config, KubeConfigOptions, Kubeconfig},
};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::SourceId,
        pod_detail::PodKey,
        question::{Answered, Question, RequestId},
        time::{Clock, Moment},
    },
    sim::{
        clock::SimClock,
        kubernetes::Cluster,
        server::{Faults, Listen, Running, Users, serve},
        tasks::Tasks,
        tls::Authority,
    },
    sources::{
        kubernetes::{Ask, KubeOptions, Timeouts, Wallet, run},
        outbox::{Inbox, outbox},
    },
};
use serde_json::json;
use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

pub use super::heard::{Heard, names};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Real time for the source under test.
struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

/// The cluster, the source and its listener.
pub struct Bench {
    pub cluster: Arc<Cluster>,
    pub heard: Heard,
    pub asks: mpsc::Sender<Ask>,
    authority: Authority,
    running: Running,
    serving: Tasks,
    inbox: Inbox,
    source: JoinSet<()>,
    folder: TempDir,
}

async fn listen(cluster: &Arc<Cluster>, authority: &Authority, port: u16) -> (Running, Tasks) {
    let tasks = Tasks::new();
    let listen = Listen {
        authority: authority.clone(),
        port,
        users: Users::standard("t"),
        faults: Arc::clone(cluster.faults()),
        tasks: tasks.clone(),
        clock: Arc::clone(cluster.clock()),
    };
    let running = serve(listen, cluster.handler()).await.unwrap();
    (running, tasks)
}

fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        answer: Duration::from_millis(700),
        watch: Duration::from_secs(30),
        retry: Duration::from_millis(600),
        ask: Duration::from_secs(2),
        look: Duration::from_millis(500),
        plugin: Duration::from_secs(5),
    }
}

impl Bench {
    /// A cluster with the namespaces `a` and `b`; nothing reads it yet.
    pub async fn new() -> Self {
        Self::at_speed(1.0).await
    }

    /// A cluster whose time runs so many times as fast as ours.
    pub async fn at_speed(speed: f64) -> Self {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let clock = SimClock::running(SimClock::wall(), speed);
        let cluster = Cluster::new(1, clock);
        let authority = Authority::new().unwrap();
        let (running, serving) = listen(&cluster, &authority, 0).await;
        let folder = tempfile::tempdir().unwrap();
        let (asks, _) = mpsc::channel(1);
        let (_, inbox) = outbox();
        let bench = Self {
            cluster,
            heard: Heard::default(),
            asks,
            authority,
            running,
            serving,
            inbox,
            source: JoinSet::new(),
            folder,
        };
        bench.write_kubeconfig();
        for name in ["a", "b"] {
            bench.create_namespace(name).await;
        }
        bench
    }

    pub async fn create_namespace(&self, name: &str) {
        let namespace = json!({"metadata": {"name": name}});
        let namespace: Namespace = serde_json::from_value(namespace).unwrap();
        let api = Api::all(self.admin().await);
        api.create(&PostParams::default(), &namespace)
            .await
            .unwrap();
    }

    /// A cluster whose pods `names` in namespace `a` are read and live.
    pub async fn live(pods: &[&str]) -> Self {
        let mut bench = Self::new().await;
        for name in pods {
            bench.create_pod("a", name).await;
        }
        bench.read(Namespaces::All);
        let wanted = names(pods);
        bench
            .until("all is live", |heard| {
                heard.pod_names() == wanted
                    && [
                        SourceId::Pods,
                        SourceId::Workloads,
                        SourceId::Nodes,
                        SourceId::Events,
                    ]
                    .into_iter()
                    .all(|source| heard.is_live(source))
            })
            .await;
        bench
    }

    fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    fn write_kubeconfig(&self) {
        use base64::Engine;
        let ca = base64::engine::general_purpose::STANDARD.encode(self.authority.ca_pem());
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "bench",
            "clusters": [{"name": "bench", "cluster": {"server": self.running.url(), "certificate-authority-data": ca}}],
            "users": [{"name": "demo", "user": {"token": "t-demo"}}],
            "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "demo", "namespace": "a"}}],
        });
        std::fs::write(self.kubeconfig(), text.to_string()).unwrap();
    }

    pub fn options(&self) -> KubeOptions {
        KubeOptions {
            absent: false,
            page: None,
            kubeconfig: Some(self.kubeconfig()),
            context: None,
            timeouts: timeouts(),
            wallet: Wallet::default(),
        }
    }

    /// Starts the source.
    pub fn read(&mut self, namespaces: Namespaces) {
        self.read_with(self.options(), namespaces);
    }

    pub fn read_with(&mut self, options: KubeOptions, namespaces: Namespaces) {
        let (asks, asked) = mpsc::channel(8);
        let (outbox, inbox) = outbox();
        let clock = Arc::new(TestClock(Instant::now()));
        self.inbox = inbox;
        self.asks = asks;
        self.source
            .spawn(run(options, namespaces, outbox, asked, clock));
    }

    /// Listens until `done`, or fails with what was heard.
    pub async fn until(&mut self, what: &str, done: impl Fn(&Heard) -> bool) {
        let heard = &mut self.heard;
        let inbox = &mut self.inbox;
        let listening = async {
            while !done(heard) {
                inbox.ready().await;
                inbox.take().into_iter().for_each(|seen| heard.hear(seen));
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, listening).await;
        assert!(
            in_time.is_ok(),
            "{what}: {:#?} {:?}",
            self.heard.links,
            self.heard.pod_names()
        );
    }

    /// Asks and waits for the answer.
    pub async fn ask(&mut self, question: Question) -> Answered {
        let request = self.heard.told.len() as RequestId + 1;
        self.asks
            .send(Ask::Question { request, question })
            .await
            .unwrap();
        self.until("the answer", |heard| heard.answer(request).is_some())
            .await;
        let answer = self.heard.answer(request);
        answer.expect("it was waited for").clone()
    }

    pub fn faults(&self) -> &Faults {
        self.cluster.faults()
    }

    /// The server dies; its objects stay.
    pub async fn kill(&self) {
        self.serving.finish().await;
    }

    /// The server is back where it was.
    pub async fn revive(&mut self) {
        let port = self.running.address.port();
        (self.running, self.serving) = listen(&self.cluster, &self.authority, port).await;
    }

    /// A client that may do everything.
    pub async fn admin(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(self.kubeconfig()).unwrap();
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        config.proxy_url = None;
        config.default_retry = false;
        Client::try_from(config).unwrap()
    }

    async fn api<K>(&self, namespace: &str) -> Api<K>
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.admin().await, namespace)
    }

    pub async fn create<K>(&self, namespace: &str, object: serde_json::Value) -> K
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + serde::Serialize
            + serde::de::DeserializeOwned,
    {
        let object: K = serde_json::from_value(object).unwrap();
        let api = self.api::<K>(namespace).await;
        api.create(&PostParams::default(), &object).await.unwrap()
    }

    pub async fn create_pod(&self, namespace: &str, name: &str) -> PodKey {
        let pod: Pod = self
            .create(
                namespace,
                json!({
                    "metadata": {"name": name, "labels": {"app": "lookup"}},
                    "spec": {"containers": [{"name": "main", "image": "lookup:1"}]},
                }),
            )
            .await;
        PodKey {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            uid: pod.metadata.uid.unwrap().into(),
        }
    }

    pub async fn patch_status(&self, key: &PodKey, status: serde_json::Value) {
        let api = self.api::<Pod>(&key.namespace).await;
        let patch = Patch::Merge(json!({"status": status}));
        api.patch_status(&key.name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    pub async fn delete_pod(&self, namespace: &str, name: &str) {
        let api = self.api::<Pod>(namespace).await;
        let now = DeleteParams::default().grace_period(0);
        api.delete(name, &now).await.unwrap();
    }
}
