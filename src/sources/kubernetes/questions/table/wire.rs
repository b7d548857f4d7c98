//! Tables as the server writes them, read into rows: of each object only its name, its uid and its age are kept.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    domain::{
        clean::clean,
        elapsed,
        id::Uid,
        pod::Name,
        table::{Cell, Column, Row},
    },
    sources::kubernetes::{
        interner::Interner,
        lite::{nullable, time},
    },
};

/// A longer cell is cut: nobody reads it in a table.
const CELL: usize = 1_000;

/// A table, a list without columns, one object of a watch, or a status.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Raw {
    kind: String,
    #[serde(deserialize_with = "nullable")]
    pub metadata: RawMeta,
    #[serde(deserialize_with = "nullable")]
    column_definitions: Vec<RawColumn>,
    #[serde(deserialize_with = "nullable")]
    rows: Vec<RawRow>,
    #[serde(deserialize_with = "nullable")]
    items: Vec<RawObject>,
    /// Of a status.
    #[serde(deserialize_with = "nullable")]
    pub code: u16,
    #[serde(deserialize_with = "nullable")]
    pub message: String,
}

/// One event of a watch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawEvent {
    #[serde(rename = "type")]
    pub kind: String,
    pub object: Raw,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawColumn {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(rename = "type", deserialize_with = "nullable")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    priority: i32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawRow {
    #[serde(deserialize_with = "nullable")]
    cells: Vec<Value>,
    #[serde(deserialize_with = "nullable")]
    object: RawObject,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawObject {
    #[serde(deserialize_with = "nullable")]
    metadata: RawMeta,
    /// Only of kinds whose objects are asked for whole.
    #[serde(deserialize_with = "nullable")]
    status: RawStatus,
}

/// When something ran, as a Job says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawStatus {
    #[serde(deserialize_with = "time")]
    start_time: Option<Timestamp>,
    #[serde(deserialize_with = "time")]
    completion_time: Option<Timestamp>,
}

impl RawStatus {
    /// Since when it has been running: the server counts its duration until it has completed, failed or not.
    fn running_since(&self) -> Option<Timestamp> {
        self.start_time.filter(|_| self.completion_time.is_none())
    }
}

/// What is read of the metadata of an object or of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawMeta {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    namespace: String,
    #[serde(deserialize_with = "nullable")]
    uid: String,
    #[serde(deserialize_with = "time")]
    creation_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "nullable")]
    pub resource_version: String,
    #[serde(rename = "continue", deserialize_with = "nullable")]
    pub next: String,
    pub remaining_item_count: Option<u64>,
}

impl Raw {
    /// The version that an event of a watch has reached.
    pub fn version(&self) -> Option<String> {
        let of_row = self
            .rows
            .first()
            .map(|row| &row.object.metadata.resource_version);
        let own = &self.metadata.resource_version;
        let known = of_row.into_iter().chain([own]).find(|it| !it.is_empty());
        known.cloned()
    }
}

/// Reads tables of one kind: it remembers the columns, which a watch tells only once.
#[derive(Default)]
pub(super) struct Reader {
    names: Interner,
    columns: Option<Arc<[Column]>>,
    /// Which of the columns are dates, which the server writes as spans.
    dates: Vec<bool>,
    pub plain: bool,
}

/// What the columns of an answer are to those known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Same,
    Changed,
}

impl Reader {
    pub fn columns(&self) -> Arc<[Column]> {
        self.columns
            .clone()
            .unwrap_or_else(|| plain_columns().into())
    }

    /// Takes the columns of an answer, where it has any.
    pub fn take_columns(&mut self, raw: &Raw) -> Columns {
        let columns: Arc<[Column]> = if raw.kind != "Table" {
            self.plain = true;
            plain_columns().into()
        } else if raw.column_definitions.is_empty() {
            return Columns::Same;
        } else {
            self.plain = false;
            let dates = raw.column_definitions.iter().map(|it| it.kind == "date");
            self.dates = dates.collect();
            raw.column_definitions.iter().map(column).collect()
        };
        if self.columns.as_ref() == Some(&columns) {
            return Columns::Same;
        }
        self.columns = Some(columns);
        Columns::Changed
    }

