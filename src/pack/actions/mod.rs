//! `actions.toml`: what may be done.

mod holes;
mod judge;
mod params;
mod programs;
mod read;
mod spec;
mod steps;
mod targets;
mod values;

pub(super) use self::{
    params::form_fields,
    read::{Known, read, read_of, reads_alone},
};
pub use self::{
    spec::{
        ActionSpec, ActionWorld, CheckSeen, IncidentSeen, Judged, Need, ObjectField, ParamKind,
        ParamSpec, Remind, TargetKind, TargetSpec, Temporary,
    },
    targets::{kind_named, parse_object},
};
