//! The tables of `pack.toml` that say where programs run and what they reach.

use std::collections::BTreeMap;

use super::{
    nearest::suggestion,
    reader::{Key, Node, Table},
};
use crate::domain::action::place::{
    ConnectionKind, ConnectionSpec, Line, PlaceSpec, Reached, SecretDelivery, SecretSource,
    SecretSpec, is_variable,
};

/// One environment of the team: the values that commands and conditions take from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    pub id: String,
    pub values: BTreeMap<String, String>,
}

/// Where programs run, what they reach, in which environments.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub all: Vec<PlaceSpec>,
    pub secrets: Vec<SecretSpec>,
    pub connections: Vec<ConnectionSpec>,
    /// Connections that are written down and wrong: it was said where they stand, and is not said again where they are used.
    pub broken: Vec<String>,
    pub environments: Vec<Environment>,
    /// The zone of the team, whose days names of files are about.
    pub zone: String,
}

impl Places {
    pub fn is_broken(&self, connection: &str) -> bool {
        self.broken.iter().any(|name| name == connection)
    }

    /// Every name any environment has a value for.
    pub fn env_names(&self) -> Vec<String> {
        let names = self.environments.iter().flat_map(|one| one.values.keys());
        let mut names: Vec<String> = names.cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

pub(super) fn read(root: &Table<'_>) -> Places {
    let secrets: Vec<SecretSpec> = root
        .tables("secret")
        .into_iter()
        .filter_map(secret)
        .collect();
    let names: Vec<String> = secrets.iter().map(|secret| secret.name.clone()).collect();
    let all: Vec<PlaceSpec> = root.tables("place").into_iter().map(place).collect();
    let at: Vec<String> = all.iter().map(|place| place.name.clone()).collect();
    let mut broken = Vec::new();
    let connections = root.tables("connection").into_iter();
    let connections = connections.filter_map(|(key, table)| {
        let name = key.name.clone();
        let read = connection((key, table), &names, &at);
        if read.is_none() {
            broken.push(name);
        }
        read
    });
    let connections = connections.collect();
    Places {
        all,
        connections,
        broken,
        environments: root
            .tables("environment")
            .into_iter()
            .map(environment)
            .collect(),
        secrets,
        zone: "UTC".to_owned(),
    }
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table
        .get(key)
        .and_then(|node| node.str())
        .map(str::to_owned)
}

fn texts(node: Option<Node<'_>>) -> BTreeMap<String, String> {
    let Some(table) = node.and_then(|node| node.table()) else {
        return BTreeMap::new();
    };
    let entries = table.entries().into_iter();
    let entries = entries.filter_map(|(key, node)| Some((key.name, node.str()?.to_owned())));
    entries.collect()
}

fn place((key, table): (Key, Table<'_>)) -> PlaceSpec {
    let ssh = table.get("ssh").and_then(|node| {
        let text = node.str()?;
        // What begins with a dash would be an option to the client.
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if text.starts_with('-') || text.contains(odd) || text.contains("@-") {
            node.error(format!("`{text}` is no host: write `user@host`"), None);
            return None;
        }
        Some(text.to_owned())
    });
    let cwd = table.get("cwd").and_then(|node| {
        let text = node.str()?;
        if !text.starts_with('/') {
            node.error(format!("`{text}` is not an absolute folder"), None);
        } else if text.starts_with("/path/to/") {
            node.error("`/path/to/…` is a place to be filled in", None);
        }
        Some(text.to_owned())
    });
    let ssh_config = table.get("ssh-config").and_then(|node| {
        let text = node.str()?;
        if !text.starts_with('/') {
            node.error(format!("`{text}` is not an absolute path"), None);
        }
        if ssh.is_none() {
            node.error("settings of ssh for a place that is here", None);
        }
        Some(text.to_owned())
    });
    let spec = PlaceSpec {
        ssh,
        ssh_config,
        cwd,
        user: text(&table, "user"),
        env: texts(table.get("env")),
        name: key.name,
    };
    table.finish();
    spec
}

fn secret((key, table): (Key, Table<'_>)) -> Option<SecretSpec> {
    let from = table.require("from").and_then(|node| source(&node));
    let deliver = table.require("deliver").and_then(|node| {
        let table = node.table()?;
        let found = ["env", "file", "header"]
            .into_iter()
            .find_map(|way| table.get(way).map(|node| (way, node)));
        let delivery = if let Some((way, node)) = found {
            let name = node.str()?.to_owned();
            if way != "header" && !is_variable(&name) {
                node.error(format!("`{name}` is no name of a variable"), None);
            }
            Some(match way {
                "env" => SecretDelivery::Env(name),
                "file" => SecretDelivery::File(name),
                _ => SecretDelivery::Header(name),
            })
        } else {
            let help =
                "write `{ env = \"NAME\" }`, `{ file = \"NAME\" }` or `{ header = \"Name\" }`";
            let what = "it doesn't say how the secret is given";
            table.error(what, Some(help.to_owned()));
            None
        };
        table.finish();
        delivery
    });
    table.finish();
    Some(SecretSpec {
        name: key.name,
        from: from?,
        deliver: deliver?,
    })
}

fn source(node: &Node<'_>) -> Option<SecretSource> {
    let found = parsed_source(node.str()?);
    if found.is_none() {
        // It may be the secret itself: it is not repeated.
        let help = "`file:/…`, `env:NAME` or `k8s:namespace/name#key`".to_owned();
        node.error("this says nowhere a secret is read from", Some(help));
    }
    found
}

/// `~` is nobody in particular on a bastion: a file is named from the root.
fn parsed_source(text: &str) -> Option<SecretSource> {
    match text.split_once(':') {
        Some(("file", path)) if path.starts_with('/') => Some(SecretSource::File(path.to_owned())),
        Some(("env", name)) if !name.is_empty() && !name.contains('=') => {
            Some(SecretSource::Env(name.to_owned()))
        }
        Some(("k8s", rest)) => {
            let (namespace, rest) = rest.split_once('/')?;
            let (name, key) = rest.split_once('#')?;
            let whole = ![namespace, name, key].contains(&"");
            whole.then(|| SecretSource::Kubernetes {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                key: key.to_owned(),
            })
        }
        _ => None,
    }
}

fn connection(
    (key, table): (Key, Table<'_>),
    secrets: &[String],
    places: &[String],
) -> Option<ConnectionSpec> {
    let kinds = [
        ("postgres", ConnectionKind::Postgres),
        ("redis", ConnectionKind::Redis),
    ];
    let kind = table
        .require("kind")
        .and_then(|node| node.one_of("kind of connection", &kinds));
    let secret = table.get("secret").and_then(|node| {
        let name = node.str()?;
        if !secrets.iter().any(|known| known == name) {
            let help = suggestion(name, secrets.iter().map(String::as_str));
            node.error("this pack has no such secret", help);
        }
        Some(name.to_owned())
    });
    let by = reached(&table, places);
    if let (Some(ConnectionKind::Redis), Some(Reached::Primary { .. }), Some(node)) =
        (kind, &by, table.get("exec"))
    {
        let what = "only servers of PostgreSQL are asked which of them is the primary";
        node.error(what, Some("name one pod".to_owned()));
    }
    let database = table.get("database").or_else(|| table.get("db"));
    let said = database.is_some();
    let database = database.and_then(|node| {
        if kind == Some(ConnectionKind::Redis) {
            let number = node.integer().and_then(|number| u32::try_from(number).ok());
            if number.is_none() {
                node.error(
                    "databases of Redis have numbers",
                    Some("`db = 0`".to_owned()),
                );
            }
            return number.map(|number| number.to_string());
        }
        if node.is_integer() {
            node.integer().map(|number| number.to_string())
        } else {
            node.str().map(str::to_owned)
        }
    });
    if kind == Some(ConnectionKind::Redis) && !said {
        // The first by default is how the wrong one is read.
        table.error(
            "it doesn't say which database of that Redis",
            Some("write `db = 0`".to_owned()),
        );
    }
    let user = text(&table, "user");
    table.finish();
    Some(ConnectionSpec {
        name: key.name,
        kind: kind?,
        by: by?,
        user,
        database,
        secret,
    })
}

/// What is said beside, where there is no such place.
#[expect(
    clippy::option_option,
    reason = "there may be nothing near to a place that is not there"
)]
fn unknown_place(places: &[String], name: &str) -> Option<Option<String>> {
    let known = places.iter().any(|place| place == name);
    (!known).then(|| suggestion(name, places.iter().map(String::as_str)))
}

fn reached(table: &Table<'_>, places: &[String]) -> Option<Reached> {
    let container = text(table, "container");
    match (table.get("exec"), table.get("host")) {
        (Some(node), None) => {
            for key in ["tls", "ca"] {
                if let Some(node) = table.get(key) {
                    let help = "leave it out: the client runs beside its server, inside the pod";
                    node.error("only a line to a `host` is sealed", Some(help.to_owned()));
                }
            }
            if node.is_array() {
                return primary(&node, container);
            }
            let text = node.str()?;
            if let Some(at) = text.strip_prefix("compose/") {
                let Some((place, service)) = at
                    .split_once('/')
                    .filter(|(place, service)| !place.is_empty() && !service.is_empty())
                else {
                    let help = "write `compose/docker-host/postgres`".to_owned();
                    node.error(format!("`{text}` names no service at a place"), Some(help));
                    return None;
                };
                if let Some(help) = unknown_place(places, place) {
                    node.error(format!("this pack has no place `{place}`"), help);
                    return None;
                }
                return Some(Reached::Compose {
                    place: place.to_owned(),
                    service: service.to_owned(),
                });
            }
            let Some(pod) = text.strip_prefix("pod/").filter(|pod| !pod.is_empty()) else {
                let help = "write `pod/postgres-0` or `compose/docker-host/postgres`".to_owned();
                node.error(format!("`{text}` names no pod"), Some(help));
                return None;
            };
            Some(Reached::Exec {
                pod: pod.to_owned(),
                container,
            })
        }
        (None, Some(node)) => address(table, &node),
        (Some(_), Some(node)) => {
            node.error("`exec` or `host`, not both", None);
            None
        }
        (None, None) => {
            let help = "write `exec = \"pod/postgres-0\"` or `host = \"db.internal\"`".to_owned();
            table.error("it doesn't say how it is reached", Some(help));
            None
        }
    }
}

/// Several pods, of which the primary is meant.
fn primary(node: &Node<'_>, container: Option<String>) -> Option<Reached> {
    let mut pods: Vec<String> = Vec::new();
    for item in node.array()? {
        let text = item.str()?;
        let Some(pod) = text.strip_prefix("pod/").filter(|pod| !pod.is_empty()) else {
            let help = "write `[\"pod/postgres-0\", \"pod/postgres-1\"]`".to_owned();
            item.error(format!("`{text}` names no pod"), Some(help));
            return None;
        };
        if pods.iter().any(|known| known == pod) {
            item.error(format!("`{text}` stands here twice"), None);
            return None;
        }
        pods.push(pod.to_owned());
    }
    if pods.len() < 2 {
        let help = "write `exec = \"pod/postgres-0\"`, or name every pod that may be the primary";
        node.error("of one server none is chosen", Some(help.to_owned()));
        return None;
    }
    Some(Reached::Primary { pods, container })
}

fn address(table: &Table<'_>, node: &Node<'_>) -> Option<Reached> {
    let line = line(table);
    let port = table.get("port").and_then(|node| {
        let port = node.integer().and_then(|port| u16::try_from(port).ok());
        if port.is_none() {
            node.error("it is no port", None);
        }
        port
    });
    let host = node.str()?;
    if host.contains("://") || host.contains('@') || host.contains('/') {
        let help = "the name alone: `redis-export.internal`; user, database, secret and tls have keys of their own";
        node.error("an address is wanted here", Some(help.to_owned()));
        return None;
    }
    Some(Reached::Address {
        host: host.to_owned(),
        port,
        line: line?,
    })
}

/// A line is sealed unless the pack says that it is not.
fn line(table: &Table<'_>) -> Option<Line> {
    let sealed = match table.get("tls") {
        None => Some(true),
        Some(node) => match node.str()? {
            // A line that is sealed to whoever answers keeps nobody out.
            word @ ("require" | "prefer" | "allow" | "verify-ca") => {
                let help = "write `verify-full`, with the server's authority in `ca`, or `off`";
                let what = format!("`{word}` does not say who is at the other end");
                node.error(what, Some(help.to_owned()));
                None
            }
            _ => node.one_of(
                "way to seal a line",
                &[("verify-full", true), ("off", false)],
            ),
        },
    };
    let ca = table.get("ca");
    if let (Some(false), Some(node)) = (sealed, &ca) {
        let help = "leave out `ca`, or write `tls = \"verify-full\"`".to_owned();
        node.error(
            "nobody proves a name on a line that is not sealed",
            Some(help),
        );
        return None;
    }
    let authorities = match &ca {
        None => None,
        Some(node) => Some(authorities(node)?),
    };
    sealed.map(|sealed| {
        if sealed {
            Line::Sealed { authorities }
        } else {
            Line::Open
        }
    })
}

/// Certificates are public, so that they may be read anywhere but in a variable, which anybody sets.
fn authorities(node: &Node<'_>) -> Option<SecretSource> {
    let found = parsed_source(node.str()?).filter(|source| !matches!(source, SecretSource::Env(_)));
    if found.is_none() {
        let help = "`file:/…` or `k8s:namespace/name#key`, in PEM".to_owned();
        node.error("this says nowhere authorities are read from", Some(help));
    }
    found
}

fn environment((key, table): (Key, Table<'_>)) -> Environment {
    let entries = table.entries().into_iter();
    let values = entries.filter_map(|(key, node)| Some((key.name, node.str()?.to_owned())));
    Environment {
        values: values.collect(),
        id: key.name,
    }
}
