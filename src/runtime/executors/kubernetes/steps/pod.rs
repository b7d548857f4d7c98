//! One pod goes: exactly the one that was seen.

use http::Method;
use serde_json::json;

use super::super::{
    live::Live,
    survey::Survey,
    wire::{Order, Wire, kind_of},
};
use crate::domain::{
    action::{refusal::Refusal, target::Target},
    object::KindRef,
};

pub async fn delete(wire: &Wire, target: &Target) -> Result<Survey, Refusal> {
    let live = pod(wire, target).await?;
    let options = json!({
        "apiVersion": "v1", "kind": "DeleteOptions",
        "preconditions": {"uid": live.0["metadata"]["uid"]},
    });
    let mut survey = Survey::of(target, live);
    survey.order = Some(Order::of(target, None, Method::DELETE, options)?);
    Ok(survey)
}

pub async fn evict(wire: &Wire, target: &Target) -> Result<Survey, Refusal> {
    let live = pod(wire, target).await?;
    let eviction = json!({
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": target.name(), "namespace": target.namespace()},
        "deleteOptions": {"preconditions": {"uid": live.0["metadata"]["uid"]}},
    });
    let mut survey = Survey::of(target, live);
    survey.order = Some(Order::of(target, Some("eviction"), Method::POST, eviction)?);
    Ok(survey)
}

async fn pod(wire: &Wire, target: &Target) -> Result<Live, Refusal> {
    if *kind_of(target)? != KindRef::pods() {
        let why = format!("{target} is no pod");
        return Err(Refusal::DryRun { why });
    }
    let live = Live(wire.object(target, None).await?);
    if live.at("/metadata/deletionTimestamp").is_some() {
        let why = format!("{target} is going already");
        return Err(Refusal::DryRun { why });
    }
    Ok(live)
}
