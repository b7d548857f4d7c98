//! `quarterdeck pack schema`: what the files of a pack may hold.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use super::{Exit, args::SchemaArgs, say};
use crate::{i18n::Texts, pack::schema as told};

/// Prints a page or JSON Schema, or writes the schemas into a folder.
pub(super) fn schema(texts: &Texts, args: &SchemaArgs) -> Exit {
    let asked = args.kind.as_deref();
    let kinds: Vec<&str> = told::kinds()
        .filter(|kind| asked.is_none_or(|asked| asked == *kind))
        .collect();
    if let Some(folder) = &args.to {
        return written(texts, &kinds, folder);
    }
    let page = match (args.json, asked) {
        (true, Some(kind)) => told::schema(kind).map(|schema| pretty(&schema)),
        (true, None) => {
            let schemas = kinds.iter();
            let schemas: Map<String, Value> = schemas
                .filter_map(|kind| Some(((*kind).to_owned(), told::schema(kind)?)))
                .collect();
            Some(pretty(&Value::Object(schemas)))
        }
        (false, Some(kind)) => told::reference_of(kind),
        (false, None) => Some(told::reference()),
    };
    say::told(&page.unwrap_or_default());
    Exit::Fine
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Writes the schemas, and says what an editor wants to read above a file.
fn written(texts: &Texts, kinds: &[&str], folder: &Path) -> Exit {
    let name = folder.display().to_string();
    let failed = |error: std::io::Error| {
        say::err(&format!("{name}: {error}"));
        Exit::Failed
    };
    if let Err(error) = fs::create_dir_all(folder) {
        return failed(error);
    }
    for kind in kinds {
        let Some(schema) = told::schema(kind) else {
            continue;
        };
        let file = folder.join(format!("{kind}.schema.json"));
        if let Err(error) = fs::write(file, pretty(&schema)) {
            return failed(error);
        }
    }
    let first = kinds.first().copied().unwrap_or_default();
    // The line is read from where the file stands.
    let last = folder
        .file_name()
        .map_or_else(|| name.clone(), |last| last.display().to_string());
    let args = [
        ("folder", name.as_str().into()),
        ("kind", first.into()),
        ("last", last.into()),
    ];
    say::out(&format!("{}\n", texts.with("pack-schema-written", &args)));
    Exit::Fine
}
