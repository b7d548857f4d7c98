//! Pods in states that real clusters bring about rarely, workloads, and events of both ages.

use k8s_openapi::api::{
    apps::v1::{DaemonSet, Deployment, StatefulSet},
    core::v1::{Event, Pod},
};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};

/// What kubectl prints of the odd pods.
pub const STATUSES: [&str; 13] = [
    "CrashLoopBackOff",
    "OOMKilled",
    "ImagePullBackOff",
    "Init:0/2",
    "Init:Error",
    "Init:1/2",
    "Completed",
    "Evicted",
    "Unknown",
    "Terminating",
    "SchedulingGated",
    "Pending",
    "Running",
];

#[expect(
    clippy::needless_pass_by_value,
    reason = "each is written where it is used"
)]
fn container(name: &str, state: Value, last: Value, ready: bool, restarts: u32) -> Value {
    json!({
        "name": name, "image": "lookup:1", "imageID": "", "ready": ready, "restartCount": restarts,
        "started": ready, "state": state, "lastState": last,
    })
}

fn waiting(reason: &str) -> Value {
    json!({"waiting": {"reason": reason, "message": "a \"quoted\" \\ message\nin lines — ü 数据库"}})
}

fn terminated(reason: &str, code: i32) -> Value {
    json!({"terminated": {
        "exitCode": code, "reason": reason, "startedAt": "2026-10-01T10:00:00Z", "finishedAt": "2026-10-01T10:00:59Z",
    }})
}

fn running() -> Value {
    json!({"running": {"startedAt": "2026-10-01T10:00:00Z"}})
}

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "lastTransitionTime": "2026-10-01T10:00:00Z"})
}

/// Name, what is special in the spec, and the status.
#[expect(clippy::too_many_lines, reason = "a table of pods")]
fn pods() -> Vec<(&'static str, Value, Value)> {
    let none = || json!({});
    let init = || {
        json!({"initContainers": [
            {"name": "first", "image": "lookup:1"},
            {"name": "beside", "image": "lookup:1", "restartPolicy": "Always"},
        ]})
    };
    let main = |state, last, ready, restarts| json!({"phase": "Running", "containerStatuses": [container("main", state, last, ready, restarts)]});
    let starts = |first: Value, beside: Value| {
        json!({"phase": "Pending", "conditions": [condition("Initialized", "False", "ContainersNotInitialized")],
            "initContainerStatuses": [
                container("first", first, none(), false, 1),
                container("beside", beside, none(), false, 0),
            ],
            "containerStatuses": [container("main", waiting("PodInitializing"), none(), false, 0)]})
    };
    vec![
        (
            "crash",
            none(),
            main(
                waiting("CrashLoopBackOff"),
                terminated("OOMKilled", 137),
                false,
                12,
            ),
        ),
        (
            "oom",
            none(),
            main(terminated("OOMKilled", 137), none(), false, 1),
        ),
        (
            "image",
            none(),
            json!({"phase": "Pending", "containerStatuses": [
            container("main", waiting("ImagePullBackOff"), none(), false, 0)]}),
        ),
        (
            "init-waits",
            init(),
            starts(waiting("PodInitializing"), waiting("PodInitializing")),
        ),
        (
            "init-failed",
            init(),
            starts(terminated("Error", 1), waiting("PodInitializing")),
        ),
        (
            "init-beside",
            init(),
            starts(terminated("Completed", 0), waiting("PodInitializing")),
        ),
        (
            "completed",
            json!({"restartPolicy": "Never"}),
            json!({"phase": "Succeeded", "containerStatuses": [
            container("main", terminated("Completed", 0), none(), false, 0)]}),
        ),
        (
            "evicted",
            none(),
            json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}),
        ),
        ("unknown", none(), json!({"phase": "Unknown"})),
        ("stuck", none(), main(running(), none(), true, 0)),
        (
            "gated",
            json!({"schedulingGates": [{"name": "example.org/wait"}]}),
            none(),
        ),
        (
            "unschedulable",
            none(),
            json!({"phase": "Pending", "conditions": [condition("PodScheduled", "False", "Unschedulable")]}),
        ),
        (
            "readiness-gate",
            json!({"readinessGates": [{"conditionType": "example.org/load-balancer"}]}),
            json!({
                "phase": "Running",
                "conditions": [condition("Ready", "False", "ReadinessGatesNotReady"), condition("ContainersReady", "True", "")],
                "containerStatuses": [container("main", running(), none(), true, 0)],
            }),
        ),
        ("bare", none(), none()),
    ]
}

