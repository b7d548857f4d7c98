//! The service in development: a container of compose that is begun, ended and made anew.

use std::{fs, net::TcpListener};

use quarterdeck::domain::action::{
    preflight::Draft, refusal::Refusal, value::Value, verdict::Verdict,
};

use super::{
    here,
    restoring::Database,
    service::{Host, fails_at},
};
use crate::{
    harness::{Done, Project, free_port},
    packs::bound::bound,
};

/// The container of `example`.
const ID: &str = "3f1c9b70aa41";

/// A developer's host, where the desk is that of `dev`.
struct Dev {
    host: Host,
    /// Nobody listens there.
    free: u16,
    _database: Database,
}

impl Dev {
    fn new(name: &str, state: &str) -> Self {
        let database = Database::new(name);
        let dev = ("environment = \"prod\"", "environment = \"dev\"");
        let pack = bound("module", &[dev]);
        let project = Project::of(&database.bed, pack, true, here, |all| {
            database.connections(all)
        });
        for folder in ["tmp", "env", "says", "anew"] {
            fs::create_dir(project.at(folder)).unwrap();
        }
        let smoke = "#!/bin/sh\n[ \"$*\" = tests/example/test_smoke.py ]\n";
        project.program("bin/pytest", smoke);
        let host = Host::of(project);
        host.has("services", "example");
        host.has("state/example", &format!("{ID} {state}"));
        host.has("used/3f1c9b70aa41", "2.00% 80MiB");
        host.has("used/8d2e417c55f0", "1.00% 60MiB");
        host.has("logs/example", "ERROR of yesterday");
        host.has("says/example", "INFO started");
        host.has("handed", "APP_ENV dev\nLOG_LEVEL INFO");
        host.has("env/example", "APP_ENV=dev\nLOG_LEVEL=INFO");
        Self {
            host,
            free: free_port(),
            _database: database,
        }
    }

    /// An action that waits for an answer.
    async fn does(&self, action: &str) -> Done {
        let draft = self
            .host
            .draft(&format!("module/{action}"), self.host.api.port);
        self.run(&draft).await
    }

    /// One that waits for there being none.
    fn ending(&self, action: &str, port: u16) -> Draft {
        self.host.draft(&format!("module/{action}"), port)
    }

    async fn run(&self, draft: &Draft) -> Done {
        let project = &self.host.project;
        project.run(project.planned(draft).await).await
    }

    fn says(&self, file: &str) -> String {
        self.host.project.text(file)
    }
}

// row: B1
#[tokio::test]
async fn what_is_begun_or_restarted_answers_and_wrote_no_error_since() {
    let dev = Dev::new("dev_begun", "exited");
    for (action, errors_at) in [("dev-up", 8), ("dev-restart", 11)] {
        dev.host.has("says/example", "INFO started");
        dev.does(action).await.ended(Verdict::Verified);
        assert_eq!(dev.says("state/example"), format!("{ID} running\n"));
        let left = fs::read_dir(dev.host.project.at("tmp")).unwrap();
        assert_eq!(left.count(), 0, "{action}: the log of before lies nowhere");
        // It writes an ERROR: whatever it answers, that is none that went well.
        dev.host
            .has("says/example", "ERROR no connection to the database");
        let done = dev.does(action).await;
        fails_at(&done, errors_at);
        assert!(done.told.contains("ERROR no connection"), "{}", done.told);
        dev.host.has("health", "503");
        fails_at(&dev.does(action).await, 3);
        dev.host.has("health", "200");
        // What a run that broke off laid there has that run's name, which here all have.
        fs::remove_file(dev.host.project.at("tmp/example-run-1.txt")).unwrap();
    }
}

// row: B1, B2
#[tokio::test]
async fn a_restart_into_another_environment_is_not_verified() {
    let dev = Dev::new("dev_elsewhere", "running");
    dev.host.has("env/example", "APP_ENV=staging");
    let done = dev.does("dev-restart").await;
    done.ended(Verdict::Unverified);
    assert_eq!(
        done.saved["config"]["environment"],
        Value::text("staging"),
        "{}",
        done.told
    );
    let status = dev.does("dev-status").await;
    status.ended(Verdict::Done);
    assert!(
        status.told.contains("ERROR of yesterday"),
        "{}",
        status.told
    );
}

// row: B1
#[tokio::test]
async fn what_is_stopped_or_killed_is_gone_with_its_processes_and_its_port() {
    let dev = Dev::new("dev_ended", "running");
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    for action in ["dev-stop", "dev-kill"] {
        let runs = || dev.host.has("state/example", &format!("{ID} running"));
        let draft = dev.ending(action, dev.free);
        runs();
        // A zombie of another container is none of its.
        let other = "Z    root  91 sh <defunct> 0::/system.slice/docker-77aa.scope";
        dev.host.has("processes", other);
        dev.run(&draft).await.ended(Verdict::Verified);
        assert_eq!(dev.says("state/example"), format!("{ID} exited\n"));
        let again = dev.host.project.proposed(&draft).await;
        assert!(matches!(again, Err(Refusal::Guard { .. })), "{again:?}");
        runs();
        let zombie = format!("Z    root  92 sh <defunct> 0::/system.slice/docker-{ID}.scope");
        dev.host.has("processes", &zombie);
        fails_at(&dev.run(&draft).await, 5);
        runs();
        dev.host.has("processes", other);
        fails_at(&dev.run(&dev.ending(action, port)).await, 7);
    }
    drop(held);
    let calls = dev.says("calls");
    assert!(calls.contains("stop example\n") && calls.contains("kill example\n"));
}

// row: B16, G9
#[tokio::test]
async fn debug_is_on_in_a_container_made_anew_and_goes_back() {
    let dev = Dev::new("dev_debug", "running");
    let project = &dev.host.project;
    let draft = dev.host.draft("module/dev-debug-on", dev.host.api.port);
    let plan = project.planned(&draft).await;
    let done = project.run(plan.clone()).await;
    done.ended(Verdict::Verified);
    assert!(dev.says("env/example").contains("LOG_LEVEL=DEBUG"));
    let again = project.proposed(&draft).await;
    assert!(matches!(again, Err(Refusal::Guard { .. })), "{again:?}");
    let back = project.way_back(&plan, &done).await.unwrap();
    project.run(back).await.ended(Verdict::Done);
    assert_eq!(dev.says("env/example"), "APP_ENV=dev\nLOG_LEVEL=INFO\n");
}

// row: B13
#[tokio::test]
async fn new_limits_are_proved_by_a_container_made_anew() {
    let dev = Dev::new("dev_larger", "running");
    // Nothing changed in the file: the same container goes on, with its limits.
    dev.does("scale-up").await.ended(Verdict::Unverified);
    dev.host.has("anew/example", "8d2e417c55f0 created");
    let done = dev.does("scale-up").await;
    done.ended(Verdict::Verified);
    assert_eq!(done.saved["now"]["ids"], Value::text("8d2e417c55f0"));
    assert!(done.told.contains("60"), "what it uses: {}", done.told);
}
