//! The embedded cluster: Kubernetes, Prometheus and Alertmanager over HTTPS, played from a scenario.

pub mod clock;
pub mod kubernetes;
pub mod port;
pub mod server;
pub mod tasks;
pub mod tls;
