//! A pack's own commands, statements, queries and numbers, each with its place, and what the pack accepts.

mod names;
mod numbers;
mod people;
mod typed;

use std::collections::BTreeSet;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Finding, Heard, Sink, look,
    material::{Desk, Frame, Label, Material, Script},
    notation::Notation,
    place::{Place, Read},
    promql::Query,
    rules, server, shell,
};
use crate::domain::text::{EachText, Text};

/// What a pack knows of and lets stand.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub rule: String,
    pub at: String,
    pub because: Text,
    place: Place,
}

/// What was found in a pack.
#[derive(Debug, Default)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// What the pack accepts, with its reason.
    pub accepted: Vec<(Finding, Text)>,
}

/// Looks through the files of a pack that loads.
pub fn lint(files: &[(&str, &str)]) -> Report {
    lint_heard(files, None)
}

/// The same, with what a server said of its queries.
pub fn lint_heard(files: &[(&str, &str)], heard: Option<&Heard>) -> Report {
    let (material, accepted) = material(files);
    let mut found = look(&material);
    if let Some(heard) = heard {
        let sink = Sink::default();
        server::look(&material.queries, heard, &sink);
        found.extend(sink.into_findings());
        found.sort_by(|a, b| (a.place, a.rule).cmp(&(b.place, b.rule)));
    }
    sort_out(found, &accepted, heard.is_some())
}

/// The queries of a pack as they are put to a server, each once.
pub fn queries(files: &[(&str, &str)]) -> BTreeSet<String> {
    let (material, _) = material(files);
    material.queries.iter().map(server::posed).collect()
}

/// What rules look at, and what the pack accepts.
fn material(files: &[(&str, &str)]) -> (Material, Vec<Accepted>) {
    let mut material = Material {
        notation: Notation {
            angles: false,
            elided: vec!["…".to_owned()],
        },
        ..Material::default()
    };
    let mut accepted = Vec::new();
    let tables: Vec<_> = files
        .iter()
        .map(|(_, text)| DeTable::parse_recoverable(text).0)
        .collect();
    for (file, ((path, text), table)) in files.iter().zip(&tables).enumerate() {
        if !is_toml(path) {
            continue;
        }
        let mut walk = Walk {
            file,
            text,
            material: &mut material,
            topic: String::new(),
            target: None,
            frame: Frame::default(),
        };
        if path.ends_with("pack.toml") {
            walk.desk(table.get_ref());
            accepted = acceptances(file, table.get_ref());
        }
        walk.table(table.get_ref(), "");
    }
    // Numbers are of queries, which may stand in a later file.
    for (file, table) in tables.iter().enumerate() {
        numbers::read(&mut material, file, table.get_ref());
        people::read(&mut material, file, table.get_ref());
    }
    (material, accepted)
}

/// Templates are read as nothing.
fn is_toml(path: &str) -> bool {
    path.rsplit('.').next() == Some("toml")
}

/// What the pack accepts stands apart; an acceptance of nothing is a mistake.
fn sort_out(found: Vec<Finding>, accepted: &[Accepted], asked: bool) -> Report {
    let mut report = Report::default();
    let mut used = vec![false; accepted.len()];
    for finding in found {
        let fits = |it: &Accepted| {
            let with = finding.with.as_deref();
            let there = is_at(&finding.at, &it.at) || with.is_some_and(|with| is_at(with, &it.at));
            it.rule == finding.rule && there
        };
        match accepted.iter().position(fits) {
            Some(at) => {
                used[at] = true;
                report
                    .accepted
                    .push((finding, accepted[at].because.clone()));
            }
            None => report.findings.push(finding),
        }
    }
    let sink = Sink::default();
    for (accept, _) in accepted.iter().zip(used).filter(|(_, used)| !used) {
        // Whether it is of use is not known where no server was asked.
        if !asked
            && rules()
                .get(&accept.rule)
                .is_some_and(|rule| rule.kind == server::KIND)
        {
            continue;
        }
        let subject = format!("{} at {}", accept.rule, accept.at);
        sink.find("accept-unused", accept.place, "accept".to_owned(), subject);
    }
    report.findings.extend(sink.into_findings());
    report
}

