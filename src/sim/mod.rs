//! The embedded cluster: Kubernetes, Prometheus and Alertmanager over HTTPS, played from a scenario.

pub mod alertmanager;
pub mod clock;
pub mod control;
pub mod form;
pub mod kubernetes;
pub mod port;
pub mod prometheus;
pub mod serve;
pub mod server;
pub mod shared;
pub mod start;
pub mod tasks;
pub mod tls;
pub mod world;

pub use start::{Sim, SimError, SimHandle, SimOptions};
