//! A ledger that takes nothing: no action runs, neither from the command line nor from the cockpit, and what can be done
//! by hand is said.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::Value;

use super::{
    home::Home,
    served::Served,
    session::{Session, Start},
};

const LOOKUP: &str = "/apis/apps/v1/namespaces/prod/deployments/lookup-api";
const ADAPTER: &str = "/apis/apps/v1/namespaces/prod/deployments/llm-adapter";
/// The end of the command that does it by hand.
const BY_HAND: &str = "rollout restart deployment/lookup-api";

fn ledger(home: &Home) -> PathBuf {
    home.path().join("state/quarterdeck/demo-ledger.db")
}

fn restart(home: &Home, served: &Served, more: &[&str], given: &str) -> Output {
    let mut words = vec!["--config", served.config(), "run", "generic/restart"];
    words.extend(["--target", "deployment/lookup-api"]);
    words.extend(more);
    home.call(&words, given)
}

fn challenge(home: &Home, served: &Served) -> String {
    let planned = restart(home, served, &["--plan", "--json"], "");
    assert!(planned.status.success(), "{planned:?}");
    let plan: Value = serde_json::from_slice(&planned.stdout).expect("it is JSON");
    plan["challenge"].as_str().expect("a challenge").to_owned()
}

fn generation(served: &Served, path: &str) -> i64 {
    served.read(path)["metadata"]["generation"]
        .as_i64()
        .expect("it has one")
}

/// What happened to the ledger; dropped, it is as it was.
struct Broken {
    path: PathBuf,
    held: Option<Connection>,
    mend: fn(&Path),
}

impl Broken {
    fn by(home: &Home, how: fn(&Path) -> Option<Connection>, mend: fn(&Path)) -> Self {
        let path = ledger(home);
        let held = how(&path);
        Self { path, held, mend }
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        self.held = None;
        (self.mend)(&self.path);
    }
}

fn version(path: &Path, version: u32) {
    let raw = Connection::open(path).expect("it opens");
    raw.pragma_update(None, "user_version", version)
        .expect("it is written");
}

fn newer(path: &Path) -> Option<Connection> {
    version(path, 99);
    None
}

fn locked(path: &Path) -> Option<Connection> {
    let raw = Connection::open(path).ok()?;
    raw.execute_batch("BEGIN EXCLUSIVE").expect("it is free");
    Some(raw)
}

fn loose(path: &Path) -> Option<Connection> {
    mode(path, 0o666);
    None
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn removed(path: &Path) -> Option<Connection> {
    fs::rename(path, path.with_extension("aside")).expect("it is there");
    None
}

type Case = (
    &'static str,
    fn(&Path) -> Option<Connection>,
    fn(&Path),
    &'static str,
);

const CASES: [Case; 3] = [
    (
        "newer",
        newer,
        |path| version(path, 2),
        "use the newer program",
    ),
    ("locked", locked, |_| {}, "holds the ledger locked"),
    ("loose", loose, |path| mode(path, 0o600), "chmod 600"),
];

#[test]
fn nothing_is_run_from_the_command_line_and_the_steps_are_printed() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let given = challenge(&home, &served);
    let before = generation(&served, LOOKUP);
    for (name, how, mend, why) in CASES {
        let broken = Broken::by(&home, how, mend);
        for more in [&["--plan"][..], &["--confirm", "-"]] {
            let refused = restart(&home, &served, more, &given);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert_eq!(refused.status.code(), Some(4), "{name}: {said}");
            assert!(said.contains(why), "{name}: {said}");
            assert!(said.contains(BY_HAND), "{name}: {said}");
            assert!(said.contains("quarterdeck journal note"), "{name}: {said}");
        }
        drop(broken);
        assert_eq!(generation(&served, LOOKUP), before, "{name}");
    }
    // A challenge that stood in a ledger that is gone is none.
    let broken = Broken::by(&home, removed, |path| {
        fs::remove_file(path).expect("another was made");
        fs::rename(path.with_extension("aside"), path).expect("it is aside");
    });
    let refused = restart(&home, &served, &["--confirm", "-"], &given);
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert_eq!(generation(&served, LOOKUP), before);
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", ledger(&home).display()));
    }
    drop(broken);
    // Mended, the same is done, once.
    let given = challenge(&home, &served);
    let done = restart(&home, &served, &["--confirm", "-"], &given);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(generation(&served, LOOKUP), before + 1);
}

/// Opens the prompt of restarting the adapter and goes to Run.
fn on_run(session: &mut Session) {
    session.types(":");
    session.shows("Commands");
    session.types("restart llm-adapter");
    session.shows("Restart llm-adapter");
    // The watch of the ledger sees that it is mended.
    session.hides("it can't be recorded");
    session.types("\r");
    session.shows("arrows choose");
    while !session.within(Duration::from_millis(300), |terminal| terminal.has("▸ Run")) {
        session.types("\x1b[C");
    }
}

/// Presses enter until the prompt asks no more.
fn accepts(session: &mut Session) {
    session.types("\r");
    while !session.within(Duration::from_millis(500), |terminal| {
        !terminal.has("arrows choose")
    }) {
        session.types("\r");
    }
}

#[test]
fn nothing_is_run_from_a_prompt_whose_ledger_breaks_while_it_is_open() {
    let gone: Case = (
        "removed",
        removed,
        |path| fs::rename(path.with_extension("aside"), path).expect("it is aside"),
        "removed or replaced",
    );
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let before = generation(&served, ADAPTER);
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(160, 48)
        .session();
    session.is_live();
    for (name, how, mend, why) in [CASES[0], CASES[1], gone] {
        on_run(&mut session);
        let broken = Broken::by(&home, how, mend);
        accepts(&mut session);
        session.shows("it can't be recorded, so it is not done");
        session.shows(why);
        session.shows("By hand, and then as a note");
        session.shows("kubectl --kubeconfig");
        assert_eq!(generation(&served, ADAPTER), before, "{name}");
        drop(broken);
        session.types("\x1b");
        session.hides("By hand, and then as a note");
    }
    // One that was away while it was open is not trusted again: the next start is, and the same prompt does it.
    session.types("q");
    session.left();
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(160, 48)
        .session();
    session.is_live();
    on_run(&mut session);
    accepts(&mut session);
    super::session::poll("the restart", || {
        (generation(&served, ADAPTER) > before).then_some(())
    });
    session.types("q");
    session.left();
}
