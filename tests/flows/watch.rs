//! Two watches that stand still: one in trouble (exports back up, their workers run out of memory) and a quiet one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    domain::{
        alert::{Alert, AlertState, fingerprint},
        change::{Change, What},
        freshness::{Link, Reading, SourceId},
        id::{QueryId, Uid},
        limit::Limit,
        node::NodeRow,
        observation::{Observation, Rows},
        pod::{Health, Name, PodRow, WorkloadKey},
        series::Series,
        slo::SLO_WINDOWS,
        workload::WorkloadRow,
    },
    pack::Pack,
};

/// Every source is being connected to.
pub fn connecting() -> Vec<Observation> {
    SourceId::ALL
        .map(|source| Observation::Link {
            source,
            link: Link::Connecting,
        })
        .into()
}

pub fn live(now: Timestamp) -> Vec<Observation> {
    let since = now - SignedDuration::from_mins(30);
    let link = |source| match source {
        SourceId::PodMetrics => Link::Absent,
        _ => Link::Live { since },
    };
    SourceId::ALL
        .map(|source| Observation::Link {
            source,
            link: link(source),
        })
        .into()
}

pub fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    now - SignedDuration::from_secs(seconds)
}

pub fn workload(name: &str) -> WorkloadKey {
    WorkloadKey {
        namespace: "prod".into(),
        kind: "Deployment".into(),
        name: name.into(),
    }
}

pub fn pod(workload_name: &str, suffix: &str, now: Timestamp) -> PodRow {
    let name = format!("{workload_name}-{suffix}");
    PodRow {
        generation: 1,
        uid: Uid::from(format!("uid-{name}")),
        namespace: "prod".into(),
        name: name.into(),
        status: "Running".into(),
        health: Health::Well,
        ready: 1,
        containers: 1,
        is_ready: None,
        restarts: 0,
        last_restart: None,
        last_death: None,
        created: Some(ago(now, 86_400 * 3)),
        node: Some("node-a1".into()),
        workload: Some(workload(workload_name)),
        labels: Arc::new(BTreeMap::from([(
            "app".to_owned(),
            workload_name.to_owned(),
        )])),
    }
}

fn pods(now: Timestamp) -> Vec<PodRow> {
    [
        ("lookup-api", 12),
        ("regenerate", 8),
        ("export-worker", 4),
        ("llm-adapter", 2),
    ]
    .into_iter()
    .flat_map(|(name, count)| {
        (0..count).map(move |n| pod(name, &format!("7d9f6c5b88-{}", suffix(n)), now))
    })
    .collect()
}

fn suffix(n: usize) -> String {
    let letters = b"bcdfghjklmnpqrst";
    let at = |n: usize| char::from(letters[n % letters.len()]);
    [at(n), '2', at(n + 5), 'x', at(n + 11)]
        .into_iter()
        .collect()
}

fn workloads(now: Timestamp) -> Vec<WorkloadRow> {
    [
        ("lookup-api", 12),
        ("regenerate", 8),
        ("export-worker", 6),
        ("llm-adapter", 2),
    ]
    .into_iter()
    .map(|(name, desired)| WorkloadRow {
        uid: Uid::from(format!("uid-deployment-{name}")),
        key: workload(name),
        desired,
        ready: desired,
        updated: desired,
        generation: 3,
        revision: Some(41),
        images: vec![format!("registry.glancy.dev/{name}:2.4.0")],
        created: Some(ago(now, 86_400 * 40)),
        observed: true,
    })
    .collect()
}

/// A value well inside what is good.
fn well(good: Option<Limit>) -> f64 {
    match good {
        Some(Limit::AtMost(limit) | Limit::Below(limit)) => limit * 0.6,
        Some(Limit::AtLeast(limit) | Limit::Above(limit)) if limit < 1.0 => {
            1.0 - (1.0 - limit) * 0.3
        }
        Some(Limit::AtLeast(limit) | Limit::Above(limit)) => limit,
        Some(Limit::Between(low, high)) => f64::midpoint(low, high),
        None => 42.0,
    }
}

fn known(value: f64, at: Timestamp) -> Reading<f64> {
    Reading::Known {
        value,
        as_of: ago(at, 5),
    }
}

