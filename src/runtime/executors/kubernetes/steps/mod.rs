//! The kinds of steps, each with the request it sends.

pub mod restart;
pub mod scale;
