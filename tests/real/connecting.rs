//! Credentials that run out, are taken away and come back under a watch that goes on.

use std::{path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::{SourceId, TroubleKind},
    },
    sim::clock::SimClock,
    sources::kubernetes::{KubeOptions, Timeouts},
};
use serde_json::{Value, json};

use crate::harness::{Bed, Credentials, Heard, Reader, Space, User, timeouts};

/// A service account that may look at its namespace and whose tokens die with their Secret.
struct Account<'a> {
    space: &'a Space<'a>,
}

impl<'a> Account<'a> {
    fn new(space: &'a Space<'a>) -> Self {
        let kubectl = |arguments: &[&str]| {
            let mut all = vec!["-n", &space.name];
            all.extend(arguments);
            space.bed.kubectl(User::Admin, &all);
        };
        kubectl(&["create", "serviceaccount", "watch"]);
        let who = format!("{}:watch", space.name);
        kubectl(&[
            "create",
            "rolebinding",
            "watch",
            "--clusterrole=view",
            "--serviceaccount",
            &who,
        ]);
        Self { space }
    }

    fn name(&self) -> String {
        format!("system:serviceaccount:{}:watch", self.space.name)
    }

    /// A token that holds as long as the Secret of this name.
    fn token(&self, secret: &str) -> String {
        let space = self.space;
        let kubectl = |arguments: &[&str]| {
            let mut all = vec!["-n", &space.name];
            all.extend(arguments);
            space.bed.kubectl(User::Admin, &all)
        };
        kubectl(&["create", "secret", "generic", secret]);
        let token = kubectl(&[
            "create",
            "token",
            "watch",
            "--bound-object-kind=Secret",
            "--bound-object-name",
            secret,
        ]);
        token.trim().to_owned()
    }

    fn revoke(&self, secret: &str) {
        let space = self.space;
        let arguments = ["-n", &space.name, "delete", "secret", secret];
        space.bed.kubectl(User::Admin, &arguments);
    }
}

/// Watches end soon, so that an old credential is noticed soon.
fn hasty(kubeconfig: std::path::PathBuf) -> KubeOptions {
    KubeOptions {
        kubeconfig: Some(kubeconfig),
        timeouts: Timeouts {
            watch: Duration::from_secs(3),
            plugin: Duration::from_secs(20),
            ..timeouts()
        },
        ..KubeOptions::default()
    }
}

fn write(file: &Path, text: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, file).unwrap();
}

fn in_seconds(seconds: i64) -> Timestamp {
    SimClock::wall() + SignedDuration::from_secs(seconds)
}

fn refused(heard: &Heard) -> bool {
    heard
        .failed(SourceId::Pods)
        .is_some_and(|why| why.kind == TroubleKind::Unauthorized)
}

fn pods_are(heard: &Heard, count: usize) -> bool {
    heard.is_live(SourceId::Pods) && heard.pods.len() == count
}

/// A credential plugin that prints what stands in `answer` beside it, and counts.
fn plugin(folder: &Path) -> Credentials {
    let script = folder.join("plugin.sh");
    std::fs::write(
        &script,
        "cd \"$(dirname \"$0\")\"\necho run >> runs\ncat answer\n",
    )
    .unwrap();
    Credentials::Exec(json!({
        "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": "/bin/sh", "args": [script],
    }))
}

fn answer(folder: &Path, status: &Value) {
    let answer = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status,
    });
    write(&folder.join("answer"), &answer.to_string());
}

fn runs(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("runs")).map_or(0, |text| text.lines().count())
}

#[tokio::test]
async fn a_token_that_is_revoked_is_told_and_its_successor_in_the_file_is_taken() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "revoked").await;
    let account = Account::new(&space);
    space.still_pod("one", json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    write(&file, &account.token("first"));
    let who = Credentials::TokenFile(file.clone());
    let kubeconfig = bed.kubeconfig_of(&who, folder.path());
    let own = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::with(hasty(kubeconfig), own);
    reader
        .until("the pod and who asks", |heard| {
            pods_are(heard, 1) && !heard.identities.is_empty()
        })
        .await;
    let first = reader.heard.identities[0].clone();
    assert_eq!(first.who.as_ref().unwrap().name, account.name());
    account.revoke("first");
    reader.until("the refusal", refused).await;
    assert_eq!(reader.heard.pods.len(), 1);
    space.still_pod("two", json!({})).await;
    write(&file, &account.token("second"));
    reader
        .until("both pods, and who asks again", |heard| {
            pods_are(heard, 2) && heard.identities.len() > 1
        })
        .await;
    assert!(
        reader
            .heard
            .identities
            .iter()
            .all(|it| it.mismatch(&first).is_none())
    );
}

