//! The parameters of an action: `params.replicas = { type = "int", ladder = [24, 36, 48] }`.

use super::{ParamKind, ParamSpec, targets};
use crate::pack::{
    condition::SlotKind,
    manifest::span_of,
    reader::{Key, Node, Table},
};

/// All parameters of an action, in the order they are written.
pub(in crate::pack) fn params(table: &Table<'_>) -> Vec<ParamSpec> {
    let Some(parent) = table.get("params").and_then(|node| node.table()) else {
        return Vec::new();
    };
    let entries = parent.entries().into_iter();
    entries
        .filter_map(|(key, node)| param(&key, &node))
        .collect()
}

/// The fields of a form, which is no action: nothing is read for them to be chosen from.
pub(in crate::pack) fn form_fields(table: &Table<'_>) -> Vec<ParamSpec> {
    let fields = params(table);
    for field in fields.iter().filter(|field| field.from.is_some()) {
        let what = format!(
            "`params.{}.from`: only what an action is given is chosen from what is read",
            field.name
        );
        table.error(what, None);
    }
    fields
}

/// Words that have a meaning of their own in holes and conditions.
const TAKEN: [&str; 12] = [
    "target", "run", "env", "preview", "saved", "before", "params", "in", "true", "false", "null",
    "now",
];

fn param(key: &Key, node: &Node<'_>) -> Option<ParamSpec> {
    let name = &key.name;
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word || TAKEN.contains(&name.as_str()) {
        let help = format!("letters, digits and `_`; not {}", TAKEN.join(", "));
        let what = format!("`{name}` can't be the name of a parameter");
        let at = key.span.clone();
        node.sink.report(at, &node.path, what, Some(help));
    }
    let table = node.table()?;
    let kind = kind(&table);
    let default_node = table.get("default");
    let kind = kind?;
    let default = default_node.as_ref().and_then(|node| {
        let value = kind.check_value(&node.plain()?);
        if let Err(why) = &value {
            node.error(format!("this default would be refused: {why}"), None);
        }
        value.ok()
    });
    let spec = ParamSpec {
        name: name.clone(),
        title: table.get("title").and_then(|node| node.text()),
        default,
        optional: table
            .get("optional")
            .and_then(|node| node.boolean())
            .unwrap_or_default(),
        now: table
            .get("now")
            .and_then(|node| node.str())
            .map(str::to_owned),
        from: table
            .get("from")
            .and_then(|node| node.str())
            .map(str::to_owned),
        loses_since: table
            .get("loses_since")
            .and_then(|node| time_form(&node, &kind)),
        kind,
    };
    table.finish();
    Some(spec)
}

/// How a name says when something was made: day and time, so that one moment is meant.
fn time_form(node: &Node<'_>, kind: &ParamKind) -> Option<String> {
    let form = node.str()?;
    if !matches!(kind, ParamKind::Path { .. } | ParamKind::Pattern { .. }) {
        node.error("only a path or a name says when it was made", None);
    }
    let sample = jiff::civil::datetime(2026, 11, 22, 13, 14, 15, 0);
    let read = jiff::fmt::strtime::format(form, sample)
        .and_then(|text| jiff::civil::DateTime::strptime(form, &text));
    match read {
        Ok(read) if read.date() == sample.date() && read.hour() == sample.hour() => {
            Some(form.to_owned())
        }
        _ => {
            let help = "write `%Y%m%d_%H%M%S`, as it stands in the name".to_owned();
            node.error(format!("`{form}` tells no day and hour"), Some(help));
            None
        }
    }
}

const TYPES: [(&str, &str); 19] = [
    ("int", "int"),
    ("float", "float"),
    ("bool", "bool"),
    ("enum", "enum"),
    ("pattern", "pattern"),
    ("duration", "duration"),
    ("timestamp", "timestamp"),
    ("list", "list"),
    ("object", "object"),
    ("secret", "secret"),
    ("ip", "ip"),
    ("path", "path"),
    ("git-ref", "git-ref"),
    ("database", "database"),
    ("revision", "revision"),
    ("container", "container"),
    ("alert", "alert"),
    ("matchers", "matchers"),
    ("text", "text"),
];

fn kind(table: &Table<'_>) -> Option<ParamKind> {
    let word = table.require("type")?.one_of("type of parameter", &TYPES)?;
    typed(table, word)
}

