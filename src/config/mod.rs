//! Files to layers to validated Settings and Policy.

pub mod diagnostic;
pub mod nearest;
pub mod path;
