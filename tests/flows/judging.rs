//! What was not read is not good, what only one source tells is told, and a desk that finds its own things draws them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{board::SloLine, effect::Effect, overlay::Overlay},
    domain::{
        alert::{Alert, AlertState, fingerprint},
        change::What,
        freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
        id::QueryId,
        light::Light,
        observation::{Found, Observation, Rows},
        queue::{QueueLimits, QueueSpec},
        series::Series,
        slo::{Period, SloSpec},
        text::Lang,
        watchlist::{Probe, SeriesWatch},
    },
    pack::Pack,
};

use super::{
    Face, Flow, Scene,
    harness::{now, plain},
    watch::{ago, live, pod},
};

const WIDE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

fn text(flow: &Flow) -> String {
    plain(&flow.draw().0)
}

fn late() -> Trouble {
    Trouble::new(TroubleKind::TimedOut, "no answer within 10 s")
}

fn lookup(flow: &Flow) -> &SloLine {
    let mut slos = flow.model.board.slos.iter();
    slos.find(|line| line.spec.id.as_str() == "lookup").unwrap()
}

fn answer(id: &str, reading: Reading<f64>) -> Observation {
    Observation::Answers(vec![(id.into(), reading)])
}

pub fn series(id: &QueryId, reading: Reading<Series>) -> Observation {
    Observation::Series(vec![(id.clone(), reading)])
}

/// A value each minute to the last whole one.
pub fn minutes(value: f64, count: usize) -> Reading<Series> {
    let end = now() - SignedDuration::from_secs(now().as_second() % 60);
    let back = 60 * (i64::try_from(count).unwrap() - 1);
    Reading::Known {
        value: Series {
            start: ago(end, back),
            step: Duration::from_secs(60),
            values: vec![Some(value); count],
        },
        as_of: end,
    }
}

#[test]
fn a_spent_budget_whose_month_times_out_is_unknown_and_drawn_as_of_before() {
    let mut flow = Flow::on(Scene::Quiet, WIDE);
    assert_eq!(lookup(&flow).state.light, Light::Green);
    let errors = lookup(&flow).spec.errors("30d").to_string();
    let spent = 200.0 * 2_592_000.0 * (1.0 - lookup(&flow).spec.objective) * 1.2;
    flow.observe(vec![answer(
        &errors,
        Reading::Known {
            value: spent,
            as_of: ago(now(), 5),
        },
    )]);
    assert_eq!(lookup(&flow).state.light, Light::Red);
    flow.observe(vec![answer(&errors, Reading::Failed(late()))]);
    let line = lookup(&flow);
    assert_eq!(line.state.light, Light::Unknown);
    assert!(line.state.budget_unread && !line.stale, "{line:?}");
    flow.keys("2 z");
    assert!(text(&flow).contains("not read: 30d"), "{}", text(&flow));
}

#[test]
fn a_trend_without_errors_is_drawn_only_where_there_are_none() {
    let mut flow = Flow::on(Scene::Quiet, WIDE);
    let errors = lookup(&flow).spec.errors("5m");
    assert!(lookup(&flow).trend.is_some());
    flow.observe(vec![series(&errors, Reading::NoData)]);
    let share = lookup(&flow).trend.clone().unwrap();
    assert_eq!(share.last(), Some(1.0));
    flow.observe(vec![series(&errors, Reading::Failed(late()))]);
    assert_eq!(lookup(&flow).trend, None);
}

#[test]
fn a_pod_that_nothing_owns_has_a_row_of_its_own() {
    let mut flow = Flow::on(Scene::Quiet, WIDE);
    let mut row = pod("by-hand", "0", now());
    row.workload = None;
    flow.observe(vec![Observation::Pods(Rows::Changed {
        upserts: vec![row],
        gone: Vec::new(),
    })]);
    let shown = text(&flow);
    assert!(shown.contains("by-hand-0"), "{shown}");
}

fn from_rules(state: AlertState) -> Alert {
    let labels = BTreeMap::from([
        ("alertname".to_owned(), "RegenSlow".to_owned()),
        ("severity".to_owned(), "warning".to_owned()),
    ]);
    Alert {
        fingerprint: fingerprint(&labels),
        name: "RegenSlow".to_owned(),
        labels,
        annotations: BTreeMap::new(),
        state,
        starts_at: ago(now(), 240),
        silenced_until: None,
        generator_url: None,
        expression: Some("regen_p95 > 6".to_owned()),
    }
}

fn tells(from: SourceId, alerts: Vec<Alert>) -> Observation {
    Observation::Alerts {
        from,
        at: now(),
        alerts,
    }
}

fn came(flow: &Flow) -> usize {
    let changes = flow.model.time_line.changes.iter();
    changes
        .filter(|(_, change)| matches!(change.what, What::AlertCame { .. }))
        .count()
}