fn typed(table: &Table<'_>, word: &str) -> Option<ParamKind> {
    let span = |key: &str| table.get(key).and_then(|node| span_of(&node));
    Some(match word {
        "int" => int(table),
        "float" => {
            let (least, most) = range(table).unwrap_or((None, None));
            ParamKind::Float { least, most }
        }
        "bool" => ParamKind::Bool,
        "enum" => ParamKind::Enum(words(table, "one_of")?),
        "database" => ParamKind::Database {
            one_of: words(table, "one_of")?,
        },
        "pattern" => ParamKind::Pattern {
            pattern: pattern(&table.require("pattern")?)?,
        },
        "text" => ParamKind::Pattern {
            pattern: r"[^\p{Cc}]{1,500}".to_owned(),
        },
        "duration" => ParamKind::Duration {
            least: span("least"),
            most: span("most"),
        },
        "timestamp" => ParamKind::Timestamp,
        "list" => {
            let of = table.require("of")?;
            let inner = if let Some(inner) = of.if_table() {
                let kind = kind(&inner);
                inner.finish();
                kind?
            } else {
                let word = of.one_of("type of parameter", &TYPES)?;
                typed(table, word)?
            };
            if matches!(inner, ParamKind::List(_) | ParamKind::Secret) {
                of.error("a list of these can't be given", None);
            }
            ParamKind::List(Box::new(inner))
        }
        "object" => {
            let names = table.require("kinds")?.strings();
            let kinds = names
                .iter()
                .filter_map(|(node, word)| targets::kind(node, word));
            ParamKind::Object(kinds.collect())
        }
        "secret" => ParamKind::Secret,
        "ip" => ParamKind::Ip {
            not_mine: table
                .get("not_mine")
                .and_then(|node| node.boolean())
                .unwrap_or_default(),
        },
        "path" => {
            let node = table.require("below")?;
            let below = node.str()?;
            if !below.starts_with('/') || below.contains("/..") {
                node.error(format!("`{below}` is not an absolute folder"), None);
            }
            ParamKind::Path {
                below: below.trim_end_matches('/').to_owned(),
            }
        }
        "git-ref" => ParamKind::GitRef,
        "revision" => ParamKind::Revision,
        "alert" => ParamKind::Alert,
        "matchers" => ParamKind::Matchers,
        _ => ParamKind::Container,
    })
}

fn words(table: &Table<'_>, key: &str) -> Option<Vec<String>> {
    let node = table.require(key)?;
    let words: Vec<String> = node
        .strings()
        .into_iter()
        .map(|(_, word)| word.to_owned())
        .collect();
    if words.is_empty() {
        node.error("nothing can be chosen", None);
    }
    Some(words)
}

fn pattern(node: &Node<'_>) -> Option<String> {
    let text = node.str()?;
    match regex::Regex::new(text) {
        Ok(_) => Some(text.to_owned()),
        Err(error) => {
            let what = error.to_string();
            let last = what.lines().last().unwrap_or(&what).to_owned();
            node.error(format!("not a regular expression: {last}"), None);
            None
        }
    }
}

fn int(table: &Table<'_>) -> ParamKind {
    let list = |key: &str| -> Vec<i64> {
        let items = table.get(key).and_then(|node| node.array());
        let items = items.unwrap_or_default();
        items.iter().filter_map(Node::integer).collect()
    };
    let (one_of, ladder) = (list("one_of"), list("ladder"));
    if let Some(node) = table.get("ladder")
        && (ladder.len() < 2 || !ladder.is_sorted_by(|a, b| a < b))
    {
        node.error("a ladder has two rungs or more, each above the last", None);
    }
    if let (Some(_), Some(node)) = (table.get("one_of"), table.get("ladder")) {
        node.error("`one_of` or `ladder`, not both", None);
    }
    let (least, most) = range(table).unwrap_or((None, None));
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of a file")]
    let whole = |number: Option<f64>| number.map(|number| number as i64);
    ParamKind::Int {
        least: whole(least),
        most: whole(most),
        one_of,
        ladder,
    }
}

/// `range = [1, 50]`, or `least` and `most` alone.
fn range(table: &Table<'_>) -> Option<(Option<f64>, Option<f64>)> {
    let (least, most) = match table.get("range") {
        Some(node) => {
            let items = node.array()?;
            let [least, most] = items.as_slice() else {
                node.error("write `[least, most]`", None);
                return None;
            };
            (least.float(), most.float())
        }
        None => (
            table.get("least").and_then(|node| node.float()),
            table.get("most").and_then(|node| node.float()),
        ),
    };
    if let (Some(low), Some(high)) = (least, most)
        && low > high
    {
        table.error("nothing lies in this range", None);
    }
    Some((least, most))
}

impl ParamKind {
    /// The word packs write for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Int { .. } => "int",
            Self::Float { .. } => "float",
            Self::Bool => "bool",
            Self::Enum(_) => "enum",
            Self::Pattern { .. } => "pattern",
            Self::Duration { .. } => "duration",
            Self::Timestamp => "timestamp",
            Self::List(_) => "list",
            Self::Object(_) => "object",
            Self::Secret => "secret",
            Self::Ip { .. } => "ip",
            Self::Path { .. } => "path",
            Self::GitRef => "git-ref",
            Self::Database { .. } => "database",
            Self::Revision => "revision",
            Self::Container => "container",
            Self::Alert => "alert",
            Self::Matchers => "matchers",
        }
    }

    /// Of what type its values are in conditions.
    pub(super) const fn slot(&self) -> SlotKind {
        match self {
            Self::Int { .. } | Self::Float { .. } | Self::Duration { .. } | Self::Revision => {
                SlotKind::Number
            }
            Self::Bool => SlotKind::Bool,
            Self::List(_) => SlotKind::Any,
            _ => SlotKind::Text,
        }
    }
}
