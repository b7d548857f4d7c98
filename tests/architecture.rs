//! The arrows of the house: which folder may see which, read from the `use` lines and paths of the source.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Which rooms each room may see. `domain` sees nothing.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("trust", &[]),
    ("pack", &["domain"]),
    ("actions", &["domain", "pack"]),
    ("app", &["domain", "pack", "actions"]),
    ("ledger", &["domain", "actions", "trust"]),
    ("sources", &["domain"]),
    ("recorder", &["domain"]),
    ("i18n", &["domain"]),
    ("config", &["domain", "i18n"]),
    ("theme", &["domain", "config", "i18n"]),
    ("keymap", &["app", "domain", "i18n"]),
    (
        "ui",
        &[
            "app", "actions", "pack", "domain", "keymap", "theme", "i18n",
        ],
    ),
    ("sim", &["domain"]),
    (
        "runtime",
        &[
            "app", "actions", "ledger", "pack", "domain", "config", "keymap", "theme", "i18n",
            "ui", "sources", "recorder", "trust",
        ],
    ),
    (
        "cli",
        &[
            "app", "actions", "ledger", "pack", "domain", "config", "keymap", "theme", "i18n",
            "ui", "sources", "recorder", "runtime", "sim",
        ],
    ),
];

/// Crates that do IO, or draw: not for pure rooms.
const IMPURE: &[&str] = &[
    "tokio",
    "tokio_util",
    "kube",
    "reqwest",
    "ratatui",
    "crossterm",
    "hyper",
    "hyper_util",
    "rustls",
    "tokio_rustls",
    "notify",
    "rustix",
    "rusqlite",
    "tokio_postgres",
];

const PURE: &[&str] = &["domain", "pack", "actions", "app"];

/// Parts of `std` through which pure rooms could reach the world.
const IMPURE_STD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::io::stdin",
    "std::io::stdout",
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut all = Vec::new();
    for path in files {
        let inside = path.strip_prefix(&root).unwrap();
        let mut parts = inside.components();
        let room = parts
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .to_owned();
        // Tests may see what they need to set the scene.
        let name = path.file_stem().unwrap().to_str().unwrap();
        let tests = ["tests", "fixture", "testing", "testkit"].contains(&name)
            || name.ends_with("_tests")
            || inside.iter().any(|part| part == "tests");
        if parts.next().is_some() && !tests {
            let text = fs::read_to_string(&path).unwrap();
            all.push((room, path.clone(), without_tests(&text).to_owned()));
        }
    }
    assert!(all.len() > 50, "the source was not found");
    all
}

/// Test modules stand at the end of a file.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {")
        .map_or(text, |at| &text[..at])
}

/// The code of a line, without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The rooms a file names: `crate::room`, also inside `use crate::{…}`.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let known: BTreeSet<&str> = MAY_SEE.iter().map(|(room, _)| *room).collect();
    let mut found = BTreeSet::new();
    let clean: String = text.lines().map(code).collect::<Vec<_>>().join("\n");
    for (at, _) in clean.match_indices("crate::") {
        let rest = &clean[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            // Behind the first `::` of an item stand its own modules, whatever they are called.
            let mut inside = false;
            for c in group.chars() {
                match c {
                    ':' if depth == 1 => {
                        if !inside && known.contains(word.as_str()) {
                            found.insert(word.clone());
                        }
                        inside = true;
                        word.clear();
                    }
                    ',' if depth == 1 => {
                        if !inside && known.contains(word.as_str()) {
                            found.insert(word.clone());
                        }
                        inside = false;
                        word.clear();
                    }
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 1 && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else {
                    if !inside && known.contains(word.as_str()) {
                        found.insert(word.clone());
                    }
                    if depth <= 1 || c == '{' {
                        word.clear();
                    }
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            let room: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if known.contains(room.as_str()) {
                found.insert(room);
            }
        }
    }
    found
}

#[test]
fn arrows_go_one_way() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = MAY_SEE
        .iter()
        .map(|(room, sees)| (*room, sees.iter().copied().collect()))
        .collect();
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let Some(may) = allowed.get(room.as_str()) else {
            wrong.push(format!(
                "{}: `{room}` has no line in MAY_SEE",
                path.display()
            ));
            continue;
        };
        for named in rooms_named(&text) {
            if named != room && !may.contains(named.as_str()) {
                wrong.push(format!(
                    "{}: `{room}` must not see `{named}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_do_no_io() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        if !PURE.contains(&room.as_str()) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let line = code(line);
            for name in IMPURE {
                if line.contains(&format!("{name}::"))
                    || line.trim_start().starts_with(&format!("use {name};"))
                {
                    wrong.push(format!(
                        "{}:{}: {name} in a pure room",
                        path.display(),
                        number + 1
                    ));
                }
            }
            for name in IMPURE_STD {
                if line.contains(name) {
                    wrong.push(format!(
                        "{}:{}: {name} in a pure room",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn raw_keys_are_known_to_the_keymap_and_the_terminal_alone() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let terminal = path.to_string_lossy().contains("runtime/terminal");
        if room != "keymap" && !terminal && text.lines().any(|line| code(line).contains("KeyCode"))
        {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "raw key codes in {wrong:?}");
}

#[test]
fn the_simulator_shares_no_conversion_with_the_sources() {
    for (room, path, text) in sources() {
        if room == "sim" {
            assert!(
                !rooms_named(&text).contains("sources"),
                "{}",
                path.display()
            );
        }
        if room == "sources" {
            assert!(!rooms_named(&text).contains("sim"), "{}", path.display());
        }
    }
}

#[test]
fn every_public_type_says_what_it_is() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let public = ["pub struct ", "pub enum ", "pub trait "]
                .iter()
                .any(|start| line.starts_with(start));
            if !public {
                continue;
            }
            let above = lines[..number].iter().rev().find(|line| {
                !line.trim_start().starts_with("#[")
                    && !line.trim_start().starts_with(')')
                    && !line.starts_with("    ")
            });
            if !above.is_some_and(|line| line.starts_with("///")) {
                wrong.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "no sentence at:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_it_should_be() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(.., text)| text.lines().count() > 600)
        .map(|(_, path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "split by what it is: {long:?}");
}