    /// The rows of a table, the items of a list, or the one object that an event is about.
    pub fn rows(&mut self, raw: Raw, now: Timestamp) -> Vec<Row> {
        let columns = self.columns();
        if raw.kind == "Table" {
            let rows = raw.rows.into_iter();
            return rows
                .map(|row| {
                    let meta = row.object.metadata;
                    let running = row.object.status.running_since();
                    let cells = columns.iter().zip(&row.cells).enumerate();
                    let cells = cells
                        .map(|(at, (column, value))| {
                            if let Some(since) = running.filter(|_| is_duration(column)) {
                                return self.since(since);
                            }
                            let ages = is_age(column) || self.dates.get(at) == Some(&true);
                            self.cell(ages, value, meta.creation_timestamp, now)
                        })
                        .collect();
                    self.row(&meta, cells, row.cells.first())
                })
                .collect();
        }
        let metas: Vec<RawMeta> = if raw.metadata.name.is_empty() {
            raw.items.into_iter().map(|it| it.metadata).collect()
        } else {
            vec![raw.metadata]
        };
        metas
            .into_iter()
            .map(|meta| {
                let age = match meta.creation_timestamp {
                    Some(at) => self.since(at),
                    None => Cell::Text(self.names.name("<unknown>")),
                };
                let cells = vec![Cell::Text(text(&meta.name)), age];
                self.row(&meta, cells, None)
            })
            .collect()
    }

    fn row(&mut self, meta: &RawMeta, cells: Vec<Cell>, first: Option<&Value>) -> Row {
        let said = first.and_then(Value::as_str).unwrap_or_default();
        let name = if meta.name.is_empty() {
            said
        } else {
            &meta.name
        };
        let uid = if meta.uid.is_empty() {
            // Metrics have no uid; a name is theirs alone while they are there.
            Uid::new(&*clean(&format!("{}/{name}", meta.namespace)))
        } else {
            Uid::new(&*clean(&meta.uid))
        };
        Row {
            uid,
            namespace: self.names.some(&meta.namespace),
            name: text(name),
            created: meta.creation_timestamp,
            cells,
        }
    }

    fn since(&mut self, at: Timestamp) -> Cell {
        Cell::Since {
            before: self.names.name(""),
            at,
            after: self.names.name(""),
        }
    }

    fn cell(
        &mut self,
        ages: bool,
        value: &Value,
        created: Option<Timestamp>,
        now: Timestamp,
    ) -> Cell {
        let written = written(value);
        if let Some((before, span, after)) = counting(ages, &written) {
            let at = began(span, created, now);
            return Cell::Since {
                before: self.names.name(before),
                at,
                after: self.names.name(after),
            };
        }
        Cell::Text(self.names.name(&written))
    }
}

fn text(raw: &str) -> Name {
    Name::from(&*clean(raw))
}

fn column(raw: &RawColumn) -> Column {
    Column {
        name: text(&raw.name),
        number: matches!(raw.kind.as_str(), "integer" | "number"),
        wide: raw.priority > 0,
    }
}

/// The columns of a kind that the server does not print.
fn plain_columns() -> Vec<Column> {
    let column = |name: &str| Column {
        name: name.into(),
        number: false,
        wide: false,
    };
    vec![column("Name"), column("Age")]
}

/// A cell as kubectl writes it: one line, nothing for null.
fn written(value: &Value) -> String {
    let whole = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => match (number.is_f64(), number.as_f64()) {
            // 2.0 is written 2.
            (true, Some(number)) => format!("{number}"),
            _ => number.to_string(),
        }
        .into(),
        other => std::borrow::Cow::from(other.to_string()),
    };
    let mut line = match whole.split_once(['\n', '\r', '\u{c}']) {
        Some((first, _)) => format!("{first}..."),
        None => whole.into_owned(),
    };
    if let Some((cut, _)) = line.char_indices().nth(CELL) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Whether a column says how long something took, or has been running: only its object tells which.
fn is_duration(column: &Column) -> bool {
    column.name.eq_ignore_ascii_case("Duration")
}

/// Whether a column says how long ago something was; other spans may stand still.
fn is_age(column: &Column) -> bool {
    const AGES: [&str; 4] = ["Age", "Last Seen", "First Seen", "Last Schedule"];
    let is = |name: &&str| name.eq_ignore_ascii_case(&column.name);
    AGES.iter().any(is)
}

/// The span in a cell that grows by itself, with what stands before and after it.
fn counting(ages: bool, cell: &str) -> Option<(&str, SignedDuration, &str)> {
    if ages {
        return Some(("", elapsed::read(cell)?, ""));
    }
    let inner = cell.strip_suffix(" ago)")?;
    let open = inner.rfind('(')? + 1;
    Some((
        &cell[..open],
        elapsed::read(&inner[open..])?,
        &cell[inner.len()..],
    ))
}

