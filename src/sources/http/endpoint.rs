//! Where a server is and how one gets in.

use std::{path::PathBuf, time::Duration};

use super::{carrier::Through, proxy::ProxyEnv};
use crate::domain::settings::{Access, BaseUrl, Credentials};

/// One HTTP server: its address with any path prefix, and how to be let in. Secrets are named by file, never held here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpEndpoint {
    /// `https://host:9090/prefix`; a slash at the end does no harm.
    pub base: String,
    /// The only authorities trusted; `None` means the system's own.
    pub ca_file: Option<PathBuf>,
    pub auth: Auth,
    pub client_cert: Option<ClientCert>,
    /// Sent with every request, such as `X-Scope-OrgID`.
    pub headers: Vec<(String, String)>,
    /// For one whole request, from the first packet to the last byte of the answer.
    pub timeout: Duration,
    pub proxy: ProxyEnv,
    /// It is not asked directly but carried there; `base` is a path then, and who asks is proved by the carrier.
    pub through: Option<Through>,
}

/// What is sent to prove who asks; files are read again for every request, since they rotate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Auth {
    #[default]
    None,
    BearerFile(PathBuf),
    Basic {
        username: String,
        password_file: PathBuf,
    },
}

/// The PEM files of a client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCert {
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
}

impl HttpEndpoint {
    /// A server that needs nothing but its address.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            ca_file: None,
            auth: Auth::None,
            client_cert: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            proxy: ProxyEnv::default(),
            through: None,
        }
    }

    /// A server as the settings name it.
    pub fn from_settings(url: &BaseUrl, access: &Access, proxy: ProxyEnv) -> Self {
        Self {
            base: url.as_str().to_owned(),
            ca_file: access.ca_file.clone(),
            auth: match &access.credentials {
                Credentials::None => Auth::None,
                Credentials::BearerFile(file) => Auth::BearerFile(file.clone()),
                Credentials::Basic {
                    username,
                    password_file,
                } => Auth::Basic {
                    username: username.clone(),
                    password_file: password_file.clone(),
                },
            },
            client_cert: access.client_cert.as_ref().map(|cert| ClientCert {
                cert_file: cert.cert_file.clone(),
                key_file: cert.key_file.clone(),
            }),
            headers: access.headers.clone().into_iter().collect(),
            timeout: access.timeout,
            proxy,
            through: None,
        }
    }

    /// The same with the headers and the time-out of the settings.
    #[must_use]
    pub fn dressed(self, access: &Access) -> Self {
        Self {
            headers: access.headers.clone().into_iter().collect(),
            timeout: access.timeout,
            ..self
        }
    }

    /// The address of a path of its API, below the prefix.
    pub fn url(&self, path: &str) -> String {
        format!(
            "{}/{}",
            self.base.trim_end_matches('/'),
            path.trim_start_matches('/')
        )
    }

    /// The server's host and port, for a message; never user info.
    pub fn host(&self) -> String {
        reqwest::Url::parse(&self.base)
            .ok()
            .and_then(|url| {
                let host = url.host_str()?.to_owned();
                Some(match url.port() {
                    Some(port) => format!("{host}:{port}"),
                    None => host,
                })
            })
            .unwrap_or_else(|| self.base.clone())
    }

    /// Whether the server is on this machine: such a one is never asked through a proxy.
    pub fn is_loopback(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.base) else {
            return false;
        };
        url.host_str().is_some_and(|host| {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare == "localhost"
                || bare
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        })
    }
}
