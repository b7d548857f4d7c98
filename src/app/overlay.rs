//! Screens that lie over the panes.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::{
    freshness::Trouble,
    gauge::Unit,
    id::{Fingerprint, QueryId, RunId, SloId},
    limit::Limit,
    logbook::AlertMark,
    pod::{PodRow, WorkloadKey},
    pod_detail::{PodDetail, PodKey},
    question::RequestId,
    series::Series,
    table::KindInfo,
    text::Text,
};

use super::{
    browser::{Browser, kinds::KindPicker},
    command::{Command, Context, WhyNot},
    desks::{DeskPicker, NamespacePicker},
    document::{DocumentKind, DocumentScreen},
    escalating::EscalationScreen,
    flows::{FlowPicker, FlowScreen},
    form::FormScreen,
    guards::{GuardDetail, GuardScreen},
    handover::HandoverScreen,
    incidents::{IncidentPicker, IncidentScreen, PaperScreen},
    journal::JournalScreen,
    logs::LogScreen,
    nodes::NodeTable,
    offering::Offered,
    prompting::PromptScreen,
    routine::RoutineScreen,
    running::RunScreen,
    sheet::Sheet,
    subject::Subject,
    usage::UsageScreen,
    view::{Column, List, Pane},
    walk::WalkScreen,
};

/// One screen over the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Keys of the contexts it was opened from.
    Help {
        contexts: Vec<Context>,
        scroll: usize,
    },
    Palette(Palette),
    Themes(ThemePicker),
    Columns(ColumnPicker),
    Pod(Box<PodScreen>),
    Alert {
        fingerprint: Fingerprint,
        scroll: usize,
    },
    Chart(Box<Chart>),
    /// A text about an object: its description, manifest, events, rollouts.
    Document(Box<DocumentScreen>),
    /// Logs of many containers, merged by time.
    Logs(Box<LogScreen>),
    /// What changed in the last hour.
    Changes(List),
    /// Every source with its link, its skew and when it is tried again.
    Sources {
        scroll: usize,
    },
    /// The kinds the server has, to pick one.
    Kinds(KindPicker),
    /// The objects of one kind as the server prints them.
    Browser(Box<Browser>),
    Nodes(Box<NodeTable>),
    /// What containers use.
    Usage(Box<UsageScreen>),
    /// Why a pod is sick.
    Explain(Box<ExplainScreen>),
    Desks(DeskPicker),
    Namespaces(NamespacePicker),
    /// An action that is proposed.
    /// The parameters of an action.
    Form(Box<FormScreen>),
    Prompt(Box<PromptScreen>),
    Run(Box<RunScreen>),
    Journal(JournalScreen),
    Incidents(IncidentPicker),
    Incident(IncidentScreen),
    /// An update or a review, filled in.
    Paper(Box<PaperScreen>),
    Flows(FlowPicker),
    Flow(FlowScreen),
    /// Something that is filled in for the logbook.
    Sheet(Box<Sheet>),
    Routine(RoutineScreen),
    /// Hooks, lights and gates.
    Guards(GuardScreen),
    /// All there is to one hook or light.
    Guard(GuardDetail),
    Handover(Box<HandoverScreen>),
    /// A recorded shift.
    Walk(Box<WalkScreen>),
    /// Who is called next.
    Escalation(EscalationScreen),
    /// Whom one reaches and where one looks.
    Directory {
        selected: usize,
    },
    /// Silences, the place of the first that is shown.
    Silences {
        scroll: usize,
    },
    /// How the drill goes, and how it went.
    Drill {
        scroll: usize,
    },
    /// Temporary changes that stand; the run that made the selected one, where a person chose.
    Switches(Option<RunId>),
}

impl Overlay {
    /// The contexts keys are looked up in while this is the innermost screen, innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        match self {
            Self::Palette(_)
            | Self::Kinds(_)
            | Self::Form(_)
            | Self::Prompt(_)
            | Self::Sheet(_) => {
                vec![Context::Text]
            }
            Self::Themes(_)
            | Self::Columns(_)
            | Self::Desks(_)
            | Self::Namespaces(_)
            | Self::Incidents(_)
            | Self::Flows(_)
            | Self::Escalation(_)
            | Self::Directory { .. }
            | Self::Switches(_) => vec![Context::Picker, Context::Global],
            Self::Help { .. } => vec![Context::Help, Context::Detail, Context::Global],
            Self::Alert { .. } => vec![Context::Alerts, Context::Detail, Context::Global],
            Self::Incident(_) => vec![Context::Incident, Context::Detail, Context::Global],
            Self::Handover(_) => vec![Context::Handover, Context::Detail, Context::Global],
            Self::Flow(_) => vec![Context::Flow, Context::List, Context::Global],
            Self::Pod(_)
            | Self::Silences { .. }
            | Self::Drill { .. }
            | Self::Sources { .. }
            | Self::Explain(_)
            | Self::Guard(_)
            | Self::Paper(_) => {
                vec![Context::Detail, Context::Global]
            }
            Self::Document(screen) => {
                let mut contexts = vec![Context::Document, Context::Detail, Context::Global];
                if matches!(screen.kind(), DocumentKind::Rollouts | DocumentKind::Diff) {
                    contexts.insert(0, Context::Rollouts);
                }
                contexts
            }
            Self::Chart(_) => vec![Context::Chart, Context::Global],
            Self::Logs(screen) if screen.popup.is_some() => vec![Context::Picker, Context::Global],
            Self::Logs(_) => vec![Context::Logs, Context::List, Context::Global],
            Self::Changes(_) => vec![Context::Changes, Context::List, Context::Global],
            Self::Browser(_) | Self::Usage(_) => vec![Context::List, Context::Global],
            Self::Run(screen) if screen.stopping.is_some() => vec![Context::Text],
            Self::Run(_) => vec![
                Context::Run,
                Context::Output,
                Context::Detail,
                Context::Global,
            ],
            Self::Journal(_) => vec![Context::Run, Context::List, Context::Global],
            Self::Routine(_) => vec![Context::Routine, Context::List, Context::Global],
            Self::Guards(_) => vec![Context::Guard, Context::List, Context::Global],
            Self::Walk(screen) => screen.contexts(),
            Self::Nodes(_) => vec![Context::Nodes, Context::List, Context::Global],
        }
    }

    /// The questions that fill it as long as it is open. The explanation's are its evidence's, which outlives the screen
    /// and is settled by itself.
    pub fn follows(&self) -> Vec<RequestId> {
        match self {
            Self::Browser(browser) => vec![browser.request],
            Self::Logs(screen) => screen.requests.keys().copied().collect(),
            _ => Vec::new(),
        }
    }
}

