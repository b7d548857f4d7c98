//! A list as the server itself puts it into rows: the columns that kubectl shows.

use serde_json::Value as Json;

use super::super::{
    path,
    wire::{Trouble, Wire},
};
use crate::domain::{
    action::{refusal::Refusal, target::Target},
    object::KindRef,
};

/// So many rows at once, and so many times at most.
const PAGE: &str = "500";
const PAGES: usize = 20;

/// Rows with their objects.
#[derive(Debug, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// The cells of the columns, and the object they are of.
#[derive(Debug)]
pub struct Row {
    pub cells: Vec<String>,
    pub object: Json,
}

/// All objects of a kind beside a target.
pub async fn beside(wire: &Wire, kind: &KindRef, target: &Target) -> Result<Table, Refusal> {
    let refused = |it: Trouble| it.refusal("list", &kind.plural, target.namespace(), target);
    let collection = target
        .namespace()
        .and_then(|namespace| path::collection(kind, Some(namespace)));
    let Some(collection) = collection else {
        let why = "it is in no namespace";
        return Err(Refusal::unreadable(target.to_string(), why));
    };
    let mut table = Table::default();
    let mut from = String::new();
    for _ in 0..PAGES {
        let mut query = vec![("includeObject", "Object"), ("limit", PAGE)];
        if !from.is_empty() {
            query.push(("continue", &from));
        }
        let page = wire.table(&path::with(&collection, &query)).await;
        let page = page.map_err(refused)?;
        from = take(&mut table, &page);
        if from.is_empty() {
            return Ok(table);
        }
    }
    let why = format!("more than {} {}", table.rows.len(), kind.plural);
    Err(Refusal::unreadable(target.to_string(), why))
}

/// Adds a page; where the next one begins.
fn take(table: &mut Table, page: &Json) -> String {
    let columns: &[Json] = page["columnDefinitions"]
        .as_array()
        .map_or(&[], Vec::as_slice);
    // Those of a higher number are for who asks for more.
    let shown: Vec<usize> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column["priority"].as_i64().unwrap_or_default() == 0)
        .map(|(place, _)| place)
        .collect();
    let names = shown
        .iter()
        .filter_map(|place| columns[*place]["name"].as_str());
    table.columns = names.map(str::to_uppercase).collect();
    for row in page["rows"].as_array().into_iter().flatten() {
        let cell = |place: &usize| match &row["cells"][*place] {
            Json::String(text) => text.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        };
        table.rows.push(Row {
            cells: shown.iter().map(cell).collect(),
            object: row["object"].clone(),
        });
    }
    page["metadata"]["continue"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

impl Table {
    /// Its rows under their columns, as wide as the widest of each.
    pub fn text(&self) -> String {
        let all = std::iter::once(&self.columns).chain(self.rows.iter().map(|row| &row.cells));
        let lines: Vec<&Vec<String>> = all.collect();
        let width = |place: usize| {
            let cells = lines.iter().filter_map(|line| line.get(place));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = String::new();
        for line in lines {
            let mut row = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                row.push_str(cell);
                let blanks = width.saturating_sub(cell.chars().count()) + 3;
                row.extend(std::iter::repeat_n(' ', blanks));
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_has_the_columns_that_kubectl_shows() {
        let mut table = Table::default();
        let page = json!({
            "metadata": {"continue": "next"},
            "columnDefinitions": [
                {"name": "Name", "priority": 0}, {"name": "Node", "priority": 1}, {"name": "Restarts"},
            ],
            "rows": [
                {"cells": ["api-1", "n1", 3], "object": {"kind": "Pod"}},
                {"cells": ["a", "n2", "2 (5m ago)"]},
            ],
        });
        assert_eq!(take(&mut table, &page), "next");
        assert_eq!(
            table.text(),
            "NAME    RESTARTS\napi-1   3\na       2 (5m ago)\n"
        );
        assert_eq!(table.rows[0].object["kind"], "Pod");
    }
}
