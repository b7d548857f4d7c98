//! The kinds of steps, each with the request it sends.

pub mod cronjob;
pub mod node;
pub mod patch;
pub mod pod;
pub mod restart;
pub mod rollback;
pub mod scale;
pub mod set_env;

use crate::domain::action::{refusal::Refusal, step::Template};

/// The text, which must have no hole left.
pub fn whole(text: &Template) -> Result<String, Refusal> {
    text.whole().ok_or_else(|| {
        let hole = text.holes().next();
        Refusal::unfilled(hole.map_or_else(String::new, |hole| format!("{hole:?}")))
    })
}
