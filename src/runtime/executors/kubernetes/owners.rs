//! Who else writes what would be changed, and whether that will take the change back.

use serde_json::Value;

use super::{
    live::{Live, Manager},
    pods::list,
    steps::scale::REPLICAS,
    survey::Survey,
    wire::{MANAGER, Wire, resource},
};
use crate::domain::{
    action::{
        preflight::{Owner, OwnerKind, Warning},
        refusal::Refusal,
        step::{Planned, StepKind},
        target::Target,
        value::Value as Known,
    },
    object::KindRef,
};

/// Those beside us, or the refusal where the very change would be taken back at once.
pub async fn owners(
    wire: &Wire,
    step: &Planned,
    survey: &Survey,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Owner>, Refusal> {
    let mut owners = Vec::new();
    if let Some(target) = step.kind.target()
        && survey.writes.iter().any(|it| it == REPLICAS)
    {
        let kind = KindRef::new(
            "autoscaling",
            "v2",
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            true,
        );
        match list(wire, &kind, target.namespace(), "").await {
            Ok(all) => {
                let of = all.iter().filter(|it| scales(it, target));
                for scaler in of {
                    owners.push(scaler_of(scaler, step)?);
                }
            }
            Err(trouble) => warnings.push(Warning::NotSeen {
                what: resource(&kind, None),
                why: trouble.why(),
            }),
        }
    }
    owners.extend(deployers(&survey.live, &survey.writes));
    Ok(owners)
}

/// The name of who scales it beside us; a text without a letter where nobody does.
pub fn autoscaler(owners: &[Owner]) -> Known {
    let mut scalers = owners.iter().filter(|it| it.by == OwnerKind::Hpa);
    Known::text(scalers.next().map_or("", |it| it.name.as_str()))
}

fn scales(scaler: &Value, target: &Target) -> bool {
    let Target::Object { kind, name, .. } = target else {
        return false;
    };
    let of = &scaler["spec"]["scaleTargetRef"];
    let group = of["apiVersion"].as_str().unwrap_or_default();
    let group = group.split_once('/').map_or("", |(group, _)| group);
    of["kind"] == *kind.kind && of["name"] == name.as_str() && group == &*kind.group
}

/// An autoscaler goes on scaling, except to a target that has none: that it leaves alone until somebody scales it up.
fn scaler_of(scaler: &Value, step: &Planned) -> Result<Owner, Refusal> {
    let name = scaler["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let least = scaler["spec"]["minReplicas"].as_i64().unwrap_or(1);
    let most = scaler["spec"]["maxReplicas"].as_i64().unwrap_or(i64::MAX);
    let wanted = match &step.kind {
        StepKind::Scale { replicas, .. } => Some(*replicas),
        _ => None,
    };
    let off = wanted == Some(0) && least > 0;
    if !off && wanted.is_some_and(|it| it < least || it > most) {
        let by = "hpa".to_owned();
        return Err(Refusal::Owned { by, name });
    }
    Ok(Owner {
        by: OwnerKind::Hpa,
        name,
        reverts: !off,
    })
}

/// What brings the object itself here again and again, by its marks and by who wrote the fields.
fn deployers(live: &Live, writes: &[String]) -> Vec<Owner> {
    let labels = &live.0["metadata"]["labels"];
    let annotations = &live.0["metadata"]["annotations"];
    let mut owners = Vec::new();
    let wrote =
        |is: &dyn Fn(&str) -> bool| live.managers().any(|it| is(it.name) && it.has_any(writes));
    let tracked = annotations["argocd.argoproj.io/tracking-id"].as_str();
    let tracked = tracked.and_then(|id| id.split(':').next());
    let argo = tracked.or_else(|| labels["argocd.argoproj.io/instance"].as_str());
    if let Some(name) = argo {
        owners.push(owner(OwnerKind::ArgoCd, name, wrote(&is_argo)));
    }
    for (prefix, manager) in [
        ("kustomize", "kustomize-controller"),
        ("helm", "helm-controller"),
    ] {
        let mark = |what: &str| labels[format!("{prefix}.toolkit.fluxcd.io/{what}")].as_str();
        if let Some(name) = mark("name") {
            let name = mark("namespace").map_or(name.to_owned(), |space| format!("{space}/{name}"));
            owners.push(owner(OwnerKind::Flux, &name, wrote(&|it| it == manager)));
        }
    }
    let released = annotations["meta.helm.sh/release-name"].as_str();
    if labels["app.kubernetes.io/managed-by"] == "Helm" || released.is_some() {
        let name =
            released.unwrap_or_else(|| live.0["metadata"]["name"].as_str().unwrap_or_default());
        owners.push(owner(OwnerKind::Helm, name, wrote(&is_helm)));
    }
    for manager in live.managers() {
        let told = is_argo(manager.name) || is_flux(manager.name) || is_helm(manager.name);
        let known = owners
            .iter()
            .any(|it| it.by == OwnerKind::Manager && it.name == manager.name);
        if manager.name == MANAGER
            || known
            || (told && !owners.is_empty())
            || !manager.has_any(writes)
        {
            continue;
        }
        // A person's kubectl says it once; what applies from a controller says it again.
        let reverts = manager.applies && !manager.name.starts_with("kubectl");
        owners.push(owner(OwnerKind::Manager, manager.name, reverts));
    }
    owners
}

fn owner(by: OwnerKind, name: &str, reverts: bool) -> Owner {
    Owner {
        by,
        name: crate::domain::clean::clean(name).into_owned(),
        reverts,
    }
}

fn is_argo(manager: &str) -> bool {
    manager.starts_with("argocd")
}

fn is_flux(manager: &str) -> bool {
    manager == "kustomize-controller" || manager == "helm-controller"
}

fn is_helm(manager: &str) -> bool {
    manager.eq_ignore_ascii_case("helm")
}

impl Manager<'_> {
    fn has_any(&self, pointers: &[String]) -> bool {
        pointers.iter().any(|it| self.has(it))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(object: Value, writes: &[&str]) -> Vec<(OwnerKind, String, bool)> {
        let writes: Vec<String> = writes.iter().map(|it| (*it).to_owned()).collect();
        let owners = deployers(&Live(object), &writes).into_iter();
        owners.map(|it| (it.by, it.name, it.reverts)).collect()
    }

    fn wrote(manager: &str, operation: &str, fields: Value) -> Value {
        let mut entry = json!({"manager": manager, "operation": operation});
        entry["fieldsV1"] = fields;
        entry
    }

    #[test]
    fn deployers_are_known_by_their_marks_and_by_what_they_wrote() {
        let image = json!({"f:spec": {"f:replicas": {}}});
        let object = json!({"metadata": {
            "annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:prod/web"},
            "managedFields": [wrote("argocd-controller", "Update", image.clone())],
        }});
        assert_eq!(
            told(object.clone(), &["/spec/replicas"]),
            [(OwnerKind::ArgoCd, "shop".to_owned(), true)]
        );
        // What it does not set it does not take back.
        assert_eq!(
            told(object, &["/spec/paused"]),
            [(OwnerKind::ArgoCd, "shop".to_owned(), false)]
        );
        let flux = json!({"metadata": {
            "labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
            "managedFields": [wrote("kustomize-controller", "Apply", image.clone())],
        }});
        assert_eq!(
            told(flux, &["/spec/replicas"]),
            [(OwnerKind::Flux, "flux-system/apps".to_owned(), true)]
        );
        let helm = json!({"metadata": {
            "name": "web", "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "shop"},
            "managedFields": [wrote("helm", "Update", json!({"f:spec": {"f:template": {}}}))],
        }});
        assert_eq!(
            told(helm, &["/spec/replicas"]),
            [(OwnerKind::Helm, "shop".to_owned(), false)]
        );
        let plain = json!({"metadata": {"managedFields": [
            wrote("kubectl", "Apply", image.clone()),
            wrote("operator", "Apply", image.clone()),
            wrote("quarterdeck", "Update", image),
            wrote("other", "Apply", json!({"f:data": {}})),
        ]}});
        assert_eq!(
            told(plain, &["/spec/replicas"]),
            [
                (OwnerKind::Manager, "kubectl".to_owned(), false),
                (OwnerKind::Manager, "operator".to_owned(), true),
            ]
        );
    }

    #[test]
    fn an_autoscaler_takes_back_what_is_outside_of_its_limits() {
        let target = Target::Object {
            kind: KindRef::of_workload("Deployment").unwrap(),
            namespace: Some("a".to_owned()),
            name: "web".to_owned(),
        };
        let scaler = json!({"metadata": {"name": "web"}, "spec": {
            "minReplicas": 2, "maxReplicas": 5,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        }});
        assert!(scales(&scaler, &target));
        let of = |replicas| {
            let kind = StepKind::Scale {
                target: target.clone(),
                replicas,
            };
            scaler_of(&scaler, &super::super::survey::planned(kind)).map(|it| it.reverts)
        };
        assert_eq!(of(3), Ok(true));
        // A target that is scaled to none is not scaled by it any more.
        assert_eq!(of(0), Ok(false));
        for outside in [1, 6] {
            assert!(
                matches!(of(outside), Err(Refusal::Owned { .. })),
                "{outside}"
            );
        }
        let mut other = scaler.clone();
        other["spec"]["scaleTargetRef"]["name"] = json!("web-");
        assert!(!scales(&other, &target));
    }
}
