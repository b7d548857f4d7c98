//! Models built by hand for the drawing tests: the trouble of a bad afternoon, and everything that can be wrong.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use crate::app::{
    board::{GaugeLine, QueueLine, SloLine},
    command::Command,
    effect::Remembered,
    model::{AlertLine, Look, Model, RollUp, ShiftNow, Size, Start},
    view::{Item, Pane},
};
use crate::domain::{
    alert::{Alert, AlertState, Severity},
    change::{Change, What},
    desk::{Desk, Namespaces},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    gauge::{GaugeSpec, GaugeState, Unit},
    hook::HookState,
    light::{Light, LightState},
    limit::Limit,
    observation::Rows,
    pod::{Health, PodRow, WorkloadKey},
    queue::{QueueCourse, QueueLimits, QueueSpec, QueueState},
    series::Series,
    settings::{ColourDepth, Glyphs},
    slo::{BurnPair, Period, SloSpec, SloState},
    text::{EachText, Lang, Text},
    time::Moment,
};
use crate::i18n::Texts;
use crate::theme::{Theme, Themes};

use super::scene::{KeyNames, Paint};

pub const NOW: &str = "2026-11-21T06:32:05Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

/// The default keys as they are drawn.
pub struct Keys(pub Glyphs);

impl KeyNames for Keys {
    fn key(&self, command: Command) -> Option<String> {
        crate::keymap::Keymap::defaults().label(command, self.0)
    }
}

/// What a drawing needs besides the model.
pub struct Means {
    pub theme: Theme,
    pub texts: Texts,
    pub keys: Keys,
}

impl Means {
    pub fn of(model: &Model) -> Self {
        Self {
            theme: Themes::default().fallback(ColourDepth::TrueColour),
            texts: Texts::new(model.look.lang),
            keys: Keys(model.look.glyphs),
        }
    }

    pub fn paint(&self) -> Paint<'_> {
        Paint {
            scrolled: std::cell::Cell::default(),
            theme: &self.theme,
            texts: &self.texts,
            keys: &self.keys,
        }
    }
}

fn both(en: &str, zh: &str) -> Text {
    Text::Each(EachText {
        en: Some(en.to_owned()),
        zh: Some(zh.to_owned()),
    })
}

/// A desk on which nothing has been heard yet.
pub fn blank(lang: Lang) -> Model {
    let pack = crate::pack::Pack::embedded("glancy").unwrap().unwrap();
    let titles = || Arc::new(BTreeMap::new());
    let mut model = Model::new(Start {
        desk: Desk {
            pack: Some("glancy".into()),
            context: "prod".to_owned(),
            namespaces: Namespaces::Some(vec!["prod".to_owned()]),
            demo: None,
            read_only: false,
        },
        pack: Arc::new(pack),
        look: Look {
            lang,
            glyphs: Glyphs::Unicode,
            theme: "default".to_owned(),
            themes: vec!["default".to_owned()],
            mouse: false,
            titles: [titles(), titles()],
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
        },
        remembered: Remembered::default(),
        now: Moment::new(now(), Duration::from_secs(3_600)),
        size: Size {
            columns: 80,
            rows: 24,
        },
    });
    model.shift = Some(ShiftNow {
        title: both("Day", "白班"),
        from: "2026-11-20T23:00:00Z".parse().unwrap(),
        to: "2026-11-21T11:00:00Z".parse().unwrap(),
    });
    model
}

pub const SOURCES: [SourceId; 6] = [
    SourceId::Pods,
    SourceId::Workloads,
    SourceId::Events,
    SourceId::Prometheus,
    SourceId::Rules,
    SourceId::Alertmanager,
];

pub fn link_all(model: &mut Model, link: &Link) {
    for source in SOURCES {
        model.links.insert(source, link.clone());
    }
}

pub fn failed(kind: TroubleKind, detail: &str, since: i64, retry: i64) -> Link {
    Link::Failed {
        since: ago(since),
        trouble: Trouble::new(kind, detail),
        retry_at: Some(ago(-retry)),
    }
}

pub fn series(values: &[f64]) -> Series {
    Series {
        start: ago(60 * values.len() as i64),
        step: Duration::from_secs(60),
        values: values.iter().map(|v| Some(*v)).collect(),
    }
}

fn ramp(from: f64, to: f64) -> Series {
    let values: Vec<f64> = (0..60)
        .map(|n| {
            from + (to - from) * f64::from(n) / 59.0 + f64::from(n % 5) * (to - from).abs() / 40.0
        })
        .collect();
    series(&values)
}

fn known(value: f64) -> Reading<f64> {
    Reading::Known {
        value,
        as_of: ago(10),
    }
}

