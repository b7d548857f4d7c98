//! Steps on objects of the cluster.

use std::{collections::BTreeMap, time::Duration};

use super::{argv, count, field_name, template};
use crate::{
    domain::action::{
        place::{ConnectionKind, Reached},
        step::{Count, Patch, Reach, StepKind, TargetName},
        target::Target,
        value::Value,
        view::View,
    },
    pack::{
        actions::{holes::Holes, targets::of_step},
        manifest::span_of,
        nearest::suggestion,
        reader::{Node, Table},
    },
};

/// The longest time whose logs are counted.
const MOST_LOGS: Duration = Duration::from_secs(3_600);
/// The most lines of one container, or events, that are shown; and how many where nothing is said.
const MOST_LINES: u32 = 10_000;
const USUAL_LINES: u32 = 100;

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
        "view" => view(what, table, holes),
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
    let reach = reach(table, holes);
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

/// In which of the pods; that of a primary is found as the connection finds it.
fn reach(table: &Table<'_>, holes: &Holes<'_>) -> Option<Reach> {
    let connection = table.get("connection");
    let node = table.require("in")?;
    let word = node.one_of(
        "reach",
        &["one", "each", "primary"].map(|word| (word, word)),
    )?;
    let found = match word {
        "one" => Some(Reach::One),
        "each" => Some(Reach::Each),
        _ => None,
    };
    match (found, connection) {
        (Some(reach), None) => Some(reach),
        (Some(_), Some(node)) => {
            let help = "write `in = \"primary\"`".to_owned();
            node.error("only a primary is found through a connection", Some(help));
            None
        }
        (None, None) => {
            let help = "add `connection = \"NAME\"`".to_owned();
            node.error("the primary of what?", Some(help));
            None
        }
        (None, Some(node)) => {
            let name = node.str()?;
            let known = &holes.places.connections;
            let Some(spec) = known.iter().find(|spec| spec.name == name) else {
                if holes.places.is_broken(name) {
                    return None;
                }
                let help = suggestion(name, known.iter().map(|spec| spec.name.as_str()));
                node.error("this pack has no such connection", help);
                return None;
            };
            // A password is given to a client's input, which here is the program's own.
            let plain = spec.kind == ConnectionKind::Postgres && spec.secret.is_none();
            let (true, Reached::Primary { .. }, Some(database)) = (plain, &spec.by, &spec.database)
            else {
                let help = "one of PostgreSQL, with a database, without a secret, whose `exec` lists the pods that may be the primary";
                node.error("this connection knows no primary", Some(help.to_owned()));
                return None;
            };
            Some(Reach::Primary {
                user: spec.user.clone(),
                database: database.clone(),
            })
        }
    }
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
        field_name(&node, &key.name);
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

/// `{ view = "pods", of = "deployment/api" }`: `of` says whose, of pods and events beside what.
fn view(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let of = table.require("of");
    let words = ["pods", "events", "lines", "cronjob"].map(|word| (word, word));
    let word = what.one_of("view", &words)?;
    let (tail, since) = (table.get("tail"), table.get("since"));
    let container = table.get("container");
    let misplaced = [
        (&tail, ["events", "lines"].contains(&word)),
        (&since, word == "lines"),
        (&container, word == "lines"),
    ];
    for (node, fits) in misplaced {
        if let (Some(node), false) = (node, fits) {
            node.error(format!("`{word}` has no such key"), None);
        }
    }
    let tail = tail.and_then(|node| {
        let tail = node.integer().and_then(|tail| u32::try_from(tail).ok());
        let fits = tail.filter(|tail| (1..=MOST_LINES).contains(tail));
        if fits.is_none() {
            node.error(format!("1 to {MOST_LINES} lines"), None);
        }
        fits
    });
    let since = since.and_then(|node| u32::try_from(span_of(&node)?.as_secs()).ok());
    let of = of?;
    let target = of_step(&of, holes)?;
    let is_cronjob = matches!(
        &target,
        TargetName::Is(Target::Object { kind, .. }) if &*kind.kind == "CronJob"
    );
    let view = match word {
        "pods" => View::Pods,
        "events" => View::Events {
            tail: tail.unwrap_or(USUAL_LINES),
        },
        "lines" => {
            if tail.is_none() && since.is_none() && !is_cronjob {
                let help = "add `tail = 200` or `since = \"1h\"`".to_owned();
                table.error("how much of what was logged?", Some(help));
            }
            View::Lines {
                container: text(table, "container"),
                tail,
                since,
            }
        }
        _ => {
            if !is_cronjob {
                of.error("this is no CronJob", Some("`cronjob/NAME`".to_owned()));
            }
            View::Cronjob {
                zone: holes.places.zone.clone(),
            }
        }
    };
    Some(Shape::View { target, view })
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table
        .get(key)
        .and_then(|node| node.str())
        .map(str::to_owned)
}