/// Every query of the pack with a good value, so that a scene only says what is not.
fn good_values(pack: &Pack) -> BTreeMap<QueryId, f64> {
    let mut values = BTreeMap::new();
    for gauge in pack.gauges() {
        values.insert(gauge.probe.clone(), well(gauge.good));
    }
    for slo in pack.slos() {
        for (window, seconds) in SLO_WINDOWS {
            let total = 200.0 * seconds as f64;
            values.insert(slo.total(window), total);
            values.insert(slo.errors(window), total * (1.0 - slo.objective) * 0.3);
        }
    }
    for queue in pack.queues() {
        values.insert(queue.depth.clone(), 12.0);
        values.extend(queue.oldest.clone().map(|id| (id, 2.0)));
        values.extend(queue.rate_in.clone().map(|id| (id, 21.0)));
        values.extend(queue.rate_out.clone().map(|id| (id, 21.0)));
    }
    values
}

/// The last hour of a value that came from `from`.
pub fn trend(from: f64, to: f64, now: Timestamp) -> Reading<Series> {
    let values = (0..=60)
        .map(|n| Some(from + (to - from) * (f64::from(n) / 60.0).powi(3)))
        .collect();
    let series = Series {
        start: ago(now, 3_610),
        step: Duration::from_secs(60),
        values,
    };
    Reading::Known {
        value: series,
        as_of: ago(now, 10),
    }
}

/// The windows of a hook's query, the running one last.
fn windows(value: f64, now: Timestamp) -> Reading<Series> {
    let end = now.as_second() - now.as_second() % 300;
    let start = Timestamp::from_second(end - 36 * 300).unwrap();
    let series = Series {
        start,
        step: Duration::from_secs(300),
        values: vec![Some(value); 38],
    };
    Reading::Known {
        value: series,
        as_of: now,
    }
}

fn numbers(
    pack: &Pack,
    values: &BTreeMap<QueryId, f64>,
    hooks: &[(&str, f64)],
    now: Timestamp,
) -> Vec<Observation> {
    let answers = values
        .iter()
        .map(|(id, value)| (id.clone(), known(*value, now)))
        .collect();
    let mut series: Vec<(QueryId, Reading<Series>)> = Vec::new();
    for watch in &pack.watchlist().series {
        if watch.delay.is_some() {
            let special = hooks.iter().find(|(id, _)| watch.id.as_str().ends_with(id));
            let value = special.map_or_else(|| good_window(watch.id.as_str()), |(_, value)| *value);
            series.push((watch.id.clone(), windows(value, now)));
        } else if let Some(value) = values.get(&watch.id) {
            series.push((watch.id.clone(), trend(value * 0.9, *value, now)));
        }
    }
    vec![Observation::Answers(answers), Observation::Series(series)]
}

/// A window of a hook in which nothing is wrong.
fn good_window(id: &str) -> f64 {
    let shares = ["success", "probe"];
    if shares.iter().any(|name| id.ends_with(name)) {
        1.0
    } else {
        0.0
    }
}

pub fn alert(name: &str, severity: &str, minutes: i64, state: AlertState, now: Timestamp) -> Alert {
    let labels = BTreeMap::from([
        ("alertname".to_owned(), name.to_owned()),
        ("namespace".to_owned(), "prod".to_owned()),
        ("severity".to_owned(), severity.to_owned()),
        ("deployment".to_owned(), "export-worker".to_owned()),
    ]);
    let silenced_until =
        matches!(state, AlertState::Silenced { .. }).then(|| now + SignedDuration::from_mins(40));
    Alert {
        fingerprint: fingerprint(&labels),
        name: name.to_owned(),
        labels,
        annotations: BTreeMap::from([
            (
                "summary".to_owned(),
                format!("{name}: 导出积压 exports are late"),
            ),
            (
                "runbook_url".to_owned(),
                "https://runbooks.glancy.dev/export-backlog".to_owned(),
            ),
        ]),
        state,
        starts_at: ago(now, minutes * 60),
        silenced_until,
        generator_url: Some("https://prometheus.glancy.dev/graph?g0.expr=x".to_owned()),
        expression: Some("export_queue_depth > 2000".to_owned()),
    }
}

