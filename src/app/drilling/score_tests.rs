use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::*;
use crate::domain::{
    action::{
        plan::Plan,
        preflight::Preflight,
        record::{ActorMark, Intent, Outcome, RunState, StepLine},
        target::Target,
        verdict::{Output, Stream, Verdict},
    },
    id::{ActionId, RunId},
    logbook::{
        AlertMark, DrillNoted, IncidentNoted, LogEntry,
        drill::{Met, Trigger},
        incident::Declared,
    },
};

/// One second of the clock is ten of the world.
const SPEED: f64 = 10.0;

fn at(second: i64) -> Timestamp {
    let began: Timestamp = "2026-11-21T06:00:00Z".parse().expect("a time");
    let span = SignedDuration::from_secs(second);
    began.checked_add(span).expect("a time")
}

fn desk() -> LogDesk {
    LogDesk {
        pack: "glancy".into(),
        context: "prod".to_owned(),
    }
}

/// The ledger of a drill: what was written down, run and refused, each so many seconds after it began.
#[derive(Default)]
struct Ledger {
    runs: Vec<Arc<Run>>,
    asides: Vec<Arc<Aside>>,
    lines: Vec<Arc<LogLine>>,
}

impl Ledger {
    /// A drill that shows four seconds after it began.
    fn of(drill: &str) -> Self {
        let mut ledger = Self::default();
        let began = DrillNoted::Began {
            drill: drill.to_owned(),
            scenario: "export-backlog".to_owned(),
            speed: SPEED,
        };
        let trigger = Trigger {
            alerts: vec!["ExportBacklog".to_owned()],
            hooks: Vec::new(),
        };
        ledger.says(0, Noted::Drill(began));
        ledger.says(4, Noted::Drill(DrillNoted::Fired(trigger)));
        ledger
    }

    fn says(&mut self, second: i64, noted: Noted) {
        self.elsewhere(second, noted, desk());
    }

    fn elsewhere(&mut self, second: i64, noted: Noted, desk: LogDesk) {
        let line = LogLine {
            id: format!("a/{}", self.lines.len()).as_str().into(),
            at: at(second),
            actor: ActorMark::default(),
            entry: LogEntry {
                after: None,
                desk,
                noted,
            },
        };
        self.lines.push(Arc::new(line));
    }

    fn acknowledges(&mut self, second: i64, alert: &str) {
        self.says(second, acknowledged(alert));
    }

    fn recovers(&mut self, second: i64) {
        self.says(second, Noted::Drill(DrillNoted::Recovered));
    }

    /// A run of an action that ended well.
    fn runs(&mut self, second: i64, action: &str) -> &mut Run {
        let target = Target::Named {
            name: "release".to_owned(),
        };
        let plan = Plan {
            action: of_glancy(action),
            ..Plan::of_steps(target, Vec::new())
        };
        let outcome = Outcome {
            verdict: Verdict::Verified,
            why: None,
            snapshot: BTreeMap::new(),
            done: Vec::new(),
        };
        let run = Run {
            id: RunId::from(format!("run-{}", self.runs.len()).as_str()),
            actor: ActorMark::default(),
            intent: Intent {
                digest: plan.digest(),
                plan,
                preflight: Preflight::default(),
                snapshot: BTreeMap::new(),
                desk_args: Vec::new(),
                undo_of: None,
            },
            asked_at: at(second),
            state: RunState::Ended(outcome),
            ended_at: Some(at(second + 1)),
            owner: None,
            beat_at: None,
            steps: Vec::new(),
            cancel_asked: false,
            acknowledged: false,
        };
        self.runs.push(Arc::new(run));
        let last = self.runs.last_mut().and_then(Arc::get_mut);
        last.expect("nobody else has it yet")
    }

    /// The ledger tells the newest first.
    fn refuses(&mut self, second: i64, action: &str, refusal: Refusal) {
        let entry = Entry::Refused {
            action: of_glancy(action),
            target: None,
            params: BTreeMap::new(),
            refusal,
        };
        let aside = Aside {
            at: at(second),
            actor: ActorMark::default(),
            entry,
        };
        self.asides.insert(0, Arc::new(aside));
    }