/// The palette: a line, and the commands that match it.
#[derive(Debug, Clone)]
pub struct Palette {
    pub input: Input,
    pub rows: Vec<PaletteRow>,
    pub selected: usize,
    /// The actions of the desk as they stand now.
    pub offered: Vec<Offered>,
    pub over: PaletteOver,
}

/// What the palette is opened over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PaletteOver {
    #[default]
    All,
    /// What can be done to what is selected.
    Selected,
    /// Actions that something proposes, and a flow.
    Proposed(Vec<crate::domain::id::ActionId>, Option<String>),
}

/// One row of the palette. A disabled one stays, with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct PaletteRow {
    pub item: PaletteItem,
    pub why_not: Option<WhyNot>,
    /// Which characters of the title matched.
    pub matched: Vec<u32>,
}

/// What a row of the palette stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum PaletteItem {
    Command(Command),
    /// The kind whose objects are to be browsed.
    Kind(KindInfo),
    Action(Box<Offered>),
    /// A flow, and the alert it would be begun for.
    Flow {
        id: String,
        alert: Option<AlertMark>,
    },
    Object(PaletteObject),
}

/// Something of the watch that is found by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaletteObject {
    Pod(PodKey),
    Workload(WorkloadKey),
    Node(String),
    Alert { name: String, of: Fingerprint },
}

impl PaletteObject {
    pub fn name(&self) -> &str {
        match self {
            Self::Pod(key) => &key.name,
            Self::Workload(key) => &key.name,
            Self::Node(name) | Self::Alert { name, .. } => name,
        }
    }
}

impl PaletteRow {
    pub fn is_disabled(&self) -> bool {
        match &self.item {
            PaletteItem::Action(offered) => offered.available.is_err(),
            _ => self.why_not.is_some(),
        }
    }
}

/// The theme picker; the selected one is previewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemePicker {
    pub names: Vec<String>,
    pub selected: usize,
    /// Goes back to this on `esc`.
    pub before: String,
}

/// Which columns of a pane are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPicker {
    pub pane: Pane,
    pub columns: Vec<(Column, bool)>,
    /// Goes back to these hidden ones on `esc`.
    pub before: BTreeSet<Column>,
    pub selected: usize,
}

/// A pod's detail, read when opened and again when the pod changes.
#[derive(Debug, Clone)]
pub struct PodScreen {
    pub key: PodKey,
    /// `None` while the first answer is on its way.
    pub detail: Option<Result<PodDetail, Trouble>>,
    /// The pod is no longer there; what is shown is what it was.
    pub gone: bool,
    /// Its row, as it was last.
    pub last: Option<Box<PodRow>>,
    pub scroll: usize,
}

/// Why a pod is sick; the evidence is [`super::explaining::Explaining`]'s.
#[derive(Debug, Clone)]
pub struct ExplainScreen {
    /// What was asked about: the pod itself, or what it is the sickest pod of.
    pub subject: Subject,
    pub key: PodKey,
    pub scroll: usize,
}

/// A chart over a time range.
#[derive(Debug, Clone)]
pub struct Chart {
    pub title: Text,
    /// The expression as it is shown and edited.
    pub expr: String,
    /// What is asked: the watchlist's queries by id, or what was typed.
    pub parts: Vec<(Option<QueryId>, String)>,
    /// The SLO it was opened from.
    pub slo: Option<SloId>,
    /// The parts are errors and total; drawn is the share that was good.
    pub good_share: bool,
    pub unit: Unit,
    pub limits: Vec<Limit>,
    /// How much time it shows.
    pub span: Duration,
    /// Its right edge; `None` follows now.
    pub end: Option<Timestamp>,
    /// The number its newest question was asked under.
    pub request: u64,
    pub answer: ChartAnswer,
}

/// What is known of a chart's question.
#[derive(Debug, Clone, PartialEq)]
pub enum ChartAnswer {
    Waiting,
    Series(Vec<(String, Series)>),
    Refused(Trouble),
}

/// The time ranges a chart offers.
pub const CHART_SPANS: [Duration; 8] = [
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(3 * 3_600),
    Duration::from_secs(6 * 3_600),
    Duration::from_secs(12 * 3_600),
    Duration::from_secs(24 * 3_600),
    Duration::from_secs(7 * 24 * 3_600),
];
