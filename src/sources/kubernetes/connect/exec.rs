//! One run of a credential plugin: with a limit, without the terminal unless it is given, and told apart when it fails.

use std::{
    ffi::OsString,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use jiff::Timestamp;
use kube::config::{ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

use super::super::trouble::trouble;
use super::{redact::redact, session};
use crate::domain::freshness::{Trouble, TroubleKind};

/// The largest answer that is read: two certificates and a token are a thousandth of it.
const LARGEST: u64 = 1 << 20;
/// Of what a plugin complains the end says it.
const COMPLAINT: usize = 400;
/// What tells a plugin what is wanted of it.
const EXEC_INFO: &str = "KUBERNETES_EXEC_INFO";
/// The API versions of credential plugins that there are.
const VERSIONS: [&str; 2] = [
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
];

/// Whether a plugin talks to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Talk {
    Never,
    /// It can do without, perhaps not always.
    IfAvailable,
    Always,
}

/// A credential plugin as a kubeconfig names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Plugin {
    pub program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    version: String,
    hint: Option<String>,
    pub talk: Talk,
    /// What `provideClusterInfo` gives, as JSON.
    cluster: Option<String>,
}

impl Plugin {
    pub fn of(exec: &ExecConfig) -> Result<Self, Trouble> {
        let unusable = |said: &str| trouble(TroubleKind::Unauthorized, said);
        let program = exec.command.clone().filter(|it| !it.is_empty());
        let program = program.ok_or_else(|| unusable("the credential plugin has no command"))?;
        let version = exec.api_version.clone().unwrap_or_default();
        if !VERSIONS.contains(&version.as_str()) {
            return Err(unusable(&format!(
                "credential plugin {program}: apiVersion {version:?} is not known; {} is",
                VERSIONS.join(" or ")
            )));
        }
        let pair = |pair: &std::collections::HashMap<String, String>| {
            Some((pair.get("name")?.clone(), pair.get("value")?.clone()))
        };
        Ok(Self {
            args: exec.args.clone().unwrap_or_default(),
            env: exec.env.iter().flatten().filter_map(pair).collect(),
            version,
            hint: exec.install_hint.clone(),
            talk: match exec.interactive_mode {
                Some(ExecInteractiveMode::Never) => Talk::Never,
                Some(ExecInteractiveMode::Always) => Talk::Always,
                Some(ExecInteractiveMode::IfAvailable) | None => Talk::IfAvailable,
            },
            cluster: exec
                .provide_cluster_info
                .then(|| exec.cluster.as_ref().and_then(json_of))
                .flatten(),
            program,
        })
    }

    /// The name of the program, without its folders.
    pub fn name(&self) -> &str {
        self.program.rsplit('/').next().unwrap_or(&self.program)
    }

    /// Where it is looked for.
    fn path(&self) -> Option<OsString> {
        let mut own = self.env.iter().filter(|(name, _)| name == "PATH");
        let own = own.next_back().map(|(_, value)| value.into());
        own.or_else(|| std::env::var_os("PATH"))
    }

    fn info(&self, interactive: bool) -> String {
        let mut spec = serde_json::json!({ "interactive": interactive });
        if let Some(cluster) = &self.cluster
            && let Ok(cluster) = serde_json::from_str::<serde_json::Value>(cluster)
        {
            spec["cluster"] = cluster;
        }
        let info = serde_json::json!({
            "kind": "ExecCredential", "apiVersion": self.version, "spec": spec, "status": {},
        });
        info.to_string()
    }
}

fn json_of(cluster: &ExecAuthCluster) -> Option<String> {
    serde_json::to_string(cluster).ok()
}

/// What a plugin gave.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub token: Option<SecretString>,
    /// Certificates and key, both PEM.
    pub identity: Option<(String, SecretString)>,
    pub expires: Option<Timestamp>,
}

impl Given {
    /// Whether it lets one in by the same means as the other; when they run out may differ.
    pub fn is_same_secret(&self, other: &Self) -> bool {
        let token = |it: &Self| it.token.as_ref().map(|it| it.expose_secret().to_owned());
        let identity = |it: &Self| {
            let identity = it.identity.as_ref();
            identity.map(|(cert, key)| (cert.clone(), key.expose_secret().to_owned()))
        };
        token(self) == token(other) && identity(self) == identity(other)
    }
}

/// Why a plugin gave nothing.
#[derive(Debug, Error)]
pub(super) enum NoCredential {
    #[error("{program} is not installed{hint}")]
    Missing { program: String, hint: String },
    #[error("{program} can't be started: {why}")]
    Start {
        program: String,
        why: std::io::Error,
    },
    #[error("{program} gave no answer within {} s{said}", limit.as_secs_f32())]
    Late {
        program: String,
        limit: Duration,
        said: String,
    },
    #[error("{program} failed ({status}){said}")]
    Failed {
        program: String,
        status: ExitStatus,
        said: String,
    },
    #[error("{program}: {why}")]
    Unreadable { program: String, why: String },
}

impl NoCredential {
    pub fn trouble(&self) -> Trouble {
        let kind = match self {
            Self::Late { .. } => TroubleKind::TimedOut,
            _ => TroubleKind::Unauthorized,
        };
        trouble(kind, &format!("credential plugin {self}"))
    }

