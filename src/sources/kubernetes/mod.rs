//! The Kubernetes API: what is watched, what is asked for, and what its failures mean.

mod asks;
mod backoff;
mod connect;
mod describe;
mod detail;
mod discover;
pub mod doctor;
mod events;
mod facts;
mod failure;
mod health;
mod history;
mod identity;
mod interner;
mod links;
mod lite;
mod look;
mod nodes;
mod objects;
mod pods;
mod protobuf;
mod proxy;
mod pulse;
mod questions;
mod rows;
mod run;
mod service;
mod silence;
mod skew;
mod status;
mod trouble;
mod usage;
mod watch;
mod workloads;

pub use self::{
    asks::Ask,
    connect::{
        Connection, Context, KubeOptions, NoContext, Timeouts, Wallet, check, context_of, contexts,
        namespace_of_pod, own_session, session_words, sign_in_first,
    },
    discover::{Listing, Sighting, Wanted, choose, discover, list_services},
    failure::{never_sent, trouble_of},
    identity::show as show_identity,
    pods::PodReader,
    run::run,
    service::Gateway,
    usage::number as quantity,
};
