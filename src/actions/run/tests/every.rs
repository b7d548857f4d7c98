//! What holds for every kind of step, whatever it does.

use std::{collections::BTreeMap, time::Duration};

use super::bed::{Bed, done, is_start, plan, restart, step, target, verified};
use crate::{
    actions::run::{Helping, Judgement, RunEffect, RunEvent},
    domain::{
        action::{
            inspection::{Certificate, Config, Inspection, Objects, Store},
            plan::Plan,
            record::Why,
            step::{
                ComposeVerb, Matcher, Patch, Planned, Reach, STEP_KINDS, StepKind, Template,
                UnitVerb,
            },
            target::Target,
            value::Value,
            verdict::{StepEnd, Verdict},
            view::View,
        },
        text::Text,
    },
    pack::Truth,
};

/// One step of each kind.
fn every() -> Vec<Planned> {
    let kinds = [in_the_cluster(), asked(), looked_at(), told()].concat();
    let names: Vec<&str> = kinds.iter().map(StepKind::name).collect();
    assert_eq!(names, STEP_KINDS, "there is one of each");
    kinds.into_iter().map(step).collect()
}

fn in_the_cluster() -> Vec<StepKind<Target, i64>> {
    let web = || target("web");
    let text = |text: &str| Template::plain(text);
    vec![
        StepKind::Restart { target: web() },
        StepKind::Scale {
            target: web(),
            replicas: 36,
        },
        StepKind::Rollback {
            target: web(),
            revision: Some(3),
        },
        StepKind::SetEnv {
            target: web(),
            container: None,
            name: "LEVEL".to_owned(),
            value: Some(text("debug")),
        },
        StepKind::Patch {
            target: web(),
            patch: Patch::Fields(BTreeMap::new()),
        },
        StepKind::DeletePod { target: web() },
        StepKind::Evict { target: web() },
        StepKind::Cordon { target: web() },
        StepKind::Uncordon { target: web() },
        StepKind::RunCronjob { target: web() },
        StepKind::Exec {
            target: web(),
            container: None,
            reach: Reach::One,
            argv: vec![text("true")],
            stdin: None,
        },
    ]
}

fn asked() -> Vec<StepKind<Target, i64>> {
    let text = |text: &str| Template::plain(text);
    vec![
        StepKind::Command {
            place: None,
            argv: vec![text("/bin/true")],
            stdin: None,
            stdout: None,
            secrets: Vec::new(),
            bounded: false,
            follow: None,
        },
        StepKind::Sql {
            connection: "orders".to_owned(),
            database: None,
            text: "SELECT 1".to_owned(),
            values: BTreeMap::new(),
            transaction: true,
        },
        StepKind::Redis {
            connection: "queue".to_owned(),
            argv: vec![text("PING")],
        },
        StepKind::Http {
            method: "POST".to_owned(),
            url: text("https://a.example"),
            headers: BTreeMap::new(),
            body: None,
            secrets: Vec::new(),
            expect: Vec::new(),
        },
        StepKind::Tcp {
            address: text("a.example:443"),
        },
        StepKind::Logs {
            target: target("web"),
            container: None,
            pattern: "ERROR".to_owned(),
            since: 60,
        },
        StepKind::Env {
            target: target("web"),
            name: "DATABASE_HOST".to_owned(),
            pattern: "^db-0".to_owned(),
        },
        StepKind::Object {
            target: target("web"),
            fields: BTreeMap::from([("image".to_owned(), "/spec".to_owned())]),
        },
        StepKind::View {
            target: target("web"),
            view: View::Pods,
        },
    ]
}

