//! The hands of a desk: connections of its own, and what does each kind of step over them.

use std::sync::{Arc, Mutex, PoisonError};

use futures::{FutureExt, future::BoxFuture};

use super::{Outfitter, user_of_host};
use kube::Client;

use crate::{
    domain::{
        action::access::{Access, Allowed},
        identity::Identity,
        policy::Policy,
        time::Clock,
    },
    ledger::postgres::Place,
    pack::Pack,
    runtime::{
        executors::{
            Executor, SimulatedPrograms,
            kubernetes::{KubernetesExecutor, Reviews},
            outfit::{self, OfCluster, OfPack},
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

/// What the hands of a desk are made from.
#[derive(Clone)]
pub struct DeskOutfit {
    pub kubernetes: KubeOptions,
    pub alertmanagers: Vec<HttpEndpoint>,
    pub pack: Arc<Pack>,
    pub policy: Policy,
    pub proxy: ProxyEnv,
    /// Where the ledger is that a team shares, and with it the locks of all hosts.
    pub shared: Option<Place>,
    /// The locks of a demo.
    pub own: OwnLocks,
    /// Nothing outside is touched: no program, no host, no lock but our own.
    pub demo: bool,
    /// What programs and servers say in a demo; without one nothing outside of the cluster is there.
    pub programs: Option<Arc<dyn SimulatedPrograms>>,
    /// Where the pods are that a pack's connections go through.
    pub namespace: String,
    /// Where the Leases are of objects that have no namespace.
    pub leases: String,
    pub clock: Arc<dyn Clock>,
}

impl Outfitter for DeskOutfit {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>> {
        self.open().boxed()
    }
}

impl DeskOutfit {
    async fn open(&self) -> Result<Hands, String> {
        if self.kubernetes.absent {
            return self.without_cluster();
        }
        let clock = Arc::clone(&self.clock);
        let connection = Connection::open(&self.kubernetes, Arc::clone(&clock))
            .await
            .map_err(|trouble| trouble.detail)?;
        let kubernetes = KubernetesExecutor::new(&connection, Arc::clone(&clock));
        let kubernetes: Arc<dyn Executor> =
            Arc::new(kubernetes.hiding(self.pack.secrets().to_vec()));
        let client = connection.client.clone();
        let reviews = Reviews::new(connection.client.clone(), Arc::clone(&clock));
        let papers = ClusterPapers {
            connection,
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
            let programs = self.programs.clone();
            let alertmanagers = self.alertmanagers.clone();
            (
                outfit::of_demo(kubernetes, alertmanagers, programs, &clock),
                locks,
            )
        } else {
            let leases = client.clone();
            let cluster = OfCluster {
                executor: kubernetes,
                client,
                namespace: self.namespace.clone(),
            };
            let executors = outfit::real(
                Some(cluster),
                OfPack::of(&self.pack),
                &self.policy,
                self.alertmanagers.clone(),
                self.proxy.clone(),
                &clock,
            );
            (executors, self.locks(Some(leases))?)
        };
        Ok(Hands {
            executor: Arc::new(executors),
            locks: Arc::new(locks),
            papers: Arc::new(papers),
        })
    }

    /// What acts on hosts, databases and services alone.
    fn without_cluster(&self) -> Result<Hands, String> {
        let executors = outfit::real(
            None,
            OfPack::of(&self.pack),
            &self.policy,
            self.alertmanagers.clone(),
            self.proxy.clone(),
            &self.clock,
        );
        Ok(Hands {
            executor: Arc::new(executors),
            locks: Arc::new(self.locks(None)?),
            papers: Arc::new(HostPapers),
        })
    }

    fn locks(&self, client: Option<Client>) -> Result<LockSet, String> {
        let host = HostLocks::of_this_host().map_err(|error| error.to_string())?;
        let leases = client.map(|client| -> Arc<dyn Locks> {
            Arc::new(LeaseLocks::new(
                client,
                Arc::clone(&self.clock),
                LeaseTerms {
                    namespace: self.leases.clone(),
                    ..LeaseTerms::default()
                },
            ))
        });
        Ok(LockSet {
            leases,
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

/// Who we are where no server says so: the user of this process.
struct HostPapers;

impl Papers for HostPapers {
    fn show(&self) -> BoxFuture<'_, Result<Identity, String>> {
        async { Ok(user_of_host()) }.boxed()
    }

    fn may<'a>(&'a self, accesses: &'a [Access]) -> BoxFuture<'a, Vec<Allowed>> {
        let none = "this desk has no cluster".to_owned();
        let none = vec![Allowed::Unknown(none); accesses.len()];
        async { none }.boxed()
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
