//! The names of a scenario and what they stand for.

use std::collections::HashMap;

use super::super::ScenarioError;
use crate::sim::world::formula::{self, Formula, Names};

/// Every name with its slot, workload, objective or flag.
#[derive(Default)]
pub(super) struct Table {
    pub(super) slots: HashMap<String, usize>,
    pub(super) workloads: HashMap<String, usize>,
    pub(super) slos: HashMap<String, usize>,
    pub(super) flags: Vec<String>,
}

impl Names for Table {
    fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    fn workload(&self, name: &str) -> Option<usize> {
        self.workloads.get(name).copied()
    }

    fn slo(&self, name: &str) -> Option<usize> {
        self.slos.get(name).copied()
    }

    fn flag(&mut self, key: &str) -> usize {
        if let Some(known) = self.flags.iter().position(|flag| flag == key) {
            return known;
        }
        self.flags.push(key.to_owned());
        self.flags.len() - 1
    }
}

impl Table {
    pub(super) fn add(&mut self, name: &str) -> Result<usize, ScenarioError> {
        let slot = self.slots.len();
        match self.slots.insert(name.to_owned(), slot) {
            None => Ok(slot),
            Some(_) => Err(ScenarioError::part(name, "the name is taken")),
        }
    }

    pub(super) fn known(&self, at: &str, name: &str) -> Result<usize, ScenarioError> {
        let found = self.slot(name);
        found.ok_or_else(|| ScenarioError::part(at, format!("nothing is named `{name}`")))
    }

    pub(super) fn known_workload(&self, at: &str, name: &str) -> Result<usize, ScenarioError> {
        let found = self.workload(name);
        found.ok_or_else(|| ScenarioError::part(at, format!("there is no workload `{name}`")))
    }

    pub(super) fn formula(&mut self, at: &str, text: &str) -> Result<Formula, ScenarioError> {
        formula::parse(text, self).map_err(|error| ScenarioError::part(at, error))
    }
}
