//! What a pack's patch changes of an object that is there.

mod shape;

use http::Method;
use serde_json::Value as Json;

pub use self::shape::as_patch;
use self::shape::{differences, inverse, json_of, leaves};
use super::super::{
    edit::Edit,
    live::Live,
    survey::{Survey, planned},
    wire::{Order, Trouble, Wire},
};
use crate::domain::action::{
    refusal::Refusal,
    step::{Patch, StepKind},
    target::Target,
};

/// How often an object is read again that changes while it is looked at.
const TRIES: u32 = 4;

/// A strategic merge patch. The server makes of it what it means, which is then sent with what it rests on.
pub async fn patch(wire: &Wire, target: &Target, patch: &Patch) -> Result<Survey, Refusal> {
    let body = json_of(patch)?;
    if !body.is_object()
        || ["apiVersion", "kind", "status"]
            .iter()
            .any(|it| body.get(it).is_some())
    {
        let why = "a patch names fields of the spec, of the metadata or of data".to_owned();
        return Err(Refusal::DryRun { why });
    }
    let (live, shown) = meant(wire, target, &body).await?;
    let mut edit = Edit::of(&live).at_generation();
    for (pointer, new) in differences(&live.0, &shown) {
        edit = edit.set(&pointer, new);
    }
    let order = Order::patch(target, None, edit.operations())?;
    let mut fields = Vec::new();
    leaves(&body, &mut String::new(), &mut fields);
    let mut survey = Survey::of(target, live);
    let live = &survey.live;
    survey.facts.extend(live.generation_fact(target));
    for field in &fields {
        let fact = live.fact(target, field);
        survey.before.insert(field.clone(), fact.value.clone());
        survey.facts.push(fact);
    }
    if let Some(inverse) = inverse(&body, Some(&live.0))
        && inverse != body
    {
        survey.undo.push(planned(StepKind::Patch {
            target: target.clone(),
            patch: as_patch(&inverse),
        }));
    }
    survey.shown = Some(live.0.clone());
    survey.order = Some(order);
    survey.writes = fields;
    Ok(survey)
}

/// An object, and what the server makes of a patch of exactly that state of it.
async fn meant(wire: &Wire, target: &Target, body: &Json) -> Result<(Live, Json), Refusal> {
    let mut order = Order {
        content_type: "application/strategic-merge-patch+json",
        ..Order::of(target, None, Method::PATCH, body.clone())?
    };
    for _ in 0..TRIES {
        let live = Live(wire.object(target, None).await?);
        let mut shown = wire.dry_run(&order).await;
        if matches!(&shown, Err(Trouble::No(no)) if no.code == 415) {
            // Kinds that a cluster was taught know no keys of lists.
            order.content_type = "application/merge-patch+json";
            shown = wire.dry_run(&order).await;
        }
        let shown =
            shown.map_err(|it| it.refusal("patch", &order.resource, target.namespace(), target))?;
        // What somebody else wrote in between is no part of the patch.
        let version = "/metadata/resourceVersion";
        if shown.object.pointer(version) == live.0.pointer(version) {
            return Ok((live, shown.object));
        }
    }
    Err(Refusal::Unreadable {
        what: target.to_string(),
        why: "it changes faster than it can be looked at".to_owned(),
    })
}
