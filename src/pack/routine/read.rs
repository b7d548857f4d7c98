//! The file as a whole: checks, and the lists of them.

use std::sync::Arc;

use super::{CheckSpec, ChecklistSpec, Expected, Routine, Way, due::of_checks};
use crate::{
    domain::{
        id::{ActionId, CheckId},
        text::Text,
    },
    pack::{
        actions::reads_alone,
        condition::{ActionNames, Aim, Condition, Fact, Ids, Scope, Slot, Thing},
        holidays::Years,
        manifest::{Manifest, known as known_ids},
        reader::{Key, Node, Table},
        watch::{condition, links},
    },
};

/// What the other files of the pack gave.
pub(in crate::pack) struct Known<'a> {
    pub manifest: &'a Manifest,
    pub ids: &'a Ids,
    pub years: &'a Years,
    /// Every action by what this pack may call it.
    pub actions: Arc<[(String, ActionId)]>,
}

impl Known<'_> {
    pub fn role(&self, table: &Table<'_>) -> Option<String> {
        let roles = self.manifest.roles.iter();
        let ids: Vec<String> = roles.map(|role| role.id.clone()).collect();
        known_ids(table.get("role"), "role", &ids).pop()
    }

    /// The actions under a key.
    pub fn actions(&self, node: Option<Node<'_>>) -> Vec<ActionId> {
        if node.is_none() {
            return Vec::new();
        }
        let names: Vec<String> = self.actions.iter().map(|(name, _)| name.clone()).collect();
        let found = known_ids(node, "action", &names).into_iter();
        let id = |name: String| {
            let mut all = self.actions.iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, id)| id.clone())
        };
        found.filter_map(id).collect()
    }
}

pub(in crate::pack) fn read(root: &Table<'_>, known: &Known<'_>) -> Routine {
    let checks = root.tables("check").into_iter();
    let checks: Vec<CheckSpec> = checks
        .map(|(key, table)| check(&key, table, known))
        .collect();
    let ids: Vec<String> = checks.iter().map(|check| check.id.to_string()).collect();
    let checklists = root.tables("checklist").into_iter();
    let checklists = checklists
        .map(|(key, table)| checklist(&key, table, known, &ids))
        .collect();
    let handover = root.get("handover").and_then(|node| node.table());
    Routine {
        checks,
        checklists,
        handover: handover.map(|table| super::handover::read(table, known)),
    }
}

fn title(key: &Key, table: &Table<'_>) -> Text {
    let title = table.get("title").and_then(|node| node.text());
    title.unwrap_or_else(|| Text::Same(key.name.clone()))
}

fn check(key: &Key, table: Table<'_>, known: &Known<'_>) -> CheckSpec {
    let (reads, before) = reads_alone(&table, &known.manifest.places);
    let way = way(&table, known, before);
    let spec = CheckSpec {
        id: key.name.as_str().into(),
        title: title(key, &table),
        role: known.role(&table),
        due: of_checks(&table, known),
        proposes: known.actions(table.get("proposes")),
        links: links(table.get("links"), &known.manifest.links),
        // What is wrong with one that is missing has been said.
        way: way.unwrap_or_else(|| Way::Asked {
            ask: Text::default(),
        }),
        reads,
    };
    if let (Some(node), Some(_)) = (table.get("read"), table.get("ask")) {
        node.error("nothing is expected of what is read", None);
    }
    table.finish();
    spec
}

/// A condition that is about no action.
pub(super) fn judged(node: &Node<'_>, scope: Scope<'_>) -> Option<Condition> {
    let found = condition(node, scope, None)?;
    let mut of_action = false;
    found.statement.visit(
        &mut |fact| of_action |= matches!(fact, Fact::Object(Aim::OfAction, _)),
        &mut |_| {},
    );
    found.statement.things(&mut |thing| {
        of_action |= matches!(
            thing,
            Thing::Slot(Slot::Target) | Thing::Object(Aim::OfAction, _)
        );
    });
    if of_action {
        let help = "name it: `ready('deployment/x')`".to_owned();
        node.error("a check has no target", Some(help));
        return None;
    }
    Some(found)
}

fn way(table: &Table<'_>, known: &Known<'_>, before: Vec<Vec<String>>) -> Option<Way> {
    let names = ActionNames {
        before,
        env: known.manifest.places.env_names(),
        actions: known.actions.clone(),
        ..ActionNames::default()
    };
    let scope = Scope::Action(known.ids, &names);
    let (expect, ask) = (table.get("expect"), table.get("ask"));
    let warn = table.get("warn");
    match (expect, ask) {
        (Some(expect), None) => {
            let warn = warn.map(|node| judged(&node, scope));
            let expect = judged(&expect, scope)?;
            let warn = match warn {
                Some(warn) => Some(warn?),
                None => None,
            };
            Some(Way::Judged(Box::new(Expected { expect, warn })))
        }
        (None, Some(ask)) => {
            if let Some(node) = warn {
                node.error("a person who is asked says how it is", None);
            }
            Some(Way::Asked { ask: ask.text()? })
        }
        (Some(_), Some(node)) => {
            node.error("`expect` or `ask`, not both", None);
            None
        }
        (None, None) => {
            let help = "add `expect = 'CEL'`, or `ask = { en = …, zh = … }`".to_owned();
            table.error("a check expects something, or asks a person", Some(help));
            None
        }
    }
}

fn checklist(key: &Key, table: Table<'_>, known: &Known<'_>, checks: &[String]) -> ChecklistSpec {
    let node = table.require("items");
    let items = known_ids(node.clone(), "check", checks);
    if let Some(node) = node {
        if items.is_empty() {
            node.error("a checklist has items", None);
        }
        for (at, item) in items.iter().enumerate() {
            if items[..at].contains(item) {
                node.error(format!("`{item}` is there twice"), None);
            }
        }
    }
    let spec = ChecklistSpec {
        id: key.name.as_str().into(),
        title: title(key, &table),
        role: known.role(&table),
        items: items.into_iter().map(CheckId::from).collect(),
        due: of_checks(&table, known),
    };
    table.finish();
    spec
}