fn looked_at() -> Vec<StepKind<Target, i64>> {
    let text = |text: &str| Template::plain(text);
    vec![
        StepKind::Inspect(Inspection::Tls(Certificate::Served {
            host: text("a.example"),
            port: 443,
            name: None,
        })),
        StepKind::Inspect(Inspection::Host {
            place: None,
            disk: vec!["/".to_owned()],
        }),
        StepKind::Inspect(Inspection::Objects(Objects {
            of: Store::Folder {
                path: text("/backup"),
            },
            place: None,
            date: None,
            written: None,
            name: None,
        })),
        StepKind::Inspect(Inspection::Config(Config {
            place: None,
            files: vec![text("/etc/app.yaml")],
            key: "level".to_owned(),
            env: None,
            secrets: Vec::new(),
            default: None,
            secret: false,
        })),
    ]
}

fn told() -> Vec<StepKind<Target, i64>> {
    let text = |text: &str| Template::plain(text);
    vec![
        StepKind::Systemd {
            place: None,
            verb: UnitVerb::Restart,
            unit: text("a.service"),
        },
        StepKind::Compose {
            place: "docker".to_owned(),
            verb: ComposeVerb::Restart,
            scale: None,
            service: text("a"),
        },
        StepKind::Silence {
            matchers: vec![Matcher {
                name: "alertname".to_owned(),
                value: text("A"),
                is_regex: false,
                is_equal: true,
            }],
            seconds: 60,
            comment: text("a"),
        },
        StepKind::ExpireSilence { id: text("a") },
        StepKind::Ask {
            text: Text::default(),
        },
        StepKind::Wait { seconds: 60 },
        StepKind::Until {
            is: "ready(target) == 36.0".to_owned(),
            within: 60,
            hold: 0,
        },
    ]
}

/// A plan of this step and one more.
fn of(step: &Planned) -> Plan {
    plan(vec![step.clone(), restart()])
}

/// Whether nothing is sent for it: a person does it, or nobody does anything.
const fn is_awaited(step: &Planned) -> bool {
    matches!(
        step.kind,
        StepKind::Ask { .. } | StepKind::Wait { .. } | StepKind::Until { .. }
    )
}

/// Does the first step, as its kind is done.
fn do_it(bed: &mut Bed, step: &Planned) {
    match step.kind {
        StepKind::Ask { .. } => {
            let text = "seen".to_owned();
            bed.tell(RunEvent::Evidence { step: 0, text });
        }
        StepKind::Wait { .. } => {
            bed.later(60).tell(RunEvent::Tick);
        }
        StepKind::Until { .. } => {
            bed.tell(RunEvent::Judged(Judgement {
                verify: Truth::True,
                helped: Truth::Unknown,
                last: Vec::new(),
            }));
        }
        _ => {
            bed.tell(RunEvent::Ended(done()));
        }
    }
}

fn sent(step: &Planned) -> Vec<usize> {
    if is_awaited(step) {
        Vec::new()
    } else {
        vec![0]
    }
}

#[test]
fn its_start_is_durable_before_it_is_sent_and_it_is_sent_once() {
    for step in every() {
        let name = step.kind.name();
        let mut bed = Bed::new(of(&step));
        bed.until(is_start);
        assert_eq!(bed.sent, [0; 0], "{name}");
        bed.on();
        assert_eq!(bed.machine.doing(), Some(0), "{name}");
        assert_eq!(bed.sent, sent(&step), "{name}");
        // Time passes, and what was answered is answered again: it is not sent again.
        for event in [
            RunEvent::Tick,
            RunEvent::Recorded(Ok(())),
            RunEvent::Facts(Ok(bed.world.clone())),
            RunEvent::LockChecked(Ok(())),
        ] {
            bed.tell(event);
            assert_eq!(bed.sent, sent(&step), "{name}");
        }
    }
}

#[test]
fn what_cannot_be_recorded_is_not_sent() {
    for step in every() {
        let name = step.kind.name();
        let mut bed = Bed::new(of(&step));
        bed.until(is_start);
        bed.tell(RunEvent::Recorded(Err("full".to_owned())));
        bed.on();
        assert_eq!(bed.sent, [0; 0], "{name}");
        assert_eq!(bed.machine.doing(), None, "{name}");
    }
}

