//! From a resolved formula and the state of the world to a number. NaN means "no value" and makes conditions false.

use super::{Formula, Function, Operator, WorkloadField};
use crate::sim::port::WorkloadNow;
use crate::sim::world::noise;

/// The objectives of the world, over windows that end at the step before.
pub trait Windows {
    /// The share of bad events; NaN without traffic.
    fn bad_share(&self, slo: usize, over: f64) -> f64;
}

/// What a formula sees while it is evaluated.
pub struct Frame<'a> {
    /// Values of this step, by slot.
    pub values: &'a [f64],
    /// Values of the step before, by slot.
    pub previous: &'a [f64],
    pub workloads: &'a [WorkloadNow],
    /// Seconds since the last restart of each workload, by its index.
    pub since_restart: &'a [f64],
    pub flags: &'a [Option<f64>],
    pub windows: &'a dyn Windows,
    /// Seconds relative to the start of the scenario.
    pub at: f64,
    pub seed: u64,
    /// Which signal is evaluated: its noise is its own.
    pub stream: u64,
    /// In a still world every noise and the daily curve are zero.
    pub still: bool,
    /// The hour of the day that the start of the scenario plays at.
    pub hour: f64,
}

/// Evaluates a formula.
pub fn evaluate(formula: &Formula, frame: &Frame<'_>) -> f64 {
    match formula {
        Formula::Number(value) => *value,
        Formula::Slot(slot) => frame.values[*slot],
        Formula::Previous(slot) => frame.previous[*slot],
        Formula::Negate(inner) => -evaluate(inner, frame),
        Formula::Not(inner) => truth(!is_true(evaluate(inner, frame))),
        Formula::Binary(operator, left, right) => binary(*operator, left, right, frame),
        Formula::Choice(condition, yes, no) => {
            let taken = if is_true(evaluate(condition, frame)) {
                yes
            } else {
                no
            };
            evaluate(taken, frame)
        }
        Formula::Call(function, arguments) => call(*function, arguments, frame),
        Formula::Workload(field, index) => {
            let now = &frame.workloads[*index];
            match field {
                WorkloadField::Ready => f64::from(now.ready),
                WorkloadField::Desired => f64::from(now.desired),
                WorkloadField::UpdatedReady => f64::from(now.updated_ready),
                WorkloadField::SinceRestart => frame.since_restart[*index],
            }
        }
        Formula::Runs(index, image) => {
            truth(frame.workloads[*index].image.ends_with(image.as_str()))
        }
        Formula::Bad(slo, over) => frame.windows.bad_share(*slo, *over),
        Formula::Env(index, key, fallback) => frame.workloads[*index]
            .env
            .get(key)
            .and_then(|text| setting(text))
            .unwrap_or_else(|| evaluate(fallback, frame)),
        Formula::EnvIs(index, key, text) => {
            truth(frame.workloads[*index].env.get(key) == Some(text))
        }
        Formula::Flag(index, fallback) => {
            frame.flags[*index].unwrap_or_else(|| evaluate(fallback, frame))
        }
    }
}

/// A setting as a number: `true`, `on` and a plain number have one, other texts don't.
pub fn setting(text: &str) -> Option<f64> {
    match text.trim() {
        "true" | "on" | "yes" => Some(1.0),
        "false" | "off" | "no" => Some(0.0),
        other => other.parse().ok(),
    }
}

fn truth(value: bool) -> f64 {
    if value { 1.0 } else { 0.0 }
}

fn is_true(value: f64) -> bool {
    !value.is_nan() && value != 0.0
}

fn binary(operator: Operator, left: &Formula, right: &Formula, frame: &Frame<'_>) -> f64 {
    let a = evaluate(left, frame);
    match operator {
        Operator::Or if is_true(a) => return 1.0,
        Operator::And if !is_true(a) => return 0.0,
        _ => {}
    }
    let b = evaluate(right, frame);
    match operator {
        Operator::Or | Operator::And => truth(is_true(b)),
        Operator::Less => truth(a < b),
        Operator::LessEqual => truth(a <= b),
        Operator::Greater => truth(a > b),
        Operator::GreaterEqual => truth(a >= b),
        Operator::Equal => truth((a - b).abs() < 1e-9),
        Operator::NotEqual => truth((a - b).abs() >= 1e-9),
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
    }
}

fn call(function: Function, arguments: &[Formula], frame: &Frame<'_>) -> f64 {
    let argument = |index: usize| evaluate(&arguments[index], frame);
    match function {
        Function::Min => argument(0).min(argument(1)),
        Function::Max => argument(0).max(argument(1)),
        Function::Clamp => argument(0).max(argument(1)).min(argument(2)),
        Function::Abs => argument(0).abs(),
        Function::Pow => argument(0).powf(argument(1)),
        Function::Exp => argument(0).exp(),
        Function::Sqrt => argument(0).sqrt(),
        Function::Floor => argument(0).floor(),
        Function::Round => argument(0).round(),
        Function::Or => {
            let first = argument(0);
            if first.is_nan() { argument(1) } else { first }
        }
        Function::Ramp => {
            let (from, to) = (argument(0), argument(1));
            ((frame.at - from) / (to - from)).clamp(0.0, 1.0)
        }
        Function::RampBetween => {
            let (value, from, to) = (argument(0), argument(1), argument(2));
            ((value - from) / (to - from)).clamp(0.0, 1.0)
        }
        Function::Noise if !frame.still => {
            noise::smooth(frame.seed, frame.stream, frame.at, argument(0))
        }
        Function::Jitter if !frame.still => noise::white(frame.seed, frame.stream, frame.at),
        Function::Diurnal if !frame.still => noise::daily(frame.hour, frame.at),
        Function::Noise | Function::Jitter | Function::Diurnal => 0.0,
    }
}
