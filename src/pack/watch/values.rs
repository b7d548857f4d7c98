//! Gauges, SLOs and queues.

use std::time::Duration;

use super::{
    super::{
        condition::Ids,
        manifest::{PageLink, span_of},
        nearest::suggestion,
        probes::{ProbeSpec, source},
        promql::{self, Holes},
        reader::{Key, Node, Table},
        value::Share,
    },
    SloQueries,
};
use crate::domain::{
    gauge::GaugeSpec,
    id::QueryId,
    limit::Limit,
    queue::{QueueLimits, QueueSpec},
    slo::{Period, SloSpec},
    text::Text,
};

/// What the other files of the pack gave.
pub(in crate::pack) struct Known<'a> {
    pub pack: &'a str,
    pub probes: &'a [ProbeSpec],
    pub links: &'a [PageLink],
    /// The flows of the routine, where there is one.
    pub flows: Option<Vec<String>>,
    /// The actions of the pack, where it has any, by their names alone.
    pub actions: Vec<String>,
    /// What conditions may name that other files say.
    pub base: Ids,
}

impl Known<'_> {
    /// The probe a value names.
    fn probe(&self, node: &Node<'_>) -> Option<&ProbeSpec> {
        let name = node.str()?;
        let found = self.probes.iter().find(|probe| probe.name == name);
        if found.is_none() {
            let names = self.probes.iter().map(|probe| probe.name.as_str());
            node.error(
                format!("this pack has no probe `{name}`"),
                suggestion(name, names),
            );
        }
        found
    }

    /// The links a value names that have an address.
    pub fn links(&self, node: Option<Node<'_>>) -> Vec<(Text, String)> {
        links(node, self.links)
    }

    fn link(&self, table: &Table<'_>) -> Option<String> {
        self.links(table.get("link"))
            .into_iter()
            .next()
            .map(|(_, url)| url)
    }

    fn query(&self, path: &str) -> QueryId {
        format!("{}/{path}", self.pack).into()
    }
}

/// Of these links those that a value names and that have an address.
pub(in crate::pack) fn links(node: Option<Node<'_>>, links: &[PageLink]) -> Vec<(Text, String)> {
    let names = node.map(|node| node.strings()).unwrap_or_default();
    let mut found = Vec::new();
    for (node, name) in names {
        if let Some(link) = links.iter().find(|link| link.id == name) {
            found.extend(link.url.clone().map(|url| (link.title.clone(), url)));
        } else {
            let names = links.iter().map(|link| link.id.as_str());
            node.error(
                format!("this pack has no link `{name}`"),
                suggestion(name, names),
            );
        }
    }
    found
}

/// The title of a table, else its key.
pub(super) fn title(key: &Key, table: &Table<'_>) -> Text {
    table
        .get("title")
        .and_then(|node| node.text())
        .unwrap_or_else(|| Text::Same(key.name.clone()))
}

pub(super) fn gauge((key, table): (Key, Table<'_>), known: &Known<'_>) -> GaugeSpec {
    let probe_node = table.require("probe");
    let probe = probe_node.and_then(|node| known.probe(&node));
    // A wrong limit has been reported; any other in its place keeps conditions from being called wrong for it.
    let limit = |name: &str| {
        let node = table.get(name)?;
        Some(node.parsed::<Limit>().unwrap_or(Limit::AtMost(0.0)))
    };
    let spec = GaugeSpec {
        title: title(&key, &table),
        id: key.name.into(),
        probe: probe.map_or_else(|| known.query(""), |probe| probe.id.clone()),
        unit: probe.map(|probe| probe.unit).unwrap_or_default(),
        good: limit("good"),
        warn: limit("warn"),
        over: table.get("over").and_then(|node| span_of(&node)),
        link: known.link(&table),
    };
    if spec.warn.is_some() && spec.good.is_none() {
        table.error("`warn` without `good`: what is red?", None);
    }
    table.finish();
    spec
}

pub(super) fn slo((key, table): (Key, Table<'_>), known: &Known<'_>) -> (SloSpec, SloQueries) {
    let objective = table
        .require("objective")
        .and_then(|node| node.parsed::<Share>());
    let period = table.require("period").and_then(|node| period(&node));
    let query = |name: &str| promql::read(&table.require(name)?, Holes::Window);
    let (errors, total) = (query("errors"), query("total"));
    let spec = SloSpec {
        title: title(&key, &table),
        id: key.name.as_str().into(),
        objective: objective.map_or(0.0, |share| share.0),
        period: period.unwrap_or(Period::Month),
        queries: known.query(&format!("slo/{}", key.name)),
        link: known.link(&table),
    };
    let queries = SloQueries {
        errors: errors.unwrap_or_default(),
        total: total.unwrap_or_default(),
        source: source(&table),
    };
    table.finish();
    (spec, queries)
}

/// The budget is read over the windows the cockpit asks for: a month, or the 30 days of the longest of them.
fn period(node: &Node<'_>) -> Option<Period> {
    node.one_of(
        "period",
        &[
            ("month", Period::Month),
            ("30d", Period::Rolling(Duration::from_secs(30 * 86_400))),
        ],
    )
}

pub(super) fn queue((key, table): (Key, Table<'_>), known: &Known<'_>) -> QueueSpec {
    let probe = |node: Option<Node<'_>>| Some(known.probe(&node?)?.id.clone());
    let depth = probe(table.require("depth"));
    let spec = QueueSpec {
        title: title(&key, &table),
        id: key.name.into(),
        depth: depth.unwrap_or_else(|| known.query("")),
        oldest: probe(table.get("oldest")),
        rate_in: probe(table.get("rate_in")),
        rate_out: probe(table.get("rate_out")),
        warn: table
            .get("warn")
            .map(|node| queue_limits(&node))
            .unwrap_or_default(),
        red: table
            .get("red")
            .map(|node| queue_limits(&node))
            .unwrap_or_default(),
    };
    for (name, limits) in [("warn", &spec.warn), ("red", &spec.red)] {
        if limits.oldest.is_some() && spec.oldest.is_none() {
            table.error(
                format!("`{name}.oldest` limits an age that nothing reads"),
                None,
            );
        }
    }
    table.finish();
    spec
}

fn queue_limits(node: &Node<'_>) -> QueueLimits {
    let Some(table) = node.table() else {
        return QueueLimits::default();
    };
    let limits = QueueLimits {
        depth: table.get("depth").and_then(|node| node.parsed::<Limit>()),
        oldest: table.get("oldest").and_then(|node| seconds(&node)),
    };
    table.finish();
    limits
}

/// A limit in seconds, `> 120s`; the unit may be left out.
fn seconds(node: &Node<'_>) -> Option<Limit> {
    let text = node.str()?;
    let bare = text.trim().strip_suffix('s').unwrap_or(text);
    let limit = bare.parse().ok();
    if limit.is_none() {
        let what = format!("`{text}` is not a limit in seconds: write `> 120s`");
        node.error(what, None);
    }
    limit
}
