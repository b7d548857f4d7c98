//! Steps on objects of the cluster.

use std::{collections::BTreeMap, time::Duration};

use super::{argv, count, template};
use crate::{
    domain::action::{
        step::{Count, Patch, Reach, StepKind, TargetName},
        value::Value,
    },
    pack::{
        actions::{holes::Holes, targets::of_step},
        manifest::span_of,
        reader::{Node, Table},
    },
};

/// The longest time whose logs are counted.
const MOST_LOGS: Duration = Duration::from_secs(3_600);

type Shape = StepKind<TargetName, Count>;

/// A step of one of these kinds; `None` where it is of another, and `Some(None)` where it is wrong.
#[expect(
    clippy::option_option,
    reason = "of another kind is not the same as wrong"
)]
pub(super) fn step(
    kind: &str,
    what: &Node<'_>,
    table: &Table<'_>,
    holes: &Holes<'_>,
) -> Option<Option<Shape>> {
    let on = |make: fn(TargetName) -> Shape| of_step(what, holes).map(make);
    Some(match kind {
        "restart" => on(|target| Shape::Restart { target }),
        "delete-pod" => on(|target| Shape::DeletePod { target }),
        "evict" => on(|target| Shape::Evict { target }),
        "cordon" => on(|target| Shape::Cordon { target }),
        "uncordon" => on(|target| Shape::Uncordon { target }),
        "run-cronjob" => on(|target| Shape::RunCronjob { target }),
        "scale" => scale(what, table, holes),
        "rollback" => rollback(what, table, holes),
        "set-env" => set_env(what, table, holes),
        "patch" => patch(what, table, holes),
        "exec" => exec(what, table, holes),
        "logs" => logs(what, table, holes),
        "env" => env(what, table, holes),
        "object" => object(what, table, holes),
        _ => return None,
    })
}

fn scale(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let replicas = table.require("replicas");
    let replicas = replicas.and_then(|node| count(&node, holes));
    Some(Shape::Scale {
        target: of_step(what, holes)?,
        replicas: replicas?,
    })
}

fn rollback(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let revision = table.get("revision").map(|node| count(&node, holes));
    Some(Shape::Rollback {
        target: of_step(what, holes)?,
        revision: match revision {
            Some(revision) => Some(revision?),
            None => None,
        },
    })
}

fn set_env(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let name = table.require("name").and_then(|node| node.str());
    let value = match (table.get("value"), table.get("remove")) {
        (Some(node), None) => Some(holes.template(&node)?),
        (None, Some(node)) if node.boolean() == Some(true) => None,
        _ => {
            let help = "write `value = \"…\"` or `remove = true`".to_owned();
            table.error("to what is it set?", Some(help));
            return None;
        }
    };
    Some(Shape::SetEnv {
        target: of_step(what, holes)?,
        container: text(table, "container"),
        name: name?.to_owned(),
        value,
    })
}

fn patch(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let with = table.require("with")?;
    let patch = fields(&with, holes)?;
    if !matches!(&patch, Patch::Fields(fields) if !fields.is_empty()) {
        with.error("a patch names the fields it sets", None);
    }
    Some(Shape::Patch {
        target: of_step(what, holes)?,
        patch,
    })
}

fn fields(node: &Node<'_>, holes: &Holes<'_>) -> Option<Patch> {
    if let Some(table) = node.if_table() {
        let mut found = BTreeMap::new();
        for (key, node) in table.entries() {
            found.insert(key.name, fields(&node, holes)?);
        }
        return Some(Patch::Fields(found));
    }
    if node.is_array() {
        let items = node.array()?;
        let items: Option<Vec<Patch>> = items.iter().map(|item| fields(item, holes)).collect();
        return items.map(Patch::List);
    }
    match node.plain()? {
        Value::Text(text) => Some(Patch::Text(holes.template_at(node, &text, 0))),
        value => Some(Patch::Value(value)),
    }
}

fn exec(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let reach = table
        .require("in")
        .and_then(|node| node.one_of("reach", &[("one", Reach::One), ("each", Reach::Each)]));
    let argv = table
        .require("argv")
        .and_then(|node| argv(&node, holes, false));
    let stdin = template(table, "stdin", holes);
    Some(Shape::Exec {
        target: of_step(what, holes)?,
        container: text(table, "container"),
        reach: reach?,
        argv: argv?,
        stdin,
    })
}

/// `{ logs = "deployment/api", count = "ERROR", since = "5m" }`.
fn logs(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let count = table.require("count");
    let pattern = count.as_ref().and_then(Node::str);
    if let (Some(node), Some(text)) = (&count, pattern)
        && let Err(error) = regex::Regex::new(text)
    {
        let said = error.to_string();
        let last = said.lines().last().unwrap_or(&said).to_owned();
        node.error(format!("not a regular expression: {last}"), None);
    }
    let since = table.require("since").and_then(|node| {
        let span = span_of(&node)?;
        if span > MOST_LOGS {
            node.error("logs of an hour at most are counted", None);
        }
        u32::try_from(span.as_secs()).ok()
    });
    Some(Shape::Logs {
        target: of_step(what, holes)?,
        container: text(table, "container"),
        pattern: pattern?.to_owned(),
        since: since?,
    })
}

/// `{ env = "$target", name = "DATABASE_HOST", is = '^postgres-0(\.|$)' }`.
fn env(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let name = table.require("name").and_then(|node| node.str());
    let pattern = table.require("is").and_then(|node| {
        let text = node.str()?;
        if let Err(error) = regex::Regex::new(text) {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or(&said).to_owned();
            node.error(format!("not a regular expression: {last}"), None);
        }
        Some(text.to_owned())
    });
    Some(Shape::Env {
        target: of_step(what, holes)?,
        name: name?.to_owned(),
        pattern: pattern?,
    })
}

/// `{ object = "ingress/main", fields = { backend = "/spec/defaultBackend/service/name" } }`.
fn object(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let node = table.require("fields")?;
    let given = node.table()?;
    let mut fields = BTreeMap::new();
    for (key, node) in given.entries() {
        let Some(pointer) = node.str() else { continue };
        if pointer.len() < 2 || !pointer.starts_with('/') {
            let help = "write `/spec/replicas`".to_owned();
            node.error(format!("`{pointer}` is no JSON pointer"), Some(help));
        }
        fields.insert(key.name, pointer.to_owned());
    }
    if fields.is_empty() {
        node.error("which fields?", None);
    }
    Some(Shape::Object {
        target: of_step(what, holes)?,
        fields,
    })
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table
        .get(key)
        .and_then(|node| node.str())
        .map(str::to_owned)
}
