//! A kubeconfig that is rewritten under an open prompt, and leads to another cluster.

use std::{fs, path::Path};

use serde_json::Value;

use super::{headless::run, home::Home, served::Served, session::Start};

const ADAPTER: &str = "/apis/apps/v1/namespaces/prod/deployments/llm-adapter";

fn kubeconfig(served: &Served) -> &Path {
    Path::new(served.config())
}

#[test]
fn nothing_is_done_there_nor_here() {
    let (home, other) = (Home::new(), Home::new());
    let served = Served::start(&home, "quiet");
    let elsewhere = Served::seeded(&other, "quiet", 11);
    let generation = |served: &Served| served.read(ADAPTER)["metadata"]["generation"].clone();
    let before = (generation(&served), generation(&elsewhere));
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(160, 48)
        .session();
    session.is_live();
    session.types(":");
    session.shows("Commands");
    session.types("restart llm-adapter");
    session.shows("Restart llm-adapter");
    session.types("\r");
    session.shows("arrows choose");
    let file = kubeconfig(&served).with_file_name("kubeconfig");
    let draft = file.with_extension("draft");
    fs::copy(kubeconfig(&elsewhere).with_file_name("kubeconfig"), &draft).expect("a file");
    fs::rename(draft, &file).expect("a file");
    session.shows("OTHER CLUSTER");
    session.shows("not who or where it was planned as");
    session.hides("arrows choose");
    session.types("\x1b");
    session.hides("esc closes");
    // From here nothing is changed any more.
    session.shows("READ-ONLY");
    session.types("q");
    session.left();
    let told = run(&home, &served, &["runs", "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
    assert!(told["items"].as_array().is_none_or(Vec::is_empty), "{told}");
    assert_eq!((generation(&served), generation(&elsewhere)), before);
}
