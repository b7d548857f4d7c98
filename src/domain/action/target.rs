//! What an action acts on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::object::{KindRef, ObjectKey};

/// The one thing an action acts on: what is locked, named in the prompt and typed to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum Target {
    /// An object of the cluster. Which one of that name it is, is a fact of the plan (`uid`).
    Object {
        kind: KindRef,
        namespace: Option<String>,
        name: String,
    },
    /// A switch of the team's own configuration.
    Flag { id: String },
    /// A database behind a connection of the pack.
    Database {
        connection: String,
        database: String,
    },
    /// A Redis behind a connection of the pack.
    Redis { connection: String },
    /// A unit of systemd at a place.
    Unit { place: String, unit: String },
    /// A service of a compose project at a place.
    Service { place: String, service: String },
    /// A host.
    Host { place: String },
    /// Alerts, by the matchers of a silence.
    Alerts { matchers: String },
    /// Something the pack names, which nothing here knows: a release batch, a circuit.
    Named { name: String },
}

/// Which lock keeps others away from a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum LockKey {
    /// A Lease beside the object; cluster-scoped objects have theirs in a configured namespace.
    Lease {
        namespace: Option<String>,
        name: String,
    },
    /// A file on this host.
    Host { name: String },
    /// PostgreSQL's advisory lock where the shared ledger is, else a file on this host.
    Shared { name: String },
}

impl Target {
    pub fn object(key: &ObjectKey) -> Self {
        Self::Object {
            kind: key.kind.clone(),
            namespace: key.namespace.as_deref().map(str::to_owned),
            name: key.name.to_string(),
        }
    }

    /// The bare name, which is typed to confirm.
    pub fn name(&self) -> &str {
        match self {
            Self::Object { name, .. } | Self::Named { name } => name,
            Self::Flag { id } => id,
            Self::Database { database, .. } => database,
            Self::Redis { connection } => connection,
            Self::Unit { unit, .. } => unit,
            Self::Service { service, .. } => service,
            Self::Host { place } => place,
            Self::Alerts { matchers } => matchers,
        }
    }

    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::Object { namespace, .. } => namespace.as_deref(),
            _ => None,
        }
    }

    /// As it is written, with its namespace where it has another than `home`: `deployment/prod/backend`.
    pub fn seen_from(&self, home: Option<&str>) -> String {
        match self {
            Self::Object {
                kind,
                namespace: Some(namespace),
                name,
            } if home != Some(namespace) => {
                format!("{}/{namespace}/{name}", kind.kind.to_lowercase())
            }
            _ => self.to_string(),
        }
    }

    /// The object as the API is asked for it.
    pub fn key(&self) -> Option<ObjectKey> {
        match self {
            Self::Object {
                kind,
                namespace,
                name,
            } => Some(ObjectKey {
                kind: kind.clone(),
                namespace: namespace.as_deref().map(Into::into),
                name: name.as_str().into(),
                uid: None,
            }),
            _ => None,
        }
    }

    /// The lock that whoever acts on it takes.
    pub fn lock(&self) -> LockKey {
        match self {
            Self::Object {
                kind,
                namespace,
                name,
            } => {
                let kind = kind.resource().replace('.', "-");
                LockKey::Lease {
                    namespace: namespace.clone(),
                    name: format!("quarterdeck-{kind}-{name}"),
                }
            }
            Self::Unit { .. } | Self::Service { .. } | Self::Host { .. } => LockKey::Host {
                name: self.to_string(),
            },
            _ => LockKey::Shared {
                name: self.to_string(),
            },
        }
    }
}

/// `deployment/backend`, as the runbooks write it.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { kind, name, .. } => write!(f, "{}/{name}", kind.kind.to_lowercase()),
            Self::Flag { id } => write!(f, "flag/{id}"),
            Self::Database {
                connection,
                database,
            } => write!(f, "database/{connection}/{database}"),
            Self::Redis { connection } => write!(f, "redis/{connection}"),
            Self::Unit { place, unit } => write!(f, "unit/{place}/{unit}"),
            Self::Service { place, service } => write!(f, "service/{place}/{service}"),
            Self::Host { place } => write!(f, "host/{place}"),
            Self::Alerts { matchers } => write!(f, "alerts/{matchers}"),
            Self::Named { name } => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_its_namespace_where_that_is_not_home() {
        let target = |namespace: Option<&str>| Target::Object {
            kind: KindRef::new("apps", "v1", "Deployment", "deployments", true),
            namespace: namespace.map(str::to_owned),
            name: "app".to_owned(),
        };
        for (of, home, text) in [
            (Some("prod"), Some("prod"), "deployment/app"),
            (Some("prod"), Some("dev"), "deployment/prod/app"),
            (Some("prod"), None, "deployment/prod/app"),
            (None, None, "deployment/app"),
        ] {
            assert_eq!(target(of).seen_from(home), text);
        }
        let database = Target::Database {
            connection: "main".to_owned(),
            database: "app".to_owned(),
        };
        assert_eq!(database.seen_from(None), "database/main/app");
    }
}
