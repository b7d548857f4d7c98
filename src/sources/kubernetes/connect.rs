//! From a kubeconfig to a client, by the rules kubectl has.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::{HeaderValue, header};
use kube::{
    Client, Config,
    client::ClientBuilder,
    config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError},
};

use super::{
    proxy::proxy_for,
    pulse::{Pulse, PulseLayer},
    trouble::{self, trouble},
};
use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        time::Clock,
    },
    sources::http::ProxyEnv,
};

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
}

/// A client with what the kubeconfig says of its cluster.
#[derive(Clone)]
pub struct Connection {
    pub client: Client,
    /// `None`: in the cluster.
    pub context: Option<String>,
    /// The context's namespace.
    pub namespace: String,
    pub server: String,
    pub(super) timeouts: Timeouts,
    pub(super) page: u32,
    pub(super) pulse: Arc<Pulse>,
}

/// A kubeconfig that was chosen and read, not yet a client.
struct Chosen {
    config: Config,
    context: Option<String>,
}

impl Connection {
    /// Reads the kubeconfig and makes the client. Nothing is asked of the server yet, but an exec plugin may run.
    pub async fn open(options: &KubeOptions, clock: Arc<dyn Clock>) -> Result<Self, Trouble> {
        let Chosen {
            mut config,
            context,
        } = choose(options).await?;
        let timeouts = options.timeouts.clone();
        config.default_retry = false;
        config.connect_timeout = Some(timeouts.connect);
        config.read_timeout = Some(timeouts.watch + timeouts.answer);
        let agent = HeaderValue::from_static(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")));
        config.headers.push((header::USER_AGENT, agent));
        if let Some(exec) = &mut config.auth_info.exec {
            // A plugin that talks to the terminal would write over the screen.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
        let namespace = config.default_namespace.clone();
        let server = config.cluster_url.to_string();
        let pulse = Arc::new(Pulse::new(clock, timeouts.answer));
        let layer = PulseLayer(Arc::clone(&pulse));
        // Making the auth layer runs an exec plugin and waits for it.
        let building = tokio::task::spawn_blocking(move || {
            ClientBuilder::try_from(config).map(|builder| builder.with_layer(&layer).build())
        });
        let client = tokio::time::timeout(timeouts.answer, building)
            .await
            .map_err(|_| {
                let said = "the credential plugin gave no answer";
                trouble(TroubleKind::TimedOut, said)
            })?
            .map_err(|error| trouble(TroubleKind::Unauthorized, &error.to_string()))?
            .map_err(|error| trouble::of(&error))?;
        Ok(Self {
            client,
            context,
            namespace,
            server,
            timeouts,
            page: options.page.unwrap_or(PAGE),
            pulse,
        })
    }
}

/// A context of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    pub namespace: Option<String>,
}

/// The context that would be connected to; `None` where there is no readable kubeconfig with it.
pub fn context_of(options: &KubeOptions) -> Option<Context> {
    let kubeconfig = read(options.kubeconfig.as_deref()).ok()??;
    let name = options
        .context
        .clone()
        .or_else(|| kubeconfig.current_context.clone())?;
    let mut contexts = kubeconfig.contexts.into_iter();
    let found = contexts.find(|it| it.name == name)?.context?;
    let namespace = found.namespace.filter(|it| !it.is_empty());
    Some(Context { name, namespace })
}

/// All contexts of the kubeconfig; none where there is no kubeconfig.
pub fn contexts(options: &KubeOptions) -> Result<Vec<Context>, Trouble> {
    let kubeconfig = read(options.kubeconfig.as_deref())?.unwrap_or_default();
    let contexts = kubeconfig.contexts.into_iter();
    Ok(contexts
        .map(|it| Context {
            name: it.name,
            namespace: it
                .context
                .and_then(|context| context.namespace)
                .filter(|namespace| !namespace.is_empty()),
        })
        .collect())
}

/// Whether a kubeconfig file can be read and has the context that is asked for by name; the text says what is wrong.
pub fn check(options: &KubeOptions) -> Result<(), NoContext> {
    let kubeconfig = match read(options.kubeconfig.as_deref()) {
        Ok(Some(kubeconfig)) => kubeconfig,
        Ok(None) => return Ok(()),
        Err(trouble) => return Err(NoContext::Unreadable(trouble.detail)),
    };
    let known: Vec<String> = kubeconfig.contexts.into_iter().map(|it| it.name).collect();
    match &options.context {
        Some(name) if !known.contains(name) => Err(NoContext::Unknown {
            name: name.clone(),
            known,
        }),
        _ => Ok(()),
    }
}

/// Why there is no context to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoContext {
    Unreadable(String),
    Unknown { name: String, known: Vec<String> },
}

async fn choose(options: &KubeOptions) -> Result<Chosen, Trouble> {
    let Some(kubeconfig) = read(options.kubeconfig.as_deref())? else {
        let config = Config::incluster().map_err(|error| {
            let said = format!("no kubeconfig found, and not in a cluster: {error}");
            trouble(TroubleKind::Unreachable, &said)
        })?;
        return Ok(Chosen {
            config,
            context: None,
        });
    };
    let context = options
        .context
        .clone()
        .or_else(|| kubeconfig.current_context.clone());
    let configured = proxy_of(&kubeconfig, context.as_deref());
    let chosen = KubeConfigOptions {
        context: context.clone(),
        ..KubeConfigOptions::default()
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &chosen)
        .await
        .map_err(|error| unusable(&error))?;
    let environment = ProxyEnv::from_environment();
    config.proxy_url = proxy_for(&config.cluster_url, configured.as_deref(), &environment);
    Ok(Chosen { config, context })
}

/// The kubeconfig by kubectl's rules; `None` when there is none at all.
fn read(explicit: Option<&Path>) -> Result<Option<Kubeconfig>, Trouble> {
    if let Some(path) = explicit {
        return Kubeconfig::read_from(path)
            .map(Some)
            .map_err(|error| unusable(&error));
    }
    let listed = std::env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    let paths: Vec<PathBuf> = match &listed {
        Some(list) => std::env::split_paths(list)
            .filter(|path| !path.as_os_str().is_empty())
            .collect(),
        None => directories::BaseDirs::new()
            .map(|it| it.home_dir().join(".kube/config"))
            .into_iter()
            .collect(),
    };
    // kubectl passes over listed files that are not there.
    let mut there = paths.iter().filter(|path| path.exists()).peekable();
    if there.peek().is_none() {
        return Ok(None);
    }
    there
        .try_fold(Kubeconfig::default(), |merged, path| {
            merged.merge(Kubeconfig::read_from(path)?)
        })
        .map(Some)
        .map_err(|error| unusable(&error))
}

/// The proxy that the context's cluster names.
fn proxy_of(kubeconfig: &Kubeconfig, context: Option<&str>) -> Option<String> {
    let contexts = &kubeconfig.contexts;
    let named = contexts
        .iter()
        .find(|it| Some(it.name.as_str()) == context)?;
    let cluster = &named.context.as_ref()?.cluster;
    let clusters = &kubeconfig.clusters;
    let found = clusters.iter().find(|it| it.name == *cluster)?;
    found.cluster.as_ref()?.proxy_url.clone()
}

fn unusable(error: &KubeconfigError) -> Trouble {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_said = inner.to_string();
        if !said.contains(&inner_said) {
            said = format!("{said}: {inner_said}");
        }
        cause = inner.source();
    }
    trouble(TroubleKind::Unreachable, &said)
}
