//! What can be found out about a Prometheus before anything is read from it.

use std::{collections::HashSet, sync::Arc};

use jiff::SignedDuration;
use serde::Deserialize;

use super::{
    api::{Api, When},
    batch::{Arm, MOST_ARMS, ask_all, batches},
    discovery,
    wire::Envelope,
};
use crate::{
    domain::{
        clean::clean,
        freshness::{Trouble, TroubleKind},
        id::QueryId,
        time::Clock,
        watchlist::Watchlist,
    },
    sources::{
        http::{HttpClient, HttpEndpoint, Question, ahead},
        outbox::outbox,
    },
};

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// `None` where it does not tell: not every server that speaks this API has the page.
    pub version: Option<String>,
    pub ahead: Option<SignedDuration>,
}

#[derive(Deserialize)]
struct BuildInfo {
    version: String,
}

/// Asks the server for its version.
pub async fn meet(endpoint: HttpEndpoint, clock: &dyn Clock) -> Result<Met, Trouble> {
    let client = HttpClient::new(endpoint);
    let now = clock.now().wall;
    let question = Question::get("api/v1/status/buildinfo");
    let reply = client.ask(&question, now).await;
    let reply = reply.map_err(|failure| failure.trouble)?;
    let ahead = reply.date.map(|date| ahead(date, clock.now().wall));
    let version = match reply.json::<Envelope<BuildInfo>>() {
        // One built without its numbers has an empty one.
        Ok(envelope) => {
            Some(clean(&envelope.data.version).into_owned()).filter(|version| !version.is_empty())
        }
        Err(failure) if failure.trouble.kind == TroubleKind::Absent => None,
        Err(failure) => return Err(failure.trouble),
    };
    Ok(Met { version, ahead })
}

/// How the queries of a desk fare.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fared {
    pub accepted: usize,
    /// Those that the server refused, with its words.
    pub refused: Vec<(QueryId, String)>,
    /// Why others got no answer.
    pub failed: Option<Trouble>,
}

/// Asks every query of the watchlist once; a generic desk's are those it looks for things with.
pub async fn try_queries(
    endpoint: HttpEndpoint,
    watchlist: &Watchlist,
    clock: Arc<dyn Clock>,
) -> Fared {
    // Nobody takes out of the other end what the answers tell beside.
    let (to_nobody, _inbox) = outbox();
    let api = Api::new(endpoint, clock, to_nobody);
    let probes = watchlist.probes.iter();
    let series = watchlist.series.iter();
    let mut arms: Vec<Arm> = probes
        .map(|probe| Arm::new(probe.id.clone(), &probe.expr))
        .chain(series.map(|series| Arm::new(series.id.clone(), &series.expr)))
        .collect();
    if watchlist.discover {
        arms.extend(discovery::arms());
    }
    let mut seen = HashSet::new();
    arms.retain(|arm| seen.insert(arm.id.clone()));
    let outcome = ask_all(&api, batches(arms, MOST_ARMS, &HashSet::new()), When::Now).await;
    let mut refused: Vec<(QueryId, String)> = outcome
        .refused
        .into_iter()
        .map(|(id, failure)| (id, failure.trouble.detail))
        .collect();
    refused.sort();
    Fared {
        accepted: outcome.accepted.len(),
        refused,
        failed: outcome
            .failed
            .into_values()
            .next()
            .map(|failure| failure.trouble),
    }
}

/// What a server says of queries, and which metrics it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// Those it can't parse, with its words.
    pub refused: Vec<(String, String)>,
    /// Empty where it does not tell.
    pub metrics: Vec<String>,
}

/// Puts each query to a server once; one that it parses and can't answer is well.
pub async fn parse_queries(
    endpoint: HttpEndpoint,
    queries: impl IntoIterator<Item = String>,
    clock: Arc<dyn Clock>,
) -> Result<Parsed, Trouble> {
    let (to_nobody, _inbox) = outbox();
    let api = Api::new(endpoint, clock, to_nobody);
    let mut parsed = Parsed::default();
    for query in queries {
        match api.query(&query, When::Now).await {
            Ok(_) => {}
            Err(failure) if failure.is_bad_question() => {
                let why = failure.trouble.detail;
                // Too much to answer is no mistake of who asks.
                if why.contains("parse error") {
                    parsed.refused.push((query, why));
                }
            }
            Err(failure) => return Err(failure.trouble),
        }
    }
    match api.metrics().await {
        Ok(answer) => parsed.metrics = answer.data,
        // What speaks this API need not have this page.
        Err(failure) if failure.trouble.kind == TroubleKind::Absent => {}
        Err(failure) => return Err(failure.trouble),
    }
    Ok(parsed)
}
