//! A world in which all is well with Glancy, for the tests to spoil.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::{
    domain::{
        action::value::Values,
        freshness::Fresh,
        hook::HookState,
        id::{ActionId, GateId, QueryId, SloId},
        light::LightState,
        logbook::Tick,
        series::Series,
        slo::SloState,
        time::floor_to,
        watchlist::SeriesWatch,
    },
    pack::{ActionWorld, Facts, IncidentSeen, Pack},
};

pub fn glancy() -> Pack {
    match Pack::embedded("glancy").expect("glancy comes with the program") {
        Ok(pack) => pack,
        Err(errors) => panic!("{errors}"),
    }
}

/// Everything that glancy reads, as a source would give it: steady values, changed by the tests.
pub struct World {
    pub now: Timestamp,
    pub readings: BTreeMap<QueryId, f64>,
    pub series: BTreeMap<QueryId, Series>,
    watches: Vec<SeriesWatch>,
    ticks: BTreeMap<(String, String), Tick>,
    slos: BTreeMap<SloId, SloState>,
}

pub const GOOD: [(&str, f64); 27] = [
    ("lookup-success", 0.9995),
    ("lookup-errors", 0.0005),
    ("lookup-p95", 1.8),
    ("regen-success", 0.9971),
    ("regen-p95", 2.35),
    ("cost-burn", 0.52),
    ("rate-429", 0.008),
    ("degraded", 0.0025),
    ("sub-sync", 2.1),
    ("cache-l1", 0.62),
    ("cache-l2", 0.34),
    ("doubao-5xx", 0.006),
    ("circuit-open", 0.0),
    ("contract-failures", 0.0),
    ("probe-up", 1.0),
    ("hook/HK-01/success", 0.9995),
    ("hook/HK-01/errors", 0.0005),
    ("hook/HK-01/probe", 1.0),
    ("hook/HK-02/p95", 1.9),
    ("hook/HK-03/cost", 0.52),
    ("hook/HK-04/ratio", 0.008),
    ("hook/HK-04/mismatch", 0.0),
    ("hook/HK-05/success", 0.998),
    ("hook/HK-05/delay", 2.1),
    ("hook/HK-06/degraded", 0.0025),
    ("hook/HK-06/failed", 0.0),
    ("stream-loss", 0.001),
];

impl World {
    pub fn of(pack: &Pack) -> Self {
        let mut world = Self {
            now: "2026-11-21T06:32:10Z".parse().expect("a time"),
            readings: BTreeMap::new(),
            series: BTreeMap::new(),
            watches: pack.watchlist().series.clone(),
            ticks: BTreeMap::new(),
            slos: BTreeMap::new(),
        };
        for (id, value) in GOOD {
            world.set(id, Some(value));
        }
        world
    }

    /// A steady value now and as far back as is watched, or nothing at all.
    pub fn set(&mut self, id: &str, value: Option<f64>) {
        let id: QueryId = format!("glancy/{id}").into();
        let Some(value) = value else {
            self.readings.remove(&id);
            self.series.remove(&id);
            return;
        };
        self.readings.insert(id.clone(), value);
        if let Some(watch) = self.watches.iter().find(|watch| watch.id == id) {
            let end = floor_to(self.now - watch.delay.unwrap_or_default(), watch.step);
            let count = (watch.span.as_secs() / watch.step.as_secs()) as usize;
            let mut values = vec![Some(value); count + 1];
            if watch.delay.is_some() {
                values.push(Some(value));
            }
            let start = end - watch.step * u32::try_from(count).expect("small");
            self.series.insert(
                id,
                Series {
                    start,
                    step: watch.step,
                    values,
                },
            );
        }
    }

    /// Sets what is left of an error budget; all else of the SLO is not known.
    pub fn budget(&mut self, slo: &str, left: f64) {
        self.slos.insert(slo.into(), SloState::of_budget(left));
    }

    /// Sets what somebody last said of a part of a gate.
    pub fn ticked(&mut self, gate: &str, tick: &str, said: Tick) {
        self.ticks.insert((gate.to_owned(), tick.to_owned()), said);
    }

    /// Sets all that is stored of a query.
    pub fn store(&mut self, id: &str, start: Timestamp, step: Duration, values: &[Option<f64>]) {
        let series = Series {
            start,
            step,
            values: values.to_vec(),
        };
        self.series.insert(format!("glancy/{id}").into(), series);
    }

    /// Sets the newest stored values, newest last.
    pub fn tail(&mut self, id: &str, values: &[Option<f64>]) {
        let id: QueryId = format!("glancy/{id}").into();
        let stored = &mut self.series.get_mut(&id).expect("it is watched").values;
        let from = stored.len() - values.len();
        stored[from..].copy_from_slice(values);
    }
}

impl Facts for World {
    fn fresh(&self, id: &QueryId) -> Fresh<'_, f64> {
        let as_of = self.now;
        self.readings
            .get(id)
            .map_or(Fresh::NoData, |value| Fresh::Live { value, as_of })
    }

    fn series(&self, id: &QueryId) -> Option<&Series> {
        self.series.get(id)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn slo(&self, id: &SloId) -> Option<&SloState> {
        self.slos.get(id)
    }

    fn tick(&self, gate: &GateId, tick: &str) -> Option<&Tick> {
        self.ticks.get(&(gate.to_string(), tick.to_owned()))
    }
}

/// A desk at which this incident is open and these actions were done, so many seconds ago.
#[derive(Default)]
pub struct Desk {
    pub params: Values,
    pub before: Values,
    pub incident: Option<&'static str>,
    pub done: Vec<&'static str>,
    pub ago: f64,
}

impl ActionWorld for Desk {
    fn params(&self) -> &Values {
        &self.params
    }

    fn before(&self) -> &Values {
        &self.before
    }

    fn done(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        assert!(seconds <= 86_400.0, "within a day");
        let name = action.parts().1;
        Some(self.done.contains(&name) && self.ago <= seconds)
    }

    fn incident(&self) -> Option<IncidentSeen> {
        Some(match self.incident {
            Some(severity) => IncidentSeen::Open(severity.to_owned()),
            None => IncidentSeen::None,
        })
    }
}

pub fn hook(pack: &Pack, world: &World, id: &str) -> HookState {
    let states = pack.hook_states(world);
    states
        .into_iter()
        .find(|hook| hook.id.as_str() == id)
        .expect("the hook is there")
}

pub fn release(pack: &Pack, world: &World) -> LightState {
    let mut states = pack.light_states(world, &pack.hook_states(world));
    states.remove(0)
}
