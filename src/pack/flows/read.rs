//! Reading flows: every stage and step with its mistakes in place.

use std::time::Duration;

use super::{
    FlowSpec, FreezeSpec, Playbook, StageSpec, StepKind, StepSpec,
    incident::{self, IncidentSpec},
};
use crate::{
    domain::{action::value::Values, id::ActionId, text::Text},
    pack::{
        actions::ActionSpec,
        condition::{ActionNames, Ids, Scope},
        manifest::{PageLink, known as known_ids, span_of},
        nearest::suggestion,
        reader::{Key, Node, Table},
        watch::condition,
    },
};

/// What the other files of the pack gave.
pub(in crate::pack) struct Known<'a> {
    pub pack: &'a str,
    pub ids: &'a Ids,
    /// The pack's own.
    pub actions: &'a [ActionSpec],
    /// Those of every desk.
    pub generic: &'a [ActionSpec],
    pub links: &'a [PageLink],
    pub roles: &'a [String],
    pub severities: &'a [String],
}

/// Reads what is about flows and incidents; other parts of the file are not looked at.
pub(in crate::pack) fn read(root: &Table<'_>, known: &Known<'_>) -> Playbook {
    let tables = root.tables("flow");
    let flows: Vec<String> = tables.iter().map(|(key, _)| key.name.clone()).collect();
    let names = ActionNames {
        actions: known.action_names().into(),
        env: Vec::new(),
        ..ActionNames::default()
    };
    let reader = Reader {
        known,
        flows: &flows,
        scope: Scope::Action(known.ids, &names),
    };
    Playbook {
        flows: tables
            .into_iter()
            .map(|(key, table)| reader.flow(key, table))
            .collect(),
        incident: root
            .get("incident")
            .and_then(|node| node.table())
            .map_or_else(IncidentSpec::default, |table| incident::read(table, known)),
    }
}

impl Known<'_> {
    /// The actions by the names packs call them by.
    pub fn action_names(&self) -> Vec<(String, ActionId)> {
        let own = self.actions.iter();
        let own = own.map(|spec| (spec.id.name().to_owned(), spec.id.clone()));
        let others = self.generic.iter();
        own.chain(others.map(|spec| (spec.id.to_string(), spec.id.clone())))
            .collect()
    }

    fn action(&self, name: &str) -> Option<&ActionSpec> {
        let whole = if name.contains('/') {
            name.to_owned()
        } else {
            format!("{}/{name}", self.pack)
        };
        let mut all = self.actions.iter().chain(self.generic);
        all.find(|spec| spec.id.as_str() == whole)
    }
}

struct Reader<'a> {
    known: &'a Known<'a>,
    flows: &'a [String],
    scope: Scope<'a>,
}

