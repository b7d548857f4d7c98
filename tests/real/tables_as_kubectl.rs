//! The tables of any kind are kubectl's, column for column and cell for cell, on the same server.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        autoscaling::v2::HorizontalPodAutoscaler,
        batch::v1::{CronJob, Job},
        core::v1::{ConfigMap, PersistentVolumeClaim, ResourceQuota, Secret, Service},
        networking::v1::Ingress,
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api,
    api::{DeleteParams, DynamicObject, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::TroubleKind,
        question::{Answer, Question},
        table::{KindInfo, Kinds, Listing, PartState, Sheet},
    },
    sim::clock::SimClock,
    sources::kubernetes::Ask,
};
use serde_json::json;

use crate::harness::{Bed, Heard, Reader, Space, User};

const GROUP: &str = "tables.quarterdeck.example";

fn sheet(heard: &Heard, request: u64) -> Option<&Sheet> {
    heard
        .told
        .iter()
        .rev()
        .find_map(|(told, answer)| match answer {
            Ok(Answer::Table(sheet)) if *told == request => Some(&**sheet),
            _ => None,
        })
}

async fn ask(reader: &Reader, request: u64, question: Question) {
    let ask = Ask::Question { request, question };
    reader.asks.send(ask).await.unwrap();
}

async fn kinds(reader: &mut Reader) -> Kinds {
    ask(reader, 1, Question::Kinds).await;
    let found = |heard: &Heard| {
        heard.told.iter().find_map(|(_, answer)| match answer {
            Ok(Answer::Kinds(kinds)) => Some(kinds.clone()),
            _ => None,
        })
    };
    reader
        .until("the kinds", |heard| found(heard).is_some())
        .await;
    found(&reader.heard).unwrap()
}

fn kind<'k>(kinds: &'k Kinds, resource: &str) -> &'k KindInfo {
    let mut all = kinds.kinds.iter();
    let found = all.find(|info| info.kind.resource() == resource);
    found.unwrap_or_else(|| panic!("no {resource}"))
}

/// The heads and the rows that kubectl prints, cut where its heads begin.
fn cut(text: &str) -> Vec<Vec<String>> {
    let head = text.lines().next().unwrap_or_default();
    // Three spaces stand between columns at least, one at most within a head.
    let begins = |at: &usize| {
        head[..*at].ends_with("   ") && head[*at..].chars().next().is_some_and(|c| c != ' ')
    };
    let starts: Vec<usize> = std::iter::once(0)
        .chain((1..head.len()).filter(begins))
        .collect();
    let cell = |line: &str, index: usize| {
        let from = starts[index].min(line.len());
        let to = starts
            .get(index + 1)
            .map_or(line.len(), |to| (*to).min(line.len()));
        line[from..to].trim_end().to_owned()
    };
    text.lines()
        .map(|line| (0..starts.len()).map(|index| cell(line, index)).collect())
        .collect()
}

/// The same of our sheet, as it is at `now`.
fn ours(sheet: &Sheet, now: Timestamp) -> Vec<Vec<String>> {
    let heads = sheet
        .columns
        .iter()
        .map(|column| column.name.to_uppercase());
    let rows = sheet.rows.iter().map(|row| {
        let cells = row.cells.iter();
        cells.map(|cell| cell.text(now).into_owned()).collect()
    });
    std::iter::once(heads.collect()).chain(rows).collect()
}

/// Reads a kind through our source and through kubectl, until both say the same of one moment.
async fn compare(reader: &mut Reader, space: &Space<'_>, info: &KindInfo, request: u64) {
    let resource = info.kind.resource();
    let mut said = String::new();
    ask(reader, request, Question::Table(info.clone())).await;
    let whole = |heard: &Heard| {
        let sheet = sheet(heard, request);
        sheet.is_some_and(|sheet| sheet.is_whole() && sheet.parts[0].state == PartState::Live)
    };
    reader.until(&resource, whole).await;
    for _ in 0..5 {
        let began = SimClock::wall();
        let mut arguments = vec!["get", &resource, "-o", "wide"];
        if info.kind.namespaced {
            arguments.extend(["-n", &space.name]);
        }
        let theirs = cut(&space.bed.kubectl(User::Admin, &arguments));
        let ended = SimClock::wall();
        let mut at = began;
        while at <= ended + SignedDuration::from_secs(1) {
            let ours = ours(sheet(&reader.heard, request).unwrap(), at);
            if ours == theirs {
                return;
            }
            said = format!("kubectl {theirs:#?}\nwe {ours:#?}");
            at += SignedDuration::from_millis(200);
        }
        // Something changed in between: hear of it, and look again.
        let told = reader.heard.told.len();
        let more = |heard: &Heard| heard.told.len() > told;
        let hearing = reader.until("a change", more);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), hearing).await;
    }
    panic!("{resource} differs:\n{said}");
}