/// What is done one after the other: an action's reads, preview and steps; a list of lines each.
fn procedure(path: &str) -> String {
    let list = path.split('[').next().unwrap_or(path);
    for part in [".read.", ".preview"] {
        if let Some((owner, _)) = list.split_once(part) {
            return format!("{owner}.run");
        }
    }
    list.to_owned()
}

/// Whether a table is an action's own.
fn is_action(path: &str) -> bool {
    let name = path.strip_prefix("action.");
    name.is_some_and(|name| !name.contains('.'))
}

/// Whether a key is one, or stands below it: `action.x` has `action.x.run[1].command`.
fn is_at(key: &str, accepted: &str) -> bool {
    let rest = key.strip_prefix(accepted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn acceptances(file: usize, table: &DeTable<'_>) -> Vec<Accepted> {
    let all = get(table, "accept").and_then(|it| it.get_ref().as_array());
    let tables = all.into_iter().flat_map(|all| all.iter());
    let mut accepted = Vec::new();
    for entry in tables {
        let Some(entries) = entry.get_ref().as_table() else {
            continue;
        };
        let text = |key: &str| string(entries, key).unwrap_or_default();
        let rule = get(entries, "rule");
        accepted.push(Accepted {
            rule: text("rule"),
            at: text("at"),
            because: because(entries),
            place: Place::new(file, &rule.map_or(entry.span(), Spanned::span)),
        });
    }
    accepted
}

fn because(entries: &DeTable<'_>) -> Text {
    let Some(each) = get(entries, "because").and_then(|it| it.get_ref().as_table()) else {
        return Text::Same(string(entries, "because").unwrap_or_default());
    };
    Text::Each(EachText {
        en: string(each, "en"),
        zh: string(each, "zh"),
    })
}

/// The value of a key.
fn get<'t, 'd>(table: &'t DeTable<'d>, key: &str) -> Option<&'t Spanned<DeValue<'d>>> {
    let mut entries = table.iter();
    entries
        .find(|(name, _)| *name.get_ref() == key)
        .map(|(_, value)| value)
}

fn string(table: &DeTable<'_>, key: &str) -> Option<String> {
    text_of(get(table, key)?)
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Goes through a file and takes out what rules look at.
struct Walk<'a> {
    file: usize,
    text: &'a str,
    material: &'a mut Material,
    /// The title around.
    topic: String,
    /// What the action around is aimed at.
    target: Option<String>,
    frame: Frame,
}

impl Walk<'_> {
    fn desk(&mut self, table: &DeTable<'_>) {
        let Some(desk) = get(table, "desk").and_then(|it| it.get_ref().as_table()) else {
            return;
        };
        let names = get(desk, "namespaces").and_then(|it| it.get_ref().as_array());
        let names = names.into_iter().flat_map(|all| all.iter());
        self.material.desk = Desk {
            context: string(desk, "context"),
            namespaces: names.filter_map(text_of).filter(|it| it != "*").collect(),
        };
    }

    fn read(&self, value: &Spanned<DeValue<'_>>) -> Option<Read> {
        let text = text_of(value)?;
        let span = value.span();
        Some(Read::new(
            &text,
            &self.text[span.clone()],
            Place::new(self.file, &span),
        ))
    }

    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        let (before, frame) = (self.topic.len(), self.frame);
        if let Some(title) = get(table, "title") {
            self.topic.push_str(&self.text[title.span()]);
        }
        if let Some(when) = get(table, "when") {
            let told = &self.text[when.span()];
            self.frame.guarded = true;
            self.frame.counted |= told.contains("replicas") || told.contains("desired(");
        }
        self.frame.temporary |= get(table, "temporary").is_some();
        self.frame.parsed |= get(table, "regex").is_some() || get(table, "json").is_some();
        if is_action(path) {
            self.target = string(table, "target").filter(|it| !it.contains('$'));
        }
        let step = self.step(table, path);
        let mut entries: Vec<_> = table.iter().collect();
        // What is read before is done before, wherever it is written.
        let first = |key: &str| !matches!(key, "read" | "preview");
        entries.sort_by_key(|(key, _)| (first(key.get_ref()), key.span().start));
        for (key, value) in entries {
            let name: &str = key.get_ref();
            // They are part of what the step does.
            if step && matches!(name, "command" | "argv" | "redis") {
                continue;
            }
            let below = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            self.named(name, value, &below);
            self.value(name, value, &below);
        }
        if is_action(path) {
            self.target = None;
        }
        self.topic.truncate(before);
        self.frame = frame;
    }

    fn value(&mut self, key: &str, value: &Spanned<DeValue<'_>>, path: &str) {
        match (key, value.get_ref()) {
            ("command" | "argv", DeValue::Array(items)) => self.argv(items, path),
            ("sql", DeValue::String(_)) => self.script(value, path, true),
            ("by_hand", DeValue::String(_)) => self.script(value, path, false),
            ("by_hand", DeValue::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    match item.get_ref() {
                        DeValue::Table(each) => {
                            let one = get(each, "en").or_else(|| get(each, "zh"));
                            if let Some(one) = one {
                                self.script(one, &path, false);
                            }
                        }
                        _ => self.script(item, &path, false),
                    }
                }
            }
            ("promql", DeValue::String(_)) => self.query(value, path, false),
            ("errors" | "total", DeValue::String(_)) if path.starts_with("slo.") => {
                self.query(value, path, true);
            }
            ("observe", DeValue::Table(series)) if path.starts_with("hook.") => {
                for (name, query) in series {
                    self.query(query, &format!("{path}.{}", name.get_ref()), false);
                }
            }
            (_, DeValue::Table(table)) => self.table(table, path),
            (_, DeValue::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    match item.get_ref() {
                        DeValue::Table(table) => self.table(table, &path),
                        _ => self.value("", item, &path),
                    }
                }
            }
            _ => {}
        }
    }

    fn query(&mut self, value: &Spanned<DeValue<'_>>, path: &str, is_count: bool) {
        if let Some(read) = self.read(value) {
            self.material.queries.push(Query {
                read,
                at: path.to_owned(),
                is_count,
            });
        }
    }

    /// Lines that a person types, or statements.
    fn script(&mut self, value: &Spanned<DeValue<'_>>, path: &str, is_sql: bool) {
        let Some(read) = self.read(value) else { return };
        let parsed = if is_sql {
            shell::Parsed::default()
        } else {
            shell::parse(&read, &self.material.notation)
        };
        self.push(read, path, parsed, is_sql);
    }

    fn push(&mut self, read: Read, path: &str, parsed: shell::Parsed, is_sql: bool) {
        self.material.scripts.push(Script {
            read,
            label: Label::Key(path.to_owned()),
            topic: self.topic.clone(),
            procedure: procedure(path),
            parsed,
            is_sql,
            frame: self.frame,
        });
    }

    /// A program's own words outside of a step.
    fn argv(&mut self, items: &[Spanned<DeValue<'_>>], path: &str) {
        let words = self.arguments(items).unwrap_or_default();
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        let place = first.place.to(last.place);
        let command = shell::Command {
            words,
            bare: true,
            ..shell::Command::default()
        };
        self.command(command, place, path);
    }

    fn command(&mut self, command: shell::Command, place: Place, path: &str) {
        let pipeline = shell::Pipeline {
            commands: vec![command],
            ..shell::Pipeline::default()
        };
        let parsed = shell::Parsed {
            pipelines: vec![pipeline],
            broken: Vec::new(),
        };
        self.push(Read::at("", place, None), path, parsed, false);
    }
}