#[test]
fn a_fact_that_drifted_stops_it() {
    for step in every() {
        let name = step.kind.name();
        let mut bed = Bed::new(of(&step));
        bed.world[0].value = Value::Int(8);
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Aborted, "{name}");
        assert!(
            matches!(bed.outcome().why, Some(Why::Drift { .. })),
            "{name}"
        );
        assert_eq!(bed.sent, [0; 0], "{name}");
        bed.closed();
    }
}

#[test]
fn an_end_nobody_knows_ends_the_run_and_a_late_one_changes_nothing() {
    for step in every().into_iter().filter(|step| !is_awaited(step)) {
        let name = step.kind.name();
        let why = "no answer".to_owned();
        let mut bed = Bed::new(of(&step));
        bed.on();
        bed.tell(RunEvent::Ended(StepEnd::Unknown { why }));
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Unknown, "{name}");
        assert_eq!(bed.outcome().done, [0; 0], "{name}");
        assert_eq!(bed.sent, [0], "the next one is not done: {name}");
        bed.closed();
    }
}

#[test]
fn one_that_failed_ends_the_run_and_says_so() {
    for step in every().into_iter().filter(|step| !is_awaited(step)) {
        let name = step.kind.name();
        let why = "no".to_owned();
        let mut bed = Bed::new(of(&step));
        bed.on();
        bed.tell(RunEvent::Ended(StepEnd::Failed { why }));
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Failed, "{name}");
        assert_eq!(bed.sent, [0], "{name}");
        bed.closed();
    }
}

#[test]
fn it_can_be_stopped_before_and_while_it_is_done() {
    for step in every() {
        let name = step.kind.name();
        let mut bed = Bed::new(of(&step));
        bed.until(is_start);
        let asked = bed.asked.clone();
        bed.tell(RunEvent::CancelAsked);
        bed.asked = asked;
        bed.on();
        assert_eq!(bed.outcome().why, Some(Why::Cancelled), "{name}");
        assert_eq!(bed.sent, [0; 0], "{name}");
        bed.closed();

        let mut bed = Bed::new(of(&step));
        bed.on().tell(RunEvent::CancelAsked);
        if !is_awaited(&step) {
            assert_eq!(bed.asked, [RunEffect::Stop], "{name}");
            let done = Some("half".to_owned());
            bed.tell(RunEvent::Ended(StepEnd::Cancelled { done }));
        }
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Aborted, "{name}");
        assert_eq!(bed.outcome().why, Some(Why::Cancelled), "{name}");
        assert_eq!(bed.sent, sent(&step), "{name}");
        bed.closed();
    }
}

#[test]
fn done_and_not_as_it_should_be_in_time_is_unverified() {
    for step in every() {
        let name = step.kind.name();
        let mut plan = plan(vec![step.clone()]);
        plan.verify = verified(600, 60);
        let mut bed = Bed::new(plan);
        bed.on();
        do_it(&mut bed, &step);
        bed.on();
        assert_eq!(bed.asked, [RunEffect::Judge], "{name}");
        bed.later(600).tell(RunEvent::Tick);
        assert_eq!(bed.outcome().verdict, Verdict::Unverified, "{name}");
        assert_eq!(bed.outcome().done, [0], "{name}");
        bed.closed();
    }
}

#[test]
fn done_and_no_better_is_not_helped() {
    let helping = Helping {
        not_before: Duration::from_secs(30),
        within: Duration::from_secs(30),
    };
    for step in every() {
        let name = step.kind.name();
        let mut plan = plan(vec![step.clone()]);
        plan.helped = Some("out > in".into());
        let mut bed = Bed::helping(plan, Some(helping));
        bed.on();
        do_it(&mut bed, &step);
        bed.on();
        for _ in 0..12 {
            if bed.asked.is_empty() || bed.asked == [RunEffect::Judge] {
                bed.later(5).tell(RunEvent::Judged(Judgement {
                    verify: Truth::Unknown,
                    helped: Truth::False,
                    last: Vec::new(),
                }));
            }
        }
        assert_eq!(bed.outcome().verdict, Verdict::NotHelped, "{name}");
        bed.closed();
    }
}
