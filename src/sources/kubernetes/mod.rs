//! The Kubernetes API: what is watched, what is asked for, and what its failures mean.

mod backoff;
mod connect;
mod events;
mod health;
mod interner;
mod links;
mod lite;
mod nodes;
mod pods;
mod proxy;
mod pulse;
mod rows;
mod status;
mod trouble;
mod watch;
mod workloads;

pub use self::connect::{Connection, KubeOptions, Timeouts};
