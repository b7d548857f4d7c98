//! Programs inside containers, for kinds whose server is reached there by its own client.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use secrecy::SecretString;

use super::{
    compose::Composes,
    kubernetes::{ExecError, Program, ended, exec_heard, secret_value},
    secrets::ClusterSecrets,
};
use crate::domain::action::place::Reached;

/// Where a server has its own client beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    Pod {
        pod: String,
        /// `None`: the only one.
        container: Option<String>,
    },
    /// The container of a service of compose.
    Service { place: String, service: String },
}

impl Room {
    /// That of a way into a container, if it is one.
    pub fn of(by: &Reached) -> Option<Self> {
        match by {
            Reached::Exec { pod, container } => Some(Self::Pod {
                pod: pod.strip_prefix("pod/").unwrap_or(pod).to_owned(),
                container: container.clone(),
            }),
            Reached::Compose { place, service } => Some(Self::Service {
                place: place.clone(),
                service: service.clone(),
            }),
            // Which of them it is has to be asked first.
            Reached::Primary { .. } | Reached::Address { .. } => None,
        }
    }
}

/// A program to run in a container, with all it reads.
#[derive(Clone)]
pub struct InsideCall {
    pub room: Room,
    pub argv: Vec<String>,
    /// May hold secrets, so it is shown nowhere.
    pub stdin: Vec<u8>,
    /// How long whoever asked waits for it.
    pub within: Duration,
}

/// A program that ended, and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InsideRan {
    pub rc: i32,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    /// Something of it is missing.
    pub cut: bool,
}

/// Why it is not known how a program ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsideError {
    /// There is no such pod.
    #[error("{0}")]
    Absent(String),
    /// It never ran, and the API server says that its container ended and does not run.
    #[error("its container does not run: {0}")]
    Crashed(String),
    /// It never ran, and that is certain.
    #[error("it did not start: {0}")]
    NotStarted(String),
    #[error("the connection to it was lost: {0}")]
    Lost(String),
}

/// Runs programs in containers of the desk's cluster.
pub trait Inside: Send + Sync {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>>;
}

/// The pods of a desk's namespace, and its Secrets.
#[derive(Clone)]
pub struct InsideOfCluster {
    client: kube::Client,
    namespace: String,
}

impl InsideOfCluster {
    pub const fn new(client: kube::Client, namespace: String) -> Self {
        Self { client, namespace }
    }
}

/// The ways into all rooms there are: pods, where there is a cluster, and services of compose.
#[derive(Clone)]
pub struct Rooms {
    pub cluster: Option<Arc<dyn Inside>>,
    pub composes: Composes,
}

impl Inside for Rooms {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        match (&call.room, &self.cluster) {
            (Room::Service { .. }, _) => self.composes.run(call),
            (Room::Pod { .. }, Some(cluster)) => cluster.run(call),
            (Room::Pod { .. }, None) => async {
                let why = "this desk has no cluster, so it has no pods".to_owned();
                Err(InsideError::NotStarted(why))
            }
            .boxed(),
        }
    }
}

impl Inside for InsideOfCluster {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        async move {
            let Room::Pod { pod, container } = &call.room else {
                return Err(InsideError::NotStarted("it is in no pod".to_owned()));
            };
            let program = Program {
                namespace: &self.namespace,
                pod,
                container: container.as_deref(),
                argv: &call.argv,
                stdin: Some(&call.stdin),
                audit: None,
            };
            let ran = exec_heard(&self.client, &program, &mut |_, _| {}).await;
            let ran = match ran {
                Ok(ran) => ran,
                Err(ExecError::NotFound(why)) => {
                    return Err(InsideError::Absent(format!("not found: {why}")));
                }
                Err(ExecError::Lost(why)) => return Err(InsideError::Lost(why)),
                // Where nothing could be begun, the API server knows whether there is anything to begin it in.
                Err(error @ ExecError::NotRun(_)) => {
                    let ended = ended(&self.client, (&self.namespace, pod), container.as_deref());
                    return Err(match ended.await {
                        Some(why) => InsideError::Crashed(why),
                        None => InsideError::NotStarted(error.to_string()),
                    });
                }
                Err(error) => return Err(InsideError::NotStarted(error.to_string())),
            };
            Ok(InsideRan {
                rc: ran
                    .rc
                    .ok_or_else(|| InsideError::Lost("how it ended was not said".to_owned()))?,
                out: ran.out,
                err: ran.err,
                cut: ran.cut,
            })
        }
        .boxed()
    }
}

impl ClusterSecrets for InsideOfCluster {
    fn secret_value<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
        key: &'a str,
    ) -> BoxFuture<'a, Result<SecretString, String>> {
        async move {
            let found = secret_value(&self.client, namespace, name, key).await;
            found.map_err(|refusal| super::why(&refusal))
        }
        .boxed()
    }
}
