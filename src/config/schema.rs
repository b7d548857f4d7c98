//! Every key there is, what it has to be, and what holds where nobody says anything.

use super::kind::Kind;
use super::path::KeyPath;
use crate::domain::settings::Summons;

/// One key of the config.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Dotted; `*` stands for a name the user chooses.
    pub path: &'static str,
    pub kind: Kind,
    /// The default as TOML; `None` where nothing is set.
    pub default: Option<&'static str>,
}

/// The least and the most a poll may wait, in milliseconds.
const POLL: Kind = Kind::Span {
    min: 1000,
    max: 3_600_000,
};
const TIMEOUT: Kind = Kind::Span {
    min: 100,
    max: 300_000,
};

const fn key(path: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key {
        path,
        kind,
        default,
    }
}

/// The keys, in the order in which `config show` and the example list them.
pub const KEYS: [Key; 55] = [
    key("pack", Kind::Id, None),
    key("context", Kind::Text, None),
    key("kubeconfig", Kind::Path, None),
    key("namespaces", Kind::Names, Some("[]")),
    key("all_namespaces", Kind::Flag, Some("false")),
    key("read_only", Kind::Flag, Some("false")),
    key("theme", Kind::Text, Some("\"default\"")),
    key(
        "glyphs",
        Kind::Choice(&["unicode", "ascii"]),
        Some("\"unicode\""),
    ),
    key(
        "locale",
        Kind::Choice(&["auto", "en", "zh-CN"]),
        Some("\"auto\""),
    ),
    key("mouse", Kind::Flag, Some("false")),
    key(
        "colours",
        Kind::Choice(&["auto", "truecolor", "256", "16", "none"]),
        Some("\"auto\""),
    ),
    key(
        "discover",
        Kind::Choice(&["auto", "on", "off"]),
        Some("\"auto\""),
    ),
    key("prometheus.url", Kind::Url, None),
    key("prometheus.service", Kind::Service, None),
    key("prometheus.timeout", TIMEOUT, Some("\"10s\"")),
    key("prometheus.ca_file", Kind::Path, None),
    key("prometheus.token_file", Kind::Path, None),
    key("prometheus.username", Kind::Text, None),
    key("prometheus.password_file", Kind::Path, None),
    key("prometheus.client_cert_file", Kind::Path, None),
    key("prometheus.client_key_file", Kind::Path, None),
    key("prometheus.headers.*", Kind::Header, None),
    key("alertmanager.urls", Kind::Urls, Some("[]")),
    key("alertmanager.services", Kind::Services, Some("[]")),
    key("alertmanager.timeout", TIMEOUT, Some("\"10s\"")),
    key("alertmanager.ca_file", Kind::Path, None),
    key("alertmanager.token_file", Kind::Path, None),
    key("alertmanager.username", Kind::Text, None),
    key("alertmanager.password_file", Kind::Path, None),
    key("alertmanager.client_cert_file", Kind::Path, None),
    key("alertmanager.client_key_file", Kind::Path, None),
    key("alertmanager.headers.*", Kind::Header, None),
    key("kubernetes.connect_timeout", TIMEOUT, Some("\"5s\"")),
    key("kubernetes.request_timeout", TIMEOUT, Some("\"15s\"")),
    key("kubernetes.plugin_timeout", TIMEOUT, Some("\"30s\"")),
    key(
        "kubernetes.page_size",
        Kind::Whole {
            min: 10,
            max: 10_000,
        },
        Some("500"),
    ),
    key("poll.instant", POLL, Some("\"15s\"")),
    key("poll.range", POLL, Some("\"30s\"")),
    key("poll.alerts", POLL, Some("\"10s\"")),
    key("poll.windows", POLL, Some("\"15s\"")),
    key("attention.bell", Kind::Choices(Summons::NAMES), Some("[]")),
    key(
        "attention.notify",
        Kind::Choices(Summons::NAMES),
        Some("[]"),
    ),
    key(
        "attention.notify_by",
        Kind::Choice(&["both", "osc9", "osc777"]),
        Some("\"both\""),
    ),
    key("attention.title", Kind::Flag, Some("false")),
    key("demo.serve", Kind::Url, None),
    key(
        "log.level",
        Kind::Choice(&["off", "error", "warn", "info", "debug", "trace"]),
        Some("\"info\""),
    ),
    key("log.file", Kind::Path, None),
    key("ledger.url", Kind::Ledger, None),
    key("ledger.passfile", Kind::Path, None),
    key("ledger.ca_file", Kind::Path, None),
    key(
        "ledger.keep_days",
        Kind::Whole {
            min: 180,
            max: 36_500,
        },
        Some("400"),
    ),
    key("records.on", Kind::Flag, Some("true")),
    key(
        "records.keep_days",
        Kind::Whole { min: 1, max: 3_650 },
        Some("30"),
    ),
    key("locks.namespace", Kind::Name, Some("\"default\"")),
    key("keys.*.*", Kind::Command, None),
];

