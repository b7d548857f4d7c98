//! Scale: the scale subresource, of whatever has one.

use serde_json::json;

use super::super::{
    edit::Edit,
    live::Live,
    survey::{Survey, planned},
    wire::{Order, Wire},
};
use crate::domain::action::{
    fact::{Fact, FactName},
    refusal::Refusal,
    step::StepKind,
    target::Target,
    value::Value,
};

pub const REPLICAS: &str = "/spec/replicas";

pub async fn survey(wire: &Wire, target: &Target, replicas: i64) -> Result<Survey, Refusal> {
    let live = Live(wire.object(target, None).await?);
    let scale = Live(wire.object(target, Some("scale")).await?);
    // The server leaves a zero out.
    let now = scale.number(REPLICAS).unwrap_or(0);
    let edit = Edit::of(&scale).set(REPLICAS, Some(json!(replicas)));
    let order = Order::patch(target, Some("scale"), edit.operations())?;
    let mut fact = Fact::new(
        target.clone(),
        FactName::Field(REPLICAS.to_owned()),
        Value::Int(now),
    );
    fact.by = live.writer(REPLICAS);
    let mut survey = Survey::of(target, live);
    survey.facts.push(fact);
    survey.before.insert("replicas".to_owned(), Value::Int(now));
    if now != replicas {
        survey.undo.push(planned(StepKind::Scale {
            target: target.clone(),
            replicas: now,
        }));
    }
    survey.order = Some(order);
    survey.shown = Some(scale.0);
    survey.writes.push(REPLICAS.to_owned());
    Ok(survey)
}
