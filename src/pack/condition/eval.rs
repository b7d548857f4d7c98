//! Judging a statement on one view of the world.

use super::{
    Arithmetic, Fact, Lamp, Number, Order, SloField, Statement, Thing, Truth, action::same,
};
use crate::domain::{
    action::value::Value,
    id::{QueryId, SloId},
    light::Light,
};
use crate::pack::actions::ActionWorld;

/// The world at one moment or over one window. `None` is unknown.
pub(in crate::pack) trait View {
    fn query(&self, id: &QueryId) -> Option<f64>;
    fn change(&self, id: &QueryId) -> Option<f64>;
    fn observed(&self, index: usize) -> Option<f64>;
    fn slo(&self, id: &SloId, field: SloField) -> Option<f64>;
    fn light(&self, lamp: &Lamp) -> Light;
    /// Seconds since the epoch.
    fn now(&self) -> f64;
    /// Whether this time lies in hours of the pack, by their place; a view without a pack knows none.
    fn in_window(&self, _place: usize) -> Option<bool> {
        None
    }
    /// What an action has, where a condition of one is judged.
    fn action(&self) -> Option<&dyn ActionWorld> {
        None
    }
}

impl Statement {
    pub(in crate::pack) fn judge(&self, view: &dyn View) -> Truth {
        match self {
            Self::Literal(known) => (*known).into(),
            Self::Not(inner) => inner.judge(view).negate(),
            Self::And(left, right) => match left.judge(view) {
                Truth::False => Truth::False,
                left => left.and(right.judge(view)),
            },
            Self::Or(left, right) => match left.judge(view) {
                Truth::True => Truth::True,
                left => left.or(right.judge(view)),
            },
            Self::Compare(order, left, right) => {
                let (left, right) = (left.each(view), right.each(view));
                of_all(&left, &right, |left, right| {
                    Some(order.holds((*left)?, (*right)?))
                })
            }
            // To ask whether a light is unknown has an answer; whether an unknown one is red has none.
            Self::LightIs(lamp, wanted) => match view.light(lamp) {
                Light::Unknown if *wanted != Light::Unknown => Truth::Unknown,
                light => (light == *wanted).into(),
            },
            Self::Same(wanted, left, right) => match (left.read(view), right.read(view)) {
                (Some(left), Some(right)) => of_all(&left.each(), &right.each(), |left, right| {
                    same(left, right).map(|found| found == *wanted)
                }),
                _ => Truth::Unknown,
            },
            Self::In(thing, among) => thing.read(view).map_or(Truth::Unknown, |value| {
                of_all(&value.each(), &[()], |value, ()| is_among(value, among))
            }),
            Self::Holds(thing) => thing.read(view).map_or(Truth::Unknown, |value| {
                of_all(&value.each(), &[()], |value, ()| match value {
                    Value::Bool(value) => Some(*value),
                    _ => None,
                })
            }),
        }
    }
}

/// What holds of a value of pods holds of each of them.
fn of_all<L, R>(left: &[L], right: &[R], holds: impl Fn(&L, &R) -> Option<bool>) -> Truth {
    let mut truth = Truth::True;
    for one in left {
        for other in right {
            truth = truth.and(holds(one, other).map_or(Truth::Unknown, Truth::from));
        }
    }
    truth
}

fn is_among(value: &Value, among: &[Value]) -> Option<bool> {
    let told: Vec<Option<bool>> = among.iter().map(|one| same(value, one)).collect();
    if told.contains(&Some(true)) {
        Some(true)
    } else if told.contains(&None) {
        None
    } else {
        Some(false)
    }
}

impl Order {
    /// Neither is NaN.
    fn holds(self, left: f64, right: f64) -> bool {
        let order = left.partial_cmp(&right);
        match self {
            Self::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Self::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Self::More => order.is_some_and(std::cmp::Ordering::is_gt),
            Self::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
            Self::Same => order.is_some_and(std::cmp::Ordering::is_eq),
            Self::Other => order.is_some_and(std::cmp::Ordering::is_ne),
        }
    }
}

