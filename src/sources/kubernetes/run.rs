//! The source as a whole: connects, watches, answers, for ever.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::NamespaceResourceScope;
use kube::Api;
use tokio::{
    sync::mpsc,
    task::{Id, JoinError, JoinSet},
};

use super::{
    asks::{self, Ask},
    backoff::Backoff,
    connect::{Connection, KubeOptions},
    events::EventLite,
    history,
    nodes::NodeLite,
    rows::Seen,
    status::PodLite,
    trouble::trouble,
    watch::{Table, Watcher},
    workloads::{DaemonSet, Deployment, StatefulSet},
};
use crate::{
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId, Trouble, TroubleKind},
        observation::Observation,
        time::Clock,
    },
    sources::outbox::Outbox,
};

/// What is watched as long as the source runs.
const WATCHED: [SourceId; 4] = [
    SourceId::Pods,
    SourceId::Workloads,
    SourceId::Nodes,
    SourceId::Events,
];

/// Reads a cluster until it is dropped: watches go on whatever is asked, and whatever fails is told and tried again.
pub async fn run(
    options: KubeOptions,
    namespaces: Namespaces,
    outbox: Outbox,
    mut asks: mpsc::Receiver<Ask>,
    clock: Arc<dyn Clock>,
) {
    let connection = connect(&options, &outbox, &mut asks, &clock).await;
    let scopes = Scopes::new(namespaces, &connection);
    let watcher = Watcher {
        connection,
        clock,
        outbox,
    };
    let mut tasks = Tasks::default();
    tasks.spawn(Some(SourceId::Pods), pods(&watcher, &scopes).tell());
    let workloads = workloads(&watcher, &scopes);
    tasks.spawn(Some(SourceId::Workloads), workloads.tell());
    tasks.spawn(Some(SourceId::Nodes), nodes(&watcher).tell());
    tasks.spawn(Some(SourceId::Events), events(&watcher, &scopes).tell());
    tasks.spawn(None, skew(watcher.clone()));
    tasks.spawn(None, history::tell(watcher.clone(), scopes));
    tasks.spawn(
        Some(SourceId::PodMetrics),
        asks::answer(asks, watcher.clone()),
    );
    tasks.outlive(&watcher).await;
}

/// Tries until there is a client. Meanwhile questions are answered with the reason why not.
async fn connect(
    options: &KubeOptions,
    outbox: &Outbox,
    asks: &mut mpsc::Receiver<Ask>,
    clock: &Arc<dyn Clock>,
) -> Connection {
    let tell = |link: &Link| {
        for source in WATCHED {
            let link = link.clone();
            outbox.send(Observation::Link { source, link });
        }
    };
    tell(&Link::Connecting);
    let mut backoff = Backoff::new(options.timeouts.retry);
    let since = clock.now().wall;
    loop {
        let why = match Connection::open(options, Arc::clone(clock)).await {
            Ok(connection) => return connection,
            Err(why) => why,
        };
        tracing::warn!(kind = ?why.kind, detail = why.detail, "no client for the cluster");
        let now = clock.now();
        let wait = backoff.after_failure(now.mono, None);
        tell(&Link::Failed {
            since,
            trouble: why.clone(),
            retry_at: Some(after(now.wall, wait)),
        });
        let pause = tokio::time::sleep(wait);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(ask) = asks.recv() => asks::refuse(ask, &why, outbox),
            }
        }
    }
}

fn after(now: Timestamp, wait: std::time::Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or_default();
    now.checked_add(wait).unwrap_or(now)
}

/// The namespaces that are read; `None` stands for all of them.
#[derive(Clone)]
pub(super) struct Scopes(Vec<Option<String>>);

impl Scopes {
    fn new(namespaces: Namespaces, connection: &Connection) -> Self {
        Self(match namespaces {
            Namespaces::All => vec![None],
            Namespaces::Some(names) if names.is_empty() => vec![Some(connection.namespace.clone())],
            Namespaces::Some(mut names) => {
                // A namespace named twice would be watched twice.
                names.sort_unstable();
                names.dedup();
                names.into_iter().map(Some).collect()
            }
        })
    }

