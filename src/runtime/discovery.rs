//! Prometheus and Alertmanager that no setting names: looked for in the cluster until they are found.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, time::Instant};

use crate::{
    domain::{
        freshness::{Link, SourceId, Trouble, TroubleKind},
        observation::Observation,
        place::Place,
        settings::Access,
        time::Clock,
    },
    sources::{
        http::{Carried, Carrier, Failure, HttpEndpoint, Through, jittered},
        kubernetes::{self, Gateway, Listing, Sighting, Wanted},
        outbox::Outbox,
    },
};

/// Between the first looks where there is nothing: charts are installed by hand.
const AGAIN: Duration = Duration::from_secs(120);
/// Between two looks where there was nothing for long.
const SELDOM: Duration = Duration::from_secs(1_800);
/// Between two looks where the cluster could not be asked.
const SOON: Duration = Duration::from_secs(15);
/// A listing no older than this serves whoever looks.
const FRESH: Duration = Duration::from_secs(60);
/// A place is forgotten after so many failures in a row, …
const LOST_FAILURES: u32 = 5;
/// … which went on for so long: a server that restarts is no other server.
const LOST_AFTER: Duration = Duration::from_secs(180);

/// What is looked for among the services of the cluster.
#[derive(Debug)]
pub struct Discovery {
    gateway: Gateway,
    /// Those of the desk, besides the usual ones.
    namespaces: Vec<String>,
    /// How it is asked when it is found; `None`: it is not looked for.
    prometheus: Option<Access>,
    alertmanager: Option<Access>,
    /// The last listing, which serves all that are looked for.
    listed: tokio::sync::Mutex<Option<(Instant, Arc<Listing>)>>,
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
    found: Mutex<Option<Found>>,
}

/// What was found, and how it answers since.
#[derive(Debug, Clone)]
struct Found {
    endpoint: HttpEndpoint,
    losing: Arc<Losing>,
}

/// Whether a found server stays away.
#[derive(Debug, Default)]
struct Losing {
    failures: Mutex<Option<(Instant, u32)>>,
    lost: Notify,
}

impl Losing {
    /// Takes in how a question fared.
    fn heard(&self, now: Instant, failed: Option<TroubleKind>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = matches!(failed, Some(TroubleKind::Unreachable | TroubleKind::Absent));
        if !gone {
            *failures = None;
            return;
        }
        let (since, count) = failures.get_or_insert((now, 0));
        *count += 1;
        if *count >= LOST_FAILURES && now.duration_since(*since) >= LOST_AFTER {
            self.lost.notify_one();
        }
    }
}

/// The way to a found server, with an eye on whether it is still there.
struct Watched {
    through: Through,
    losing: Arc<Losing>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.through.fmt(f)
    }
}

impl Carrier for Watched {
    fn carry(
        &self,
        question: http::Request<Vec<u8>>,
        most: usize,
    ) -> BoxFuture<'_, Result<Carried, Failure>> {
        Box::pin(async move {
            let answer = self.through.0.carry(question, most).await;
            let failed = answer.as_ref().err().map(|failure| failure.trouble.kind);
            self.losing.heard(Instant::now(), failed);
            answer
        })
    }

    fn denied(&self, method: http::Method) -> BoxFuture<'_, Option<Failure>> {
        self.through.0.denied(method)
    }
}

impl Discovery {
    pub fn new(
        gateway: Gateway,
        namespaces: Vec<String>,
        prometheus: Option<Access>,
        alertmanager: Option<Access>,
    ) -> Self {
        Self {
            gateway,
            namespaces,
            prometheus,
            alertmanager,
            listed: tokio::sync::Mutex::new(None),
        }
    }

    /// How it is asked once it is found; `None` where it is not looked for.
    pub fn access(&self, wanted: Wanted) -> Option<&Access> {
        match wanted {
            Wanted::Prometheus => self.prometheus.as_ref(),
            Wanted::Alertmanager => self.alertmanager.as_ref(),
        }
    }

    /// Looks once, with the endpoint of what was found; `None` where it is not looked for.
    pub async fn look(
        &self,
        wanted: Wanted,
    ) -> Option<Result<(Sighting, Option<HttpEndpoint>), Trouble>> {
        let access = self.access(wanted)?;
        Some(self.sight(wanted, access).await)
    }

