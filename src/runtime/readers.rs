//! The readers of the outside world: started for a desk, asked by it, ended with it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;

use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use crate::{
    app::effect::ChartQuestion,
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId, Trouble, TroubleKind},
        observation::Observation,
        place::Place,
        pod_detail::PodKey,
        question::{Question, RequestId},
        time::Clock,
        watchlist::Watchlist,
    },
    sources::{
        alertmanager,
        http::HttpEndpoint,
        kubernetes::{self, KubeOptions, Wallet, Wanted},
        outbox::{Inbox, Outbox, outbox},
        prometheus,
    },
};

use super::{
    acts::{Means, user_of_host},
    discovery::{Discovery, Where},
    probing::{self, Eyes, ToRead},
};

/// How many questions may wait for one source; a person can't have more open.
const QUESTIONS: usize = 16;

/// What is read of a cluster.
const OF_CLUSTER: [SourceId; 4] = [
    SourceId::Pods,
    SourceId::Workloads,
    SourceId::Nodes,
    SourceId::Events,
];

/// What a desk reads and from where.
#[derive(Debug)]
pub struct Plan {
    pub kubernetes: KubeOptions,
    pub namespaces: Namespaces,
    pub prometheus: Option<HttpEndpoint>,
    pub alertmanagers: Vec<HttpEndpoint>,
    /// What of both is looked for, where it is not named.
    pub discovery: Option<Arc<Discovery>>,
    /// Where each source is, as far as the settings say.
    pub places: Vec<(SourceId, Place)>,
    pub watchlist: Watchlist,
    pub alerts_every: Duration,
    pub rules_every: Duration,
    /// What the desk acts with; nothing where it is only looked at.
    pub means: Option<Arc<Means>>,
    /// What is read that is no query.
    pub reads: Vec<ToRead>,
    /// Who reads it where the desk acts with nothing.
    pub eyes: Option<Eyes>,
}

/// The readers of one desk. Dropping ends them all.
#[derive(Debug)]
pub struct Readers {
    tasks: JoinSet<()>,
    outbox: Outbox,
    pub inbox: Inbox,
    kubernetes: Option<mpsc::Sender<kubernetes::Ask>>,
    wallet: Option<Wallet>,
    prometheus: Option<PrometheusReader>,
    eyes: Option<Eyes>,
    /// What reads what is no query.
    probing: Option<AbortHandle>,
    /// Questions that nobody waits for, which the reader has not been told yet.
    dropped: Vec<RequestId>,
}

/// The reader of Prometheus, with what it takes to start it anew for another watchlist.
#[derive(Debug)]
struct PrometheusReader {
    place: Where,
    cadence: prometheus::Cadence,
    ask: mpsc::Sender<prometheus::Ask>,
    task: AbortHandle,
}

impl Default for Readers {
    fn default() -> Self {
        let (outbox, inbox) = outbox();
        Self {
            tasks: JoinSet::new(),
            outbox,
            inbox,
            kubernetes: None,
            wallet: None,
            prometheus: None,
            eyes: None,
            probing: None,
            dropped: Vec::new(),
        }
    }
}

impl Readers {
    /// Starts reading what the plan says; what it leaves out is said to be absent.
    pub fn start(&mut self, plan: Plan, clock: &Arc<dyn Clock>) {
        self.wallet = Some(plan.kubernetes.wallet.clone());
        if plan.kubernetes.absent {
            self.absent(&OF_CLUSTER);
            // Who acts is whoever this process is.
            self.outbox.send(Observation::Identity(user_of_host()));
        } else {
            let (ask, asks) = mpsc::channel(QUESTIONS);
            self.kubernetes = Some(ask);
            let reader = kubernetes::run(
                plan.kubernetes,
                plan.namespaces,
                self.outbox.clone(),
                asks,
                Arc::clone(clock),
            );
            self.spawn(reader, &OF_CLUSTER, clock);
        }
        self.eyes = plan.means.map(Eyes::Means).or(plan.eyes);
        self.probe(plan.reads, clock);
        for (source, place) in plan.places {
            self.outbox.send(Observation::Place { source, place });
        }
        let look = |wanted| {
            let discovery = plan.discovery.as_ref()?;
            Where::look(discovery, wanted)
        };
        let prometheus = plan
            .prometheus
            .map(|endpoint| Where::At(Box::new(endpoint)))
            .or_else(|| look(Wanted::Prometheus));
        match prometheus {
            Some(place) => {
                let cadence = prometheus::Cadence {
                    rules: plan.rules_every,
                    ..prometheus::Cadence::default()
                };
                self.read_prometheus(place, cadence, plan.watchlist, clock);
            }
            None => self.absent(&[SourceId::Prometheus, SourceId::Rules]),
        }
        if plan.alertmanagers.is_empty() {
            match look(Wanted::Alertmanager) {
                Some(place) => self.look_for_alertmanager(place, plan.alerts_every, clock),
                None => self.absent(&[SourceId::Alertmanager]),
            }
        } else {
            let reader = alertmanager::run(
                plan.alertmanagers,
                self.outbox.clone(),
                Arc::clone(clock),
                plan.alerts_every,
            );
            self.spawn(reader, &[SourceId::Alertmanager], clock);
        }
    }