impl Reader<'_> {
    fn flow(&self, key: Key, table: Table<'_>) -> FlowSpec {
        let stages = table.tables("stage");
        let ids: Vec<String> = stages.iter().map(|(key, _)| key.name.clone()).collect();
        if stages.is_empty() {
            let help = format!(
                "write `[flow.{}.stage.first]` with `steps = [ … ]`",
                key.name
            );
            table.error("a flow wants stages", Some(help));
        }
        let mut read: Vec<StageSpec> = Vec::new();
        for (key, stage) in stages {
            let spec = self.stage(key, stage, &read, &ids);
            read.push(spec);
        }
        let total = table.get("total");
        let flow = FlowSpec {
            title: text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone())),
            about: text(&table, "about"),
            stages: read,
            total: total.as_ref().and_then(span_of),
            freeze: table
                .get("freeze")
                .and_then(|node| node.table())
                .map(|table| self.freeze(table, &ids)),
            clocks_differ: text(&table, "clocks_differ"),
            id: key.name,
        };
        if let Some(total) = &total {
            sum_is(total, &flow);
        }
        let differs = flow.total.is_some_and(|total| total != flow.sum());
        if flow.clocks_differ.is_some() && !differs {
            let help = "leave it out".to_owned();
            table.error(
                "`clocks_differ` explains a difference that is not there",
                Some(help),
            );
        }
        table.finish();
        flow
    }

    /// `[flow.rollback.freeze]`
    fn freeze(&self, table: Table<'_>, stages: &[String]) -> FreezeSpec {
        let stage = |name: &str| known_ids(table.get(name), "stage of this flow", stages).pop();
        let place = |id: &Option<String>| {
            let id = id.as_ref()?;
            stages.iter().position(|stage| stage == id)
        };
        let (from, until) = (stage("from"), stage("until"));
        if let (Some(first), Some(last)) = (place(&from), place(&until))
            && last < first
            && let Some(node) = table.get("until")
        {
            node.error("it would be over before it begins", None);
        }
        let names = self.known.action_names();
        let known: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
        let actions = known_ids(table.get("actions"), "action", &known);
        let id = |name: String| {
            let found = names.iter().find(|(known, _)| *known == name);
            found.map(|(_, id)| id.clone())
        };
        let spec = FreezeSpec {
            from,
            until,
            actions: actions.into_iter().filter_map(id).collect(),
            because: text(&table, "because"),
            lift: table.get("lift").and_then(|node| span_of(&node)),
        };
        table.finish();
        spec
    }

    fn stage(&self, key: Key, table: Table<'_>, before: &[StageSpec], ids: &[String]) -> StageSpec {
        let within = known_ids(table.get("within"), "stage of this flow", ids).pop();
        let clock = table.get("clock").and_then(|node| span_of(&node));
        if let (Some(name), Some(node)) = (&within, table.get("within")) {
            nested(&node, name, clock, before);
        }
        let nodes = table.require("steps").and_then(|node| node.array());
        let mut steps: Vec<StepSpec> = Vec::new();
        for (place, node) in nodes.unwrap_or_default().iter().enumerate() {
            let Some(step) = self.step(node, place) else {
                continue;
            };
            if steps.iter().any(|known| known.id == step.id) {
                let help = "give one of them another `id`".to_owned();
                node.error(format!("two steps are `{}`", step.id), Some(help));
            }
            steps.push(step);
        }
        let stage = StageSpec {
            title: text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone())),
            clock,
            within,
            optional: flag(&table, "optional"),
            when: table
                .get("when")
                .and_then(|node| condition(&node, self.scope, None)),
            steps,
            id: key.name,
        };
        table.finish();
        stage
    }

    fn step(&self, node: &Node<'_>, place: usize) -> Option<StepSpec> {
        const KINDS: [&str; 4] = ["check", "action", "ask", "go"];
        let table = node.table()?;
        let kinds: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| table.get(kind).is_some())
            .collect();
        let [kind] = kinds[..] else {
            let help = "one of `check`, `action`, `ask` and `go`".to_owned();
            table.error("it can't be told what this step is", Some(help));
            return None;
        };
        let value = table.get(kind)?;
        let mut check = None;
        let mut title = text(&table, "title");
        let kind = match kind {
            "check" => {
                check = condition(&value, self.scope, None);
                Some(StepKind::Check)
            }
            "action" => self.action(&table, &value, &mut title),
            "ask" => {
                let asked = value.text();
                title = title.or(asked);
                Some(StepKind::Ask)
            }
            _ => known_ids(Some(value), "flow", self.flows)
                .pop()
                .map(StepKind::Go),
        };
        let id = table
            .get("id")
            .and_then(|node| node.str())
            .map_or_else(|| (place + 1).to_string(), str::to_owned);
        let step = StepSpec {
            title: title
                .or_else(|| check.as_ref().map(|it| Text::Same(it.describe())))
                .unwrap_or_else(|| Text::Same(id.clone())),
            id,
            kind: kind.clone().unwrap_or(StepKind::Ask),
            optional: flag(&table, "optional"),
            either: table
                .get("either")
                .and_then(|node| node.str())
                .map(str::to_owned),
            link: self.link(&table),
            when: table
                .get("when")
                .and_then(|node| condition(&node, self.scope, None)),
            check,
        };
        table.finish();
        kind.map(|_| step)
    }

    fn action(
        &self,
        table: &Table<'_>,
        value: &Node<'_>,
        title: &mut Option<Text>,
    ) -> Option<StepKind> {
        let name = value.str()?;
        let Some(spec) = self.known.action(name) else {
            let names = self.known.action_names();
            let help = suggestion(name, names.iter().map(|(name, _)| name.as_str()));
            value.error(format!("there is no action `{name}`"), help);
            // What it would be given can't be told from what is wrong with it.
            table.get("params");
            return None;
        };
        title.get_or_insert_with(|| spec.title.clone());
        Some(StepKind::Action {
            action: spec.id.clone(),
            params: params(table, spec),
        })
    }

    fn link(&self, table: &Table<'_>) -> Option<(Text, Option<String>)> {
        let node = table.get("link")?;
        let ids: Vec<String> = self.known.links.iter().map(|it| it.id.clone()).collect();
        let id = known_ids(Some(node), "link", &ids).pop()?;
        let link = self.known.links.iter().find(|link| link.id == id)?;
        Some((link.title.clone(), link.url.clone()))
    }
}

