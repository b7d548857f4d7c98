use serde_json::json;

use super::*;

#[test]
fn a_pod_is_told_with_its_containers_in_order() {
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"name": "a", "namespace": "b", "uid": "c", "labels": {"app": "x\u{1b}[2J"}},
        "spec": {
            "nodeName": "worker-1",
            "initContainers": [{"name": "migrate", "image": "m:1"}, {"name": "mesh", "image": "e:1", "restartPolicy": "Always"}],
            "containers": [{
                "name": "main", "image": "lookup:2",
                "resources": {"requests": {"cpu": "500m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
                "ports": [{"containerPort": 8080, "name": "http"}],
                "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5},
            }],
            "ephemeralContainers": [{"name": "debug", "image": "busybox"}],
        },
        "status": {
            "phase": "Running", "qosClass": "Burstable", "podIP": "10.0.0.1",
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
            "initContainerStatuses": [{"name": "migrate", "image": "m:1", "imageID": "", "ready": true, "restartCount": 0,
                "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}],
            "containerStatuses": [{"name": "main", "image": "lookup:2", "imageID": "", "ready": false, "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-20T10:00:00Z"}}}],
        },
    }))
    .unwrap();
    let key = PodKey {
        namespace: "b".into(),
        name: "a".into(),
        uid: "c".into(),
    };
    let detail = describe(&key, Timestamp::UNIX_EPOCH, pod, Vec::new(), None);
    assert_eq!(detail.labels, [("app".to_owned(), "x".to_owned())]);
    assert_eq!(detail.qos.as_deref(), Some("Burstable"));
    let kinds: Vec<_> = detail
        .containers
        .iter()
        .map(|it| (it.name.as_str(), it.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("migrate", ContainerKind::Init),
            ("mesh", ContainerKind::Sidecar),
            ("main", ContainerKind::Main),
            ("debug", ContainerKind::Ephemeral),
        ]
    );
    let main = &detail.containers[2];
    assert_eq!(main.cpu, (Some("500m".into()), None));
    assert_eq!(main.memory, (Some("256Mi".into()), Some("512Mi".into())));
    assert_eq!(main.ports, ["8080/TCP (http)"]);
    assert_eq!(
        main.probes,
        [
            "readiness http-get http://:http/ready delay=0s timeout=1s period=5s #success=1 #failure=3"
        ]
    );
    assert!(
        matches!(&main.state, ContainerState::Waiting { reason, .. } if reason == "CrashLoopBackOff")
    );
    assert!(matches!(
        &main.last_state,
        Some(ContainerState::Terminated { code: 137, .. })
    ));
    assert_eq!(detail.containers[1].state, ContainerState::Unknown);
    assert_eq!(detail.conditions[0].reason, "ContainersNotReady");
}
