//! `quarterdeck pack diff ID [OTHER]`: what a pack of the person's own says otherwise than the one that comes along.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Exit, Named, named, packs, say};
use crate::{domain::diff::diff as compare, i18n::Texts, pack::Pack};

/// Prints what differs, file by file, as `diff -u` does.
pub(super) fn diff(texts: &Texts, one: &str, other: Option<&str>) -> Exit {
    let (old, new) = match other {
        Some(other) => (named(texts, one), named(texts, other)),
        None => (embedded(texts, one), named(texts, one)),
    };
    let (old, new) = match (old, new) {
        (Ok(old), Ok(new)) => (by_name(old), by_name(new)),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let mut out = String::new();
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let lines = |side: &BTreeMap<String, String>| -> Vec<String> {
            let text = side.get(name).map_or("", String::as_str);
            text.lines().map(str::to_owned).collect()
        };
        let differs = compare(&lines(&old), &lines(&new));
        if differs.is_empty() {
            continue;
        }
        let side = |side: &BTreeMap<String, String>| {
            if side.contains_key(name) {
                name.as_str()
            } else {
                "/dev/null"
            }
        };
        let _ = writeln!(out, "--- {}\n+++ {}", side(&old), side(&new));
        for line in differs {
            let _ = writeln!(out, "{}", line.text());
        }
    }
    if out.is_empty() {
        out = format!("{}\n", texts.t("pack-diff-same"));
    }
    say::told(&out);
    Exit::Fine
}

/// The pack of this id that comes with the program.
fn embedded(texts: &Texts, id: &str) -> Result<Named, Exit> {
    let id = match packs::folder_of(id) {
        Some(_) => id.to_owned(),
        // A folder is held against the embedded pack whose id it has.
        None => named(texts, id)?
            .parse()
            .map_or_else(|_| id.to_owned(), |pack| pack.id.to_string()),
    };
    let Some(files) = Pack::embedded_files(&id) else {
        say::err(&texts.with("pack-diff-none", &[("id", id.into())]));
        return Err(Exit::Usage);
    };
    Ok(Named::of(files))
}

/// The texts by the name each has in its pack's folder.
fn by_name(named: Named) -> BTreeMap<String, String> {
    let files = named.files.into_iter();
    files
        .map(|(path, text)| {
            let at = path
                .rfind("templates/")
                .or(path.rfind('/').map(|at| at + 1));
            (path[at.unwrap_or(0)..].to_owned(), text)
        })
        .collect()
}
