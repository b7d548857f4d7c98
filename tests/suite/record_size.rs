//! How much a day of records takes at ten thousand pods of which two hundred change every second.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::frame::{frame_of, marks_of},
    domain::{
        freshness::{Reading, SourceId},
        observation::{Observation, Rows},
        pod::{Health, PodRow},
        series::Series,
        text::Lang,
    },
    pack::Pack,
    recorder::{Session, Writer},
};

use crate::flows::{
    harness::{Face, Flow, Scene, now},
    watch,
};

const PODS: u64 = 10_000;
/// Pods of one workload, as the embedded cluster fills itself.
const OF_A_WORKLOAD: u64 = 50;
const CHANGES: u64 = 200;
const STEP: Duration = Duration::from_secs(5);
/// From one whole frame to the next, and the first of those behind it.
const FRAMES: u64 = 61;
const MOST_A_DAY: f64 = 50e6;

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn near(&mut self, value: f64) -> f64 {
        value * (0.95 + self.roll(1 << 40) as f64 / (1_u64 << 40) as f64 / 10.0)
    }
}

fn pod(dice: &mut Dice, number: u64) -> PodRow {
    let workload = format!("service-{}", number / OF_A_WORKLOAD);
    let suffix = format!("7d9f6c5b88-{:05x}", dice.roll(1 << 20));
    let uid = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        dice.roll(1 << 32),
        dice.roll(1 << 16),
        dice.roll(1 << 12),
        dice.roll(1 << 12),
        dice.roll(1 << 48)
    );
    PodRow {
        uid: uid.into(),
        node: Some(format!("node-{}", number % 40).into()),
        ..watch::pod(&workload, &suffix, now())
    }
}

/// Readiness lost and found, and every fourth time a restart.
fn change(dice: &mut Dice, pod: &mut PodRow, at: Timestamp) {
    if dice.roll(4) == 0 && pod.health == Health::Well {
        pod.restarts += 1;
        pod.last_restart = Some(at);
        pod.last_death = Some("Error".into());
        pod.health = Health::Shaky;
    } else if pod.health == Health::Well {
        (pod.ready, pod.health) = (0, Health::Sick);
        pod.status = "CrashLoopBackOff".into();
    } else {
        (pod.ready, pod.health) = (1, Health::Well);
        pod.status = "Running".into();
    }
}

/// Every number of the pack a little different, and every trend a step on.
fn numbers(dice: &mut Dice, pack: &Pack, at: Timestamp, turn: u64) -> Vec<Observation> {
    let list = pack.watchlist();
    let as_of = at - SignedDuration::from_millis(1_700 + dice.roll(900).cast_signed());
    let answers = list.probes.iter().map(|probe| {
        let value = dice.near(40.0);
        (probe.id.clone(), Reading::Known { value, as_of })
    });
    let answers = answers.collect();
    let start = now().as_second() - 3_600 + (turn * 5).cast_signed() / 60 * 60;
    let series = list.series.iter().map(|watch| {
        // What was measured stays as it was.
        let values = (0..=60).map(|n| {
            let at = start + n * 60;
            Some(Dice((at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1).near(40.0))
        });
        let value = Series {
            start: Timestamp::from_second(start).unwrap(),
            step: Duration::from_secs(60),
            values: values.collect(),
        };
        (watch.id.clone(), Reading::Known { value, as_of: at })
    });
    vec![
        Observation::Answers(answers),
        Observation::Series(series.collect()),
    ]
}

#[test]
fn a_day_at_ten_thousand_pods_takes_at_most_fifty_megabytes() {
    let pack = Arc::new(Pack::embedded("glancy").unwrap().unwrap());
    let face = Face {
        lang: Lang::En,
        size: (160, 48),
    };
    let mut flow = Flow::on(Scene::Trouble, face);
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut pods: Vec<PodRow> = (0..PODS).map(|number| pod(&mut dice, number)).collect();
    flow.observe(vec![Observation::Pods(Rows::All(pods.clone()))]);
    let mut writer = Writer::new();
    let session = Session {
        step: STEP,
        program: "a test".to_owned(),
    };
    let mut sizes = vec![writer.begin(&session, now()).len()];
    let mut frames = Vec::new();
    for turn in 0..FRAMES {
        flow.wait(STEP);
        let at = flow.model.now.wall;
        let upserts = (0..CHANGES * STEP.as_secs()).map(|_| {
            let place = dice.roll(PODS) as usize;
            change(&mut dice, &mut pods[place], at);
            pods[place].clone()
        });
        let mut seen = vec![Observation::Pods(Rows::Changed {
            upserts: upserts.collect(),
            gone: Vec::new(),
        })];
        // The settings ask for numbers every 15 s, for trends every 30 s.
        if turn % 3 == 0 {
            let mut numbers = numbers(&mut dice, &pack, at, turn);
            if turn % 6 != 0 {
                numbers.pop();
            }
            seen.extend(numbers);
        }
        seen.push(Observation::Alerts {
            from: SourceId::Alertmanager,
            at,
            alerts: Vec::new(),
        });
        flow.observe(seen);
        sizes.push(writer.marks(&marks_of(&flow.model), at).len());
        let entry = writer.frame(&frame_of(&flow.model)).unwrap();
        frames.push(entry.len());
    }
    // The first frame is whole, and so is the last; between them is all that comes in five minutes.
    let cycle: usize = frames[..60].iter().sum::<usize>() + sizes.iter().sum::<usize>();
    let day = cycle as f64 * 86_400.0 / 300.0;
    let whole = (frames[0], frames[60]);
    let changes = frames[1..60].iter().sum::<usize>() / 59;
    println!(
        "a day takes {:.1} MB: a whole frame {whole:?} bytes, a change {changes} on average",
        day / 1e6
    );
    assert!(day <= MOST_A_DAY, "{day} bytes: {whole:?} and {changes}");
}
