//! The corpus of packs: what is valid loads, what is not says where and why.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use quarterdeck::pack::Pack;

/// The names and paths below a folder, in order.
fn below(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).expect("the folder of the corpus is there");
    let mut found: Vec<(String, PathBuf)> = entries
        .map(|entry| entry.expect("the corpus can be read").path())
        .map(|path| {
            let name = path.file_name().expect("an entry has a name");
            (name.to_string_lossy().into_owned(), path)
        })
        .collect();
    found.sort();
    found
}

/// A case's files: names and texts.
type Files = Vec<(String, String)>;

/// The cases of one kind, by name.
fn cases(kind: &str) -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/packs")
        .join(kind);
    let text = |path: PathBuf| fs::read_to_string(path).expect("a file of the corpus is text");
    below(&root)
        .into_iter()
        .map(|(name, folder)| {
            let files = below(&folder).into_iter();
            (name, files.map(|(name, path)| (name, text(path))).collect())
        })
        .collect()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

fn snapshot(kind: &str, name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => format!("../packs/snapshots/{kind}"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

// row: G2, G11
#[test]
fn invalid_packs_say_where_and_why() {
    let cases = cases("invalid");
    assert!(cases.len() >= 15);
    for (name, files) in cases {
        let errors = Pack::parse(&borrowed(&files))
            .err()
            .unwrap_or_else(|| panic!("{name} loads"));
        for error in errors.errors() {
            assert!(
                error.line >= 1 && error.column >= 1 && !error.what.is_empty(),
                "{name}"
            );
            let text = error.to_string();
            assert!(text.starts_with(&format!(
                "{}:{}:{}: ",
                error.file(),
                error.line,
                error.column
            )));
        }
        let report = errors.to_string();
        assert!(!report.contains("hunter2"), "a secret is told: {report}");
        snapshot("invalid", &name, &report);
    }
}

#[test]
fn valid_packs_load_and_say_what_they_read() {
    for (name, files) in cases("valid") {
        let pack =
            Pack::parse(&borrowed(&files)).unwrap_or_else(|errors| panic!("{name}:\n{errors}"));
        let mut text = format!("{} {:?}\n", pack.id, pack.title);
        for probe in &pack.watchlist().probes {
            writeln!(text, "{} every {:?}: {}", probe.id, probe.every, probe.expr).unwrap();
        }
        for read in &pack.watchlist().reads {
            let fields = read.fields.iter().map(|field| field.id.as_str());
            let fields: Vec<&str> = fields.collect();
            let (kind, every) = (read.step.kind.name(), read.every);
            writeln!(text, "{} every {every:?}: {kind}", fields.join(" ")).unwrap();
        }
        for series in &pack.watchlist().series {
            let grid = format!(
                "step {:?} span {:?} delay {:?}",
                series.step, series.span, series.delay
            );
            writeln!(text, "{} {grid}: {}", series.id, series.expr).unwrap();
        }
        for severity in pack.severities() {
            writeln!(text, "{severity:?}").unwrap();
        }
        for place in pack.places() {
            writeln!(text, "{place:?}").unwrap();
        }
        for secret in pack.secrets() {
            writeln!(text, "{secret:?}").unwrap();
        }
        for connection in pack.connections() {
            writeln!(text, "{connection:?}").unwrap();
        }
        for action in pack.actions() {
            writeln!(text, "{action:#?}").unwrap();
        }
        for shift in pack.shifts() {
            writeln!(text, "{shift:?}").unwrap();
        }
        for contact in pack.contacts() {
            writeln!(text, "{contact:?}").unwrap();
        }
        for check in pack.checks() {
            writeln!(text, "{check:#?}").unwrap();
        }
        for list in pack.checklists() {
            writeln!(text, "{list:#?}").unwrap();
        }
        snapshot("valid", &name, &text);
    }
}

#[test]
fn the_digest_is_of_what_the_files_say() {
    let digest = |files: &[(&str, &str)]| Pack::parse(files).expect("it is valid").digest;
    let pack = "[pack]\nid = \"a\"\ntitle = \"A\"\ntime_zone = \"UTC\"\n";
    let one = digest(&[("x/pack.toml", pack), ("x/probes.toml", "")]);
    assert_eq!(
        one,
        digest(&[("y/probes.toml", ""), ("y/pack.toml", pack)]),
        "wherever they lie"
    );
    assert_ne!(one, digest(&[("x/pack.toml", pack)]));
    assert_ne!(
        one,
        digest(&[("x/pack.toml", &format!("{pack}\n")), ("x/probes.toml", "")])
    );
}

/// Every prefix of the embedded packs is read or refused, never worse.
#[test]
fn a_torn_file_is_refused_calmly() {
    let files = [
        include_str!("../../packs/glancy/pack.toml"),
        include_str!("../../packs/glancy/probes.toml"),
        include_str!("../../packs/glancy/watch.toml"),
        include_str!("../../packs/glancy/actions.toml"),
        include_str!("../../packs/glancy/routine.toml"),
    ];
    for torn in 0..files.len() {
        let text = files[torn];
        for cut in (0..text.len())
            .step_by(text.len() / 20 + 1)
            .filter(|cut| text.is_char_boundary(*cut))
        {
            let mut texts = files;
            texts[torn] = &text[..cut];
            let named = [
                "pack.toml",
                "probes.toml",
                "watch.toml",
                "actions.toml",
                "routine.toml",
            ];
            let files: Vec<(&str, &str)> = named.into_iter().zip(texts).collect();
            if let Err(errors) = Pack::parse(&files) {
                assert!(!errors.to_string().is_empty());
            }
        }
    }
}