#[tokio::test]
async fn a_client_certificate_that_runs_out_is_read_again_from_the_kubeconfig() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "expiring").await;
    space.still_pod("one", json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let holds = |seconds| {
        let who = Credentials::certificate(&bed, "viewer", &[], Duration::from_secs(seconds));
        bed.kubeconfig_of(&who, folder.path())
    };
    let own = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::with(hasty(holds(8)), own);
    reader.until("the pod", |heard| pods_are(heard, 1)).await;
    reader.until("the refusal", refused).await;
    space.still_pod("two", json!({})).await;
    holds(600);
    reader.until("both pods", |heard| pods_are(heard, 2)).await;
}

#[tokio::test]
async fn a_plugins_token_is_renewed_before_its_time_and_nobody_notices() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "renewed").await;
    let account = Account::new(&space);
    space.still_pod("one", json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let first = account.token("first");
    answer(
        folder.path(),
        &json!({"token": first, "expirationTimestamp": in_seconds(10)}),
    );
    let kubeconfig = bed.kubeconfig_of(&plugin(folder.path()), folder.path());
    let own = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::with(hasty(kubeconfig), own);
    reader.until("the pod", |heard| pods_are(heard, 1)).await;
    assert_eq!(runs(folder.path()), 1);
    let second = account.token("second");
    answer(
        folder.path(),
        &json!({"token": second, "expirationTimestamp": in_seconds(600)}),
    );
    reader
        .until("who asks again", |heard| heard.identities.len() > 1)
        .await;
    account.revoke("first");
    space.still_pod("two", json!({})).await;
    reader.until("both pods", |heard| pods_are(heard, 2)).await;
    assert_eq!(runs(folder.path()), 2);
    let of_pods = |failure: &&(SourceId, TroubleKind)| failure.0 == SourceId::Pods;
    assert_eq!(reader.heard.failures.iter().find(of_pods), None);
}

#[tokio::test]
async fn a_plugins_token_that_is_revoked_has_it_run_once_more() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "rerun").await;
    let account = Account::new(&space);
    space.still_pod("one", json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    answer(folder.path(), &json!({"token": account.token("first")}));
    let kubeconfig = bed.kubeconfig_of(&plugin(folder.path()), folder.path());
    let own = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::with(hasty(kubeconfig), own);
    reader.until("the pod", |heard| pods_are(heard, 1)).await;
    answer(folder.path(), &json!({"token": account.token("second")}));
    account.revoke("first");
    space.still_pod("two", json!({})).await;
    reader
        .until("both pods with a new token", |heard| {
            pods_are(heard, 2) && heard.identities.len() > 1
        })
        .await;
    assert_eq!(runs(folder.path()), 2);
}

#[tokio::test]
async fn a_plugins_certificate_of_seconds_is_renewed() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "certificates").await;
    space.still_pod("one", json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let holds = |seconds: u64| {
        let holds = Duration::from_secs(seconds);
        let who = Credentials::certificate(&bed, "viewer", &[], holds);
        let Credentials::Certificate { certificate, key } = who else {
            unreachable!("a certificate was asked for")
        };
        let ends = in_seconds(i64::try_from(seconds).unwrap());
        answer(
            folder.path(),
            &json!({"clientCertificateData": certificate, "clientKeyData": key, "expirationTimestamp": ends}),
        );
    };
    holds(10);
    let kubeconfig = bed.kubeconfig_of(&plugin(folder.path()), folder.path());
    let own = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::with(hasty(kubeconfig), own);
    reader
        .until("the pod and who asks", |heard| {
            pods_are(heard, 1) && !heard.identities.is_empty()
        })
        .await;
    holds(600);
    reader
        .until("who asks again", |heard| heard.identities.len() > 1)
        .await;
    space.still_pod("two", json!({})).await;
    reader.until("both pods", |heard| pods_are(heard, 2)).await;
    assert_eq!(runs(folder.path()), 2);
    for identity in &reader.heard.identities {
        assert_eq!(identity.who.as_ref().unwrap().name, "viewer");
        assert!(identity.cluster.is_some());
    }
}

#[tokio::test]
async fn another_user_in_the_kubeconfig_is_told_and_sees_what_that_user_may() {
    let bed = Bed::shared();
    let folder = tempfile::tempdir().unwrap();
    let hour = Duration::from_secs(3_600);
    let becomes = |name| {
        let who = Credentials::certificate(&bed, name, &[], hour);
        bed.kubeconfig_of(&who, folder.path())
    };
    let own = Namespaces::Some(vec!["oncall".to_owned()]);
    let mut reader = Reader::with(hasty(becomes("oncall")), own);
    reader
        .until("who asks", |heard| {
            heard.is_live(SourceId::Pods) && !heard.identities.is_empty()
        })
        .await;
    // Nobody may read kube-system but who may read everything.
    assert_eq!(reader.heard.identities[0].cluster, None);
    becomes("nobody");
    reader
        .until("the other", |heard| {
            let told = heard.identities.last().and_then(|it| it.who.as_ref());
            told.is_some_and(|who| who.name == "nobody")
        })
        .await;
    reader
        .until("what the other may not", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.kind == TroubleKind::Forbidden)
        })
        .await;
}
