//! Which item of which pack serves a row of the runbooks, and which test shows it: from the markers beside them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use quarterdeck::pack::lint::Runbook;

const PAGE: &str = "docs/requirements-trace.md";

/// The rows, by their letter: how many there are.
const ROWS: [(char, usize); 6] = [
    ('G', 11),
    ('A', 21),
    ('B', 18),
    ('C', 24),
    ('D', 16),
    ('E', 12),
];
const MISTAKES: usize = 136;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder that end so.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path
            .extension()
            .is_some_and(|end| ends.iter().any(|it| end == *it))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A row's id without the letter of a part of it: `B12b` is a part of `B12`.
fn row(id: &str) -> String {
    id.trim()
        .trim_end_matches(|c: char| c.is_ascii_lowercase())
        .to_owned()
}

/// The rows a line marks.
fn marked(line: &str) -> Option<Vec<String>> {
    let line = line.trim_start();
    let mut marks = ["//", "#"].into_iter();
    let bare = marks.find_map(|it| line.strip_prefix(it))?;
    let bare = bare.trim_start();
    let ids = bare.strip_prefix("row:")?;
    Some(ids.split(',').map(row).collect())
}

/// What stands behind markers, as a line names it.
fn behind(path: &Path, name: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).expect("it is text");
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(rows) = marked(line) {
            waiting.extend(rows);
        } else if let Some(item) = name(line)
            && !waiting.is_empty()
        {
            let rows = std::mem::take(&mut waiting).into_iter();
            found.extend(rows.map(|row| (row, item.clone())));
        }
    }
    assert!(
        waiting.is_empty(),
        "{}: nothing stands behind {waiting:?}",
        path.display()
    );
    found
}

/// A table or key of a pack's file.
fn item(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(table) = line.strip_prefix('[') {
        let name = table.trim_matches(['[', ']']);
        return Some(name.split(']').next().unwrap_or(name).to_owned());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let key = line.split_once('=')?.0.trim();
    (!key.is_empty() && key.chars().all(plain)).then(|| format!("… {key}"))
}

/// The name of a test.
fn function(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("fn ")?;
    let name = rest.split(['(', '<']).next()?;
    (!line.trim_start().starts_with("//")).then(|| name.to_owned())
}

/// What is to be made a test by a macro: the file's name and the function's, each in a list `file { function … }` of a `mod.rs`.
type Listed = BTreeSet<(String, String)>;

/// The lists of the `mod.rs` of a file's folder and of those above it.
fn listed(root: &Path, path: &Path) -> Listed {
    let mut found = Listed::new();
    let above = path.ancestors().skip(1).take_while(|it| *it != root);
    for folder in above {
        let text = fs::read_to_string(folder.join("mod.rs")).unwrap_or_default();
        let mut of = String::new();
        let word = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        for line in text.lines().map(str::trim) {
            let last = line.rsplit(' ').next().unwrap_or_default();
            if let Some(name) = line.strip_suffix(" {").filter(|it| word(it)) {
                name.clone_into(&mut of);
            } else if line == "}" {
                of.clear();
            } else if let Some((of, name)) = line
                .contains(" never ")
                .then(|| last.split_once("::"))
                .flatten()
            {
                // What a pack has in order to refuse it stands before its lists.
                found.insert((of.to_owned(), name.trim_end_matches(';').to_owned()));
            } else if !of.is_empty() && !last.is_empty() && word(last) {
                found.insert((of.clone(), last.to_owned()));
            }
        }
    }
    found
}

/// The tests that stand behind markers, and the functions that do and are no test that runs.
fn tests_behind(root: &Path, path: &Path) -> (Vec<(String, String)>, Vec<String>) {
    let text = fs::read_to_string(path).expect("it is text");
    let file = path.strip_prefix(root).expect("it lies below").display();
    let listed = listed(root, path);
    let stem = path.file_stem().expect("a file").to_string_lossy();
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    let (mut waiting, mut attributes): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(rows) = marked(line) {
            waiting.extend(rows);
        } else if line.trim_start().starts_with("#[") {
            attributes.push(line.trim());
        } else if let Some(name) = function(line) {
            let rows = std::mem::take(&mut waiting);
            let own = std::mem::take(&mut attributes);
            if rows.is_empty() {
                continue;
            }
            let is_listed = listed.contains(&(stem.to_string(), name.clone()));
            let is_ignored = own.iter().any(|it| it.starts_with("#[ignore"));
            if (is_listed || own.iter().any(|it| is_test(it))) && !is_ignored {
                found.extend(
                    rows.into_iter()
                        .map(|row| (row, format!("{file} `{name}`"))),
                );
            } else {
                faults.push(format!("{file} `{name}`"));
            }
        }
    }
    faults.extend((!waiting.is_empty()).then(|| format!("{file}: nothing behind {waiting:?}")));
    (found, faults)
}

/// `#[test]`, `#[tokio::test(…)]`.
fn is_test(attribute: &str) -> bool {
    let name = attribute.trim_start_matches("#[").split(['(', ']']).next();
    name.is_some_and(|name| name.rsplit("::").next() == Some("test"))
}

type Found = BTreeMap<String, Vec<String>>;

fn note(found: &mut Found, row: String, what: String) {
    let all = found.entry(row).or_default();
    if !all.contains(&what) {
        all.push(what);
    }
}

/// What serves each row, what shows it, and the markers that mark nothing.
struct Traced {
    items: Found,
    tests: Found,
    faults: Vec<String>,
}

impl Traced {
    /// Of these rows those that nothing serves, or no test shows.
    fn open<'i>(&self, ids: &'i [String]) -> Vec<&'i String> {
        let traced = |id: &str| self.items.contains_key(id) && self.tests.contains_key(id);
        ids.iter().filter(|id| !traced(id)).collect()
    }
}

