//! The world of a case.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Case, Reading};
use crate::{
    domain::{
        action::{
            record::ActorMark,
            target::Target,
            value::{Value, Values},
        },
        freshness::Fresh,
        id::{ActionId, CheckId, GateId, QueryId, SloId},
        light::Light,
        logbook::Tick,
        series::Series,
        slo::SloState,
        time::floor_to,
        watchlist::SeriesWatch,
    },
    pack::{ActionWorld, CheckSeen, Facts, IncidentSeen, ObjectField, Pack, parse_object},
};

/// When a case plays that says no time: a Friday in the early afternoon, UTC.
const USUAL: &str = "2026-11-20T06:20:00Z";

/// What a case says that there is, and nothing else.
pub(super) struct World<'c> {
    now: Timestamp,
    pack: &'c Pack,
    case: &'c Case,
    readings: BTreeMap<QueryId, f64>,
    series: BTreeMap<QueryId, Series>,
    ticks: BTreeMap<(String, String), Tick>,
    objects: Vec<(Target, &'c BTreeMap<String, f64>)>,
    slos: BTreeMap<String, SloState>,
}

impl<'c> World<'c> {
    /// The world, and the names in it that the pack does not know.
    pub fn of(pack: &'c Pack, case: &'c Case) -> (Self, Vec<String>) {
        let usual = USUAL.parse().expect("it is written as a time is");
        let mut world = Self {
            now: case.at.unwrap_or(usual),
            pack,
            case,
            readings: BTreeMap::new(),
            series: BTreeMap::new(),
            ticks: BTreeMap::new(),
            objects: Vec::new(),
            slos: BTreeMap::new(),
        };
        let mut unknown = Vec::new();
        for (name, reading) in &case.readings {
            let id: QueryId = format!("{}/{name}", pack.id).into();
            let list = pack.watchlist();
            let watch = list.series.iter().find(|watch| watch.id == id);
            if watch.is_none()
                && pack.probes().iter().all(|probe| probe.id != id)
                && list.probes.iter().all(|probe| probe.id != id)
            {
                unknown.push(format!("readings.{name}"));
            }
            if let Reading::Value(value) = reading {
                world.steady(id, *value, watch);
            }
        }
        for (name, holds) in &case.ticks {
            let (gate, tick) = name.split_once('/').unwrap_or((name, ""));
            let known = pack.gate(&gate.into());
            if known.is_none_or(|gate| gate.ticks.iter().all(|it| it.id != tick)) {
                unknown.push(format!("ticks.{name}"));
            }
            let said = Tick {
                at: world.now,
                by: nobody(),
                holds: *holds,
                evidence: "case".to_owned(),
            };
            world.ticks.insert((gate.to_owned(), tick.to_owned()), said);
        }
        for (name, fields) in &case.objects {
            match parse_object(name) {
                Ok(target) => world.objects.push((target, fields)),
                Err((what, _)) => unknown.push(what),
            }
            unknown.extend(
                fields
                    .keys()
                    .filter(|field| field_named(field).is_none())
                    .map(|field| format!("objects.{name}.{field}")),
            );
        }
        for (name, left) in &case.budgets {
            if pack.slos().iter().all(|slo| slo.id.as_str() != name) {
                unknown.push(format!("budgets.{name}"));
            }
            world.slos.insert(name.clone(), SloState::of_budget(*left));
        }
        unknown.extend(case.environment.iter().filter_map(|name| {
            let own = pack.desk.environment.iter();
            let mut known = own.chain(pack.environments().iter().map(|one| &one.id));
            known
                .all(|known| known != name)
                .then(|| format!("environment {name}"))
        }));
        let checks = case.checks.keys();
        unknown.extend(
            checks
                .filter(|id| pack.check(&id.as_str().into()).is_none())
                .map(|id| format!("checks.{id}")),
        );
        (world, unknown)
    }

