//! PURE: the model, what changes it, and what it asks for.
//!
//! `update(&mut Model, Event) -> Effects` is the only way in. Nothing here does IO or reads a clock.

pub mod availability;
pub mod board;
pub mod clip;
pub mod command;
mod derive;
pub mod effect;
pub mod event;
pub mod filter;
pub mod layout;
pub mod logs;
pub mod model;
pub mod overlay;
mod share;
pub mod subject;
pub mod table;
mod update;
pub mod view;

pub use update::update;
