//! Gauges: one number with what is good.

use std::time::Duration;

use super::{
    id::{GaugeId, QueryId},
    light::Light,
    limit::Limit,
    text::Text,
};

/// What a number counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    #[default]
    None,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// A share from 0 to 1, drawn in per cent.
    Share,
    /// A factor, drawn `0.83×`.
    Times,
    /// Per second.
    #[serde(rename = "/s")]
    PerSecond,
    Bytes,
    Count,
}

/// A number the pack watches.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeSpec {
    pub id: GaugeId,
    pub title: Text,
    pub probe: QueryId,
    pub unit: Unit,
    pub good: Option<Limit>,
    pub warn: Option<Limit>,
    /// The window the query looks over, for the screen: `2.50 s/5m`.
    pub over: Option<Duration>,
    pub link: Option<String>,
}

/// A gauge as it stands: its light (`None` where it has no limit), and how far inside the limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GaugeState {
    pub light: Option<Light>,
    /// The value that may be drawn, stale or not.
    pub value: Option<f64>,
    pub headroom: Option<f64>,
}
