use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::{
    AttachParams, DeleteParams, EvictParams, ListParams, LogParams, Patch, PatchParams, PostParams,
};
use kube::{Api, ResourceExt};
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::*;
use crate::sim::kubernetes::{ExecAnswer, ExecAnswers, ExecQuestion};
use crate::sim::port::Fault;

/// READY, STATUS and restarts of the main container of each pod.
async fn states(pods: &Api<Pod>) -> Vec<(bool, String, i32)> {
    let list = pods.list(&ListParams::default()).await.unwrap();
    let states = list.into_iter().map(|pod| {
        let status = pod
            .status
            .unwrap()
            .container_statuses
            .unwrap_or_default()
            .remove(0);
        let state = status.state.unwrap();
        let why = state.waiting.and_then(|waiting| waiting.reason);
        (status.ready, why.unwrap_or_default(), status.restart_count)
    });
    states.collect()
}

#[tokio::test]
async fn scaling_starts_and_ends_pods() {
    let served = Served::start().await;
    let at = served.web(2);
    let web: Api<Deployment> = Api::namespaced(served.client("demo"), "shop");
    let patch = Patch::Merge(json!({ "spec": { "replicas": 4 } }));
    web.patch_scale("web", &PatchParams::default(), &patch)
        .await
        .unwrap();
    served.pass(1);
    assert_eq!(
        served
            .pods()
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        4
    );
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 2);
    served.pass(20);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 4);
    let status = web.get("web").await.unwrap().status.unwrap();
    assert_eq!(
        (status.ready_replicas, status.available_replicas),
        (Some(4), Some(4))
    );
    let events: Api<Event> = Api::namespaced(served.client("demo"), "shop");
    let of_web =
        ListParams::default().fields("involvedObject.kind=Deployment,reason=ScalingReplicaSet");
    let said = events.list(&of_web).await.unwrap();
    assert!(said.iter().any(|event| {
        event
            .message
            .as_deref()
            .unwrap_or_default()
            .ends_with("from 2 to 4")
    }));
    served.cluster.scale(&at, 1, "test");
    served.pass(20);
    assert_eq!(
        served
            .pods()
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_restart_replaces_all_pods_and_a_rollback_brings_the_old_set_back() {
    let served = Served::start().await;
    let at = served.web(3);
    let pods = served.pods();
    let names = || async {
        let list = pods.list(&ListParams::default()).await.unwrap();
        list.iter().map(ResourceExt::name_any).collect::<Vec<_>>()
    };
    let before = names().await;
    let web: Api<Deployment> = Api::namespaced(served.client("demo"), "shop");
    web.restart("web").await.unwrap();
    for _ in 0..60 {
        served.pass(1);
        assert!(
            served.cluster.workload(&at).unwrap().ready >= 3,
            "never below what is wanted"
        );
    }
    let after = names().await;
    assert_eq!(after.len(), 3);
    assert!(after.iter().all(|name| !before.contains(name)));
    let now = served.cluster.workload(&at).unwrap();
    assert_eq!((now.revision, now.updated_ready), (3, 3));
    let status = web.get("web").await.unwrap().status.unwrap();
    assert_eq!(
        status.observed_generation,
        web.get("web").await.unwrap().metadata.generation
    );
    let progress = status.conditions.unwrap_or_default();
    let progress = progress
        .iter()
        .find(|c| c.type_.as_deref() == Some("Progressing"))
        .unwrap();
    assert_eq!(progress.reason.as_deref(), Some("NewReplicaSetAvailable"));

    let sets: Api<ReplicaSet> = Api::namespaced(served.client("demo"), "shop");
    let sets = sets.list(&ListParams::default()).await.unwrap();
    let old = sets
        .iter()
        .find(|set| set.annotations()["deployment.kubernetes.io/revision"] == "1")
        .unwrap();
    let mut template = serde_json::to_value(old.spec.clone().template).unwrap();
    template["metadata"]["labels"]
        .as_object_mut()
        .unwrap()
        .remove("pod-template-hash");
    let patch = json!([{ "op": "replace", "path": "/spec/template", "value": template }]);
    let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
    web.patch("web", &PatchParams::default(), &Patch::Json::<()>(patch))
        .await
        .unwrap();
    served.pass(60);
    let now = served.cluster.workload(&at).unwrap();
    assert_eq!(now.image, "registry.example.org/web:1");
    assert_eq!((now.revision, now.updated_ready), (4, 3));
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_bad_image_crashes_and_a_rollout_heals() {
    let served = Served::start().await;
    let at = served.web(2);
    let bad = "registry.example.org/web:3";
    let fault = Fault::CrashLoop {
        share: 1.0,
        code: 3,
        message: "cannot read config".to_owned(),
    };
    served.cluster.set_fault(&at, fault, Some(bad));
    served.cluster.roll_out(&at, bad, "pipeline");
    served.pass(120);
    let sick = states(&served.pods()).await;
    assert!(
        sick.iter()
            .any(|(ready, why, restarts)| !ready && why == "CrashLoopBackOff" && *restarts >= 2),
        "{sick:?}"
    );
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 2);
    served
        .cluster
        .roll_out(&at, "registry.example.org/web:2", "pipeline");
    served.pass(60);
    assert_eq!(
        states(&served.pods()).await,
        vec![(true, String::new(), 0); 2]
    );
    served.tasks.finish().await;
}

#[tokio::test]
async fn memory_deaths_back_off_and_end_with_the_fault() {
    let served = Served::start().await;
    let at = served.web(4);
    served.cluster.set_fault(
        &at,
        Fault::OomLoop {
            share: 0.5,
            every: 30,
        },
        None,
    );
    served.pass(200);
    let list = served.pods().list(&ListParams::default()).await.unwrap();
    let killed = list.iter().filter(|pod| {
        let status = &pod
            .status
            .as_ref()
            .unwrap()
            .container_statuses
            .as_ref()
            .unwrap()[0];
        let last = status
            .last_state
            .as_ref()
            .and_then(|last| last.terminated.as_ref());
        last.is_some_and(|last| {
            last.exit_code == 137 && last.reason.as_deref() == Some("OOMKilled")
        })
    });
    assert_eq!(killed.count(), 2);
    served.cluster.clear_fault(&at);
    served.pass(310);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 4);
    served.tasks.finish().await;
}

