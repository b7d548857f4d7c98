//! The kubeconfig by kubectl's rules, with what it points at: which files, and whether they have changed.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use kube::{
    Config,
    config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    super::{proxy::proxy_for, trouble::trouble},
    KubeOptions,
    exec::Plugin,
};
use crate::{
    domain::freshness::{Trouble, TroubleKind},
    sources::http::ProxyEnv,
};

/// Where a pod finds the name of its namespace.
const POD_NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// What proves who asks, besides what kube's own client does with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Proof {
    pub token: Option<SecretString>,
    pub token_file: Option<PathBuf>,
    pub plugin: Option<Plugin>,
}

/// A context that was chosen and read, not yet a client.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// Without token, token file and plugin: these are ours.
    pub config: Config,
    /// `None`: in the cluster.
    pub context: Option<String>,
    pub proof: Proof,
    /// Files that the client is made of.
    pub files: Stamps,
}

/// Reads the context that is asked for.
pub(super) async fn choose(options: &KubeOptions) -> Result<Chosen, Trouble> {
    // Stamped before they are read: what changes between the two is read again, not overlooked.
    let mut files = Stamps::default();
    files.add(paths(options.kubeconfig.as_deref()));
    let Some(kubeconfig) = read(options.kubeconfig.as_deref())? else {
        let config = Config::incluster().map_err(|error| {
            let said = format!("no kubeconfig found, and not in a cluster: {error}");
            trouble(TroubleKind::Unreachable, &said)
        })?;
        return chosen(config, None, files);
    };
    let context = options
        .context
        .clone()
        .or_else(|| kubeconfig.current_context.clone());
    let configured = proxy_of(&kubeconfig, context.as_deref());
    files.add(authority_of(&kubeconfig, context.as_deref()));
    let options = KubeConfigOptions {
        context: context.clone(),
        ..KubeConfigOptions::default()
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| unusable(&error))?;
    let environment = ProxyEnv::from_environment();
    config.proxy_url = proxy_for(&config.cluster_url, configured.as_deref(), &environment);
    chosen(config, context, files)
}

fn chosen(
    mut config: Config,
    context: Option<String>,
    mut files: Stamps,
) -> Result<Chosen, Trouble> {
    let auth = &mut config.auth_info;
    files.add(identity_files(auth));
    let exec = auth.exec.take();
    let proof = Proof {
        token: auth
            .token
            .take()
            .filter(|it| !it.expose_secret().is_empty()),
        token_file: auth.token_file.take().map(PathBuf::from),
        plugin: exec.as_ref().map(Plugin::of).transpose()?,
    };
    Ok(Chosen {
        config,
        context,
        proof,
        files,
    })
}

fn identity_files(auth: &AuthInfo) -> impl Iterator<Item = PathBuf> {
    let cert = auth.client_certificate_data.is_none();
    let key = auth.client_key_data.is_none();
    let cert = auth.client_certificate.clone().filter(|_| cert);
    let key = auth.client_key.clone().filter(|_| key);
    cert.into_iter().chain(key).map(PathBuf::from)
}

/// A context of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    pub namespace: Option<String>,
}

/// The namespace of the pod we run in; `None` outside a cluster.
pub fn namespace_of_pod() -> Option<String> {
    namespace_in(Path::new(POD_NAMESPACE))
}

fn namespace_in(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_owned())
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

/// The files that kubectl would read, there or not.
fn paths(explicit: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = explicit {
        return vec![path.to_owned()];
    }
    let listed = std::env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    match &listed {
        Some(list) => std::env::split_paths(list)
            .filter(|path| !path.as_os_str().is_empty())
            .collect(),
        None => directories::BaseDirs::new()
            .map(|it| it.home_dir().join(".kube/config"))
            .into_iter()
            .collect(),
    }
}

/// The kubeconfig by kubectl's rules; `None` when there is none at all.
fn read(explicit: Option<&Path>) -> Result<Option<Kubeconfig>, Trouble> {
    if let Some(path) = explicit {
        return Kubeconfig::read_from(path)
            .map(Some)
            .map_err(|error| unusable(&error));
    }
    let paths = paths(None);
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

fn cluster_of<'k>(
    kubeconfig: &'k Kubeconfig,
    context: Option<&str>,
) -> Option<&'k kube::config::Cluster> {
    let contexts = &kubeconfig.contexts;
    let named = contexts
        .iter()
        .find(|it| Some(it.name.as_str()) == context)?;
    let cluster = &named.context.as_ref()?.cluster;
    let clusters = &kubeconfig.clusters;
    let found = clusters.iter().find(|it| it.name == *cluster)?;
    found.cluster.as_ref()
}

/// The proxy that the context's cluster names.
fn proxy_of(kubeconfig: &Kubeconfig, context: Option<&str>) -> Option<String> {
    cluster_of(kubeconfig, context)?.proxy_url.clone()
}

fn authority_of(kubeconfig: &Kubeconfig, context: Option<&str>) -> Option<PathBuf> {
    let cluster = cluster_of(kubeconfig, context)?;
    let file = cluster.certificate_authority.as_ref();
    file.filter(|_| cluster.certificate_authority_data.is_none())
        .map(PathBuf::from)
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

/// Files as they stood when they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// What tells one version of a file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    changed: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamps {
    pub fn add(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        let stamped = files.into_iter().map(|file| {
            let stamp = stamp(&file);
            (file, stamp)
        });
        self.0.extend(stamped);
    }

    /// Whether any of them is another now, gone or come.
    pub fn outdated(&self) -> bool {
        self.0.iter().any(|(file, known)| stamp(file) != *known)
    }
}

/// Follows links: a mounted secret changes by where its link points.
fn stamp(file: &Path) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(file).ok()?;
    Some(Stamp {
        changed: found.modified().ok(),
        length: found.len(),
        inode: found.ino(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pods_namespace_is_what_its_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("namespace");
        assert_eq!(namespace_in(&file), None);
        fs::write(&file, "tools\n").unwrap();
        assert_eq!(namespace_in(&file).as_deref(), Some("tools"));
        fs::write(&file, "").unwrap();
        assert_eq!(namespace_in(&file), None);
    }
}
