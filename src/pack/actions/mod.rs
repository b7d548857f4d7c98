//! `actions.toml`: what may be done.

mod spec;

pub use self::spec::{
    ActionSpec, ActionWorld, Judged, Need, ObjectField, ParamKind, ParamSpec, Remind, TargetKind,
    TargetSpec, Temporary,
};
