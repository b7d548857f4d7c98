//! The source as a whole: connects, watches, answers, for ever.

use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::NamespaceResourceScope;
use kube::{Api, Client};
use tokio::{
    sync::{mpsc, watch},
    task::{Id, JoinSet},
};

use super::{
    asks::{self, Ask},
    backoff::Backoff,
    connect::{Connection, KubeOptions},
    events::EventLite,
    history, identity,
    lite::Lite,
    nodes::NodeLite,
    rows::Seen,
    silence, skew,
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
    asks: mpsc::Receiver<Ask>,
    clock: Arc<dyn Clock>,
) {
    let wants = tell_wants(options.wallet.wants(), outbox.clone());
    let reading = read(options, namespaces, outbox, asks, clock);
    futures::join!(wants, reading);
}

/// Tells when a credential plugin waits for a person.
async fn tell_wants(mut wants: watch::Receiver<Option<String>>, outbox: Outbox) {
    let mut told = None;
    loop {
        let wanted = wants.borrow_and_update().clone();
        if wanted != told {
            told.clone_from(&wanted);
            outbox.send(Observation::SignIn(wanted));
        }
        if wants.changed().await.is_err() {
            return;
        }
    }
}

async fn read(
    options: KubeOptions,
    namespaces: Namespaces,
    outbox: Outbox,
    mut asks: mpsc::Receiver<Ask>,
    clock: Arc<dyn Clock>,
) {
    let connecting = connect(&options, &outbox, &mut asks, &clock);
    let connection = match AssertUnwindSafe(connecting).catch_unwind().await {
        Ok(connection) => connection,
        Err(panic) => {
            let losses = WATCHED.map(Loss::Whole);
            tell_losses(&losses, &said_of(&*panic), &outbox, clock.now().wall);
            return std::future::pending().await;
        }
    };
    let scopes = Scopes::new(namespaces, &connection);
    let watcher = Watcher {
        connection,
        clock,
        outbox,
    };
    let (others, another) = watch::channel(0);
    let mut steady = Tasks::default();
    let times = Loss::Part(SourceId::Pods, "the server's clock is not followed");
    steady.spawn(times, skew::tell(watcher.clone()));
    let silent = Loss::Part(
        SourceId::Pods,
        "whether the server is silent is not followed",
    );
    steady.spawn(silent, silence::follow(watcher.clone()));
    let who = Loss::Part(SourceId::Pods, "who asks is not followed");
    steady.spawn(who, identity::tell(watcher.clone(), others));
    let answers = asks::answer(asks, watcher.clone(), scopes.clone());
    steady.spawn(Loss::Whole(SourceId::PodMetrics), answers);
    let steady = steady.outlive(&watcher.outbox, &*watcher.clock);
    futures::join!(steady, watch_all(&watcher, &scopes, another));
}

/// Watches everything, and all of it anew when it is another cluster's, or what another user may see.
async fn watch_all(watcher: &Watcher, scopes: &Scopes, mut another: watch::Receiver<u64>) {
    let whole = Loss::Whole;
    loop {
        let mut tasks = Tasks::default();
        tasks.spawn(whole(SourceId::Pods), pods(watcher, scopes).tell());
        let workloads = workloads(watcher, scopes);
        tasks.spawn(whole(SourceId::Workloads), workloads.tell());
        tasks.spawn(whole(SourceId::Nodes), nodes(watcher).tell());
        tasks.spawn(whole(SourceId::Events), events(watcher, scopes).tell());
        let changes = Loss::Part(SourceId::Workloads, "what changed before is not read");
        tasks.spawn(changes, history::tell(watcher.clone(), scopes.clone()));
        let ended = tasks.outlive(&watcher.outbox, &*watcher.clock);
        tokio::select! {
            () = ended => {}
            Ok(()) = another.changed() => {}
        }
    }
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
    let mut wants = options.wallet.wants();
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
        wants.borrow_and_update();
        let pause = tokio::time::sleep(wait);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                // Somebody signed in.
                Ok(()) = wants.changed() => break,
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

    /// Each of them by name; `None` stands for all.
    pub fn names(&self) -> &[Option<String>] {
        &self.0
    }

    /// One API for each of them, with the namespace's name.
    pub fn apis<K>(&self, connection: &Connection) -> Vec<(String, Api<K>)>
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        self.apis_with(&connection.client)
    }

    /// The same for objects of which only the row is wanted.
    pub fn row_apis<K>(&self, connection: &Connection) -> Vec<(String, Api<K>)>
    where
        K: Lite + kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        self.apis_with(&connection.rows)
    }

    fn apis_with<K>(&self, client: &Client) -> Vec<(String, Api<K>)>
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let client = || client.clone();
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
    for (name, api) in scopes.row_apis::<S>(&watcher.connection) {
        table.follow::<S>(format!("{what}{name}"), api);
    }
}