async fn fill(space: &Space<'_>) {
    let template = json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": "web:1"}]},
    });
    let _: Deployment = space
        .create(json!({
            "metadata": {"name": "web"},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
        }))
        .await;
    let _: Service = space
        .create(json!({
            "metadata": {"name": "web"},
            "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [
                {"name": "http", "port": 80, "targetPort": 8080}, {"name": "metrics", "port": 9090},
            ]},
        }))
        .await;
    let _: ConfigMap = space
        .create(json!({"metadata": {"name": "settings"}, "data": {"a": "1", "b": "2"}}))
        .await;
    let _: Secret = space
        .create(json!({"metadata": {"name": "token"}, "data": {"key": "c2VjcmV0LXZhbHVl"}}))
        .await;
    let _: Ingress = space
        .create(
            json!({"metadata": {"name": "web"}, "spec": {"ingressClassName": "nginx", "rules": [{
                "host": "web.example", "http": {"paths": [{"path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "web", "port": {"number": 80}}}}]},
            }]}}),
        )
        .await;
    let _: PersistentVolumeClaim = space
        .create(json!({"metadata": {"name": "data"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "none", "resources": {"requests": {"storage": "1Gi"}},
        }}))
        .await;
    let _: HorizontalPodAutoscaler = space
        .create(json!({"metadata": {"name": "web"}, "spec": {
            "minReplicas": 1, "maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}],
        }}))
        .await;
    let _: ResourceQuota = space
        .create(json!({"metadata": {"name": "most"}, "spec": {"hard": {"pods": "20", "requests.cpu": "4"}}}))
        .await;
    let pod = json!({"restartPolicy": "Never", "schedulerName": "nobody", "containers": [{"name": "main", "image": "job:1"}]});
    let _: Job = space
        .create(json!({"metadata": {"name": "once"}, "spec": {"template": {"spec": pod}}}))
        .await;
    let _: CronJob = space
        .create(json!({"metadata": {"name": "nightly"}, "spec": {
            "schedule": "0 3 * * *", "suspend": true, "jobTemplate": {"spec": {"template": {"spec": pod}}},
        }}))
        .await;
}

/// A kind of the test's own, with columns of every type.
async fn define(space: &Space<'_>) {
    let plural = "beacons";
    let column = |name: &str, kind: &str, path: &str, priority: i32| json!({"name": name, "type": kind, "jsonPath": path, "priority": priority});
    let definition = json!({
        "metadata": {"name": format!("{plural}.{GROUP}")},
        "spec": {
            "group": GROUP, "scope": "Namespaced",
            "names": {"plural": plural, "singular": "beacon", "kind": "Beacon", "shortNames": ["bcn"]},
            "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": [
                    column("Phase", "string", ".status.phase", 0),
                    column("Lit", "boolean", ".spec.lit", 0),
                    column("Lamps", "integer", ".spec.lamps", 0),
                    column("Share", "number", ".spec.share", 0),
                    column("Since", "date", ".spec.since", 0),
                    column("Keeper", "string", ".spec.keeper", 1),
                    column("Age", "date", ".metadata.creationTimestamp", 0),
                ],
            }],
        },
    });
    let definition: CustomResourceDefinition = serde_json::from_value(definition).unwrap();
    let api: Api<CustomResourceDefinition> = Api::all(space.client.clone());
    let name = format!("{plural}.{GROUP}");
    if api.get_opt(&name).await.unwrap().is_none() {
        api.create(&PostParams::default(), &definition)
            .await
            .unwrap();
    }
    space.bed.kubectl(
        User::Admin,
        &[
            "wait",
            "--for=condition=Established",
            "--timeout=30s",
            &format!("crd/{name}"),
        ],
    );
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(GROUP, "v1", "Beacon"), plural);
    let beacons: Api<DynamicObject> =
        Api::namespaced_with(space.client.clone(), &space.name, &resource);
    for (beacon, spec) in [
        (
            "north",
            json!({"lit": true, "lamps": 12, "share": 0.5, "since": "2026-01-02T03:04:05Z", "keeper": "li"}),
        ),
        ("south", json!({"lit": false, "lamps": 3})),
    ] {
        let mut object = DynamicObject::new(beacon, &resource);
        object.data = json!({"spec": spec});
        beacons
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn every_kind_is_as_kubectl_prints_it() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "tables").await;
    fill(&space).await;
    define(&space).await;
    let namespaces = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::new(bed.kubeconfig(User::Admin), namespaces);
    let kinds = kinds(&mut reader).await;
    let beacons = format!("beacons.{GROUP}");
    let wanted = [
        "services",
        "endpointslices.discovery.k8s.io",
        "configmaps",
        "secrets",
        "serviceaccounts",
        "persistentvolumeclaims",
        "resourcequotas",
        "deployments.apps",
        "replicasets.apps",
        "pods",
        "jobs.batch",
        "cronjobs.batch",
        "horizontalpodautoscalers.autoscaling",
        "ingresses.networking.k8s.io",
        "namespaces",
        "nodes",
        "customresourcedefinitions.apiextensions.k8s.io",
        &beacons,
    ];
    for (index, resource) in wanted.iter().enumerate() {
        let request = 10 + index as u64;
        compare(&mut reader, &space, kind(&kinds, resource), request).await;
        reader.asks.send(Ask::Drop(vec![request])).await.unwrap();
    }
    let told = format!("{:?}", reader.heard.told);
    assert!(!told.contains("c2VjcmV0"), "nothing of a secret is kept");
    let api: Api<CustomResourceDefinition> = Api::all(space.client.clone());
    api.delete(&beacons, &DeleteParams::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_table_follows_what_happens() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "follows").await;
    let namespaces = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::new(bed.kubeconfig(User::Viewer), namespaces);
    let kinds = kinds(&mut reader).await;
    ask(
        &reader,
        2,
        Question::Table(kind(&kinds, "configmaps").clone()),
    )
    .await;
    let names = |heard: &Heard| -> Vec<String> {
        let rows = sheet(heard, 2).into_iter().flat_map(|sheet| &sheet.rows);
        let names = rows.map(|row| row.name.to_string());
        names.filter(|name| name != "kube-root-ca.crt").collect()
    };
    reader
        .until("the list", |heard| {
            sheet(heard, 2).is_some_and(Sheet::is_whole)
        })
        .await;
    for name in ["b", "a"] {
        let _: ConfigMap = space.create(json!({"metadata": {"name": name}})).await;
    }
    reader
        .until("two more", |heard| names(heard) == ["a", "b"])
        .await;
    let api = space.api::<ConfigMap>();
    api.delete("a", &DeleteParams::default()).await.unwrap();
    reader
        .until("one less", |heard| names(heard) == ["b"])
        .await;
}

