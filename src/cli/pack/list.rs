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
    /// How many mistakes it has, and the first of them.
    wrong: Option<(usize, String)>,
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
        let state = match &row.wrong {
            None => texts.t("pack-list-loads").to_owned(),
            Some((count, _)) => texts.with("pack-list-broken", &[("count", (*count).into())]),
        };
        let (id, title) = (pad(&row.id, ids), pad(&row.title, titles));
        let _ = writeln!(out, "{id}  {title}  {state}  {}", row.place);
        if let Some((_, why)) = &row.wrong {
            let _ = writeln!(out, "{}  {why}", " ".repeat(ids));
        }
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
        Ok(Ok(pack)) => {
            let title = pack.title.get(texts.lang()).to_owned();
            // It loads, and is not what its folder says that it is.
            let named = folder
                .as_deref()
                .map(|folder| packs::of_folder(folder, texts));
            (title, named.and_then(Result::err).map(|why| (1, why)))
        }
        Ok(Err(errors)) => {
            let first = errors.errors().first().map(ToString::to_string);
            let first = first
                .as_deref()
                .and_then(|text| text.lines().next())
                .unwrap_or_default();
            (
                String::new(),
                Some((errors.errors().len(), first.to_owned())),
            )
        }
        Err(why) => (String::new(), Some((1, why))),
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
        "errors": row.wrong.as_ref().map_or(0, |(count, _)| *count),
        "why": row.wrong.as_ref().map(|(_, why)| why),
    })
}
