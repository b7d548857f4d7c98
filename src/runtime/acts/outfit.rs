//! The hands of a desk: connections of its own, and what does each kind of step over them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use kube::Client;

use super::Outfitter;
use crate::{
    domain::{
        action::access::{Access, Allowed},
        desk::Namespaces,
        identity::Identity,
        policy::Policy,
        time::Clock,
    },
    ledger::postgres::Place,
    pack::Pack,
    runtime::{
        executors::{
            Commands, ComposePrograms, Composes, Databases, Executors, Families, Host,
            InsideOfCluster, Places, ProgramRules, Redises, Requests, Secrets, Silences, Systemd,
            Waits,
            kubernetes::{KubernetesExecutor, Reviews},
        },
        locks::{
            Locks,
            host::HostLocks,
            lease::{LeaseLocks, LeaseTerms},
            postgres::PostgresLocks,
            set::{LockSet, OwnLocks},
        },
        runner::{Hands, Papers},
    },
    sources::{
        http::{HttpEndpoint, ProxyEnv},
        kubernetes::{Connection, KubeOptions, show_identity},
    },
};

/// What systemd is told by.
const SYSTEMCTL: &str = "/usr/bin/systemctl";

/// What the hands of a desk are made from.
pub struct DeskOutfit {
    pub kubernetes: KubeOptions,
    pub alertmanagers: Vec<HttpEndpoint>,
    pub pack: Arc<Pack>,
    pub policy: Policy,
    /// Those of the desk: what is inside the cluster is in the only one, else in that of the context.
    pub namespaces: Namespaces,
    pub proxy: ProxyEnv,
    /// Where the ledger is that a team shares, and with it the locks of all hosts.
    pub shared: Option<Place>,
    /// The locks of a demo.
    pub own: OwnLocks,
    /// Nothing outside is touched: no program, no host, no lock but our own.
    pub demo: bool,
    pub clock: Arc<dyn Clock>,
}

impl Outfitter for DeskOutfit {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>> {
        self.open().boxed()
    }
}

impl DeskOutfit {
    async fn open(&self) -> Result<Hands, String> {
        let clock = Arc::clone(&self.clock);
        let connection = Connection::open(&self.kubernetes, Arc::clone(&clock))
            .await
            .map_err(|trouble| trouble.detail)?;
        let kubernetes = KubernetesExecutor::new(&connection, Arc::clone(&clock));
        let silences = Silences::new(self.alertmanagers.clone(), Arc::clone(&clock));
        let families = Families {
            kubernetes: Some(Arc::new(kubernetes)),
            silence: Some(Arc::new(silences)),
            wait: Some(Arc::new(Waits)),
            ..Families::default()
        };
        let client = connection.client.clone();
        let reviews = Reviews::new(connection.client.clone(), clock);
        let papers = ClusterPapers {
            connection: connection.clone(),
            reviews,
            name: Mutex::default(),
        };
        let (executors, locks) = if self.demo {
            let own = Arc::new(self.own.clone());
            let locks = LockSet {
                leases: Some(own.clone()),
                host: Some(own),
                shared: None,
            };
            (Executors::of_demo(families), locks)
        } else {
            (
                Executors::real(self.outside(families, &connection)),
                self.locks(client)?,
            )
        };
        Ok(Hands {
            executor: Arc::new(executors),
            locks: Arc::new(locks),
            papers: Arc::new(papers),
        })
    }

    /// What reaches beyond the cluster.
    fn outside(&self, families: Families, connection: &Connection) -> Families {
        let namespace = match &self.namespaces {
            Namespaces::Some(names) if names.len() == 1 => names[0].clone(),
            _ => connection.namespace.clone(),
        };
        let inside = InsideOfCluster::new(connection.client.clone(), namespace);
        let connections = || self.pack.connections().iter().cloned();
        let secrets = Secrets::new(
            self.pack.secrets().iter().cloned(),
            Some(Arc::new(inside.clone())),
        );
        let rules = ProgramRules {
            allowed: self.policy.allowed_programs.clone(),
        };
        let places = Places::new(self.pack.places().iter().cloned());
        let host = Arc::new(Host::new(places, rules, secrets.clone()));
        Families {
            command: Some(Arc::new(Commands::new(Arc::clone(&host)))),
            systemd: Some(Arc::new(Systemd::new(
                Arc::clone(&host),
                PathBuf::from(SYSTEMCTL),
            ))),
            compose: Some(Arc::new(Composes::new(host, ComposePrograms::default()))),
            sql: Some(Arc::new(Databases::new(
                connections(),
                secrets.clone(),
                Some(Arc::new(inside.clone())),
            ))),
            redis: Some(Arc::new(Redises::new(
                connections(),
                secrets.clone(),
                Some(Arc::new(inside)),
            ))),
            http: Some(Arc::new(Requests::new(secrets, self.proxy.clone()))),
            ..families
        }
    }

    fn locks(&self, client: Client) -> Result<LockSet, String> {
        let host = HostLocks::of_this_host().map_err(|error| error.to_string())?;
        Ok(LockSet {
            leases: Some(Arc::new(LeaseLocks::new(
                client,
                Arc::clone(&self.clock),
                LeaseTerms::default(),
            ))),
            host: Some(Arc::new(host)),
            shared: self
                .shared
                .clone()
                .map(|place| Arc::new(PostgresLocks::at(place)) as Arc<dyn Locks>),
        })
    }
}

/// Who we are, over the connection that acts.
struct ClusterPapers {
    connection: Connection,
    reviews: Reviews,
    /// The name that was shown last.
    name: Mutex<Option<String>>,
}

impl ClusterPapers {
    async fn shown(&self) -> Result<Identity, String> {
        let identity = show_identity(&self.connection).await?;
        let name = identity.who.as_ref().map(|who| who.name.clone());
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
        Ok(identity)
    }

    async fn asked(&self, accesses: &[Access]) -> Vec<Allowed> {
        let known = || {
            let name = self.name.lock().unwrap_or_else(PoisonError::into_inner);
            name.clone()
        };
        if known().is_none()
            && let Err(why) = self.shown().await
        {
            return vec![Allowed::Unknown(why); accesses.len()];
        }
        let name = known().unwrap_or_default();
        self.reviews.review(&name, accesses).await
    }
}

impl Papers for ClusterPapers {
    fn show(&self) -> BoxFuture<'_, Result<Identity, String>> {
        self.shown().boxed()
    }

    fn may<'a>(&'a self, accesses: &'a [Access]) -> BoxFuture<'a, Vec<Allowed>> {
        self.asked(accesses).boxed()
    }
}