pub fn slo(id: &str, title: Text, good: f64, objective: f64, budget: f64, light: Light) -> SloLine {
    SloLine {
        spec: SloSpec {
            id: id.into(),
            title,
            objective,
            period: Period::Month,
            queries: format!("glancy/slo/{id}").into(),
            link: None,
        },
        reading: known(1000.0),
        stale: false,
        state: SloState {
            light,
            good: Some(good),
            budget_left: Some(budget),
            burns: vec![("5m", Some(15.2)), ("1h", Some(14.6))],
            burning: (light == Light::Red).then_some(BurnPair {
                factor: 14.4,
                long: "1h",
                short: "5m",
            }),
            exhaustion: (light == Light::Red).then_some(Duration::from_secs(7_600)),
            low_sample: None,
            no_traffic: false,
        },
        trend: Some(ramp(0.9999, good)),
    }
}

pub fn gauge(id: &str, value: f64, limit: Limit, unit: Unit, light: Light) -> GaugeLine {
    GaugeLine {
        spec: GaugeSpec {
            id: id.into(),
            title: id.into(),
            probe: format!("glancy/{id}").into(),
            unit,
            good: Some(limit),
            warn: None,
            over: Some(Duration::from_secs(300)),
            link: None,
        },
        reading: known(value),
        stale: false,
        state: GaugeState {
            light: Some(light),
            value: Some(value),
            headroom: limit.headroom(value, unit == Unit::Share),
        },
        trend: Some(ramp(value * 0.5, value)),
    }
}

pub fn queue(id: &str, depth: f64, oldest: f64, light: Light, course: QueueCourse) -> QueueLine {
    QueueLine {
        spec: QueueSpec {
            id: id.into(),
            title: both(id, if id == "exports" { "导出" } else { "查询" }),
            depth: format!("glancy/{id}").into(),
            oldest: None,
            rate_in: None,
            rate_out: None,
            warn: QueueLimits::default(),
            red: QueueLimits {
                depth: Some(Limit::Above(2000.0)),
                oldest: Some(Limit::Above(300.0)),
            },
        },
        reading: known(depth),
        stale: false,
        state: QueueState {
            light,
            depth: Some(depth),
            oldest: Some(oldest),
            rate_in: Some(14.2),
            rate_out: Some(9.1),
            course,
        },
        trend: Some(ramp(depth / 8.0, depth)),
    }
}

pub fn alert(name: &str, severity: Severity, seconds: i64, state: AlertState) -> AlertLine {
    let silenced = matches!(state, AlertState::Silenced { .. });
    let mut labels = BTreeMap::from([
        ("alertname".to_owned(), name.to_owned()),
        ("namespace".to_owned(), "prod".to_owned()),
        ("deployment".to_owned(), "export-worker".to_owned()),
    ]);
    labels.insert(
        "severity".to_owned(),
        format!("{severity:?}").to_lowercase(),
    );
    AlertLine {
        alert: Alert {
            fingerprint: format!("fp-{name}").into(),
            name: name.to_owned(),
            labels,
            annotations: BTreeMap::from([
                (
                    "summary".to_owned(),
                    "导出队列积压超过 2000 且最久等待超过 300 s，导出工作进程反复 OOM。 The export queue is deeper than 2000 and its oldest entry is older than 300 s.".to_owned(),
                ),
                ("runbook_url".to_owned(), "https://runbooks.example/glancy/export-backlog#first".to_owned()),
                ("dashboard_url".to_owned(), "javascript:alert(1)".to_owned()),
            ]),
            state,
            starts_at: ago(seconds),
            silenced_until: silenced.then(|| ago(-2_400)),
            generator_url: Some("http://prometheus:9090/graph?g0.expr=exports_depth+%3E+2000".to_owned()),
            expression: Some("max(exports_depth) > 2000 and max(exports_oldest_seconds) > 300".to_owned()),
        },
        severity,
        severity_word: format!("{severity:?}"),
        runbook: Some("https://runbooks.example/glancy/export-backlog#first".to_owned()),
    }
}

pub fn workload(name: &str) -> WorkloadKey {
    WorkloadKey {
        namespace: "prod".into(),
        kind: "Deployment".into(),
        name: name.into(),
    }
}

