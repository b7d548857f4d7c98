//! A20: the primary is failed over only where it is down beyond doubt, and nothing is promoted before the fence holds.

use std::{fs, process::Command, sync::atomic::Ordering};

use k8s_openapi::api::{apps::v1::Deployment, core::v1::ResourceQuota};
use serde_json::{Value, json};

use super::stage::{Stage, is_ready, space, verdict};
use crate::harness::{Bed, Person, Session, User, until};
use quarterdeck::domain::action::approval;

const FAILOVER: [&str; 2] = ["run", "db-failover"];

/// The two who must agree have keys, and the policy of both hosts lists them.
fn signers(stage: &Stage<'_>) {
    let persons = [&stage.duty, &stage.dba];
    let list = persons.map(|person| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let mut command = Command::new("/usr/bin/ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]);
        assert!(command.arg(&file).status().unwrap().success());
        let own = "home/.ssh/id_ed25519";
        person.write(own, &fs::read_to_string(&file).unwrap());
        let public = fs::read_to_string(file.with_extension("pub")).unwrap();
        person.write(&format!("{own}.pub"), &public);
        format!("{} namespaces=\"quarterdeck\" {public}", person.name)
    });
    for person in persons {
        let file = person.etc("allowed_signers", &list.concat());
        person.policy(&format!(
            "unattended = \"T2\"\nallowed_signers = \"{file}\"\n"
        ));
    }
}

/// The same two, with waits of the pack that are cut.
fn both_wait(stage: &Stage, shorter: &[(&str, &str)]) {
    signers(stage);
    for person in [&stage.duty, &stage.dba] {
        stage.settle(person, shorter);
    }
}

/// What the second signs for a plan, as a prompt says it is done.
async fn signed(person: &Person, plan: &str) -> String {
    let [plan, _, head, message, sign] = approval::by_hand(&plan.into());
    let told = person.shell(&[plan, head, message, sign].join("\n")).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    told.out
}

/// Both agree, and the first goes on: the name of the target, and the number of what it stops.
async fn both_agree(stage: &Stage<'_>) -> Session {
    let mut session = stage.duty.session(&FAILOVER);
    session.shows("1 of 2 agree");
    let row = session.terminal().row_with("p=").unwrap();
    let (_, plan) = row.split_once("p=").unwrap();
    let plan: String = plan.chars().take_while(char::is_ascii_hexdigit).collect();
    session.pastes(&signed(&stage.dba, &plan).await);
    session.shows("2 of 2 agree");
    session.types_behind("Type postgres to go on: ", "postgres");
    session.presses("\r");
    session.until("the number", |terminal| {
        terminal.row_with("and the number of ").is_some()
    });
    let row = session.terminal().row_with("and the number of ").unwrap();
    let before = &row[row.find("and the number of ").unwrap()..];
    let number: String = before["and the number of ".len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let before = format!("{}: ", before.split_once(':').unwrap().0);
    session.types_behind(&before, &number);
    session.presses("\r");
    session
}

/// Says what is asked of a person, until the run is over.
async fn over(stage: &Stage<'_>) -> Value {
    stage
        .duty
        .run_when("the failover to be over", |run| {
            run["state"]["state"] == "ended"
        })
        .await
}

/// The reason is the same whatever it is refused by: what was read is its end, and tells which part of the guard it was alone.
async fn is_refused(stage: &Stage<'_>, param: &[&str], read: &str) {
    let call = [&FAILOVER[..], param, &["--plan"]].concat();
    let told = stage.duty.call(&call, "").await;
    let said = Stage::refused(&told);
    assert!(said.trim_end().ends_with(read), "{read}: {said}");
    is_standby(stage);
}

#[track_caller]
fn is_standby(stage: &Stage<'_>) {
    let recovering = stage.standby.psql("postgres", "SELECT pg_is_in_recovery()");
    assert_eq!(recovering, "t");
}

/// It would be done, were there two who agree.
fn is_offered(stage: &Stage<'_>) {
    let mut session = stage.duty.session(&FAILOVER);
    session.shows("1 of 2 agree");
    assert_ne!(session.declines(), 0);
    is_standby(stage);
}

// row: A20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_may_live_is_not_failed_over() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    signers(&stage);
    // It answers.
    let read = "the container; pod/postgres-0 there; or pod/postgres-0 ready 1, wants = 0; or isready.up before is on";
    is_refused(&stage, &[], read).await;
    // It can't be asked: pg_isready's own rc 3, a program that is not there, a way that is lost.
    stage.primary.kill();
    for script in ["echo 'no attempt' >&2; exit 3", "exit 127", "kill -9 $$"] {
        stage.plays("pg_isready", script);
        is_refused(&stage, &[], "the container; not known: isready.up before").await;
    }
    fs::remove_file(stage.at("programs/pg_isready")).unwrap();
    // A name that doesn't resolve, and a container the backup does not have.
    let host = ["--param", "host=postgres-1.elsewhere"];
    is_refused(&stage, &host, "pod/postgres-1 can't be read: exit 2").await;
    let container = ["--param", "container=backup"];
    let read = "the container; container of the backup backup, wants = backup.first before postgres-backup; or container of the backup backup, wants = backup.second before \"\"; or container of the backup backup, wants = backup.third before \"\"";
    is_refused(&stage, &container, read).await;
    // The other is no standby.
    stage.primary.start();
    stage
        .reach("postgres-1", &[("BED_PGPORT", stage.primary.port)])
        .await;
    not_ready(&stage).await;
    let read = "the container; standby.role before primary, wants = standby";
    is_refused(&stage, &[], read).await;
    assert!(!is_ready(&stage.pod("postgres-0").await.unwrap()));
    stage
        .reach("postgres-1", &[("BED_PGPORT", stage.standby.port)])
        .await;
    // The API server does not answer.
    let kubeconfig = fs::read_to_string(stage.duty.at("kubeconfig")).unwrap();
    let nowhere = format!("https://127.0.0.1:{}", crate::harness::free_port());
    stage.duty.write(
        "kubeconfig",
        &kubeconfig.replace(bed.place("KUBERNETES_URL"), &nowhere),
    );
    let told = stage.duty.call(&["run", "db-failover", "--plan"], "").await;
    assert_eq!(told.code, Some(5), "{told:?}");
    assert!(told.err.contains("No answer in time"), "{told:?}");
    assert!(stage.duty.runs().await.is_empty());
    is_standby(&stage);
}

