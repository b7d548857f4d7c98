//! Hooks, lights and alerts, and the file as a whole.

use std::collections::BTreeMap;

use super::{
    super::{
        condition::{Ids, Scope},
        gates::GateSpec,
        manifest::{known as known_ids, matchers, span_of},
        nearest::suggestion,
        probes::unit,
        promql::{self, Holes},
        reader::{Key, Table},
        severity::SeveritySpec,
    },
    AlertSpec, HookRule, LightRule, Watch,
    conditions::{condition, conditions, grid},
    gates::{gate, proposal},
    values::{Known, gauge, queue, slo, title},
};
use crate::domain::{alert::Severity, gauge::Unit, hook::HookSpec};

pub(in crate::pack) fn read(
    root: Table<'_>,
    known: &Known<'_>,
    severities: &[SeveritySpec],
) -> Watch {
    let hooks = root.tables("hook");
    let lights = root.tables("light");
    let gauges = root.tables("gauge").into_iter();
    let queues = root.tables("queue").into_iter();
    let mut ids = Ids {
        probes: known
            .probes
            .iter()
            .map(|probe| (probe.name.clone(), probe.id.clone()))
            .collect(),
        unkept: known
            .probes
            .iter()
            .filter(|probe| !probe.is_kept())
            .map(|probe| probe.id.clone())
            .collect(),
        gauges: gauges.map(|entry| gauge(entry, known)).collect(),
        queues: queues.map(|entry| queue(entry, known)).collect(),
        hooks: hooks
            .iter()
            .map(|(key, _)| key.name.as_str().into())
            .collect(),
        // Gates see no gates, and each light those above it, so that none can depend on itself.
        ..known.base.clone()
    };
    let slos = root.tables("slo").into_iter();
    let (slos, slo_queries): (Vec<_>, Vec<_>) = slos.map(|entry| slo(entry, known)).unzip();
    ids.slos = slos;
    let hooks: Vec<HookRule> = hooks
        .into_iter()
        .filter_map(|entry| hook(entry, known))
        .collect();
    let windows = hooks.iter().map(|hook| &hook.spec);
    ids.hook_windows = windows.map(|hook| (hook.id.clone(), hook.window)).collect();
    let gates = root.tables("gate").into_iter();
    let gates: Vec<GateSpec> = gates.map(|entry| gate(entry, known, &ids)).collect();
    ids.gates = gates.iter().map(GateSpec::named).collect();
    let mut rules = Vec::new();
    for entry in lights {
        let rule = light(entry, known, Scope::Watch(&ids));
        ids.lights.push(rule.id.clone());
        rules.push(rule);
    }
    let scope = Scope::Watch(&ids);
    let alerts = root.tables("alert").into_iter();
    let alerts = alerts
        .filter_map(|entry| alert(entry, known, severities, scope))
        .collect();
    root.finish();
    Watch {
        hooks,
        gates,
        lights: rules,
        alerts,
        slo_queries,
        ids,
    }
}

/// What the observed numbers count, by their names.
fn units(table: &Table<'_>, names: &[String]) -> Vec<Unit> {
    let mut units = vec![Unit::None; names.len()];
    let Some(given) = table.get("units").and_then(|node| node.table()) else {
        return units;
    };
    for (key, node) in given.entries() {
        let Some(place) = names.iter().position(|name| *name == key.name) else {
            let help = suggestion(&key.name, names.iter().map(String::as_str));
            let what = format!("this hook observes no `{}`", key.name);
            node.sink.report(key.span.clone(), &node.path, what, help);
            continue;
        };
        units[place] = unit(&node).unwrap_or_default();
    }
    units
}

