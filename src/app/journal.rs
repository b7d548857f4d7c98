//! The list of runs, the newest first, with what was refused and noted between them.

use std::{cmp::Reverse, sync::Arc};

use jiff::Timestamp;

use crate::domain::{
    action::{
        record::{ActorMark, Aside, Entry, Run},
        target::Target,
    },
    id::RunId,
};

use super::{
    filter::{Filter, Filterable},
    model::Model,
    running::{actor, state_id},
};

/// What a row is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalKey {
    Run(RunId),
    /// An entry beside the runs: when it was written, and which of that time.
    Aside(Timestamp, usize),
}

/// One row.
#[derive(Debug, Clone)]
pub enum JournalRow {
    Run(Arc<Run>),
    Aside(JournalKey, Arc<Aside>),
}

/// The open list.
#[derive(Debug, Clone, Default)]
pub struct JournalScreen {
    /// `None` until a person chose a row: the newest is selected.
    pub selected: Option<JournalKey>,
    /// Where the selected row stood.
    pub stood: usize,
    pub offset: usize,
    pub filter: Filter,
}

impl JournalRow {
    pub fn key(&self) -> JournalKey {
        match self {
            Self::Run(run) => JournalKey::Run(run.id.clone()),
            Self::Aside(key, _) => key.clone(),
        }
    }

    pub fn at(&self) -> Timestamp {
        match self {
            Self::Run(run) => run.asked_at,
            Self::Aside(_, aside) => aside.at,
        }
    }

    pub fn actor(&self) -> &ActorMark {
        match self {
            Self::Run(run) => &run.actor,
            Self::Aside(_, aside) => &aside.actor,
        }
    }

    /// The action and the target, where it is about some; `home` is the desk's only namespace.
    pub fn about(&self, home: Option<&str>) -> (Option<String>, Option<String>) {
        let written = |target: &Target| target.seen_from(home);
        match self {
            Self::Run(run) => {
                let plan = &run.intent.plan;
                (Some(plan.action.to_string()), Some(written(&plan.target)))
            }
            Self::Aside(_, aside) => match &aside.entry {
                Entry::Refused { action, target, .. } => {
                    (Some(action.to_string()), target.as_ref().map(written))
                }
                Entry::Note { action, target, .. } => (
                    action.as_ref().map(ToString::to_string),
                    target.as_ref().map(written),
                ),
                _ => (None, None),
            },
        }
    }

    fn state(&self) -> &'static str {
        match self {
            Self::Run(run) => state_id(&run.state),
            Self::Aside(_, aside) => match aside.entry {
                Entry::Refused { .. } => "refused",
                Entry::Note { .. } => "note",
                _ => "",
            },
        }
    }
}

/// A row as a filter sees it.
struct Seen {
    text: String,
    action: Option<String>,
    target: Option<String>,
    actor: String,
    state: &'static str,
}

impl Seen {
    fn of(row: &JournalRow, home: Option<&str>) -> Self {
        let (action, target) = row.about(home);
        let (actor, state) = (actor(row.actor()), row.state());
        let mut words: Vec<&str> = [&action, &target]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        words.extend([actor.as_str(), state]);
        match row {
            JournalRow::Run(run) => words.push(run.id.as_str()),
            JournalRow::Aside(_, aside) => match &aside.entry {
                Entry::Refused { refusal, .. } => words.push(refusal.id()),
                Entry::Note { text, .. } => words.push(text),
                _ => {}
            },
        }
        let text = words.join(" ");
        Self {
            text,
            action,
            target,
            actor,
            state,
        }
    }
}

impl Filterable for Seen {
    fn text(&self) -> &str {
        &self.text
    }

    fn label(&self, key: &str) -> Option<&str> {
        match key {
            "action" => self.action.as_deref(),
            "target" => self.target.as_deref(),
            "actor" => Some(&self.actor),
            "state" => Some(self.state),
            _ => None,
        }
    }
}

impl JournalScreen {
    /// The rows that the filter lets through.
    pub fn rows(&self, model: &Model) -> Vec<JournalRow> {
        let runs = model.acts.runs.iter().cloned().map(JournalRow::Run);
        let (mut last, mut nth) = (None, 0);
        let asides = model.acts.asides.iter().map(|aside| {
            nth = if last == Some(aside.at) { nth + 1 } else { 0 };
            last = Some(aside.at);
            JournalRow::Aside(JournalKey::Aside(aside.at, nth), Arc::clone(aside))
        });
        let mut rows: Vec<JournalRow> = runs.chain(asides).collect();
        rows.sort_by_key(|row| Reverse(row.at()));
        if !self.filter.is_empty() {
            let home = model.desk.namespaces.only();
            rows.retain(|row| self.filter.matches(&Seen::of(row, home)));
        }
        rows
    }

    /// Where the selected row stands now; where it is gone, what stands in its place.
    pub fn at(&self, rows: &[JournalRow]) -> usize {
        let Some(own) = &self.selected else {
            return 0;
        };
        let found = rows.iter().position(|row| row.key() == *own);
        found
            .unwrap_or(self.stood)
            .min(rows.len().saturating_sub(1))
    }

    /// Selects a row and brings it in sight.
    pub fn choose(&mut self, rows: &[JournalRow], at: usize, page: usize) {
        let at = at.min(rows.len().saturating_sub(1));
        self.selected = rows.get(at).map(JournalRow::key);
        self.stood = at;
        let page = page.max(1);
        self.offset = self.offset.clamp((at + 1).saturating_sub(page), at);
    }

    /// The run of the selected row, where it is one.
    pub fn run(&self, model: &Model) -> Option<Arc<Run>> {
        let rows = self.rows(model);
        match rows.get(self.at(&rows)) {
            Some(JournalRow::Run(run)) => Some(Arc::clone(run)),
            _ => None,
        }
    }
}
