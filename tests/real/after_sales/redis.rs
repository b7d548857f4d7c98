//! A9, A21: a save that is seen to have ended, and a Redis that is deleted only where it is dead.

use k8s_openapi::api::core::v1::Secret;
use serde_json::json;

use super::stage::{Stage, space, verdict};
use crate::harness::{Bed, until};

async fn save(stage: &Stage<'_>) {
    let run = stage.does(&["redis-persistence"]).await;
    assert_eq!(verdict(&run), "done", "{run}");
    let before = stage.redis.ask(&["LASTSAVE"]);
    stage.redis.ask(&["SET", "a", "b"]);
    let run = stage.does(&["redis-bgsave"]).await;
    assert_eq!(verdict(&run), "verified", "{run}");
    assert_ne!(stage.redis.ask(&["LASTSAVE"]), before);
    assert!(!run.to_string().contains(&stage.redis.password));
}

// row: A9, G5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_is_verified_by_its_new_time() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    save(&stage).await;
    let told = stage
        .duty
        .call(&["check", "run", "redis-persistence", "--json"], "")
        .await;
    assert_eq!(told.code, Some(0), "{told:?}");
    // Without a save point there is no RDB.
    assert_eq!(stage.redis.ask(&["CONFIG", "SET", "save", ""]), "OK");
    let told = stage
        .duty
        .call(&["check", "run", "redis-persistence", "--json"], "")
        .await;
    assert_eq!(told.code, Some(1), "{told:?}");
}

// row: A21, G9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_behind_a_password_is_alive_and_a_dead_one_comes_back() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    save(&stage).await;
    stage.settle(&stage.duty, &[]);
    let run = stage.does(&["redis-ping"]).await;
    assert_eq!(verdict(&run), "verified", "{run}");
    let uid = async || stage.pod("redis-0").await.and_then(|pod| pod.metadata.uid);
    let first = uid().await;
    let refused = async |what: &str| {
        let told = stage
            .duty
            .call(&["run", "redis-delete-pod", "--plan"], "")
            .await;
        let said = Stage::refused(&told);
        assert!(
            said.contains("it answers, so it is alive"),
            "{what}: {said}"
        );
        // The refusal is the same for each: this is what it heard.
        let run = stage.does(&["redis-ping"]).await;
        assert!(run.to_string().contains(what), "{what}: {run}");
    };
    refused("PONG").await;
    // NOAUTH: nobody gave a password.
    stage.settle(&stage.duty, &[("db = 0\nsecret = \"redis\"\n", "db = 0\n")]);
    refused("NOAUTH").await;
    // WRONGPASS: another one.
    stage.settle(&stage.duty, &[]);
    let password = async |text: &str| {
        let patch = kube::api::Patch::Merge(json!({"stringData": {"password": text}}));
        let secrets = space.api::<Secret>();
        secrets
            .patch("redis", &kube::api::PatchParams::default(), &patch)
            .await
            .unwrap();
    };
    password("another").await;
    refused("WRONGPASS").await;
    password(&stage.redis.password).await;
    assert_eq!(uid().await, first);

    stage.redis.kill();
    let run = stage.does(&["redis-ping"]).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    let deleting = stage.does(&["redis-delete-pod"]);
    let coming_back = async {
        until("another pod", async || match uid().await {
            Some(now) if Some(&now) != first.as_ref() => Ok(()),
            other => Err(other),
        })
        .await;
        stage.redis.start();
    };
    let (run, ()) = tokio::join!(deleting, coming_back);
    assert_eq!(verdict(&run), "verified", "{run}");
    assert_eq!(stage.redis.ask(&["PING"]), "PONG");
    stage.ended_well("redis").await;
}
