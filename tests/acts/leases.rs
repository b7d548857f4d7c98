//! Locks that are Leases.

use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck::{
    domain::action::{refusal::Refusal, target::LockKey},
    runtime::locks::{
        Held, Holder, Locks,
        lease::{LeaseLocks, LeaseTerms},
    },
    sim::clock::SimClock,
};
use serde_json::{Value, json};

use super::stage::{Stage, Who, clock};

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        host: "bastion-1".to_owned(),
        run: format!("run-{who}"),
    }
}

async fn locks(stage: &Stage, who: Who, seconds: u64) -> LeaseLocks {
    let client = stage.connection(who).await.client;
    let terms = LeaseTerms {
        duration: Duration::from_secs(seconds),
        ..LeaseTerms::default()
    };
    LeaseLocks::new(client, clock(), terms)
}

fn collection(stage: &Stage) -> String {
    format!(
        "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
        stage.space
    )
}

const NAME: &str = "quarterdeck-deployments-apps-web";

async fn take(stage: &Stage, locks: &LeaseLocks, who: &str) -> Result<Box<dyn Held>, Refusal> {
    let key = stage.target("Deployment", "web").lock();
    assert!(
        matches!(&key, LockKey::Lease { name, .. } if name == NAME),
        "{key:?}"
    );
    locks.take(&key, &holder(who)).await
}

/// A Lease of somebody who renewed it so long ago.
async fn theirs(stage: &Stage, ago: i64) -> Value {
    let at = SimClock::wall() - SignedDuration::from_secs(ago);
    let body = json!({
        "metadata": {"name": NAME},
        "spec": {
            "holderIdentity": "eve bastion-2 run-eve", "leaseDurationSeconds": 30, "leaseTransitions": 4,
            "renewTime": format!("{at:.6}"), "acquireTime": format!("{at:.6}"),
        },
    });
    stage.create(&collection(stage), &body).await
}

async fn lease(stage: &Stage) -> Value {
    stage.get(&format!("{}/{NAME}", collection(stage))).await
}

pub async fn one_holds_it_and_the_other_is_told(stage: &Stage) {
    let locks = locks(stage, Who::Admin, 30).await;
    let held = take(stage, &locks, "ada").await.unwrap();
    assert_eq!(held.name(), format!("Lease {}/{NAME}", stage.space));
    assert_eq!(held.check().await, Ok(()));
    let refusal = take(stage, &locks, "bob").await.err().unwrap();
    let taken = lease(stage).await["spec"]["acquireTime"].clone();
    let busy = Refusal::Busy {
        who: "ada (bastion-1)".to_owned(),
        run: Some("run-ada".to_owned()),
        since: taken.as_str().unwrap().parse().ok(),
    };
    assert!(matches!(busy, Refusal::Busy { since: Some(_), .. }));
    assert_eq!(refusal, busy);
    held.release().await;
    let held = take(stage, &locks, "bob").await.unwrap();
    assert_eq!(
        lease(stage).await["spec"]["holderIdentity"],
        "bob bastion-1 run-bob"
    );
    held.release().await;
}

pub async fn of_many_one_takes_it(stage: &Stage) {
    let locks = locks(stage, Who::Admin, 30).await;
    let names = ["ada", "bob", "cid", "dan", "eve"];
    let takers = names.map(|who| take(stage, &locks, who));
    let taken = futures::future::join_all(takers).await;
    let won = taken.iter().filter(|it| it.is_ok()).count();
    assert_eq!(won, 1);
    let told = taken
        .iter()
        .filter(|it| matches!(it, Err(Refusal::Busy { .. })));
    assert_eq!(told.count(), names.len() - 1);
}

pub async fn one_that_ran_out_is_taken_over(stage: &Stage) {
    theirs(stage, 60).await;
    let locks = locks(stage, Who::Admin, 2).await;
    let held = take(stage, &locks, "ada").await.unwrap();
    let spec = lease(stage).await["spec"].clone();
    assert_eq!(spec["holderIdentity"], "ada bastion-1 run-ada");
    assert_eq!(spec["leaseTransitions"], 5);
    // It is renewed by itself.
    let renewed = |it: &Value| it["spec"]["renewTime"] != spec["renewTime"];
    stage.kube.until(&collection(stage), NAME, renewed).await;
    held.release().await;
}

pub async fn one_that_only_seems_to_have_run_out_is_not(stage: &Stage) {
    theirs(stage, 60).await;
    let locks = locks(stage, Who::Admin, 4).await;
    // Whose clock is a minute behind renews it all the same.
    let path = format!("{}/{NAME}", collection(stage));
    let renewing = async {
        loop {
            let at = SimClock::wall() - SignedDuration::from_secs(60);
            stage
                .merge(&path, &json!({"spec": {"renewTime": format!("{at:.6}")}}))
                .await;
        }
    };
    let refusal = tokio::select! {
        taken = take(stage, &locks, "ada") => taken.err(),
        () = renewing => None,
    };
    assert!(
        matches!(&refusal, Some(Refusal::Busy { who, .. }) if who == "eve (bastion-2)"),
        "{refusal:?}"
    );
}

pub async fn who_lost_it_finds_out(stage: &Stage) {
    let locks = locks(stage, Who::Admin, 30).await;
    let held = take(stage, &locks, "ada").await.unwrap();
    // While it was stopped, somebody took it over.
    let path = format!("{}/{NAME}", collection(stage));
    stage
        .merge(
            &path,
            &json!({"spec": {"holderIdentity": "eve bastion-2 run-eve"}}),
        )
        .await;
    assert_eq!(held.check().await, Err("eve (bastion-2)".to_owned()));
    held.release().await;
    assert_eq!(
        lease(stage).await["spec"]["holderIdentity"],
        "eve bastion-2 run-eve"
    );
}

pub async fn who_may_not_is_told_what_is_missing(stage: &Stage) {
    let locks = locks(stage, Who::Viewer, 30).await;
    let refusal = take(stage, &locks, "ada").await.err().unwrap();
    let Refusal::NoLock { why } = refusal else {
        panic!("{refusal:?}");
    };
    assert!(
        why.contains("permission to create leases.coordination.k8s.io"),
        "{why}"
    );
}
