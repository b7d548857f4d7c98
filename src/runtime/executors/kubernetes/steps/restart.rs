//! Restart: the annotation of the pod template by which kubectl restarts too.

use jiff::Timestamp;
use serde_json::json;

use super::super::{
    edit::Edit,
    live::{Live, known},
    survey::Survey,
    wire::{Order, Wire, kind_of},
};
use crate::domain::action::{refusal::Refusal, target::Target};

/// When it was restarted last.
pub const RESTARTED_AT: &str =
    "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

pub async fn survey(wire: &Wire, target: &Target, now: Timestamp) -> Result<Survey, Refusal> {
    rolls_out(target)?;
    let live = Live(wire.object(target, None).await?);
    goes_on(target, &live)?;
    let new = stamp(now, live.text(RESTARTED_AT));
    let edit = Edit::of(&live).set(RESTARTED_AT, Some(json!(new)));
    let order = Order::patch(target, None, edit.operations())?;
    let mut survey = Survey::of(target, live);
    let fact = survey.live.fact(target, RESTARTED_AT);
    survey.facts.push(fact);
    let before = known(survey.live.at(RESTARTED_AT));
    survey.before.insert("restarted-at".to_owned(), before);
    survey.order = Some(order);
    survey.shown = Some(survey.live.0.clone());
    survey.writes.push(RESTARTED_AT.to_owned());
    Ok(survey)
}

/// A time that is not the one before: the same annotation again would restart nothing.
fn stamp(now: Timestamp, before: Option<&str>) -> String {
    let seconds = now.round(jiff::Unit::Second).unwrap_or(now).to_string();
    if before == Some(seconds.as_str()) {
        now.to_string()
    } else {
        seconds
    }
}

/// Refuses kinds whose pods don't follow their template.
pub fn rolls_out(target: &Target) -> Result<(), Refusal> {
    let kind = kind_of(target)?;
    let known = ["Deployment", "StatefulSet", "DaemonSet"].contains(&&*kind.kind);
    if known && &*kind.group == "apps" {
        return Ok(());
    }
    let why = format!("the pods of a {} don't follow its template", kind.kind);
    Err(Refusal::DryRun { why })
}

/// Refuses a Deployment that is paused: its pods would stay as they are.
pub fn goes_on(target: &Target, live: &Live) -> Result<(), Refusal> {
    if live.at("/spec/paused") == Some(&json!(true)) {
        let why = format!("{target} is paused: nothing rolls out until it is resumed");
        return Err(Refusal::DryRun { why });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_restarts_of_one_second_are_two() {
        let now: Timestamp = "2026-11-21T08:00:00.25Z".parse().unwrap();
        let first = stamp(now, None);
        assert_eq!(first, "2026-11-21T08:00:00Z");
        assert_eq!(stamp(now, Some(&first)), "2026-11-21T08:00:00.25Z");
    }
}
