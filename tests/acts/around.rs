//! What is told of those around: pods, budgets, quotas, and who else writes.

use quarterdeck::domain::action::{
    access::{Access, Allowed},
    preflight::{Owner, OwnerKind, Warning},
    refusal::Refusal,
    step::{Planned, StepKind},
    value::Value as Known,
    verdict::StepEnd,
};
use quarterdeck::runtime::executors::{
    Executor,
    kubernetes::{Reviews, secret_value},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::stage::{Stage, Who, clock, look, plan, planned, run};

fn scale(stage: &Stage, replicas: i64) -> Planned {
    planned(StepKind::Scale {
        target: stage.target("Deployment", "web"),
        replicas,
    })
}

pub async fn an_autoscaler_is_told_or_refuses(stage: &Stage) {
    stage.deployment("web", 3).await;
    let scalers = format!(
        "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
        stage.space
    );
    for (name, target) in [("web", "web"), ("other", "web-2")] {
        let body = json!({
            "metadata": {"name": name},
            "spec": {
                "minReplicas": 2, "maxReplicas": 5,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}],
            },
        });
        stage.create(&scalers, &body).await;
    }
    let executor = stage.executor(Who::Admin).await;
    let hpa = |reverts| Owner {
        by: OwnerKind::Hpa,
        name: "web".to_owned(),
        reverts,
    };
    let found = look(&executor, &scale(stage, 4)).await.unwrap();
    assert!(found.owners.contains(&hpa(true)), "{:?}", found.owners);
    assert!(
        !found.owners.iter().any(|it| it.name == "other"),
        "{:?}",
        found.owners
    );
    let found = look(&executor, &scale(stage, 0)).await.unwrap();
    assert!(found.owners.contains(&hpa(false)), "{:?}", found.owners);
    for outside in [1, 6] {
        let refusal = look(&executor, &scale(stage, outside)).await.unwrap_err();
        let owned = Refusal::Owned {
            by: "hpa".to_owned(),
            name: "web".to_owned(),
        };
        assert_eq!(refusal, owned);
    }
}

pub async fn deployers_are_told(stage: &Stage) {
    stage.deployment("web", 3).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let marks = json!({"metadata": {
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "shop", "argocd.argoproj.io/tracking-id": "store:apps/Deployment:a/web"},
    }});
    stage.merge(&web, &marks).await;
    let path = format!("{web}?fieldManager=argocd-controller");
    stage.merge(&path, &json!({"spec": {"replicas": 2}})).await;
    let executor = stage.executor(Who::Admin).await;
    let found = look(&executor, &scale(stage, 4)).await.unwrap();
    let told: Vec<_> = found
        .owners
        .iter()
        .map(|it| (it.by, it.name.as_str(), it.reverts))
        .collect();
    assert!(
        told.contains(&(OwnerKind::ArgoCd, "store", true)),
        "{told:?}"
    );
    assert!(told.contains(&(OwnerKind::Helm, "shop", false)), "{told:?}");
}

pub async fn who_would_feel_it_is_told(stage: &Stage) {
    let budgets = format!(
        "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
        stage.space
    );
    for (name, app) in [("web", "web"), ("other", "web-2")] {
        let body = json!({
            "metadata": {"name": name},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": app}}},
        });
        stage.create(&budgets, &body).await;
    }
    stage.ready_deployment("web", 2).await;
    // Of the same labels, and of nobody: not one of its pods.
    let mut stray = crate::contract::kubernetes::pod("web", &["main"], true);
    stray["metadata"]["name"] = json!("web-stray");
    stage.create(&stage.core("pods"), &stray).await;
    let quota = json!({
        "metadata": {"name": "q"}, "spec": {"hard": {"pods": "4"}},
        "status": {"hard": {"pods": "4"}, "used": {"pods": "3"}},
    });
    stage.create(&stage.core("resourcequotas"), &quota).await;
    // The embedded cluster computes none: what a controller would say is said for it.
    let status = format!("{}/q/status", stage.core("resourcequotas"));
    let told = json!({"status": {"hard": {"pods": "4"}, "used": {"pods": "3"}}});
    stage.merge(&status, &told).await;
    stage
        .kube
        .until(&budgets, "web", |it| {
            it["status"]["disruptionsAllowed"] == 1
        })
        .await;
    let executor = stage.executor(Who::Admin).await;
    let restart = planned(StepKind::Restart {
        target: stage.target("Deployment", "web"),
    });
    let found = look(&executor, &restart).await.unwrap();
    let blast = found.blast;
    assert_eq!(blast.pods.len(), 2, "{blast:?}");
    assert!(
        blast
            .pods
            .iter()
            .all(|it| it.starts_with("web-") && it != "web-stray"),
        "{blast:?}"
    );
    assert_eq!((blast.ready, blast.desired), (Some(2), Some(2)));
    let told: Vec<_> = blast
        .budgets
        .iter()
        .map(|it| (it.name.as_str(), it.allowed))
        .collect();
    assert_eq!(told, [("web", 1)]);
    let none = look(&executor, &scale(stage, 0)).await.unwrap();
    assert_eq!((none.blast.pods.len(), none.blast.pods_more), (2, -2));
    let over = Warning::OverBudget {
        budget: "web".to_owned(),
        allowed: 1,
    };
    assert!(none.warnings.contains(&over), "{:?}", none.warnings);
    let more = look(&executor, &scale(stage, 4)).await.unwrap();
    let quota = &more.blast.quotas[0];
    assert_eq!(
        (
            quota.name.as_str(),
            quota.resource.as_str(),
            quota.before,
            quota.after
        ),
        ("q", "pods", 75, 125)
    );
    let over = Warning::OverQuota {
        quota: "q".to_owned(),
        resource: "pods".to_owned(),
    };
    assert!(more.warnings.contains(&over), "{:?}", more.warnings);
}

