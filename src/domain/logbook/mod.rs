//! The logbook: what the people of a shift write down, kept in the ledger, and what it adds up to.

pub mod alert;
pub mod check;
pub mod drill;
pub mod duty;
pub mod flow;
pub mod gate;
pub mod handover;
pub mod incident;
mod order;
pub mod switch;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    action::record::ActorMark,
    id::{LineId, PackId},
};

pub use self::{
    alert::{AlertBook, AlertLog, AlertMark, AlertNoted},
    check::{CheckBook, CheckNoted, CheckResult, Outcome},
    drill::{DrillBook, DrillNoted},
    duty::{DutyBook, DutyNoted},
    flow::{FlowBook, FlowNoted},
    gate::{GateBook, GateNoted, Tick},
    handover::{HandoverBook, HandoverNoted},
    incident::{IncidentBook, IncidentNoted},
    switch::{SwitchBook, SwitchNoted},
};

/// The desk something was written down at: people of the same desk read it, whatever host they sit on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDesk {
    pub pack: PackId,
    pub context: String,
}

/// Something that was written down at a desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    pub desk: LogDesk,
    pub noted: Noted,
    /// The time of the newest line of the desk that its writer knew: it comes after that, whatever the clocks say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
}

/// What was written down, by what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "about")]
pub enum Noted {
    Alert(AlertNoted),
    Incident(IncidentNoted),
    Flow(FlowNoted),
    Check(CheckNoted),
    Gate(GateNoted),
    Handover(HandoverNoted),
    Duty(DutyNoted),
    Drill(DrillNoted),
    Switch(SwitchNoted),
}

/// One entry with when it was made and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    pub id: LineId,
    pub at: Timestamp,
    pub actor: ActorMark,
    pub entry: LogEntry,
}

/// What the entries of one desk add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Logbook {
    pub alerts: AlertBook,
    pub incidents: IncidentBook,
    pub flows: FlowBook,
    pub checks: CheckBook,
    pub gates: GateBook,
    pub handovers: HandoverBook,
    pub duties: DutyBook,
    pub drills: DrillBook,
    pub switches: SwitchBook,
    /// The time of the newest line, in the order of all: what is written next comes after it.
    pub newest: Option<Timestamp>,
}

impl Logbook {
    /// Adds up the lines of a desk, in whatever order they come.
    pub fn of(desk: &LogDesk, lines: &[Arc<LogLine>]) -> Self {
        let mut book = Self::default();
        let here = lines.iter().filter(|line| line.entry.desk == *desk);
        for (at, line) in order::ordered(here.map(AsRef::as_ref)) {
            book.newest = Some(at);
            match &line.entry.noted {
                Noted::Alert(noted) => book.alerts.take(line, noted),
                Noted::Incident(noted) => book.incidents.take(line, noted),
                Noted::Flow(noted) => book.flows.take(line, noted),
                Noted::Check(noted) => book.checks.take(line, noted),
                Noted::Gate(noted) => book.gates.take(line, noted),
                Noted::Handover(noted) => book.handovers.take(line, noted),
                Noted::Duty(noted) => book.duties.take(line, noted),
                Noted::Drill(noted) => book.drills.take(line, noted),
                Noted::Switch(noted) => book.switches.take(line, noted),
            }
        }
        book.incidents.settle();
        book.flows.settle();
        book.drills.settle();
        book
    }

    /// Something that is said now, after everything that is known here.
    pub fn entry(&self, desk: LogDesk, noted: Noted) -> LogEntry {
        LogEntry {
            desk,
            noted,
            after: self.newest,
        }
    }
}
