//! Switching desks: nothing of the old one is left, whether the new one can be reached or not.

use std::fs;

use super::{home::Home, served::Served, session::Start};

/// A second kubeconfig, merged with that of the served cluster: another namespace of it, and a cluster that does not answer.
const MORE: &str = "\
apiVersion: v1
kind: Config
clusters:
- name: nowhere
  cluster: {server: 'https://127.0.0.1:1'}
users:
- name: nobody
  user: {token: x}
contexts:
- name: away
  context: {cluster: nowhere, user: nobody, namespace: lost}
";

#[test]
fn nothing_of_the_old_desk_is_left() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let more = home.path().join("more");
    fs::write(&more, MORE).expect("a file");
    let own = home.path().join("serve/kubeconfig");
    let listed = format!("{}:{}", own.display(), more.display());
    let home = home.with("KUBECONFIG", &listed);
    // No mark of a demo: for this process the cluster is as real as any.
    let mut session = Start::of(&home, &[]).session();
    session.shows("prod/prod");
    session.shows("export-worker");
    session.types("4w/export-worker\r");
    session.shows("export-worker-");
    session.types("\r");
    session.shows("owned by");
    session.types("D");
    session.shows("away/lost");
    session.types("jj\r");
    session.shows("generic · away/lost");
    session.shows("can't be reached");
    {
        let terminal = session.terminal();
        for old in ["export-worker", "owned by", "prod"] {
            assert!(!terminal.has(old), "{old} is left: {}", terminal.text());
        }
    }
    // One key back: the rows come anew, and what was open and filtered stays gone.
    session.types("\x0f");
    session.shows("prod/prod");
    session.shows("lookup-api");
    session.hides("owned by");
    session.types("q");
    assert_eq!(session.left(), "0");
    session.is_given_back();
    drop(served);
}

#[test]
fn a_desk_of_the_configuration_is_opened_by_its_name() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let own = home.path().join("serve/kubeconfig");
    home.write_config(&format!(
        "context = \"no-such\"\n[desks.main]\nkubeconfig = \"{}\"\ncontext = \"prod\"\nall_namespaces = true\n",
        own.display()
    ));
    let mut session = Start::of(&home, &["--desk", "main"]).session();
    session.shows("generic · prod/all");
    session.shows("lookup-api");
    session.types("q");
    assert_eq!(session.left(), "0");
    let refused = home.command(&["--desk", "mian"]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("mian") && said.contains("`main`"), "{said}");
    let packs = home.command(&["--desk", "main", "--pack", "nope"]).output();
    let packs = packs.expect("it runs");
    let said = String::from_utf8_lossy(&packs.stderr).into_owned();
    assert!(
        said.contains("there are: ") && said.contains("glancy"),
        "{said}"
    );
    drop(served);
}