/// What an action is given beforehand: values its parameters take.
fn params(table: &Table<'_>, spec: &ActionSpec) -> Values {
    let Some(given) = table.get("params").and_then(|node| node.table()) else {
        return Values::new();
    };
    let mut values = Values::new();
    for (key, node) in given.entries() {
        let Some(param) = spec.params.iter().find(|param| param.name == key.name) else {
            let names = spec.params.iter().map(|param| param.name.as_str());
            let what = format!("the action has no parameter `{}`", key.name);
            let help = suggestion(&key.name, names);
            node.sink.report(key.span.clone(), &node.path, what, help);
            continue;
        };
        let Some(value) = node.plain() else { continue };
        match param.kind.check_value(&value) {
            Ok(value) => drop(values.insert(key.name, value)),
            Err(why) => node.error(format!("this value would be refused: {why}"), None),
        }
    }
    values
}

/// The clock of a nested stage runs within the one it is nested in.
fn nested(node: &Node<'_>, name: &str, clock: Option<Duration>, before: &[StageSpec]) {
    let Some(outer) = before.iter().find(|stage| stage.id == name) else {
        let help = "write the outer stage first".to_owned();
        node.error(format!("`{name}` comes after this stage"), Some(help));
        return;
    };
    if outer.within.is_some() {
        node.error(format!("`{name}` runs within another stage itself"), None);
    }
    if let (Some(own), Some(whole)) = (clock, outer.clock)
        && own > whole
    {
        let what = format!(
            "this stage has {}, the one it runs within has {}",
            short(own),
            short(whole)
        );
        node.error(what, None);
    }
}

/// The sum of the clocks is what the flow states, or the pack says why not.
fn sum_is(node: &Node<'_>, flow: &FlowSpec) {
    let (Some(total), sum) = (flow.total, flow.sum()) else {
        return;
    };
    if total != sum && flow.clocks_differ.is_none() {
        let what = format!(
            "the clocks of the stages make {}, `total` says {}",
            short(sum),
            short(total)
        );
        let help = "mend one of them, or say in `clocks_differ` why the runbook has both";
        node.error(what, Some(help.to_owned()));
    }
}

/// A span as packs write it.
pub(super) fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = units
        .iter()
        .find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

pub(super) fn text(table: &Table<'_>, key: &str) -> Option<Text> {
    table.get(key).and_then(|node| node.text())
}

fn flag(table: &Table<'_>, key: &str) -> bool {
    table
        .get(key)
        .and_then(|node| node.boolean())
        .unwrap_or_default()
}
