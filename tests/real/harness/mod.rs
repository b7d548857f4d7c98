//! What a test of the real servers gets.
//!
//! - [`Bed::shared`]: the servers of this run, all of them, used by every test at once. A test makes a [`Space`] (a
//!   namespace of its own that goes with it) and breaks nothing.
//! - [`Bed::alone`]: servers of its own, only the parts it names (`bed/up` lists them), for a test that breaks things:
//!   [`Bed::part`] kills, freezes and starts them again. They end with the test.
//! - [`Reader`]: the Kubernetes source of the cockpit reading a bed; `until` waits for what it has told.
//! - [`Exporter`]: metrics a test says, scraped each second by the Prometheuses of a bed.
//! - [`Proxy`]: a way to the API server that is late, silent, refuses or has another time.
//! - [`Bench`]: the embedded cluster, to hold it against the real one.
//! - [`Bed::kubectl`], [`Bed::client`], [`Bed::kubeconfig`], [`Bed::kubeconfig_of`]: as admin, viewer, oncall (works in the
//!   namespace `oncall` only) or nobody, or with credentials of the test's own.

#![allow(
    dead_code,
    unused_imports,
    reason = "a harness offers what some test may need"
)]

mod bed;
#[path = "../../suite/sources_kubernetes/bench.rs"]
mod bench;
mod credentials;
mod exporter;
#[path = "../../suite/sources_kubernetes/heard.rs"]
mod heard;
mod proxy;
mod reader;
mod space;

pub use self::{
    bed::{Bed, User, client_of},
    bench::Bench,
    credentials::Credentials,
    exporter::Exporter,
    heard::{Heard, names},
    proxy::{Mischief, Proxy},
    reader::{Reader, timeouts},
    space::Space,
};