/// When a span began that was written at `now`: exactly, where it is the age of the object.
fn began(span: SignedDuration, created: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let told = now.saturating_sub(span).unwrap_or(now);
    let Some(created) = created else { return told };
    let age = now.duration_since(created);
    // The server wrote it a moment ago by its own clock, and only two units of it.
    let same = (-5..=5).any(|off| {
        let shifted = age.saturating_add(SignedDuration::from_secs(off));
        elapsed::read(&elapsed::written(shifted)) == Some(span)
    });
    if same { created } else { told }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn rows(raw: Value) -> (Reader, Vec<Row>) {
        let raw: Raw = serde_json::from_value(raw).unwrap();
        let mut reader = Reader::default();
        reader.take_columns(&raw);
        let rows = reader.rows(raw, at("2026-11-21T10:00:00Z"));
        (reader, rows)
    }

    fn texts(row: &Row, now: &str) -> Vec<String> {
        let cells = row.cells.iter();
        cells.map(|cell| cell.text(at(now)).into_owned()).collect()
    }

    fn table() -> Value {
        json!({
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "9"},
            "columnDefinitions": [
                {"name": "Name", "type": "string", "format": "name", "priority": 0},
                {"name": "Restarts", "type": "string", "priority": 0},
                {"name": "Ports", "type": "integer", "priority": 1},
                {"name": "Age", "type": "string", "priority": 0},
                {"name": "Synced", "type": "boolean", "priority": 0},
            ],
            "rows": [{
                "cells": ["one", "3 (5m10s ago)", 2, "25h", true],
                "object": {"metadata": {
                    "name": "one", "namespace": "a", "uid": "u", "creationTimestamp": "2026-11-20T08:20:00Z",
                    "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "…"},
                }},
            }],
        })
    }

    #[test]
    fn what_counts_goes_on_counting() {
        let (reader, rows) = rows(table());
        let now = "2026-11-21T10:00:00Z";
        assert_eq!(
            texts(&rows[0], now),
            ["one", "3 (5m10s ago)", "2", "25h", "true"]
        );
        let later = "2026-11-21T10:30:00Z";
        assert_eq!(texts(&rows[0], later)[1], "3 (35m ago)");
        assert_eq!(
            texts(&rows[0], later)[3],
            "26h",
            "by the creation, not by what was rounded"
        );
        let columns = reader.columns();
        assert!(columns[2].number && columns[2].wide && !columns[3].wide);
    }

    #[test]
    fn an_age_that_is_not_the_objects_own_counts_from_what_was_told() {
        let mut table = table();
        table["rows"][0]["cells"][3] = json!("5m");
        let (_, rows) = rows(table);
        assert_eq!(texts(&rows[0], "2026-11-21T10:01:00Z")[3], "6m");
    }

    #[test]
    fn the_duration_of_what_runs_counts_and_that_of_what_completed_stands() {
        let job = |status: Value| {
            json!({
                "cells": ["job", "5m10s"],
                "object": {"metadata": {"name": "job", "uid": "u"}, "status": status},
            })
        };
        let (_, rows) = rows(json!({
            "kind": "Table",
            "columnDefinitions": [
                {"name": "Name", "type": "string"}, {"name": "Duration", "type": "string"},
            ],
            "rows": [
                job(json!({"startTime": "2026-11-21T09:54:50Z", "completionTime": null})),
                job(json!({"startTime": "2026-11-21T09:00:00Z", "completionTime": "2026-11-21T09:05:10Z"})),
                job(Value::Null),
            ],
        }));
        for (row, now, later) in [
            (0, "5m10s", "65m"),
            (1, "5m10s", "5m10s"),
            // Nobody says whether it is over: it stays as it was told.
            (2, "5m10s", "5m10s"),
        ] {
            assert_eq!(texts(&rows[row], "2026-11-21T10:00:00Z")[1], now, "{row}");
            assert_eq!(texts(&rows[row], "2026-11-21T11:00:00Z")[1], later, "{row}");
        }
    }

    #[test]
    fn a_cell_is_one_line_without_sequences() {
        let mut table = table();
        table["rows"][0]["cells"][1] = json!("a\u{1b}[31mb\nsecond");
        table["rows"][0]["cells"][3] = Value::Null;
        let (_, rows) = rows(table);
        let cells = texts(&rows[0], "2026-11-21T10:00:00Z");
        assert_eq!((cells[1].as_str(), cells[3].as_str()), ("ab...", ""));
    }

    #[test]
    fn a_list_without_columns_is_names_and_ages() {
        let (reader, rows) = rows(json!({
            "kind": "WidgetList", "apiVersion": "x/v1", "metadata": {"resourceVersion": "9"},
            "items": [{"metadata": {"name": "w", "uid": "u", "creationTimestamp": "2026-11-21T09:59:00Z"}, "data": {"a": 1}}],
        }));
        assert!(reader.plain);
        assert_eq!(texts(&rows[0], "2026-11-21T10:00:00Z"), ["w", "60s"]);
    }

    #[test]
    fn what_has_no_uid_is_known_by_its_name() {
        let (_, rows) = rows(json!({
            "kind": "Table", "columnDefinitions": [{"name": "Name", "type": "string"}],
            "rows": [{"cells": ["n1"], "object": {"metadata": {"name": "n1", "namespace": "a"}}}],
        }));
        assert_eq!(rows[0].uid, Uid::from("a/n1"));
    }
}