pub fn quiet(now: Timestamp) -> Vec<Observation> {
    let pack = Pack::embedded("glancy").unwrap().unwrap();
    let mut seen = live(now);
    seen.push(Observation::Pods(Rows::All(pods(now))));
    seen.push(Observation::Workloads(Rows::All(workloads(now))));
    seen.push(Observation::Nodes(Rows::All(vec![node(now)])));
    seen.extend(numbers(&pack, &good_values(&pack), &[], now));
    seen.push(Observation::Alerts {
        from: SourceId::Alertmanager,
        at: now,
        alerts: Vec::new(),
    });
    seen
}

fn node(now: Timestamp) -> NodeRow {
    NodeRow {
        uid: "uid-node-a1".into(),
        name: "node-a1".into(),
        ready: Some(true),
        ready_since: Some(ago(now, 86_400)),
        cordoned: false,
        pressures: Vec::new(),
        created: Some(ago(now, 86_400 * 60)),
        version: "v1.34.1".into(),
        roles: Vec::new(),
        taints: Vec::new(),
        room: quarterdeck::domain::usage::Room::default(),
        most_pods: None,
    }
}

pub fn trouble(now: Timestamp) -> Vec<Observation> {
    let pack = Pack::embedded("glancy").unwrap().unwrap();
    let mut seen = live(now);
    let mut all = pods(now);
    all.extend(sick_pods(now));
    seen.push(Observation::Pods(Rows::All(all)));
    seen.push(Observation::Workloads(Rows::All(workloads(now))));
    seen.push(Observation::Nodes(Rows::All(vec![node(now)])));
    let mut values = good_values(&pack);
    let mut set = |id: &str, value: f64| values.insert(QueryId::from(id), value);
    set("glancy/export-p95", 5.8);
    set("glancy/lookup-p95", 1.8);
    set("glancy/cost-burn", 0.83);
    set("glancy/exports-depth", 2413.0);
    set("glancy/exports-oldest", 312.0);
    set("glancy/exports-in", 14.2);
    set("glancy/exports-out", 9.1);
    set("glancy/slo/exports/errors:5m", 600.0);
    set("glancy/slo/exports/errors:1h", 7_000.0);
    values.remove(&QueryId::from("glancy/sub-sync"));
    seen.extend(numbers(&pack, &values, &[("HK-03/cost", 0.83)], now));
    seen.push(Observation::Answers(vec![(
        "glancy/sub-sync".into(),
        Reading::NoData,
    )]));
    let alerts = vec![
        alert("ExportBacklog", "warning", 12, AlertState::Firing, now),
        alert("CostBurn", "info", 4, AlertState::Firing, now),
        alert(
            "BackupLate",
            "info",
            95,
            AlertState::Silenced {
                by: vec!["s-1".to_owned()],
            },
            now,
        ),
    ];
    seen.push(Observation::Alerts {
        from: SourceId::Alertmanager,
        at: now,
        alerts,
    });
    seen.push(Observation::Changes(vec![rollout(now)]));
    seen
}

fn rollout(now: Timestamp) -> Change {
    let what = What::RolledOut {
        workload: workload("export-worker"),
        revision: Some(41),
        images: vec!["registry.glancy.dev/export-worker:2.4.0".to_owned()],
        before: vec!["registry.glancy.dev/export-worker:2.3.1".to_owned()],
    };
    Change {
        at: ago(now, 43 * 60),
        what,
    }
}

fn sick_pods(now: Timestamp) -> Vec<PodRow> {
    let sick = |suffix: &str, status: &str, restarts: u32, minutes: i64| PodRow {
        status: Name::from(status),
        health: Health::Sick,
        ready: 0,
        restarts,
        last_restart: Some(ago(now, minutes * 60)),
        last_death: Some("OOMKilled".into()),
        created: Some(ago(now, 43 * 60)),
        ..pod("export-worker", suffix, now)
    };
    vec![
        sick("7d9f6c5b88-x2kqp", "OOMKilled", 6, 2),
        sick("7d9f6c5b88-b7qzt", "CrashLoopBackOff", 4, 5),
    ]
}
