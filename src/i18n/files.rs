//! The embedded Fluent files, one per topic and language.

use crate::domain::settings::Lang;

macro_rules! topics {
    ($($topic:literal)*) => {
        /// The topics: every language has each of them.
        pub const TOPICS: &[&str] = &[$($topic),*];

        /// The files of one language as (topic, text).
        pub const fn of(lang: Lang) -> &'static [(&'static str, &'static str)] {
            match lang {
                Lang::En => &[$(($topic, include_str!(concat!("en/", $topic, ".ftl")))),*],
                Lang::Zh => &[$(($topic, include_str!(concat!("zh/", $topic, ".ftl")))),*],
            }
        }
    };
}

topics! {
    "common"
    "header"
    "pods"
    "slos"
    "queues"
    "alerts"
    "changes"
    "overlays"
    "commands"
    "keys"
    "errors"
    "config"
    "cli"
    "doctor"
    "documents"
    "browser"
    "explain"
    "logs"
    "ledger"
    "journal"
    "handover"
    "walk"
    "actions"
    "incidents"
    "flows"
    "routine"
    "guards"
    "drills"
    "packs"
}
