//! The two languages say the same things, and what is said is what is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;
use regex::Regex;

use super::texts::message_keys;
use super::{Lang, Texts, files};

/// Keys that are built from an id at run time, so no source file spells them out.
const BUILT: [&str; 16] = [
    "stage-state-",
    "command-",
    "why-not-",
    "fault-",
    "key-context-",
    "describe-",
    "explain-",
    "step-",
    "saying-",
    "said-",
    "cause-",
    "sheet-",
    "field-",
    "happened-",
    "settled-",
    "remind-",
];

/// Each key of a language with the variables its message uses.
fn defined(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let variable = Regex::new(r"\$([a-z][a-zA-Z0-9_-]*)").unwrap();
    let mut all = BTreeMap::new();
    for (topic, text) in files::of(lang) {
        let mut current: Option<String> = None;
        for line in text.lines() {
            if line.starts_with('#') {
                current = None;
                continue;
            }
            if let Some(key) = message_keys(line).next() {
                let twice = all.insert(key.to_owned(), BTreeSet::new());
                assert!(
                    twice.is_none(),
                    "{key} stands twice in {}/{topic}.ftl or beside it",
                    lang.code()
                );
                current = Some(key.to_owned());
            }
            if let Some(variables) = current.as_ref().and_then(|key| all.get_mut(key)) {
                variables.extend(
                    variable
                        .captures_iter(line)
                        .map(|found| found[1].to_owned()),
                );
            }
        }
    }
    all
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

fn source_text() -> String {
    let mut paths = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut paths,
    );
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_file_parses() {
    for lang in Lang::ALL {
        for (topic, text) in files::of(lang) {
            if let Err((_, errors)) = FluentResource::try_new((*text).to_owned()) {
                panic!("{}/{topic}.ftl: {errors:?}", lang.code());
            }
        }
    }
}

#[test]
fn both_languages_define_the_same_keys_with_the_same_variables() {
    let (en, zh) = (defined(Lang::En), defined(Lang::Zh));
    let missing_zh: Vec<_> = en.keys().filter(|key| !zh.contains_key(*key)).collect();
    let missing_en: Vec<_> = zh.keys().filter(|key| !en.contains_key(*key)).collect();
    assert!(missing_zh.is_empty(), "missing in zh: {missing_zh:?}");
    assert!(missing_en.is_empty(), "missing in en: {missing_en:?}");
    for (key, variables) in &en {
        assert_eq!(variables, &zh[key], "variables of {key} differ");
    }
}

#[test]
fn every_key_asked_for_is_defined() {
    let asked = Regex::new(r#"\.(?:t|with)\(\s*"([a-z][a-z0-9-]*)""#).unwrap();
    let defined = defined(Lang::En);
    let source = source_text();
    let missing: BTreeSet<_> = asked
        .captures_iter(&source)
        .map(|found| found[1].to_owned())
        .filter(|key| !defined.contains_key(key))
        .collect();
    assert!(missing.is_empty(), "asked for but not defined: {missing:?}");
}

#[test]
fn every_defined_key_is_used() {
    let literal = Regex::new(r#""([a-z][a-z0-9-]*)""#).unwrap();
    let source = source_text();
    let spelled: BTreeSet<_> = literal
        .captures_iter(&source)
        .map(|found| found[1].to_owned())
        .collect();
    let unused: Vec<_> = defined(Lang::En)
        .into_keys()
        .filter(|key| !spelled.contains(key) && !BUILT.iter().any(|built| key.starts_with(built)))
        .collect();
    assert!(unused.is_empty(), "defined but never used: {unused:?}");
}

#[test]
fn an_unknown_key_shows_itself() {
    let texts = Texts::new(Lang::Zh);
    let key = ["no", "such", "key"].join("-");
    assert_eq!(texts.t(&key), key);
    assert_eq!(texts.with(&key, &[("n", 3.into())]), key);
    assert!(!texts.has(&key));
}
