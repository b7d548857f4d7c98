//! PURE values: what the watch sees, and how fresh it is.
//!
//! Everything else speaks in these types. Nothing here reads a clock, a file or a socket.

pub mod alert;
pub mod alert_pods;
pub mod change;
pub mod clean;
pub mod departure;
pub mod description;
pub mod desk;
pub mod diff;
pub mod elapsed;
pub mod event;
pub mod explain;
pub mod freshness;
pub mod gauge;
pub mod gauge_state;
pub mod hook;
pub mod id;
pub mod identity;
pub mod light;
pub mod limit;
pub mod log;
pub mod manifest;
pub mod nearest;
pub mod node;
pub mod object;
pub mod observation;
pub mod place;
pub mod pod;
pub mod pod_detail;
pub mod policy;
pub mod question;
pub mod queue;
pub mod queue_state;
pub mod rollout;
pub mod selectors;
pub mod series;
pub mod settings;
pub mod slo;
pub mod slo_state;
pub mod table;
pub mod text;
pub mod time;
pub mod usage;
pub mod watchlist;
pub mod workload;