#[tokio::test]
async fn logs_are_read_and_followed() {
    let served = Served::start().await;
    let at = served.web(1);
    let pods = served.pods();
    let name = pods.list(&ListParams::default()).await.unwrap().items[0].name_any();
    for number in 1..=5 {
        served.cluster.log(&at, "", &format!("line {number}"), true);
    }
    let tail = LogParams {
        tail_lines: Some(2),
        ..LogParams::default()
    };
    assert_eq!(pods.logs(&name, &tail).await.unwrap(), "line 4\nline 5\n");
    let follow = LogParams {
        follow: true,
        tail_lines: Some(1),
        ..LogParams::default()
    };
    let mut lines = pods.log_stream(&name, &follow).await.unwrap().lines();
    assert_eq!(lines.try_next().await.unwrap().as_deref(), Some("line 5"));
    served.cluster.log(&at, "main", "line 6", true);
    assert_eq!(lines.try_next().await.unwrap().as_deref(), Some("line 6"));
    let previous = LogParams {
        previous: true,
        ..LogParams::default()
    };
    assert_eq!(code(pods.logs(&name, &previous).await).0, 400);
    served.cluster.scale(&at, 0, "test");
    served.pass(10);
    assert_eq!(lines.try_next().await.unwrap(), None);
    served.tasks.finish().await;
}

#[derive(Debug)]
struct Redis;

impl ExecAnswers for Redis {
    fn answer(&self, question: &ExecQuestion) -> Option<ExecAnswer> {
        (question.command == ["redis-cli", "PING"]).then(|| ExecAnswer {
            stdout: "PONG\n".to_owned(),
            ..ExecAnswer::default()
        })
    }
}

