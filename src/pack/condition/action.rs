//! What only conditions of actions speak of: parameters, what was there before, objects, other actions.

use std::sync::Arc;

use super::View;
use crate::domain::{
    action::{target::Target, value::Value},
    id::{ActionId, QueryId},
};
use crate::pack::actions::{IncidentSeen, ObjectField};

/// Something an action has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pack) enum Slot {
    Param(String),
    /// `before.read.field` or `before.name`, in its parts.
    Before(Vec<String>),
    Saved {
        step: String,
        field: String,
    },
    /// Of the environment of the desk.
    Env(String),
    /// The bare name of the target.
    Target,
    /// Whether a switch is on, as the probe of this name counts it: 0 is off.
    Flag(String, QueryId),
}

/// Of what type a slot is, as far as that is known before it is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pack) enum SlotKind {
    Number,
    Text,
    Bool,
    Any,
}

/// Which object is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pack) enum Aim {
    /// That of the action.
    OfAction,
    Is(Target),
}

/// A value that is no measured number.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pack) enum Thing {
    Literal(Value),
    Slot(Slot),
    /// Whether an object is so: it is there, it is cordoned.
    Object(Aim, ObjectField),
    /// Whether this action was done within so many seconds, or may have been, however it ended.
    Done(ActionId, f64),
    /// Whether this action ended well within so many seconds.
    Verified(ActionId, f64),
    /// Something of the open incidents.
    Incident(IncidentField),
    /// Whether it is now within hours of the pack, by their place.
    Window(usize),
}

/// What can be asked of the open incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pack) enum IncidentField {
    /// Whether one is open.
    Open,
    /// The severity of the gravest; [`NO_INCIDENT`] where none is open.
    Severity,
}

/// The severity where no incident is open.
pub(super) const NO_INCIDENT: &str = "none";

/// The names conditions of one action may use.
#[derive(Debug, Default)]
pub(in crate::pack) struct ActionNames {
    pub params: Vec<(String, SlotKind)>,
    /// In their parts: `[read, field]` or `[name]`.
    pub before: Vec<Vec<String>>,
    /// Steps and the fields they save.
    pub saved: Vec<(String, String)>,
    pub env: Vec<String>,
    /// All actions there are, by the names packs call them by.
    pub actions: Arc<[(String, ActionId)]>,
}

/// The functions only conditions of actions know.
pub(super) const ACTION_FUNCTIONS: [&str; 10] = [
    "ready", "desired", "updated", "exists", "cordoned", "done", "verified", "flag", "check",
    "workload",
];
/// The names only conditions of actions know.
pub(super) const ACTION_ROOTS: [&str; 6] =
    ["params", "before", "saved", "env", "target", "incident"];

/// The number or state of an object that a function asks for.
pub(super) fn object_field(function: &str) -> Option<ObjectField> {
    match function {
        "ready" => Some(ObjectField::Ready),
        "desired" => Some(ObjectField::Desired),
        "updated" => Some(ObjectField::Updated),
        "exists" => Some(ObjectField::Exists),
        "cordoned" => Some(ObjectField::Cordoned),
        _ => None,
    }
}

/// Whether a field says yes or no.
pub(super) const fn is_state(field: ObjectField) -> bool {
    matches!(field, ObjectField::Exists | ObjectField::Cordoned)
}

impl Slot {
    /// What is in it now; `None` is unknown, and what is absent is unknown too.
    pub(in crate::pack) fn read(&self, view: &dyn View) -> Option<Value> {
        let world = view.action()?;
        let found = match self {
            Self::Param(name) => world.params().get(name).cloned(),
            Self::Before(parts) => {
                let before = world.before();
                match before.get(&parts.join(".")) {
                    Some(value) => Some(value.clone()),
                    None => within(before.get(parts.first()?)?, &parts[1..]),
                }
            }
            Self::Saved { step, field } => world.saved(step, field),
            Self::Env(name) => world.env(name).map(Value::Text),
            Self::Target => Some(Value::text(world.target()?.name())),
            Self::Flag(_, id) => view
                .query(id)
                .filter(|is| !is.is_nan())
                .map(|is| Value::Bool(is != 0.0)),
        };
        found.filter(|value| *value != Value::Absent)
    }
}

fn within(value: &Value, parts: &[String]) -> Option<Value> {
    match (parts, value) {
        ([], value) => Some(value.clone()),
        ([first, rest @ ..], Value::Object(fields)) => within(fields.get(first)?, rest),
        _ => None,
    }
}

impl Aim {
    pub(in crate::pack) fn target<'v>(&'v self, view: &'v dyn View) -> Option<&'v Target> {
        match self {
            Self::OfAction => view.action()?.target(),
            Self::Is(target) => Some(target),
        }
    }

    pub(in crate::pack) fn read(&self, field: ObjectField, view: &dyn View) -> Option<f64> {
        view.action()?.object(self.target(view)?, field)
    }
}

impl Thing {
    pub(in crate::pack) fn read(&self, view: &dyn View) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Slot(slot) => slot.read(view),
            Self::Object(aim, field) => Some(Value::Bool(aim.read(*field, view)? != 0.0)),
            Self::Done(action, seconds) => {
                let done = view.action()?.done(action, *seconds)?;
                Some(Value::Bool(done))
            }
            Self::Verified(action, seconds) => {
                let verified = view.action()?.verified(action, *seconds)?;
                Some(Value::Bool(verified))
            }
            Self::Incident(field) => {
                let seen = view.action()?.incident()?;
                Some(match (field, seen) {
                    (IncidentField::Open, seen) => Value::Bool(seen != IncidentSeen::None),
                    (IncidentField::Severity, IncidentSeen::None) => Value::text(NO_INCIDENT),
                    (IncidentField::Severity, IncidentSeen::Open(severity)) => {
                        Value::Text(severity)
                    }
                })
            }
            Self::Window(place) => Some(Value::Bool(view.in_window(*place)?)),
        }
    }

    /// Whether there is a history of it, or it stays as it is.
    pub(super) const fn is_stored(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Slot(_) | Self::Window(_) => true,
            Self::Object(..) | Self::Done(..) | Self::Verified(..) | Self::Incident(_) => false,
        }
    }
}

/// Whether two values are the same; numbers by what they are worth, values of two types can't be told.
pub(super) fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) if left.is_nan() || right.is_nan() => None,
        #[expect(clippy::float_cmp, reason = "CEL compares them exactly too")]
        (Some(left), Some(right)) => Some(left == right),
        (None, None) if std::mem::discriminant(left) == std::mem::discriminant(right) => {
            Some(left == right)
        }
        _ => None,
    }
}
