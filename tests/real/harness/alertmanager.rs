//! What a test tells an Alertmanager, and what `amtool` says of it.

use std::{process::Command, time::Duration};

use jiff::SignedDuration;
use quarterdeck::sim::clock::SimClock;
use serde_json::{Value, json};

use super::bed::Bed;

/// Tells one peer of an alert, as Prometheus does; peers do not tell each other of alerts.
pub async fn tell(url: &str, name: &str, summary: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let now = SimClock::wall();
    let alert = json!([{
        "labels": {"alertname": name, "severity": "critical"},
        "annotations": {"summary": summary},
        "startsAt": now - SignedDuration::from_mins(5),
        "endsAt": now + SignedDuration::from_mins(30),
    }]);
    let answer = client
        .post(format!("{url}/api/v2/alerts"))
        .header("content-type", "application/json")
        .body(alert.to_string())
        .timeout(Duration::from_secs(10))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// What `amtool` prints of one peer.
#[track_caller]
pub fn amtool(bed: &Bed, url: &str, words: &[&str]) -> String {
    let mut command = Command::new(bed.place("AMTOOL"));
    command.arg(format!("--alertmanager.url={url}")).args(words);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The silences that stand for alerts of a name, as `amtool` finds them on one peer.
#[track_caller]
pub fn standing(bed: &Bed, url: &str, alert: &str) -> Vec<Value> {
    let name = format!("alertname={alert}");
    let told = amtool(bed, url, &["silence", "query", "-o", "json", &name]);
    serde_json::from_str(&told).unwrap_or_else(|why| panic!("{why}: {told}"))
}
