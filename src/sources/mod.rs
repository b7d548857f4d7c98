//! Watch and poll the world outside, and say what was observed.

pub mod alertmanager;
pub mod http;
pub mod kubernetes;
pub mod links;
pub mod outbox;
pub mod prometheus;
