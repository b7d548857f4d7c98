//! The guide to packs: the pack it builds up, block by block, is a pack.

use quarterdeck::{
    domain::text::Lang,
    pack::{
        Pack,
        cases::{Cases, FILE},
        lint::{Found, lint},
    },
};

/// The blocks of the guide that name a file: name and text.
fn blocks() -> Vec<(String, String)> {
    let guide = include_str!("../../docs/packs.md");
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in guide.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let name = info.strip_prefix("toml ").unwrap_or_default();
                open = Some((name.to_owned(), String::new()));
            }
            (Some(_), Some(_)) => found.extend(open.take().filter(|(name, _)| !name.is_empty())),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

#[test]
fn the_pack_of_the_guide_loads_is_clean_and_passes_its_cases() {
    let blocks = blocks();
    let files: Vec<(&str, &str)> = blocks
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "pack.toml",
            "probes.toml",
            "watch.toml",
            "actions.toml",
            "routine.toml",
            FILE
        ]
    );
    let pack = Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors}"));
    let findings = lint(&files).findings;
    let told = findings.iter().map(|finding| {
        let (path, text) = files[finding.place.file];
        Found {
            finding,
            path,
            text,
        }
        .render(Lang::En, false)
    });
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let (_, cases) = files.last().expect("the last one is the cases");
    let tally = Cases::parse(cases)
        .unwrap_or_else(|why| panic!("{why}"))
        .run(&pack);
    assert_eq!((tally.faults, tally.lacks), (vec![], vec![]));
    assert!(tally.expectations > 15);
}

/// What comes with the program passes its own cases too.
#[test]
fn the_packs_that_come_along_pass_their_cases() {
    for id in Pack::embedded_ids() {
        let files = Pack::embedded_files(id).expect("it is one of them");
        let pack = Pack::parse(files).unwrap_or_else(|errors| panic!("{errors}"));
        let (_, cases) = files
            .iter()
            .find(|(name, _)| name.ends_with(FILE))
            .unwrap_or_else(|| panic!("{id} has no cases"));
        let tally = Cases::parse(cases)
            .unwrap_or_else(|why| panic!("{id}: {why}"))
            .run(&pack);
        assert_eq!((tally.faults, tally.lacks), (vec![], vec![]), "{id}");
    }
}
