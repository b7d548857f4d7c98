//! PURE: from a proposal to a verdict. What is offered, what is asked of a person, what a run does next.

pub mod parse;
pub mod prompt;
pub mod run;
