//! The model: everything the screen is drawn from.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::domain::{
    alert::{Alert, AlertRule},
    change::Change,
    desk::Desk,
    event::EventRow,
    freshness::{Link, Reading, SourceId},
    id::{Fingerprint, QueryId, RunId, Uid},
    logbook::Logbook,
    node::NodeRow,
    place::Place,
    pod::{PodRow, PodUsage, WorkloadKey},
    policy::Policy,
    series::Series,
    settings::Glyphs,
    silence::Silence,
    text::Lang,
    time::Moment,
    workload::WorkloadRow,
};

use super::{
    actor::Actor,
    board::{Board, Watched, take_pack},
    browser::kinds::KnownKinds,
    command::{Command, Context},
    departed::Departed,
    effect::Remembered,
    overlay::Overlay,
    table::Table,
    view::{Column, Pane, View},
};

pub use crate::domain::{
    desk::ShiftNow,
    line::AlertLine,
    pod::{PodCount, RollUp},
};

/// Cells of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// How the screen is to look and speak.
#[derive(Debug, Clone)]
pub struct Look {
    pub lang: Lang,
    pub glyphs: Glyphs,
    pub theme: String,
    /// All that can be chosen.
    pub themes: Vec<String>,
    pub mouse: bool,
    /// The titles of the commands, which the palette searches, by language in the order of [`Lang::ALL`].
    pub titles: [Arc<BTreeMap<Command, String>>; 2],
    /// The desk's zone.
    pub zone: TimeZone,
}

impl Look {
    /// The title of a command in the language of the screen.
    pub fn title(&self, command: Command) -> &str {
        let titles = match self.lang {
            Lang::En => &self.titles[0],
            Lang::Zh => &self.titles[1],
        };
        titles.get(&command).map_or(command.id(), String::as_str)
    }
}

/// The cluster, row by row.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub pods: Table<PodRow>,
    pub workloads: Table<WorkloadRow>,
    /// Images from before a change of a template whose revision has not come yet.
    pub templates: HashMap<WorkloadKey, Vec<String>>,
    pub nodes: Table<NodeRow>,
    pub events: Table<EventRow>,
    pub usage: HashMap<Uid, PodUsage>,
    /// When each usage was told, on the monotonic clock.
    pub usage_told: HashMap<Uid, Duration>,
    pub roll_ups: BTreeMap<WorkloadKey, RollUp>,
    pub count: PodCount,
    /// Pods that were there and of which a record holds no row.
    pub unseen: usize,
    /// How many of those needed a look.
    pub left_out: usize,
}

/// Numbers as sources gave them, by the watchlist's ids.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    pub instants: HashMap<QueryId, Reading<f64>>,
    pub series: HashMap<QueryId, Reading<Series>>,
}

/// Alertmanager's alerts joined with those that only Prometheus has or only the pack states.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    pub alerts: BTreeMap<Fingerprint, AlertLine>,
    /// What each said last, which is joined.
    pub by_alertmanager: Vec<Alert>,
    pub by_rules: Vec<Alert>,
    pub by_pack: Vec<Alert>,
    pub rules: Vec<AlertRule>,
    /// Those that are not over; `None` until Alertmanager told.
    pub silences: Option<Vec<Silence>>,
    /// Alertmanager has answered at least once.
    pub filled: bool,
    /// When each source last told all of its alerts.
    pub heard: BTreeMap<SourceId, Timestamp>,
    /// Those that left within the last hour.
    pub left: BTreeMap<Fingerprint, Departed>,
    /// Of a past: by when somebody had to take care, as was said then.
    pub respond_by: BTreeMap<Fingerprint, Timestamp>,
}

/// What changed, newest first, each with its number.
#[derive(Debug, Clone, Default)]
pub struct TimeLine {
    pub changes: Vec<(u64, Change)>,
    /// The number the next one gets.
    pub next: u64,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Model {
    pub desk: Desk,
    pub pack: Arc<crate::pack::Pack>,
    /// The pack that was wanted and can't be read, while another stands in for it.
    pub unread_pack: Option<crate::domain::id::PackId>,
    pub look: Look,
    pub remembered: Remembered,
    /// The time of the world that is watched: the wall clock, corrected by how far the servers are ahead of it.
    pub now: Moment,
    /// The wall clock as it is here: what the ledger tells is held against it.
    pub clocked: Timestamp,
    /// When we began to look, on the same clock.
    pub began: Timestamp,
    /// When time was last told as such; a key moves `now` too.
    pub ticked: Moment,
    pub size: Size,
    pub links: BTreeMap<SourceId, Link>,
    pub skew: BTreeMap<SourceId, SignedDuration>,
    /// Where a source was found, where it was looked for.
    pub places: BTreeMap<SourceId, Place>,
    pub actor: Actor,
    pub acts: super::acts::Acts,
    /// What people wrote down at this desk.
    pub logbook: Logbook,
    pub cluster: Cluster,
    pub readings: Readings,
    /// The expression behind each query of the desk.
    pub queries: HashMap<QueryId, String>,
    /// What is watched, and what came of it.
    pub watched: Watched,
    pub board: Board,
    pub alerts: Alerts,
    pub time_line: TimeLine,
    pub shift: Option<ShiftNow>,
    /// What is due, in the order it waits for a person.
    pub routine: Vec<super::routine::DueRow>,
    /// The second it was last looked at.
    pub routine_at: Option<i64>,
    /// Temporary changes that stand, as they were last judged.
    pub debts: Arc<[super::debts::Debt]>,
    /// The last look at what each of them left.
    pub looked: BTreeMap<RunId, super::debts::Looked>,
    /// Runs whose taking back was refused since what they left is another by now, or can't be read: asked once more, a person
    /// says why.
    pub contested: BTreeSet<RunId>,
    /// What was seen of temporary changes and is being written down, with when that was asked for.
    pub sighted: BTreeMap<String, Duration>,
    /// What the records of the desk tell of before.
    pub recalled: super::past::Recalled,
    /// Silences that are not over, as they were last counted; `None` until Alertmanager told.
    pub silences: Option<Arc<[super::silences::SilenceLine]>>,
    /// Checks that are being read for.
    pub looking: Vec<super::routine::Looking>,
    pub view: View,
    /// The kinds the server has, as far as they were asked for.
    pub kinds: KnownKinds,
    pub attention: super::attention::Attention,
    pub desks: super::desks::Desks,
    /// The drill it is opened for.
    pub drill: Option<super::drilling::Drilling>,
    /// How recording goes.
    pub recording: crate::domain::frame::Recording,
    /// When this desk was opened, on the monotonic clock.
    pub opened: Duration,
    /// The number of the newest question of a chart.
    pub requests: u64,
    pub quitting: bool,
}

impl Model {
    /// The link of a source; absent where it was never heard of.
    pub fn link(&self, source: SourceId) -> &Link {
        self.links.get(&source).unwrap_or(&Link::Absent)
    }

