use serde_json::json;

use super::*;
use crate::domain::description::{Field, FieldName};

/// The text of a field, by its label.
fn field(blocks: &[Block], label: Label) -> Option<&Said> {
    let fields = blocks.iter().filter_map(|block| match block {
        Block::Fields { fields, .. } => Some(fields),
        _ => None,
    });
    let mut fields = fields.flatten();
    fields
        .find(|field| field.name == FieldName::Label(label))
        .map(|field| &field.said)
}

fn rows(blocks: &[Block], label: Label) -> Vec<Vec<String>> {
    let found = blocks.iter().find_map(|block| match block {
        Block::Table { title, rows, .. } if *title == label => Some(rows),
        _ => None,
    });
    let told = |said: &Said| match said {
        Said::Text(text, _) => text.clone(),
        Said::Bytes(bytes) => format!("{bytes}B"),
        Said::Since(at) => at.to_string(),
        Said::Age(at) => at.map(|at| at.to_string()).unwrap_or_default(),
    };
    let rows = found.into_iter().flatten();
    rows.map(|row| row.iter().map(told).collect()).collect()
}

#[test]
fn a_stateful_set_in_the_middle_of_a_rollout() {
    let object = json!({
        "metadata": {"generation": 5},
        "spec": {
            "replicas": 3, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "10Gi"}}}}],
            "template": {"spec": {"containers": [{
                "name": "main", "image": "db:2", "env": [
                    {"name": "MODE", "value": "ha"},
                    {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                ],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }]}},
        },
        "status": {
            "observedGeneration": 4, "updatedReplicas": 1, "readyReplicas": 2, "availableReplicas": 2,
            "currentRevision": "db-a", "updateRevision": "db-b",
        },
    });
    let blocks = workload::stateful_set(&object);
    assert_eq!(rows(&blocks, Label::Replicas), [["3", "1", "2", "2"]]);
    let said = |label| field(&blocks, label).cloned();
    assert_eq!(
        said(Label::Revision),
        Some(Said::marked("db-a → db-b", Mark::Warn))
    );
    assert_eq!(
        said(Label::Progress),
        Some(Said::marked("4 < 5", Mark::Warn))
    );
    assert_eq!(
        said(Label::Strategy),
        Some(Said::text("RollingUpdate, 1 partition"))
    );
    assert_eq!(said(Label::VolumeClaims), Some(Said::text("data 10Gi")));
    let template = template::blocks(&object, "/spec/template");
    let Some(Block::Containers(containers)) = template.last() else {
        panic!("{template:?}");
    };
    assert_eq!(
        containers[0].env,
        ["MODE=ha", "PASSWORD ← secret db/password"]
    );
    assert_eq!(containers[0].mounts, ["/data ← data (rw)"]);
}

#[test]
fn a_deployment_lists_its_own_sets_newest_first() {
    let set = |name: &str, revision: &str, owner: &str, wanted: u64| {
        json!({
            "metadata": {
                "name": name, "ownerReferences": [{"uid": owner}], "creationTimestamp": "2026-11-20T10:00:00Z",
                "annotations": {"deployment.kubernetes.io/revision": revision},
            },
            "spec": {"replicas": wanted, "template": {"spec": {"containers": [{"image": format!("api:{revision}")}]}}},
            "status": {"readyReplicas": wanted},
        })
    };
    let deployment = json!({"metadata": {"uid": "d"}});
    let sets = vec![
        set("api-1", "9", "d", 0),
        set("api-2", "10", "d", 3),
        set("other", "11", "x", 3),
    ];
    let told = rows(
        &[workload::replica_set_rows(&deployment, sets)],
        Label::ReplicaSets,
    );
    let short: Vec<(&str, &str)> = told.iter().map(|row| (&*row[0], &*row[1])).collect();
    assert_eq!(short, [("10", "3/3"), ("9", "0/0")]);
}

