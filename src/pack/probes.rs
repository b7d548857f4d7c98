//! `probes.toml`: what is read.

use std::{sync::Arc, time::Duration};

use super::{
    actions::read_of,
    manifest::span_of,
    nearest::suggestion,
    places::Places,
    promql,
    reader::{Key, Node, Table},
};
use crate::domain::{
    action::step::{STEP_KINDS, Written},
    gauge::Unit,
    id::QueryId,
};

/// How often a probe is read when it doesn't say.
pub(super) const EVERY: Duration = Duration::from_secs(15);
/// The longest one look may take: what is given up on leaves its program behind.
const LONGEST: Duration = Duration::from_secs(50);
/// How often at most something is read that is no query: it costs a process, or a connection.
pub(super) const LEAST: Duration = Duration::from_secs(5);

/// One number a pack reads.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSpec {
    /// The pack's own name, `lookup-p95`; `stage.weight` where it is one of several numbers of what is read.
    pub name: String,
    /// Qualified by the pack.
    pub id: QueryId,
    pub unit: Unit,
    pub every: Duration,
    pub way: ProbeWay,
}

/// How a probe is read.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbeWay {
    Query {
        promql: String,
        /// The selector its age comes from.
        source: Option<String>,
    },
    /// What a program, a database, a unit or a server says.
    Read(Arc<ReadSpec>),
}

/// What is read for one or several probes.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSpec {
    pub name: String,
    pub step: Written,
}

impl ProbeSpec {
    /// Whether Prometheus keeps its past, so that it can be judged over time.
    pub const fn is_kept(&self) -> bool {
        matches!(self.way, ProbeWay::Query { .. })
    }

    /// The field it is of what is read; `None` where it is all that was said.
    pub fn field(&self) -> Option<&str> {
        match &self.way {
            ProbeWay::Query { .. } => None,
            ProbeWay::Read(read) => self.name.strip_prefix(&read.name)?.strip_prefix('.'),
        }
    }
}

pub(super) fn read(pack: &str, root: Table<'_>, places: &Places) -> Vec<ProbeSpec> {
    let tables = root.tables("probe");
    let mut probes: Vec<ProbeSpec> = Vec::new();
    for (key, table) in tables {
        let span = key.span.clone();
        let sink = table.sink;
        for one in probe(pack, &key, table, places) {
            if probes.iter().any(|other| other.name == one.name) {
                let what = format!("there is another probe `{}`", one.name);
                sink.report(span.clone(), &format!("probe.{}", key.name), what, None);
            }
            probes.push(one);
        }
    }
    root.finish();
    probes
}

fn probe(pack: &str, key: &Key, table: Table<'_>, places: &Places) -> Vec<ProbeSpec> {
    let every = table.get("every").and_then(|node| span_of(&node));
    let unit = table.get("unit").and_then(|node| unit(&node));
    let of = |name: String, way| ProbeSpec {
        id: format!("{pack}/{name}").into(),
        name,
        unit: unit.unwrap_or_default(),
        every: every.unwrap_or(EVERY),
        way,
    };
    let query = table.get("promql");
    let probes = if let Some(node) = &query {
        let promql = promql::read(node, promql::Holes::None).unwrap_or_default();
        let source = source(&table);
        vec![of(key.name.clone(), ProbeWay::Query { promql, source })]
    } else if STEP_KINDS.iter().any(|kind| table.get(kind).is_some()) {
        if let Some(node) = table
            .get("every")
            .filter(|_| every.is_some_and(|it| it < LEAST))
        {
            let what = format!("no more often than every {} s", LEAST.as_secs());
            node.error(what, None);
        }
        let Some((step, fields)) = read_of(&key.name, &table, places) else {
            table.finish();
            return Vec::new();
        };
        if step
            .limit
            .is_some_and(|limit| u64::from(limit) > LONGEST.as_secs())
            && let Some(node) = table.get("limit")
        {
            let what = format!("no probe takes longer than {} s", LONGEST.as_secs());
            node.error(what, None);
        }
        let read = Arc::new(ReadSpec {
            name: key.name.clone(),
            step,
        });
        let way = || ProbeWay::Read(Arc::clone(&read));
        if fields.is_empty() {
            vec![of(key.name.clone(), way())]
        } else {
            let names = fields.iter().map(|field| format!("{}.{field}", key.name));
            names.map(|name| of(name, way())).collect()
        }
    } else {
        no_kind(&table);
        Vec::new()
    };
    table.finish();
    probes
}

/// Says what is wrong with a probe of no kind.
fn no_kind(table: &Table<'_>) {
    let keys = table.entries();
    let own = |key: &&(Key, Node<'_>)| !["every", "unit", "source"].contains(&key.0.name.as_str());
    let near = keys.iter().filter(own).find_map(|(key, _)| {
        let kinds = STEP_KINDS.iter().copied().chain(["promql"]);
        suggestion(&key.name, kinds)
    });
    let help =
        "write `promql = '…'`, or what else is read: `command = […]`, `sql = '…'`, `redis = […]`";
    table.error(
        "what is read is missing",
        Some(near.unwrap_or_else(|| help.to_owned())),
    );
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
