//! Several watches of one desk on one ledger: who leads, what is done, and that nothing is done twice.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::{lead::Candidate, *};
use crate::{
    app::{
        acting::Acted,
        effect::Remembered,
        event::Event,
        model::{Look, Size, Start},
        update,
    },
    domain::{
        desk::{Desk as DeskOf, Namespaces},
        logbook::Outcome,
        policy::{Policy, RemindBy, ReminderWay},
        reminder::ReminderKind,
        settings::Glyphs,
        text::Lang,
        time::{Clock, Moment},
    },
    ledger::{Ledger, SqliteLedger},
    pack::Pack,
    runtime::{
        acts::{Footing, Gate, Kit, Outfitter, Shelf, Starter},
        approval::SignerList,
        locks::Holder,
        runner::{Hands, Packs},
    },
    sources::http::ProxyEnv,
};

const PACK: &str = r#"
[pack]
id = "small"
title = "Small"
time_zone = "UTC"

[shift.day]
from = "00:00"
to = "00:00"
days = "mon-sun"
"#;

const ROUTINE: &str = r#"
[check.quiet]
expect = "!done('generic/restart', 3600.0)"

[check.restarted]
due = { at = "10:00" }
expect = "done('generic/restart', 3600.0)"

[check.dark]
due = { at = "10:00" }
expect = "ready('deployment/x') >= 1.0"

[check.seen]
ask = "what you saw"

[checklist.morning]
due = { at = "10:00" }
items = ["quiet", "seen"]
"#;

/// A clock that stands until it is moved, the same for all of a test.
#[derive(Debug, Clone)]
struct Hand(Arc<Mutex<Moment>>);

impl Hand {
    fn at(text: &str) -> Self {
        let at: Timestamp = text.parse().unwrap();
        Self(Arc::new(Mutex::new(Moment::new(at, Duration::ZERO))))
    }

    fn forward(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.mono += by;
        now.wall += SignedDuration::try_from(by).unwrap();
    }

    /// The wall clock is set; time goes on as it did.
    fn jump(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.wall += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Nothing;

impl Outfitter for Nothing {
    fn hands(&self) -> BoxFuture<'_, Result<Hands, String>> {
        Box::pin(async { Err("nothing is there".to_owned()) })
    }
}

impl Starter for Nothing {
    fn start(&self, _: &crate::domain::id::RunId) -> std::io::Result<()> {
        Err(std::io::Error::other("nothing is begun by a watch"))
    }
}

/// One watch: its own model and its own way to the file.
struct Watch {
    model: Model,
    errands: Errands,
    ledger: Arc<SqliteLedger>,
    clock: Hand,
    said: Vec<Said>,
}

fn pack() -> Arc<Pack> {
    let files = [("pack.toml", PACK), ("routine.toml", ROUTINE)];
    Arc::new(Pack::parse(&files).unwrap())
}

fn model(clock: &Hand) -> Model {
    let titles = || Arc::new(BTreeMap::new());
    Model::new(Start {
        desk: DeskOf {
            pack: Some("small".into()),
            context: "prod".to_owned(),
            namespaces: Namespaces::Some(vec!["prod".to_owned()]),
            kubeconfig: None,
            alertmanager: None,
            demo: None,
            read_only: true,
        },
        pack: pack(),
        policy: Policy::default(),
        look: Look {
            lang: Lang::En,
            glyphs: Glyphs::Unicode,
            theme: "default".to_owned(),
            themes: Vec::new(),
            mouse: false,
            titles: [titles(), titles()],
            zone: jiff::tz::TimeZone::UTC,
        },
        remembered: Remembered::default(),
        now: clock.now(),
        size: Size {
            columns: 80,
            rows: 24,
        },
    })
}

impl Watch {
    fn on(folder: &Path, clock: &Hand, ways: Vec<ReminderWay>) -> Self {
        let path = folder.join("ledger.db");
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let ledger = SqliteLedger::open_for_writing(&path, Arc::clone(&time)).unwrap();
        let ledger = Arc::new(ledger);
        let opened: Arc<dyn Ledger> = ledger.clone();
        let shelf = Shelf::new(path, Arc::new(move || Ok(Arc::clone(&opened))));
        let build = |pack: &Arc<Pack>, _: &Policy| {
            Footing::new(
                Packs::of(pack),
                SignerList::default(),
                Arc::new(Nothing),
                Arc::new(Nothing),
            )
        };
        let model = model(clock);
        let kit = Kit {
            gate: Gate::new(true),
            demo: false,
            desk_args: Vec::new(),
            shelf: shelf.clone(),
            clock: Arc::clone(&time),
            footing: build(&model.pack, &Policy::default()),
            build: Box::new(build),
        };
        let holder = Holder {
            who: "li".to_owned(),
            host: "bastion-1".to_owned(),
            run: "watch".to_owned(),
        };
        let errands = Errands::new(Tools {
            means: Arc::new(kit.into()),
            leading: Leading::still(Terms {
                desk: log_desk(&model.pack, &model.desk),
                shelf,
                place: None,
                holder,
                clock: time,
            }),
            ways: Ways::of(ways, ProxyEnv::default()),
            sentence: Arc::new(|reminder| format!("{} {}", reminder.kind.id(), reminder.subject)),
        });
        Self {
            model,
            errands,
            ledger,
            clock: clock.clone(),
            said: Vec::new(),
        }
    }