#[test]
fn what_prometheus_fires_is_seen_while_alertmanager_is_away() {
    let mut flow = Flow::on(Scene::Quiet, WIDE);
    flow.observe(vec![
        Observation::Link {
            source: SourceId::Alertmanager,
            link: Link::Failed {
                since: now(),
                trouble: late(),
                retry_at: None,
            },
        },
        tells(SourceId::Rules, vec![from_rules(AlertState::Pending)]),
    ]);
    assert_eq!(came(&flow), 0);
    flow.observe(vec![tells(
        SourceId::Rules,
        vec![from_rules(AlertState::FiringUnseen)],
    )]);
    assert_eq!(came(&flow), 1);
    let shown = text(&flow);
    assert!(
        shown.contains("RegenSlow") && shown.contains("Prometheus only"),
        "{shown}"
    );
    flow.keys("1 enter");
    let detail = text(&flow);
    assert!(detail.contains("Alertmanager can't be asked"), "{detail}");
    flow.keys("esc");
    // Alertmanager is back, with its external label.
    let mut known = from_rules(AlertState::Firing);
    known.labels.insert("cluster".to_owned(), "eu".to_owned());
    known.fingerprint = fingerprint(&known.labels);
    flow.observe(vec![tells(SourceId::Alertmanager, vec![known])]);
    let lines: Vec<_> = flow.model.alerts.alerts.values().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].alert.state, AlertState::Firing);
    assert_eq!(came(&flow), 1, "it is the same one");
}

#[test]
fn an_alert_that_only_the_pack_states_comes_and_goes_and_unknown_does_neither() {
    let mut flow = Flow::on(Scene::Quiet, WIDE);
    let id = QueryId::from("glancy/stream-loss");
    let say = |flow: &mut Flow, value: f64| {
        let reading = Reading::Known {
            value,
            as_of: ago(now(), 5),
        };
        flow.observe(vec![
            answer(id.as_str(), reading),
            series(&id, minutes(value, 61)),
        ]);
    };
    let starts = |flow: &Flow| -> Vec<Timestamp> {
        let alerts = flow.model.alerts.alerts.values();
        alerts
            .filter(|line| line.alert.name == "StreamingLoss")
            .map(|line| line.alert.starts_at)
            .collect()
    };
    flow.observe(vec![answer(id.as_str(), Reading::Failed(late()))]);
    assert_eq!(starts(&flow), [], "unknown does not fire");
    say(&mut flow, 0.006);
    // It fires once it was so for five minutes, which the stored values tell: whoever looks sees the same beginning.
    let Reading::Known { value: stored, .. } = minutes(0.006, 61) else {
        unreachable!("it is known");
    };
    let began = stored.start + SignedDuration::from_mins(5);
    assert_eq!(starts(&flow), [began]);
    let shown = text(&flow);
    assert!(
        shown.contains("StreamingLoss") && shown.contains("source=pack"),
        "{shown}"
    );
    flow.wait(Duration::from_secs(6));
    flow.observe(vec![answer(id.as_str(), Reading::Failed(late()))]);
    assert_eq!(starts(&flow), [began], "unknown does not clear");
    say(&mut flow, 0.001);
    assert_eq!(starts(&flow), []);
    let left = |what: &What| matches!(what, What::AlertLeft { .. });
    let mut changes = flow.model.time_line.changes.iter();
    assert!(changes.any(|(_, change)| left(&change.what)));
}

fn found() -> Found {
    let slo = SloSpec {
        id: "sloth/shop".into(),
        title: "shop".into(),
        objective: 0.999,
        period: Period::Rolling(Duration::from_secs(30 * 86_400)),
        queries: "generic/slo/sloth/shop".into(),
        link: None,
    };
    let queue = QueueSpec {
        id: "redis/jobs".into(),
        title: "jobs".into(),
        depth: "generic/queue/jobs/depth".into(),
        oldest: None,
        rate_in: None,
        rate_out: None,
        warn: QueueLimits::default(),
        red: QueueLimits::default(),
    };
    let probe = |id: QueryId, expr: &str, seconds| Probe {
        id,
        expr: expr.to_owned(),
        source: None,
        every: Duration::from_secs(seconds),
    };
    let trend = SeriesWatch {
        id: queue.depth.clone(),
        expr: "sum(lag)".to_owned(),
        step: Duration::from_secs(60),
        span: Duration::from_secs(3_600),
        every: Duration::from_secs(30),
        delay: None,
    };
    Found {
        probes: vec![
            probe(queue.depth.clone(), "sum(lag)", 15),
            probe(slo.errors("5m"), "bad", 15),
            probe(slo.total("5m"), "all", 15),
            probe(slo.errors("30d"), "bad_month", 300),
            probe(slo.total("30d"), "all_month", 300),
        ],
        series: vec![trend],
        slos: vec![slo],
        queues: vec![queue],
        gauges: Vec::new(),
    }
}

#[test]
fn what_a_generic_desk_found_is_judged_drawn_and_copied_like_a_packs() {
    let mut flow = Flow::with_pack(Arc::new(Pack::generic()), Scene::Connecting, WIDE);
    flow.observe(live(now()));
    let found = found();
    let (slo, depth) = (found.slos[0].clone(), found.queues[0].depth.clone());
    let known = |value: f64, seconds| Reading::Known {
        value,
        as_of: ago(now(), seconds),
    };
    flow.observe(vec![
        Observation::Discovered(found),
        answer(depth.as_str(), known(12.0, 5)),
        answer(slo.errors("30d").as_str(), known(1.0, 600)),
        answer(slo.total("30d").as_str(), known(10_000.0, 600)),
        series(&depth, minutes(12.0, 61)),
    ]);
    let state = &flow.model.board.slos[0].state;
    assert!(
        state.budget_live().is_some(),
        "read each five minutes, it is not stale after ten: {state:?}"
    );
    assert!(flow.model.board.queues[0].trend.is_some());
    flow.keys("3 Y");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy(text) if text == "sum(lag)");
    assert!(flow.effects.iter().any(copied), "{:?}", flow.effects);
    flow.keys("enter");
    assert!(matches!(
        flow.model.view.overlays.last(),
        Some(Overlay::Chart(_))
    ));
}
