//! Rollback: the pod template of an earlier revision, as the cluster has kept it.

use serde_json::{Value as Json, json};

use super::{
    super::{
        edit::Edit,
        live::Live,
        path,
        survey::{Survey, planned},
        wire::{Order, Wire, kind_of, resource},
    },
    restart::{goes_on, rolls_out},
};
use crate::domain::{
    action::{
        fact::{Fact, FactName},
        refusal::Refusal,
        step::StepKind,
        target::Target,
        value::Value,
    },
    object::KindRef,
};

const TEMPLATE: &str = "/spec/template";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// A pod template that is kept, by its number.
#[derive(Debug, Clone, PartialEq)]
struct Revision {
    number: i64,
    template: Json,
}

pub async fn survey(wire: &Wire, target: &Target, wanted: Option<i64>) -> Result<Survey, Refusal> {
    rolls_out(target)?;
    let live = Live(wire.object(target, None).await?);
    goes_on(target, &live)?;
    let mut kept = revisions(wire, target, &live).await?;
    kept.sort_by_key(|it| it.number);
    let now = present(target, &live, &kept)?;
    let chosen = match wanted {
        Some(number) => kept.iter().find(|it| it.number == number),
        None => kept.iter().rev().find(|it| it.number < now),
    };
    let chosen = chosen.ok_or_else(|| Refusal::NotFound {
        target: match wanted {
            Some(number) => format!("{target}: revision {number}"),
            None => format!("{target}: a revision before {now}"),
        },
    })?;
    let edit = Edit::of(&live)
        .at_generation()
        .set(TEMPLATE, Some(chosen.template.clone()));
    let order = Order::patch(target, None, edit.operations())?;
    let mut survey = Survey::of(target, live);
    let revision = FactName::Field("revision".to_owned());
    let mut fact = Fact::new(target.clone(), revision, Value::Int(now));
    fact.by = survey.live.writer(TEMPLATE);
    survey.facts.extend(survey.live.generation_fact(target));
    survey.facts.push(fact);
    survey.before.insert("revision".to_owned(), Value::Int(now));
    if chosen.number != now {
        survey.undo.push(planned(StepKind::Rollback {
            target: target.clone(),
            revision: Some(now),
        }));
    }
    survey.shown = Some(survey.live.0.clone());
    survey.order = Some(order);
    survey.writes.push(TEMPLATE.to_owned());
    Ok(survey)
}

/// The templates that the cluster has kept of a workload.
async fn revisions(wire: &Wire, target: &Target, live: &Live) -> Result<Vec<Revision>, Refusal> {
    let of_deployment = &*kind_of(target)?.kind == "Deployment";
    let kind = if of_deployment {
        KindRef::new("apps", "v1", "ReplicaSet", "replicasets", true)
    } else {
        KindRef::new(
            "apps",
            "v1",
            "ControllerRevision",
            "controllerrevisions",
            true,
        )
    };
    let not_found = || Refusal::NotFound {
        target: target.to_string(),
    };
    let namespace = target.namespace();
    let path = path::collection(&kind, namespace).ok_or_else(not_found)?;
    let all = wire.get(&path).await;
    let all = all.map_err(|it| it.refusal("list", &resource(&kind, None), namespace, target))?;
    let items = all["items"].as_array().cloned().unwrap_or_default();
    let own = items.into_iter().filter(|it| is_controlled(it, live.uid()));
    Ok(own
        .filter_map(if of_deployment {
            of_replica_set
        } else {
            of_controller_revision
        })
        .collect())
}

/// Whether the object of this uid controls it: a name that looks alike is none of its own.
pub fn is_controlled(object: &Json, uid: Option<&str>) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array();
    let mut owners = owners.into_iter().flatten();
    uid.is_some() && owners.any(|it| it["controller"] == true && it["uid"].as_str() == uid)
}

fn of_replica_set(mut object: Json) -> Option<Revision> {
    let number = object["metadata"]["annotations"][REVISION]
        .as_str()?
        .parse()
        .ok()?;
    let mut template = object["spec"]["template"].take();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    Some(Revision { number, template })
}

fn of_controller_revision(mut object: Json) -> Option<Revision> {
    let number = object["revision"].as_i64()?;
    // It is kept as the patch that brings it back.
    let mut template = object["data"]["spec"]["template"].take();
    template.as_object_mut()?.remove("$patch");
    Some(Revision { number, template })
}

/// The revision that is in force.
fn present(target: &Target, live: &Live, kept: &[Revision]) -> Result<i64, Refusal> {
    let unknown = || Refusal::Unreadable {
        what: target.to_string(),
        why: "which revision is in force can't be told".to_owned(),
    };
    if &*kind_of(target)?.kind == "Deployment" {
        let annotations = &live.0["metadata"]["annotations"];
        let number = annotations[REVISION]
            .as_str()
            .and_then(|it| it.parse().ok());
        return number.ok_or_else(unknown);
    }
    let template = live.at(TEMPLATE);
    let same = kept
        .iter()
        .rev()
        .find(|it| same_template(Some(&it.template), template));
    let newest = kept.last();
    same.or(newest).map(|it| it.number).ok_or_else(unknown)
}

fn same_template(a: Option<&Json>, b: Option<&Json>) -> bool {
    let plain = |it: Option<&Json>| {
        let mut it = it.cloned().unwrap_or(json!({}));
        if let Some(metadata) = it["metadata"].as_object_mut() {
            metadata.retain(|_, value| !value.is_null());
        }
        it
    };
    plain(a) == plain(b)
}