    async fn sight(
        &self,
        wanted: Wanted,
        access: &Access,
    ) -> Result<(Sighting, Option<HttpEndpoint>), Trouble> {
        let listing = self.listing().await?;
        let sighting = kubernetes::choose(&self.gateway, &listing, wanted, access).await;
        let found = sighting.found.as_ref();
        let endpoint = found.map(|place| self.gateway.endpoint(place).dressed(access));
        Ok((sighting, endpoint))
    }

    /// The services: who looks while another does gets what that one sees.
    async fn listing(&self) -> Result<Arc<Listing>, Trouble> {
        let mut listed = self.listed.lock().await;
        if let Some((at, listing)) = &*listed
            && at.elapsed() < FRESH
        {
            return Ok(Arc::clone(listing));
        }
        let listing = kubernetes::list_services(&self.gateway, &self.namespaces).await?;
        let listing = Arc::new(listing);
        *listed = Some((Instant::now(), Arc::clone(&listing)));
        Ok(listing)
    }
}

impl Where {
    /// How `wanted` is looked for; `None` where it is not.
    pub fn look(discovery: &Arc<Discovery>, wanted: Wanted) -> Option<Self> {
        let search = Search {
            discovery: Arc::clone(discovery),
            wanted,
            access: discovery.access(wanted)?.clone(),
            found: Mutex::new(None),
        };
        Some(Self::Look(Arc::new(search)))
    }

    /// Ends when what was found has been gone for long, and forgets it; never where a setting names the server.
    pub async fn lost(&self) {
        if let Self::Look(search) = self
            && let Some(found) = search.known()
        {
            found.losing.lost.notified().await;
            *search.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return;
        }
        std::future::pending::<()>().await;
    }

    /// The endpoint, as soon as there is one; meanwhile the links say how the search goes.
    pub async fn endpoint(
        &self,
        sources: &[SourceId],
        outbox: &Outbox,
        clock: &Arc<dyn Clock>,
    ) -> HttpEndpoint {
        let search = match self {
            Self::At(endpoint) => return (**endpoint).clone(),
            Self::Look(search) => search,
        };
        if let Some(found) = search.known() {
            return found.endpoint;
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
        let mut again = AGAIN;
        loop {
            let looked = search.discovery.sight(search.wanted, &search.access).await;
            let wait = match looked {
                Ok((sighting, endpoint)) => {
                    if let (Some(service), Some(endpoint)) = (sighting.found, endpoint) {
                        place(Place::Service {
                            service,
                            found: true,
                        });
                        return search.keep(endpoint);
                    }
                    let wait = jittered(again);
                    again = next_wait(again, sighting.tried.is_empty());
                    tell(&Link::Absent);
                    place(Place::Nowhere {
                        tried: sighting.tried,
                        denied: sighting.denied.map(|why| why.detail),
                    });
                    wait
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

/// How long to wait after the next look: longer and longer where nothing even looks like it.
fn next_wait(wait: Duration, nothing: bool) -> Duration {
    if nothing {
        (wait * 2).min(SELDOM)
    } else {
        AGAIN
    }
}

impl Search {
    fn known(&self) -> Option<Found> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }

    /// Keeps what was found, with an eye on it from now on.
    fn keep(&self, mut endpoint: HttpEndpoint) -> HttpEndpoint {
        let losing = Arc::new(Losing::default());
        endpoint.through = endpoint.through.map(|through| {
            let losing = Arc::clone(&losing);
            Through(Arc::new(Watched { through, losing }))
        });
        let found = Found {
            endpoint: endpoint.clone(),
            losing,
        };
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        endpoint
    }
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or_default();
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn where_nothing_is_it_is_looked_for_ever_more_seldom() {
        let mut wait = AGAIN;
        for _ in 0..10 {
            wait = next_wait(wait, true);
        }
        assert_eq!(wait, SELDOM);
        assert_eq!(next_wait(wait, false), AGAIN);
    }

    #[tokio::test]
    async fn what_stays_away_is_lost_and_what_restarts_is_not() {
        let losing = Losing::default();
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let gone = Some(TroubleKind::Unreachable);
        for second in 0..100 {
            losing.heard(at(second), gone);
        }
        losing.heard(at(150), None);
        for second in [200, 210, 220, 230, 240] {
            losing.heard(at(second), gone);
        }
        assert!(losing.lost.notified().now_or_never().is_none());
        // A refusal comes from a server that is there.
        losing.heard(at(300), Some(TroubleKind::Forbidden));
        losing.heard(at(400), gone);
        for second in [450, 500, 550, 580] {
            losing.heard(at(second), gone);
        }
        assert!(losing.lost.notified().now_or_never().is_some());
    }
}
