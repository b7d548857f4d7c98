//! The small arithmetic language that scenarios are written in: every signal, condition and rate is one formula.
//!
//! A formula is parsed once, its names are resolved to slots once, and then it is evaluated at every step of the
//! world, so it must be cheap: no strings and no maps are touched while it runs, but for the environment of a workload.

mod eval;
mod parse;
mod token;

pub use eval::{Frame, Windows, evaluate, setting};
pub use parse::{FormulaError, INGRESS, Names, parse};

/// A function of the language that needs only numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Min,
    Max,
    Clamp,
    Abs,
    Pow,
    Exp,
    Sqrt,
    Floor,
    Round,
    /// The first argument that is a number.
    Or,
    /// 0 before the first argument, 1 after the second, a straight line between (seconds relative to the start).
    Ramp,
    /// 0 below the second argument, 1 above the third, a straight line between, for the first.
    RampBetween,
    /// Smooth noise in −1..1 with the given period in seconds, its own for each signal.
    Noise,
    /// White noise in −1..1, its own for each signal.
    Jitter,
    /// The daily curve in −1..1.
    Diurnal,
}

/// What a formula reads of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadField {
    Ready,
    Desired,
    UpdatedReady,
    /// Seconds since the last `rollout restart`; infinite when there was none.
    SinceRestart,
}

/// An operator with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A parsed and resolved formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    Number(f64),
    /// The value of a name at this step.
    Slot(usize),
    /// The value of a name at the step before.
    Previous(usize),
    Negate(Box<Formula>),
    Not(Box<Formula>),
    Binary(Operator, Box<Formula>, Box<Formula>),
    Choice(Box<Formula>, Box<Formula>, Box<Formula>),
    Call(Function, Vec<Formula>),
    Workload(WorkloadField, usize),
    /// 1 when the workload's present image ends with the text.
    Runs(usize, String),
    /// An environment variable of the workload as a number; the formula when it is not set.
    Env(usize, String, Box<Formula>),
    /// 1 when an environment variable of the workload is that text.
    EnvIs(usize, String, String),
    /// The share of bad events of an objective over so many seconds.
    Bad(usize, f64),
    /// A key of a watched `ConfigMap` as a number; the formula when it is not set.
    Flag(usize, Box<Formula>),
}

impl Formula {
    /// Calls `visit` with every slot that must be known before this formula can be evaluated at the same step.
    pub fn each_slot(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Self::Slot(slot) => visit(*slot),
            Self::Number(_)
            | Self::Previous(_)
            | Self::Workload(..)
            | Self::Runs(..)
            | Self::EnvIs(..)
            | Self::Bad(..) => {}
            Self::Negate(inner)
            | Self::Not(inner)
            | Self::Env(_, _, inner)
            | Self::Flag(_, inner) => {
                inner.each_slot(visit);
            }
            Self::Binary(_, left, right) => {
                left.each_slot(visit);
                right.each_slot(visit);
            }
            Self::Choice(condition, yes, no) => {
                condition.each_slot(visit);
                yes.each_slot(visit);
                no.each_slot(visit);
            }
            Self::Call(_, arguments) => {
                for argument in arguments {
                    argument.each_slot(visit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