fn hook((key, table): (Key, Table<'_>), known: &Known<'_>) -> Option<HookRule> {
    let window = table.require("window").and_then(|node| grid(&node));
    let observe = observed(&table);
    let names: Vec<String> = observe.iter().map(|(name, _)| name.clone()).collect();
    let scope = Scope::Hook(&names);
    let judged = |name: &str| {
        let node = table.get(name)?;
        condition(&node, scope, Some(window?))
    };
    let (warn, red) = (judged("warn"), judged("red"));
    if table.get("warn").is_none() && table.get("red").is_none() {
        table.error("a hook wants `warn` or `red`", None);
    }
    let title = title(&key, &table);
    let units = units(&table, &names);
    table.finish();
    let observe_ids = names.iter().map(|name| {
        let id = format!("{}/hook/{}/{name}", known.pack, key.name);
        (name.clone(), id.into())
    });
    Some(HookRule {
        spec: HookSpec {
            id: key.name.as_str().into(),
            title,
            window: window?,
            observe: observe_ids.collect(),
            units,
        },
        queries: observe.into_iter().map(|(_, query)| query).collect(),
        warn,
        red,
    })
}

/// The names a hook observes, each with its query; a query that is wrong has been reported and is empty.
fn observed(table: &Table<'_>) -> Vec<(String, String)> {
    let Some(observe) = table.require("observe").and_then(|node| node.table()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, node) in observe.entries() {
        let name = &key.name;
        let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !word || ["in", "now", "true", "false", "null"].contains(&name.as_str()) {
            let help = "letters, digits and `_`; not `in`, `now`, `true`, `false`, `null`";
            let what = format!("`{name}` can't be a name in a condition");
            node.sink
                .report(key.span.clone(), &node.path, what, Some(help.to_owned()));
        }
        let query = promql::read(&node, Holes::None).unwrap_or_default();
        found.push((key.name, query));
    }
    if found.is_empty() {
        observe.error("a hook observes something", None);
    }
    found
}

fn light((key, table): (Key, Table<'_>), known: &Known<'_>, scope: Scope<'_>) -> LightRule {
    let proposed = |name: &str| proposal(&table.get(name)?, known);
    let rule = LightRule {
        title: title(&key, &table),
        id: key.name.into(),
        red: conditions(table.get("red"), scope),
        warn: conditions(table.get("warn"), scope),
        green: conditions(table.get("green"), scope),
        on_warn: proposed("on_warn"),
        on_red: proposed("on_red"),
    };
    if ["red", "warn", "green"]
        .iter()
        .all(|name| table.get(name).is_none())
    {
        table.error("a light wants conditions: `red`, `warn`, `green`", None);
    }
    for (name, makes) in [("on_warn", &["warn", "green"][..]), ("on_red", &["red"])] {
        let Some(node) = table.get(name) else {
            continue;
        };
        if makes.iter().all(|key| table.get(key).is_none()) {
            let help = format!("add `{}`", makes[0]);
            node.error("this light is never so: no condition makes it", Some(help));
        }
    }
    table.finish();
    rule
}

/// The flow that answers an alert or a gate; one that the routine does not have is a mistake.
pub(super) fn flow(table: &Table<'_>, known: &Known<'_>) -> Option<String> {
    let node = table.get("flow")?;
    match &known.flows {
        Some(flows) => known_ids(Some(node), "flow", flows).pop(),
        None => node.str().map(str::to_owned),
    }
}

fn alert(
    (key, table): (Key, Table<'_>),
    known: &Known<'_>,
    severities: &[SeveritySpec],
    scope: Scope<'_>,
) -> Option<AlertSpec> {
    let ids: Vec<String> = severities
        .iter()
        .map(|severity| severity.id.clone())
        .collect();
    let severity = known_ids(table.require("severity"), "severity", &ids).pop();
    let severity = severity.and_then(|id| severities.iter().find(|severity| severity.id == id));
    let judged = |name: &str| condition(&table.get(name)?, scope, None);
    let named = || BTreeMap::from([("alertname".to_owned(), vec![key.name.clone()])]);
    let respond = table.get("respond").and_then(|node| span_of(&node));
    let from = table.get("flow_from");
    if let (Some(node), None) = (&from, table.get("flow")) {
        node.error("no flow is named", Some("add `flow = \"…\"`".to_owned()));
    }
    let ours = [("runbook", false), ("pack", true)];
    let ours = from.and_then(|node| node.one_of("source of a link", &ours));
    let spec = AlertSpec {
        title: table.get("title").and_then(|node| node.text()),
        matchers: table
            .get("match")
            .and_then(|node| node.table())
            .map_or_else(named, |table| matchers(&table)),
        severity: severity.map_or(Severity::Unranked, |severity| severity.rank),
        severity_title: severity
            .map(|severity| severity.title.clone())
            .unwrap_or_default(),
        respond: respond.or_else(|| severity.and_then(|severity| severity.respond)),
        flow: flow(&table, known),
        flow_is_ours: ours.unwrap_or_default(),
        links: known.links(table.get("links")),
        recovered: judged("recovered"),
        fires_when: judged("fires_when"),
        id: key.name.clone(),
    };
    table.finish();
    severity.map(|_| spec)
}