// row: A20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_is_not_ready_or_gone_is_down_though_nobody_can_ask_it() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    signers(&stage);
    stage.plays("pg_isready", "exit 3");
    not_ready(&stage).await;
    is_offered(&stage);
    assert!(!is_ready(&stage.pod("postgres-0").await.unwrap()));
    // No pod is made any more, so that one that is deleted stays away.
    let _: ResourceQuota = space
        .create(json!({"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}))
        .await;
    until("the quota to count", async || {
        let quota = space.api::<ResourceQuota>().get("none").await.unwrap();
        let hard = quota.status.and_then(|status| status.hard);
        hard.map(|_| ()).ok_or("nobody counts")
    })
    .await;
    let away = ["-n", &*space.name, "delete", "pod", "postgres-0"];
    bed.kubectl(User::Admin, &away);
    is_offered(&stage);
    assert!(stage.pod("postgres-0").await.is_none());
    assert!(stage.duty.runs().await.is_empty());
}

/// The API server says that postgres-0 is not ready, as where its node is gone.
async fn not_ready(stage: &Stage<'_>) {
    stage
        .space
        .patch_status(
            "postgres-0",
            json!({"conditions": [{"type": "Ready", "status": "False"}]}),
        )
        .await;
}

// row: A20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_persons_fail_a_dead_primary_over() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    signers(&stage);
    stage.primary.kill();
    // The pods before the rollouts answer so.
    stage.health.status.store(503, Ordering::SeqCst);
    let mut session = both_agree(&stage).await;
    let (run, ()) = tokio::join!(over(&stage), rolled_out(&stage));
    assert_eq!(verdict(&run), "verified", "{run}");
    assert!(stage.pod("postgres-0").await.is_none(), "it is fenced");
    assert_eq!(
        stage.standby.psql("postgres", "SELECT pg_is_in_recovery()"),
        "f"
    );
    stage.standby.psql(
        "after_sales",
        "INSERT INTO conversations VALUES (1000, 'after')",
    );
    assert_eq!(session.left(), 0, "{}", session.terminal().text());
    for (who, host) in stage.hosts().await {
        assert_eq!(host, "postgres-1.postgres", "{who}");
    }
    // The pack's own commands have followed.
    assert_eq!(stage.check("database").await, Some(0));
    let run_now = stage.does(&["db-connections"]).await;
    assert_eq!(verdict(&run_now), "done", "{run_now}");
    stage.plays(
        "pg_dump",
        &format!("exec {} \"$@\"", stage.standby.line("pg_dump")),
    );
    let dumped = stage.does(&["manual-backup"]).await;
    assert_eq!(verdict(&dumped), "verified", "{dumped}");
    stage.ended_well("failover").await;
    // The fence was there before anything was promoted.
    let at = |step: usize, what: &str| run["steps"][step][what].as_str().unwrap().to_owned();
    assert!(at(1, "ended_at") <= at(2, "started_at"), "{run}");
}

/// `/health` answers well again once all pods of both have the new primary.
async fn rolled_out(stage: &Stage<'_>) {
    until("both are rolled out", async || {
        let hosts = stage.hosts().await;
        for name in ["backend", "agent"] {
            let it = stage.space.api::<Deployment>().get(name).await.unwrap();
            let status = it.status.unwrap_or_default();
            let wanted = it.spec.replicas;
            let all = [
                status.replicas,
                status.updated_replicas,
                status.ready_replicas,
            ];
            let seen = status.observed_generation == it.metadata.generation;
            if !seen || all != [wanted; 3] || hosts[name] != "postgres-1.postgres" {
                return Err(name);
            }
        }
        Ok(())
    })
    .await;
    stage.health.status.store(200, Ordering::SeqCst);
}

// row: A20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_still_has_the_old_primary_is_listed() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    both_wait(
        &stage,
        &[
            (
                "within = \"10m\", hold = \"10s\"",
                "within = \"30s\", hold = \"3s\"",
            ),
            ("again = \"5s\"", "again = \"1s\""),
        ],
    );
    // With its port, and by nobody the runbook knows of.
    let host = json!([{"name": "DATABASE_HOST", "value": "postgres-0:5432"}]);
    let template = json!({"metadata": {"labels": {"app": "reports"}}, "spec": {"containers": [{"name": "reports", "image": "reports:1", "env": host}]}});
    let _: Deployment = space
        .create(json!({"metadata": {"name": "reports"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "reports"}}, "template": template}}))
        .await;
    stage.primary.kill();
    let mut session = both_agree(&stage).await;
    let run = over(&stage).await;
    assert_eq!(verdict(&run), "unverified", "{run}");
    let steps = run["steps"].as_array().unwrap();
    let listed = steps.last().unwrap()["output"].to_string();
    assert!(listed.contains("deployment/reports"), "{run}");
    assert!(!listed.contains("deployment/backend"), "{run}");
    // It is that alone which keeps it from being verified.
    let last = run["state"]["why"]["last"].as_array().unwrap();
    assert_eq!(last.len(), 1, "{run}");
    assert!(last[0].to_string().contains("left.count"), "{run}");
    assert_ne!(session.left(), 0);
}

