//! A server that no setting names as one that can be asked: it is looked for when it is asked first.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use futures::future::BoxFuture;
use http::{Method, Request, Uri};

use super::discovery::Discovery;
use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        settings::Access,
    },
    sources::{
        http::{Carried, Carrier, Failure, HttpEndpoint, Through},
        kubernetes::{Sighting, Wanted},
    },
};

/// Stands where the path of the server will.
const BASE: &str = "/in-the-cluster";

/// The way to a server that is looked for.
#[derive(Debug)]
struct Finding {
    discovery: Arc<Discovery>,
    wanted: Wanted,
    found: Mutex<Option<HttpEndpoint>>,
}

/// What is looked for as an endpoint; `None` where it is not looked for.
pub fn endpoint(discovery: &Arc<Discovery>, wanted: Wanted) -> Option<HttpEndpoint> {
    let access: Access = discovery.access(wanted)?.clone();
    let finding = Finding {
        discovery: Arc::clone(discovery),
        wanted,
        found: Mutex::new(None),
    };
    let endpoint = HttpEndpoint {
        through: Some(Through(Arc::new(finding))),
        ..HttpEndpoint::new(BASE)
    };
    Some(endpoint.dressed(&access))
}

impl Finding {
    fn known(&self) -> Option<HttpEndpoint> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }

    fn keep(&self, endpoint: Option<HttpEndpoint>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = endpoint;
    }

    /// The server, as it was found. Whatever keeps it from being found, nothing was sent to it.
    async fn server(&self) -> Result<(HttpEndpoint, Arc<dyn Carrier>), Failure> {
        let unsent = |trouble| Failure::of_trouble(trouble).before_it_was_sent();
        let endpoint = if let Some(known) = self.known() {
            known
        } else {
            let looked = self.discovery.look(self.wanted).await;
            let (sighting, endpoint) = looked
                .ok_or_else(|| unsent(nowhere(self.wanted, &Sighting::default())))?
                .map_err(unsent)?;
            let endpoint = endpoint.ok_or_else(|| unsent(nowhere(self.wanted, &sighting)))?;
            self.keep(Some(endpoint.clone()));
            endpoint
        };
        match endpoint.through.clone() {
            Some(Through(carrier)) => Ok((endpoint, carrier)),
            None => Err(unsent(nowhere(self.wanted, &Sighting::default()))),
        }
    }
}

/// That there is none, with what was tried and what to write where.
fn nowhere(wanted: Wanted, sighting: &Sighting) -> Trouble {
    let keys = match wanted {
        Wanted::Prometheus => "prometheus.url or prometheus.service",
        Wanted::Alertmanager => "alertmanager.urls or alertmanager.services",
    };
    // What is to be done comes first: long words are cut.
    let mut said = format!("none was found: set {keys}");
    for (place, why) in &sighting.tried {
        let _ = write!(said, "; {place}: {why}");
    }
    if let Some(denied) = &sighting.denied {
        let _ = write!(said, "; {}", denied.detail);
    }
    Trouble::new(TroubleKind::Absent, said)
}

impl Carrier for Finding {
    fn carry(
        &self,
        question: Request<Vec<u8>>,
        most: usize,
    ) -> BoxFuture<'_, Result<Carried, Failure>> {
        Box::pin(async move {
            let (endpoint, carrier) = self.server().await?;
            let (mut head, body) = question.into_parts();
            head.uri = moved(&head.uri, &endpoint.base)?;
            let answer = carrier.carry(Request::from_parts(head, body), most).await;
            let gone = |failure: &Failure| failure.trouble.kind == TroubleKind::Unreachable;
            if answer.as_ref().is_err_and(gone) {
                // Perhaps it is elsewhere by now.
                self.keep(None);
            }
            answer
        })
    }

    fn denied(&self, method: Method) -> BoxFuture<'_, Option<Failure>> {
        Box::pin(async move {
            // Where there is none, asking it says so.
            let (_, carrier) = self.server().await.ok()?;
            carrier.denied(method).await
        })
    }
}

/// The same path below another base.
fn moved(uri: &Uri, base: &str) -> Result<Uri, Failure> {
    let whole = uri.path_and_query().map_or("/", |it| it.as_str());
    let rest = whole.strip_prefix(BASE).unwrap_or(whole);
    let path = format!("{}{rest}", base.trim_end_matches('/'));
    path.parse().map_err(|error: http::uri::InvalidUri| {
        Failure::new(TroubleKind::BadQuestion, error.to_string()).before_it_was_sent()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_goes_below_the_path_of_what_was_found() {
        let base = "/api/v1/namespaces/monitoring/services/alertmanager-main:9093/proxy";
        let asked = format!("{BASE}/api/v2/silences?filter=a%3Db");
        let moved = moved(&asked.parse().unwrap(), base).unwrap();
        assert_eq!(
            moved.to_string(),
            format!("{base}/api/v2/silences?filter=a%3Db")
        );
    }

    #[test]
    fn where_there_is_none_it_is_said_what_to_write() {
        let said = nowhere(Wanted::Alertmanager, &Sighting::default()).detail;
        assert!(
            said.contains("alertmanager.urls or alertmanager.services"),
            "{said}"
        );
    }
}