#[tokio::test]
async fn what_may_not_be_listed_is_known_and_said() {
    let bed = Bed::shared();
    let mut reader = Reader::new(
        bed.kubeconfig(User::Oncall),
        Namespaces::Some(vec!["oncall".to_owned(), "default".to_owned()]),
    );
    let kinds = kinds(&mut reader).await;
    assert_eq!(kind(&kinds, "bindings").listing, Listing::NotOffered);
    assert_eq!(kind(&kinds, "nodes").listing, Listing::Forbidden);
    let pods = kind(&kinds, "pods");
    assert_eq!(pods.listing, Listing::Offered);
    ask(&reader, 2, Question::Table(pods.clone())).await;
    reader
        .until("one namespace read, the other denied", |heard| {
            sheet(heard, 2).is_some_and(|sheet| {
                let state = |name: &str| {
                    let mut parts = sheet.parts.iter();
                    let part = parts.find(|part| part.namespace.as_deref() == Some(name));
                    part.map(|part| part.state.clone())
                };
                let denied = match state("default") {
                    Some(PartState::Failed { trouble, .. }) => {
                        trouble.kind == TroubleKind::Forbidden
                    }
                    _ => false,
                };
                state("oncall") == Some(PartState::Live) && denied
            })
        })
        .await;
}
