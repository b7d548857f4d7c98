//! Whether a node takes new pods.

use serde_json::json;

use super::super::{
    edit::Edit,
    live::{Live, known},
    survey::{Survey, planned},
    wire::{Order, Wire, kind_of},
};
use crate::domain::{
    action::{refusal::Refusal, step::StepKind, target::Target},
    object::KindRef,
};

const UNSCHEDULABLE: &str = "/spec/unschedulable";

pub async fn survey(wire: &Wire, target: &Target, cordon: bool) -> Result<Survey, Refusal> {
    if *kind_of(target)? != KindRef::nodes() {
        let why = format!("{target} is no node");
        return Err(Refusal::DryRun { why });
    }
    let live = Live(wire.object(target, None).await?);
    let edit = Edit::of(&live).set(UNSCHEDULABLE, cordon.then_some(json!(true)));
    let order = Order::patch(target, None, edit.operations())?;
    let mut survey = Survey::of(target, live);
    let live = &survey.live;
    let is_cordoned = live.at(UNSCHEDULABLE) == Some(&json!(true));
    survey.facts.push(live.fact(target, UNSCHEDULABLE));
    let before = known(live.at(UNSCHEDULABLE));
    survey.before.insert("unschedulable".to_owned(), before);
    if is_cordoned != cordon {
        let target = target.clone();
        survey.undo.push(planned(if cordon {
            StepKind::Uncordon { target }
        } else {
            StepKind::Cordon { target }
        }));
    }
    survey.shown = Some(live.0.clone());
    survey.order = Some(order);
    survey.writes.push(UNSCHEDULABLE.to_owned());
    Ok(survey)
}
