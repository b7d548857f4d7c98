//! Tests of the whole: the world on the real cluster.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::sim::world::testing::start;

async fn sim(scenario: &str) -> SimHandle {
    let clock = Some(SimClock::manual(start()));
    let options = SimOptions {
        scenario: scenario.to_owned(),
        clock,
        ..SimOptions::default()
    };
    Sim::start(options).await.unwrap()
}

struct Caller {
    sim: SimHandle,
    client: reqwest::Client,
}

impl Caller {
    async fn on(scenario: &str) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let sim = sim(scenario).await;
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(sim.ca_pem.as_bytes()).unwrap()])
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self { sim, client }
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sim.kubernetes_url);
        let answer = self
            .client
            .get(url)
            .bearer_auth(&self.sim.token)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    async fn patch(&self, path: &str, patch: Value) {
        let url = format!("{}{path}", self.sim.kubernetes_url);
        let request = self.client.patch(url).bearer_auth(&self.sim.token);
        let answer = request
            .header("content-type", "application/merge-patch+json")
            .body(patch.to_string())
            .send();
        let answer = answer.await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    }

    async fn pods(&self, app: &str) -> Vec<Value> {
        let list = self
            .get(&format!(
                "/api/v1/namespaces/prod/pods?labelSelector=app%3D{app}"
            ))
            .await;
        list["items"].as_array().unwrap().clone()
    }

    fn value(&self, name: &str) -> f64 {
        self.sim.world.present().0.value(name).unwrap()
    }

    fn minutes(&self, count: u64) {
        for _ in 0..count * 6 {
            self.sim.clock.advance(Duration::from_secs(10));
            drop(self.sim.world.present());
        }
    }
}

fn ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array().unwrap();
    conditions
        .iter()
        .any(|one| one["type"] == "Ready" && one["status"] == "True")
}

fn restarts(pod: &Value) -> i64 {
    pod["status"]["containerStatuses"][0]["restartCount"]
        .as_i64()
        .unwrap_or(0)
}

#[tokio::test]
async fn the_backlog_shows_in_pods_and_numbers_and_scaling_drains_it() {
    let caller = Caller::on("export-backlog").await;
    let pods = caller.pods("export-worker").await;
    assert_eq!(pods.len(), 24);
    let killed: Vec<_> = pods.iter().filter(|pod| restarts(pod) > 0).collect();
    assert!((1..=4).contains(&killed.len()), "{}", killed.len());
    assert!(killed.iter().all(|pod| restarts(pod) >= 3));
    let last = &killed[0]["status"]["containerStatuses"][0];
    assert!(last.to_string().contains("OOMKilled"), "{last}");
    assert!(caller.value("exports.depth") > 2000.0 && caller.value("exports.oldest") > 300.0);

    let before = caller.value("exports.depth");
    caller.minutes(5);
    assert!(caller.value("exports.depth") > before - 100.0);
    caller
        .patch(
            "/apis/apps/v1/namespaces/prod/deployments/export-worker/scale",
            json!({ "spec": { "replicas": 36 } }),
        )
        .await;
    caller.minutes(30);
    assert_eq!(
        caller
            .pods("export-worker")
            .await
            .iter()
            .filter(|pod| ready(pod))
            .count(),
        36
    );
    assert!(
        caller.value("exports.depth") < 300.0,
        "{}",
        caller.value("exports.depth")
    );
    caller.sim.shutdown().await;
}

#[tokio::test]
async fn a_bad_release_is_healed_by_the_old_image() {
    let caller = Caller::on("bad-release").await;
    assert!(caller.value("lookup_errors") > 0.01);
    let sick = caller
        .pods("lookup-bff")
        .await
        .iter()
        .filter(|pod| !ready(pod))
        .count();
    assert!(sick > 0);
    let old = json!({ "spec": { "template": { "spec": { "containers": [
        { "name": "bff", "image": "registry.glancy.dev/lookup-bff:5.8.2" }
    ] } } } });
    let url = format!(
        "{}/apis/apps/v1/namespaces/prod/deployments/lookup-bff",
        caller.sim.kubernetes_url
    );
    let request = caller.client.patch(url).bearer_auth(&caller.sim.token);
    let request = request
        .header("content-type", "application/strategic-merge-patch+json")
        .body(old.to_string());
    assert!(request.send().await.unwrap().status().is_success());
    caller.minutes(12);
    assert!(caller.pods("lookup-bff").await.iter().all(ready));
    assert!(caller.value("lookup_errors") < 0.001);
    caller.sim.shutdown().await;
}

#[tokio::test]
async fn a_switch_in_the_config_map_changes_the_world() {
    let caller = Caller::on("export-backlog").await;
    let data = json!({ "data": { "glancy.exports.enabled": "false" } });
    caller
        .patch("/api/v1/namespaces/prod/configmaps/glancy-flags", data)
        .await;
    caller.minutes(1);
    assert!(caller.value("exports.in").abs() < 1e-9);
    caller.sim.shutdown().await;
}

#[tokio::test]
async fn pods_of_a_quiet_world_stay_as_they_are() {
    let caller = Caller::on("quiet").await;
    let seen = |pods: Vec<Value>| -> BTreeMap<String, String> {
        let version = |pod: &Value| {
            pod["metadata"]["resourceVersion"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        pods.iter()
            .map(|pod| {
                (
                    pod["metadata"]["name"].as_str().unwrap().to_owned(),
                    version(pod),
                )
            })
            .collect()
    };
    let list = |pods: Value| pods["items"].as_array().unwrap().clone();
    let before = list(caller.get("/api/v1/namespaces/prod/pods").await);
    assert!(
        before
            .iter()
            .all(|pod| ready(pod) || pod["status"]["phase"] == "Succeeded")
    );
    caller.minutes(20);
    let after = list(caller.get("/api/v1/namespaces/prod/pods").await);
    assert_eq!(seen(before), seen(after));
    caller.sim.shutdown().await;
}

#[tokio::test]
async fn the_late_backup_shows_in_its_jobs() {
    let caller = Caller::on("export-backlog").await;
    let jobs = caller.get("/apis/batch/v1/namespaces/prod/jobs").await;
    let ended = |job: &Value, kind: &str| {
        let conditions = job["status"]["conditions"].as_array().unwrap();
        conditions.iter().any(|one| one["type"] == kind)
    };
    let jobs = jobs["items"].as_array().unwrap();
    let good = jobs.iter().filter(|job| ended(job, "Complete"));
    let last = good
        .filter_map(|job| job["status"]["completionTime"].as_str())
        .max();
    let last: Timestamp = last.unwrap().parse().unwrap();
    let age = caller.sim.clock.now().duration_since(last).as_secs_f64();
    let told = caller.value("backup_age");
    assert!((age - told).abs() < 90.0, "{age} {told}");
    let failed: Vec<_> = jobs.iter().filter(|job| ended(job, "Failed")).collect();
    assert_eq!(failed.len(), 1);
    let cron = caller
        .get("/apis/batch/v1/namespaces/prod/cronjobs/pg-basebackup")
        .await;
    let scheduled = &cron["status"]["lastScheduleTime"];
    assert_eq!(&failed[0]["status"]["startTime"], scheduled);
    // No pod of it is left to be sick.
    assert!(
        caller
            .pods("pg-basebackup")
            .await
            .iter()
            .all(|pod| pod["status"]["phase"] == "Succeeded")
    );
}