#[tokio::test]
async fn exec_answers_what_the_scenario_knows() {
    let served = Served::start().await;
    served.web(1);
    served.cluster.answer_exec(Arc::new(Redis));
    let pods = served.pods();
    let name = pods.list(&ListParams::default()).await.unwrap().items[0].name_any();
    let params = AttachParams::default();
    let mut known = pods
        .exec(&name, ["redis-cli", "PING"], &params)
        .await
        .unwrap();
    let mut out = String::new();
    known
        .stdout()
        .unwrap()
        .read_to_string(&mut out)
        .await
        .unwrap();
    assert_eq!(out, "PONG\n");
    let status = known.take_status().unwrap().await.unwrap();
    assert_eq!(status.status.as_deref(), Some("Success"));
    let mut unknown = pods.exec(&name, ["ls"], &params).await.unwrap();
    let status = unknown.take_status().unwrap().await.unwrap();
    assert_eq!(status.reason.as_deref(), Some("InternalError"));
    let message = status.message.unwrap_or_default();
    assert!(message.contains("executable file not found"), "{message}");
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_budget_refuses_evictions() {
    let served = Served::start().await;
    served.web(2);
    let budget = |least: u32| {
        let budget = json!({
            "metadata": { "name": "web" },
            "spec": { "minAvailable": least, "selector": { "matchLabels": { "app": "web" } } },
        });
        serde_json::from_value::<PodDisruptionBudget>(budget).unwrap()
    };
    let budgets: Api<PodDisruptionBudget> = Api::namespaced(served.client("demo"), "shop");
    budgets
        .create(&PostParams::default(), &budget(2))
        .await
        .unwrap();
    let pods = served.pods();
    let name = pods.list(&ListParams::default()).await.unwrap().items[0].name_any();
    assert_eq!(
        code(pods.evict(&name, &EvictParams::default()).await).0,
        429
    );
    budgets
        .delete("web", &DeleteParams::default())
        .await
        .unwrap();
    budgets
        .create(&PostParams::default(), &budget(1))
        .await
        .unwrap();
    pods.evict(&name, &EvictParams::default()).await.unwrap();
    served.pass(10);
    assert_eq!(code(pods.get(&name).await).0, 404);
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_lost_node_loses_its_pods() {
    let served = Served::start().await;
    let at = served.web(4);
    served
        .cluster
        .set_node_ready("one", false, "Kubelet stopped posting node status.");
    served.pass(5);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 2);
    served.pass(330);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 4);
    let on_two = ListParams::default().fields("spec.nodeName=two");
    assert_eq!(served.pods().list(&on_two).await.unwrap().items.len(), 4);
    served.cluster.set_node_ready("one", true, "");
    served.pass(30);
    assert_eq!(
        served
            .pods()
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        4
    );
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_status_written_by_hand_stays() {
    let served = Served::start().await;
    let pods = served.pods();
    let pod = json!({
        "metadata": { "name": "odd" },
        "spec": { "containers": [{ "name": "main", "image": "odd:1" }] },
    });
    pods.create(
        &PostParams::default(),
        &serde_json::from_value(pod).unwrap(),
    )
    .await
    .unwrap();
    let status = Patch::Merge(json!({ "status": { "phase": "Failed", "reason": "Evicted" } }));
    pods.patch_status("odd", &PatchParams::default(), &status)
        .await
        .unwrap();
    served.pass(60);
    let status = pods.get("odd").await.unwrap().status.unwrap();
    assert_eq!(status.reason.as_deref(), Some("Evicted"));
    assert_eq!(status.phase.as_deref(), Some("Failed"));
    served.tasks.finish().await;
}

#[test]
fn the_same_seed_makes_the_same_cluster() {
    let names = |seed| {
        let start = "2026-03-01T12:00:00Z".parse().unwrap();
        let cluster = Cluster::new(seed, SimClock::manual(start));
        cluster.create_node("one", &BTreeMap::new(), start);
        cluster.create_namespace("shop", start);
        cluster.fill("shop", 3, start);
        let state = cluster.state();
        let pods = state.store.all(crate::sim::kubernetes::kinds::Res::Pods);
        let pods: Vec<String> = pods
            .map(|pod| format!("{} {}", pod.name, pod.uid))
            .collect();
        drop(state);
        (pods, cluster.uid())
    };
    assert_eq!(names(5), names(5));
    assert_ne!(names(5), names(6));
}