    /// One API for each of them, with the namespace's name.
    pub fn apis<K>(&self, connection: &Connection) -> Vec<(String, Api<K>)>
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let client = || connection.client.clone();
        let api = |scope: &Option<String>| match scope {
            Some(name) => (name.clone(), Api::namespaced(client(), name)),
            None => ("all namespaces".to_owned(), Api::all(client())),
        };
        self.0.iter().map(api).collect()
    }
}

fn follow<S>(table: &mut Table<S::Row>, what: &str, watcher: &Watcher, scopes: &Scopes)
where
    S: Seen + kube::Resource<Scope = NamespaceResourceScope>,
{
    for (name, api) in scopes.apis::<S>(&watcher.connection) {
        table.follow::<S>(format!("{what}{name}"), api);
    }
}

fn pods(watcher: &Watcher, scopes: &Scopes) -> Table<crate::domain::pod::PodRow> {
    let mut table = Table::new(watcher.clone());
    follow::<PodLite>(&mut table, "", watcher, scopes);
    table
}

fn workloads(watcher: &Watcher, scopes: &Scopes) -> Table<crate::domain::workload::WorkloadRow> {
    let mut table = Table::new(watcher.clone());
    follow::<Deployment>(&mut table, "Deployments in ", watcher, scopes);
    follow::<StatefulSet>(&mut table, "StatefulSets in ", watcher, scopes);
    follow::<DaemonSet>(&mut table, "DaemonSets in ", watcher, scopes);
    table
}

fn nodes(watcher: &Watcher) -> Table<crate::domain::node::NodeRow> {
    let mut table = Table::new(watcher.clone());
    let api = Api::<NodeLite>::all(watcher.connection.client.clone());
    table.follow("nodes".to_owned(), api);
    table
}

fn events(watcher: &Watcher, scopes: &Scopes) -> Table<crate::domain::event::EventRow> {
    let mut table = Table::new(watcher.clone());
    follow::<EventLite>(&mut table, "", watcher, scopes);
    table
}

/// Tells how far the server's clock is off.
async fn skew(watcher: Watcher) {
    let mut skew = watcher.connection.pulse.skew();
    while skew.changed().await.is_ok() {
        let ahead = *skew.borrow_and_update();
        watcher.outbox.send(Observation::Skew {
            source: SourceId::Pods,
            ahead,
        });
    }
}

/// The tasks of one source; all end with it.
#[derive(Default)]
struct Tasks {
    running: JoinSet<()>,
    sources: HashMap<Id, SourceId>,
}

impl Tasks {
    fn spawn(&mut self, source: Option<SourceId>, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.running.spawn(task).id();
        self.sources.extend(source.map(|source| (id, source)));
    }

    /// A task that panicked must not leave rows behind that look live.
    async fn outlive(mut self, watcher: &Watcher) {
        while let Some(ended) = self.running.join_next_with_id().await {
            let Err(error) = ended else { continue };
            tracing::error!(%error, "a task of the Kubernetes source ended");
            if let Some(source) = self.sources.get(&error.id()) {
                let link = broken(&error, watcher.clock.now().wall);
                let source = *source;
                watcher.outbox.send(Observation::Link { source, link });
            }
        }
        std::future::pending::<()>().await;
    }
}

fn broken(error: &JoinError, since: Timestamp) -> Link {
    let detail = format!("a defect in Quarterdeck: {error}");
    Link::Failed {
        since,
        trouble: trouble(TroubleKind::NotTheApi, &detail),
        retry_at: None,
    }
}

/// What an ask is answered that took too long.
pub(super) fn too_late(limit: std::time::Duration) -> Trouble {
    let said = format!("no answer within {} s", limit.as_secs_f32());
    trouble(TroubleKind::TimedOut, &said)
}
