//! Faults of the Prometheus itself, for tests: answers that are partial, late or refused for one arm.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct State {
    warnings: Vec<String>,
    slow: bool,
    /// What is wrong with single queries.
    of: BTreeMap<String, QueryFault>,
}

/// What may be wrong with one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFault {
    /// It can't be evaluated, nor can any batch that it is an arm of.
    Bad,
    /// It takes too long.
    Slow,
    /// It has no value.
    Lost,
    /// It is answered in part, with this warning.
    Partial(String),
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
        self.strike(id, QueryFault::Bad);
    }

    /// Something is wrong with the query of this id from now on.
    pub fn strike(&self, id: &str, fault: QueryFault) {
        self.state().of.insert(id.to_owned(), fault);
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

    pub(super) fn of(&self, id: &str) -> Option<QueryFault> {
        self.state().of.get(id).cloned()
    }
}
