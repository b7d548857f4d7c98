//! `quarterdeck pack test`: the cases of a pack, and what none of them shows.

use std::fmt::Write as _;

use serde_json::json;

use super::{Exit, named, say};
use crate::{
    i18n::Texts,
    pack::cases::{Cases, FILE, Tally},
};

/// Runs the cases of a pack.
pub(super) fn test(texts: &Texts, what: &str, as_json: bool) -> Exit {
    let named = match named(texts, what) {
        Ok(named) => named.under_its_folder(),
        Err(exit) => return exit,
    };
    let pack = match named.parse() {
        Ok(pack) => pack,
        Err(errors) => {
            say::err(&errors.render(super::super::colour_on_stderr()));
            return Exit::Failed;
        }
    };
    let file = named
        .files
        .iter()
        .find(|(name, _)| name.rsplit('/').next() == Some(FILE));
    let Some((_, text)) = file else {
        say::err(&texts.with("pack-test-none", &[("file", FILE.into())]));
        return Exit::Usage;
    };
    let cases = match Cases::parse(text) {
        Ok(cases) => cases,
        Err(fault) => {
            say::err(&fault.to_string());
            return Exit::Failed;
        }
    };
    let tally = cases.run(&pack);
    if as_json {
        say::out(&format!("{}\n", json!(tally)));
    } else {
        say::out(&told(texts, &tally));
    }
    match (tally.faults.is_empty(), tally.lacks.is_empty()) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Unsure,
        (true, true) => Exit::Fine,
    }
}

fn told(texts: &Texts, tally: &Tally) -> String {
    let mut out = String::new();
    for fault in &tally.faults {
        let _ = writeln!(
            out,
            "{}",
            texts.with(
                "pack-test-fault",
                &[
                    ("case", fault.case.as_str().into()),
                    ("of", fault.of.as_str().into()),
                    ("expected", fault.expected.as_str().into()),
                    ("found", fault.found.as_str().into()),
                ]
            )
        );
    }
    for lack in &tally.lacks {
        let wants = lack.wants.join(" / ");
        let args = [("of", lack.of.as_str().into()), ("wants", wants.into())];
        let _ = writeln!(out, "{}", texts.with("pack-test-lack", &args));
    }
    let args = [
        ("cases", tally.cases.into()),
        ("expectations", tally.expectations.into()),
        ("faults", tally.faults.len().into()),
        ("lacks", tally.lacks.len().into()),
    ];
    let _ = writeln!(out, "{}", texts.with("pack-test-sum", &args));
    out
}
