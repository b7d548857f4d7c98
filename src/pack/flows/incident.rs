//! `[incident]`: how a team leads an incident.

use std::time::Duration;

use super::read::{Known, text};
use crate::{
    domain::text::Text,
    pack::{
        actions::{ParamKind, ParamSpec, form_fields},
        condition::{ActionNames, Condition, Scope, SlotKind},
        manifest::{known as known_ids, span_of},
        reader::{Node, Table},
        watch::condition,
    },
};

/// How a team leads an incident; what a pack leaves out is not asked for.
#[derive(Debug, Clone, Default)]
pub struct IncidentSpec {
    /// Who is wanted, the most important first.
    pub roles: Vec<RoleSpec>,
    /// How often an update is due, by severity.
    pub updates: Vec<(String, Duration)>,
    /// The fields of the impact form.
    pub impact: Vec<ParamSpec>,
    /// How soon it is to be filled in.
    pub impact_due: Option<Duration>,
    /// The ladder back to full service, the first rung first.
    pub ladder: Vec<RungSpec>,
    /// For how long it is watched after that.
    pub watches: Vec<WatchSpec>,
    /// How soon a review is due after the end.
    pub review_due: Option<Duration>,
    pub(in crate::pack) proposes: Vec<IncidentRule>,
    /// What the review asks.
    pub questions: Vec<Text>,
    /// The terms a measure may have: short, mid, long.
    pub terms: Vec<(String, Text)>,
}

/// A role that an incident wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSpec {
    /// The pack's role.
    pub role: String,
    pub persons: usize,
}

/// A rung of the ladder back.
#[derive(Debug, Clone)]
pub struct RungSpec {
    pub id: String,
    pub title: Text,
    /// What a person is asked for as evidence.
    pub ask: Text,
    pub(in crate::pack) gate: Option<Condition>,
}

/// A period in which it is watched whether all stays well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSpec {
    pub id: String,
    pub title: Text,
    pub lasts: Duration,
}

/// What makes an incident one of a severity.
#[derive(Debug, Clone)]
pub(in crate::pack) struct IncidentRule {
    pub severity: String,
    pub is: Condition,
}

impl IncidentSpec {
    /// How often an update of an incident of this severity is due.
    pub fn update_every(&self, severity: &str) -> Option<Duration> {
        let found = self.updates.iter().find(|(of, _)| of == severity);
        found.map(|(_, every)| *every)
    }

    pub(in crate::pack) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let gates = self.ladder.iter().filter_map(|rung| rung.gate.as_ref());
        gates.chain(self.proposes.iter().map(|rule| &rule.is))
    }
}

impl RungSpec {
    /// What must hold, as the pack wrote it.
    pub fn gated(&self) -> Option<String> {
        self.gate.as_ref().map(Condition::describe)
    }
}

pub(super) fn read(table: Table<'_>, known: &Known<'_>) -> IncidentSpec {
    let (impact, impact_due) = impact(&table);
    let names = ActionNames {
        params: impact
            .iter()
            .map(|spec| (spec.name.clone(), kind_of(&spec.kind)))
            .collect(),
        actions: known.action_names().into(),
        ..ActionNames::default()
    };
    let scope = Scope::Action(known.ids, &names);
    let spec = IncidentSpec {
        roles: roles(&table, known),
        updates: updates(&table, known),
        ladder: ladder(&table, scope),
        watches: watches(&table),
        review_due: table.get("review_due").and_then(|node| span_of(&node)),
        proposes: proposes(&table, known, scope),
        questions: table
            .get("questions")
            .and_then(|node| node.array())
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .collect(),
        terms: terms(&table),
        impact,
        impact_due,
    };
    table.finish();
    spec
}

fn impact(table: &Table<'_>) -> (Vec<ParamSpec>, Option<Duration>) {
    let Some(form) = table.get("impact").and_then(|node| node.table()) else {
        return (Vec::new(), None);
    };
    let fields = form_fields(&form);
    let due = form.get("due").and_then(|node| span_of(&node));
    form.finish();
    (fields, due)
}

