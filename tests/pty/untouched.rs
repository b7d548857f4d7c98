//! A demo touches nothing: no program is run, no server but its own is asked.

use std::{fs, io::ErrorKind, net::TcpListener, os::unix::fs::PermissionsExt};

use super::{home::Home, session::Start};

/// Programs that somebody on call has.
const PROGRAMS: [&str; 14] = [
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

#[test]
fn a_demo_runs_no_program_and_asks_no_other_server() {
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
    let mut session = Start::of(&home, &["demo"]).session();
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

    assert!(!tripped.exists(), "{:?}", fs::read_to_string(&tripped));
    listener.set_nonblocking(true).expect("it can be asked");
    let called = listener.accept().map(|(_, from)| from);
    assert_eq!(
        called.map_err(|error| error.kind()),
        Err(ErrorKind::WouldBlock)
    );
}
