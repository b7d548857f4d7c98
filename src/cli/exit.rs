//! What the process says with its exit code.

use std::process::ExitCode;

/// The exit codes; `docs/exit-codes.md` is their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Fine,
    /// Red, or failed.
    Failed,
    /// The words of the call, a configuration, a terminal that is missing.
    Usage,
    /// Something is unknown, or yellow.
    Unsure,
    /// A guard, a policy or a person said no.
    Refused,
    /// No server that matters gave an answer.
    Unreachable,
    /// Ended by a signal: 128 and its number, as shells say it.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unsure => 3,
            Exit::Refused => 4,
            Exit::Unreachable => 5,
            Exit::Signal(number) => 128 + number,
        })
    }
}
