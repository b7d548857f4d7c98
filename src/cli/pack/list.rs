//! `quarterdeck pack list`: embedded packs and the person's own.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Exit, Named, packs, say};
use crate::{
    i18n::{Texts, width::cells},
    pack::Pack,
};

struct Row {
    id: String,
    title: String,
    place: String,
    wrong: Option<usize>,
}

/// Prints every pack there is; a broken one is named and the others stand beside it.
pub(super) fn list(texts: &Texts, json: bool) -> Exit {
    let rows: Vec<Row> = packs::ids().iter().map(|id| row(texts, id)).collect();
    if json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        say::out(&format!("{}\n", json!({ "packs": rows })));
        return Exit::Fine;
    }
    let widest = |of: fn(&Row) -> &str| rows.iter().map(|row| cells(of(row))).max().unwrap_or(0);
    let (ids, titles) = (widest(|row| &row.id), widest(|row| &row.title));
    let pad = |text: &str, width: usize| format!("{text}{}", " ".repeat(width - cells(text)));
    let mut out = String::new();
    for row in &rows {
        let state = match row.wrong {
            None => texts.t("pack-list-loads").to_owned(),
            Some(count) => texts.with("pack-list-broken", &[("count", count.into())]),
        };
        let (id, title) = (pad(&row.id, ids), pad(&row.title, titles));
        let _ = writeln!(out, "{id}  {title}  {state}  {}", row.place);
    }
    say::told(&out);
    Exit::Fine
}

fn row(texts: &Texts, id: &str) -> Row {
    let folder = packs::folder_of(id);
    let read = match &folder {
        Some(folder) => packs::files_of(folder).map(|files| {
            let named = Named {
                folder: Some(folder.clone()),
                files,
            };
            named.parse()
        }),
        None => Pack::embedded(id).ok_or_else(String::new),
    };
    let (title, wrong) = match read {
        Ok(Ok(pack)) => (pack.title.get(texts.lang()).to_owned(), None),
        Ok(Err(errors)) => (String::new(), Some(errors.errors().len())),
        Err(_) => (String::new(), Some(1)),
    };
    let place = folder.map_or_else(
        || texts.t("pack-list-embedded").to_owned(),
        |folder| folder.display().to_string(),
    );
    Row {
        id: id.to_owned(),
        title,
        place,
        wrong,
    }
}

fn as_json(row: &Row) -> Value {
    json!({
        "id": row.id,
        "title": row.title,
        "from": row.place,
        "loads": row.wrong.is_none(),
        "errors": row.wrong.unwrap_or(0),
    })
}