impl Number {
    /// NaN, from outside or made here, is no number.
    pub(super) fn compute(&self, view: &dyn View) -> Option<f64> {
        let value = match self {
            Self::Literal(value) => *value,
            Self::Fact(fact) => fact.read(view)?,
            Self::Negate(inner) => -inner.compute(view)?,
            Self::Compute(operator, left, right) => {
                let (left, right) = (left.compute(view)?, right.compute(view)?);
                match operator {
                    Arithmetic::Add => left + right,
                    Arithmetic::Subtract => left - right,
                    Arithmetic::Multiply => left * right,
                    Arithmetic::Divide => left / right,
                }
            }
        };
        (!value.is_nan()).then_some(value)
    }

    /// The numbers it stands for: where pods say different ones, that of each.
    fn each(&self, view: &dyn View) -> Vec<Option<f64>> {
        match self {
            Self::Fact(Fact::Slot(slot)) => match slot.read(view) {
                Some(value @ Value::ByPod(_)) => {
                    let numbers = value.each().into_iter().map(Value::as_f64);
                    numbers.map(|it| it.filter(|it| !it.is_nan())).collect()
                }
                _ => vec![self.compute(view)],
            },
            _ => vec![self.compute(view)],
        }
    }

    /// What pods say differently, where it is that.
    pub(super) fn by_pod(&self, view: &dyn View) -> Option<Value> {
        match self {
            Self::Fact(Fact::Slot(slot)) => {
                slot.read(view).filter(|it| matches!(it, Value::ByPod(_)))
            }
            _ => None,
        }
    }
}

impl Fact {
    pub(super) fn read(&self, view: &dyn View) -> Option<f64> {
        match self {
            Self::Query(id) => view.query(id),
            Self::Oldest { depth, oldest } => view
                .query(oldest)
                .filter(|age| !age.is_nan())
                .or_else(|| (view.query(depth)? == 0.0).then_some(0.0)),
            Self::Change(id) => view.change(id),
            Self::Observed(index) => view.observed(*index),
            Self::Slo(id, field) => view.slo(id, *field),
            Self::Slot(slot) => slot.read(view)?.as_f64(),
            Self::Object(aim, field) => aim.read(*field, view),
            Self::CheckAge(check) => Some(view.action()?.check(check)?.age),
            Self::Now => Some(view.now()),
        }
    }
}

impl Statement {
    /// Everything the statement reads: its numbers and its lights.
    pub(in crate::pack) fn visit(&self, fact: &mut dyn FnMut(&Fact), lamp: &mut dyn FnMut(&Lamp)) {
        match self {
            Self::Literal(_) | Self::Same(..) | Self::In(..) | Self::Holds(_) => {}
            Self::Not(inner) => inner.visit(fact, lamp),
            Self::And(left, right) | Self::Or(left, right) => {
                left.visit(fact, lamp);
                right.visit(fact, lamp);
            }
            Self::Compare(_, left, right) => {
                left.visit(fact);
                right.visit(fact);
            }
            Self::LightIs(which, _) => lamp(which),
        }
    }

    /// Every value it reads that is no measured number.
    pub(in crate::pack) fn things(&self, thing: &mut dyn FnMut(&Thing)) {
        match self {
            Self::Literal(_) | Self::Compare(..) | Self::LightIs(..) => {}
            Self::Not(inner) => inner.things(thing),
            Self::And(left, right) | Self::Or(left, right) => {
                left.things(thing);
                right.things(thing);
            }
            Self::Same(_, left, right) => {
                thing(left);
                thing(right);
            }
            Self::In(one, _) | Self::Holds(one) => thing(one),
        }
    }
}

impl Number {
    fn visit(&self, fact: &mut dyn FnMut(&Fact)) {
        match self {
            Self::Literal(_) => {}
            Self::Fact(which) => fact(which),
            Self::Negate(inner) => inner.visit(fact),
            Self::Compute(_, left, right) => {
                left.visit(fact);
                right.visit(fact);
            }
        }
    }
}
