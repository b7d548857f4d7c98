//! The description held against the readers, the packs there are, and the pages that are made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    asked::{self, Asked},
    files::FILES,
    shape::{Record, Shape, TEXT},
    validator::faults,
    words::{TERMS, Whose},
};
use crate::{
    domain::action::step::STEP_KINDS,
    pack::{Pack, PackErrors, cases::Cases},
};

type Files = Vec<(String, String)>;

/// What no pack of the corpus says, so that its keys are asked for too.
const REST: &str = include_str!("rest.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The packs below a folder: name, and files by their names.
fn packs(folder: &str) -> Vec<(String, Files)> {
    let folders = below(&root().join(folder)).into_iter();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    folders
        .filter(|path| path.is_dir())
        .map(|pack| {
            let files = below(&pack).into_iter().flat_map(|path| {
                if path.is_dir() {
                    below(&path)
                } else {
                    vec![path]
                }
            });
            let files = files.map(|path| (name(&path), fs::read_to_string(&path).unwrap()));
            (format!("{folder}/{}", name(&pack)), files.collect())
        })
        .collect()
}

fn good() -> Vec<(String, Files)> {
    let mut all = packs("packs");
    all.extend(packs("tests/packs/valid"));
    all
}

fn parse(files: &Files) -> Result<Pack, PackErrors> {
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    Pack::parse(&files)
}

/// Every table that is described, by name.
fn records() -> BTreeMap<&'static str, &'static Record> {
    fn walk(shape: &Shape, found: &mut BTreeMap<&'static str, &'static Record>) {
        match shape {
            Shape::Table(it) => enter(it, found),
            Shape::Text => enter(&TEXT, found),
            Shape::Map(_, of) | Shape::OneOrMore(of) | Shape::List(of) | Shape::Many(of) => {
                walk(of, found);
            }
            Shape::Kinds(all) => all.iter().for_each(|it| enter(it, found)),
            Shape::Typed(all) => all.iter().for_each(|(_, it)| enter(it, found)),
            Shape::Either(all) => all.iter().for_each(|it| walk(it, found)),
            _ => {}
        }
    }
    fn enter(record: &'static Record, found: &mut BTreeMap<&'static str, &'static Record>) {
        if let Some(known) = found.insert(record.name, record) {
            assert!(
                std::ptr::eq(known, record),
                "two tables are `{}`",
                record.name
            );
            return;
        }
        record.keys().for_each(|key| walk(&key.shape, found));
    }
    let mut found = BTreeMap::new();
    for file in &FILES {
        enter(file.root, &mut found);
    }
    found
}

/// What a table that a reader asked may be.
#[derive(Default)]
struct Candidates {
    records: Vec<&'static Record>,
    /// Keys by which a table is known to be of another kind.
    tags: Vec<&'static str>,
    /// It is handed on, or its keys are names.
    free: bool,
}

struct Finding<'p> {
    present: &'p [(String, Option<String>)],
    found: Candidates,
}