    /// Whether it may do better with a person at hand.
    pub const fn may_want_a_person(&self) -> bool {
        matches!(self, Self::Late { .. } | Self::Failed { .. })
    }
}

/// Runs a plugin once. With `terminal` it talks to the person through our own terminal, which must be free.
pub(super) async fn run(
    plugin: &Plugin,
    terminal: bool,
    limit: Duration,
) -> Result<Given, NoCredential> {
    let program = plugin.name().to_owned();
    let mut child = start(plugin, terminal)?;
    let mut group = Group::of(&child, terminal);
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let mut complaint = Vec::new();
    let ended = tokio::time::timeout(limit, async {
        let (out, ()) = futures::join!(all_of(out), tail_of(err, &mut complaint));
        (out, child.wait().await)
    })
    .await;
    if ended.is_ok() {
        // What it leaves behind on purpose is its own affair.
        group.0 = None;
    }
    drop(group);
    let said = || {
        let said = redact(&String::from_utf8_lossy(&complaint));
        let said = said.trim();
        if said.is_empty() {
            String::new()
        } else {
            format!(": {said}")
        }
    };
    let Ok((out, status)) = ended else {
        let said = said();
        return Err(NoCredential::Late {
            program,
            limit,
            said,
        });
    };
    match status {
        Err(why) => Err(NoCredential::Start { program, why }),
        Ok(status) if !status.success() => {
            let said = said();
            Err(NoCredential::Failed {
                program,
                status,
                said,
            })
        }
        Ok(_) => {
            read(&out, &plugin.version).map_err(|why| NoCredential::Unreadable { program, why })
        }
    }
}

fn start(plugin: &Plugin, terminal: bool) -> Result<Child, NoCredential> {
    let words = session::words(&plugin.program).filter(|_| !terminal);
    let apart = words.is_some();
    if apart && !session::is_there(&plugin.program, plugin.path().as_deref()) {
        return Err(missing(plugin));
    }
    let mut command = match words {
        Some([program, first, second]) => {
            let mut command = Command::new(program);
            command.arg(first).arg(second);
            command
        }
        None => Command::new(&plugin.program),
    };
    command
        .args(&plugin.args)
        .envs(plugin.env.iter().map(|(name, value)| (name, value)))
        .env(EXEC_INFO, plugin.info(terminal))
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if terminal {
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
    } else {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        if !apart {
            // A group of its own: what reads the terminal behind our back is stopped there, and all of it can be ended.
            command.process_group(0);
        }
    }
    command.spawn().map_err(|why| {
        if why.kind() == std::io::ErrorKind::NotFound {
            missing(plugin)
        } else {
            let program = plugin.name().to_owned();
            NoCredential::Start { program, why }
        }
    })
}

fn missing(plugin: &Plugin) -> NoCredential {
    let hint = plugin.hint.as_deref().map(str::trim).unwrap_or_default();
    NoCredential::Missing {
        program: plugin.name().to_owned(),
        hint: if hint.is_empty() {
            String::new()
        } else {
            format!(": {}", redact(hint))
        },
    }
}

/// A plugin with what it started: all of it ends with this, be it too late or not wanted any more.
struct Group(Option<Pid>);

impl Group {
    /// One that has our terminal is in our own group.
    fn of(child: &Child, terminal: bool) -> Self {
        let id = child.id().filter(|_| !terminal);
        Self(id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn all_of(out: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(out) = out {
        // What was read before a failure is judged as it is.
        let _ = out.take(LARGEST).read_to_end(&mut all).await;
    }
    all
}

/// Reads everything and keeps the end.
async fn tail_of(err: Option<impl AsyncRead + Unpin>, tail: &mut Vec<u8>) {
    let Some(mut err) = err else { return };
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = err.read(&mut piece).await {
        tail.extend_from_slice(&piece[..count]);
        let surplus = tail.len().saturating_sub(COMPLAINT);
        tail.drain(..surplus);
    }
}

/// An `ExecCredential` as plugins print it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    api_version: Option<String>,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<Timestamp>,
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// What is wrong is said without a word of what was printed: it may be the secret.
fn read(out: &[u8], version: &str) -> Result<Given, String> {
    let printed: Printed = serde_json::from_slice(out).map_err(|error| {
        let place = (error.line(), error.column());
        format!(
            "what it printed is no ExecCredential in JSON (line {}, column {})",
            place.0, place.1
        )
    })?;
    if printed.api_version.as_deref() != Some(version) {
        let found = printed.api_version.as_deref().unwrap_or("none");
        let found = redact(found);
        return Err(format!(
            "it answered in apiVersion {found}, asked in {version}"
        ));
    }
    let Some(status) = printed.status else {
        return Err("its answer has no status".to_owned());
    };
    let token = status.token.filter(|it| !it.is_empty());
    let identity = match (status.client_certificate_data, status.client_key_data) {
        (Some(cert), Some(key)) => Some((cert, SecretString::from(key))),
        (None, None) => None,
        _ => return Err("it gave a client certificate or a key, not both".to_owned()),
    };
    if token.is_none() && identity.is_none() {
        return Err("it gave neither a token nor a client certificate".to_owned());
    }
    Ok(Given {
        token: token.map(SecretString::from),
        identity,
        expires: status.expiration_timestamp,
    })
}

#[cfg(test)]
#[path = "exec_tests.rs"]
mod tests;
