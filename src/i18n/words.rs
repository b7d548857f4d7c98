//! The keys of texts that name values of the domain, for every room that speaks.

use crate::domain::{
    freshness::{SourceId, TroubleKind},
    light::Light,
};

/// The text that says what a kind of trouble means.
pub const fn trouble(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Unreachable => "trouble-unreachable",
        TroubleKind::TimedOut => "trouble-timed-out",
        TroubleKind::Unauthorized => "trouble-unauthorized",
        TroubleKind::Forbidden => "trouble-forbidden",
        TroubleKind::Throttled => "trouble-throttled",
        TroubleKind::ServerError => "trouble-server-error",
        TroubleKind::NotTheApi => "trouble-not-the-api",
        TroubleKind::BadQuestion => "trouble-bad-question",
        TroubleKind::Absent => "trouble-absent",
    }
}

/// The name of a source.
pub const fn source(source: SourceId) -> &'static str {
    match source {
        SourceId::Pods => "source-pods",
        SourceId::Workloads => "source-workloads",
        SourceId::Nodes => "source-nodes",
        SourceId::Events => "source-events",
        SourceId::PodMetrics => "source-pod-metrics",
        SourceId::Prometheus => "source-prometheus",
        SourceId::Rules => "source-rules",
        SourceId::Alertmanager => "source-alertmanager",
    }
}

/// The word of a light where a state is told: `ok`, `warn`.
pub const fn state(light: Light) -> &'static str {
    match light {
        Light::Green => "state-ok",
        Light::Yellow => "state-warn",
        Light::Unknown => "state-unknown",
        Light::Red => "state-red",
    }
}

/// The name of a light: `GREEN`.
pub const fn light(light: Light) -> &'static str {
    match light {
        Light::Green => "light-green",
        Light::Yellow => "light-yellow",
        Light::Unknown => "light-unknown",
        Light::Red => "light-red",
    }
}
