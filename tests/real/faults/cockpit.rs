//! The whole program on a terminal, reading servers that fail.

use std::time::Duration;

use kube::api::DeleteParams;
use serde_json::json;

use crate::{
    harness::{Bed, Exporter, Space, User},
    pty::{
        home::Home,
        session::{Session, Start},
        terminal::Terminal,
    },
};

/// Asks often and waits shortly, so that a test needn't.
const HASTE: &str = "[poll]\ninstant = \"1s\"\nalerts = \"1s\"\n\
    [prometheus]\ntimeout = \"1s\"\n[alertmanager]\ntimeout = \"1s\"\n\
    [kubernetes]\nconnect_timeout = \"1s\"\nrequest_timeout = \"1s\"\n";

/// What a person may wait for a key at most, on a machine under load.
const AT_ONCE: Duration = Duration::from_secs(2);

const PACK: [(&str, &str); 3] = [
    (
        "pack.toml",
        "[pack]\nid = \"bed\"\ntitle = \"Bed\"\ntime_zone = \"UTC\"\n",
    ),
    (
        "probes.toml",
        "[probe.value]\npromql = 'max(bed_value)'\nsource = 'up{job=\"value\"}'\n",
    ),
    (
        "watch.toml",
        "[gauge.value]\ntitle = \"bedvalue\"\nprobe = \"value\"\ngood = \">= 1\"\n\n\
         [light.release]\ntitle = \"release\"\nred = [\"gauge('value').value < 1.0\"]\n",
    ),
];

/// Keys answer: help opens and closes within the bound, whatever the servers do.
#[track_caller]
fn keys_answer(session: &mut Session) {
    for _ in 0..2 {
        session.types("?");
        let opened = session.within(AT_ONCE, |terminal| terminal.has("Keys"));
        assert!(opened, "no help:\n{}", session.terminal().text());
        session.types("\x1b");
        let closed = session.within(AT_ONCE, |terminal| !terminal.has("Keys"));
        assert!(closed, "help stays:\n{}", session.terminal().text());
    }
}

fn has_pods(terminal: &Terminal, pods: &[&str]) -> bool {
    pods.iter().all(|pod| terminal.has(pod))
}

/// Nothing but what is live is drawn as live.
fn is_live(terminal: &Terminal) -> bool {
    terminal.row_with("LIVE").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_cockpit_outlives_its_servers() {
    let bed = Bed::alone("cockpit", &["api", "prometheus-old", "alertmanager-old"]);
    let space = Space::new(&bed, "cockpit").await;
    for name in ["first-pod", "second-pod"] {
        space.still_pod(name, json!({})).await;
    }
    let _exporter = Exporter::new(&bed, "value", "bed_value 5\n").await;
    let home = Home::new();
    home.write_config(HASTE);
    let pack = home.path().join("config/quarterdeck/packs/bed");
    std::fs::create_dir_all(&pack).unwrap();
    for (name, text) in PACK {
        std::fs::write(pack.join(name), text).unwrap();
    }
    let kubeconfig = bed.kubeconfig(User::Viewer);
    let arguments = [
        "--kubeconfig",
        kubeconfig.to_str().unwrap(),
        "-n",
        &space.name,
        "--pack",
        "bed",
        "--prometheus",
        bed.place("PROMETHEUS_OLD_URL"),
        "--alertmanager",
        bed.place("ALERTMANAGER_OLD_URL"),
    ];
    let mut session = Start::of(&home, &arguments).sized(200, 60).session();
    session.until("both pods, all live", |terminal| {
        is_live(terminal) && has_pods(terminal, &["first-pod", "second-pod"])
    });

    // Killed.
    bed.part("kill", &["apiserver"]);
    session.until("that pods are stale", |terminal| !is_live(terminal));
    assert!(has_pods(&session.terminal(), &["first-pod", "second-pod"]));
    keys_answer(&mut session);
    bed.part("start", &["apiserver"]);
    let now = DeleteParams::default().grace_period(0);
    let pods = space.api::<k8s_openapi::api::core::v1::Pod>();
    pods.delete("second-pod", &now).await.unwrap();
    space.still_pod("third-pod", json!({})).await;
    session.until("the truth, live", |terminal| {
        is_live(terminal)
            && has_pods(terminal, &["first-pod", "third-pod"])
            && !terminal.has("second-pod")
    });

    // Frozen, with Prometheus: nothing that is not read is called good.
    bed.part("freeze", &["apiserver", "prometheus-old"]);
    keys_answer(&mut session);
    session.until("that nobody answers", |terminal| {
        !is_live(terminal)
            && terminal.has("pods: no answer in time")
            && terminal.has("Prometheus: no answer in time")
    });
    assert!(has_pods(&session.terminal(), &["first-pod", "third-pod"]));
    keys_answer(&mut session);
    bed.part("thaw", &["apiserver", "prometheus-old"]);
    pods.delete("first-pod", &now).await.unwrap();
    session.until("the truth, live", |terminal| {
        is_live(terminal) && has_pods(terminal, &["third-pod"]) && !terminal.has("first-pod")
    });
    session.types("q");
    assert_eq!(session.left(), "0");
}