pub async fn what_one_may_is_reviewed(stage: &Stage) {
    let access = |verb: &str, resource: &str, subresource: Option<&str>| Access {
        verb: verb.to_owned(),
        group: "apps".to_owned(),
        resource: resource.to_owned(),
        subresource: subresource.map(str::to_owned),
        namespace: Some(stage.space.clone()),
        name: Some("web".to_owned()),
    };
    let asked = [
        access("get", "deployments", None),
        access("patch", "deployments", Some("scale")),
    ];
    for (who, scales) in [(Who::Admin, true), (Who::Viewer, false)] {
        let connection = stage.connection(who).await;
        let reviews = Reviews::new(connection.client, clock());
        for _ in 0..2 {
            let told = reviews.review("somebody", &asked).await;
            assert_eq!(told[0], Allowed::Yes, "{who:?}");
            assert_eq!(told[1] == Allowed::Yes, scales, "{who:?}: {told:?}");
            assert_eq!(
                matches!(told[1], Allowed::No(_)),
                !scales,
                "{who:?}: {told:?}"
            );
        }
    }
}

// row: A3
pub async fn a_secret_is_read_where_it_may_be(stage: &Stage) {
    let body = json!({"metadata": {"name": "db"}, "stringData": {"password": "hunter2"}, "data": {"password": "aHVudGVyMg=="}});
    stage.create(&stage.core("secrets"), &body).await;
    let admin = stage.connection(Who::Admin).await.client;
    let read = secret_value(&admin, &stage.space, "db", "password")
        .await
        .unwrap();
    assert_eq!(read.expose_secret(), "hunter2");
    for (name, key) in [
        ("db", "user"),
        ("db-", "password"),
        ("../secrets/db", "password"),
    ] {
        let refusal = secret_value(&admin, &stage.space, name, key)
            .await
            .unwrap_err();
        let said = format!("{refusal:?}");
        assert!(
            matches!(refusal, Refusal::NotFound { .. } | Refusal::DryRun { .. }),
            "{said}"
        );
        assert!(
            !said.contains("hunter2") && !said.contains("aHVu"),
            "{said}"
        );
    }
    let nobody = stage.connection(Who::Nobody).await.client;
    let refusal = secret_value(&nobody, &stage.space, "db", "password")
        .await
        .unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { .. }), "{refusal:?}");
}

/// A Deployment of no pods whose container is told something.
async fn told(stage: &Stage, name: &str, container: Value) {
    let mut container = container;
    container["name"] = json!("main");
    container["image"] = json!("registry.local/app:1");
    let body = json!({"metadata": {"name": name}, "spec": {
        "replicas": 0, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
    }});
    stage.create(&stage.apps("deployments"), &body).await;
}

// row: A3, A20
pub async fn who_has_a_variable_is_told(stage: &Stage) {
    let map = json!({"metadata": {"name": "app"}, "data": {"HOST": "db-0.db", "OTHER": "x"}});
    stage.create(&stage.core("configmaps"), &map).await;
    // db-0
    let secret = json!({"metadata": {"name": "db"}, "data": {"HOST": "ZGItMA=="}});
    stage.create(&stage.core("secrets"), &secret).await;
    let host = |value: &str| json!({"env": [{"name": "HOST", "value": value}]});
    told(stage, "own", host("db-0.db")).await;
    told(stage, "moved", host("db-1.db")).await;
    told(stage, "alike", host("db-00.db")).await;
    told(stage, "map", json!({"env": [{"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "app", "key": "HOST"}}}]})).await;
    told(
        stage,
        "secret",
        json!({"envFrom": [{"configMapRef": {"name": "app"}}, {"secretRef": {"name": "db"}}]}),
    )
    .await;
    told(
        stage,
        "prefixed",
        json!({"envFrom": [{"prefix": "DB_", "configMapRef": {"name": "app"}}]}),
    )
    .await;
    told(stage, "wins", json!({"envFrom": [{"configMapRef": {"name": "app"}}], "env": [{"name": "HOST", "value": "db-1"}]})).await;
    told(stage, "none", json!({})).await;
    let ask = |name: &str| {
        planned(StepKind::Env {
            target: stage.target("Deployment", "own"),
            name: name.to_owned(),
            pattern: r"^db-0(\.|$)".to_owned(),
        })
    };
    let executor = stage.executor(Who::Admin).await;
    let read = executor.read(&ask("HOST")).await.unwrap();
    let who = "deployment/map (configmap/app), deployment/own, deployment/secret (secret/db)";
    assert_eq!(read["who"], Known::text(who));
    assert_eq!(read["count"], Known::Int(3));
    let read = executor.read(&ask("DB_HOST")).await.unwrap();
    assert_eq!(
        read["who"],
        Known::text("deployment/prefixed (configmap/app)")
    );
    // A step tells them one by one.
    let (end, output) = run(&executor, &plan(&ask("HOST"), &[])).await;
    assert!(
        matches!(&end, StepEnd::Done { saved, .. } if saved["count"] == Known::Int(3)),
        "{end:?}"
    );
    let lines: String = output.into_iter().map(|it| it.text).collect();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    // Who may not look everywhere knows nothing.
    let nobody = stage.executor(Who::Nobody).await;
    let refusal = nobody.read(&ask("HOST")).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { .. }), "{refusal:?}");
}
