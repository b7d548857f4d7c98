//! PURE: a runbook as data. TOML to [`Pack`]: what is read, what it means, who answers; conditions in CEL.
//!
//! A pack arrives as names and texts of files, wherever they come from; nothing here opens one. A pack either is whole or
//! is a list of everything that is wrong with it, each with its place.

mod actions;
pub mod cases;
mod condition;
mod diagnostic;
mod drills;
mod embedded;
mod facts;
mod flows;
mod gates;
mod holidays;
mod hooks;
pub mod import;
mod lights;
pub mod lint;
mod load;
mod manifest;
mod nearest;
mod places;
mod probes;
mod promql;
mod reader;
mod routine;
mod runbook;
pub mod schema;
mod severity;
mod templates;
mod value;
mod views;
mod watch;
mod watchlist;

#[cfg(test)]
mod calendar_tests;
#[cfg(test)]
pub(crate) mod glancy_tests;
#[cfg(test)]
mod tuheg_tests;

pub use self::{
    actions::{
        ActionSpec, ActionWorld, CheckSeen, IncidentSeen, Judged, Need, ObjectField, ParamKind,
        ParamSpec, Remind, TargetKind, TargetSpec, Temporary, kind_named, parse_object,
    },
    condition::Truth,
    diagnostic::{PackError, PackErrors},
    drills::{DrillLimits, DrillSpec},
    facts::Facts,
    flows::{
        FlowSpec, FreezeSpec, IncidentSpec, RoleSpec, RungSpec, StageSpec, StepKind, StepSpec,
        WatchSpec,
    },
    gates::{GateHook, GateLimit, GateSpec, GateState, GateTick, Proposal, TickSpec, TickState},
    hooks::{HookPart, HookWindow, Row},
    lights::{AlertVerdict, LightPart},
    manifest::{Chain, Contact, DeskDefaults, PageLink, Role, Vendor},
    places::Environment,
    probes::{ProbeSpec, ProbeWay, ReadSpec},
    routine::{
        CheckFound, CheckSpec, ChecklistSpec, Expected, FormTick, HandoverSpec, HoldsSpec, TickOf,
        Way,
    },
    runbook::Pack,
    severity::SeveritySpec,
    templates::{Paper, TemplateFault},
    watch::AlertSpec,
};
pub use crate::domain::calendar::{Shift, ShiftNow};
