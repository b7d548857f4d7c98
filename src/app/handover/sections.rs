//! The parts of a handover as templates and programs are given them. Times and texts are written by a pen: in the pack's
//! zone for people, as they are for programs. States are ids.

use std::collections::BTreeMap;

use serde::Serialize;

/// All that a handover says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Words {
    pub team: String,
    /// Where it is posted; empty where the pack does not say.
    pub goes_to: String,
    pub shift: ShiftWords,
    pub now: String,
    /// Who hands over, and who takes; `?` and empty where that is not known.
    pub giver: String,
    pub taker: String,
    pub people: Vec<PersonWords>,
    /// The fields of the pack's form by name.
    pub form: BTreeMap<String, String>,
    /// What the fields are called, by name.
    pub titles: BTreeMap<String, String>,
    pub ticks: Vec<TickWords>,
    pub hooks: Vec<HookWords>,
    pub lights: Vec<LightWords>,
    /// What is red, yellow or unknown of the objectives, gauges and queues.
    pub near: Vec<NearWords>,
    pub incidents: Vec<IncidentWords>,
    pub flows: Vec<FlowWords>,
    pub alerts: Section<AlertWords>,
    pub silences: Section<SilenceWords>,
    pub switches: Vec<SwitchWords>,
    pub checks: Vec<CheckWords>,
    pub actions: Vec<ActionWords>,
    pub changes: ChangesWords,
    pub notes: Vec<NoteWords>,
    pub follow_ups: Vec<FollowUpWords>,
    /// Where the chains of the ledger end, as `journal verify --against` reads it.
    pub heads: Vec<String>,
}

/// What one source tells; where it is away, what was known last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section<T> {
    /// The source answers, so that what is not here is not there.
    pub known: bool,
    /// Why not: `absent`, `waiting`, `denied`, `away`; `partial` where it is known to lack something.
    pub why: &'static str,
    pub items: Vec<T>,
}

/// The shift that is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShiftWords {
    /// Empty where the pack has no shifts.
    pub title: String,
    pub date: String,
    pub from: String,
    pub to: String,
}

/// A role with who had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonWords {
    pub id: String,
    pub title: String,
    /// Empty where nobody said.
    pub person: String,
}

/// A box that the world ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TickWords {
    pub id: String,
    pub title: String,
    /// `yes`, `no`, `unknown`.
    pub state: &'static str,
}

/// A hook over its last whole window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HookWords {
    pub id: String,
    pub title: String,
    pub light: &'static str,
    /// What was observed, by name; `?` where there was no data.
    pub values: Vec<ValueWords>,
}

/// A value by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueWords {
    pub name: String,
    pub value: String,
}

/// A light of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LightWords {
    pub id: String,
    pub title: String,
    pub light: &'static str,
}

/// Something that is not green.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearWords {
    /// `slo`, `gauge`, `queue`.
    pub kind: &'static str,
    pub id: String,
    pub title: String,
    pub light: &'static str,
    /// `?` where there is none.
    pub value: String,
    /// Empty where it has none.
    pub limit: String,
}

/// An incident that is open, or that was closed in the shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentWords {
    pub number: String,
    pub title: String,
    pub severity: String,
    pub status: &'static str,
    pub began: String,
    /// Empty while it is open.
    pub closed: String,
    /// It lets nobody sign without a reservation.
    pub blocks: bool,
}

/// A flow that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowWords {
    pub id: String,
    pub title: String,
    pub began: String,
    /// Who follows it; empty where it was left.
    pub by: String,
    pub note: String,
}

/// An alert that calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertWords {
    pub name: String,
    pub severity: String,
    pub since: String,
    /// Who acknowledged it; empty where nobody did.
    pub seen_by: String,
    pub note: String,
    pub assigned: String,
}

/// A silence that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SilenceWords {
    pub matchers: String,
    pub until: String,
    pub by: String,
    pub comment: String,
    pub hides: usize,
}

/// A temporary change that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SwitchWords {
    pub title: String,
    pub target: String,
    /// What it was set to, where the action has one parameter of that kind.
    pub params: String,
    pub since: String,
    pub by: String,
    /// Empty where it has no end.
    pub expires: String,
    pub overdue: bool,
    /// `free`, `not-yet`, `unknown`.
    pub release: &'static str,
    /// What somebody else changed of it: `spec.replicas = 3`.
    pub changed: Vec<String>,
}

/// A check that wants telling: late, missed, not passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckWords {
    pub title: String,
    /// `overdue`, `missed`, else the outcome.
    pub state: &'static str,
    pub at: String,
    /// How often it was missed.
    pub times: usize,
    pub by: String,
    pub evidence: String,
}

/// A run of an action in the shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionWords {
    pub title: String,
    pub target: String,
    pub state: &'static str,
    pub by: String,
    pub at: String,
}

/// Changes of the cluster, of lights and gates, as far as this program or the record of the shift saw them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangesWords {
    /// All of the shift is known.
    pub whole: bool,
    /// Since when they are known, but for the gaps.
    pub since: String,
    pub gaps: Vec<GapWords>,
    /// How many earlier ones are not written out.
    pub left_out: usize,
    pub items: Vec<ChangeWords>,
}

/// A stretch of the shift in which nobody recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapWords {
    pub from: String,
    pub to: String,
}

/// One change of the cluster, a light or a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeWords {
    pub at: String,
    pub kind: &'static str,
    pub text: String,
    pub state: String,
}

/// Something somebody noted in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteWords {
    pub at: String,
    pub by: String,
    pub text: String,
}

/// A measure that an incident left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FollowUpWords {
    pub text: String,
    pub owner: String,
    pub term: String,
    pub incident: String,
}
