//! The guide to packs: the pack it builds up, block by block, is a pack.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use quarterdeck::{
    domain::text::Lang,
    pack::{
        Pack,
        cases::{Cases, FILE},
        lint::{Found, lint},
    },
};

use super::pty::{
    home::{Home, QUARTERDECK},
    session::Start,
};

/// A block of the guide.
enum Block {
    /// Lines that are typed.
    Typed(String),
    /// What is written into a file, and where.
    File {
        path: String,
        place: Place,
        text: String,
    },
}

/// Where in its file a block stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    First,
    Last,
}

/// The blocks of the guide; one that is neither typed nor of a file is a mistake of the guide.
fn blocks() -> Vec<Block> {
    let guide = include_str!("../../docs/packs.md");
    let mut found = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in guide.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info, String::new())),
            (Some(_), Some(_)) => found.extend(open.take().map(|(info, text)| block(info, text))),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn block(info: &str, text: String) -> Block {
    if info == "sh" {
        return Block::Typed(text);
    }
    let named = info.strip_prefix("toml ");
    let named = named.unwrap_or_else(|| panic!("nobody looks at this block: {info}\n{text}"));
    let (path, place) = match named.split_once(", ") {
        None => (named, Place::Whole),
        Some((path, "first line")) => (path, Place::First),
        Some((path, "at its end")) => (path, Place::Last),
        Some((_, other)) => panic!("no place is called {other}"),
    };
    Block::File {
        path: path.to_owned(),
        place,
        text,
    }
}

/// The pack the guide builds up: its files with all that is put into them.
fn built() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for block in blocks() {
        let Block::File { path, place, text } = block else {
            continue;
        };
        let Some(name) = path.strip_prefix("shop/") else {
            continue;
        };
        match files.iter_mut().find(|(known, _)| known == name) {
            Some((_, whole)) if place == Place::Last => *whole = format!("{whole}\n{text}"),
            Some(_) => panic!("{name} stands there twice"),
            // It comes before its file does, which is written over it.
            None if place == Place::First => {}
            None => files.push((name.to_owned(), text)),
        }
    }
    files
}

#[test]
fn the_pack_of_the_guide_loads_is_clean_and_passes_its_cases() {
    let built = built();
    let files: Vec<(&str, &str)> = built
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

/// The folder in which the guide is done.
struct Desk {
    home: Home,
    path: String,
}

impl Desk {
    fn new() -> Self {
        let home = Home::new();
        let bin = home.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        std::os::unix::fs::symlink(QUARTERDECK, bin.join("quarterdeck")).expect("a link");
        let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
        for (from, to) in [("rules.yml", "rules.yml"), ("sloth.yml", "slo.yml")] {
            fs::copy(known.join(from), home.path().join(to)).expect("a file");
        }
        let path = format!("{}:/usr/bin:/bin", bin.display());
        Self { home, path }
    }

    fn shell(&self, line: &str) -> Output {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", line]).env_clear();
        shell.envs(&self.home.variables).env("PATH", &self.path);
        shell
            .current_dir(self.home.path())
            .output()
            .expect("it runs")
    }

    /// Types a line; a comment behind it may say with which code it ends.
    fn types(&self, line: &str) {
        let (typed, comment) = line.split_once(" # ").unwrap_or((line, ""));
        let wanted = comment.split_once("(exit ").and_then(|(_, rest)| {
            let (code, _) = rest.split_once(')')?;
            code.parse::<i32>().ok()
        });
        if let Some(words) = typed.trim().strip_prefix("quarterdeck ")
            && words.ends_with(" demo")
        {
            let words: Vec<&str> = words.split(' ').collect();
            let mut session = Start::of(&self.home, &words).session();
            session.shows("DEMO");
            session.shows("shop");
            session.types("q");
            assert_eq!(session.left(), "0", "{line}");
            return;
        }
        let output = self.shell(typed);
        let told = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
        let wanted = wanted.unwrap_or(0);
        assert_eq!(
            output.status.code(),
            Some(wanted),
            "{line}\n{}",
            told.concat()
        );
    }

    fn writes(&self, path: &str, place: Place, text: &str) {
        let path = self.home.path().join(path);
        let before = fs::read_to_string(&path).unwrap_or_default();
        let whole = match place {
            Place::Whole => text.to_owned(),
            Place::First => format!("{text}{before}"),
            Place::Last => format!("{before}\n{text}"),
        };
        fs::write(path, whole).expect("a file");
    }

    /// The file is a schema as editors know them, of this kind of file.
    fn is_schema(&self, path: &Path) {
        let text = fs::read_to_string(self.home.path().join(path));
        let text = text.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let schema: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert!(schema["properties"]["gauge"].is_object(), "{schema}");
    }
}

#[test]
fn the_guide_is_done_from_its_first_line_to_its_last() {
    let desk = Desk::new();
    let mut lines = 0;
    for block in blocks() {
        match block {
            Block::Typed(text) => {
                for line in text.lines() {
                    desk.types(line);
                    lines += 1;
                }
            }
            Block::File { path, place, text } => {
                desk.writes(&path, place, &text);
                if place == Place::First {
                    let named = text.trim().strip_prefix("#:schema ");
                    let named = named.expect("it names a schema");
                    desk.is_schema(&Path::new("shop").join(named));
                    desk.types("quarterdeck pack lint shop");
                }
                if path == ".taplo.toml" {
                    let rules: toml::Table = toml::from_str(&text).expect("it is TOML");
                    let rule = &rules["rule"][0];
                    let schema = rule["schema"]["path"].as_str().expect("a path");
                    desk.is_schema(Path::new(schema));
                    assert_eq!(rule["include"][0].as_str(), Some("**/watch.toml"));
                }
            }
        }
    }
    assert!(lines >= 10, "{lines}");
}

/// What the pack states no condition for is asked for no case: none of ours is let through so.
// row: G9
#[test]
fn every_alert_of_the_packs_that_come_along_has_a_condition() {
    for id in Pack::embedded_ids() {
        let pack = Pack::embedded(id).expect("it is one of them");
        let pack = pack.unwrap_or_else(|errors| panic!("{errors}"));
        let without = pack.alerts().iter().filter(|alert| {
            let conditions = [alert.fires().is_some(), alert.recovered_when().is_some()];
            !conditions.contains(&true)
        });
        let without: Vec<&str> = without.map(|alert| alert.id.as_str()).collect();
        assert_eq!(without, Vec::<&str>::new(), "{id}");
    }
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
