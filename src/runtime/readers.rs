//! The readers of the outside world: started for a desk, asked by it, ended with it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use crate::{
    app::effect::ChartQuestion,
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId},
        observation::Observation,
        pod_detail::PodKey,
        time::Clock,
        watchlist::Watchlist,
    },
    sources::{
        alertmanager,
        http::HttpEndpoint,
        kubernetes::{self, KubeOptions},
        outbox::{Inbox, Outbox, outbox},
        prometheus,
    },
};

/// How many questions may wait for one source; a person can't have more open.
const QUESTIONS: usize = 16;

/// What a desk reads and from where.
#[derive(Debug)]
pub struct Plan {
    pub kubernetes: KubeOptions,
    pub namespaces: Namespaces,
    pub prometheus: Option<HttpEndpoint>,
    pub alertmanagers: Vec<HttpEndpoint>,
    pub watchlist: Watchlist,
    pub alerts_every: Duration,
    pub rules_every: Duration,
}

/// The readers of one desk. Dropping ends them all.
#[derive(Debug)]
pub struct Readers {
    tasks: JoinSet<()>,
    outbox: Outbox,
    pub inbox: Inbox,
    kubernetes: Option<mpsc::Sender<kubernetes::Ask>>,
    prometheus: Option<PrometheusReader>,
}

/// The reader of Prometheus, with what it takes to start it anew for another watchlist.
#[derive(Debug)]
struct PrometheusReader {
    endpoint: HttpEndpoint,
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
            prometheus: None,
        }
    }
}

impl Readers {
    /// Starts reading what the plan says; what it leaves out is said to be absent.
    pub fn start(&mut self, plan: Plan, clock: &Arc<dyn Clock>) {
        let (ask, asks) = mpsc::channel(QUESTIONS);
        self.kubernetes = Some(ask);
        self.tasks.spawn(kubernetes::run(
            plan.kubernetes,
            plan.namespaces,
            self.outbox.clone(),
            asks,
            Arc::clone(clock),
        ));
        match plan.prometheus {
            Some(endpoint) => {
                let cadence = prometheus::Cadence {
                    rules: plan.rules_every,
                    ..prometheus::Cadence::default()
                };
                self.read_prometheus(endpoint, cadence, plan.watchlist, clock);
            }
            None => self.absent(&[SourceId::Prometheus, SourceId::Rules]),
        }
        if plan.alertmanagers.is_empty() {
            self.absent(&[SourceId::Alertmanager]);
        } else {
            self.tasks.spawn(alertmanager::run(
                plan.alertmanagers,
                self.outbox.clone(),
                Arc::clone(clock),
                plan.alerts_every,
            ));
        }
    }

    fn read_prometheus(
        &mut self,
        endpoint: HttpEndpoint,
        cadence: prometheus::Cadence,
        watchlist: Watchlist,
        clock: &Arc<dyn Clock>,
    ) {
        let (ask, asks) = mpsc::channel(QUESTIONS);
        let task = self.tasks.spawn(prometheus::run(
            endpoint.clone(),
            watchlist,
            cadence,
            self.outbox.clone(),
            asks,
            Arc::clone(clock),
        ));
        self.prometheus = Some(PrometheusReader {
            endpoint,
            cadence,
            ask,
            task,
        });
    }

    /// Reads another watchlist from now on: the pack changed.
    pub fn watch(&mut self, watchlist: Watchlist, clock: &Arc<dyn Clock>) {
        if let Some(reader) = self.prometheus.take() {
            reader.task.abort();
            self.read_prometheus(reader.endpoint, reader.cadence, watchlist, clock);
        }
    }

    fn absent(&self, sources: &[SourceId]) {
        for source in sources {
            self.outbox.send(Observation::Link {
                source: *source,
                link: Link::Absent,
            });
        }
    }

    // A source that takes no more questions is stuck; its link says so, and the question is asked again with the next
    // change. So a full queue drops the question.
    pub fn read_pod(&self, key: PodKey) {
        if let Some(ask) = &self.kubernetes {
            let _ = ask.try_send(kubernetes::Ask::Detail(key));
        }
    }

    pub fn read_usage(&self, pods: Vec<PodKey>) {
        if let Some(ask) = &self.kubernetes {
            let _ = ask.try_send(kubernetes::Ask::Usage(pods));
        }
    }

    pub fn read_chart(&self, question: ChartQuestion) {
        if let Some(reader) = &self.prometheus {
            let _ = reader.ask.try_send(prometheus::Ask::Chart {
                request: question.request,
                parts: question.parts,
                start: question.start,
                end: question.end,
                step: Duration::from_secs(question.step_seconds),
            });
        }
    }
}
