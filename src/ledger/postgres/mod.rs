//! The ledger that a team shares, in PostgreSQL: every writer's chain, one beside the other.

mod connect;
mod passfile;
mod wire;

pub use self::{
    connect::{Away, Connected, Place, connect},
    wire::{Fetched, beats, fetch, give, give_beats, heads, version},
};

/// What makes the tables, the triggers and the role that may insert and not change.
pub const SETUP: &str = include_str!("setup.sql");