pub fn pod(name: &str, status: &str, health: Health, restarts: u32) -> PodRow {
    let base = name.rsplitn(3, '-').last().unwrap_or(name);
    PodRow {
        uid: format!("uid-{name}").into(),
        namespace: "prod".into(),
        name: name.into(),
        status: status.into(),
        health,
        ready: u16::from(health == Health::Well),
        containers: 1,
        restarts,
        last_restart: (restarts > 0).then(|| ago(310)),
        last_death: (restarts > 0).then(|| "OOMKilled".into()),
        created: Some(ago(90_000)),
        node: Some("node-b-03.prod.example".into()),
        workload: Some(workload(base)),
        labels: Arc::new(BTreeMap::from([("app".to_owned(), base.to_owned())])),
    }
}

fn roll_up(ready: u32, total: u32, sick: u32, worst: Health) -> RollUp {
    RollUp {
        ready,
        total,
        sick,
        restarts: sick * 5,
        worst,
        by_health: [sick, 0, 0, ready, 0],
    }
}

fn hook(id: &str, light: Light, value: f64) -> HookState {
    HookState {
        id: id.into(),
        title: id.into(),
        window_end: Some(ago(125)),
        light,
        observed: vec![("cost".to_owned(), Some(value))],
        running: Some(light),
    }
}

/// The screen of a bad afternoon: a queue that fills, workers that die, an objective that burns.
pub fn trouble(lang: Lang) -> Model {
    let mut model = blank(lang);
    link_all(&mut model, &Link::Live { since: ago(900) });
    let board = &mut model.board;
    board.slos = vec![
        slo(
            "lookup",
            both("lookup ok", "查询成功率"),
            0.9993,
            0.999,
            0.719,
            Light::Green,
        ),
        slo(
            "regen",
            both("regen ok", "重生成"),
            0.9912,
            0.995,
            0.441,
            Light::Red,
        ),
    ];
    let mut lost = gauge(
        "sub sync",
        0.0,
        Limit::AtMost(60.0),
        Unit::Seconds,
        Light::Unknown,
    );
    lost.state = GaugeState {
        light: Some(Light::Unknown),
        value: None,
        headroom: None,
    };
    lost.reading = Reading::NoData;
    board.gauges = vec![
        gauge(
            "lookup P95",
            1.8,
            Limit::AtMost(2.5),
            Unit::Seconds,
            Light::Green,
        ),
        gauge(
            "export P95",
            5.8,
            Limit::AtMost(5.0),
            Unit::Seconds,
            Light::Red,
        ),
        lost,
    ];
    board.queues = vec![
        queue(
            "exports",
            2413.0,
            312.0,
            Light::Red,
            QueueCourse::Filling(None),
        ),
        queue(
            "lookups",
            12.0,
            2.0,
            Light::Green,
            QueueCourse::Draining(Duration::from_secs(200)),
        ),
    ];
    board.hooks = vec![
        hook("HK-01", Light::Green, 0.1),
        hook("HK-02", Light::Green, 0.1),
        HookState {
            running: Some(Light::Red),
            ..hook("HK-03", Light::Yellow, 0.83)
        },
        hook("HK-04", Light::Green, 0.1),
        HookState {
            observed: vec![("lag".to_owned(), None)],
            ..hook("HK-05", Light::Unknown, 0.0)
        },
        hook("HK-06", Light::Green, 0.1),
    ];
    board.lights = vec![LightState {
        id: "release".into(),
        title: both("release", "发布"),
        light: Light::Yellow,
        reasons: vec!["HK-03".to_owned()],
    }];
    let alerts = [
        alert("ExportBacklog", Severity::S2, 720, AlertState::Firing),
        alert("CostBurn", Severity::S3, 240, AlertState::Firing),
        alert("LookupSlow", Severity::S3, 60, AlertState::Pending),
        alert(
            "BackupLate",
            Severity::S3,
            9_000,
            AlertState::Silenced {
                by: vec!["s1".to_owned()],
            },
        ),
    ];
    model.view.list_mut(Pane::Alerts).items = alerts
        .iter()
        .map(|line| Item::Alert(line.alert.fingerprint.clone()))
        .collect();
    model.alerts.alerts = alerts
        .into_iter()
        .map(|line| (line.alert.fingerprint.clone(), line))
        .collect();
    model.alerts.filled = true;
    let pods = vec![
        pod(
            "export-worker-7d9f6c5b88-x2kqp",
            "CrashLoopBackOff",
            Health::Sick,
            6,
        ),
        pod(
            "export-worker-7d9f6c5b88-b7qzz",
            "OOMKilled",
            Health::Sick,
            4,
        ),
        pod("lookup-api-5c6d-aaaaa", "Running", Health::Well, 0),
    ];
    let workloads = [
        (workload("export-worker"), roll_up(22, 24, 2, Health::Sick)),
        (workload("lookup-api"), roll_up(12, 12, 0, Health::Well)),
        (workload("regenerate"), roll_up(8, 8, 0, Health::Well)),
    ];
    let list = model.view.list_mut(Pane::Pods);
    list.items = pods[..2]
        .iter()
        .map(|pod| Item::Pod(pod.uid.clone()))
        .collect();
    list.items
        .extend(workloads.iter().map(|(key, _)| Item::Workload(key.clone())));
    model.cluster.pods.apply(Rows::All(pods), |_, _| {});
    model.cluster.roll_ups = workloads.into_iter().collect();
    model.cluster.count.ready = 42;
    model.cluster.count.total = 44;
    model.cluster.count.sick = 2;
    fill_boards(&mut model);
    for pane in Pane::ALL {
        let list = model.view.list_mut(pane);
        list.selected = list.items.first().cloned();
    }
    model.time_line.changes = changes();
    model
}

