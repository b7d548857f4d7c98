//! The desk at one moment, thing by thing: what the panes draw, for whoever has no screen.
//!
//! Nothing is judged here: lights come from the board, the rows and their order from what the panes show.

mod entry;
mod read;
mod verdict;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{
    desk::{Desk, Namespaces},
    freshness::SourceId,
};

use super::{derive, incidents, model::Model, view::Pane};

pub(in crate::app) use self::read::board;
pub use self::{
    entry::{
        AlertEntry, Belief, Burning, Entry, Freshness, GaugeEntry, HookEntry, LightEntry, LinkWord,
        Observed, PodEntry, QueueEntry, SeenEntry, SloEntry, SourceEntry, What, WorkloadName,
        source_slug, trouble_slug,
    },
    verdict::{Verdict, has_answered},
};

/// How much of the desk is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Sources, hooks, lights, and everything of all panes.
    All,
    /// What one pane shows, through its filter and in its order.
    Pane(Pane),
}

impl Scope {
    /// The sources without which nothing is known of it.
    pub const fn sources(self) -> &'static [SourceId] {
        match self {
            Self::All => &[
                SourceId::Pods,
                SourceId::Prometheus,
                SourceId::Rules,
                SourceId::Alertmanager,
            ],
            Self::Pane(Pane::Pods) => &[SourceId::Pods],
            Self::Pane(Pane::Slos | Pane::Queues) => &[SourceId::Prometheus],
            Self::Pane(Pane::Alerts) => &[SourceId::Alertmanager, SourceId::Rules],
        }
    }
}

/// The desk at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    pub as_of: Timestamp,
    pub desk: DeskTag,
    pub items: Vec<Entry>,
    /// The incidents that are open, the gravest first; where all of the desk is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<OpenIncident>>,
    /// The sources of the scope with their links, whether or not they are among the items.
    #[serde(skip)]
    pub sources: Vec<Entry>,
}

/// An incident that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenIncident {
    pub number: String,
    pub title: String,
    /// The pack's key.
    pub severity: String,
    /// Its severity is the gravest there is.
    pub top: bool,
    pub began: Timestamp,
}

fn open_incidents(model: &Model) -> Vec<OpenIncident> {
    let ranks = incidents::severities(model);
    let rank = |severity: &str| ranks.iter().position(|known| known == severity);
    let open = model.logbook.incidents.open();
    let mut open: Vec<OpenIncident> = open
        .map(|incident| OpenIncident {
            number: incident.number.clone(),
            title: incident.title.clone(),
            severity: incident.severity.clone(),
            top: rank(&incident.severity) == Some(0),
            began: incident.began,
        })
        .collect();
    open.sort_by_key(|incident| rank(&incident.severity).unwrap_or(usize::MAX));
    open
}

/// Which desk it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskTag {
    /// `None`: the generic desk.
    pub pack: Option<String>,
    pub context: String,
    /// `None`: all of them.
    pub namespaces: Option<Vec<String>>,
    pub demo: bool,
    pub read_only: bool,
}

impl DeskTag {
    /// The desk as it is now: policy may forbid acts that its settings allow.
    pub fn now(model: &Model) -> Self {
        Self {
            read_only: model.is_read_only(),
            ..Self::of(&model.desk)
        }
    }

    pub fn of(desk: &Desk) -> Self {
        Self {
            pack: desk.pack.as_ref().map(ToString::to_string),
            context: desk.context.clone(),
            namespaces: match &desk.namespaces {
                Namespaces::All => None,
                Namespaces::Some(names) => Some(names.clone()),
            },
            demo: desk.demo.is_some(),
            read_only: desk.read_only,
        }
    }
}

impl Snapshot {
    pub fn of(model: &Model, scope: Scope) -> Self {
        let sources = scope.sources().iter();
        let sources = sources.map(|source| read::source(model, *source)).collect();
        let items = match scope {
            Scope::All => read::everything(model),
            Scope::Pane(pane) => read::items(model, &derive::items(model, pane)),
        };
        Self {
            as_of: model.now.wall,
            desk: DeskTag::now(model),
            items,
            incidents: (scope == Scope::All).then(|| open_incidents(model)),
            sources,
        }
    }

    /// Whether it says the same as another, whatever the clock says.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let same = |a: &[Entry], b: &[Entry]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b))
        };
        same(&self.items, &other.items)
            && same(&self.sources, &other.sources)
            && self.incidents == other.incidents
    }
}

impl Entry {
    fn says_the_same(&self, other: &Self) -> bool {
        let (one, two) = (&self.belief, &other.belief);
        self.light == other.light
            && one.freshness == two.freshness
            && one.detail == two.detail
            && self.what == other.what
    }
}