/// What the markers below a folder say.
fn traced(root: &Path) -> Traced {
    let (mut items, mut tests, mut faults) = (Found::new(), Found::new(), Vec::new());
    for path in files(&root.join("packs"), &["toml"]) {
        let pack = path
            .parent()
            .and_then(Path::file_name)
            .expect("a pack's folder")
            .to_string_lossy()
            .into_owned();
        let is_cases = path.file_name().is_some_and(|name| name == "tests.toml");
        for (row, item) in behind(&path, item) {
            let into = if is_cases { &mut tests } else { &mut items };
            note(into, row, format!("{pack} `{item}`"));
        }
    }
    for folder in ["src", "tests"] {
        for path in files(&root.join(folder), &["rs"]) {
            // This file speaks of markers itself.
            if path.ends_with("suite/trace.rs") {
                continue;
            }
            let (behind, none) = tests_behind(root, &path);
            for (row, test) in behind {
                note(&mut tests, row, test);
            }
            faults.extend(none);
        }
    }
    for path in files(&root.join("tests/lint"), &["toml"]) {
        if path.parent().is_some_and(|it| it.ends_with("cases")) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        let runbook = Runbook::read(&text).expect("it is read by another test too");
        let file = path
            .strip_prefix(root)
            .expect("it lies below")
            .display()
            .to_string();
        for expected in &runbook.expected {
            note(
                &mut items,
                expected.id.clone(),
                format!("rule `{}`", expected.rule),
            );
            let at = expected.at.join(", ");
            note(&mut tests, expected.id.clone(), format!("{file} {at}"));
        }
    }
    Traced {
        items,
        tests,
        faults,
    }
}

fn ids() -> Vec<String> {
    let rows = ROWS
        .into_iter()
        .flat_map(|(letter, most)| (1..=most).map(move |number| format!("{letter}{number}")));
    rows.chain((1..=MISTAKES).map(|number| format!("L{number}")))
        .collect()
}

fn page(items: &Found, tests: &Found) -> String {
    let ids = ids();
    let count = |found: &Found| ids.iter().filter(|id| found.contains_key(*id)).count();
    let both = ids
        .iter()
        .filter(|id| items.contains_key(*id) && tests.contains_key(*id));
    let mut page = format!(
        "# Which row of the runbooks is served by what, and shown by which test\n\n\
         Written by `cargo test` from the markers `row:` beside items of packs and tests (`QUARTERDECK_BLESS=1 cargo test the_trace`).\n\n\
         {} ids · with an item or rule: {} · with a test: {} · with both: {}\n\n| id | served by | shown by |\n|---|---|---|\n",
        ids.len(),
        count(items),
        count(tests),
        both.count(),
    );
    let told = |found: &Found, id: &str| {
        found
            .get(id)
            .map_or_else(|| "**nothing yet**".to_owned(), |all| all.join("<br>"))
    };
    for id in &ids {
        let _ = writeln!(page, "| {id} | {} | {} |", told(items, id), told(tests, id));
    }
    page
}

#[test]
fn the_trace_is_of_today() {
    let traced = traced(root());
    assert!(
        traced.faults.is_empty(),
        "markers above what is no test that runs: {:#?}",
        traced.faults
    );
    let Traced { items, tests, .. } = &traced;
    let page = page(items, tests);
    let path = root().join(PAGE);
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        fs::write(&path, &page).expect("it can be written");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == page,
        "{PAGE} is not of today: QUARTERDECK_BLESS=1 cargo test the_trace"
    );
    let known = ids();
    let strange: Vec<_> = items
        .keys()
        .chain(tests.keys())
        .filter(|id| !known.contains(id))
        .collect();
    assert!(
        strange.is_empty(),
        "markers of rows that are none: {strange:?}"
    );
    let open = traced.open(&known);
    assert!(
        open.is_empty(),
        "rows and mistakes without an item (or rule) or a test: {open:?}"
    );
}

#[test]
fn a_row_without_item_or_test_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let rows = ["G1", "G2", "G3", "G4", "G5", "G6"];
    let item = |row: &&str| format!("# row: {row}\n[role.of-{row}]\n");
    let items = rows[..5].iter().map(item).collect::<Vec<_>>().concat();
    write("packs/shop/pack.toml", &items);
    write("tests/lint/none.txt", "");
    write(
        "src/a.rs",
        "// row: G1\n#[test]\nfn runs() {}\n\n\
         // row: G2\n#[tokio::test]\n#[ignore = \"slow\"]\nasync fn sleeps() {}\n\n\
         // row: G3\nfn helps() {}\n\n// row: G6\n#[test]\nfn is_of_no_item() {}\n",
    );
    write(
        "tests/acts/mod.rs",
        "acts! {\n    pods {\n        is_listed\n    }\n}\n",
    );
    let acts = "// row: G4\npub fn is_listed() {}\n\n// row: G5\npub fn is_not() {}\n";
    write("tests/acts/pods.rs", acts);
    let traced = traced(folder.path());
    let known: Vec<String> = [&rows[..], &["Z1"]]
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(traced.open(&known), ["G2", "G3", "G5", "G6", "Z1"]);
    assert_eq!(
        traced.faults,
        [
            "src/a.rs `sleeps`",
            "src/a.rs `helps`",
            "tests/acts/pods.rs `is_not`"
        ]
    );
    let page = page(&traced.items, &traced.tests);
    assert!(
        page.contains("| G2 | shop `role.of-G2` | **nothing yet** |"),
        "{page}"
    );
}
