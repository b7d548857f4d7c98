//! What a test of the real servers gets.
//!
//! - [`Bed::shared`]: the servers of this run, all of them, used by every test at once. A test makes a [`Space`] (a
//!   namespace of its own that goes with it) and breaks nothing.
//! - [`Bed::alone`]: servers of its own, only the parts it names (`bed/up` lists them), for a test that breaks things:
//!   [`Bed::part`] kills, freezes and starts them again. They end with the test.
//! - [`Reader`]: the Kubernetes source of the cockpit reading a bed; `until` waits for what it has told.
//! - [`Person`]: somebody at this machine, a user of its own (that needs root) who is somebody to the API server too, with
//!   a home, a kubeconfig and what else it takes to run the program.
//! - [`Database`]: a database of its own with the tables of a shared ledger.
//! - [`Postgres`], [`Redis`]: servers of its own, which it may kill and start again.
//! - [`Disk`]: a small disk below a person's folders, that can be filled and made read-only.
//! - [`until`]: waits for what calls nobody.
//! - [`Exporter`]: metrics a test says, scraped each second by the Prometheuses of a bed.
//! - [`Proxy`]: a way to the API server that is late, silent, refuses or has another time.
//! - [`alertmanager`]: tells one of an alert, and what `amtool` says of it.
//! - [`Relay`]: a way to any server that can be cut and mended.
//! - [`Sshd`]: an sshd on loopback, with places behind it; [`Project`]: a project of compose, whose actions are done as a runner does.
//! - [`Bench`]: the embedded cluster, to hold it against the real one.
//! - [`Bed::kubectl`], [`Bed::client`], [`Bed::kubeconfig`], [`Bed::kubeconfig_of`]: as admin, viewer, oncall (works in the
//!   namespace `oncall` only) or nobody, or with credentials of the test's own.

#![allow(
    dead_code,
    unused_imports,
    reason = "a harness offers what some test may need"
)]

pub mod alertmanager;
mod bed;
#[path = "../../suite/sources_kubernetes/bench.rs"]
mod bench;
mod credentials;
mod database;
mod disk;
mod exporter;
#[path = "../../suite/sources_kubernetes/heard.rs"]
mod heard;
mod person;
mod project;
mod proxy;
mod reader;
mod relay;
mod servers;
mod space;
mod sshd;
mod terminal;
mod wait;

pub use self::{
    bed::{Bed, User, client_of},
    bench::Bench,
    credentials::Credentials,
    database::{Database, said},
    disk::Disk,
    exporter::Exporter,
    heard::{Heard, names},
    person::{Person, Told, signal},
    project::{Done, Project, plain_look},
    proxy::{Mischief, Proxy},
    reader::{Reader, timeouts},
    relay::Relay,
    servers::{Postgres, Redis, free_port},
    space::Space,
    sshd::Sshd,
    terminal::{Session, Terminal},
    wait::{until, wait_until},
};