impl Finding<'_> {
    fn record(&mut self, record: &'static Record, rest: &str) {
        if rest.is_empty() {
            self.found.records.push(record);
        }
        for key in record.keys() {
            let Some(after) = rest
                .strip_prefix('.')
                .and_then(|it| it.strip_prefix(key.name))
            else {
                continue;
            };
            if after.is_empty() || after.starts_with(['.', '[']) {
                self.shape(&key.shape, after);
            }
        }
    }

    fn has(&self, key: &str) -> bool {
        self.present.iter().any(|(name, _)| name == key)
    }

    /// Those of several that a table shows itself to be; all of them where it shows nothing, or it lies further in.
    fn several(&mut self, all: &[(&'static Record, bool)], rest: &str) {
        let told = rest.is_empty() && all.iter().any(|(_, is)| *is);
        for (record, is) in all {
            self.found.tags.push(record.keys().next().unwrap().name);
            if *is || !told {
                self.record(record, rest);
            }
        }
    }

    fn shape(&mut self, shape: &Shape, rest: &str) {
        match shape {
            Shape::Any => self.found.free = true,
            Shape::Text => self.record(&TEXT, rest),
            Shape::Table(record) => self.record(record, rest),
            Shape::Kinds(all) => {
                let is = |it: &&'static Record| (*it, self.has(it.keys().next().unwrap().name));
                let all: Vec<_> = all.iter().map(is).collect();
                self.several(&all, rest);
            }
            Shape::Typed(all) => {
                let is = |(word, it): &(&str, &'static Record)| {
                    let tag = it.keys().next().unwrap().name;
                    let said = (tag.to_owned(), Some((*word).to_owned()));
                    (*it, self.present.contains(&said))
                };
                let all: Vec<_> = all.iter().map(is).collect();
                self.several(&all, rest);
            }
            Shape::Map(_, of) => {
                self.found.free |= rest.is_empty();
                if let Some(name) = rest.strip_prefix('.') {
                    let ends = name.match_indices(['.', '[']).map(|(at, _)| at);
                    for end in ends.chain([name.len()]) {
                        self.shape(of, &name[end..]);
                    }
                }
            }
            Shape::OneOrMore(of) | Shape::List(of) | Shape::Many(of) => {
                if let Some((_, after)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
                    self.shape(of, after);
                }
            }
            Shape::Either(all) => all.iter().for_each(|it| self.shape(it, rest)),
            _ => {}
        }
    }
}

fn candidates(asked: &Asked) -> Candidates {
    let file = FILES.iter().find(|file| file.name == asked.file);
    let file = file.unwrap_or_else(|| panic!("nobody describes {}.toml", asked.file));
    let rest = match asked.path.as_str() {
        "" => String::new(),
        path => format!(".{path}"),
    };
    let mut path = Finding {
        present: &asked.present,
        found: Candidates::default(),
    };
    path.record(file.root, &rest);
    path.found
}

/// A pack that says the rest.
fn rest() -> Files {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut name = "";
    for line in REST.lines() {
        if let Some(file) = line.strip_prefix("#: ") {
            name = file;
        }
        let text = files.entry(name).or_default();
        text.push_str(line);
        text.push('\n');
    }
    files.remove("");
    files
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect()
}

#[test]
fn readers_know_the_keys_that_are_described_and_no_others() {
    let mut corpus = good();
    corpus.extend(packs("tests/packs/invalid"));
    corpus.push(("the rest".to_owned(), rest()));
    let asked = asked::while_doing(|| {
        for (_, files) in &corpus {
            let _ = parse(files);
        }
    });
    assert!(asked.len() > 10_000, "{} keys were asked for", asked.len());
    let mut strange = BTreeSet::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for one in &asked {
        let found = candidates(one);
        let known = found
            .records
            .iter()
            .filter_map(|it| Some((it.name, it.key(&one.key)?.name)));
        let before = seen.len();
        let mut any = false;
        for pair in known {
            any = true;
            seen.insert(pair);
        }
        any |= seen.len() > before || found.free || found.tags.contains(&one.key.as_str());
        any |= found
            .records
            .iter()
            .any(|it| it.refused.contains(&one.key.as_str()));
        // A step is asked for every kind there is.
        any |= !found.tags.is_empty() && STEP_KINDS.contains(&one.key.as_str());
        if !any {
            let tables: Vec<&str> = found.records.iter().map(|it| it.name).collect();
            strange.insert(format!(
                "{}.toml [{}] `{}`, of {tables:?}",
                one.file, one.path, one.key
            ));
        }
    }
    assert!(
        strange.is_empty(),
        "readers ask for what src/pack/schema/files does not describe:\n{strange:#?}"
    );
    let of_cases = ["tests.toml", "case", "tried", "looked", "paper"];
    let mut unread = Vec::new();
    for record in records().values().filter(|it| !of_cases.contains(&it.name)) {
        for key in record.keys() {
            if !seen.contains(&(record.name, key.name)) {
                unread.push(format!("{} `{}`", record.name, key.name));
            }
        }
    }
    assert!(
        unread.is_empty(),
        "no reader was seen to ask for what src/pack/schema/files describes (rest.toml may say it):\n{unread:#?}"
    );
}

/// Cases are read by serde, which says itself what it would have taken.
#[test]
fn cases_have_the_keys_they_are_read_by() {
    let records = records();
    let at = [
        ("tests.toml", "zzz = 1"),
        ("case", "[case.a]\nzzz = 1"),
        ("tried", "[[case.a.action]]\nzzz = 1"),
        ("looked", "[[case.a.check]]\nzzz = 1"),
        ("paper", "[[case.a.paper]]\nzzz = 1"),
    ];
    for (name, text) in at {
        let why = Cases::parse(text)
            .expect_err("nobody knows `zzz`")
            .to_string();
        let (_, known) = why
            .split_once("unknown field `zzz`, expected ")
            .expect(&why);
        let known: BTreeSet<&str> = known
            .lines()
            .next()
            .unwrap()
            .split('`')
            .skip(1)
            .step_by(2)
            .collect();
        let described: BTreeSet<&str> = records[name].keys().map(|key| key.name).collect();
        assert_eq!(described, known, "{name}");
    }
}

fn schemas() -> BTreeMap<&'static str, Value> {
    super::kinds()
        .map(|kind| (kind, super::schema(kind).unwrap()))
        .collect()
}

/// What the schema says of a file; `None` where it is none of a pack's, or no TOML.
fn judged(schemas: &BTreeMap<&str, Value>, name: &str, text: &str) -> Option<Vec<String>> {
    let schema = schemas.get(name.strip_suffix(".toml")?)?;
    let value: Value = toml::from_str(text).ok()?;
    Some(faults(schema, &value))
}

#[test]
fn packs_that_load_fit_their_schemas() {
    let schemas = schemas();
    let mut looked = 0;
    for (pack, files) in good() {
        for (name, text) in &files {
            if let Some(found) = judged(&schemas, name, text) {
                assert!(found.is_empty(), "{pack}/{name}: {found:#?}");
                looked += 1;
            }
        }
    }
    assert!(looked > 40, "{looked}");
}