/// Makes them all; how many odd pods that are.
pub async fn make(client: &Client, namespace: &str) -> usize {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let pods = pods();
    for (name, special, status) in &pods {
        let mut spec = json!({
            // Nobody schedules them, so nobody brings them to life.
            "schedulerName": "nobody", "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "main", "image": "lookup:1"}],
        });
        for (key, value) in special.as_object().unwrap() {
            spec[key] = value.clone();
        }
        let finalizers = if *name == "stuck" {
            json!(["example.org/stuck"])
        } else {
            json!([])
        };
        let pod = json!({
            "metadata": {"name": name, "finalizers": finalizers,
                "labels": {"app": "odd", "example.org/empty": ""}, "annotations": {"example.org/note": "x".repeat(300)}},
            "spec": spec,
        });
        let pod = serde_json::from_value(pod).unwrap();
        api.create(&PostParams::default(), &pod).await.unwrap();
        if !status.as_object().unwrap().is_empty() {
            let patch = Patch::Merge(json!({ "status": status }));
            let done = api
                .patch_status(name, &PatchParams::default(), &patch)
                .await;
            done.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    api.delete("stuck", &DeleteParams::default()).await.unwrap();
    workloads(client, namespace).await;
    events(client, namespace).await;
    pods.len()
}

/// Five pods that live.
async fn workloads(client: &Client, namespace: &str) {
    let template = json!({
        "metadata": {"labels": {"app": "lookup"}},
        "spec": {"containers": [{"name": "main", "image": "lookup:1"}, {"name": "beside", "image": "proxy:3"}]},
    });
    let selector = json!({"matchLabels": {"app": "lookup"}});
    let parameters = PostParams::default();
    let deployment: Deployment = serde_json::from_value(json!({
        "metadata": {"name": "lookup"}, "spec": {"replicas": 3, "selector": selector, "template": template},
    }))
    .unwrap();
    let api = Api::namespaced(client.clone(), namespace);
    api.create(&parameters, &deployment).await.unwrap();
    let mut other = template;
    other["metadata"]["labels"]["app"] = "store".into();
    let selector = json!({"matchLabels": {"app": "store"}});
    let set: StatefulSet = serde_json::from_value(json!({
        "metadata": {"name": "store"},
        "spec": {"replicas": 2, "serviceName": "store", "selector": selector, "template": other},
    }))
    .unwrap();
    let api = Api::namespaced(client.clone(), namespace);
    api.create(&parameters, &set).await.unwrap();
    other["spec"]["nodeSelector"] = json!({"example.org/nowhere": "true"});
    let set: DaemonSet = serde_json::from_value(json!({
        "metadata": {"name": "agent"}, "spec": {"selector": selector, "template": other},
    }))
    .unwrap();
    let api = Api::namespaced(client.clone(), namespace);
    api.create(&parameters, &set).await.unwrap();
}

async fn events(client: &Client, namespace: &str) {
    let object = json!({"kind": "Pod", "name": "crash", "namespace": namespace, "uid": "u-1"});
    let api: Api<Event> = Api::namespaced(client.clone(), namespace);
    for event in [
        json!({"metadata": {"name": "old"}, "type": "Warning", "reason": "BackOff", "count": 7,
            "message": "Back-off \u{1b}[31m restarting \"main\"", "involvedObject": object,
            "firstTimestamp": "2026-10-01T10:00:00Z", "lastTimestamp": "2026-10-01T10:07:00Z",
            "source": {"component": "kubelet", "host": "node-0"}}),
        json!({"metadata": {"name": "new"}, "type": "Normal", "reason": "Scheduled", "message": "",
            "involvedObject": object, "eventTime": "2026-10-01T10:00:01.234567Z",
            "series": {"count": 4, "lastObservedTime": "2026-10-01T10:09:00.000001Z"},
            "reportingComponent": "example.org/scheduler", "reportingInstance": "one", "action": "Binding"}),
    ] {
        let event = serde_json::from_value(event).unwrap();
        api.create(&PostParams::default(), &event).await.unwrap();
    }
}

/// One pod gets worse, one goes.
pub async fn change(client: &Client, namespace: &str) {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let worse = json!({"status": {"phase": "Pending", "containerStatuses": [
        container("main", waiting("ImagePullBackOff"), json!({}), false, 0)]}});
    api.patch_status("bare", &PatchParams::default(), &Patch::Merge(worse))
        .await
        .unwrap();
    let now = DeleteParams::default().grace_period(0);
    api.delete("evicted", &now).await.unwrap();
}

/// Takes off what keeps the namespace from going.
pub async fn let_go(client: &Client, namespace: &str) {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let none = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    for pod in api.list(&ListParams::default()).await.unwrap() {
        if !pod.finalizers().is_empty() {
            api.patch(&pod.name_any(), &PatchParams::default(), &none)
                .await
                .unwrap();
        }
    }
}