    fn record(&self, pack: &Pack) -> Option<DrillRecord> {
        let told = Told {
            desk: desk(),
            runs: &self.runs,
            asides: &self.asides,
            lines: &self.lines,
            ended: at(600),
        };
        scored(pack, &told)
    }

    fn score(&self) -> Score {
        self.record(&glancy()).expect("it was begun").score
    }
}

fn glancy() -> Pack {
    let pack = Pack::embedded("glancy").expect("it comes with the program");
    pack.expect("it is valid")
}

fn acknowledged(alert: &str) -> Noted {
    Noted::Alert(AlertNoted::Acknowledged {
        alert: AlertMark {
            fingerprint: alert.into(),
            name: alert.to_owned(),
            starts_at: at(-300),
        },
        note: None,
    })
}

fn of_glancy(action: &str) -> ActionId {
    format!("glancy/{action}").as_str().into()
}

fn actions(deeds: &[DrillDeed]) -> Vec<&str> {
    deeds.iter().map(|deed| deed.action.name()).collect()
}

#[test]
fn clocks_run_from_what_showed_and_in_the_time_of_the_world() {
    let mut ledger = Ledger::of("exports");
    ledger.acknowledges(10, "ExportBacklog");
    ledger.acknowledges(20, "ExportSlow");
    ledger.runs(34, "scale-export-workers");
    ledger.runs(50, "restart-export-workers");
    ledger.recovers(244);
    let record = ledger.record(&glancy()).expect("it was begun");
    let score = &record.score;
    assert_eq!(score.acknowledge.took, Some(60));
    assert_eq!(
        score.acknowledge.limit,
        Some(15 * 60),
        "the first alert's own"
    );
    assert_eq!(score.act.took, Some(300));
    assert_eq!(score.act.limit, None);
    assert_eq!(score.recover.took, Some(2_400));
    assert_eq!(score.recover.limit, Some(2 * 3_600));
    assert_eq!(
        actions(&score.right),
        ["scale-export-workers", "restart-export-workers"]
    );
    assert_eq!(score.right[0].after, 340);
    assert_eq!(score.right[0].state, "verified");
    assert!(score.wrong.is_empty() && score.refused.is_empty());
    assert!(score.is_passed());
    assert_eq!(record.trigger.alerts, ["ExportBacklog"]);
    assert_eq!((record.began, record.ended), (at(0), at(600)));
    assert_eq!(record.fired, Some(at(40)));
    assert_eq!(record.recovered, Some(at(2_440)));
}

#[test]
fn what_came_late_or_never_does_not_pass() {
    let mut ledger = Ledger::of("exports");
    assert_eq!(ledger.score().acknowledge.met(), Met::Never);
    // A quarter of an hour of the world is ninety seconds of the clock.
    ledger.acknowledges(4 + 91, "ExportBacklog");
    ledger.runs(100, "scale-export-workers");
    let score = ledger.score();
    assert_eq!(score.acknowledge.met(), Met::Late);
    assert_eq!(score.recover.met(), Met::Never);
    ledger.recovers(300);
    let score = ledger.score();
    assert_eq!(score.recover.met(), Met::InTime);
    assert!(!score.is_passed(), "it was acknowledged too late");
}

#[test]
fn an_alert_that_is_not_of_the_drill_is_not_its_acknowledgement() {
    let mut ledger = Ledger::of("exports");
    ledger.acknowledges(6, "BackupLate");
    ledger.says(
        7,
        Noted::Alert(AlertNoted::Note {
            alert: AlertMark {
                fingerprint: "x".into(),
                name: "ExportBacklog".to_owned(),
                starts_at: at(-300),
            },
            text: "seen".to_owned(),
        }),
    );
    let elsewhere = LogDesk {
        context: "staging".to_owned(),
        ..desk()
    };
    ledger.elsewhere(8, acknowledged("ExportBacklog"), elsewhere);
    assert_eq!(ledger.score().acknowledge.took, None);
    ledger.acknowledges(9, "ExportSlow");
    assert_eq!(ledger.score().acknowledge.took, Some(50));
}