    /// A moment of the loop: time is told, the ledger too, and what the duty says is kept.
    fn turn(&mut self) {
        let _ = update(&mut self.model, Event::Tick(self.clock.now()));
        let _ = update(&mut self.model, Event::Acted(Acted::Ledger(Ok(()))));
        let log = self.ledger.log(Timestamp::MIN, None).unwrap();
        let log = log.unwrap_or_default().into_iter().map(Arc::new);
        let _ = update(&mut self.model, Event::Acted(Acted::Log(log.collect())));
        self.said.extend(self.errands.tick(&self.model));
    }

    fn results(&self) -> Vec<(String, Outcome)> {
        let all = self.model.logbook.checks.all();
        all.map(|result| (result.noted.check.to_string(), result.noted.outcome))
            .collect()
    }

    fn reminded(&self) -> Vec<&str> {
        let of = |said: &'_ Said| matches!(said, Said::Reminded { .. });
        let all = self.said.iter().filter(|said| of(said));
        let mut all: Vec<&str> = all
            .filter_map(|said| match said {
                Said::Reminded { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all
    }
}

/// Lets the watches go on for so long by their clock, two seconds at a time, each to the end of what it began.
async fn goes_on(watches: &mut [&mut Watch], seconds: u64) {
    const STEP: Duration = Duration::from_secs(2);
    for step in 0..seconds / STEP.as_secs() {
        for watch in &mut *watches {
            if step % 5 == 0 {
                watch.errands.leading.look().await;
            }
            watch.turn();
            while !watch.errands.working.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
                watch.said.extend(watch.errands.take(&watch.model));
            }
        }
        watches[0].clock.forward(STEP);
    }
}

fn leads(watch: &Watch) -> bool {
    watch.errands.leads == Leads::Here
}

#[test]
fn a_frozen_leader_is_followed_and_knows_it_when_it_wakes() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Hand::at("2026-11-21T10:00:00Z"));
    let path = folder.path().join("ledger.db");
    let open = || SqliteLedger::open_for_writing(&path, Arc::clone(&clock)).unwrap();
    let (here, there) = (open(), open());
    let desk = LogDesk {
        pack: "small".into(),
        context: "prod".to_owned(),
    };
    let mut one = Candidate::new(&desk, "bastion-1 1 a".to_owned());
    let mut two = Candidate::new(&desk, "bastion-1 2 b".to_owned());
    let second = Duration::from_secs;
    let elsewhere = |who: &str| Leads::Elsewhere {
        who: who.to_owned(),
    };
    assert_eq!(one.step(&here, second(0)).unwrap(), Leads::Here);
    for at in [0, 10, 20, 30] {
        assert_eq!(one.step(&here, second(at)).unwrap(), Leads::Here);
        let found = two.step(&there, second(at)).unwrap();
        assert_eq!(found, elsewhere("bastion-1 1"), "it shows that it lives");
    }
    // From here on it stands still. The other one counts by its own clock, from when it saw the last sign of life.
    assert_eq!(
        two.step(&there, second(60)).unwrap(),
        elsewhere("bastion-1 1")
    );
    assert_eq!(
        two.step(&there, second(5)).unwrap(),
        elsewhere("bastion-1 1"),
        "time that goes back tells nothing"
    );
    assert_eq!(
        two.step(&there, second(39)).unwrap(),
        elsewhere("bastion-1 1")
    );
    assert_eq!(two.step(&there, second(41)).unwrap(), Leads::Here);
    assert_eq!(
        one.step(&here, second(9_999)).unwrap(),
        elsewhere("bastion-1 2")
    );
    two.leave(&there).unwrap();
    assert_eq!(
        one.step(&here, second(9_999)).unwrap(),
        Leads::Here,
        "it need not wait"
    );
}

#[tokio::test]
async fn checks_that_ask_nobody_are_run_once_and_what_a_person_sees_stays_due() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Hand::at("2026-11-21T09:59:00Z");
    let mut one = Watch::on(folder.path(), &clock, Vec::new());
    goes_on(&mut [&mut one], 20).await;
    assert!(leads(&one));
    let mut two = Watch::on(folder.path(), &clock, Vec::new());
    goes_on(&mut [&mut one, &mut two], 160).await;
    assert!(leads(&one) && !leads(&two));
    let mut results = one.results();
    results.sort();
    // What could not be told was tried once more by then.
    assert_eq!(
        results,
        [
            ("dark".to_owned(), Outcome::Unknown),
            ("quiet".to_owned(), Outcome::Passed),
            ("restarted".to_owned(), Outcome::Failed),
        ]
    );
    assert!(
        one.model.routine.iter().any(
            |row| row.is_open() && row.of == crate::app::routine::DueOf::List("morning".into())
        )
    );
    assert!(
        !two.said
            .iter()
            .any(|said| matches!(said, Said::Checked { .. }))
    );
    assert_eq!(
        one.reminded(),
        ["check-due morning", "check-failed restarted"]
    );
    // However long it goes on: what is unknown is tried three times, everything else is done.
    goes_on(&mut [&mut one, &mut two], 1_200).await;
    assert_eq!(one.results().len(), 5);
}

