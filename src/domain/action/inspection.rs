//! What is only looked at, and what it gives: certificates, hosts, stores of files, configuration, units and services.
//!
//! Nothing of this changes anything, so an inspection is never a step of an action: it stands under `read`.

use serde::{Deserialize, Serialize};

use super::template::Template;

/// Something of the world beside the cluster that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inspection {
    /// How long a certificate is good for.
    Tls(Certificate),
    /// How much of a host is used.
    Host {
        /// `None`: the bastion itself.
        place: Option<String>,
        /// The mounts that are looked at.
        disk: Vec<String>,
    },
    /// How many files there are, and how old the newest is.
    Objects(Objects),
    /// What a service is configured with, and where that comes from.
    Config(Config),
    /// The state of a unit of systemd.
    Unit {
        place: Option<String>,
        unit: Template,
    },
    /// The state of a service of compose.
    Service { place: String, service: Template },
}

/// Where a certificate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// Shown by a server.
    Served {
        host: Template,
        port: u16,
        /// The name it is asked for by, where that is not the host's.
        name: Option<String>,
    },
    /// The first of a file in PEM.
    File {
        place: Option<String>,
        path: Template,
    },
}

/// Files of a bucket or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    pub of: Store,
    pub place: Option<String>,
    /// Only those that have this day's date in their name.
    pub date: Option<Dated>,
    /// Only those whose name fits this regular expression.
    pub name: Option<String>,
    /// Only those that were written today, by the days of this zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
}

/// Where files are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// `s3://bucket/prefix/` or `oss://bucket/prefix/`, listed by that store's own program.
    Bucket {
        url: Template,
        /// The program, where it is not at its usual place.
        program: Option<String>,
        secrets: Vec<String>,
    },
    /// A folder and those below it.
    Folder { path: Template },
}

/// A date as names of files have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// `%Y-%m-%d`
    pub format: String,
    /// The zone whose day it is.
    pub zone: String,
}

/// One key of a service's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    pub place: Option<String>,
    /// Each wins over those before it.
    pub files: Vec<Template>,
    /// `database.pool`
    pub key: String,
    /// The variable of that key, which wins over all files.
    pub env: Option<Variable>,
    /// Folders of secrets, a file for each: they win over everything, each over those before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// What holds where nobody says anything.
    pub default: Option<String>,
    /// Never shown, only whether it is set and where.
    pub secret: bool,
}

/// A variable in the environment of a service: not that of whoever looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    pub of: EnvOf,
}

/// Whose environment it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvOf {
    Unit(String),
    Service(String),
}

/// What stands for a secret that is set.
pub const MASKED: &str = "***";

impl Inspection {
    /// The name of its kind, as packs and policies write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Tls(_) => "tls",
            Self::Host { .. } => "host",
            Self::Objects(_) => "objects",
            Self::Config(_) => "config",
            Self::Unit { .. } => "systemd",
            Self::Service { .. } => "compose",
        }
    }

    /// What it gives, always all of it: what is not known of it is absent.
    pub fn fields(&self) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::Tls(_) => &["days", "not_after", "fingerprint", "trusted"],
            Self::Host { .. } => &["cpu", "memory", "disk"],
            Self::Objects(_) => &[
                "count", "newest", "oldest", "size", "total", "name", "empty",
            ],
            Self::Config(_) => &["value", "source", "set"],
            Self::Unit { .. } => &["active", "state", "sub", "since"],
            Self::Service { .. } => &["running", "state", "health", "containers"],
        };
        let mut all: Vec<String> = fixed.iter().map(|field| (*field).to_owned()).collect();
        if let Self::Host { disk, .. } = self {
            all.extend(disk.iter().map(|mount| field_of_mount(mount)));
        }
        all
    }

    /// Whether a field stays as it is as long as nobody changes anything, so that a plan may rest on it.
    pub fn is_steady(&self, field: &str) -> bool {
        match self {
            Self::Tls(_) => field != "days",
            Self::Host { .. } => false,
            Self::Objects(_) => matches!(field, "count" | "name" | "empty"),
            Self::Config(_) | Self::Service { .. } => true,
            Self::Unit { .. } => field != "since",
        }
    }

    /// What is looked at, in words without a language: the place before what is there.
    pub fn subject(&self) -> Vec<Template> {
        let at = |place: Option<&str>| Template::plain(place.unwrap_or("bastion"));
        match self {
            Self::Tls(Certificate::Served { host, port, .. }) => {
                let mut whole = host.clone();
                whole.push(format!(":{port}"));
                vec![whole]
            }
            Self::Tls(Certificate::File { place, path }) => {
                vec![at(place.as_deref()), path.clone()]
            }
            Self::Host { place, .. } => vec![at(place.as_deref())],
            Self::Objects(Objects { of, place, .. }) => match of {
                Store::Bucket { url, .. } => vec![url.clone()],
                Store::Folder { path } => vec![at(place.as_deref()), path.clone()],
            },
            Self::Config(config) => vec![
                at(config.place.as_deref()),
                Template::plain(config.key.as_str()),
            ],
            Self::Unit { unit, .. } => vec![Template::plain("show"), unit.clone()],
            Self::Service { place, service } => {
                vec![at(Some(place)), Template::plain("show"), service.clone()]
            }
        }
    }

    /// The same with its texts filled.
    pub fn filled<E>(
        &self,
        mut fill: impl FnMut(&Template) -> Result<Template, E>,
    ) -> Result<Self, E> {
        let mut filled = self.clone();
        match &mut filled {
            Self::Tls(Certificate::Served { host, .. }) => *host = fill(host)?,
            Self::Tls(Certificate::File { path, .. }) => *path = fill(path)?,
            Self::Objects(Objects { of, .. }) => match of {
                Store::Bucket { url, .. } => *url = fill(url)?,
                Store::Folder { path } => *path = fill(path)?,
            },
            Self::Config(config) => {
                for file in &mut config.files {
                    *file = fill(file)?;
                }
            }
            Self::Unit { unit, .. } => *unit = fill(unit)?,
            Self::Service { service, .. } => *service = fill(service)?,
            Self::Host { .. } => {}
        }
        Ok(filled)
    }
}

/// `disk_root` for `/`, `disk_var_lib` for `/var/lib`: names conditions can spell.
pub fn field_of_mount(mount: &str) -> String {
    let trimmed = mount.trim_matches('/');
    if trimmed.is_empty() {
        return "disk_root".to_owned();
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("disk_{}", trimmed.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_have_names_that_conditions_can_spell() {
        for (mount, field) in [
            ("/", "disk_root"),
            ("/var/lib/docker", "disk_var_lib_docker"),
            ("/data-1/", "disk_data_1"),
        ] {
            assert_eq!(field_of_mount(mount), field);
        }
    }

    #[test]
    fn a_plan_rests_on_nothing_that_moves_by_itself() {
        let unit = Inspection::Unit {
            place: None,
            unit: Template::plain("app"),
        };
        assert!(unit.is_steady("state") && !unit.is_steady("since"));
        let host = Inspection::Host {
            place: None,
            disk: vec!["/".to_owned()],
        };
        assert_eq!(host.fields(), ["cpu", "memory", "disk", "disk_root"]);
        assert!(host.fields().iter().all(|field| !host.is_steady(field)));
    }
}
