//! Guard hooks: conditions over whole windows on the fixed grid, the same on every bastion.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    id::{HookId, QueryId},
    light::Light,
    text::Text,
};

/// How late a window is read, so that it is complete on every server.
pub const WINDOW_DELAY: Duration = Duration::from_secs(45);

/// A hook the pack watches: names of what it observes, each with the query that gives its windows.
/// The conditions on them are the pack's.
#[derive(Debug, Clone, PartialEq)]
pub struct HookSpec {
    pub id: HookId,
    pub title: Text,
    pub window: Duration,
    pub observe: Vec<(String, QueryId)>,
}

/// A hook over one window.
#[derive(Debug, Clone, PartialEq)]
pub struct HookState {
    pub id: HookId,
    pub title: Text,
    /// The end of the last whole window.
    pub window_end: Option<Timestamp>,
    pub light: Light,
    /// What was observed in it, in the order of the spec; `None` where there was no data.
    pub observed: Vec<(String, Option<f64>)>,
    /// The running window, provisional.
    pub running: Option<Light>,
}
