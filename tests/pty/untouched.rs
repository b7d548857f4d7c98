//! A demo touches nothing: no program is run, no server but its own is asked.

use std::{fs, io::ErrorKind, net::TcpListener, os::unix::fs::PermissionsExt, path::PathBuf};

use super::{
    home::Home,
    session::{Session, Start},
};

/// Programs that somebody on call has.
const PROGRAMS: [&str; 24] = [
    "configctl",
    "docker",
    "docker-compose",
    "journalctl",
    "releasectl",
    "rollback_stage.sh",
    "ssh-keygen",
    "sudo",
    "systemctl",
    "tail",
    "kubectl",
    "psql",
    "sh",
    "bash",
    "ssh",
    "redis-cli",
    "curl",
    "amtool",
    "helm",
    "aws",
    "git",
    "open",
    "xdg-open",
    "tripwire",
];

/// A home with tripwires: the programs somebody has, and a server that everything names.
struct Wired {
    home: Home,
    tripped: PathBuf,
    listener: TcpListener,
}

fn wired() -> Wired {
    let home = Home::new();
    let wires = home.path().join("wires");
    let tripped = home.path().join("tripped");
    fs::create_dir(&wires).expect("a folder");
    for name in PROGRAMS {
        let path = wires.join(name);
        let script = format!("#!/bin/sh\necho {name} >>'{}'\n", tripped.display());
        fs::write(&path, script).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it may run");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let kubeconfig = home.path().join("kubeconfig");
    fs::write(
        &kubeconfig,
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: far\n\
             clusters: [{{name: far, cluster: {{server: '{url}'}}}}]\n\
             contexts: [{{name: far, context: {{cluster: far, user: me, namespace: far}}}}]\n\
             users: [{{name: me, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, \
             command: tripwire, interactiveMode: Never}}}}}}]\n"
        ),
    )
    .expect("a file");
    home.write_config(&format!(
        "context = \"far\"\nkubeconfig = \"{}\"\n\
         [prometheus]\nurl = \"{url}\"\nusername = \"me\"\npassword_file = \"password\"\n\
         [alertmanager]\nurls = [\"{url}\"]\n",
        kubeconfig.display()
    ));
    let mut home = home
        .with("KUBECONFIG", kubeconfig.to_str().expect("it is text"))
        .with("PATH", &format!("{}:/usr/bin:/bin", wires.display()))
        .with("QUARTERDECK_PROMETHEUS__URL", &url);
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        home = home.with(name, &url);
    }
    for name in ["PAGER", "EDITOR", "VISUAL", "BROWSER"] {
        home = home.with(name, wires.join("tripwire").to_str().expect("it is text"));
    }
    Wired {
        home,
        tripped,
        listener,
    }
}

impl Wired {
    #[track_caller]
    fn is_untouched(&self) {
        let tripped = &self.tripped;
        assert!(!tripped.exists(), "{:?}", fs::read_to_string(tripped));
        self.listener
            .set_nonblocking(true)
            .expect("it can be asked");
        let called = self.listener.accept().map(|(_, from)| from);
        assert_eq!(
            called.map_err(|error| error.kind()),
            Err(ErrorKind::WouldBlock)
        );
    }
}

#[test]
fn a_demo_runs_no_program_and_asks_no_other_server() {
    let wired = wired();
    let mut session = Start::of(&wired.home, &["demo"]).session();
    session.is_live();
    assert!(session.terminal().has("DEMO"));
    session.types("1\r");
    session.shows("runbook");
    session.types("y");
    session.shows("copied");
    session.types("\x1b");
    session.hides("runbook");
    session.types("4\r");
    session.shows("Events");
    session.types("\x1b");
    session.hides("Events");
    session.types("q");
    assert_eq!(session.left(), "0");
    wired.is_untouched();
}

/// How many pages processes that it started and waited for have touched: none, where it never started one.
fn pages_of_children(session: &Session) -> u64 {
    let path = format!("/proc/{}/stat", session.pid().as_raw_nonzero());
    let stat = fs::read_to_string(path).expect("the process is there");
    let (_, after) = stat.rsplit_once(')').expect("a name in brackets");
    let fields: Vec<&str> = after.split_whitespace().collect();
    // The fields behind the name begin with the third: `cminflt` is the eleventh of all.
    fields[8].parse().expect("a number")
}

/// Programs of actions are named by their whole path, so that wires on PATH alone would prove little: the process must not have
/// had a child at all.
#[test]
fn what_actions_of_a_demo_run_is_the_scenario_alone() {
    let wired = wired();
    let words = ["demo", "--scenario", "bad-release"];
    let mut session = Start::of(&wired.home, &words).session();
    session.is_live();
    // Commands, units, databases, queues: what only reads needs no answer.
    for (written, row, says) in [
        (
            "status of glancy",
            "Status of glancy-backend",
            "Active: active",
        ),
        ("stage of the release", "Stage of the release", "REL-B4"),
        (
            "list the switches",
            "List the switches",
            "glancy.cache.mode",
        ),
        ("list stuck", "List stuck exports", "failed|3"),
    ] {
        session.types(":");
        session.shows("┌ Commands");
        session.types(written);
        session.offers(row);
        session.types("\r");
        session.shows(says);
        session.shows("verdict: done");
        session.types("\x1b");
        session.hides("verdict:");
    }
    session.types(":");
    session.shows("┌ Commands");
    session.types("roll the release");
    session.offers("Roll the release back");
    session.types("\r");
    session.shows("REL-B0");
    session.types("REL-B4\r");
    session.types_the_name("release");
    session.shows("kill switch set, DR-05 triggered");
    session.shows("verifying");
    assert_eq!(pages_of_children(&session), 0, "a process was started");
    session.types("q");
    assert_eq!(session.left(), "0");
    wired.is_untouched();
}
