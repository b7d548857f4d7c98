//! What the numbers mean now: gauges, SLOs, queues, hooks and lights, worked out from readings when they change.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    domain::{
        alert::{Alert, rule_of},
        change::{Change, What},
        freshness::{Fresh, Reading, age_limit},
        gauge::{GaugeSpec, GaugeState},
        gauge_state::gauge_state,
        hook::HookState,
        id::{HookId, LightId, QueryId, SloId},
        light::{Light, LightState},
        queue::{QueueSpec, QueueState},
        queue_state::queue_state,
        series::Series,
        slo::{SloSpec, SloState},
        slo_state::slo_state,
    },
    pack::{Facts, Pack},
};

use super::{
    model::{AlertLine, Model, Readings, ShiftNow},
    share::share_of,
};

/// A gauge with its reading, its state and its last hour.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeLine {
    pub spec: GaugeSpec,
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: GaugeState,
    pub trend: Option<Series>,
}

/// An SLO with its state and its last hour (share good).
#[derive(Debug, Clone, PartialEq)]
pub struct SloLine {
    pub spec: SloSpec,
    /// Of the 5-minute total: waiting, denied, down and no data show through.
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: SloState,
    pub trend: Option<Series>,
}

/// A queue with its state and its last hour (depth).
#[derive(Debug, Clone, PartialEq)]
pub struct QueueLine {
    pub spec: QueueSpec,
    /// Of the depth.
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: QueueState,
    pub trend: Option<Series>,
}

/// Everything the desk watches, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    pub gauges: Vec<GaugeLine>,
    pub slos: Vec<SloLine>,
    pub queues: Vec<QueueLine>,
    pub hooks: Vec<HookState>,
    pub lights: Vec<LightState>,
}

/// What is watched: the pack's, and what a generic desk found.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    pub gauges: Vec<GaugeSpec>,
    pub slos: Vec<SloSpec>,
    pub queues: Vec<QueueSpec>,
    /// How often each query is read, from which the age its value may have follows.
    every: HashMap<QueryId, Duration>,
}

/// A new reading after an old one: a failure keeps the value that was known, marked lost.
pub(super) fn newer<T>(before: Option<Reading<T>>, after: Reading<T>) -> Reading<T> {
    match (before, after) {
        (Some(before), Reading::Failed(trouble)) => before.failed(trouble),
        (_, after) => after,
    }
}

/// The readings as conditions and states ask for them: stale ones can't be judged by.
struct Live<'a> {
    readings: &'a Readings,
    every: &'a HashMap<QueryId, Duration>,
    now: Timestamp,
    slos: HashMap<SloId, SloState>,
}

impl<'a> Live<'a> {
    fn fresh(&self, id: &QueryId) -> Fresh<'a, f64> {
        let every = self
            .every
            .get(id)
            .copied()
            .unwrap_or(Duration::from_secs(15));
        self.readings
            .instants
            .get(id)
            .map_or(Fresh::Waiting, |reading| {
                reading.at(self.now, age_limit(every))
            })
    }

    fn trend(&self, id: &QueryId) -> Option<&'a Series> {
        match self.readings.series.get(id)? {
            Reading::Known { value, .. } | Reading::Lost { value, .. } => Some(value),
            _ => None,
        }
    }

    fn reading(&self, id: &QueryId) -> Reading<f64> {
        self.readings
            .instants
            .get(id)
            .cloned()
            .unwrap_or(Reading::Waiting)
    }
}

impl Facts for Live<'_> {
    fn reading(&self, id: &QueryId) -> Option<f64> {
        self.fresh(id).live().copied()
    }

    fn series(&self, id: &QueryId) -> Option<&Series> {
        self.trend(id)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn slo(&self, id: &SloId) -> Option<&SloState> {
        self.slos.get(id)
    }
}

/// Works everything out and says which lights and hooks changed.
pub(super) fn work_out(model: &mut Model) -> Vec<Change> {
    let before = lights_of(&model.board);
    let watched = &model.watched;
    let now = model.now.wall;
    let mut live = Live {
        readings: &model.readings,
        every: &watched.every,
        now,
        slos: HashMap::new(),
    };
    let stale = |fresh: Fresh<'_, f64>| matches!(fresh, Fresh::Stale { .. });
    let gauges = watched.gauges.iter().map(|spec| GaugeLine {
        spec: spec.clone(),
        reading: live.reading(&spec.probe),
        stale: stale(live.fresh(&spec.probe)),
        state: gauge_state(spec, live.fresh(&spec.probe)),
        trend: live.trend(&spec.probe).cloned(),
    });
    let gauges = gauges.collect();
    let queues = watched.queues.iter().map(|spec| QueueLine {
        spec: spec.clone(),
        reading: live.reading(&spec.depth),
        stale: stale(live.fresh(&spec.depth)),
        state: queue_state(spec, |id| live.fresh(id), live.trend(&spec.depth)),
        trend: live.trend(&spec.depth).cloned(),
    });
    let queues = queues.collect();
    let slos: Vec<SloLine> = watched
        .slos
        .iter()
        .map(|spec| slo_line(spec, &live))
        .collect();
    live.slos = slos
        .iter()
        .map(|line| (line.spec.id.clone(), line.state.clone()))
        .collect();
    let hooks = model.pack.hook_states(&live);
    let lights = model.pack.light_states(&live, &hooks);
    model.board = Board {
        gauges,
        slos,
        queues,
        hooks,
        lights,
    };
    model.shift = model.pack.shift_at(model.now.wall).map(|shift| ShiftNow {
        title: shift.title,
        from: shift.from,
        to: shift.to,
    });
    changed(&before, &lights_of(&model.board), model.now.wall)
}

