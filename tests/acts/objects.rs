//! Fields of an object, read by a step.

use quarterdeck::domain::{
    action::{
        step::{Patch, Planned, StepKind},
        target::Target,
        value::{Value, Values},
        verdict::StepEnd,
    },
    object::KindRef,
};
use serde_json::json;

use super::stage::{Stage, Who, act, failed, plan, planned, run};

fn ingress(stage: &Stage) -> Target {
    Target::Object {
        kind: KindRef::new("networking.k8s.io", "v1", "Ingress", "ingresses", true),
        namespace: Some(stage.space.clone()),
        name: "main".to_owned(),
    }
}

async fn made(stage: &Stage) -> String {
    let all = format!(
        "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
        stage.space
    );
    let service = json!({"service": {"name": "apology", "port": {"number": 80}}});
    let body = json!({
        "metadata": {"name": "main", "annotations": {"example.com/by": "li"}},
        "spec": {"defaultBackend": service, "rules": [
            {"host": "a.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": service}]}},
        ]},
    });
    stage.create(&all, &body).await;
    format!("{all}/main")
}

fn looked(stage: &Stage) -> Planned {
    let fields = [
        ("by", "/metadata/annotations/example.com~1by"),
        ("backend", "/spec/defaultBackend/service/name"),
        ("rules", "/spec/rules"),
        ("class", "/spec/ingressClassName"),
    ];
    let fields = fields.map(|(name, pointer)| (name.to_owned(), pointer.to_owned()));
    planned(StepKind::Object {
        target: ingress(stage),
        fields: fields.into(),
    })
}

#[track_caller]
fn saved(end: &StepEnd) -> &Values {
    match end {
        StepEnd::Done { saved, .. } => saved,
        other => panic!("{other:?}"),
    }
}

pub async fn what_a_step_left_is_read_as_it_is_then(stage: &Stage) {
    let path = made(stage).await;
    let executor = stage.executor(Who::Admin).await;
    let step = looked(stage);
    let (found, end) = act(&executor, &step).await;
    assert!(found.facts.is_empty(), "nothing rests on it");
    let read = saved(&end);
    assert_eq!(read["by"], Value::text("li"));
    assert_eq!(read["backend"], Value::text("apology"));
    assert_eq!(read["class"], Value::text(""), "it has none");
    assert!(read["rules"].to_string().contains("a.example"), "{read:?}");
    // Whoever may not look is told so.
    let nobody = stage.executor(Who::Nobody).await;
    let (end, _) = run(&nobody, &plan(&step, &[])).await;
    assert!(failed(&end).contains("forbidden"), "{end:?}");
    let none = Patch::Fields([("rules".to_owned(), Patch::List(Vec::new()))].into());
    let patch = planned(StepKind::Patch {
        target: ingress(stage),
        patch: Patch::Fields([("spec".to_owned(), none)].into()),
    });
    let (_, end) = act(&executor, &patch).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let (end, heard) = run(&executor, &plan(&step, &[])).await;
    assert_eq!(saved(&end)["rules"], Value::text(""), "{end:?}");
    let told: String = heard.iter().map(|it| it.text.as_str()).collect();
    assert!(told.contains("backend = apology"), "{told}");
    stage.kube.delete(&path, &json!({})).await;
    let (end, _) = run(&executor, &plan(&step, &[])).await;
    assert!(failed(&end).contains("is not there"), "{end:?}");
}
