//! The embedded Fluent files, one per topic and language.

use crate::domain::settings::Lang;

/// The topics: every language has each of them.
pub const TOPICS: [&str; 14] = [
    "common", "header", "pods", "slos", "queues", "alerts", "changes", "logs", "overlays",
    "commands", "keys", "errors", "config", "cli",
];

/// The files of one language as (topic, text).
pub fn of(lang: Lang) -> [(&'static str, &'static str); TOPICS.len()] {
    match lang {
        Lang::En => [
            ("common", include_str!("en/common.ftl")),
            ("header", include_str!("en/header.ftl")),
            ("pods", include_str!("en/pods.ftl")),
            ("slos", include_str!("en/slos.ftl")),
            ("queues", include_str!("en/queues.ftl")),
            ("alerts", include_str!("en/alerts.ftl")),
            ("changes", include_str!("en/changes.ftl")),
            ("logs", include_str!("en/logs.ftl")),
            ("overlays", include_str!("en/overlays.ftl")),
            ("commands", include_str!("en/commands.ftl")),
            ("keys", include_str!("en/keys.ftl")),
            ("errors", include_str!("en/errors.ftl")),
            ("config", include_str!("en/config.ftl")),
            ("cli", include_str!("en/cli.ftl")),
        ],
        Lang::Zh => [
            ("common", include_str!("zh/common.ftl")),
            ("header", include_str!("zh/header.ftl")),
            ("pods", include_str!("zh/pods.ftl")),
            ("slos", include_str!("zh/slos.ftl")),
            ("queues", include_str!("zh/queues.ftl")),
            ("alerts", include_str!("zh/alerts.ftl")),
            ("changes", include_str!("zh/changes.ftl")),
            ("logs", include_str!("zh/logs.ftl")),
            ("overlays", include_str!("zh/overlays.ftl")),
            ("commands", include_str!("zh/commands.ftl")),
            ("keys", include_str!("zh/keys.ftl")),
            ("errors", include_str!("zh/errors.ftl")),
            ("config", include_str!("zh/config.ftl")),
            ("cli", include_str!("zh/cli.ftl")),
        ],
    }
}
