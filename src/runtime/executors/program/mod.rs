//! Programs of this host: which may run, as whom, where, and how one is run to its end.

mod call;
mod end;
mod far;
mod files;
mod follow;
mod given;
mod group;
mod host;
mod identity;
mod path;
mod place;
mod rules;
mod ssh;

pub use self::{
    call::{Call, Ended, run},
    end::{ask, has_text, hear, seen_after, step_end},
    follow::Log,
    given::give,
    host::{ASKING, Host, may_write, program_fact},
    identity::Identity,
    path::Known,
    place::Places,
    rules::ProgramRules,
};
