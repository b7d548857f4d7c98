//! A desk with ten thousand pods and an answer to every question of the glancy pack.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use divan::Bencher;
use jiff::{Timestamp, tz::TimeZone};
use quarterdeck::{
    app::{
        command::Command,
        effect::Remembered,
        event::Event,
        model::{Look, Model, Size, Start},
        update,
    },
    domain::{
        desk::{Desk, Namespaces},
        freshness::{Link, Reading, SourceId},
        observation::{Answers, Observation, Rows},
        pod::{Health, Labels, Name, PodRow, WorkloadKey},
        series::Series,
        settings::Glyphs,
        text::Lang,
        time::Moment,
    },
    pack::Pack,
};

pub const PODS: usize = 10_000;

pub fn now() -> Timestamp {
    "2026-11-21T06:32:05Z".parse().expect("a time")
}

/// Shared strings, as the interner of the source makes them.
pub struct Shared {
    namespace: Name,
    kind: Name,
    running: Name,
    crashing: Name,
    nodes: Vec<Name>,
    workloads: Vec<(Name, Arc<Labels>)>,
}

impl Shared {
    pub fn new() -> Self {
        let workload = |number: usize| {
            let name: Name = format!("service-{number}").into();
            let labels: Labels = [("app", &*name), ("pod-template-hash", "5d7f9c6b8")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
            (name, Arc::new(labels))
        };
        Self {
            namespace: "prod".into(),
            kind: "Deployment".into(),
            running: "Running".into(),
            crashing: "CrashLoopBackOff".into(),
            nodes: (0..40)
                .map(|number| format!("node-{number}").into())
                .collect(),
            workloads: (0..PODS / 50).map(workload).collect(),
        }
    }

    /// One in fifty is sick.
    pub fn pod(&self, number: usize) -> PodRow {
        self.pod_that_is(number, number.is_multiple_of(50))
    }

    fn pod_that_is(&self, number: usize, sick: bool) -> PodRow {
        let (name, labels) = &self.workloads[number % self.workloads.len()];
        PodRow {
            generation: 1,
            uid: format!("{number:08x}-0000-4000-8000-000000000000").into(),
            namespace: self.namespace.clone(),
            name: format!("{name}-5d7f9c6b8-{number:05}").into(),
            status: if sick { &self.crashing } else { &self.running }.clone(),
            health: if sick { Health::Sick } else { Health::Well },
            ready: u16::from(!sick) + 1,
            containers: 2,
            is_ready: None,
            restarts: (number % 7) as u32,
            last_restart: None,
            last_death: None,
            created: Some(now()),
            node: Some(self.nodes[number % self.nodes.len()].clone()),
            workload: Some(WorkloadKey {
                namespace: self.namespace.clone(),
                kind: self.kind.clone(),
                name: name.clone(),
            }),
            labels: Arc::clone(labels),
        }
    }

    pub fn pods(&self) -> Vec<PodRow> {
        (0..PODS).map(|number| self.pod(number)).collect()
    }

    /// Ten pods that fall ill or recover, as one frame brings them at two hundred changes a second.
    pub fn frame(&self, turn: usize) -> Vec<Observation> {
        // After a thousand frames every pod has been there once; then each is the other way round.
        let upserts = (0..10).map(|place| {
            let number = (turn * 10 + place) * 7_919 % PODS;
            self.pod_that_is(number, (turn / 1_000 + place).is_multiple_of(2))
        });
        vec![Observation::Pods(Rows::Changed {
            upserts: upserts.collect(),
            gone: Vec::new(),
        })]
    }
}

/// A desk on which nothing has been heard yet.
pub fn blank(columns: u16, rows: u16) -> Model {
    let pack = Pack::embedded("glancy").and_then(Result::ok);
    blank_with(pack.expect("the embedded pack loads"), columns, rows)
}

/// The same with another pack.
pub fn blank_with(pack: Pack, columns: u16, rows: u16) -> Model {
    let titles = || Arc::new(BTreeMap::new());
    Model::new(Start {
        desk: Desk {
            kubeconfig: None,
            alertmanager: None,
            pack: Some(pack.id.clone()),
            context: "prod".to_owned(),
            namespaces: Namespaces::Some(vec!["prod".to_owned()]),
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
            titles: [titles(), titles()],
            zone: TimeZone::UTC,
        },
        remembered: Remembered::default(),
        now: Moment::new(now(), Duration::from_secs(3_600)),
        size: Size { columns, rows },
    })
}

/// An answer to every question of the pack; which number differs from `turn` to `turn`.
pub fn answers(model: &Model, turn: usize) -> Vec<Observation> {
    let list = model.pack.watchlist();
    let known = |value| Reading::Known {
        value,
        as_of: now(),
    };
    let answers: Answers = list
        .probes
        .iter()
        .enumerate()
        .map(|(place, probe)| (probe.id.clone(), known(((place + turn) % 17) as f64 / 10.0)))
        .collect();
    let series = list.series.iter().map(|watch| {
        let length = (watch.span.as_secs() / watch.step.as_secs().max(1)).max(1);
        let start = Timestamp::from_second(
            now().as_second() - (length * watch.step.as_secs()).cast_signed(),
        );
        let value = Series {
            start: start.expect("a time of this century"),
            step: watch.step,
            values: (0..length)
                .map(|at| Some((at % 13) as f64 / 10.0))
                .collect(),
        };
        (
            watch.id.clone(),
            Reading::Known {
                value,
                as_of: now(),
            },
        )
    });
    vec![
        Observation::Answers(answers),
        Observation::Series(series.collect()),
    ]
}

/// A desk on which everything has been heard.
pub fn busy(columns: u16, rows: u16) -> Model {
    let mut model = blank(columns, rows);
    let mut seen: Vec<Observation> = SourceId::ALL
        .map(|source| Observation::Link {
            source,
            link: Link::Live { since: now() },
        })
        .into();
    seen.extend(answers(&model, 0));
    seen.push(Observation::Pods(Rows::All(Shared::new().pods())));
    happened(&mut model, Event::Observed(seen));
    model
}

/// The same with so many pods.
pub fn crowd(columns: u16, rows: u16, pods: usize) -> Model {
    let mut model = busy(columns, rows);
    let shared = Shared::new();
    let all = (0..pods).map(|number| shared.pod(number)).collect();
    happened(
        &mut model,
        Event::Observed(vec![Observation::Pods(Rows::All(all))]),
    );
    model
}

/// The same with the pods one by one.
pub fn each(columns: u16, rows: u16) -> Model {
    let mut model = busy(columns, rows);
    happened(&mut model, Event::Command(Command::FocusPods));
    happened(&mut model, Event::Command(Command::ToggleRollUp));
    model
}

/// What is to be done about it is not measured here.
pub fn happened(model: &mut Model, event: Event) {
    let _ = update(model, event);
}

/// A letter more in the palette, and a letter less, by turns.
pub fn types_on(bencher: Bencher<'_, '_>, mut model: Model, typed: &str) {
    happened(&mut model, Event::Command(Command::Palette));
    happened(&mut model, Event::Typed(typed.to_owned()));
    let mut longer = false;
    bencher.bench_local(|| {
        longer = !longer;
        let event = if longer {
            Event::Typed("2".to_owned())
        } else {
            Event::Command(Command::TextBackspace)
        };
        happened(&mut model, event);
    });
}