    fn spawn(
        &mut self,
        reader: impl Future<Output = ()> + Send + 'static,
        sources: &'static [SourceId],
        clock: &Arc<dyn Clock>,
    ) -> AbortHandle {
        self.tasks.spawn(told(
            reader,
            sources,
            self.outbox.clone(),
            Arc::clone(clock),
        ))
    }

    fn look_for_alertmanager(&mut self, place: Where, every: Duration, clock: &Arc<dyn Clock>) {
        const SOURCES: [SourceId; 1] = [SourceId::Alertmanager];
        let (outbox, clock_too) = (self.outbox.clone(), Arc::clone(clock));
        let reader = async move {
            loop {
                let endpoint = place.endpoint(&SOURCES, &outbox, &clock_too).await;
                let (outbox, clock) = (outbox.clone(), Arc::clone(&clock_too));
                tokio::select! {
                    () = alertmanager::run(vec![endpoint], outbox, clock, every) => return,
                    () = place.lost() => {}
                }
            }
        };
        self.spawn(reader, &SOURCES, clock);
    }

    fn read_prometheus(
        &mut self,
        place: Where,
        cadence: prometheus::Cadence,
        watchlist: Watchlist,
        clock: &Arc<dyn Clock>,
    ) {
        const SOURCES: [SourceId; 2] = [SourceId::Prometheus, SourceId::Rules];
        let (ask, mut asks) = mpsc::channel(QUESTIONS);
        let (looked_at, outbox, clock_too) =
            (place.clone(), self.outbox.clone(), Arc::clone(clock));
        let reader = async move {
            loop {
                let endpoint = looked_at.endpoint(&SOURCES, &outbox, &clock_too).await;
                let (on, passed) = mpsc::channel(QUESTIONS);
                let (watchlist, outbox) = (watchlist.clone(), outbox.clone());
                let clock = Arc::clone(&clock_too);
                tokio::select! {
                    () = prometheus::run(endpoint, watchlist, cadence, outbox, passed, clock) => return,
                    () = pass_on(&mut asks, on) => {}
                    () = looked_at.lost() => {}
                }
            }
        };
        let task = self.spawn(reader, &SOURCES, clock);
        self.prometheus = Some(PrometheusReader {
            place,
            cadence,
            ask,
            task,
        });
    }

    /// Reads this from now on, beside what queries give.
    fn probe(&mut self, reads: Vec<ToRead>, clock: &Arc<dyn Clock>) {
        if let Some(task) = self.probing.take() {
            task.abort();
        }
        if let Some(eyes) = self.eyes.clone()
            && !reads.is_empty()
        {
            let reader = probing::run(reads, eyes, self.outbox.clone(), Arc::clone(clock));
            self.probing = Some(self.spawn(reader, &[], clock));
        }
    }

    /// Reads another watchlist from now on: the pack changed.
    pub fn watch(&mut self, watchlist: Watchlist, reads: Vec<ToRead>, clock: &Arc<dyn Clock>) {
        self.probe(reads, clock);
        if let Some(reader) = self.prometheus.take() {
            reader.task.abort();
            self.read_prometheus(reader.place, reader.cadence, watchlist, clock);
        }
    }

    /// The credentials of the desk's cluster.
    pub fn wallet(&self) -> Option<Wallet> {
        self.wallet.clone()
    }

    fn absent(&self, sources: &[SourceId]) {
        for source in sources {
            self.outbox.send(Observation::Link {
                source: *source,
                link: Link::Absent,
            });
        }
    }