    /// A steady value now and as far back as is watched.
    fn steady(&mut self, id: QueryId, value: f64, watch: Option<&SeriesWatch>) {
        if let Some(watch) = watch {
            let end = floor_to(self.now - watch.delay.unwrap_or_default(), watch.step);
            let steps = watch.span.as_secs() / watch.step.as_secs().max(1);
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            // The window that runs has begun to come too.
            let count = steps as usize + 1 + usize::from(watch.delay.is_some());
            let series = Series {
                start: end - watch.step * steps,
                step: watch.step,
                values: vec![Some(value); count],
            };
            self.series.insert(id.clone(), series);
        }
        self.readings.insert(id, value);
    }

    pub fn environment(&self) -> Option<&str> {
        self.case.environment.as_deref()
    }
}

fn nobody() -> ActorMark {
    ActorMark {
        principal: Some("case".to_owned()),
        uid: 0,
        login_uid: None,
        ssh_key: None,
        host: "case".to_owned(),
    }
}

fn field_named(name: &str) -> Option<ObjectField> {
    Some(match name {
        "ready" => ObjectField::Ready,
        "desired" => ObjectField::Desired,
        "updated" => ObjectField::Updated,
        "exists" => ObjectField::Exists,
        "cordoned" => ObjectField::Cordoned,
        _ => return None,
    })
}

/// Whether two name the same object; one without a namespace is of the desk's.
fn is_same(one: &Target, other: &Target) -> bool {
    match (one, other) {
        (
            Target::Object {
                kind: a,
                namespace: one,
                name: b,
            },
            Target::Object {
                kind: c,
                namespace: other,
                name: d,
            },
        ) => a == c && b == d && (one.is_none() || other.is_none() || one == other),
        _ => false,
    }
}

impl Facts for World<'_> {
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
        self.slos.get(id.as_str())
    }

    fn tick(&self, gate: &GateId, tick: &str) -> Option<&Tick> {
        self.ticks.get(&(gate.to_string(), tick.to_owned()))
    }
}

/// What one action or check has, in the world of its case.
pub(super) struct Having<'w> {
    pub world: &'w World<'w>,
    pub params: &'w Values,
    pub before: &'w Values,
    pub target: Option<Target>,
}

impl Having<'_> {
    /// Whether it ended within these seconds; `None` where the case has no ledger.
    fn ended(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        let done = self.world.case.done.as_ref()?;
        let own = self.world.pack.id.as_str();
        let (pack, name) = action.parts();
        let short = (pack == own).then(|| done.get(name)).flatten();
        let ago = short.or_else(|| done.get(action.as_str()));
        Some(ago.is_some_and(|ago| *ago <= seconds))
    }
}

impl ActionWorld for Having<'_> {
    fn params(&self) -> &Values {
        self.params
    }

    fn before(&self) -> &Values {
        self.before
    }

    fn saved(&self, step: &str, field: &str) -> Option<Value> {
        match self.before.get(step)? {
            Value::Object(fields) => fields.get(field).cloned(),
            _ => None,
        }
    }

    fn env(&self, name: &str) -> Option<String> {
        self.world.case.env.get(name).cloned()
    }

    fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    fn object(&self, target: &Target, field: ObjectField) -> Option<f64> {
        let (_, fields) = self
            .world
            .objects
            .iter()
            .find(|(known, _)| is_same(known, target))?;
        let named = fields
            .iter()
            .find(|(name, _)| field_named(name) == Some(field));
        named.map(|(_, value)| *value)
    }

    fn done(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.ended(action, seconds)
    }

    fn verified(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.done(action, seconds)
    }

    fn check(&self, check: &CheckId) -> Option<CheckSeen> {
        let light = match self.world.case.checks.get(check.as_str())?.as_str() {
            "passed" => Light::Green,
            "warned" => Light::Yellow,
            "failed" => Light::Red,
            _ => Light::Unknown,
        };
        Some(CheckSeen { light, age: 60.0 })
    }

    fn incident(&self) -> Option<IncidentSeen> {
        match self.world.case.incident.as_deref()? {
            "none" => Some(IncidentSeen::None),
            severity => Some(IncidentSeen::Open(severity.to_owned())),
        }
    }
}
