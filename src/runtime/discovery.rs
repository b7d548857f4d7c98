//! Prometheus and Alertmanager that no setting names: looked for in the cluster until they are found.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        freshness::{Link, SourceId},
        observation::Observation,
        place::Place,
        settings::Access,
        time::Clock,
    },
    sources::{
        http::{HttpEndpoint, jittered},
        kubernetes::{self, Gateway, Wanted},
        outbox::Outbox,
    },
};

/// Between two looks where there is nothing: charts are installed by hand.
const AGAIN: Duration = Duration::from_secs(120);
/// Between two looks where the cluster could not be asked.
const SOON: Duration = Duration::from_secs(15);

/// What is looked for among the services of the cluster.
#[derive(Debug)]
pub struct Discovery {
    pub gateway: Gateway,
    /// Those of the desk, besides the usual ones.
    pub namespaces: Vec<String>,
    /// How it is asked when it is found; `None`: it is not looked for.
    pub prometheus: Option<Access>,
    pub alertmanager: Option<Access>,
}

/// Where a server is, or how it is looked for.
#[derive(Debug, Clone)]
pub(super) enum Where {
    At(Box<HttpEndpoint>),
    Look(Arc<Search>),
}

/// A search, with what it found.
#[derive(Debug)]
pub(super) struct Search {
    discovery: Arc<Discovery>,
    wanted: Wanted,
    access: Access,
    found: OnceLock<HttpEndpoint>,
}

impl Where {
    /// How `wanted` is looked for; `None` where it is not.
    pub fn look(discovery: &Arc<Discovery>, wanted: Wanted) -> Option<Self> {
        let access = match wanted {
            Wanted::Prometheus => discovery.prometheus.clone(),
            Wanted::Alertmanager => discovery.alertmanager.clone(),
        };
        let search = Search {
            discovery: Arc::clone(discovery),
            wanted,
            access: access?,
            found: OnceLock::new(),
        };
        Some(Self::Look(Arc::new(search)))
    }

    /// The endpoint, as soon as there is one; meanwhile the links say how the search goes.
    pub async fn endpoint(
        self,
        sources: &[SourceId],
        outbox: &Outbox,
        clock: &Arc<dyn Clock>,
    ) -> HttpEndpoint {
        let search = match self {
            Self::At(endpoint) => return *endpoint,
            Self::Look(search) => search,
        };
        if let Some(found) = search.found.get() {
            return found.clone();
        }
        let tell = |link: &Link| {
            for source in sources {
                let (source, link) = (*source, link.clone());
                outbox.send(Observation::Link { source, link });
            }
        };
        let place = |place: Place| {
            for source in sources {
                let (source, place) = (*source, place.clone());
                outbox.send(Observation::Place { source, place });
            }
        };
        tell(&Link::Connecting);
        let since = clock.now().wall;
        loop {
            let wait = match search.look().await {
                Ok(sighting) => {
                    if let Some(service) = sighting.found {
                        let endpoint = search.discovery.gateway.endpoint(&service);
                        let endpoint = endpoint.dressed(&search.access);
                        place(Place::Service {
                            service,
                            found: true,
                        });
                        return search.found.get_or_init(|| endpoint).clone();
                    }
                    tell(&Link::Absent);
                    place(Place::Nowhere {
                        tried: sighting.tried,
                        denied: sighting.denied.map(|why| why.detail),
                    });
                    jittered(AGAIN)
                }
                Err(trouble) => {
                    let wait = jittered(SOON);
                    tell(&Link::Failed {
                        since,
                        trouble,
                        retry_at: Some(after(clock.now().wall, wait)),
                    });
                    wait
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

impl Search {
    async fn look(&self) -> Result<kubernetes::Sighting, crate::domain::freshness::Trouble> {
        let Discovery {
            gateway,
            namespaces,
            ..
        } = &*self.discovery;
        kubernetes::discover(gateway, self.wanted, namespaces, &self.access).await
    }
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or_default();
    now.checked_add(wait).unwrap_or(now)
}