/// Keys of which a layer may set only one; a later layer's choice displaces the other of an earlier one.
pub const EXCLUSIVE: [(&str, &str); 17] = [
    ("namespaces", "all_namespaces"),
    ("prometheus.token_file", "prometheus.username"),
    ("prometheus.token_file", "prometheus.password_file"),
    ("alertmanager.token_file", "alertmanager.username"),
    ("alertmanager.token_file", "alertmanager.password_file"),
    ("prometheus.service", "prometheus.url"),
    ("prometheus.service", "prometheus.token_file"),
    ("prometheus.service", "prometheus.username"),
    ("prometheus.service", "prometheus.password_file"),
    ("prometheus.service", "prometheus.ca_file"),
    ("prometheus.service", "prometheus.client_cert_file"),
    ("alertmanager.services", "alertmanager.urls"),
    ("alertmanager.services", "alertmanager.token_file"),
    ("alertmanager.services", "alertmanager.username"),
    ("alertmanager.services", "alertmanager.password_file"),
    ("alertmanager.services", "alertmanager.ca_file"),
    ("alertmanager.services", "alertmanager.client_cert_file"),
];

/// Keys that mean nothing without another.
pub const NEEDS: [(&str, &str); 10] = [
    ("ledger.passfile", "ledger.url"),
    ("ledger.ca_file", "ledger.url"),
    ("prometheus.username", "prometheus.password_file"),
    ("prometheus.password_file", "prometheus.username"),
    ("prometheus.client_cert_file", "prometheus.client_key_file"),
    ("prometheus.client_key_file", "prometheus.client_cert_file"),
    ("alertmanager.username", "alertmanager.password_file"),
    ("alertmanager.password_file", "alertmanager.username"),
    (
        "alertmanager.client_cert_file",
        "alertmanager.client_key_file",
    ),
    (
        "alertmanager.client_key_file",
        "alertmanager.client_cert_file",
    ),
];

/// What stands at a path.
#[derive(Debug, Clone, Copy)]
pub enum Room {
    Leaf(&'static Key),
    Table,
    Nothing,
}

/// Keys that make a desk: `[desks.NAME]` may say each of them for a desk of that name.
pub const DESK: [&str; 7] = [
    "pack",
    "context",
    "kubeconfig",
    "namespaces",
    "all_namespaces",
    "prometheus",
    "alertmanager",
];

/// The path of a desk's own key as if it stood on top; `None` where it is none of a desk's keys.
pub fn of_desk(path: &KeyPath) -> Option<KeyPath> {
    match path.parts() {
        [desks, _, first, ..] if desks == DESKS && DESK.contains(&first.as_str()) => {
            Some(KeyPath::of(&path.parts()[2..]))
        }
        _ => None,
    }
}

/// The table of desks.
pub const DESKS: &str = "desks";

/// What stands at this path.
pub fn at(path: &KeyPath) -> Room {
    let parts = path.parts();
    if parts.first().is_some_and(|first| first == DESKS) {
        return match (parts.len(), of_desk(path)) {
            (1 | 2, _) => Room::Table,
            (_, Some(own)) => at(&own),
            (_, None) => Room::Nothing,
        };
    }
    let mut room = Room::Nothing;
    for key in &KEYS {
        let pattern: Vec<&str> = key.path.split('.').collect();
        let fits = pattern
            .iter()
            .zip(parts)
            .all(|(one, part)| *one == "*" || one == part);
        if !fits || pattern.len() < parts.len() {
            continue;
        }
        if pattern.len() == parts.len() {
            return Room::Leaf(key);
        }
        room = Room::Table;
    }
    room
}

/// The keys that may stand in this table.
pub fn children(table: &KeyPath) -> Vec<&'static str> {
    if table.parts().first().is_some_and(|first| first == DESKS) {
        return match (table.parts().len(), of_desk(table)) {
            (2, _) => DESK.to_vec(),
            (_, Some(own)) => children(&own),
            (_, None) => Vec::new(),
        };
    }
    let depth = table.parts().len();
    let mut names = Vec::new();
    for key in &KEYS {
        let pattern: Vec<&'static str> = key.path.split('.').collect();
        let inside = pattern.len() > depth
            && pattern
                .iter()
                .zip(table.parts())
                .all(|(one, part)| *one == "*" || one == part);
        if inside && pattern[depth] != "*" && !names.contains(&pattern[depth]) {
            names.push(pattern[depth]);
        }
    }
    if depth == 0 {
        names.push(DESKS);
    }
    names
}

/// Where else a key of this name stands, as a dotted path.
pub fn elsewhere(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| key.path)
        .find(|path| path.rsplit('.').next() == Some(name))
}
