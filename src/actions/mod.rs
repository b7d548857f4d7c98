//! PURE: from a proposal to a verdict. What is offered, what is asked of a person, what a run does next.

pub mod access;
pub mod by_hand;
pub mod catalogue;
pub mod draft;
pub mod left;
pub mod offer;
pub mod parse;
pub mod plan;
pub mod prompt;
pub mod reading;
pub mod run;
pub mod undo;
pub mod world;

#[cfg(test)]
mod tests;
