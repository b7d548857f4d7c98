//! The way to PostgreSQL: sealed unless the address says otherwise, its password out of a file.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::ExposeSecret as _;
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::passfile::{self, Sought};
use crate::{
    domain::ledger_url::{LedgerHost, LedgerTls, LedgerUrl},
    trust::{self, Authorities, Untrusted},
};

/// How long a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where the shared ledger is and how one is let in; holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub url: LedgerUrl,
    pub passfile: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
}

/// Why PostgreSQL can't be used now, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Away(String);

impl Away {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<tokio_postgres::Error> for Away {
    fn from(error: tokio_postgres::Error) -> Self {
        let mut text = error
            .as_db_error()
            .map_or_else(|| error.to_string(), |error| error.message().to_owned());
        let mut source =
            std::error::Error::source(&error).filter(|_| error.as_db_error().is_none());
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        Self(text)
    }
}

/// A connection, and the task that keeps it; both end together.
#[derive(Debug)]
pub struct Connected {
    pub client: Client,
    _kept: JoinSet<()>,
}

/// Connects under a name that the server's lists show.
pub async fn connect(place: &Place, name: &str) -> Result<Connected, Away> {
    tokio::time::timeout(PATIENCE, connect_now(place, name))
        .await
        .unwrap_or_else(|_| Err(Away::new("no answer in time")))
}

async fn connect_now(place: &Place, name: &str) -> Result<Connected, Away> {
    let config = config(place, name)?;
    let mut kept = JoinSet::new();
    let sealed =
        place.url.tls == LedgerTls::VerifyFull && matches!(place.url.host, LedgerHost::Name(_));
    let client = if sealed {
        let (client, connection) = config.connect(tls(place.ca_file.as_deref())?).await?;
        // What ends it, the next question is told.
        kept.spawn(async move { drop(connection.await) });
        client
    } else {
        let (client, connection) = config.connect(NoTls).await?;
        kept.spawn(async move { drop(connection.await) });
        client
    };
    Ok(Connected {
        client,
        _kept: kept,
    })
}

fn config(place: &Place, name: &str) -> Result<Config, Away> {
    let url = &place.url;
    let user = match &url.user {
        Some(user) => user.clone(),
        None => user_of_system()?,
    };
    let mut config = Config::new();
    config
        .user(&user)
        .dbname(&url.database)
        .port(url.port)
        .application_name(name)
        .keepalives_idle(Duration::from_secs(10))
        .keepalives_interval(Duration::from_secs(5))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_secs(20));
    let host = match &url.host {
        LedgerHost::Name(host) => {
            config.host(host);
            host
        }
        LedgerHost::Socket(folder) => {
            config.host_path(folder);
            folder
        }
    };
    config.ssl_mode(match (url.tls, &url.host) {
        (LedgerTls::VerifyFull, LedgerHost::Name(_)) => SslMode::Require,
        _ => SslMode::Disable,
    });
    if let Some(file) = &place.passfile {
        let sought = Sought {
            host,
            port: url.port,
            database: &url.database,
            user: &user,
        };
        if let Some(password) = passfile::look_up(file, sought)? {
            config.password(password.expose_secret());
        }
    }
    Ok(config)
}

/// The name of who runs this, by the system's list of users: never what a variable claims.
fn user_of_system() -> Result<String, Away> {
    let uid = rustix::process::getuid().as_raw().to_string();
    let list = fs::read_to_string("/etc/passwd").unwrap_or_default();
    list.lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == uid).then(|| name.to_owned())
        })
        .ok_or_else(|| {
            Away::new(format!(
                "user {uid} has no name here: name one in ledger.url"
            ))
        })
}

fn tls(ca_file: Option<&Path>) -> Result<MakeRustlsConnect, Away> {
    let authorities = ca_file.map_or(Authorities::System, Authorities::File);
    let config = trust::client(authorities).map_err(|error| match error {
        Untrusted::NoSystem => Away::new(format!("{error}: set ledger.ca_file")),
        other => Away::new(other.to_string()),
    })?;
    Ok(MakeRustlsConnect::new(config))
}
