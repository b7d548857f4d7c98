//! `probes.toml`: what is read.

use std::time::Duration;

use super::{
    manifest::span_of,
    promql,
    reader::{Key, Node, Table},
};
use crate::domain::{gauge::Unit, id::QueryId};

/// How often a probe is read when it doesn't say.
pub(super) const EVERY: Duration = Duration::from_secs(15);

/// The kinds of probes of the format that are not read yet: named, so that the error can say so.
const LATER: [&str; 15] = [
    "http",
    "tcp",
    "tls",
    "sql",
    "redis",
    "command",
    "exec",
    "logs",
    "kubernetes",
    "systemd",
    "compose",
    "host",
    "objects",
    "config",
    "ssh",
];

/// One probe of a pack.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSpec {
    /// The pack's own name, `lookup-p95`.
    pub name: String,
    /// Qualified by the pack.
    pub id: QueryId,
    pub promql: String,
    /// The selector its age comes from.
    pub source: Option<String>,
    pub unit: Unit,
    pub every: Duration,
}

pub(super) fn read(pack: &str, root: Table<'_>) -> Vec<ProbeSpec> {
    let tables = root.tables("probe");
    let probes = tables
        .into_iter()
        .map(|(key, table)| probe(pack, &key, table));
    let probes = probes.collect();
    root.finish();
    probes
}

fn probe(pack: &str, key: &Key, table: Table<'_>) -> ProbeSpec {
    let promql = table.get("promql");
    if promql.is_none() {
        no_kind(&table);
    }
    let promql = promql.and_then(|node| promql::read(&node, promql::Holes::None));
    let every = table.get("every").and_then(|node| span_of(&node));
    let spec = ProbeSpec {
        id: format!("{pack}/{}", key.name).into(),
        name: key.name.clone(),
        promql: promql.unwrap_or_default(),
        source: source(&table),
        unit: table
            .get("unit")
            .and_then(|node| unit(&node))
            .unwrap_or_default(),
        every: every.unwrap_or(EVERY),
    };
    table.finish();
    spec
}

/// Says what is wrong with a probe that has no query.
fn no_kind(table: &Table<'_>) {
    let mut later = LATER.iter();
    match later.find_map(|kind| table.get(kind).map(|node| (kind, node))) {
        Some((kind, node)) => node.error(
            format!("probes of kind `{kind}` are not read yet"),
            Some("the kinds that are: `promql`".to_owned()),
        ),
        None => table.error(
            "what is read is missing",
            Some("write `promql = '…'`".to_owned()),
        ),
    }
}

/// The selector of the series an answer's age comes from.
pub(super) fn source(table: &Table<'_>) -> Option<String> {
    table
        .get("source")
        .and_then(|node| promql::read(&node, promql::Holes::None))
}

/// What a number counts.
pub(super) fn unit(node: &Node<'_>) -> Option<Unit> {
    node.one_of(
        "unit",
        &[
            ("none", Unit::None),
            ("s", Unit::Seconds),
            ("share", Unit::Share),
            ("times", Unit::Times),
            ("/s", Unit::PerSecond),
            ("bytes", Unit::Bytes),
            ("count", Unit::Count),
        ],
    )
}
