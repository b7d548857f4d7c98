//! Faults of the Prometheus itself, for tests: answers that are partial, late or refused for one arm.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct State {
    warnings: Vec<String>,
    slow: bool,
    bad: BTreeSet<String>,
}

/// The faults that the embedded Prometheus plays now.
#[derive(Debug, Default)]
pub struct PrometheusFaults(Mutex<State>);

impl PrometheusFaults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every answer to a query carries these warnings: it is partial.
    pub fn warn(&self, warnings: &[&str]) {
        self.state().warnings = warnings.iter().map(|&text| text.to_owned()).collect();
    }

    /// Every query takes too long: 503 and `timeout`.
    pub fn time_out(&self, slow: bool) {
        self.state().slow = slow;
    }

    /// The query of this id fails, and any batch that it is an arm of.
    pub fn spoil(&self, id: &str) {
        self.state().bad.insert(id.to_owned());
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        *self.state() = State::default();
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.state().warnings.clone()
    }

    pub(super) fn is_slow(&self) -> bool {
        self.state().slow
    }

    pub(super) fn is_bad(&self, id: &str) -> bool {
        self.state().bad.contains(id)
    }
}
