//! The Kubernetes source of the cockpit, reading a real API server.

use std::{path::PathBuf, sync::Arc, time::Duration};

use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::SourceId,
        time::{Clock, Moment},
    },
    sim::clock::SimClock,
    sources::{
        kubernetes::{Ask, KubeOptions, Timeouts, run},
        outbox::{Inbox, outbox},
    },
};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use super::heard::Heard;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

/// The source and all it has told.
pub struct Reader {
    pub heard: Heard,
    pub asks: mpsc::Sender<Ask>,
    inbox: Inbox,
    /// Ends with the reader.
    _source: JoinSet<()>,
}

/// Short ones: a test of a fault is done when the source has noticed it.
pub fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(3),
        answer: Duration::from_secs(3),
        watch: Duration::from_secs(30),
        retry: Duration::from_secs(1),
        ask: Duration::from_secs(5),
        look: Duration::from_secs(1),
        plugin: Duration::from_secs(5),
    }
}

impl Reader {
    pub fn new(kubeconfig: PathBuf, namespaces: Namespaces) -> Self {
        let options = KubeOptions {
            kubeconfig: Some(kubeconfig),
            timeouts: timeouts(),
            ..KubeOptions::default()
        };
        Self::with(options, namespaces)
    }

    pub fn with(options: KubeOptions, namespaces: Namespaces) -> Self {
        let (asks, asked) = mpsc::channel(8);
        let (outbox, inbox) = outbox();
        let clock = Arc::new(TestClock(Instant::now()));
        let mut source = JoinSet::new();
        source.spawn(run(options, namespaces, outbox, asked, clock));
        Self {
            heard: Heard::default(),
            asks,
            inbox,
            _source: source,
        }
    }

    /// Listens until `done`, or fails with what was heard.
    pub async fn until(&mut self, what: &str, done: impl Fn(&Heard) -> bool) {
        let heard = &mut self.heard;
        let inbox = &mut self.inbox;
        let listening = async {
            while !done(heard) {
                inbox.ready().await;
                inbox.take().into_iter().for_each(|seen| heard.hear(seen));
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, listening).await;
        assert!(
            in_time.is_ok(),
            "{what}: {:#?} {:?}",
            self.heard.links,
            self.heard.pod_names()
        );
    }

    /// Listens until something beside it holds.
    pub async fn until_so(&mut self, what: &str, done: impl Fn() -> bool) {
        let heard = &mut self.heard;
        let inbox = &mut self.inbox;
        let mut look = tokio::time::interval(Duration::from_millis(50));
        let listening = async {
            while !done() {
                tokio::select! {
                    () = inbox.ready() => {
                        inbox.take().into_iter().for_each(|seen| heard.hear(seen));
                    }
                    _ = look.tick() => {}
                }
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, listening).await;
        assert!(in_time.is_ok(), "{what}: {:#?}", self.heard.links);
    }

    /// Until everything that is watched is live.
    pub async fn live(&mut self) {
        self.until("all is live", |heard| {
            [
                SourceId::Pods,
                SourceId::Workloads,
                SourceId::Nodes,
                SourceId::Events,
            ]
            .into_iter()
            .all(|source| heard.is_live(source))
        })
        .await;
    }
}
