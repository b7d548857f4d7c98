//! What a condition was judged on, comparison by comparison, as a person reads it in whatever language.

use super::{Aim, Fact, Ids, Lamp, Number, Order, SloField, Slot, Statement, Thing, View};
use crate::domain::{action::value::Value, gauge::Unit, id::QueryId, light::Light};
use crate::pack::actions::ObjectField;

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub(in crate::pack) struct Told {
    /// `exports depth 2413 > 2000`
    pub read: Vec<String>,
    /// `exports oldest`
    pub missing: Vec<String>,
    /// What the action itself lacks so far.
    pub unfilled: Vec<String>,
}

impl Told {
    fn lacks(&mut self, slot: &Slot) {
        let name = slot_name(slot);
        match slot {
            Slot::Param(_) | Slot::Before(_) | Slot::Saved { .. } => self.unfilled.push(name),
            Slot::Env(_) | Slot::Target | Slot::Text(_) => self.missing.push(name),
        }
    }
}

impl Statement {
    /// Each part of the statement with what it reads now.
    pub(in crate::pack) fn tell(&self, view: &dyn View, ids: &Ids) -> Told {
        let mut told = Told::default();
        Teller { view, ids }.statement(self, &mut told);
        told.read.dedup();
        for names in [&mut told.missing, &mut told.unfilled] {
            let mut seen = std::collections::BTreeSet::new();
            names.retain(|name| seen.insert(name.clone()));
        }
        told
    }
}

struct Teller<'a> {
    view: &'a dyn View,
    ids: &'a Ids,
}

impl Teller<'_> {
    fn statement(&self, statement: &Statement, told: &mut Told) {
        match statement {
            Statement::Literal(_) => {}
            Statement::Not(inner) => self.statement(inner, told),
            Statement::And(left, right) | Statement::Or(left, right) => {
                self.statement(left, told);
                self.statement(right, told);
            }
            Statement::Compare(order, left, right) => self.compare(*order, left, right, told),
            Statement::LightIs(lamp, _) => {
                let name = self.lamp(lamp);
                match self.view.light(lamp) {
                    Light::Unknown => told.missing.push(name),
                    light => told.read.push(format!("{name} = {}", light_word(light))),
                }
            }
            Statement::Same(equal, left, right) => {
                let sides = (self.thing(left, told), self.thing(right, told));
                if let (Some((name, value)), Some((other, wanted))) = sides {
                    told.read.push(match (name, other) {
                        (Some(name), None) => format!("{name} = {value}"),
                        (None, Some(name)) => format!("{name} = {wanted}"),
                        (Some(name), Some(other)) => {
                            let sign = if *equal { "==" } else { "!=" };
                            format!("{name} {value} {sign} {other} {wanted}")
                        }
                        (None, None) => return,
                    });
                }
            }
            Statement::In(thing, _) | Statement::Holds(thing) => {
                if let Some((Some(name), value)) = self.thing(thing, told) {
                    told.read.push(format!("{name} = {value}"));
                }
            }
        }
    }

    /// The name and value of a thing; a literal has no name.
    fn thing(&self, thing: &Thing, told: &mut Told) -> Option<(Option<String>, Value)> {
        let name = match thing {
            Thing::Literal(value) => return Some((None, value.clone())),
            Thing::Slot(slot) => slot_name(slot),
            Thing::Object(aim, field) => self.object(aim, *field),
            Thing::Done(action, seconds) => format!("{action} {seconds} s"),
            Thing::Verified(action, seconds) => format!("{action} ✔ {seconds} s"),
        };
        if let Some(value) = thing.read(self.view) {
            return Some((Some(name), value));
        }
        match thing {
            Thing::Slot(slot) => told.lacks(slot),
            _ => told.missing.push(name),
        }
        None
    }

    fn compare(&self, order: Order, left: &Number, right: &Number, told: &mut Told) {
        let unit = self.unit(left).or_else(|| self.unit(right));
        let unit = unit.unwrap_or_default();
        let sides = (
            self.number(left, unit, told),
            self.number(right, unit, told),
        );
        if let (Some(left), Some(right)) = sides {
            told.read.push(format!("{left} {} {right}", sign(order)));
        }
    }

    fn unit(&self, number: &Number) -> Option<Unit> {
        match number {
            Number::Fact(fact) => Some(self.fact(fact).1).filter(|unit| *unit != Unit::None),
            _ => None,
        }
    }

    fn number(&self, number: &Number, unit: Unit, told: &mut Told) -> Option<String> {
        let value = number.compute(self.view);
        match number {
            Number::Literal(value) => Some(figure(*value, unit)),
            Number::Fact(fact) => {
                let (name, unit) = self.fact(fact);
                if let Some(value) = value {
                    return Some(format!("{name} {}", figure(value, unit)));
                }
                match fact {
                    Fact::Slot(slot) => told.lacks(slot),
                    _ => told.missing.push(name),
                }
                None
            }
            // Nothing is missing where it divides by zero: that is no number all the same.
            Number::Negate(_) | Number::Compute(..) => {
                let mut names = Vec::new();
                let mut gone = Vec::new();
                number.facts(&mut |fact| {
                    let (name, _) = self.fact(fact);
                    match fact.read(self.view) {
                        Some(_) => names.push(name),
                        None => match fact {
                            Fact::Slot(slot) => told.lacks(slot),
                            _ => gone.push(name),
                        },
                    }
                });
                told.missing.extend(gone);
                value.map(|value| format!("({}) {}", names.join(", "), figure(value, unit)))
            }
        }
    }

    fn fact(&self, fact: &Fact) -> (String, Unit) {
        match fact {
            Fact::Query(id) => self.query(id),
            Fact::Oldest { depth, .. } => {
                let queue = self.ids.queues.iter().find(|queue| queue.depth == *depth);
                let name = queue.map_or(depth.as_str(), |queue| queue.id.as_str());
                (format!("{name} oldest"), Unit::Seconds)
            }
            Fact::Change(id) => {
                let (name, unit) = self.query(id);
                (format!("{name} change"), unit)
            }
            Fact::Observed(place) => (place.to_string(), Unit::None),
            Fact::Slo(id, field) => {
                let field = match field {
                    SloField::Good => "good",
                    SloField::Errors => "errors",
                    SloField::BudgetLeft => "budget",
                };
                (format!("{id} {field}"), Unit::Share)
            }
            Fact::Slot(slot) => (slot_name(slot), Unit::None),
            Fact::Object(aim, field) => (self.object(aim, *field), Unit::None),
            Fact::Now => ("now".to_owned(), Unit::None),
        }
    }

    /// What the pack calls a query.
    fn query(&self, id: &QueryId) -> (String, Unit) {
        for queue in &self.ids.queues {
            let named = |field: &str, unit| (format!("{} {field}", queue.id), unit);
            if queue.depth == *id {
                return named("depth", Unit::None);
            }
            if queue.rate_in.as_ref() == Some(id) {
                return named("in", Unit::PerSecond);
            }
            if queue.rate_out.as_ref() == Some(id) {
                return named("out", Unit::PerSecond);
            }
        }
        if let Some(gauge) = self.ids.gauges.iter().find(|gauge| gauge.probe == *id) {
            return (gauge.id.to_string(), gauge.unit);
        }
        let probe = self.ids.probes.iter().find(|(_, probe)| probe == id);
        let name = probe.map_or(id.as_str(), |(name, _)| name.as_str());
        (name.to_owned(), Unit::None)
    }

    fn lamp(&self, lamp: &Lamp) -> String {
        match lamp {
            Lamp::Gauge(place) => self.ids.gauges[*place].id.to_string(),
            Lamp::Queue(place) => self.ids.queues[*place].id.to_string(),
            Lamp::Slo(id) => id.to_string(),
            Lamp::Hook(id) => id.to_string(),
            Lamp::Light(id) => id.to_string(),
        }
    }

    fn object(&self, aim: &Aim, field: ObjectField) -> String {
        let target = aim.target(self.view);
        let name = target.map_or_else(|| "target".to_owned(), ToString::to_string);
        let field = match field {
            ObjectField::Ready => "ready",
            ObjectField::Desired => "desired",
            ObjectField::Updated => "updated",
            ObjectField::Exists => "exists",
            ObjectField::Cordoned => "cordoned",
        };
        format!("{name} {field}")
    }
}