#[test]
fn wrong_is_what_changes_something_and_is_neither_right_nor_indifferent() {
    let mut ledger = Ledger::of("exports");
    ledger.runs(-5, "force-basic");
    ledger.runs(10, "force-basic");
    ledger.runs(11, "requeue-exports");
    ledger.runs(12, "stuck-exports").intent.plan.tier = Tier::T0;
    ledger.runs(13, "stop-regenerate").intent.undo_of = Some(RunId::from("run-1"));
    ledger.runs(14, "scale-export-workers");
    let score = ledger.score();
    assert_eq!(
        actions(&score.wrong),
        ["force-basic"],
        "once: what was before the drill is not of it"
    );
    assert_eq!(score.wrong[0].after, 100);
    assert_eq!(actions(&score.right), ["scale-export-workers"]);
    ledger.acknowledges(5, "ExportBacklog");
    ledger.recovers(20);
    let score = ledger.score();
    let clocks = [score.acknowledge, score.act, score.recover];
    assert!(clocks.iter().all(|it| it.met() == Met::InTime));
    assert!(
        !score.is_passed(),
        "all in time, and yet something wrong was done"
    );
}

#[test]
fn what_was_refused_is_counted_and_what_a_person_declined_is_not() {
    let mut ledger = Ledger::of("exports");
    ledger.refuses(-2, "promote", Refusal::ReadOnly);
    ledger.refuses(8, "shrink-export-workers", Refusal::ReadOnly);
    ledger.refuses(9, "scale-export-workers", Refusal::Declined);
    ledger.refuses(10, "scale-export-workers", Refusal::TimedOut);
    ledger.refuses(12, "promote", Refusal::ReadOnly);
    let score = ledger.score();
    let refused: Vec<(&str, u64)> = score
        .refused
        .iter()
        .map(|it| (it.action.name(), it.after))
        .collect();
    assert_eq!(refused, [("shrink-export-workers", 80), ("promote", 120)]);
    assert!(score.wrong.is_empty(), "it was not done");
}

#[test]
fn the_digest_of_a_run_is_over_all_that_it_wrote_and_said() {
    let digest = |texts: &[&str], evidence: Option<&str>| {
        let mut ledger = Ledger::of("exports");
        let outputs = texts.iter().map(|text| Output {
            step: 0,
            of: None,
            stream: Stream::Out,
            text: (*text).to_owned(),
        });
        ledger.runs(10, "scale-export-workers").steps = vec![StepLine {
            output: outputs.collect(),
            evidence: evidence.map(str::to_owned),
            ..StepLine::default()
        }];
        let record = ledger.record(&glancy()).expect("it was begun");
        let evidence = record.evidence.into_iter().next().expect("one run");
        (evidence.sha256, evidence.lines)
    };
    // printf 'one\ntwo\nseen\n' | sha256sum
    let (sum, lines) = digest(&["one", "two"], Some("seen"));
    assert_eq!(lines, 3);
    assert_eq!(
        sum,
        "da75938d6e4f31443535d2355b2b2a4bdb2b3e637a61500c51a1bba18ea10edf"
    );
    assert_ne!(digest(&["two", "one"], Some("seen")).0, sum);
    assert_ne!(digest(&["one", "two"], None).0, sum);
}

#[test]
fn measures_of_its_incidents_go_into_the_record() {
    let mut ledger = Ledger::of("exports");
    let declared = Declared {
        title: "exports pile up".to_owned(),
        series: "INC-{nn}".to_owned(),
        number: 1,
        severity: "sev-2".to_owned(),
        alert: None,
        began: at(0),
    };
    ledger.says(10, Noted::Incident(IncidentNoted::Declared(declared)));
    let of = ledger.lines.last().expect("it was said").id.clone();
    ledger.says(
        11,
        Noted::Incident(IncidentNoted::FollowUp {
            of,
            text: "watch the memory".to_owned(),
            owner: "wang".to_owned(),
            term: None,
        }),
    );
    let record = ledger.record(&glancy()).expect("it was begun");
    assert_eq!(
        record.follow_ups,
        [("watch the memory".to_owned(), "wang".to_owned())]
    );
}

#[test]
fn without_a_beginning_or_a_drill_of_the_pack_there_is_no_record() {
    let mut nothing = Ledger::default();
    nothing.acknowledges(3, "ExportBacklog");
    assert_eq!(nothing.record(&glancy()), None);
    assert_eq!(Ledger::of("no-such-drill").record(&glancy()), None);
}
