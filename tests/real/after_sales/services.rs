//! A1, A3, A10, A12, A19: what is looked at, rollouts, and the maintenance of the database.

use std::{fs, path::Path, sync::atomic::Ordering};

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Secret};
use serde_json::{Value, json};

use super::stage::{Stage, space, verdict};
use crate::harness::{Bed, Person, Postgres};

async fn scale(person: &Person, replicas: &str) -> Option<i32> {
    let param = format!("replicas={replicas}");
    let told = person
        .call(&["run", "scale-backend", "--param", &param, "--plan"], "")
        .await;
    told.code
}

async fn patched(stage: &Stage<'_>, name: &str, patch: Value) {
    let patch = kube::api::Patch::Strategic(patch);
    let api = stage.space.api::<Deployment>();
    api.patch(name, &kube::api::PatchParams::default(), &patch)
        .await
        .unwrap();
}

// row: A10, A19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rollouts_are_followed_and_a_stuck_one_fails() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    stage.settle(
        &stage.duty,
        &[
            (
                "within = \"10m\", hold = \"10s\"",
                "within = \"20s\", hold = \"3s\"",
            ),
            ("again = \"5s\"", "again = \"1s\""),
        ],
    );
    for action in ["restart-backend", "restart-agent"] {
        let run = stage.does(&[action]).await;
        assert_eq!(verdict(&run), "verified", "{action}: {run}");
    }
    // The version before: that of another image.
    patched(&stage, "backend", json!({"spec": {"template": {"spec": {"containers": [{"name": "backend", "image": "backend:2"}]}}}})).await;
    let run = stage
        .does(&["rollback-backend", "--param", "revision=1"])
        .await;
    assert_eq!(verdict(&run), "verified", "{run}");
    assert_ne!(scale(&stage.duty, "4").await, Some(0));
    let run = stage
        .does(&["scale-backend", "--param", "replicas=5"])
        .await;
    assert_eq!(verdict(&run), "verified", "{run}");
    assert_eq!(stage.pods("backend").await.len(), 5);
    assert_eq!(
        scale(&stage.duty, "5").await,
        Some(4),
        "there are so many already"
    );
    // No node takes the new pods.
    patched(
        &stage,
        "agent",
        json!({"spec": {"template": {"spec": {"nodeSelector": {"nobody": "has"}}}}}),
    )
    .await;
    let run = stage.does(&["restart-agent"]).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    let why = run["steps"][1]["end"]["why"].as_str().unwrap();
    assert!(why.contains("it was not so within 20 s"), "{run}");
    stage.ended_well("rollouts").await;
}

// row: A1, A11, A19, G6, G9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_looked_at_is_as_it_is() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    for pod in ["backend", "agent", "postgres", "redis"] {
        for pod in stage.pods(pod).await {
            let name = pod.metadata.name.unwrap();
            let of = match &*name {
                "postgres-0" => vec![("BED_PGPORT", stage.primary.port)],
                "postgres-1" => vec![("BED_PGPORT", stage.standby.port)],
                "redis-0" => vec![("BED_REDIS_PORT", stage.redis.port)],
                _ => Vec::new(),
            };
            stage.reach(&name, &of).await;
        }
    }
    let full = stage.at("full").display().to_string();
    // Whoever looks first takes the mark away: one partition of one pod alone is full.
    let df = format!(
        "[ \"$*\" = -hP ] || exit 2\nn=79\nif rmdir {full} 2>/dev/null; then n=80; fi\n\
         echo 'Filesystem Size Used Avail Capacity Mounted on'\necho \"/dev/sda1 10G 8G 2G $n% /data\""
    );
    stage.plays("df", &df);
    for id in ["pods", "endpoints", "database", "redis", "disks"] {
        assert_eq!(stage.check(id).await, Some(0), "{id}");
    }
    others_count(&stage).await;
    locates(&stage).await;
    for action in [
        "api-health",
        "database-answers",
        "postgres-ready",
        "redis-ping",
    ] {
        let run = stage.does(&[action]).await;
        let ended = verdict(&run);
        assert!(["verified", "done"].contains(&ended), "{action}: {run}");
    }
    fs::create_dir(&full).unwrap();
    assert_eq!(stage.check("disks").await, Some(1));
    // Another status is red, and so is a shut door.
    stage.health.status.store(503, Ordering::SeqCst);
    assert_eq!(stage.check("endpoints").await, Some(1));
    let run = stage.does(&["api-health"]).await;
    assert_eq!(verdict(&run), "unverified", "{run}");
    let shut = format!("http://127.0.0.1:{}", crate::harness::free_port());
    let here = format!("http://127.0.0.1:{}", stage.health.port);
    stage.settle(&stage.duty, &[(&here, &shut)]);
    assert_eq!(stage.check("endpoints").await, Some(1));
    // Sources away: nothing is green.
    stage.settle(&stage.duty, &[]);
    stage.primary.kill();
    stage.redis.kill();
    assert_eq!(stage.check("database").await, Some(3));
    assert_eq!(stage.check("redis").await, Some(3));
    let run = stage.does(&["postgres-ready"]).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    stage.ended_well("looks").await;
}

/// A pod of none of the pack's workloads counts, and one that is done does not.
async fn others_count(stage: &Stage<'_>) {
    let space = stage.space;
    space.still_pod("report-1", json!({})).await;
    space
        .patch_status("report-1", json!({"phase": "Succeeded"}))
        .await;
    assert_eq!(stage.check("pods").await, Some(0));
    let containers = ["exporter", "sidecar"].map(|name| json!({"name": name, "image": "main:1"}));
    space
        .still_pod("exporter-0", json!({"containers": containers}))
        .await;
    for (ready, is_ready, code) in [(false, "False", 1), (true, "True", 0)] {
        let of = |name: &str, ready: bool| {
            json!({
                "name": name, "image": "main:1", "imageID": "", "ready": ready, "restartCount": 0,
                "state": {"running": {"startedAt": "2026-10-01T10:00:00Z"}},
            })
        };
        let status = json!({
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": is_ready}],
            "containerStatuses": [of("exporter", true), of("sidecar", ready)],
        });
        space.patch_status("exporter-0", status).await;
        assert_eq!(stage.check("pods").await, Some(code), "ready: {is_ready}");
    }
}

