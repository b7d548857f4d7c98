//! What the person looks at: which pane has the focus, what is selected, typed and open.

use std::collections::BTreeSet;

use tui_input::Input;

use crate::domain::{
    calendar::Slot,
    id::{CheckId, ChecklistId, Fingerprint, GaugeId, QueueId, RunId, SloId, Uid},
    logbook::{AlertMark, Outcome},
    pod::WorkloadKey,
};

use super::{
    command::Context, document::Search, event::Notice, filter::Filter, guards::TickAsked,
    overlay::Overlay,
};

/// One of the four panes of the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    Alerts,
    Slos,
    Queues,
    Pods,
}

impl Pane {
    /// In the order of `tab`.
    pub const ALL: [Self; 4] = [Self::Alerts, Self::Slos, Self::Queues, Self::Pods];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Slos => "slos",
            Self::Queues => "queues",
            Self::Pods => "pods",
        }
    }

    pub const fn context(self) -> Context {
        match self {
            Self::Alerts => Context::Alerts,
            Self::Slos => Context::Slos,
            Self::Queues => Context::Queues,
            Self::Pods => Context::Pods,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Alerts => 0,
            Self::Slos => 1,
            Self::Queues => 2,
            Self::Pods => 3,
        }
    }
}

/// What can be selected, by what it is and never by the row it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    AlertGroup(String),
    Alert(Fingerprint),
    Slo(SloId),
    Gauge(GaugeId),
    Queue(QueueId),
    Workload(WorkloadKey),
    Pod(Uid),
    /// By its number in the time line.
    Change(u64),
}

/// What a list is ordered by. Which of them a pane offers is [`Sort::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The worst first, then as the pack or the name says.
    Worst,
    Name,
    Age,
    Restarts,
    Node,
    Namespace,
    Cpu,
    Memory,
    Depth,
    /// As the pack lists them.
    Pack,
}

impl Sort {
    pub const fn of(pane: Pane) -> &'static [Self] {
        match pane {
            Pane::Alerts => &[Self::Worst, Self::Age, Self::Name],
            Pane::Slos => &[Self::Worst, Self::Pack, Self::Name],
            Pane::Queues => &[Self::Worst, Self::Pack, Self::Depth, Self::Name],
            Pane::Pods => &[
                Self::Worst,
                Self::Name,
                Self::Restarts,
                Self::Age,
                Self::Node,
                Self::Namespace,
                Self::Cpu,
                Self::Memory,
            ],
        }
    }

    pub const fn id(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Name => "name",
            Self::Age => "age",
            Self::Restarts => "restarts",
            Self::Node => "node",
            Self::Namespace => "namespace",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Depth => "depth",
            Self::Pack => "pack",
        }
    }
}

/// A column that can be hidden; the name of the thing itself can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    Namespace,
    Ready,
    Status,
    Restarts,
    Age,
    Node,
    Cpu,
    Memory,
    Severity,
    State,
    Labels,
    Value,
    Limit,
    Trend,
    Budget,
    Rates,
    Oldest,
}

impl Column {
    pub const fn of(pane: Pane) -> &'static [Self] {
        match pane {
            Pane::Alerts => &[Self::Severity, Self::Age, Self::State, Self::Labels],
            Pane::Slos => &[Self::Value, Self::Limit, Self::Budget, Self::Trend],
            Pane::Queues => &[Self::Trend, Self::Oldest, Self::Rates],
            Pane::Pods => &[
                Self::Namespace,
                Self::Ready,
                Self::Status,
                Self::Restarts,
                Self::Age,
                Self::Node,
                Self::Cpu,
                Self::Memory,
            ],
        }
    }

    pub const fn id(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Ready => "ready",
            Self::Status => "status",
            Self::Restarts => "restarts",
            Self::Age => "age",
            Self::Node => "node",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Severity => "severity",
            Self::State => "state",
            Self::Labels => "labels",
            Self::Value => "value",
            Self::Limit => "limit",
            Self::Trend => "trend",
            Self::Budget => "budget",
            Self::Rates => "rates",
            Self::Oldest => "oldest",
        }
    }
}

/// One list as it is looked at.
#[derive(Debug, Clone)]
pub struct List {
    /// In the order they are drawn, after filter and sort.
    pub items: Vec<Item>,
    pub selected: Option<Item>,
    /// The person chose what is selected: it stays, wherever it goes. Until then the first item is.
    pub chosen: bool,
    /// Where the selected item stood when it was last looked for; it is looked for there first.
    pub stood: usize,
    /// The first item drawn.
    pub offset: usize,
    pub filter: Filter,
    pub sort: Sort,
    pub reverse: bool,
    pub hidden: BTreeSet<Column>,
}