/// Of what type a field is in a condition.
const fn kind_of(kind: &ParamKind) -> SlotKind {
    match kind {
        ParamKind::Int { .. } | ParamKind::Float { .. } | ParamKind::Duration { .. } => {
            SlotKind::Number
        }
        ParamKind::Bool => SlotKind::Bool,
        ParamKind::List(_) => SlotKind::Any,
        _ => SlotKind::Text,
    }
}

/// `"commander"`, or `{ role = "engineer", persons = 2 }`.
fn roles(table: &Table<'_>, known: &Known<'_>) -> Vec<RoleSpec> {
    let nodes = table.get("roles").and_then(|node| node.array());
    let mut roles = Vec::new();
    for node in nodes.unwrap_or_default() {
        let (named, persons) = match node.if_table() {
            None => (Some(node), 1),
            Some(of) => {
                let persons = of
                    .get("persons")
                    .and_then(|node| node.integer())
                    .unwrap_or(1);
                let named = of.require("role");
                of.finish();
                (named, persons)
            }
        };
        let Some(role) = known_ids(named, "role", known.roles).pop() else {
            continue;
        };
        roles.push(RoleSpec {
            role,
            persons: usize::try_from(persons).unwrap_or(1).max(1),
        });
    }
    roles
}

/// `updates = { sev-1 = "15m" }`.
fn updates(table: &Table<'_>, known: &Known<'_>) -> Vec<(String, Duration)> {
    let Some(of) = table.get("updates").and_then(|node| node.table()) else {
        return Vec::new();
    };
    let mut updates = Vec::new();
    for (key, node) in of.entries() {
        if known.severities.contains(&key.name) {
            updates.extend(span_of(&node).map(|every| (key.name, every)));
        } else {
            let names = known.severities.iter().map(String::as_str);
            let help = crate::pack::nearest::suggestion(&key.name, names);
            let what = format!("this pack has no severity `{}`", key.name);
            node.sink.report(key.span.clone(), &node.path, what, help);
        }
    }
    updates
}

fn ladder(table: &Table<'_>, scope: Scope<'_>) -> Vec<RungSpec> {
    let rungs = table.tables("rung").into_iter();
    rungs
        .map(|(key, table)| {
            let title = text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone()));
            let rung = RungSpec {
                ask: text(&table, "ask").unwrap_or_else(|| title.clone()),
                title,
                gate: table
                    .get("is")
                    .and_then(|node| condition(&node, scope, None)),
                id: key.name,
            };
            table.finish();
            rung
        })
        .collect()
}

fn watches(table: &Table<'_>) -> Vec<WatchSpec> {
    let watches = table.tables("watch").into_iter();
    watches
        .filter_map(|(key, table)| {
            let lasts = table.require("lasts").and_then(|node| span_of(&node));
            let title = text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone()));
            table.finish();
            Some(WatchSpec {
                id: key.name,
                title,
                lasts: lasts?,
            })
        })
        .collect()
}

/// `proposes = [{ severity = "sev-2", is = "params.users >= 15.0" }]`.
fn proposes(table: &Table<'_>, known: &Known<'_>, scope: Scope<'_>) -> Vec<IncidentRule> {
    let nodes = table.get("proposes").and_then(|node| node.array());
    let nodes = nodes.unwrap_or_default();
    nodes
        .iter()
        .filter_map(|node| {
            let table = node.table()?;
            let severity = known_ids(table.require("severity"), "severity", known.severities).pop();
            let is = table
                .require("is")
                .and_then(|node| condition(&node, scope, None));
            table.finish();
            Some(IncidentRule {
                severity: severity?,
                is: is?,
            })
        })
        .collect()
}

fn terms(table: &Table<'_>) -> Vec<(String, Text)> {
    let Some(of) = table.get("terms").and_then(|node| node.table()) else {
        return Vec::new();
    };
    let entries = of.entries().into_iter();
    entries
        .filter_map(|(key, node)| Some((key.name, node.text()?)))
        .collect()
}
