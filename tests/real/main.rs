//! What only real servers can prove. `tests/real/run` brings them up and runs this; see `harness` for what a test gets.

#![cfg(test)]

mod acknowledged_on_a_pair;
#[path = "../acts/mod.rs"]
mod acts;
mod acts_on_real;
mod after_sales;
mod bastions;
mod canary;
mod connecting;
#[path = "../contract/mod.rs"]
mod contract;
mod contract_on_real;
mod crashes;
mod exporter_killed;
mod faults;
mod harness;
#[path = "../hidden/mod.rs"]
mod hidden;
#[path = "../kinds/mod.rs"]
mod kinds;
mod kinds_on_real;
mod lawsker;
mod ledger_disk;
mod ledger_shared;
mod module;
mod packs;
mod places;
mod pods_as_kubectl;
mod protobuf;
#[allow(dead_code, reason = "made for the tests of the terminal")]
mod pty;
mod queries_parsed;
mod rights;
mod service_proxy;
mod shift_shared;
mod silences_as_amtool;
mod silences_found;
mod smoke;
mod tables_as_kubectl;
