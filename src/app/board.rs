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
        gauge::GaugeSpec,
        gauge_state::gauge_state,
        hook::HookState,
        id::{GateId, HookId, LightId, QueryId, SloId},
        light::{Light, LightState},
        logbook::{GateBook, Tick},
        observation::Found,
        queue::QueueSpec,
        queue_state::queue_state,
        series::Series,
        slo::{SloSpec, SloState},
        slo_state::slo_state,
    },
    pack::{AlertVerdict, Facts, HookWindow, Pack},
};

use super::{
    model::{AlertLine, Model, Readings, ShiftNow},
    share::share_of,
};

pub use crate::domain::line::{GaugeLine, QueueLine, SloLine};

/// Everything the desk watches, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    pub gauges: Vec<GaugeLine>,
    pub slos: Vec<SloLine>,
    pub queues: Vec<QueueLine>,
    pub hooks: Vec<HookState>,
    pub lights: Vec<LightState>,
    /// What the pack says of its alerts, in its order.
    pub verdicts: Vec<AlertVerdict>,
    /// The gates, each with the worst of its parts.
    pub gates: Vec<(GateId, Light)>,
}

/// What is watched: the pack's, and what a generic desk found.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    pub gauges: Vec<GaugeSpec>,
    pub slos: Vec<SloSpec>,
    pub queues: Vec<QueueSpec>,
    /// How often each query is read, from which the age its value may have follows.
    every: HashMap<QueryId, Duration>,
    /// The series that are read: trends and windows.
    series: Vec<QueryId>,
    /// A generic desk has looked for what there is.
    pub discovered: bool,
}

impl Watched {
    /// Whether every question has had its first answer, whatever it said.
    pub fn is_read(&self, readings: &Readings) -> bool {
        let answered = |reading: Option<&Reading<f64>>| {
            reading.is_some_and(|reading| !matches!(reading, Reading::Waiting))
        };
        let mut probes = self.every.keys();
        probes.all(|id| answered(readings.instants.get(id)))
            && self.series.iter().all(|id| {
                let reading = readings.series.get(id);
                reading.is_some_and(|reading| !matches!(reading, Reading::Waiting))
            })
    }
}

/// A new reading after an old one: a failure keeps the value that was known, marked lost.
pub(super) fn newer<T>(before: Option<Reading<T>>, after: Reading<T>) -> Reading<T> {
    match (before, after) {
        (Some(before), Reading::Failed(trouble)) => before.failed(trouble),
        (_, after) => after,
    }
}

/// How long after the start the first readings may still be on their way.
const SETTLES: Duration = Duration::from_secs(30);

/// The readings as conditions and states ask for them: stale ones can't be judged by.
struct Live<'a> {
    readings: &'a Readings,
    every: &'a HashMap<QueryId, Duration>,
    now: Timestamp,
    slos: HashMap<SloId, SloState>,
    gates: &'a GateBook,
    clocked: Timestamp,
}

impl<'a> Live<'a> {
    fn of(model: &'a Model) -> Self {
        Self {
            readings: &model.readings,
            every: &model.watched.every,
            now: model.now.wall,
            slos: HashMap::new(),
            gates: &model.logbook.gates,
            clocked: model.clocked,
        }
    }

    fn fresh_now(&self, id: &QueryId) -> Fresh<'a, f64> {
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

    /// What was read of the last hour, lost or not: the times on it say how far it reaches.
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
    fn fresh(&self, id: &QueryId) -> Fresh<'_, f64> {
        self.fresh_now(id)
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

    fn tick(&self, gate: &GateId, tick: &str) -> Option<&Tick> {
        self.gates.tick(gate, tick)
    }

    fn clocked(&self) -> Timestamp {
        self.clocked
    }
}

/// The readings of a model, as conditions of actions are judged on them.
pub fn facts(model: &Model) -> impl Facts + '_ {
    let slos = model.board.slos.iter();
    Live {
        slos: slos
            .map(|line| (line.spec.id.clone(), line.state.clone()))
            .collect(),
        ..Live::of(model)
    }
}

