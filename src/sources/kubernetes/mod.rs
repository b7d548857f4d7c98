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
mod look;
mod nodes;
mod pods;
mod proxy;
mod pulse;
mod questions;
mod rows;
mod run;
mod skew;
mod status;
mod trouble;
mod usage;
mod watch;
mod workloads;

pub use self::{
    asks::Ask,
    connect::{Connection, Context, KubeOptions, NoContext, Timeouts, check, context_of, contexts},
    pods::PodReader,
    run::run,
};
