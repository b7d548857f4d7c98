//! Why an alert left is said when it is proven, and not before.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::effect::{ChartQuestion, Effect},
    domain::{
        alert::{Alert, AlertRule, AlertState, fingerprint},
        change::What,
        departure::Cause,
        freshness::{SourceId, Trouble, TroubleKind},
        observation::Observation,
        series::Series,
        text::Lang,
    },
    pack::Pack,
};

use super::{Face, Flow, Scene, each_face, harness::plain, snapshot, watch::ago};

const WIDE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

fn backlog(flow: &Flow) -> Alert {
    let labels: BTreeMap<String, String> = [
        ("alertname", "DiskFull"),
        ("cluster", "eu"),
        ("instance", "10.0.0.7:9100"),
        ("job", "node"),
        ("severity", "warning"),
    ]
    .into_iter()
    .map(|(label, value)| (label.to_owned(), value.to_owned()))
    .collect();
    Alert {
        fingerprint: fingerprint(&labels),
        name: "DiskFull".to_owned(),
        labels,
        annotations: BTreeMap::from([("summary".to_owned(), "/data is full".to_owned())]),
        state: AlertState::Firing,
        starts_at: ago(flow.model.now.wall, 240),
        silenced_until: None,
        generator_url: None,
        expression: None,
    }
}

fn rule() -> AlertRule {
    AlertRule {
        name: "DiskFull".to_owned(),
        expression: "disk_free / on(instance) disk_size < 0.1".to_owned(),
        labels: BTreeMap::from([("severity".to_owned(), "warning".to_owned())]),
        annotations: BTreeMap::new(),
        healthy: true,
    }
}

const UP: &str = "max(up{instance=`10.0.0.7:9100`,job=`node`})";

fn tells(flow: &mut Flow, from: SourceId, alerts: Vec<Alert>) {
    let at = flow.model.now.wall;
    flow.observe(vec![Observation::Alerts { from, at, alerts }]);
}

/// A cockpit that knew the alert with its rule, and does not any more.
fn left(face: Face) -> Flow {
    let generic = std::sync::Arc::new(Pack::generic());
    let mut flow = Flow::with_pack(generic, Scene::Quiet, face);
    flow.observe(vec![Observation::Rules(vec![rule()])]);
    let alert = backlog(&flow);
    tells(&mut flow, SourceId::Rules, Vec::new());
    tells(&mut flow, SourceId::Alertmanager, vec![alert]);
    flow.wait(Duration::from_secs(6));
    tells(&mut flow, SourceId::Alertmanager, Vec::new());
    flow
}

fn causes(flow: &Flow) -> Vec<Cause> {
    let changes = flow.model.time_line.changes.iter();
    changes
        .filter_map(|(_, change)| match change.what {
            What::AlertLeft { cause, .. } => Some(cause),
            _ => None,
        })
        .collect()
}

fn question(flow: &Flow) -> Option<ChartQuestion> {
    flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadChart(question) => Some(question.clone()),
        _ => None,
    })
}

/// The rules are read after it left; then Prometheus is asked.
fn asked(flow: &mut Flow) -> ChartQuestion {
    assert_eq!(question(flow), None, "nothing is asked too early");
    flow.wait(Duration::from_secs(10));
    assert_eq!(question(flow), None, "the rules were not read since");
    tells(flow, SourceId::Rules, Vec::new());
    question(flow).expect("Prometheus is asked")
}

fn series(question: &ChartQuestion, expr: &str, values: [Option<f64>; 3]) -> (String, Series) {
    let step = Duration::from_secs(question.step_seconds);
    let start: Timestamp = question.end - SignedDuration::from_secs(10);
    let values = values.to_vec();
    (
        expr.to_owned(),
        Series {
            start,
            step,
            values,
        },
    )
}

/// Answers with what stands for `up` and for each series the rule reads.
fn answers(flow: &mut Flow, up: [Option<f64>; 3], sources: [Option<f64>; 3]) {
    let asked = asked(flow);
    let answer = asked
        .parts
        .iter()
        .map(|(_, expr)| series(&asked, expr, if expr == UP { up } else { sources }))
        .collect();
    flow.observe(vec![Observation::Chart {
        request: asked.request,
        answer: Ok(answer),
    }]);
}

const THERE: [Option<f64>; 3] = [Some(1.0); 3];
const DOWN: [Option<f64>; 3] = [Some(1.0), Some(1.0), Some(0.0)];
const ENDED: [Option<f64>; 3] = [Some(1.0), Some(1.0), None];

#[test]
fn what_it_was_built_on_is_asked_for() {
    let mut flow = left(WIDE);
    assert_eq!(causes(&flow), [Cause::Unknown]);
    let asked = asked(&mut flow);
    let exprs: Vec<&str> = asked.parts.iter().map(|(_, expr)| expr.as_str()).collect();
    let labels = "cluster=~`eu|`,instance=~`10\\.0\\.0\\.7:9100|`,job=~`node|`";
    assert_eq!(
        exprs,
        [
            UP.to_owned(),
            format!("count(disk_free{{{labels}}})"),
            format!("count(disk_size{{{labels}}})"),
        ]
    );
    let at = flow.model.alerts.left.values().next().unwrap().at;
    assert!(asked.end > at, "the last point is of after it left");
}