impl List {
    pub fn new(sort: Sort) -> Self {
        Self {
            items: Vec::new(),
            selected: None,
            chosen: false,
            stood: 0,
            offset: 0,
            filter: Filter::default(),
            sort,
            reverse: false,
            hidden: BTreeSet::new(),
        }
    }

    /// Where the selected item stands now.
    pub fn position(&self) -> Option<usize> {
        /// One batch of changes moves an item by a few rows at most.
        const NEAR: usize = 32;
        let selected = self.selected.as_ref()?;
        let from = self.stood.saturating_sub(NEAR).min(self.items.len());
        let to = (self.stood + NEAR).min(self.items.len());
        let near = self.items[from..to]
            .iter()
            .position(|item| item == selected);
        near.map(|at| from + at)
            .or_else(|| self.items.iter().position(|item| item == selected))
    }
}

/// What pods are shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PodsShown {
    /// Sick pods one by one, then workloads with their counts.
    #[default]
    RolledUp,
    /// All pods one by one.
    Each,
    SickOnly,
}

/// A line being typed on the last row.
#[derive(Debug, Clone)]
pub struct Typing {
    pub input: Input,
    pub what: TypingWhat,
    /// Why what stands there can't be taken.
    pub error: Option<String>,
}

/// What the line is for.
#[derive(Debug, Clone)]
pub enum TypingWhat {
    /// The filter of a pane, with the text it had before.
    Filter { pane: Pane, before: String },
    /// The filter of the table over the panes.
    Rows { before: String },
    /// `PromQL` for the open chart.
    Query,
    /// What is looked for in the open document, with what was before.
    Search { before: Option<Search> },
    /// The filter of the open list of events, with the text it had before.
    EventFilter { before: String },
    /// Names of namespaces.
    Namespaces,
    /// The filter of the journal, with the text it had before.
    Journal { before: String },
    /// The filter of what the open run wrote, with the text it had before.
    Output { before: String },
    /// What is to be noted with an unknown end that was seen.
    Acknowledge(RunId),
    /// Why a temporary change is taken back although it can't be told whether its time is over, or what it left is
    /// another by now.
    Emergency(RunId),
    /// What shows that a person did a step.
    Evidence { run: RunId, step: usize },
    /// What a person saw of a check, or why it is left out.
    Check(Box<CheckAsked>),
    /// What a person saw of a part of a gate.
    Tick(Box<TickAsked>),
    /// A note on alerts, or whose they are.
    Alerts {
        what: AlertsLine,
        about: Vec<AlertMark>,
    },
    /// For the open logs, with the text it had before.
    Logs { what: LogsLine, before: String },
}

/// A check whose evidence is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckAsked {
    pub check: CheckId,
    pub checklist: Option<ChecklistId>,
    /// The time it is for.
    pub slot: Option<Slot>,
    /// What it comes to with this evidence.
    pub outcome: Outcome,
    /// The list is gone through: the next is asked behind it.
    pub goes_on: bool,
}

/// What a line typed about alerts is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertsLine {
    Note,
    Assign,
}

/// What a line typed over the logs is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogsLine {
    Filter,
    Search,
    /// The time to go to.
    Time,
    /// The file to write.
    Export,
}

/// The whole of what is looked at.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct View {
    pub focus: Pane,
    /// The person has done something; until then the first pane that has rows has the focus.
    pub touched: bool,
    /// The focused pane fills the screen.
    pub zoomed: bool,
    /// Strip and panes alone, on all of the cells there are.
    pub bare: bool,
    lists: [List; 4],
    pub pods_shown: PodsShown,
    /// Alerts are folded by name; `None` until the person chose, and then only a storm is.
    pub alerts_grouped: Option<bool>,
    /// Alerts that the next key means together.
    pub marked_alerts: BTreeSet<Fingerprint>,
    /// The innermost is last.
    pub overlays: Vec<Overlay>,
    pub typing: Option<Typing>,
    /// Keys of a chord so far.
    pub chord: String,
    pub notice: Option<(Notice, std::time::Duration)>,
    pub terminal_focused: bool,
    /// What is known of why the open pod is sick.
    pub explaining: Option<Box<super::explaining::Explaining>>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            focus: Pane::Alerts,
            touched: false,
            zoomed: false,
            bare: false,
            lists: Pane::ALL.map(|pane| List::new(Sort::of(pane)[0])),
            pods_shown: PodsShown::default(),
            alerts_grouped: None,
            marked_alerts: BTreeSet::new(),
            overlays: Vec::new(),
            typing: None,
            chord: String::new(),
            notice: None,
            terminal_focused: true,
            explaining: None,
        }
    }
}

impl View {
    pub const fn list(&self, pane: Pane) -> &List {
        &self.lists[pane.index()]
    }

    pub const fn list_mut(&mut self, pane: Pane) -> &mut List {
        &mut self.lists[pane.index()]
    }
}
