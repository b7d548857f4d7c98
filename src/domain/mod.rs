//! PURE values: what the watch sees, and how fresh it is.

pub mod clean;
pub mod policy;
pub mod settings;