#[test]
fn recovered_lost_and_unknown_are_told_apart() {
    for (up, sources, cause) in [
        (THERE, THERE, Cause::Recovered),
        (DOWN, ENDED, Cause::DataLost),
        (ENDED, ENDED, Cause::DataLost),
        (DOWN, THERE, Cause::DataLost),
        (THERE, [None; 3], Cause::Unknown),
        ([None; 3], [None; 3], Cause::Unknown),
    ] {
        let mut flow = left(WIDE);
        answers(&mut flow, up, sources);
        assert_eq!(causes(&flow), [cause], "{up:?} {sources:?}");
    }
}

#[test]
fn a_refused_question_proves_nothing_and_is_asked_again() {
    let mut flow = left(WIDE);
    let first = asked(&mut flow);
    let trouble = Trouble::new(TroubleKind::ServerError, "too many samples");
    flow.observe(vec![Observation::Chart {
        request: first.request,
        answer: Err(trouble),
    }]);
    assert_eq!(causes(&flow), [Cause::Unknown]);
    flow.wait(Duration::from_secs(31));
    let second = question(&flow).unwrap();
    assert_ne!(first.request, second.request);
    // But not for ever.
    flow.effects.clear();
    flow.observe(vec![Observation::Chart {
        request: second.request,
        answer: Err(Trouble::new(TroubleKind::ServerError, "still")),
    }]);
    flow.wait(Duration::from_secs(700));
    assert_eq!(question(&flow), None);
    assert_eq!(causes(&flow), [Cause::Unknown]);
}

#[test]
fn a_rule_that_is_gone_or_broken_is_no_recovery() {
    let mut flow = left(WIDE);
    flow.wait(Duration::from_secs(10));
    flow.observe(vec![Observation::Rules(Vec::new())]);
    tells(&mut flow, SourceId::Rules, Vec::new());
    assert_eq!(causes(&flow), [Cause::RuleGone]);

    let mut flow = left(WIDE);
    let broken = AlertRule {
        healthy: false,
        ..rule()
    };
    flow.observe(vec![Observation::Rules(vec![broken])]);
    answers(&mut flow, THERE, THERE);
    assert_eq!(causes(&flow), [Cause::Unknown]);
}

#[test]
fn silenced_and_inhibited_are_said_and_did_not_leave() {
    for (state, cause) in [
        (
            AlertState::Silenced {
                by: vec!["s".to_owned()],
            },
            Cause::Silenced,
        ),
        (
            AlertState::Inhibited {
                by: vec!["f".into()],
            },
            Cause::Inhibited,
        ),
    ] {
        let mut flow = Flow::on(Scene::Quiet, WIDE);
        let mut alert = backlog(&flow);
        tells(&mut flow, SourceId::Alertmanager, vec![alert.clone()]);
        alert.state = state;
        for _ in 0..2 {
            tells(&mut flow, SourceId::Alertmanager, vec![alert.clone()]);
        }
        assert_eq!(causes(&flow), [cause]);
        assert!(flow.model.alerts.left.is_empty());
    }
}

#[test]
fn what_comes_back_did_not_leave_and_what_left_is_forgotten_in_time() {
    let mut flow = left(WIDE);
    assert_eq!(flow.model.alerts.left.len(), 1);
    let alert = backlog(&flow);
    tells(&mut flow, SourceId::Alertmanager, vec![alert]);
    assert!(flow.model.alerts.left.is_empty());
    tells(&mut flow, SourceId::Alertmanager, Vec::new());
    assert_eq!(flow.model.alerts.left.len(), 1);
    flow.wait(Duration::from_secs(3_700));
    tells(&mut flow, SourceId::Alertmanager, Vec::new());
    assert!(flow.model.alerts.left.is_empty());
}

fn shows(name: &str, up: [Option<f64>; 3], sources: [Option<f64>; 3]) {
    each_face(|face| {
        let mut flow = left(face);
        answers(&mut flow, up, sources);
        flow.keys("c");
        snapshot(&format!("{name}-changes"), face, &flow);
        flow.keys("enter");
        snapshot(&format!("{name}-detail"), face, &flow);
    });
}

#[test]
fn data_lost() {
    shows("alert-data-lost", DOWN, ENDED);
}

#[test]
fn recovered() {
    shows("alert-recovered", THERE, THERE);
}

#[test]
fn cause_unknown() {
    shows("alert-left", [None; 3], [None; 3]);
}

#[test]
fn nobody_is_told_that_it_recovered_who_was_not_told_why() {
    let mut flow = left(WIDE);
    flow.keys("c enter");
    let screen = plain(&flow.draw().0);
    assert!(screen.contains("left, cause unknown"), "{screen}");
}
