//! Watch and poll the world outside, and say what was observed.

pub mod kubernetes;
pub mod outbox;