    /// Asks for a pod; a question that can't be put is answered as failed, so that nobody waits for it.
    pub fn read_pod(&self, key: PodKey) {
        let asked = self
            .kubernetes
            .as_ref()
            .is_some_and(|ask| ask.try_send(kubernetes::Ask::Detail(key.clone())).is_ok());
        if !asked {
            let detail = Box::new(Err(busy()));
            self.outbox.send(Observation::PodDetail { key, detail });
        }
    }

    /// Asks for usage; it is asked again soon, so a question that can't be put is let go.
    pub fn read_usage(&self, pods: Vec<PodKey>) {
        if let Some(ask) = &self.kubernetes {
            let _ = ask.try_send(kubernetes::Ask::Usage(pods));
        }
    }

    /// Asks the cluster; a question that can't be put is answered as failed.
    pub fn ask(&self, request: RequestId, question: Question) {
        let asked = self.kubernetes.as_ref().is_some_and(|ask| {
            ask.try_send(kubernetes::Ask::Question { request, question })
                .is_ok()
        });
        if !asked {
            let answer = Box::new(Err(busy()));
            self.outbox.send(Observation::Answered { request, answer });
        }
    }

    /// Ends what still runs for a question. Where the reader is too busy to hear it, it hears of it with the next one.
    pub fn drop_question(&mut self, request: RequestId) {
        self.dropped.push(request);
        let Some(ask) = &self.kubernetes else {
            return self.dropped.clear();
        };
        if ask
            .try_send(kubernetes::Ask::Drop(self.dropped.clone()))
            .is_ok()
        {
            self.dropped.clear();
        }
    }

    pub fn read_chart(&self, question: ChartQuestion) {
        let request = question.request;
        let ask = prometheus::Ask::Chart {
            request,
            parts: question.parts,
            start: question.start,
            end: question.end,
            step: Duration::from_secs(question.step_seconds),
        };
        let asked = self
            .prometheus
            .as_ref()
            .is_some_and(|reader| reader.ask.try_send(ask).is_ok());
        if !asked {
            self.outbox.send(Observation::Chart {
                request,
                answer: Err(busy()),
            });
        }
    }
}

/// Passes questions on to the reader of the day, until nobody asks any more.
async fn pass_on(asks: &mut mpsc::Receiver<prometheus::Ask>, on: mpsc::Sender<prometheus::Ask>) {
    while let Some(ask) = asks.recv().await {
        if on.send(ask).await.is_err() {
            return;
        }
    }
    // Whoever asked is gone, what is read goes on.
    std::future::pending::<()>().await;
}

/// A reader that says so when it falls over: its panes must not stay live for ever.
async fn told(
    reader: impl Future<Output = ()>,
    sources: &'static [SourceId],
    outbox: Outbox,
    clock: Arc<dyn Clock>,
) {
    if AssertUnwindSafe(reader).catch_unwind().await.is_ok() {
        return;
    }
    for source in sources {
        let link = Link::Failed {
            since: clock.now().wall,
            trouble: Trouble::new(
                TroubleKind::Unreachable,
                "its reader failed; the log says why, a restart helps",
            ),
            retry_at: None,
        };
        outbox.send(Observation::Link {
            source: *source,
            link,
        });
    }
}

fn busy() -> Trouble {
    Trouble::new(TroubleKind::Unreachable, "no question can be put to it now")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::clock::SystemClock;

    #[tokio::test]
    async fn a_reader_that_falls_over_is_told() {
        let mut readers = Readers::default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        readers.spawn(
            async { panic!("as a test would have it") },
            &[SourceId::Alertmanager],
            &clock,
        );
        readers.inbox.ready().await;
        let seen = readers.inbox.take();
        assert!(
            matches!(
                seen.as_slice(),
                [Observation::Link {
                    source: SourceId::Alertmanager,
                    link: Link::Failed { .. }
                }]
            ),
            "{seen:?}"
        );
    }

    #[tokio::test]
    async fn a_question_that_cannot_be_put_is_answered() {
        let mut readers = Readers::default();
        let at = SystemClock::start().now().wall;
        let question = ChartQuestion {
            request: 7,
            parts: Vec::new(),
            start: at,
            end: at,
            step_seconds: 15,
        };
        readers.read_chart(question);
        let seen = readers.inbox.take();
        assert!(
            matches!(
                seen.as_slice(),
                [Observation::Chart {
                    request: 7,
                    answer: Err(_)
                }]
            ),
            "{seen:?}"
        );
    }
}
