//! What needs more than one room of the house and no other program: one binary, since each links everything.

#![cfg(test)]

#[path = "../acts/mod.rs"]
mod acts;
mod acts_on_the_embedded;
#[path = "../architecture.rs"]
mod architecture;
mod cluster_shows;
mod configs;
#[path = "../contract/mod.rs"]
mod contract;
mod contract_on_the_embedded;
#[path = "../flows/mod.rs"]
mod flows;
mod guide;
#[path = "../hidden/mod.rs"]
mod hidden;
#[path = "../kinds/mod.rs"]
mod kinds;
mod kinds_on_the_embedded;
mod linted;
mod pack_and_cluster;
mod packs;
#[path = "../pty/mod.rs"]
mod pty;
mod record_size;
mod recorded;
mod sources_kubernetes;
mod sources_prometheus;
mod themes;
mod trace;
