//! A scenario ready to be played: names are slots, texts are formulas, spans are seconds.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;

use super::file::{NodeFile, ProgramFile, WorkloadFile};
use super::{FaultKind, InhibitFile, RouteFile, SilenceFile};
use crate::sim::port::WorkloadRef;
use crate::sim::world::formula::Formula;

/// One signal: a value computed at every step.
#[derive(Debug)]
pub struct Signal {
    pub slot: usize,
    pub formula: Formula,
}

/// A workload of the scenario and what its pods use.
#[derive(Debug)]
pub struct Workload {
    pub at: WorkloadRef,
    pub file: WorkloadFile,
    pub cpu: Option<Formula>,
    pub memory: Option<Formula>,
}

/// A queue: two formulas and the four slots that show its state.
#[derive(Debug)]
pub struct Queue {
    pub name: String,
    pub offered: Formula,
    pub capacity: Formula,
    pub start_depth: f64,
    /// Seconds a job is being worked on, as it counts into the depth.
    pub in_flight: f64,
    pub floor: f64,
    pub depth: usize,
    pub oldest: usize,
    pub rate_in: usize,
    pub rate_out: usize,
}

/// An objective: rates, the cumulative series that windows are cut from, and the time before.
#[derive(Debug)]
pub struct Slo {
    pub name: String,
    pub errors: Formula,
    pub total: Formula,
    /// Slots of the two counters.
    pub errors_sum: usize,
    pub total_sum: usize,
    pub source: Option<usize>,
    pub before_total: f64,
    pub before_errors: f64,
    /// Particular days: (days before the start, share of errors).
    pub before_days: Vec<(f64, f64)>,
}

/// What an id of the watchlist reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Now(usize),
    /// The same in bytes, where the signal counts mebibytes.
    Mebibytes(usize),
    Mean {
        slot: usize,
        over: f64,
    },
    Ok {
        slo: usize,
        over: f64,
    },
    Bad {
        slo: usize,
        over: f64,
    },
    ErrorCount {
        slo: usize,
        over: f64,
    },
    TotalCount {
        slo: usize,
        over: f64,
    },
    /// When the exporter was last scraped; without an exporter, just now.
    LastScrape,
    /// Known, and always empty.
    Nothing,
}

/// An id of the watchlist: what it reads, through which exporter, with which labels.
#[derive(Debug, Clone)]
pub struct Answer {
    pub reading: Reading,
    pub source: Option<usize>,
    pub labels: BTreeMap<String, String>,
}

/// An alerting rule.
#[derive(Debug)]
pub struct Alert {
    pub name: String,
    pub group: String,
    pub expr: String,
    pub when: Formula,
    pub value: Formula,
    pub wait: f64,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}

/// A fault of pods with its condition.
#[derive(Debug)]
pub struct Fault {
    pub workload: usize,
    pub when: Formula,
    pub kind: FaultKind,
    pub only_image: Option<String>,
    pub only_pod: Option<String>,
    pub share: f64,
    pub every: u32,
    pub code: i32,
    pub message: String,
}

/// Log lines of a workload with their condition.
#[derive(Debug)]
pub struct Log {
    pub workload: usize,
    pub container: String,
    pub every: f64,
    pub when: Formula,
    pub lines: Vec<String>,
    pub every_pod: bool,
}

/// What happens at one moment.
#[derive(Debug, Clone)]
pub enum Deed {
    Set {
        slot: usize,
        to: f64,
        over: f64,
    },
    RollOut {
        workload: usize,
        image: String,
        by: String,
    },
    Scale {
        workload: usize,
        replicas: u32,
        by: String,
    },
    NodeReady {
        name: String,
        ready: bool,
        message: String,
    },
    Event {
        workload: usize,
        warning: bool,
        reason: String,
        message: String,
    },
    Config {
        key: String,
        value: String,
        by: String,
    },
}

/// What answers some words, and what that does to the world.
#[derive(Debug)]
pub struct Program {
    pub when: Formula,
    pub over: f64,
    /// The parameters it sets.
    pub set: Vec<(usize, String)>,
    /// What it does to the cluster, whatever it is asked.
    pub deeds: Vec<Deed>,
    pub file: ProgramFile,
}

/// A deed and its time in seconds relative to the start.
#[derive(Debug, Clone)]
pub struct Moment {
    pub at: f64,
    pub deed: Deed,
}

/// A whole scenario, ready to be played.
#[derive(Debug)]
pub struct Model {
    pub pack: String,
    pub context: String,
    pub zone: TimeZone,
    pub namespace: String,
    pub namespaces: Vec<String>,
    pub flag_map: String,
    /// What `flag` and `flag_is` read: a key, or `key=text`.
    pub flag_keys: Vec<String>,
    pub still: bool,
    pub hour: f64,
    pub nodes: BTreeMap<String, NodeFile>,
    pub objects: Vec<serde_json::Value>,
    pub workloads: Vec<Workload>,
    /// Every name with its slot.
    pub slots: HashMap<String, usize>,
    pub params: Vec<(usize, f64)>,
    /// In an order in which each finds what it needs.
    pub signals: Vec<Signal>,
    pub queues: Vec<Queue>,
    /// Names of exporters and the slots that say whether they are up.
    pub sources: Vec<(String, usize)>,
    pub slos: Vec<Slo>,
    pub ids: HashMap<String, Answer>,
    pub alerts: Vec<Alert>,
    pub inhibitions: Vec<InhibitFile>,
    pub route: RouteFile,
    pub silences: Vec<SilenceFile>,
    pub faults: Vec<Fault>,
    pub logs: Vec<Log>,
    pub programs: Vec<Program>,
    /// What programs remember at the start.
    pub kept: BTreeMap<String, String>,
    /// By time.
    pub moments: Vec<Moment>,
}
