//! What the person who starts the cockpit has chosen: the values `config` fills from its layers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::alert::Severity;
use super::ledger_url::LedgerUrl;
use super::place::ServicePlace;

/// Everything a person may choose, resolved from all layers and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The pack by id; `None` means the generic desk.
    pub pack: Option<String>,
    /// The kubeconfig context; `None` means what the pack or the kubeconfig says.
    pub context: Option<String>,
    /// The kubeconfig file; `None` means kubectl's own rule (`KUBECONFIG`, then `~/.kube/config`).
    pub kubeconfig: Option<PathBuf>,
    pub namespaces: NamespaceChoice,
    pub read_only: bool,
    pub theme: String,
    pub glyphs: Glyphs,
    pub lang: Lang,
    pub mouse: bool,
    pub colours: ColourDepth,
    pub prometheus: Option<Endpoint>,
    pub alertmanager: Option<Alertmanagers>,
    pub services: Services,
    pub kubernetes: KubernetesSettings,
    pub poll: Cadence,
    pub attention: AttentionSettings,
    pub keys: KeyBindings,
    pub demo: Option<DemoMark>,
    pub log: LogSettings,
    pub ledger: LedgerSettings,
    pub records: RecordSettings,
    pub locks: LockSettings,
}

/// What calls a person back to the terminal, and how; nothing does until somebody says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttentionSettings {
    pub bell: BTreeSet<Summons>,
    pub notify: BTreeSet<Summons>,
    pub notify_by: NotifyBy,
    /// The title of the terminal says the desk and how much nobody has seen.
    pub title: bool,
}

/// One kind of thing that may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Summons {
    /// An alert of this severity starts to wait.
    Severity(Severity),
    /// An SLO or a light turns red.
    Light,
    /// A source is lost.
    Source,
}

impl Summons {
    pub const NAMES: &'static [&'static str] =
        &["S1", "S2", "S3", "S4", "unranked", "light", "source"];

    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "S1" => Self::Severity(Severity::S1),
            "S2" => Self::Severity(Severity::S2),
            "S3" => Self::Severity(Severity::S3),
            "S4" => Self::Severity(Severity::S4),
            "unranked" => Self::Severity(Severity::Unranked),
            "light" => Self::Light,
            "source" => Self::Source,
            _ => return None,
        })
    }
}

/// The sequence that a notification is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotifyBy {
    #[default]
    Both,
    Osc9,
    Osc777,
}

impl Settings {
    /// Whether a Prometheus is named, wherever it is.
    pub const fn names_prometheus(&self) -> bool {
        self.prometheus.is_some() || self.services.prometheus.is_some()
    }

    /// Whether an Alertmanager is named, wherever it is.
    pub const fn names_alertmanager(&self) -> bool {
        self.alertmanager.is_some() || !self.services.alertmanager.is_empty()
    }
}

/// Which namespaces the desk reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NamespaceChoice {
    /// What the pack says, else what the context says.
    #[default]
    FromDesk,
    All,
    Only(Vec<String>),
}

/// The set of signs the terminal can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    #[default]
    Unicode,
    Ascii,
}

pub use super::text::Lang;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColourDepth {
    /// No colour at all: modifiers only.
    None,
    Ansi16,
    Indexed256,
    TrueColour,
}

/// One HTTP server and how to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub url: BaseUrl,
    pub access: Access,
}

/// The replicas of one Alertmanager cluster, all let in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alertmanagers {
    pub urls: Vec<BaseUrl>,
    pub access: Access,
}

/// What is read through the API server's proxy, and whether it may be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Services {
    pub prometheus: Option<ServicePlace>,
    /// Headers and time-out count; who asks is proved to the API server.
    pub prometheus_access: Access,
    pub alertmanager: Vec<ServicePlace>,
    pub alertmanager_access: Access,
    pub discover: Discover,
}

/// Whether Prometheus and Alertmanager are looked for among the services of the cluster where no setting names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discover {
    /// On the generic desk.
    #[default]
    Auto,
    On,
    Off,
}

/// How a server is reached and what proves who asks; secrets are named by file, never held here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Authorities trusted besides the system's own.
    pub ca_file: Option<PathBuf>,
    pub credentials: Credentials,
    /// Certificate and key of the client, both PEM.
    pub client_cert: Option<ClientCert>,
    /// Sent with every request, such as `X-Scope-OrgID`.
    pub headers: BTreeMap<String, String>,
    pub timeout: Duration,
}