/// Whether what a reader says is about the shape of a table alone, as a schema knows it.
fn of_shape(what: &str) -> bool {
    what == "unknown key"
        || (what.ends_with("` is missing") && !what.contains('$'))
        || (what.contains(" is wanted here, this is ") && !what.starts_with("a condition"))
        || what.contains("is not a span of time")
        || what.contains("is not a share")
        || what.contains("is not a time of day")
        || what == "it is empty"
        || what.contains("is no unit")
}

#[test]
fn packs_that_are_refused_for_their_shape_do_not_fit() {
    let schemas = schemas();
    let (mut refused, mut told) = (0, 0);
    for (pack, files) in packs("tests/packs/invalid") {
        let errors = parse(&files).expect_err("it is invalid");
        for (name, text) in &files {
            let own = errors.errors().iter().filter(|error| error.file() == name);
            let shapes: Vec<String> = own
                .clone()
                .filter(|it| of_shape(&it.what))
                .map(ToString::to_string)
                .collect();
            let Some(found) = judged(&schemas, name, text) else {
                continue;
            };
            told += usize::from(!found.is_empty());
            refused += usize::from(!shapes.is_empty());
            assert!(
                shapes.is_empty() || !found.is_empty(),
                "{pack}/{name} fits, and a reader says: {shapes:#?}"
            );
            // An editor never marks what loads.
            assert!(
                found.is_empty() || own.count() > 0,
                "{pack}/{name} does not fit, and no reader minds: {found:#?}"
            );
        }
    }
    assert!(refused > 10 && told > refused, "{refused} {told}");
}

fn page_is_of_today(path: &str, page: &str, test: &str) {
    let path = root().join(path);
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        fs::write(&path, page).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == page,
        "{} is not of today: QUARTERDECK_BLESS=1 cargo test --lib {test}",
        path.display()
    );
}

#[test]
fn the_reference_is_of_today() {
    page_is_of_today(
        "docs/pack-reference.md",
        &super::reference(),
        "the_reference",
    );
    for record in records().values() {
        assert!(
            record.about.ends_with(['.', ':']) || record.about.contains('`'),
            "{}",
            record.name
        );
        for key in record.keys() {
            assert!(
                key.about.ends_with('.'),
                "{} {}: one sentence",
                record.name,
                key.name
            );
        }
    }
}

#[test]
fn the_vocabulary_is_of_today() {
    page_is_of_today("docs/cel.md", &super::vocabulary(), "the_vocabulary");
}

/// A pack with every example of the vocabulary where it may stand.
fn examples() -> Files {
    let mut files: BTreeMap<String, String> = rest().into_iter().collect();
    let mut add = |file: &str, text: String| files.get_mut(file).unwrap().push_str(&text);
    for (place, term) in TERMS.iter().enumerate() {
        let is = format!("'''{}'''", term.example);
        match term.whose {
            Whose::Hooks => add(
                "watch.toml",
                format!("[hook.x{place}]\nwindow = '5m'\nobserve = {{ cost = 'a' }}\nred = {is}\n"),
            ),
            Whose::Actions => {}
            _ => add(
                "watch.toml",
                format!("[alert.x{place}]\nseverity = 'sev-1'\nrecovered = {is}\n"),
            ),
        }
        if term.whose != Whose::Hooks {
            let key = if term.spelled.starts_with("saved") {
                "verify = { within = '5m', is = "
            } else {
                "when = ("
            };
            let key = key.strip_suffix('(').unwrap_or(key);
            let end = if key.ends_with("is = ") { " }" } else { "" };
            add(
                "actions.toml",
                format!(
                    "[action.x{place}]\ntier = 'T1'\ntarget = 'deployment/web'\n{key}{is}{end}\n\
                 params.replicas = {{ type = 'int', ladder = [2, 4] }}\n\
                 read.stage = {{ command = ['/bin/stage'], json = {{ weight = '/weight' }} }}\n\
                 run = [{{ command = ['/bin/dump'], json = {{ rows = '/rows' }}, save = 'dump' }}]\n"
                ),
            );
        }
    }
    files.into_iter().collect()
}

#[test]
fn every_example_of_the_vocabulary_is_a_condition() {
    if let Err(errors) = parse(&examples()) {
        panic!("{errors}");
    }
}

#[test]
fn the_vocabulary_has_every_name_conditions_know() {
    let said: BTreeSet<String> = TERMS
        .iter()
        .map(|term| {
            term.spelled
                .split(['(', '\'', ' '])
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    let mut lacking: Vec<String> = Vec::new();
    for (name, fields) in crate::pack::condition::vocabulary() {
        if fields.is_empty() && !said.iter().any(|it| it.split('.').next() == Some(name)) {
            lacking.push(name.to_owned());
        }
        for field in fields {
            let call = format!("{name}('");
            let told = TERMS.iter().any(|it| {
                it.spelled.starts_with(&call) && it.spelled.ends_with(&format!(".{field}"))
            });
            if !told && name != "workload" {
                lacking.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:?}");
}