/// The items of the panes that follow the board.
pub fn fill_boards(model: &mut Model) {
    let slos = model
        .board
        .slos
        .iter()
        .map(|line| Item::Slo(line.spec.id.clone()));
    let gauges = model
        .board
        .gauges
        .iter()
        .map(|line| Item::Gauge(line.spec.id.clone()));
    let items: Vec<Item> = slos.chain(gauges).collect();
    let queues: Vec<Item> = model
        .board
        .queues
        .iter()
        .map(|line| Item::Queue(line.spec.id.clone()))
        .collect();
    model.view.list_mut(Pane::Slos).items = items;
    model.view.list_mut(Pane::Queues).items = queues;
}

/// The screen of a good night: nothing fires, nothing waits.
pub fn quiet(lang: Lang) -> Model {
    let mut model = trouble(lang);
    model.alerts.alerts.clear();
    let board = &mut model.board;
    board.slos = vec![slo(
        "lookup",
        both("lookup ok", "查询成功率"),
        0.999_97,
        0.999,
        0.93,
        Light::Green,
    )];
    board.gauges = vec![gauge(
        "lookup P95",
        0.42,
        Limit::AtMost(2.5),
        Unit::Seconds,
        Light::Green,
    )];
    board.queues = vec![queue("exports", 0.0, 0.0, Light::Green, QueueCourse::Empty)];
    for hook in &mut board.hooks {
        hook.light = Light::Green;
        hook.running = Some(Light::Green);
    }
    board.lights[0].light = Light::Green;
    fill_boards(&mut model);
    model.view.list_mut(Pane::Alerts).items.clear();
    model.cluster.roll_ups = [
        (workload("export-worker"), roll_up(24, 24, 0, Health::Well)),
        (workload("lookup-api"), roll_up(12, 12, 0, Health::Well)),
    ]
    .into_iter()
    .collect();
    let items = model
        .cluster
        .roll_ups
        .keys()
        .cloned()
        .map(Item::Workload)
        .collect();
    model.view.list_mut(Pane::Pods).items = items;
    model.cluster.count.ready = 36;
    model.cluster.count.total = 36;
    model.cluster.count.sick = 0;
    model
}

fn changes() -> Vec<(u64, Change)> {
    let all = [
        (
            60,
            What::AlertCame {
                fingerprint: "fp-CostBurn".into(),
                name: "CostBurn".to_owned(),
            },
        ),
        (
            300,
            What::LightChanged {
                id: "release".into(),
                from: Light::Green,
                to: Light::Yellow,
            },
        ),
        (
            720,
            What::AlertCame {
                fingerprint: "fp-ExportBacklog".into(),
                name: "ExportBacklog".to_owned(),
            },
        ),
        (
            900,
            What::Scaled {
                workload: workload("export-worker"),
                from: Some(12),
                to: 24,
            },
        ),
        (
            1_000,
            What::ConfigChanged {
                namespace: "prod".into(),
                name: "export-settings".into(),
                by: "argocd-controller".into(),
            },
        ),
        (
            1_500,
            What::NodeCordoned {
                node: "node-b-03".into(),
                cordoned: true,
            },
        ),
        (
            1_900,
            What::RolledOut {
                workload: workload("export-worker"),
                revision: Some(41),
                images: vec!["reg.example/glancy/export:2.4.0".to_owned()],
                before: vec!["reg.example/glancy/export:2.3.1".to_owned()],
            },
        ),
        (
            2_000,
            What::Warned {
                object: "export-worker-7d9f".into(),
                reason: "FailedScheduling".into(),
                uid: "u".into(),
            },
        ),
    ];
    let count = all.len() as u64;
    all.into_iter()
        .enumerate()
        .map(|(index, (seconds, what))| {
            (
                count - index as u64,
                Change {
                    at: ago(seconds),
                    what,
                },
            )
        })
        .collect()
}
