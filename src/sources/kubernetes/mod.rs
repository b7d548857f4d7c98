//! The Kubernetes API: what is watched, what is asked for, and what its failures mean.

mod asks;
mod backoff;
mod connect;
mod detail;
mod events;
mod health;
mod history;
mod interner;
mod links;
mod lite;
mod nodes;
mod pods;
mod proxy;
mod pulse;
mod rows;
mod run;
mod status;
mod trouble;
mod usage;
mod watch;
mod workloads;

pub use self::{
    asks::Ask,
    connect::{Connection, Context, KubeOptions, Timeouts, context_of},
    pods::PodReader,
    run::run,
};