/// What is sent to prove who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    #[default]
    None,
    BearerFile(PathBuf),
    Basic {
        username: String,
        password_file: PathBuf,
    },
}

/// The files of a client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCert {
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
}

/// How the API server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubernetesSettings {
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    /// How long a credential plugin may take that no person sits before.
    pub plugin_timeout: Duration,
    pub page_size: u32,
}

/// How often each kind of question is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    pub instant: Duration,
    pub range: Duration,
    pub alerts: Duration,
    pub windows: Duration,
}

/// Rebinding by context: key sequence to command id, or to `none`.
pub type KeyBindings = BTreeMap<String, BTreeMap<String, String>>;

/// One fault in the rebinding, found against the registry of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProblem {
    pub context: String,
    pub sequence: String,
    pub kind: KeyProblemKind,
}

/// What is wrong with one rebinding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyProblemKind {
    UnknownContext {
        nearest: Option<String>,
    },
    BadSequence {
        at: String,
    },
    /// Where text is typed a character without ctrl or alt means itself.
    TypesItself,
    UnknownCommand {
        nearest: Option<String>,
    },
    /// Written twice in one context, perhaps in two spellings.
    Twice {
        other: String,
        command: String,
    },
    /// One of the two can never be typed, since the other begins with it.
    Prefix {
        other: String,
        command: String,
    },
}

/// Says that the servers of this config are an embedded cluster, so nothing real may be touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoMark {
    pub serve: BaseUrl,
}

/// Where what is done is recorded beside the file of this user, and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSettings {
    /// The ledger a team shares.
    pub url: Option<LedgerUrl>,
    /// The file with its password, as PostgreSQL's own programs read it.
    pub passfile: Option<PathBuf>,
    /// Authorities trusted besides the system's own.
    pub ca_file: Option<PathBuf>,
    /// Never less than half a year.
    pub keep_days: u32,
}

/// Whether shifts are recorded, and how long that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSettings {
    pub on: bool,
    pub keep_days: u32,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self {
            on: true,
            keep_days: 30,
        }
    }
}

/// Where locks are that have no place of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockSettings {
    /// The namespace of the Leases of objects that have none; the same on every host, or they don't see each other's.
    pub namespace: String,
}

/// What is written to the log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    pub level: LogLevel,
    /// `None` means the file in the state directory.
    pub file: Option<PathBuf>,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The name that `tracing` filters understand.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The address of a server: scheme, host, perhaps a port and a path prefix, nothing secret, no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseUrl(String);

/// Why a text is not the address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlProblem {
    #[error("it has to begin with http:// or https://")]
    Scheme,
    #[error("it names no host")]
    Host,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    #[error("it carries a user or password")]
    UserInfo,
    #[error("it carries a query or a fragment")]
    Query,
    #[error("it holds a character that has no place in an address")]
    Character,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, BaseUrlProblem> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or(BaseUrlProblem::Scheme)?;
        if text.contains(['?', '#']) {
            return Err(BaseUrlProblem::Query);
        }
        if text
            .chars()
            .any(|c| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c))
        {
            return Err(BaseUrlProblem::Character);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(BaseUrlProblem::UserInfo);
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(v6) => {
                let (host, tail) = v6.split_once(']').ok_or(BaseUrlProblem::Host)?;
                (host, tail.strip_prefix(':'))
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        if host.is_empty() {
            return Err(BaseUrlProblem::Host);
        }
        if port.is_some_and(|p| p.parse::<u16>().map_or(true, |n| n == 0)) {
            return Err(BaseUrlProblem::Port);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_path_prefix_and_lose_the_last_slash() {
        let url = BaseUrl::parse("https://mimir.example:8443/prometheus/").unwrap();
        assert_eq!(url.as_str(), "https://mimir.example:8443/prometheus");
        assert!(url.is_https());
        assert!(BaseUrl::parse("http://[::1]:9090").is_ok());
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, why) in [
            ("prom:9090", BaseUrlProblem::Scheme),
            ("ftp://prom", BaseUrlProblem::Scheme),
            ("https://", BaseUrlProblem::Host),
            ("https://:9090", BaseUrlProblem::Host),
            ("https://prom:99999", BaseUrlProblem::Port),
            ("https://prom:", BaseUrlProblem::Port),
            ("https://li:pw@prom", BaseUrlProblem::UserInfo),
            ("https://prom/?x=1", BaseUrlProblem::Query),
            ("https://prom/a b", BaseUrlProblem::Character),
        ] {
            assert_eq!(BaseUrl::parse(text), Err(why), "{text}");
        }
    }
}