#[tokio::test]
async fn when_the_leader_dies_the_other_goes_on_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let argv = ["/usr/bin/tee", "-a", told.to_str().unwrap()].map(str::to_owned);
    let way = ReminderWay {
        by: RemindBy::Program(argv.to_vec()),
        kinds: vec![ReminderKind::CheckDue],
    };
    let clock = Hand::at("2026-11-21T09:59:30Z");
    let mut one = Watch::on(folder.path(), &clock, vec![way.clone()]);
    goes_on(&mut [&mut one], 10).await;
    let mut two = Watch::on(folder.path(), &clock, vec![way.clone()]);
    goes_on(&mut [&mut one, &mut two], 60).await;
    let results = one.results();
    assert!(!results.is_empty());
    assert_eq!(
        one.reminded(),
        ["check-due morning", "check-failed restarted"]
    );
    // It is killed: it gives nothing back.
    drop(one);
    goes_on(&mut [&mut two], 20).await;
    assert!(!leads(&two), "it may be alive");
    goes_on(&mut [&mut two], 40).await;
    assert!(leads(&two));
    assert_eq!(two.results(), results);
    assert_eq!(two.reminded(), [""; 0]);
    // The clock is set back, and on: what was done for a time is done.
    clock.jump(SignedDuration::from_secs(-120));
    goes_on(&mut [&mut two], 20).await;
    clock.jump(SignedDuration::from_secs(120));
    goes_on(&mut [&mut two], 20).await;
    two.errands.end().await;
    drop(two);
    // A new one begins where the old one gave the lead back, and knows what was done.
    let mut three = Watch::on(folder.path(), &clock, vec![way]);
    goes_on(&mut [&mut three], 20).await;
    assert!(leads(&three));
    assert_eq!(three.reminded(), [""; 0]);
    let passed = |results: &[(String, Outcome)]| {
        let settled = results.iter().filter(|(_, outcome)| outcome.settles());
        settled.cloned().collect::<Vec<_>>()
    };
    assert_eq!(passed(&three.results()), passed(&results));
    let told = fs::read_to_string(told).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[tokio::test]
async fn a_program_that_fails_is_told_of_and_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let way = ReminderWay {
        by: RemindBy::Program(vec!["/bin/false".to_owned()]),
        kinds: Vec::new(),
    };
    let clock = Hand::at("2026-11-21T10:00:30Z");
    let mut one = Watch::on(folder.path(), &clock, vec![way]);
    goes_on(&mut [&mut one], 120).await;
    let faults: Vec<_> = one
        .said
        .iter()
        .filter_map(|said| match said {
            Said::Reminded { ways, .. } => ways[0].fault.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(faults.len(), 2);
    assert!(
        faults.iter().all(|why| why.contains("exit 1")),
        "{faults:?}"
    );
    let ends = one.model.logbook.duties.all();
    let failed = ends.filter(
        |(_, log)| matches!(&log.end, Some(DutyEnd::Told { ways }) if ways[0].fault.is_some()),
    );
    assert_eq!(failed.count(), 2);
}
