//! What can be found out about an Alertmanager before anything is read from it.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::{
    domain::{clean::clean, freshness::Trouble, time::Clock},
    sources::http::{HttpClient, HttpEndpoint, Question, ahead},
};

/// An Alertmanager that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub version: String,
    /// `ready`, `settling` or `disabled`.
    pub cluster: String,
    /// How many peers its cluster has, itself among them.
    pub peers: usize,
    pub ahead: Option<SignedDuration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    cluster: Cluster,
    version_info: VersionInfo,
}

#[derive(Deserialize)]
struct Cluster {
    status: String,
    #[serde(default)]
    peers: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct VersionInfo {
    version: String,
}

/// Asks one Alertmanager how it is.
pub async fn meet(endpoint: HttpEndpoint, clock: &dyn Clock) -> Result<Met, Trouble> {
    let client = HttpClient::new(endpoint);
    let question = Question::get("api/v2/status");
    let reply = client.ask(&question, clock.now().wall).await;
    let reply = reply.map_err(|failure| failure.trouble)?;
    let status: Status = reply.json().map_err(|failure| failure.trouble)?;
    Ok(Met {
        version: clean(&status.version_info.version).into_owned(),
        cluster: clean(&status.cluster.status).into_owned(),
        peers: status.cluster.peers.len(),
        ahead: reply.date.map(|date| ahead(date, clock.now().wall)),
    })
}
