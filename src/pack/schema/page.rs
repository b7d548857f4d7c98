//! The description as pages people read.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    files::{FILES, FileShape},
    shape::{Key, Record, Rule, Shape},
};

/// The reference of every file.
pub(super) fn reference() -> String {
    let mut page = "# Every table and key of a pack\n\n\
        Written by `cargo test` from the description the readers are held against (`QUARTERDECK_BLESS=1 cargo test --lib the_reference`).\n\
        The same as JSON Schema: `quarterdeck pack schema --to DIR` ([how an editor uses it](packs.md#an-editor-that-knows-it)).\n\
        Bold keys must be there. Ids are keys of tables: letters, digits, `-`, `_` and `.`; `ID` and `NAME` stand for them below.\n\
        A *text* is a string, or `{ en = \"…\", zh = \"…\" }`; a *condition* is [CEL](cel.md), or a table with the time it must hold for.\n\
        Keys nobody knows are errors.\n"
        .to_owned();
    for file in &FILES {
        page.push('\n');
        page.push_str(&of_file(file));
    }
    page
}

/// The reference of one file.
pub(super) fn of_file(file: &FileShape) -> String {
    let mut walk = Walk::default();
    walk.record(file.root, String::new(), 2);
    walk.page
}

#[derive(Default)]
struct Walk {
    page: String,
    seen: BTreeSet<&'static str>,
}

impl Walk {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "each row is made with a path of its own"
    )]
    fn record(&mut self, record: &'static Record, path: String, depth: usize) {
        if !self.seen.insert(record.name) {
            return;
        }
        let heading = "#".repeat(depth);
        let _ = write!(self.page, "{heading} {}\n\n{}", record.name, record.about);
        if !path.is_empty() {
            let _ = write!(self.page, " At `{path}`.");
        }
        match record.rule {
            Rule::Free => {}
            Rule::One(names) => {
                let _ = write!(self.page, " Exactly one of {}.", quoted(names));
            }
            Rule::Some(names) => {
                let _ = write!(self.page, " At least one of {}.", quoted(names));
            }
        }
        self.page
            .push_str("\n\n| key | type | left out | what it says |\n|---|---|---|---|\n");
        for key in record.keys() {
            let name = if key.must {
                format!("**`{}`**", key.name)
            } else {
                format!("`{}`", key.name)
            };
            let (kind, about) = (cell(&kind(&key.shape)), cell(key.about));
            let _ = writeln!(self.page, "| {name} | {kind} | {} | {about} |", key.default);
        }
        self.page.push('\n');
        for key in record.keys() {
            self.below(key, &path);
        }
        if depth == 2 {
            while self.page.ends_with("\n\n") {
                self.page.pop();
            }
        }
    }

    fn below(&mut self, key: &'static Key, path: &str) {
        let path = if path.is_empty() {
            key.name.to_owned()
        } else {
            format!("{path}.{}", key.name)
        };
        self.shape(&key.shape, path);
    }

    fn shape(&mut self, shape: &Shape, path: String) {
        match shape {
            Shape::Table(record) => self.record(record, path, 3),
            Shape::Map(what, of) => {
                let path = if path.is_empty() {
                    path
                } else {
                    format!("{path}.")
                };
                self.shape(of, format!("{path}{}", what.to_uppercase()));
            }
            Shape::OneOrMore(of) | Shape::List(of) | Shape::Many(of) => {
                self.shape(of, format!("{path}[]"));
            }
            Shape::Kinds(records) => {
                for record in *records {
                    self.record(record, path.clone(), 3);
                }
            }
            // Items of a list are told with the parameter of their type.
            Shape::Typed(records) if path.rsplit_once('.').is_some_and(|(_, end)| end == "of") => {
                debug_assert!(!records.is_empty());
            }
            Shape::Typed(records) => {
                for (_, record) in *records {
                    self.record(record, path.clone(), 3);
                }
            }
            Shape::Either(shapes) => {
                for shape in *shapes {
                    self.shape(shape, path.clone());
                }
            }
            _ => {}
        }
    }
}

/// What stands in a cell of a table must not end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn linked(record: &Record) -> String {
    format!("[{}](#{})", record.name, record.name.replace('.', ""))
}

/// What may stand there, in words.
fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Whole(least, most) => match (*least, *most) {
            (i64::MIN, i64::MAX) => "whole number".to_owned(),
            (least, i64::MAX) => format!("whole number from {least} on"),
            (least, most) => format!("whole number, {least} to {most}"),
        },
        Shape::Number => "number".to_owned(),
        Shape::Str | Shape::Filled => "string".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Plain => "string, number, `true`, `false`, or a list of these".to_owned(),
        Shape::Cel => "CEL".to_owned(),
        Shape::PromQl => "PromQL".to_owned(),
        Shape::Form(form) => format!("{}: `{}`", form.name, form.example),
        Shape::Word(words) => quoted(words),
        Shape::Of(what) => {
            let article = if what.starts_with(['a', 'e']) {
                "an"
            } else {
                "a"
            };
            format!("id of {article} {what}")
        }
        Shape::OneOrMore(of) => format!("one or several: {}", kind(of)),
        Shape::List(of) => format!("list of: {}", kind(of)),
        Shape::Many(of) => format!("list, not empty, of: {}", kind(of)),
        Shape::Map(what, of) => format!("table: {} = {}", what.to_uppercase(), kind(of)),
        Shape::Table(record) if record.name == "condition" => "that over a time".to_owned(),
        Shape::Table(record) if record.name == "hook-condition" => "that over windows".to_owned(),
        Shape::Table(record) => linked(record),
        Shape::Kinds(records) => {
            let names: Vec<String> = records.iter().map(|record| linked(record)).collect();
            format!("one of {}", names.join(", "))
        }
        Shape::Typed(records) => match records.first() {
            Some((_, record)) if record.name.starts_with("item") => {
                "a table with `type`".to_owned()
            }
            _ => {
                let names: Vec<String> = records.iter().map(|(_, it)| linked(it)).collect();
                format!("by its `type` {}", names.join(", "))
            }
        },
        Shape::Either(shapes) => {
            let kinds: Vec<String> = shapes.iter().map(kind).collect();
            kinds.join(", or ")
        }
    }
}
