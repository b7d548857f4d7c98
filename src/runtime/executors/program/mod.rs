//! Programs of this host: which may run, as whom, where, and how one is run to its end.

mod call;
mod files;
mod group;
mod host;
mod identity;
mod path;
mod place;
mod rules;

pub use self::{
    call::{Call, Ended, Ran, run},
    host::{
        ASKING, Host, differs, limit, may_write, no_secret, program_fact, said, saved, step_end,
    },
    identity::Identity,
    path::Known,
    place::Places,
    rules::ProgramRules,
};