fn slo_line(spec: &SloSpec, live: &Live<'_>) -> SloLine {
    let total = spec.total("5m");
    let trend = live.trend(&total).map(|total| {
        let errors = live.trend(&spec.errors("5m"));
        let none = Series {
            values: Vec::new(),
            ..total.clone()
        };
        share_of(errors.unwrap_or(&none), total)
    });
    SloLine {
        spec: spec.clone(),
        reading: live.reading(&total),
        stale: matches!(live.fresh(&total), Fresh::Stale { .. }),
        state: slo_state(spec, |id| live.fresh(id)),
        trend,
    }
}

/// The lights and hooks that there are.
type Lights = (
    BTreeMap<LightId, Light>,
    BTreeMap<HookId, (Light, Option<Timestamp>)>,
);

fn lights_of(board: &Board) -> Lights {
    (
        board
            .lights
            .iter()
            .map(|state| (state.id.clone(), state.light))
            .collect(),
        board
            .hooks
            .iter()
            .map(|state| (state.id.clone(), (state.light, state.window_end)))
            .collect(),
    )
}

/// A light that is heard of for the first time did not change.
fn changed(before: &Lights, after: &Lights, now: Timestamp) -> Vec<Change> {
    let lights = after.0.iter().filter_map(|(id, to)| {
        let from = before.0.get(id).copied().filter(|from| from != to)?;
        Some(Change {
            at: now,
            what: What::LightChanged {
                id: id.clone(),
                from,
                to: *to,
            },
        })
    });
    let hooks = after.1.iter().filter_map(|(id, (to, end))| {
        let (from, _) = before.1.get(id).copied().filter(|(from, _)| from != to)?;
        Some(Change {
            at: end.unwrap_or(now),
            what: What::HookChanged {
                id: id.clone(),
                from,
                to: *to,
            },
        })
    });
    // What was unknown only because nothing had been read yet tells nothing.
    let tells = |what: &What| match what {
        What::LightChanged { from, .. } | What::HookChanged { from, .. } => *from != Light::Unknown,
        _ => true,
    };
    lights
        .chain(hooks)
        .filter(|change| tells(&change.what))
        .collect()
}

/// The changes of hooks that their stored windows tell.
pub(super) fn hook_history(model: &Model) -> Vec<Change> {
    let live = Live {
        readings: &model.readings,
        every: &model.watched.every,
        now: model.now.wall,
        slos: HashMap::new(),
    };
    let mut found = Vec::new();
    for hook in model.pack.hooks() {
        let windows = model.pack.hook_history(&hook.id, &live);
        for pair in windows.windows(2) {
            let [(_, from), (at, to)] = pair else {
                continue;
            };
            if from != to {
                let what = What::HookChanged {
                    id: hook.id.clone(),
                    from: *from,
                    to: *to,
                };
                found.push(Change { at: *at, what });
            }
        }
    }
    found
}

/// What the pack makes of an alert.
pub(super) fn alert_line(model: &Model, mut alert: Alert) -> AlertLine {
    let pack = &model.pack;
    let severity = pack.severity_of(&alert.labels);
    let word = pack.severity(severity).map_or_else(
        || alert.labels.get("severity").cloned().unwrap_or_default(),
        |spec| spec.title.get(model.look.lang).to_owned(),
    );
    if alert.expression.is_none() {
        alert.expression = rule_of(&alert.name, &alert.labels, &model.alerts.rules)
            .map(|rule| rule.expression.clone());
    }
    let runbook = alert.annotations.get("runbook_url").cloned();
    AlertLine {
        alert,
        severity,
        severity_word: word,
        runbook,
    }
}

/// Takes what a pack says is watched.
pub(super) fn take_pack(model: &mut Model, pack: Arc<Pack>) {
    let list = pack.watchlist();
    model.queries = list
        .probes
        .iter()
        .map(|probe| (probe.id.clone(), probe.expr.clone()))
        .chain(
            list.series
                .iter()
                .map(|series| (series.id.clone(), series.expr.clone())),
        )
        .collect();
    model.watched = Watched {
        gauges: pack.gauges().to_vec(),
        slos: pack.slos().to_vec(),
        queues: pack.queues().to_vec(),
        every: list
            .probes
            .iter()
            .map(|probe| (probe.id.clone(), probe.every))
            .collect(),
    };
    model.look.zone = if pack.is_generic() {
        model.look.zone.clone()
    } else {
        pack.time_zone.clone()
    };
    model.pack = pack;
}

/// Takes what a generic desk found; what the pack itself watches stays.
pub(super) fn adopt(
    model: &mut Model,
    slos: Vec<SloSpec>,
    queues: Vec<QueueSpec>,
    gauges: Vec<GaugeSpec>,
) {
    let watched = &mut model.watched;
    watched.slos = model.pack.slos().iter().cloned().chain(slos).collect();
    watched.queues = model.pack.queues().iter().cloned().chain(queues).collect();
    watched.gauges = model.pack.gauges().iter().cloned().chain(gauges).collect();
}
