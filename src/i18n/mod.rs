//! The words of the screen in English and 简体中文, through Fluent.

pub mod action_words;
pub mod by_hand;
pub mod drill_words;
pub mod files;
pub mod incident_words;
pub mod remind;
pub mod saying;
pub mod step_words;
pub mod texts;
pub mod time;
pub mod width;
pub mod words;

#[cfg(test)]
mod tests;

pub use texts::{Arg, Texts};

pub use crate::domain::settings::Lang;
