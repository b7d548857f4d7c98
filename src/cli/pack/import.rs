//! `quarterdeck pack import`: rules and objectives of other tools as a pack's folder, with a list of what can't be carried.

use std::{fmt::Write as _, fs, path::PathBuf};

use serde_json::{Value, json};

use super::{Exit, args::ImportArgs, begin, say};
use crate::{
    domain::clean::clean,
    i18n::Texts,
    pack::import::{Document, Imported, Left},
};

/// Reads the files and writes the folder; nothing that is there already is touched.
pub(super) fn import(texts: &Texts, args: &ImportArgs) -> Exit {
    let documents = match documents(&args.files) {
        Ok(documents) => documents,
        Err(why) => {
            say::err(&why);
            return Exit::Failed;
        }
    };
    let imported = Imported::of(&documents);
    let [alerts, gauges, slos] = imported.counts();
    let written = alerts + gauges + slos > 0;
    if written {
        let files = imported.files(&args.id);
        let files: Vec<(&str, String)> = files.into_iter().collect();
        match begin::folder(texts, &args.id, &args.folder, &files) {
            // The page is all there is on standard output.
            Ok(said) if args.json => say::err(said.trim_end()),
            Ok(said) => say::out(&said),
            Err(exit) => return exit,
        }
    }
    if args.json {
        let left: Vec<Value> = imported
            .left
            .iter()
            .map(|it| left_json(texts, it))
            .collect();
        let page = json!({ "alerts": alerts, "gauges": gauges, "slos": slos, "left": left });
        say::out(&format!("{page}\n"));
    } else {
        let mut out = String::new();
        for left in &imported.left {
            let why = why(texts, left);
            let args = [
                ("what", left.what.as_str().into()),
                ("why", why.as_str().into()),
            ];
            let said = texts.with("pack-import-left", &args);
            // A name of the file may hold anything.
            let _ = writeln!(out, "{}", clean(&said));
        }
        let args = [
            ("alerts", alerts.into()),
            ("gauges", gauges.into()),
            ("slos", slos.into()),
            ("left", imported.left.len().into()),
        ];
        let _ = writeln!(out, "{}", texts.with("pack-import-sum", &args));
        say::out(&out);
    }
    match (written, imported.left.is_empty()) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Unsure,
        (true, true) => Exit::Fine,
    }
}

/// Why something is left, in words.
fn why(texts: &Texts, left: &Left) -> String {
    let detail = left.why.detail().unwrap_or_default();
    texts.with(left.why.key(), &[("detail", detail.into())])
}

fn left_json(texts: &Texts, left: &Left) -> Value {
    let key = left.why.key();
    let id = key.strip_prefix("import-").unwrap_or(key);
    json!({ "what": left.what, "why": id, "detail": left.why.detail(), "says": why(texts, left) })
}

/// All documents of the files.
fn documents(paths: &[PathBuf]) -> Result<Vec<Document>, String> {
    let mut documents = Vec::new();
    for path in paths {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("{file}: {error}"))?;
        let all: Vec<Value> =
            serde_saphyr::from_multiple(&text).map_err(|error| format!("{file}: {error}"))?;
        let all = all.into_iter().filter(|it| !it.is_null()).enumerate();
        documents.extend(all.map(|(at, content)| Document {
            file: file.clone(),
            number: at + 1,
            content,
        }));
    }
    Ok(documents)
}
