//! Somebody new on the team walks through a shift that was recorded, on the desk and then on a machine with the file alone.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{
    home::Home,
    served::Served,
    session::{Start, poll},
};

/// The records of a home.
pub fn records(home: &Home) -> Vec<PathBuf> {
    let root = home.path().join("state/quarterdeck/records");
    let folders = fs::read_dir(root).into_iter().flatten().flatten();
    let files =
        folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let is_record = |path: &PathBuf| path.extension().is_some_and(|end| end == "qdr");
    let mut found: Vec<PathBuf> = files.map(|file| file.path()).filter(is_record).collect();
    found.sort();
    found
}

/// What the program tells of a record as JSON, where it can be read.
pub fn told(home: &Home, record: &Path, more: &[&str]) -> Option<Value> {
    let path = record.to_str().expect("a path of a test is text");
    let mut words = vec!["walkthrough", path, "--json"];
    words.extend(more);
    let output = home.command(&words).output().expect("it runs");
    let told = serde_json::from_slice(&output.stdout).ok();
    told.filter(|_| output.status.success())
}

/// The first mark after the first moment of a record, and its place among all of them.
fn first_mark(told: &Value) -> Option<(usize, &Value)> {
    let time = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
    let begin = time(&told["recorded"][0]["from"])?;
    let mut marks = told["marks"].as_array()?.iter().enumerate();
    marks.find(|(_, mark)| time(&mark["at"]).is_some_and(|at| at > begin))
}

/// The record on whose time line something stands that happened while it was recorded.
fn with_a_mark(home: &Home) -> PathBuf {
    poll("a record with a mark", || {
        let marked = |record: &PathBuf| {
            let told = told(home, record, &[]);
            told.is_some_and(|told| first_mark(&told).is_some())
        };
        records(home).into_iter().find(marked)
    })
}

#[test]
fn somebody_new_walks_through_a_recorded_shift() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(120, 40)
        .session();
    session.is_live();
    // What happens in the second of the first frame is no way to go.
    poll("two frames", || {
        let told = told(&home, records(&home).first()?, &[])?;
        let span = &told["recorded"][0];
        (span["from"] != span["to"]).then_some(())
    });
    served.patch(
        "/apis/apps/v1/namespaces/prod/deployments/llm-adapter",
        &serde_json::json!({"spec": {"replicas": 3}}),
    );
    let record = with_a_mark(&home);
    session.types("W");
    session.shows("THE PAST");
    session.shows("as recorded at");
    session.types("n");
    let whole = told(&home, &record, &[]).expect("it reads");
    let (place, _) = first_mark(&whole).expect("a mark");
    session.shows(&format!("  {}/", place + 1));
    // The past can't be acted on.
    session.types("E");
    session.shows("this is the past");
    session.types("\x1b");
    session.hides("THE PAST");
    session.types("q");
    assert_eq!(session.left(), "0");
    drop(served);

    // A laptop: another home, no kubeconfig, no server, nothing but the file.
    let laptop = Home::new();
    let copy = laptop.path().join("handover.qdr");
    fs::copy(&record, &copy).expect("a copy");
    let path = copy.to_str().expect("a path of a test is text");
    let words = ["walkthrough", path];
    let mut session = Start::of(&laptop, &words).sized(120, 40).session();
    session.shows("THE PAST");
    session.shows("glancy · prod");
    session.shows("DEMO");
    let whole = told(&laptop, &copy, &[]).expect("it reads");
    let count = whole["marks"].as_array().map_or(0, Vec::len);
    let (place, _) = first_mark(&whole).expect("a mark");
    session.types("n");
    session.shows(&format!("  {}/{count}", place + 1));
    for speed in ["×10", "×60", "×600"] {
        session.types("+");
        session.shows(speed);
    }
    session.types(" ");
    session.shows(&format!("{count}/{count}"));
    session.shows("stands");
    session.types("\x1b");
    session.shows("nothing else is open");
    session.types("q");
    assert_eq!(session.left(), "0");
    // And without a terminal: what happened, and what the panes showed then.
    let (_, first) = first_mark(&whole).expect("a mark");
    let at = first["at"].as_str().expect("a time");
    let then = told(&laptop, &copy, &["--at", at]).expect("it reads");
    assert_eq!(then["at"]["snapshot"]["desk"]["pack"], "glancy");
    let items = then["at"]["snapshot"]["items"].as_array().expect("items");
    assert!(items.iter().any(|item| item["kind"] == "queue"), "{then}");
    let lines = laptop
        .command(&["walkthrough", path])
        .output()
        .expect("it runs");
    let lines = String::from_utf8_lossy(&lines.stdout).into_owned();
    assert!(lines.contains("recorded "), "{lines}");
    assert!(lines.contains("what="), "{lines}");
}

#[test]
fn what_is_no_record_is_refused_before_the_screen_is_taken() {
    let home = Home::new();
    let file = home.path().join("a.qdr");
    fs::write(&file, "no record").expect("a file");
    let path = file.to_str().expect("a path of a test is text");
    let output = home
        .command(&["walkthrough", path])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("no record of a shift"), "{said}");
}

/// A watch without a screen, and what it says line by line.
struct Watch {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Watch {
    fn start(home: &Home, served: &Served) -> Self {
        let mut command: Command = home.command(&["--config", served.config(), "watch"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let said = BufReader::new(child.stderr.take().expect("it is piped"));
        Self { child, said }
    }

    /// The next line it says of recording.
    fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            let read = self.said.read_line(&mut line).expect("a line");
            assert_ne!(read, 0, "it ended and said nothing of recording");
            if line.starts_with("recording") || line.starts_with("another process records") {
                return line;
            }
        }
    }

    fn end(mut self) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        let pid = Pid::from_raw(pid).expect("a pid");
        kill_process(pid, Signal::TERM).expect("it is there");
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn of_two_watches_one_records_and_the_other_takes_over() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let mut first = Watch::start(&home, &served);
    let line = first.line();
    assert!(line.starts_with("recording glancy prod in "), "{line}");
    let mut second = Watch::start(&home, &served);
    let line = second.line();
    assert!(
        line.starts_with("another process records glancy prod"),
        "{line}"
    );
    assert_eq!(first.end(), Some(143));
    let line = second.line();
    assert!(line.starts_with("recording glancy prod in "), "{line}");
    assert_eq!(second.end(), Some(143));
    for record in records(&home) {
        let told = told(&home, &record, &[]).expect("it reads");
        assert_eq!(told["torn_bytes"], 0, "{told}");
        assert_eq!(told["desk"]["read_only"], true);
    }
}
