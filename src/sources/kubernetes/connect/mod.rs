//! From a kubeconfig to a client, by the rules kubectl has.

mod door;
mod exec;
mod keeper;
mod kubeconfig;
mod redact;
mod session;
mod wallet;

use std::{path::PathBuf, sync::Arc, time::Duration};

use kube::{Client, client::ClientBuilder};
use tokio::sync::watch;

pub(super) use self::door::{Door, NoPass, Turns};
use self::keeper::Keeper;
pub use self::{
    kubeconfig::{Context, NoContext, check, context_of, contexts, namespace_of_pod},
    session::{own_session, words as session_words},
    wallet::Wallet,
};
use super::{
    protobuf,
    pulse::{Pulse, PulseLayer},
};
use crate::domain::{freshness::Trouble, time::Clock};

/// Objects per page of a list.
const PAGE: u32 = 500;

/// How long the API server may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// To the head of an answer, and between two pieces of its body.
    pub answer: Duration,
    /// How long one watch lasts; a dead link is noticed a little after.
    pub watch: Duration,
    /// The longest wait between two attempts.
    pub retry: Duration,
    /// For a question a person waits for.
    pub ask: Duration,
    /// Between two looks whether a namespace exists.
    pub look: Duration,
    /// How long a credential plugin may take that no person sits before.
    pub plugin: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(15),
            watch: Duration::from_secs(45),
            retry: Duration::from_secs(30),
            ask: Duration::from_secs(10),
            look: Duration::from_secs(60),
            plugin: Duration::from_secs(30),
        }
    }
}

/// How to reach a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KubeOptions {
    /// This file and no other; else what `KUBECONFIG` lists, `~/.kube/config`, the service account of the pod we run in.
    pub kubeconfig: Option<PathBuf>,
    /// Else the kubeconfig's current context.
    pub context: Option<String>,
    /// Objects per page of a list; the usual number where it is not said.
    pub page: Option<u32>,
    pub timeouts: Timeouts,
    /// Clients with one wallet run a credential plugin once between them.
    pub wallet: Wallet,
    /// There is no cluster, and none is looked for.
    pub absent: bool,
}

/// A client with what the kubeconfig says of its cluster.
#[derive(Clone)]
pub struct Connection {
    pub client: Client,
    /// The same for what becomes rows: objects come with no fields but those.
    pub(super) rows: Client,
    /// `None`: in the cluster.
    pub context: Option<String>,
    /// The context's namespace.
    pub namespace: String,
    pub server: String,
    pub(super) timeouts: Timeouts,
    pub(super) page: u32,
    pub(super) pulse: Arc<Pulse>,
    turns: watch::Receiver<Turns>,
}

impl Connection {
    /// Reads the kubeconfig and makes the client. Nothing is asked of the server yet, but a credential plugin may run.
    pub async fn open(options: &KubeOptions, clock: Arc<dyn Clock>) -> Result<Self, Trouble> {
        let (keeper, pass) = Keeper::first(options, &*clock).await?;
        let config = keeper.config();
        let context = keeper.context().cloned();
        let namespace = config.default_namespace.clone();
        let server = config.cluster_url.to_string();
        let timeouts = options.timeouts.clone();
        let pulse = Arc::new(Pulse::new(Arc::clone(&clock), timeouts.answer));
        let layer = PulseLayer(Arc::clone(&pulse));
        let door = Door::new(pass, keeper, clock);
        let turns = door.turns();
        let builder = ClientBuilder::new(door, namespace.clone());
        let client = builder.with_layer(&layer).build();
        Ok(Self {
            rows: protobuf::over(&client),
            client,
            context,
            namespace,
            server,
            timeouts,
            page: options.page.unwrap_or(PAGE),
            pulse,
            turns,
        })
    }

    /// How often the credential was renewed and the server came back, as it changes.
    pub(super) fn turns(&self) -> watch::Receiver<Turns> {
        self.turns.clone()
    }

    /// Waits before another attempt; a renewed credential is worth one at once.
    pub(super) async fn pause(&self, wait: Duration) {
        let mut turns = self.turns.clone();
        let renewed = turns.borrow_and_update().renewed;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = turns.wait_for(|turns| turns.renewed != renewed) => {}
        }
    }
}

/// Runs the plugin of the context that would be connected to where it can't do without a person, while the terminal is
/// still free. `false` where none is to run.
pub async fn sign_in_first(options: &KubeOptions, clock: &dyn Clock) -> Result<bool, Trouble> {
    let chosen = kubeconfig::choose(options).await?;
    match chosen.proof.plugin {
        Some(plugin) if plugin.talk == exec::Talk::Always => {
            options.wallet.wait_for_a_person(&plugin);
            options.wallet.sign_in(clock).await
        }
        _ => Ok(false),
    }
}
