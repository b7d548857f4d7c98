//! A shift of the embedded cluster, recorded and gone through again: what is drawn of the record is what was drawn then.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use quarterdeck::{
    app::{
        event::Event,
        frame::{frame_of, marks_of, show},
        model::Model,
        update,
    },
    domain::{desk::Namespaces, text::Lang, time::Clock},
    pack::Pack,
    recorder::{Record, Session, Shelf, Tape, Writer},
    runtime::{
        clock::SystemClock,
        readers::{Plan, Readers},
    },
    sim::start::{Sim, SimHandle, SimOptions},
    sources::{
        http::{Auth, HttpEndpoint, ProxyEnv},
        kubernetes::{KubeOptions, Timeouts, Wallet},
    },
};

use crate::flows::harness::{Face, Flow, Scene};

/// How many frames of it are held against what was drawn.
const FRAMES: usize = 24;
/// How many times faster than the clock the shift goes.
const SPEED: f64 = 60.0;

fn plan(sim: &SimHandle, folder: &std::path::Path, pack: &Pack) -> Plan {
    let endpoint = |base: &str| HttpEndpoint {
        base: base.to_owned(),
        ca_file: Some(folder.join("ca.pem")),
        auth: Auth::BearerFile(folder.join("token")),
        client_cert: None,
        headers: Vec::new(),
        timeout: Duration::from_secs(10),
        proxy: ProxyEnv::default(),
        through: None,
    };
    let second = Duration::from_secs(1);
    let mut watchlist = pack.watchlist().clone();
    for probe in &mut watchlist.probes {
        probe.every = second;
    }
    for series in &mut watchlist.series {
        series.every = second;
    }
    Plan {
        kubernetes: KubeOptions {
            absent: false,
            kubeconfig: Some(folder.join("kubeconfig")),
            context: None,
            page: None,
            timeouts: Timeouts::default(),
            wallet: Wallet::default(),
        },
        namespaces: Namespaces::Some(vec![sim.namespace.clone()]),
        prometheus: Some(endpoint(&sim.prometheus_url)),
        alertmanagers: vec![endpoint(&sim.alertmanager_url)],
        discovery: None,
        places: Vec::new(),
        watchlist,
        alerts_every: second,
        rules_every: second,
        means: None,
        reads: Vec::new(),
        eyes: None,
    }
}

/// The rows of the strip and the panes: header, what is due and the footer are not of the record.
fn panes_of(model: &Model, face: Face) -> String {
    let mut flow = Flow::on(Scene::Connecting, face);
    flow.model = model.clone();
    flow.event(Event::Resized {
        columns: face.size.0,
        rows: face.size.1,
    });
    let (buffer, _) = flow.draw();
    let due = if face.size.1 < 40 { 3 } else { 4 };
    let mut drawn = String::new();
    for y in 1..face.size.1 - due - 1 {
        for x in 0..face.size.0 {
            let cell = &buffer[(x, y)];
            write!(drawn, "{}{:?}", cell.symbol(), cell.style()).unwrap();
        }
        drawn.push('\n');
    }
    drawn
}

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];

/// A cockpit in one language, what it recorded, and how it looked then.
struct Cockpit {
    lang: Lang,
    model: Model,
    writer: Writer,
    tape: Tape,
    looked: Vec<(jiff::Timestamp, [String; 2])>,
}

impl Cockpit {
    fn new(lang: Lang, folder: &std::path::Path) -> Self {
        let face = Face {
            lang,
            size: SIZES[0],
        };
        let path = folder.join(format!("{}.qdr", lang.code()));
        Self {
            lang,
            model: Flow::on(Scene::Connecting, face).model,
            writer: Writer::new(),
            tape: Tape::open(&path).unwrap().0,
            looked: Vec::new(),
        }
    }

    fn record(&mut self) {
        let frame = frame_of(&self.model);
        if self
            .looked
            .last()
            .is_some_and(|(last, _)| *last >= frame.at)
        {
            return;
        }
        if self.looked.is_empty() {
            let session = Session {
                step: Duration::from_secs(120),
                program: "a test".to_owned(),
            };
            let begun = self.writer.begin(&session, frame.at);
            self.tape.put(&begun).unwrap();
        }
        let marks = self.writer.marks(&marks_of(&self.model), frame.at);
        self.tape.put(&marks).unwrap();
        let entry = self.writer.frame(&frame).unwrap();
        self.tape.put(&entry).unwrap();
        let lang = self.lang;
        let looks = SIZES.map(|size| panes_of(&self.model, Face { lang, size }));
        self.looked.push((frame.at, looks));
    }
}

#[test]
fn what_is_drawn_of_a_recorded_shift_is_what_was_drawn_then() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut cockpits = Lang::ALL.map(|lang| Cockpit::new(lang, folder.path()));
    runtime.block_on(play(folder.path(), &mut cockpits));
    for cockpit in &cockpits {
        let mut record = Record::open(cockpit.tape.path()).unwrap();
        assert_eq!(record.torn(), 0);
        let times: Vec<jiff::Timestamp> = record.times().collect();
        assert_eq!(times.len(), cockpit.looked.len());
        assert!(times.len() >= FRAMES);
        let mut past = Flow::on(
            Scene::Connecting,
            Face {
                lang: cockpit.lang,
                size: SIZES[0],
            },
        )
        .model;
        let mut different = 0;
        for (index, (at, looks)) in cockpit.looked.iter().enumerate() {
            let recorded = record.at(*at).unwrap();
            assert!(!recorded.gap);
            show(&mut past, recorded.frame);
            for (size, look) in SIZES.into_iter().zip(looks) {
                let face = Face {
                    lang: cockpit.lang,
                    size,
                };
                let now = panes_of(&past, face);
                assert!(now == *look, "frame {index} at {at}, {}", face.name());
            }
            different += usize::from(index > 0 && *looks != cockpit.looked[index - 1].1);
        }
        // A shift in which nothing moved would show nothing.
        assert!(different > FRAMES / 4, "{different} frames differ");
        assert!(!record.marks().is_empty());
    }
}

/// Plays the scenario before both cockpits until enough of it is recorded.
async fn play(folder: &std::path::Path, cockpits: &mut [Cockpit; 2]) {
    let sim = Sim::start(SimOptions {
        scenario: "bad-release".to_owned(),
        speed: SPEED,
        ..SimOptions::default()
    })
    .await
    .unwrap();
    let served = folder.join("serve");
    sim.write_serve_dir(&served).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let pack = Pack::embedded("glancy").unwrap().unwrap();
    let mut readers = Readers::default();
    readers.start(plan(&sim, &served, &pack), &clock);
    while !cockpits
        .iter()
        .all(|cockpit| cockpit.looked.len() >= FRAMES)
    {
        readers.inbox.ready().await;
        let seen = readers.inbox.take();
        let now = clock.now();
        for cockpit in &mut *cockpits {
            let _ = update(&mut cockpit.model, Event::Tick(now));
            let _ = update(&mut cockpit.model, Event::Observed(seen.clone()));
            cockpit.record();
        }
    }
    sim.shutdown().await;
}

#[test]
fn the_records_of_a_desk_are_found_by_their_shift() {
    let folder = tempfile::tempdir().unwrap();
    let face = Face {
        lang: Lang::En,
        size: SIZES[0],
    };
    let flow = Flow::on(Scene::Trouble, face);
    let shelf = Shelf::of(folder.path(), &flow.model.desk);
    let place = shelf.place(&frame_of(&flow.model));
    assert_eq!(place.file_name().unwrap(), "2026-11-21T0700.qdr");
    assert!(place.starts_with(folder.path().join("demo-export-backlog")));
}
