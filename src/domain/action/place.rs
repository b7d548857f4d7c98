//! Where programs run and what they reach: places, secrets and connections of a pack.

use std::collections::BTreeMap;

/// A place where commands run; the bastion itself has no name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceSpec {
    pub name: String,
    /// `ops@docker-1`; `None`: here.
    pub ssh: Option<String>,
    /// The settings of ssh for it, where they are not the usual ones.
    pub ssh_config: Option<String>,
    pub cwd: Option<String>,
    /// Run as this user, by `sudo -n`.
    pub user: Option<String>,
    pub env: BTreeMap<String, String>,
}

/// A secret: where it is, never what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSpec {
    pub name: String,
    pub from: SecretSource,
    pub deliver: SecretDelivery,
}

/// Where a secret, or another text of that kind, is read from when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    File(String),
    Env(String),
    Kubernetes {
        namespace: String,
        name: String,
        key: String,
    },
}

/// How a program gets a secret: never by its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretDelivery {
    /// A variable of its environment.
    Env(String),
    /// A file only it may read, whose path is in this variable.
    File(String),
    /// A header of a request.
    Header(String),
}

/// How a database or a Redis is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSpec {
    pub name: String,
    pub kind: ConnectionKind,
    pub by: Reached,
    pub user: Option<String>,
    pub database: Option<String>,
    pub secret: Option<String>,
}

/// What is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionKind {
    Postgres,
    Redis,
}

/// The way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// Its own client inside a pod.
    Exec {
        pod: String,
        container: Option<String>,
    },
    /// Its own client inside that one of these pods whose server is the primary.
    Primary {
        pods: Vec<String>,
        container: Option<String>,
    },
    /// Its own client inside the container of a service of compose.
    Compose { place: String, service: String },
    /// Over the network from here.
    Address {
        host: String,
        port: Option<u16>,
        line: Line,
    },
}

/// Whether others on the way can read what travels, and who may be at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// TLS; the server proves its name to these authorities, to the system's where none are named.
    Sealed { authorities: Option<SecretSource> },
    /// As it is: a pack has to say so.
    Open,
}

/// Whether a text can be the name of a variable of a program: it is also said to shells.
pub fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