// row: A20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_promoted_before_the_fence_holds() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let shorter = (
        "within = \"3m\", hold = \"5s\"",
        "within = \"15s\", hold = \"5s\"",
    );
    both_wait(&stage, &[shorter]);
    // Nobody ends it: as where its node is gone, it stays in the API for ever.
    bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "patch",
            "pod",
            "postgres-0",
            "--type=merge",
            "-p",
            r#"{"metadata":{"finalizers":["tests.invalid/stays"]}}"#,
        ],
    );
    stage.primary.kill();
    let mut session = both_agree(&stage).await;
    let run = over(&stage).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    assert_eq!(run["steps"][1]["end"]["end"], "failed", "{run}");
    assert!(run["steps"][2]["started_at"].is_null(), "{run}");
    assert_ne!(session.left(), 0);
    assert_eq!(
        stage.standby.psql("postgres", "SELECT pg_is_in_recovery()"),
        "t"
    );
    for (who, host) in stage.hosts().await {
        assert_eq!(host, "postgres-0.postgres", "{who}");
    }
    let free = [
        "-n",
        &space.name,
        "patch",
        "pod",
        "postgres-0",
        "--type=merge",
        "-p",
        r#"{"metadata":{"finalizers":null}}"#,
    ];
    bed.kubectl(User::Admin, &free);
    until("postgres-0 is gone", async || {
        let pod = stage.pod("postgres-0").await;
        pod.map_or(Ok(()), |pod| Err(pod.metadata.finalizers))
    })
    .await;
}

// row: A20, G9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_no_primary_and_of_two_nothing_is_asked() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    assert_eq!(stage.check("database").await, Some(0));
    let refused = async |why: &str| {
        assert_eq!(stage.check("database").await, Some(3), "{why}");
        // By its connection, and in its pod.
        for action in ["vacuum-analyze", "manual-backup"] {
            let told = stage.duty.call(&["run", action, "--plan"], "").await;
            assert_ne!(told.code, Some(0), "{action}: {told:?}");
            let said = format!("{}{}", told.out, told.err);
            assert!(said.contains(why), "{action}: {why}: {said}");
        }
        assert!(stage.duty.runs().await.is_empty());
    };
    // A standby has what is old.
    stage.primary.kill();
    refused("none of its ").await;
    stage.primary.start();
    assert_eq!(stage.check("database").await, Some(0));
    // Somebody promoted it by hand, and nobody fenced the other.
    stage
        .standby
        .psql("postgres", "SELECT pg_promote(true, 60)");
    refused("more than one ").await;
}