fn pods(watcher: &Watcher, scopes: &Scopes) -> Table<crate::domain::pod::PodRow> {
    let mut table = Table::new(watcher.clone());
    follow::<PodLite>(&mut table, "", watcher, scopes);
    for (place, scope) in scopes.0.iter().enumerate() {
        if let Some(namespace) = scope {
            table.look_for(place, namespace.clone());
        }
    }
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
    let api = Api::<NodeLite>::all(watcher.connection.rows.clone());
    table.follow("nodes".to_owned(), api);
    table
}

fn events(watcher: &Watcher, scopes: &Scopes) -> Table<crate::domain::event::EventRow> {
    let mut table = Table::new(watcher.clone());
    follow::<EventLite>(&mut table, "", watcher, scopes);
    table
}

/// What is lost with a task that panics.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Whole(SourceId),
    /// The rest of the source goes on without it.
    Part(SourceId, &'static str),
}

impl Loss {
    fn link(self, said: &str, since: Timestamp) -> (SourceId, Link) {
        let said = format!("a defect in Quarterdeck: {said}");
        match self {
            Self::Whole(source) => {
                let link = Link::Failed {
                    since,
                    trouble: trouble(TroubleKind::NotTheApi, &said),
                    retry_at: None,
                };
                (source, link)
            }
            Self::Part(source, what) => {
                let detail = trouble(TroubleKind::NotTheApi, &format!("{what}: {said}")).detail;
                (source, Link::Partial { since, detail })
            }
        }
    }
}

/// The tasks of one source; all end with it.
#[derive(Default)]
struct Tasks {
    running: JoinSet<()>,
    losses: HashMap<Id, Loss>,
}

impl Tasks {
    fn spawn(&mut self, loss: Loss, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.running.spawn(task).id();
        self.losses.insert(id, loss);
    }

    /// A task that panicked must not leave rows behind that look live.
    async fn outlive(mut self, outbox: &Outbox, clock: &dyn Clock) {
        while let Some(ended) = self.running.join_next_with_id().await {
            let Err(error) = ended else { continue };
            let loss = self.losses.remove(&error.id());
            let losses: Vec<Loss> = loss.into_iter().collect();
            let said = match error.try_into_panic() {
                Ok(panic) => said_of(&*panic),
                Err(error) => error.to_string(),
            };
            tell_losses(&losses, &said, outbox, clock.now().wall);
        }
        std::future::pending::<()>().await;
    }
}

fn tell_losses(losses: &[Loss], said: &str, outbox: &Outbox, now: Timestamp) {
    tracing::error!(said, ?losses, "a task of the Kubernetes source panicked");
    for loss in losses {
        let (source, link) = loss.link(said, now);
        outbox.send(Observation::Link { source, link });
    }
}

/// The words of a panic.
fn said_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

/// What an ask is answered that took too long.
pub(super) fn too_late(limit: std::time::Duration) -> Trouble {
    let said = format!("no answer within {} s", limit.as_secs_f32());
    trouble(TroubleKind::TimedOut, &said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{outbox::outbox, testkit};

    #[tokio::test]
    async fn a_task_that_panics_is_told() {
        let (outbox, inbox) = outbox();
        let mut tasks = Tasks::default();
        tasks.spawn(Loss::Whole(SourceId::Nodes), async {
            panic!("no such node")
        });
        tasks.spawn(Loss::Part(SourceId::Pods, "no clock"), async {
            panic!("at {}", 7)
        });
        let clock = testkit::clock();
        let outlive = async move { tasks.outlive(&outbox, &*clock).await };
        let link_of = |seen: &[Observation], wanted| {
            seen.iter().find_map(|one| match one {
                Observation::Link { source, link } if *source == wanted => Some(link.clone()),
                _ => None,
            })
        };
        let seen = testkit::until(outlive, inbox, |seen| {
            link_of(seen, SourceId::Nodes).is_some() && link_of(seen, SourceId::Pods).is_some()
        })
        .await;
        let nodes = link_of(&seen, SourceId::Nodes).unwrap();
        let said = "a defect in Quarterdeck: no such node";
        assert_eq!(nodes.trouble().unwrap().detail, said);
        let pods = link_of(&seen, SourceId::Pods).unwrap();
        let Link::Partial { detail, .. } = pods else {
            panic!("{pods:?}");
        };
        assert_eq!(detail, "no clock: a defect in Quarterdeck: at 7");
    }
}