    /// Nothing may be changed from here: so it was set up, or this is not the user or the cluster it was.
    pub const fn is_read_only(&self) -> bool {
        self.desk.read_only || self.actor.mismatch.is_some()
    }
}

/// What a model is made from.
#[derive(Debug, Clone)]
pub struct Start {
    pub desk: Desk,
    pub pack: Arc<crate::pack::Pack>,
    /// What the owner of this host allows.
    pub policy: Policy,
    pub look: Look,
    pub remembered: Remembered,
    pub now: Moment,
    pub size: Size,
}

impl Model {
    /// A desk on which nothing has been heard yet.
    pub fn new(start: Start) -> Self {
        let Start {
            desk,
            pack,
            policy,
            look,
            remembered,
            now,
            size,
        } = start;
        let mut view = View::default();
        for pane in Pane::ALL {
            if let Some(hidden) = remembered.hidden_columns.get(pane.name()) {
                view.list_mut(pane).hidden = Column::of(pane)
                    .iter()
                    .copied()
                    .filter(|column| hidden.iter().any(|id| id == column.id()))
                    .collect();
            }
        }
        let mut model = Self {
            desk,
            pack: Arc::clone(&pack),
            unread_pack: None,
            look,
            remembered,
            now,
            clocked: now.wall,
            began: now.wall,
            ticked: now,
            size,
            links: BTreeMap::new(),
            skew: BTreeMap::new(),
            places: BTreeMap::new(),
            actor: Actor::default(),
            acts: super::acts::Acts::new(&pack, &policy),
            logbook: Logbook::default(),
            cluster: Cluster::default(),
            readings: Readings::default(),
            queries: HashMap::new(),
            watched: Watched::default(),
            board: Board::default(),
            alerts: Alerts::default(),
            time_line: TimeLine::default(),
            shift: None,
            routine: Vec::new(),
            routine_at: None,
            debts: Arc::default(),
            looked: BTreeMap::new(),
            contested: BTreeSet::new(),
            sighted: BTreeMap::new(),
            recalled: super::past::Recalled::default(),
            silences: None,
            looking: Vec::new(),
            view,
            kinds: KnownKinds::default(),
            attention: super::attention::Attention::default(),
            desks: super::desks::Desks::default(),
            drill: None,
            recording: crate::domain::frame::Recording::default(),
            opened: Duration::ZERO,
            requests: 0,
            quitting: false,
        };
        take_pack(&mut model, pack);
        model
    }

    /// Time as the program's clock has it; what is kept is the world's.
    pub fn set_now(&mut self, now: Moment) {
        self.clocked = now.wall;
        let wall = now.wall.saturating_add(self.ahead()).unwrap_or(now.wall);
        self.now = Moment::new(wall, now.mono);
    }

    /// How far the servers' clocks are ahead of ours. What a second or two may be is the way of the answer.
    pub fn ahead(&self) -> SignedDuration {
        [SourceId::Prometheus, SourceId::Alertmanager, SourceId::Pods]
            .iter()
            .find_map(|source| self.skew.get(source))
            .copied()
            .filter(|ahead| ahead.abs() > SignedDuration::from_secs(2))
            .unwrap_or_default()
    }

    /// A number no question was asked under.
    pub fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// The contexts keys are looked up in, innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        if self.view.typing.is_some() {
            return vec![Context::Text];
        }
        match self.view.overlays.last() {
            Some(overlay) => overlay.contexts(),
            None => vec![self.view.focus.context(), Context::List, Context::Global],
        }
    }

    /// Something is asked of a person that has not been drawn yet.
    pub fn wants_drawing(&self) -> bool {
        self.view.overlays.iter().any(|overlay| match overlay {
            Overlay::Prompt(screen) => screen.prompt.wants_drawing(),
            Overlay::Run(screen) => screen.stopping.is_some_and(|asked| asked.drawn.is_none()),
            _ => false,
        })
    }

    /// Characters go into a line of text, not to commands.
    pub fn takes_text(&self) -> bool {
        self.contexts().first() == Some(&Context::Text)
    }
}
