//! PURE: the model, what changes it, and what it asks for.
//!
//! `update(&mut Model, Event) -> Effects` is the only way in. Nothing here does IO or reads a clock.

pub mod acting;
pub mod actor;
pub mod acts;
pub mod attention;
pub mod availability;
pub mod board;
pub mod browser;
pub mod clip;
pub mod command;
pub mod condition;
pub mod debts;
pub mod departed;
mod derive;
pub mod desks;
pub mod document;
pub mod drilling;
pub mod effect;
pub mod escalating;
pub mod event;
pub mod explaining;
pub mod filter;
pub mod flows;
pub mod form;
pub mod frame;
pub mod happenings;
pub mod incidents;
pub mod journal;
pub mod judging;
pub mod layout;
pub mod links;
pub mod logbook;
pub mod logs;
pub mod model;
pub mod nodes;
pub mod offering;
pub mod overlay;
pub mod planning;
pub mod prompting;
pub mod routine;
pub mod running;
mod share;
pub mod sheet;
pub mod silences;
pub mod snapshot;
pub mod standing;
pub mod subject;
pub mod table;
pub mod triaging;
mod update;
pub mod usage;
pub mod view;
pub mod walk;
pub mod watching;

pub use update::{propose, update, vouch, walk_through};