/// All pods of the namespace, and the lines of each of the backend's.
async fn locates(stage: &Stage<'_>) {
    let run = stage.does(&["locate"]).await;
    assert_eq!(verdict(&run), "done", "{run}");
    let output = |step: usize| run["steps"][step]["output"].to_string();
    for app in ["backend", "agent", "postgres", "redis"] {
        for pod in stage.pods(app).await {
            let name = pod.metadata.name.unwrap();
            assert!(output(0).contains(&name), "{name}: {run}");
            assert_eq!(output(1).contains(&name), app == "backend", "{name}: {run}");
        }
    }
}

// row: A3, G5, G9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_what_the_next_pod_gets_and_no_key_is_shown() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let of = async |person: &Person| {
        let told = person
            .call(&["check", "run", "settings", "--json"], "")
            .await;
        (told.code, told.out)
    };
    assert_eq!(of(&stage.duty).await.0, Some(0));
    // The pods are as old as before: what counts is what the next ones would be told.
    let key = async |text: &str| {
        let patch = kube::api::Patch::Merge(json!({"stringData": {"jwt": text}}));
        let secrets = space.api::<Secret>();
        secrets
            .patch("backend", &kube::api::PatchParams::default(), &patch)
            .await
            .unwrap();
    };
    let long = "k".repeat(32);
    for weak in ["s".repeat(31), format!("{long}-ChangeMe"), String::new()] {
        key(&weak).await;
        let (code, said) = of(&stage.duty).await;
        assert_eq!(code, Some(1), "{weak}: {said}");
        if !weak.is_empty() {
            assert!(!said.contains(&weak), "{said}");
            assert!(!stage.duty.exported().await.contains(&weak));
        }
    }
    key(&long).await;
    assert_eq!(of(&stage.duty).await.0, Some(0));
    // Whoever may not read the Secret knows nothing.
    let viewer = Person::in_space(&space, "viewer", None, "view");
    stage.settle(&viewer, &[]);
    let (code, said) = of(&viewer).await;
    assert_eq!(code, Some(3), "{said}");
    // Set nowhere, or to something else.
    let env = |env: Value| json!({"spec": {"template": {"spec": {"containers": [{"name": "backend", "env": [env]}]}}}});
    for mut mode in [json!({"value": "both"}), json!({"$patch": "delete"})] {
        mode["name"] = json!("OUTBOX_PUBLISH_MODE");
        patched(&stage, "backend", env(mode)).await;
        assert_eq!(of(&stage.duty).await.0, Some(1));
    }
}

// row: A12, A15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_looked_at_and_maintained() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    for (action, wanted) in [
        ("db-connections", "done"),
        ("slow-queries", "done"),
        ("vacuum-analyze", "verified"),
        ("reindex-concurrently", "verified"),
    ] {
        let run = stage.does(&[action]).await;
        assert_eq!(verdict(&run), wanted, "{action}: {run}");
        if action == "slow-queries" {
            let told = run["steps"][0]["output"].to_string();
            assert!(told.contains("conversations"), "{run}");
        }
    }
    // It asks for the database and the number of its indexes: one.
    let mut session = stage.duty.session(&["run", "reindex"]);
    Stage::types(
        &mut session,
        &[("Type after_sales to go on: ", "after_sales")],
    );
    session.presses("\r");
    session.shows("conversations_pkey");
    session.until("the number", |terminal| {
        terminal.row_with("and the number of 1 ").is_some()
    });
    let row = session.terminal().row_with("and the number of 1 ").unwrap();
    let before = &row[row.find("and the number").unwrap()..];
    let before = format!("{}: ", before.split_once(':').unwrap().0);
    session.types_behind(&before, "1");
    session.presses("\r");
    assert_eq!(session.left(), 0, "{}", session.terminal().text());
    let runs = stage.duty.runs().await;
    assert_eq!(verdict(&runs[0]), "verified", "{:?}", runs[0]);
    stage.ended_well("maintenance").await;
}

/// The statements of a pack that speak of something.
fn statements(pack: &str, of: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("packs/{pack}/actions.toml"));
    let text = fs::read_to_string(path).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let actions = file["action"].as_table().unwrap().values();
    let steps = actions
        .filter_map(|action| action["run"].as_array())
        .flatten();
    let texts = steps.filter_map(|step| step.get("sql")?.as_str());
    texts
        .filter(|text| text.contains(of))
        .map(str::to_owned)
        .collect()
}

// row: G7
#[tokio::test]
async fn the_slow_queries_of_each_pack_give_rows_on_a_current_server() {
    let bed = Bed::shared();
    let server = Postgres::with_database(&bed, "app");
    server.psql(
        "app",
        "CREATE EXTENSION pg_stat_statements; CREATE TABLE slow (id int)",
    );
    server.psql("app", "SELECT count(*) FROM slow");
    for (pack, count) in [("after-sales", 1), ("lawsker", 1), ("module", 2)] {
        let all = statements(pack, "pg_stat_statements");
        assert_eq!(all.len(), count, "{pack}: {all:?}");
        for text in all {
            let rows = server.psql("app", &text);
            assert!(rows.contains("slow"), "{pack}: {text}: {rows}");
        }
    }
}
