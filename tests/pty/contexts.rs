//! Two clusters in one kubeconfig: which of them is current makes no difference to a pack that says its own.

use std::fs;

use serde_json::Value;

use super::{home::Home, served::Served};

const LOOKUP: &str = "/apis/apps/v1/namespaces/prod/deployments/lookup-api";

/// What a kubeconfig has under a key, which ends where the next one begins.
fn listed<'t>(kubeconfig: &'t str, key: &str) -> &'t str {
    let (_, rest) = kubeconfig
        .split_once(&format!("\n{key}:\n"))
        .expect("it has it");
    let end = rest
        .match_indices('\n')
        .find(|(at, _)| !rest[at + 1..].starts_with(['-', ' ']));
    end.map_or(rest, |(at, _)| &rest[..=at])
}

/// Both clusters in one kubeconfig, the second under another name and with the same namespace.
fn both(ours: &Served, other: &Served, current: Option<&str>) -> String {
    let (ours, other) = (ours.sim.kubeconfig(), other.sim.kubeconfig());
    let renamed = other
        .replace("name: prod\n", "name: staging\n")
        .replace("cluster: prod\n", "cluster: staging\n")
        .replace("name: demo\n", "name: them\n")
        .replace("user: demo\n", "user: them\n");
    let current = current.map_or_else(String::new, |it| format!("current-context: {it}\n"));
    let lists = ["clusters", "contexts", "users"].map(|key| {
        let (mine, theirs) = (listed(&ours, key), listed(&renamed, key));
        format!("{key}:\n{mine}{theirs}")
    });
    format!("apiVersion: v1\nkind: Config\n{current}{}", lists.concat())
}

/// The names of the pods that are seen, but of the workload that is restarted here and of the backup, which comes with its hour.
fn pods(home: &Home) -> Vec<String> {
    let told = home.call(&["pods", "--json"], "");
    let page: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{told:?}"));
    let items = page["items"].as_array().expect("a list").iter();
    let names = items.map(|pod| pod["name"].to_string());
    let moves = |name: &String| {
        ["lookup-api", "pg-basebackup"]
            .iter()
            .any(|it| name.contains(it))
    };
    let mut names: Vec<String> = names.filter(|name| !moves(name)).collect();
    names.sort();
    assert!(!names.is_empty(), "{page}");
    names
}

fn generation(served: &Served) -> i64 {
    served.read(LOOKUP)["metadata"]["generation"]
        .as_i64()
        .expect("it has one")
}

// row: G4
#[test]
fn changing_the_current_context_changes_nothing() {
    let (home, elsewhere) = (Home::new(), Home::new());
    // A restart is waited for: its cluster lives faster.
    let ours = Served::faster(&home, "quiet", 20.0);
    let other = Served::seeded(&elsewhere, "bad-release", 77);
    let kubeconfig = home.path().join("two.yaml");
    let path = kubeconfig.to_str().expect("a path of a test is text");
    home.write_config(&format!("pack = \"glancy\"\nkubeconfig = \"{path}\"\n"));
    let current = |name: Option<&str>| {
        fs::write(&kubeconfig, both(&ours, &other, name)).expect("a file");
    };
    current(Some("prod"));
    let seen = pods(&home);
    // The other cluster is one that can be told from ours, and is reached where it is named.
    let theirs = home.call(&["pods", "--json", "--context", "staging"], "");
    let theirs: Value = serde_json::from_slice(&theirs.stdout).expect("it is JSON");
    let theirs: Vec<String> = theirs["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|pod| pod["name"].to_string())
        .collect();
    assert!(
        !theirs.is_empty() && theirs.iter().any(|name| !seen.contains(name)),
        "{theirs:?}"
    );

    let before = (generation(&ours), generation(&other));
    for (place, name) in [Some("staging"), None, Some("no-such-context")]
        .into_iter()
        .enumerate()
    {
        current(name);
        assert_eq!(pods(&home), seen, "{name:?}");
        let restart = [
            "run",
            "generic/restart",
            "--target",
            "deployment/lookup-api",
        ];
        let planned = home.call(&[&restart[..], &["--plan", "--json"]].concat(), "");
        let plan: Value =
            serde_json::from_slice(&planned.stdout).unwrap_or_else(|_| panic!("{planned:?}"));
        let challenge = plan["challenge"]
            .as_str()
            .unwrap_or_else(|| panic!("{plan}"));
        let done = home.call(&[&restart[..], &["--confirm", "-"]].concat(), challenge);
        assert_eq!(done.status.code(), Some(0), "{name:?}: {done:?}");
        let done = i64::try_from(place).expect("three of them") + 1;
        assert_eq!(
            generation(&ours),
            before.0 + done,
            "{name:?}: ours was restarted"
        );
        assert_eq!(
            generation(&other),
            before.1,
            "{name:?}: theirs was left alone"
        );
    }
}
