//! Conditions: CEL, checked and bound to the pack's ids at load, judged three-valued.
//!
//! The `cel` crate reads the text. Its tree is then lowered to a typed one whose names are resolved, because its own
//! interpreter knows two values and NaN: here a missing number makes a comparison unknown, and unknown stays unknown
//! unless the other side decides. What is accepted is a subset of CEL and means the same (a test holds it against
//! `cel`'s interpreter); what is not yet understood is refused at load.

mod action;
mod eval;
mod lower;
mod names;
mod over;
mod tell;
mod truth;

#[cfg(test)]
mod action_tests;
#[cfg(test)]
mod shift_tests;
#[cfg(test)]
mod tests;

pub use self::truth::Truth;
pub(super) use self::{
    action::{ActionNames, Aim, IncidentField, Slot, SlotKind, Thing},
    eval::View,
    lower::Scope,
    names::{Ids, NamedGate, NamedWindow},
    over::{Condition, Over},
    tell::{Told, Words},
};
pub(super) use crate::domain::action::saying::Order;

use super::actions::ObjectField;
use crate::domain::{
    action::value::Value,
    id::{CheckId, GateId, HookId, LightId, QueryId, SloId},
    light::Light,
};

/// Every name conditions know, with the fields it has.
#[cfg(test)]
pub(super) fn vocabulary() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let functions = names::FUNCTIONS.into_iter().chain(action::ACTION_FUNCTIONS);
    let functions = functions.map(|name| (name, names::fields_of(name)));
    functions.chain(action::ACTION_ROOTS.map(|name| (name, [].as_slice())))
}

/// A number of the world.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fact {
    Query(QueryId),
    /// The age of a queue's oldest entry: absent means 0 where the depth is a present 0.
    Oldest {
        depth: QueryId,
        oldest: QueryId,
    },
    /// How much a query rose from one window to the next.
    Change(QueryId),
    /// One of the names a hook observes, by its place.
    Observed(usize),
    Slo(SloId, SloField),
    /// Something of the action that is judged, where it is a number.
    Slot(Slot),
    /// A number an object has.
    Object(Aim, ObjectField),
    /// Seconds since a check was last done.
    CheckAge(CheckId),
    Now,
}

/// A number an SLO has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SloField {
    /// The share that was good over 5 minutes.
    Good,
    /// The share that was not.
    Errors,
    BudgetLeft,
}

/// A light of the world; gauges and queues by their place in the pack.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lamp {
    Gauge(usize),
    Queue(usize),
    Slo(SloId),
    Hook(HookId),
    Light(LightId),
    Gate(GateId),
    /// What a check came to last.
    Check(CheckId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A number, computed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    Literal(f64),
    Fact(Fact),
    Negate(Box<Number>),
    Compute(Arithmetic, Box<Number>, Box<Number>),
}

/// A statement that is true, false or not known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statement {
    Literal(bool),
    Not(Box<Statement>),
    And(Box<Statement>, Box<Statement>),
    Or(Box<Statement>, Box<Statement>),
    Compare(Order, Number, Number),
    LightIs(Lamp, Light),
    /// Two values of any type are the same, or (`false`) are not.
    Same(bool, Thing, Thing),
    /// A value is one of these.
    In(Thing, Vec<Value>),
    /// A value is true.
    Holds(Thing),
}