/// Works everything out and says which lights, hooks and gates changed.
pub(super) fn work_out(model: &mut Model) -> Vec<Change> {
    let before = lights_of(&model.board);
    let watched = &model.watched;
    let now = model.now.wall;
    let mut live = Live::of(model);
    let stale = |fresh: Fresh<'_, f64>| matches!(fresh, Fresh::Stale { .. });
    let gauges = watched.gauges.iter().map(|spec| GaugeLine {
        spec: spec.clone(),
        reading: live.reading(&spec.probe),
        stale: stale(live.fresh_now(&spec.probe)),
        state: gauge_state(spec, live.fresh_now(&spec.probe)),
        trend: live.trend(&spec.probe).cloned(),
    });
    let gauges = gauges.collect();
    let queues = watched.queues.iter().map(|spec| QueueLine {
        spec: spec.clone(),
        reading: live.reading(&spec.depth),
        stale: stale(live.fresh_now(&spec.depth)),
        state: queue_state(spec, |id| live.fresh_now(id), live.trend(&spec.depth), now),
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
    let verdicts = model.pack.alert_verdicts(&live, &hooks, &lights);
    let gates = model.pack.gate_states(&live, &hooks).into_iter();
    let gates = gates.map(|gate| (gate.id, gate.light)).collect();
    model.board = Board {
        gauges,
        slos,
        queues,
        hooks,
        lights,
        verdicts,
        gates,
    };
    model.shift = model.pack.shift_at(model.now.wall).map(|shift| ShiftNow {
        title: shift.title,
        from: shift.from,
        to: shift.to,
    });
    let starting = model.now.mono.saturating_sub(model.opened) < SETTLES;
    changed(&before, &lights_of(&model.board), model.now.wall, starting)
}

fn slo_line(spec: &SloSpec, live: &Live<'_>) -> SloLine {
    let (errors, total) = (spec.errors("5m"), spec.total("5m"));
    let state = slo_state(spec, |id| live.fresh_now(id));
    // What keeps the share from being judged is what the line tells of.
    let comes = live
        .fresh_now(&total)
        .live()
        .is_some_and(|total| *total > 0.0);
    let telling = if comes && live.fresh_now(&errors).live().is_none() {
        &errors
    } else {
        &total
    };
    SloLine {
        spec: spec.clone(),
        reading: live.reading(telling),
        stale: matches!(live.fresh_now(telling), Fresh::Stale { .. }),
        state,
        trend: slo_trend(live, &errors, &total),
    }
}

/// The last hour of the share that was good; a counter that never rose has no series, which is told apart from one that
/// was not read.
fn slo_trend(live: &Live<'_>, errors: &QueryId, total: &QueryId) -> Option<Series> {
    let total = live.trend(total)?;
    if let Some(errors) = live.trend(errors) {
        return Some(share_of(errors, total));
    }
    if !matches!(live.readings.series.get(errors)?, Reading::NoData) {
        return None;
    }
    let none = Series {
        values: vec![None; total.values.len()],
        ..total.clone()
    };
    Some(share_of(&none, total))
}

/// What lights, hooks and gates show.
struct Colours {
    lights: BTreeMap<LightId, Light>,
    hooks: BTreeMap<HookId, (Light, Option<Timestamp>)>,
    gates: BTreeMap<GateId, Light>,
}

fn lights_of(board: &Board) -> Colours {
    let lights = board.lights.iter();
    let hooks = board.hooks.iter();
    Colours {
        lights: lights
            .map(|state| (state.id.clone(), state.light))
            .collect(),
        hooks: hooks
            .map(|state| (state.id.clone(), (state.light, state.window_end)))
            .collect(),
        gates: board.gates.iter().cloned().collect(),
    }
}

/// A light that is heard of for the first time did not change.
fn changed(before: &Colours, after: &Colours, now: Timestamp, starting: bool) -> Vec<Change> {
    // What was unknown only because nothing had been read yet tells nothing.
    let tells = |from: Light, to: Light| from != to && (from != Light::Unknown || !starting);
    let lights = after.lights.iter().filter_map(|(id, to)| {
        let from = *before.lights.get(id).filter(|from| tells(**from, *to))?;
        let (id, to) = (id.clone(), *to);
        let what = What::LightChanged { id, from, to };
        Some(Change { at: now, what })
    });
    let hooks = after.hooks.iter().filter_map(|(id, (to, end))| {
        let (from, _) = *before.hooks.get(id).filter(|(from, _)| tells(*from, *to))?;
        let (id, to) = (id.clone(), *to);
        let what = What::HookChanged { id, from, to };
        let at = end.unwrap_or(now);
        Some(Change { at, what })
    });
    let gates = after.gates.iter().filter_map(|(id, to)| {
        let from = *before.gates.get(id).filter(|from| tells(**from, *to))?;
        let (id, to) = (id.clone(), *to);
        let what = What::GateChanged { id, from, to };
        Some(Change { at: now, what })
    });
    lights.chain(hooks).chain(gates).collect()
}

/// The changes of hooks that their stored windows tell.
pub(super) fn hook_history(model: &Model) -> Vec<Change> {
    let live = Live::of(model);
    let mut found = Vec::new();
    for hook in model.pack.hooks() {
        let windows = model.pack.hook_windows(&hook.id, &live);
        let whole: Vec<&HookWindow> = windows.iter().filter(|it| !it.running).collect();
        for pair in whole.windows(2) {
            let [before, after] = pair else {
                continue;
            };
            if before.light != after.light {
                let what = What::HookChanged {
                    id: hook.id.clone(),
                    from: before.light,
                    to: after.light,
                };
                found.push(Change {
                    at: after.end,
                    what,
                });
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
    model.look.zone = if pack.is_generic() {
        model.look.zone.clone()
    } else {
        pack.time_zone.clone()
    };
    model.pack = pack;
    adopt(model, Found::default());
}

/// Takes what a generic desk found, with what the pack itself watches.
pub(super) fn adopt(model: &mut Model, found: Found) {
    let pack = &model.pack;
    let list = pack.watchlist();
    let probes = || list.probes.iter().chain(&found.probes);
    let series = list.series.iter().chain(&found.series);
    let reads = list.reads.iter().flat_map(|read| {
        let fields = read.fields.iter();
        fields.map(|field| (field.id.clone(), read.every))
    });
    model.queries = probes()
        .map(|probe| (probe.id.clone(), probe.expr.clone()))
        .chain(series.map(|series| (series.id.clone(), series.expr.clone())))
        .collect();
    model.watched = Watched {
        every: probes()
            .map(|probe| (probe.id.clone(), probe.every))
            .chain(reads)
            .collect(),
        series: list
            .series
            .iter()
            .chain(&found.series)
            .map(|series| series.id.clone())
            .collect(),
        discovered: false,
        gauges: pack.gauges().iter().cloned().chain(found.gauges).collect(),
        slos: pack.slos().iter().cloned().chain(found.slos).collect(),
        queues: pack.queues().iter().cloned().chain(found.queues).collect(),
    };
}
