//! A pack that is rewritten while the cockpit is open.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::{
    headless::run,
    home::Home,
    served::Served,
    session::{Session, Start, poll},
};

const ADAPTER: &str = "/apis/apps/v1/namespaces/prod/deployments/llm-adapter";

/// A pack of the person's own, as the embedded one but for what an action waits for.
fn own_pack(home: &Home) -> PathBuf {
    let folder = home.path().join("config/quarterdeck/packs/glancy");
    fs::create_dir_all(&folder).expect("a folder");
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/glancy");
    for file in fs::read_dir(embedded).expect("it is there") {
        let file = file.expect("a file");
        // What its templates say makes no difference here.
        if file.path().is_dir() {
            continue;
        }
        let text = fs::read_to_string(file.path()).expect("it is text");
        let text = text.replace(
            "helped = { is = \"gauge('doubao-5xx').value < 0.05\", for = \"5m\" }\n",
            "",
        );
        fs::write(folder.join(file.file_name()), text).expect("a file");
    }
    folder
}

fn rewrite(folder: &Path, more: &str) {
    let path = folder.join("actions.toml");
    let text = fs::read_to_string(&path).expect("it is there");
    let draft = path.with_extension("draft");
    fs::write(&draft, text + more).expect("a file");
    fs::rename(draft, path).expect("a file");
}

fn proposes(session: &mut Session) {
    session.types(":");
    session.shows("Commands");
    session.types("restart llm-adapter");
    session.shows("Restart llm-adapter");
    session.types("\r");
    session.shows("arrows choose");
}

fn runs(home: &Home, served: &Served) -> Vec<Value> {
    let told = run(home, served, &["runs", "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
    told["items"].as_array().cloned().unwrap_or_default()
}

#[test]
fn it_voids_the_prompt_that_is_open_and_the_next_one_runs() {
    let home = Home::new();
    let folder = own_pack(&home);
    let served = Served::start(&home, "quiet");
    let before = served.read(ADAPTER)["metadata"]["generation"].clone();
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(160, 48)
        .session();
    session.is_live();
    proposes(&mut session);
    rewrite(&folder, "# another\n");
    session.shows("the pack changed");
    session.hides("arrows choose");
    assert_eq!(served.read(ADAPTER)["metadata"]["generation"], before);
    assert_eq!(runs(&home, &served), Vec::<Value>::new());
    session.types("\x1b");
    session.hides("the pack changed");
    proposes(&mut session);
    while !session.within(Duration::from_millis(300), |terminal| terminal.has("▸ Run")) {
        session.types("\x1b[C");
    }
    session.types("\r");
    while !session.within(Duration::from_millis(500), |terminal| {
        !terminal.has("arrows choose")
    }) {
        session.types("\r");
    }
    let run = poll("the run's end", || {
        let runs = runs(&home, &served);
        let [run] = runs.as_slice() else {
            return None;
        };
        (run["state"]["state"] == "ended").then(|| run.clone())
    });
    assert_eq!(run["state"]["verdict"], "verified", "{run}");
    assert_ne!(served.read(ADAPTER)["metadata"]["generation"], before);
    session.types("q");
    session.left();
}
