//! The steps of an action, each known by the key of its kind: `{ scale = "$target", replicas = "$replicas" }`.

pub(super) mod again;
pub(in crate::pack::actions) use again::only_reads;
mod batch;
mod cluster;
mod endings;
mod inspections;
mod outside;

use super::holes::Holes;
use crate::{
    domain::action::step::{
        Count, ENV_GIVES, Parse, STEP_KINDS, Save, Step, StepKind, TargetName, Template, Written,
    },
    pack::{
        manifest::span_of,
        nearest::suggestion,
        reader::{Node, Table},
    },
};

/// What reads by what a program or a server says.
const READS: [&str; 10] = [
    "exec", "command", "sql", "redis", "http", "tcp", "logs", "env", "object", "view",
];

/// The steps of a list, in order.
pub(super) fn steps(node: &Node<'_>, holes: &Holes<'_>) -> Vec<Written> {
    let items = node.array().unwrap_or_default();
    if items.is_empty() {
        node.error("there is no step", None);
    }
    let mut steps = Vec::new();
    for item in &items {
        let Some(step) = step(item, holes, None) else {
            continue;
        };
        if let Some(save) = &step.save {
            holes.saves(save);
        }
        steps.push((item, step));
    }
    again::last_of(&steps);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// One step; `read` is the name of what it reads, where that is all it may do.
pub(super) fn step(node: &Node<'_>, holes: &Holes<'_>, read: Option<&str>) -> Option<Written> {
    let table = node.table()?;
    let step = of_table(&table, holes, read);
    table.finish();
    step
}

/// The step a table says, which may say more.
pub(super) fn of_table(
    table: &Table<'_>,
    holes: &Holes<'_>,
    read: Option<&str>,
) -> Option<Written> {
    // Of a service of compose it says how many there are to be.
    let of_service = table.get("compose").is_some();
    let mut found = STEP_KINDS
        .iter()
        .filter(|kind| !(of_service && **kind == "scale"))
        .filter_map(|kind| table.get(kind).map(|node| (*kind, node)));
    let Some((kind, what)) = found.next() else {
        let keys: Vec<String> = table
            .entries()
            .into_iter()
            .map(|(key, _)| key.name)
            .collect();
        let near = keys.iter().find_map(|key| {
            crate::domain::nearest::nearest(key, STEP_KINDS)
                .map(|near| format!("did you mean `{near}`?"))
        });
        let help = near.unwrap_or_else(|| format!("the kinds are: {}", STEP_KINDS.join(", ")));
        table.error("this step is of no kind", Some(help));
        return None;
    };
    if let Some((other, at)) = found.next() {
        at.error(format!("this step is a `{kind}` and a `{other}`"), None);
    }
    let inspects = inspections::is_one(kind, &what);
    let gives = inspects || ["tcp", "logs"].contains(&kind);
    if read.is_none() && gives {
        let help = "put it under `read`".to_owned();
        what.error(format!("a `{kind}` only reads"), Some(help));
    }
    // What compose is told is looked at below.
    if read.is_some() && !inspects && !READS.contains(&kind) && kind != "compose" {
        let help = format!(
            "what reads: {}, {}",
            READS.join(", "),
            inspections::KINDS.join(", ")
        );
        what.error(format!("a `{kind}` is no reading"), Some(help));
    }
    let shape = if inspects {
        inspections::read(kind, &what, holes).map(StepKind::Inspect)
    } else {
        cluster::step(kind, &what, table, holes)
            .unwrap_or_else(|| outside::step(kind, &what, table, holes))
    };
    if let (Some(StepKind::Compose { .. }), Some(_)) = (&shape, read) {
        let help = "what reads: exec, run, logs, ps, stats, or `{ place = …, service = … }`";
        what.error("this changes a service", Some(help.to_owned()));
    }
    let shape = match read {
        None => shape.map(|shape| outside::following(shape, table)),
        Some(_) => shape,
    };
    let limit = table.get("limit").and_then(|node| span_of(&node));
    let parse = endings::with_ending(kind, shape.as_ref(), table, parse(table));
    // What tells values of its own wherever it stands.
    let tells = ["env", "view", "object"].contains(&kind);
    let save = if tells && read.is_none() {
        known(table, shape.as_ref(), parse.as_ref())
    } else {
        save(table, read, parse)
    };
    if save.is_some() && (gives || tells && read.is_some()) {
        table.error("what it gives is known: nothing is parsed", None);
    }
    let again = again::of(table, kind, shape.as_ref(), save.is_some(), read.is_some());
    let batch = batch::of(table, kind, shape.as_ref(), save.as_ref(), read.is_some());
    Some(Step {
        kind: shape?,
        again,
        batch,
        limit: limit.and_then(|limit| u32::try_from(limit.as_secs()).ok()),
        save,
    })
}

/// What it gives has names of its own, so nothing says how it is parsed.
fn known(
    table: &Table<'_>,
    shape: Option<&StepKind<TargetName, Count>>,
    parse: Option<&Parse>,
) -> Option<Save> {
    if parse.is_some() {
        table.error("what it gives is known: nothing is parsed", None);
    }
    let name = table.get("save")?.str()?.to_owned();
    // The names of its values; nothing is read out of a text.
    let fields: Vec<&str> = match shape {
        Some(StepKind::View { view, .. }) => view.gives().to_vec(),
        Some(StepKind::Object { fields, .. }) => fields.keys().map(String::as_str).collect(),
        _ => ENV_GIVES.to_vec(),
    };
    let groups: Vec<String> = fields.iter().map(|field| format!("(?<{field}>)")).collect();
    let groups = groups.concat();
    Some(Save {
        name,
        parse: Parse::Regex(groups),
    })
}

/// What becomes of a step's output.
fn save(table: &Table<'_>, read: Option<&str>, parse: Option<Parse>) -> Option<Save> {
    match (table.get("save"), read) {
        (Some(node), Some(_)) => {
            node.error("what is read is saved under its own name", None);
            None
        }
        (None, Some(name)) => parse.map(|parse| Save {
            name: name.to_owned(),
            parse,
        }),
        (Some(node), None) => {
            let name = node.str()?;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if !name.chars().all(plain) {
                node.error("letters, digits and `_`", None);
            }
            if parse.is_none() {
                let help = "add `json = { name = \"/pointer\" }`, `regex = '…(?<name>…)'` or `lines = true`";
                node.error("what of its output is saved?", Some(help.to_owned()));
            }
            parse.map(|parse| Save {
                name: name.to_owned(),
                parse,
            })
        }
        (None, None) => {
            if parse.is_some() {
                table.error(
                    "parsed and never used",
                    Some("add `save = \"name\"`".to_owned()),
                );
            }
            None
        }
    }
}

fn parse(table: &Table<'_>) -> Option<Parse> {
    if let Some(node) = table.get("json") {
        let entries = node.table()?.entries();
        let mut pointers = std::collections::BTreeMap::new();
        for (key, node) in entries {
            let Some(pointer) = node.str() else { continue };
            if !pointer.starts_with('/') {
                node.error("a JSON pointer begins with `/`", None);
            }
            field_name(&node, &key.name);
            pointers.insert(key.name, pointer.to_owned());
        }
        return Some(Parse::Json(pointers));
    }
    if let Some(node) = table.get("regex") {
        let text = node.str()?;
        return match regex::Regex::new(text) {
            Ok(pattern) if pattern.capture_names().flatten().next().is_none() => {
                let help = "name what is taken: `(?<name>…)`".to_owned();
                node.error("nothing is taken from the text", Some(help));
                None
            }
            Ok(_) => Some(Parse::Regex(text.to_owned())),
            Err(error) => {
                let what = error.to_string();
                let last = what.lines().last().unwrap_or(&what).to_owned();
                node.error(format!("not a regular expression: {last}"), None);
                None
            }
        };
    }
    let lines = table.get("lines")?.boolean()?;
    lines.then_some(Parse::Lines)
}

/// Fields are parts of names in conditions.
fn field_name(node: &Node<'_>, name: &str) {
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word || name == "in" {
        let what = format!("`{name}` can't be a name in a condition");
        node.error(what, Some("letters, digits and `_`".to_owned()));
    }
}

/// A whole number, or a parameter that is one.
fn count(node: &Node<'_>, holes: &Holes<'_>) -> Option<Count> {
    if node.is_integer() {
        let number = node.integer()?;
        if number < 0 {
            node.error("less than nothing", None);
        }
        return Some(Count::Is(number));
    }
    let Some(name) = node.str()?.strip_prefix('$') else {
        let help = "write `36` or `\"$name\"`".to_owned();
        node.error("a number or a parameter is wanted here", Some(help));
        return None;
    };
    holes.number_param(node, name);
    Some(Count::Param(name.to_owned()))
}

/// A span of time, or a parameter that is one, in seconds.
fn seconds(node: &Node<'_>, holes: &Holes<'_>) -> Option<Count> {
    if node.if_str().is_some_and(|text| text.starts_with('$')) {
        return count(node, holes);
    }
    let span = span_of(node)?;
    i64::try_from(span.as_secs()).ok().map(Count::Is)
}

fn template(table: &Table<'_>, key: &str, holes: &Holes<'_>) -> Option<Template> {
    holes.template(&table.get(key)?)
}

/// The arguments of a program, the program first.
fn argv(node: &Node<'_>, holes: &Holes<'_>, absolute: bool) -> Option<Vec<Template>> {
    if !node.is_array() {
        let help = "write `[\"/usr/bin/program\", \"argument\"]`: there is no shell to cut a line"
            .to_owned();
        node.error("the arguments are wanted one by one", Some(help));
        return None;
    }
    let texts: Vec<(Node<'_>, &str)> = node
        .array()?
        .into_iter()
        .filter_map(|node| {
            let text = node.if_str();
            if text.is_none() {
                node.error("an argument is a string", None);
            }
            text.map(|text| (node, text))
        })
        .collect();
    match texts.first() {
        Some((node, _)) => {
            let words: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
            super::programs::program(node, &words, absolute);
        }
        None => node.error("no program is named", None),
    }
    super::programs::arguments(&texts);
    let filled = texts
        .iter()
        .map(|(node, text)| holes.template_at(node, text, 0));
    Some(filled.collect())
}

fn unknown_word(node: &Node<'_>, word: &str, known: &[&str]) {
    node.error(
        format!("`{word}` is not one of these"),
        suggestion(word, known.iter().copied()),
    );
}
