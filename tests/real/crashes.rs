//! The process that records a run, and the one that does it, die at every boundary between two states: nothing is done
//! twice, nothing that was meant is lost. On an embedded cluster in the process of the test.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::apps::v1::Deployment;
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
    config::{Config, KubeConfigOptions, Kubeconfig},
};
use quarterdeck::sim::{
    clock::SimClock,
    start::{Sim, SimHandle, SimOptions},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::until;

const TARGET: &str = "lookup-api";
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// A served cluster, and a person's folders.
struct Stage {
    folder: TempDir,
    _sim: SimHandle,
    deployments: Api<Deployment>,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "state", "config", "run"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let options = SimOptions {
            scenario: "quiet".to_owned(),
            ..SimOptions::default()
        };
        let sim = Sim::start(options).await.unwrap();
        let served = folder.path().join("serve");
        sim.write_serve_dir(&served).await.unwrap();
        let file = Kubeconfig::read_from(served.join("kubeconfig")).unwrap();
        let usual = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(file, &usual);
        let client = Client::try_from(config.await.unwrap()).unwrap();
        Self {
            folder,
            _sim: sim,
            deployments: Api::namespaced(client, "prod"),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, points: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LANG", "en_GB.UTF-8")
            .env("HOME", self.at("home"))
            .env("XDG_STATE_HOME", self.at("state"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .env("XDG_RUNTIME_DIR", self.at("run"))
            .env("FAILPOINTS", points)
            .arg("--config")
            .arg(self.at("serve/config.toml"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    async fn call(&self, points: &str, args: &[&str], given: &str) -> Output {
        let mut command = self.command(points, args);
        let given = given.to_owned();
        let called = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // A child that died does not listen any more.
            let _ = child.stdin.take().unwrap().write_all(given.as_bytes());
            child.wait_with_output().unwrap()
        });
        called.await.unwrap()
    }

    async fn run(&self, points: &str, more: &[&str], given: &str) -> Output {
        let mut args = vec![
            "run",
            "generic/restart",
            "--target",
            "deployment/lookup-api",
        ];
        args.extend(more);
        self.call(points, &args, given).await
    }

    /// The challenge of a plan to restart.
    async fn challenge(&self) -> String {
        let planned = self.run("", &["--plan", "--json"], "").await;
        assert!(planned.status.success(), "{planned:?}");
        let plan: Value = serde_json::from_slice(&planned.stdout).unwrap();
        plan["challenge"].as_str().unwrap().to_owned()
    }

    async fn runs(&self) -> Vec<Value> {
        let told = self.call("", &["runs", "--json"], "").await;
        if told.stdout.is_empty() {
            return Vec::new();
        }
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        told["items"].as_array().unwrap().clone()
    }

    /// The only run, once this is so of it.
    async fn run_when(&self, so: impl Fn(&Value) -> bool) -> Value {
        until("the run", async || {
            let runs = self.runs().await;
            match runs.as_slice() {
                [run] if so(run) => Ok(run.clone()),
                _ => Err(runs),
            }
        })
        .await
    }

    /// Somebody else restarts it.
    async fn restarted_by_another(&self) {
        let patch =
            json!({"spec": {"template": {"metadata": {"annotations": {RESTARTED: "by another"}}}}});
        let by = PatchParams::default();
        let patch = Patch::Merge(patch);
        self.deployments.patch(TARGET, &by, &patch).await.unwrap();
    }

    /// How often the spec was changed.
    async fn changes(&self) -> i64 {
        let found = self.deployments.get(TARGET).await.unwrap();
        found.metadata.generation.unwrap()
    }
}

fn is_over(run: &Value) -> bool {
    run["state"]["state"] == "ended"
}

/// Dies at the point, and looks at what is left.
async fn dies_at(point: &str, effects: i64, meant: bool) {
    let stage = Stage::new().await;
    let before = stage.changes().await;
    let challenge = stage.challenge().await;
    let points = format!("{point}=return");
    let confirmed = stage.run(&points, &["--confirm", "-"], &challenge).await;
    assert!(!confirmed.status.success(), "{point}: {confirmed:?}");
    if meant {
        let run = stage.run_when(is_over).await;
        let outcome = &run["state"];
        assert_eq!(outcome["verdict"], "unknown", "{point}: {run}");
        assert_eq!(outcome["why"]["because"], "runner-gone", "{point}: {run}");
        // Nobody acts on it again before somebody saw that.
        let refused = stage.run("", &["--plan"], "").await;
        assert_eq!(refused.status.code(), Some(4), "{point}: {refused:?}");
        let id = run["id"].as_str().unwrap();
        let seen = stage.call("", &["runs", "--acknowledge", id], "").await;
        assert!(seen.status.success(), "{point}: {seen:?}");
    } else {
        assert_eq!(stage.runs().await, Vec::<Value>::new(), "{point}");
    }
    // What was given once counts for nothing any more.
    let again = stage.run("", &["--confirm", "-"], &challenge).await;
    assert_eq!(again.status.code(), Some(4), "{point}: {again:?}");
    let now = stage.changes().await;
    assert_eq!(now - before, effects, "{point}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_records_dies() {
    dies_at("before-intent", 0, false).await;
    for point in ["after-intent", "before-spawn"] {
        dies_at(point, 0, true).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runner_dies_before_anything_is_sent() {
    for point in [
        "after-taken",
        "after-lock",
        "before-step-recorded",
        "after-step-recorded",
    ] {
        dies_at(point, 0, true).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runner_dies_when_it_was_sent() {
    for point in [
        "after-sent",
        "before-step-ended",
        "verifying",
        "before-outcome",
    ] {
        dies_at(point, 1, true).await;
    }
}

/// The runner is stopped between the record of a step and its sending, and somebody else changes the target meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_was_stopped_does_no_harm_when_it_goes_on() {
    let stage = Stage::new().await;
    let before = stage.changes().await;
    let challenge = stage.challenge().await;
    let confirming = async {
        let points = "after-step-recorded=sleep(4000)";
        stage.run(points, &["--confirm", "-"], &challenge).await
    };
    let stopping = async {
        let run = stage
            .run_when(|run| {
                run["state"]["state"] == "running" && !run["steps"][0]["started_at"].is_null()
            })
            .await;
        let pid = run["owner"]["pid"].as_i64().unwrap();
        let signal = |name: &str| {
            let sent = Command::new("kill").args([name, &pid.to_string()]).status();
            assert!(sent.unwrap().success());
        };
        signal("-STOP");
        stage.restarted_by_another().await;
        // They were read before the step was recorded; a look counts for three seconds.
        let looked: Timestamp = run["steps"][0]["started_at"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        until("the facts are old", async || {
            let age = looked.duration_until(SimClock::wall());
            if age > SignedDuration::from_secs(4) {
                Ok(())
            } else {
                Err(age)
            }
        })
        .await;
        signal("-CONT");
    };
    let (confirmed, ()) = tokio::join!(confirming, stopping);
    assert_eq!(confirmed.status.code(), Some(4), "{confirmed:?}");
    let run = stage.run_when(is_over).await;
    assert_eq!(run["state"]["verdict"], "aborted", "{run}");
    assert_eq!(run["state"]["why"]["because"], "drift", "{run}");
    let now = stage.changes().await;
    assert_eq!(now, before + 1, "only what the other did");
}