fn slot_name(slot: &Slot) -> String {
    match slot {
        Slot::Param(name) | Slot::Env(name) => name.clone(),
        Slot::Before(parts) => format!("before {}", parts.join(".")),
        Slot::Saved { step, field } => format!("{step} {field}"),
        Slot::Target => "target".to_owned(),
        Slot::Text(id) => id.clone(),
    }
}

impl Number {
    fn facts(&self, each: &mut dyn FnMut(&Fact)) {
        match self {
            Self::Literal(_) => {}
            Self::Fact(fact) => each(fact),
            Self::Negate(inner) => inner.facts(each),
            Self::Compute(_, left, right) => {
                left.facts(each);
                right.facts(each);
            }
        }
    }
}

const fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::AtMost => "<=",
        Order::More => ">",
        Order::AtLeast => ">=",
        Order::Same => "==",
        Order::Other => "!=",
    }
}

const fn light_word(light: Light) -> &'static str {
    match light {
        Light::Green => "green",
        Light::Yellow => "yellow",
        Light::Red => "red",
        Light::Unknown => "unknown",
    }
}

/// A number with its unit: `312 s`, `99.93 %`, `0.83×`, `9.1/s`.
fn figure(value: f64, unit: Unit) -> String {
    let plain = |value: f64, places: i32| {
        let scale = 10f64.powi(places);
        let rounded = (value * scale).round() / scale;
        rounded.to_string()
    };
    match unit {
        Unit::None | Unit::Count => plain(value, 4),
        Unit::Bytes => format!("{} B", plain(value, 0)),
        Unit::Seconds => format!("{} s", plain(value, 2)),
        Unit::Share => format!("{} %", plain(value * 100.0, 3)),
        Unit::Times => format!("{}×", plain(value, 2)),
        Unit::PerSecond => format!("{}/s", plain(value, 1)),
    }
}
