//! Gates: hooks, limits, ticks, and what is proposed where they do not hold.

use super::{
    conditions::conditions,
    rules::flow,
    values::{Known, title},
};
use crate::{
    domain::id::ActionId,
    pack::{
        condition::{Ids, NamedGate, Scope},
        gates::{GateSpec, Proposal, TickSpec},
        manifest::{known as known_ids, span_of},
        reader::{Key, Node, Table},
    },
};

pub(super) fn gate((key, table): (Key, Table<'_>), known: &Known<'_>, ids: &Ids) -> GateSpec {
    let all: Vec<String> = ids.hooks.iter().map(ToString::to_string).collect();
    let hooks = |name: &str| {
        let found = known_ids(table.get(name), "hook", &all).into_iter();
        found.map(Into::into).collect::<Vec<_>>()
    };
    let spec = GateSpec {
        title: title(&key, &table),
        about: table.get("about").and_then(|node| node.text()),
        weight: table.get("weight").and_then(|node| weight(&node)),
        hooks: hooks("hooks"),
        beside: hooks("beside"),
        limits: conditions(table.get("limits"), Scope::Watch(ids)),
        ticks: ticks(&table),
        on_fail: table.get("on_fail").and_then(|node| proposal(&node, known)),
        id: key.name.into(),
    };
    if ["hooks", "limits", "ticks"]
        .iter()
        .all(|name| table.get(name).is_none())
    {
        let help = "write `hooks`, `limits` or `ticks`".to_owned();
        table.error("nothing has to hold at this gate", Some(help));
    }
    for id in spec.beside.iter().filter(|id| spec.hooks.contains(id)) {
        if let Some(node) = table.get("beside") {
            node.error(format!("`{id}` can't decide and only stand beside"), None);
        }
    }
    table.finish();
    spec
}

impl GateSpec {
    pub(super) fn named(&self) -> NamedGate {
        NamedGate {
            id: self.id.clone(),
            title: self.title.clone(),
            weight: self.weight,
        }
    }
}

fn weight(node: &Node<'_>) -> Option<f64> {
    let weight = node.float()?;
    if !(0.0..=100.0).contains(&weight) {
        node.error("a weight is a share in per cent, from 0 to 100", None);
        return None;
    }
    Some(weight)
}

fn ticks(table: &Table<'_>) -> Vec<TickSpec> {
    let items = table.get("ticks").and_then(|node| node.array());
    let mut ticks: Vec<TickSpec> = Vec::new();
    for item in items.unwrap_or_default() {
        let Some(table) = item.table() else { continue };
        let id = table.require("id").and_then(|node| node.str());
        let ask = table.require("ask").and_then(|node| node.text());
        let stale_after = table.get("stale_after").and_then(|node| span_of(&node));
        table.finish();
        let (Some(id), Some(ask)) = (id, ask) else {
            continue;
        };
        if ticks.iter().any(|known| known.id == id) {
            let help = "give one of them another `id`".to_owned();
            item.error(format!("two ticks are `{id}`"), Some(help));
        }
        ticks.push(TickSpec {
            id: id.to_owned(),
            ask,
            stale_after,
        });
    }
    ticks
}

/// `on_fail = "to B2"`, or `{ say = "…", actions = [ … ], flow = "…" }`; `on_warn` and `on_red` of a light are the same.
pub(super) fn proposal(node: &Node<'_>, known: &Known<'_>) -> Option<Proposal> {
    let table = node.if_table();
    let is_plain = |table: &Table<'_>| {
        let given = |key: &str| table.get(key).is_some();
        !given("say") && (given("en") || given("zh"))
    };
    if table.as_ref().is_none_or(is_plain) {
        let say = node.text()?;
        return Some(Proposal {
            say,
            ..Proposal::default()
        });
    }
    let table = table?;
    let say = table.require("say").and_then(|node| node.text());
    let actions = known_ids(table.get("actions"), "action", &known.actions);
    let flow = flow(&table, known);
    table.finish();
    let id = |name: String| ActionId::from(format!("{}/{name}", known.pack));
    Some(Proposal {
        say: say?,
        actions: actions.into_iter().map(id).collect(),
        flow,
    })
}
