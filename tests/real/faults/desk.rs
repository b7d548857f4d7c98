//! A desk without a screen: the monitoring sources on real servers, and the model that a screen is drawn from.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use quarterdeck::{
    app::{
        effect::{Effect, Remembered},
        event::Event,
        model::{Look, Model, Size, Start},
        update,
    },
    domain::{
        change::What,
        departure::Cause,
        desk::{Desk as Named, Namespaces},
        freshness::{Link, Reading, SourceId},
        light::Light,
        settings::Glyphs,
        text::Lang,
        time::{Clock, Moment},
    },
    pack::Pack,
    sim::clock::SimClock,
    sources::{
        alertmanager,
        http::HttpEndpoint,
        outbox::{Inbox, outbox},
        prometheus::{self, Ask, Cadence},
    },
};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(90);

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

/// The model, its sources and what drives them.
pub struct Desk {
    pub model: Model,
    clock: Arc<TestClock>,
    inbox: Inbox,
    asks: mpsc::Sender<Ask>,
    _sources: JoinSet<()>,
}

fn endpoint(url: &str) -> HttpEndpoint {
    HttpEndpoint {
        timeout: Duration::from_secs(3),
        ..HttpEndpoint::new(url)
    }
}

fn model(pack: Pack, now: Moment) -> Model {
    let titles = Arc::new(BTreeMap::new());
    Model::new(Start {
        desk: Named {
            pack: Some(pack.id.clone()),
            context: "bed".to_owned(),
            namespaces: Namespaces::All,
            kubeconfig: None,
            alertmanager: None,
            demo: None,
            read_only: false,
        },
        pack: Arc::new(pack),
        policy: quarterdeck::domain::policy::Policy::default(),
        look: Look {
            lang: Lang::En,
            glyphs: Glyphs::Unicode,
            theme: "default".to_owned(),
            themes: Vec::new(),
            mouse: false,
            titles: [Arc::clone(&titles), titles],
            zone: jiff::tz::TimeZone::UTC,
        },
        remembered: Remembered::default(),
        now,
        size: Size {
            columns: 160,
            rows: 48,
        },
    })
}

impl Desk {
    /// Reads these servers; Prometheus where there is one.
    pub fn new(pack: Pack, prometheus: Option<&str>, alertmanagers: &[&str]) -> Self {
        let clock = Arc::new(TestClock(Instant::now()));
        let (outbox, inbox) = outbox();
        let (asks, asked) = mpsc::channel(16);
        let mut sources = JoinSet::new();
        if let Some(url) = prometheus {
            let cadence = Cadence {
                rules: Duration::from_secs(2),
                discovery: Duration::from_secs(300),
            };
            let list = pack.watchlist().clone();
            let clock = Arc::clone(&clock) as Arc<dyn Clock>;
            let run = prometheus::run(endpoint(url), list, cadence, outbox.clone(), asked, clock);
            sources.spawn(run);
        }
        let peers: Vec<_> = alertmanagers.iter().map(|url| endpoint(url)).collect();
        if !peers.is_empty() {
            let clock = Arc::clone(&clock) as Arc<dyn Clock>;
            let every = Duration::from_secs(1);
            sources.spawn(alertmanager::run(peers, outbox, clock, every));
        }
        Self {
            model: model(pack, clock.now()),
            clock,
            inbox,
            asks,
            _sources: sources,
        }
    }

    fn take(&mut self, event: Event) {
        let effects = update(&mut self.model, event);
        for effect in effects.list {
            if let Effect::ReadChart(question) = effect {
                let ask = Ask::Chart {
                    request: question.request,
                    parts: question.parts,
                    start: question.start,
                    end: question.end,
                    step: Duration::from_secs(question.step_seconds),
                };
                self.asks.try_send(ask).expect("somebody answers");
            }
        }
        self.is_honest();
    }

    /// Nothing is green that is not known: whatever happens, at every step.
    fn is_honest(&self) {
        let board = &self.model.board;
        for line in &board.gauges {
            let green = line.judged() == Some(Light::Green);
            let known = matches!(line.reading, Reading::Known { .. }) && !line.stale;
            assert!(!green || known, "{line:?}");
        }
        let all_known = || {
            let mut gauges = board.gauges.iter();
            gauges.all(|line| line.judged() != Some(Light::Unknown))
        };
        for state in &board.lights {
            assert!(state.light != Light::Green || all_known(), "{state:?}");
        }
    }

    /// Listens until `done`, or fails with what is known.
    pub async fn until(&mut self, what: &str, done: impl Fn(&Model) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        while !done(&self.model) {
            assert!(
                Instant::now() < end,
                "{what}: {:#?}\n{:#?}\n{:#?}\n{:#?}",
                self.model.links,
                self.model.board,
                self.model.alerts,
                self.model.time_line
            );
            tokio::select! {
                () = self.inbox.ready() => {
                    let seen = self.inbox.take().into_iter().collect();
                    self.take(Event::Observed(seen));
                }
                _ = tick.tick() => {
                    let now = self.clock.now();
                    self.take(Event::Tick(now));
                }
            }
        }
    }
}

pub fn is_live(model: &Model, source: SourceId) -> bool {
    matches!(model.link(source), Link::Live { .. })
}

/// Why the alert with this label left last, as the time line says it.
pub fn cause(model: &Model, name: &str) -> Option<Cause> {
    let mut changes = model.time_line.changes.iter();
    changes.find_map(|(_, change)| match &change.what {
        What::AlertLeft {
            name: of, cause, ..
        } if of == name => Some(*cause),
        _ => None,
    })
}

/// Whether an alert of this name is listed.
pub fn fires(model: &Model, name: &str) -> bool {
    let mut alerts = model.alerts.alerts.values();
    alerts.any(|line| line.alert.name == name)
}
