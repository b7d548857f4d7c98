//! `quarterdeck pack import`: rules and objectives of other tools as a pack's folder, with a list of what can't be carried.

use std::{fmt::Write as _, fs, path::PathBuf};

use serde_json::{Value, json};

use super::{Exit, args::ImportArgs, begin, say};
use crate::{
    i18n::Texts,
    pack::import::{Document, Imported},
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
        if let Err(exit) = begin::folder(texts, &args.id, &args.folder, &files) {
            return exit;
        }
    }
    if args.json {
        let page =
            json!({ "alerts": alerts, "gauges": gauges, "slos": slos, "left": imported.left });
        say::out(&format!("{page}\n"));
    } else {
        let mut out = String::new();
        for left in &imported.left {
            let args = [
                ("what", left.what.as_str().into()),
                ("why", left.why.as_str().into()),
            ];
            let _ = writeln!(out, "{}", texts.with("pack-import-left", &args));
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