#[test]
fn a_secret_tells_keys_and_sizes_only() {
    // No `kind`, as some servers leave it out.
    let mut object = json!({
        "type": "Opaque", "data": {"password": "aHVudGVyMg=="},
        "metadata": {"annotations": {
            "tool/copy": "{\"data\":{\"password\":\"aHVudGVyMg==\"}}",
            "objectset.rio.cattle.io/applied": "cGFja2VkLXNlY3JldA",
            "tool/packed": "H4sIAAAAAAAAA6tWSkksSVSyUqpWKkgsLi7PL0pRqgUAx",
            "team": "export",
        }},
    });
    let kind = KindRef::new("", "v1", "Secret", "secrets", true);
    let sizes = without_secrets(&mut object, &kind);
    let mut blocks = config::secret(&object, sizes);
    blocks.extend(labels(&object));
    assert_eq!(rows(&blocks, Label::Data), [["password", "7B"]]);
    let told = format!("{blocks:?}");
    for secret in ["aHVudGVyMg", "cGFja2VkLXNlY3JldA", "H4sI"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(told.contains("export"), "{told}");
}

#[test]
fn a_quota_marks_what_is_nearly_used_up() {
    let object = json!({"status": {
        "hard": {"pods": "10", "requests.cpu": "4", "requests.memory": "1Gi"},
        "used": {"pods": "10", "requests.cpu": "3700m", "requests.memory": "512Mi"},
    }});
    let blocks = scaling::quota(&object);
    let Block::Table { rows, .. } = &blocks[1] else {
        panic!("{blocks:?}");
    };
    let marks: Vec<&Said> = rows.iter().map(|row| &row[3]).collect();
    assert_eq!(
        marks,
        [
            &Said::marked("100%", Mark::Bad),
            &Said::marked("92%", Mark::Warn),
            &Said::marked("50%", Mark::Plain),
        ]
    );
}

#[test]
fn an_autoscaler_tells_each_metric_beside_its_target() {
    let object = json!({
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "api"}, "minReplicas": 2, "maxReplicas": 5,
            "metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
                {"type": "Pods", "pods": {"metric": {"name": "queue"}, "target": {"averageValue": "30"}}},
            ],
        },
        "status": {
            "currentReplicas": 5, "desiredReplicas": 5,
            "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 91}}}],
        },
    });
    let blocks = scaling::autoscaler(&object);
    assert_eq!(
        rows(&blocks, Label::Metrics),
        [["cpu", "91%", "70%"], ["queue", "?", "30"]]
    );
    assert_eq!(rows(&blocks, Label::Replicas), [["2", "5", "5", "5"]]);
}

#[test]
fn an_endpoint_that_goes_is_told_apart_from_one_that_is_down() {
    let slice = json!({"ports": [{"port": 8080}], "endpoints": [
        {"addresses": ["10.0.0.1"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": "a"}},
        {"addresses": ["10.0.0.2"], "conditions": {"ready": false, "terminating": true}},
        {"addresses": ["10.0.0.3"], "conditions": {"ready": false}},
        {"addresses": ["10.0.0.4"], "conditions": {}},
    ]});
    let told = rows(&network::slice(&slice), Label::Endpoints);
    let ready: Vec<&str> = told.iter().map(|row| &*row[1]).collect();
    assert_eq!(ready, ["true", "terminating", "false", "true"]);
    assert_eq!(told[0][3], "Pod/a");
}

#[test]
fn an_ingress_tells_each_path() {
    let object = json!({"spec": {"rules": [{"host": "x.example", "http": {"paths": [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
        {"path": "/api", "pathType": "Exact", "backend": {"service": {"name": "api", "port": {"name": "http"}}}},
    ]}}]}});
    let told = rows(&network::ingress(&object), Label::Rules);
    assert_eq!(
        told,
        [
            ["x.example", "/", "Prefix", "web:80"],
            ["x.example", "/api", "Exact", "api:http"]
        ]
    );
}

#[test]
fn an_unknown_kind_is_a_tree_without_terminal_sequences() {
    let object = json!({
        "kind": "Widget", "metadata": {"name": "w"},
        "spec": {"lastProbeTime": "2026-11-20T10:00:00Z", "parts": [{"name": "left", "size": 3}], "note": "a\u{1b}[2Jb", "none": null},
        "status": {"phase": "Ready", "conditions": [{"type": "Ready", "status": "True"}]},
    });
    let (blocks, left_out) = tree::blocks(&object);
    assert_eq!(left_out, 0);
    let told: Vec<(u8, String)> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Fields { fields, .. } => Some(fields),
            _ => None,
        })
        .flatten()
        .map(|Field { depth, name, said }| {
            let FieldName::Own(name) = name else {
                panic!("{name:?}");
            };
            let said = match said {
                Said::Text(text, _) => text.clone(),
                Said::Since(_) => "since".to_owned(),
                other => format!("{other:?}"),
            };
            (*depth, format!("{name}={said}"))
        })
        .collect();
    let expected = [
        (0, "phase=Ready"),
        (0, "last probe time=since"),
        (0, "note=ab"),
        (0, "parts="),
        (1, "1=left"),
        (2, "name=left"),
        (2, "size=3"),
    ];
    assert_eq!(told, expected.map(|(depth, text)| (depth, text.to_owned())));
}

#[test]
fn a_tree_without_end_is_cut_and_says_so() {
    let spec: serde_json::Map<String, Value> =
        (0..1_000).map(|n| (format!("f{n}"), json!(n))).collect();
    let (_, left_out) = tree::blocks(&json!({"spec": spec}));
    assert_eq!(left_out, 600);
}

#[test]
fn a_pod_claims_what_the_scheduler_counts() {
    let pod = json!({"spec": {
        "containers": [{"resources": {"requests": {"cpu": "500m", "memory": "256Mi"}}}],
        "initContainers": [
            {"restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}},
            {"resources": {"requests": {"cpu": "2"}}},
        ],
    }});
    let claimed = format!("{:?}", node::Claimed::of_pod(&pod));
    assert!(claimed.contains("cpu: 2.1,"), "{claimed}");
    assert_eq!(node::bytes(1_610_612_736.0), "1.5Gi");
    assert_eq!(node::bytes(268_435_456.0), "256Mi");
}
