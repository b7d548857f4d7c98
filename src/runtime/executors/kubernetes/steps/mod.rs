//! The kinds of steps, each with the request it sends.

pub mod cronjob;
pub mod node;
pub mod pod;
pub mod restart;
pub mod rollback;
pub mod scale;
pub mod template;
