//! The ids conditions may name, and what each of them has to say.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Fact, Lamp, Number, SloField, SlotKind, Thing};
use crate::{
    domain::{
        calendar::Hours,
        gauge::GaugeSpec,
        id::{CheckId, GateId, HookId, LightId, QueryId},
        queue::QueueSpec,
        slo::SloSpec,
        text::Text,
    },
    pack::nearest::suggestion,
};

/// A gate as conditions know it.
#[derive(Debug, Clone)]
pub(in crate::pack) struct NamedGate {
    pub id: GateId,
    pub title: Text,
    pub weight: Option<f64>,
}

/// Hours of the pack that have a name.
#[derive(Debug, Clone)]
pub(in crate::pack) struct NamedWindow {
    pub id: String,
    pub title: Text,
    pub hours: Hours,
    pub zone: TimeZone,
}

/// The ids conditions may name.
#[derive(Debug, Clone, Default)]
pub(in crate::pack) struct Ids {
    /// By the pack's own name.
    pub probes: Vec<(String, QueryId)>,
    /// Those of them whose past nobody keeps.
    pub unkept: Vec<QueryId>,
    pub gauges: Vec<GaugeSpec>,
    pub slos: Vec<SloSpec>,
    pub queues: Vec<QueueSpec>,
    pub hooks: Vec<HookId>,
    /// The length of the windows of each hook.
    pub hook_windows: Vec<(HookId, Duration)>,
    pub gates: Vec<NamedGate>,
    pub lights: Vec<LightId>,
    pub windows: Vec<NamedWindow>,
    pub checks: Vec<CheckId>,
    /// The pack's severities, the gravest first.
    pub severities: Vec<String>,
}

/// A number and whether CEL calls it an integer, which it does not mix with others in arithmetic.
pub(super) struct Typed {
    pub number: Number,
    pub integer: bool,
}

/// One side of a comparison.
pub(super) enum Operand {
    Number(Typed),
    Lamp(Lamp),
    Word(String),
    /// A value that is no measured number, and of what type it is.
    Thing(Thing, SlotKind),
}

/// The functions that name an object of the pack.
pub(super) const FUNCTIONS: [&str; 8] = [
    "probe",
    "gauge",
    "slo",
    "queue",
    "hook",
    "gate",
    "light",
    "in_window",
];

pub(super) fn names_of(ids: &Ids, function: &str) -> Vec<String> {
    each_name(ids, function).map(str::to_owned).collect()
}

/// A large pack asks this for every name in every condition: nothing is copied.
fn each_name<'i>(ids: &'i Ids, function: &str) -> Box<dyn Iterator<Item = &'i str> + 'i> {
    match function {
        "probe" => Box::new(ids.probes.iter().map(|(name, _)| name.as_str())),
        "gauge" => Box::new(ids.gauges.iter().map(|spec| spec.id.as_str())),
        "slo" => Box::new(ids.slos.iter().map(|spec| spec.id.as_str())),
        "queue" => Box::new(ids.queues.iter().map(|spec| spec.id.as_str())),
        "hook" => Box::new(ids.hooks.iter().map(HookId::as_str)),
        "gate" => Box::new(ids.gates.iter().map(|gate| gate.id.as_str())),
        "in_window" => Box::new(ids.windows.iter().map(|it| it.id.as_str())),
        "check" => Box::new(ids.checks.iter().map(CheckId::as_str)),
        _ => Box::new(ids.lights.iter().map(LightId::as_str)),
    }
}

pub(super) fn find(ids: &Ids, function: &str, id: &str) -> Option<usize> {
    each_name(ids, function).position(|name| name == id)
}

pub(super) const fn fields_of(function: &str) -> &'static [&'static str] {
    match function.as_bytes() {
        b"gauge" => &["value", "light", "change"],
        b"slo" => &["good", "errors", "budget_left", "light"],
        b"queue" => &["depth", "oldest", "rate_in", "rate_out", "light"],
        b"hook" => &["light"],
        b"gate" => &["light", "weight"],
        b"check" => &["light", "age"],
        _ => &[],
    }
}

/// Why not, and what was probably meant.
pub(super) type Refused = (String, Option<String>);

/// What `function('id')` or `function('id').field` says.
pub(super) fn resolve(
    ids: &Ids,
    function: &str,
    place: usize,
    field: Option<&str>,
) -> Result<Operand, Refused> {
    let fact = |fact| {
        Ok(Operand::Number(Typed {
            number: Number::Fact(fact),
            integer: false,
        }))
    };
    let lamp = |lamp| Ok(Operand::Lamp(lamp));
    match (function, field) {
        ("probe", None) => fact(Fact::Query(ids.probes[place].1.clone())),
        ("light", None) => lamp(Lamp::Light(ids.lights[place].clone())),
        ("hook", Some("light")) => lamp(Lamp::Hook(ids.hooks[place].clone())),
        ("gate", Some("light")) => lamp(Lamp::Gate(ids.gates[place].id.clone())),
        ("gate", Some("weight")) => match ids.gates[place].weight {
            Some(weight) => Ok(Operand::Number(Typed {
                number: Number::Literal(weight),
                integer: false,
            })),
            None => Err((
                format!("gate `{}` has no weight", ids.gates[place].id),
                None,
            )),
        },
        ("in_window", None) => Ok(Operand::Thing(Thing::Window(place), SlotKind::Bool)),
        ("check", Some("light")) => lamp(Lamp::Check(ids.checks[place].clone())),
        ("check", Some("age")) => fact(Fact::CheckAge(ids.checks[place].clone())),
        ("gauge", Some("value")) => fact(Fact::Query(ids.gauges[place].probe.clone())),
        ("gauge", Some("change")) => fact(Fact::Change(ids.gauges[place].probe.clone())),
        ("gauge", Some("light")) if ids.gauges[place].good.is_none() => Err((
            format!("gauge `{}` has no limit, so no light", ids.gauges[place].id),
            None,
        )),
        ("gauge", Some("light")) => lamp(Lamp::Gauge(place)),
        ("slo", Some("light")) => lamp(Lamp::Slo(ids.slos[place].id.clone())),
        ("slo", Some("good")) => fact(Fact::Slo(ids.slos[place].id.clone(), SloField::Good)),
        ("slo", Some("errors")) => fact(Fact::Slo(ids.slos[place].id.clone(), SloField::Errors)),
        ("slo", Some("budget_left")) => {
            fact(Fact::Slo(ids.slos[place].id.clone(), SloField::BudgetLeft))
        }
        ("queue", Some("light")) => lamp(Lamp::Queue(place)),
        ("queue", Some(name)) if fields_of("queue").contains(&name) => {
            queue_fact(&ids.queues[place], name).map_or_else(
                || {
                    Err((
                        format!("queue `{}` reads no {name}", ids.queues[place].id),
                        None,
                    ))
                },
                fact,
            )
        }
        (function, name) => {
            let name = name.unwrap_or_default();
            let what = format!("a {function} has no `.{name}`");
            Err((what, suggestion(name, fields_of(function).iter().copied())))
        }
    }
}

fn queue_fact(queue: &QueueSpec, field: &str) -> Option<Fact> {
    let query = |id: &Option<QueryId>| id.clone().map(Fact::Query);
    match field {
        "depth" => Some(Fact::Query(queue.depth.clone())),
        "oldest" => queue.oldest.clone().map(|oldest| Fact::Oldest {
            depth: queue.depth.clone(),
            oldest,
        }),
        "rate_in" => query(&queue.rate_in),
        _ => query(&queue.rate_out),
    }
}
