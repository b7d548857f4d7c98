//! Scenarios: TOML that says what the embedded cluster is, what goes wrong in it, and what helps.

mod compile;
mod file;
mod library;
mod model;
mod time;

pub use compile::compile;
pub use file::{FaultKind, InhibitFile, RouteFile, SilenceFile, WorkloadFile};
pub use library::{ScenarioTitle, USUAL, list, load, of_pack};
pub use model::{
    Alert, Answer, Deed, Fault, Log, Model, Moment, Program, Queue, Reading, Signal, Slo, Workload,
};
pub use time::{seconds, span};

/// Why a scenario can't be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    #[error("there is no scenario `{name}`; did you mean `{nearest}`? (known: {known})")]
    Unknown {
        name: String,
        nearest: String,
        known: String,
    },
    #[error("scenario `{scenario}`: {message}")]
    Broken { scenario: String, message: String },
    #[error("{at}: {message}")]
    Part { at: String, message: String },
}

impl ScenarioError {
    fn part(at: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self::Part {
            at: at.into(),
            message: message.to_string(),
        }
    }
}
