//! The embedded cluster: Kubernetes, Prometheus and Alertmanager over HTTPS, played from a scenario.

pub mod port;
