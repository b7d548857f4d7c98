//! The time line of an incident, which writes itself: its alert, what was noted, run, followed and changed since it began.

use std::sync::Arc;

use jiff::Timestamp;

use super::in_the_ledger;
use crate::{
    app::{acts::RUNS_KEPT, model::Model, past},
    domain::{
        action::record::{ActorMark, Run},
        change::{Change, What},
        frame::Span,
        logbook::{
            IncidentNoted, SwitchNoted,
            flow::{FlowLog, SettledStep},
            incident::Incident,
        },
    },
};

/// One thing that happened in an incident.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'m> {
    pub at: Timestamp,
    pub by: Option<&'m ActorMark>,
    pub what: HappenedWhat<'m>,
}

/// What it was.
#[derive(Debug, Clone, Copy)]
pub enum HappenedWhat<'m> {
    /// Its alert began to fire.
    Alert(&'m str),
    Acknowledged(Option<&'m str>),
    Remark(&'m str),
    Run(&'m Arc<Run>),
    RunEnded(&'m Arc<Run>),
    FlowBegan(&'m FlowLog),
    FlowStep(&'m FlowLog, &'m str, &'m SettledStep),
    FlowEnded(&'m FlowLog),
    Noted(&'m IncidentNoted),
    /// Somebody changed a temporary change, or its time was over.
    Switch(&'m SwitchNoted),
    Change(&'m What),
}

/// Everything that is known to have happened, in order.
pub fn story<'m>(model: &'m Model, incident: &'m Incident) -> Vec<Happened<'m>> {
    let mut all = Vec::new();
    of_alert(model, incident, &mut all);
    let within = |at: Timestamp| {
        let end = incident.closed.as_ref().map(|end| end.at);
        at >= incident.began && end.is_none_or(|end| at <= end)
    };
    for run in &model.acts.runs {
        if !model.is_here(run) {
            continue;
        }
        if within(run.asked_at) {
            all.push(Happened {
                at: run.asked_at,
                by: Some(&run.actor),
                what: HappenedWhat::Run(run),
            });
        }
        if let Some(at) = run.ended_at.filter(|at| within(*at)) {
            all.push(Happened {
                at,
                by: None,
                what: HappenedWhat::RunEnded(run),
            });
        }
    }
    let seen = model.logbook.switches.all().iter();
    all.extend(seen.filter(|seen| within(seen.at)).map(|seen| Happened {
        at: seen.at,
        by: Some(&seen.by),
        what: HappenedWhat::Switch(&seen.noted),
    }));
    for flow in model.logbook.flows.all() {
        if belongs(flow, incident) {
            of_flow(flow, &mut all);
        }
    }
    let changes = past::changes(model).into_iter();
    // Servers say when they changed, people when they said it: both stand on the clock of the ledger.
    let changes = changes.map(|change| (in_the_ledger(model, change.at), change));
    let changes = changes.filter(|(at, change)| within(*at) && tells(change, incident));
    all.extend(changes.map(|(at, change)| Happened {
        at,
        by: None,
        what: HappenedWhat::Change(&change.what),
    }));
    all.extend(incident.lines.iter().map(|line| Happened {
        at: line.at,
        by: Some(&line.by),
        what: HappenedWhat::Noted(&line.noted),
    }));
    // Of things of one moment what was read first stays first.
    all.sort_by_key(|happened| happened.at);
    all
}

/// The stretches of an incident of which nobody knows what lights showed and servers changed, on the clock of the ledger.
fn unknown(model: &Model, incident: &Incident) -> Vec<Span> {
    let end = incident.closed.as_ref().map(|end| model.of_world(end.at));
    let from = model.of_world(incident.began);
    let gaps = past::gaps(model, from, end.unwrap_or(model.now.wall));
    let gaps = gaps.into_iter();
    gaps.map(|gap| Span {
        from: in_the_ledger(model, gap.from),
        to: in_the_ledger(model, gap.to),
    })
    .collect()
}

/// Since when all that lights showed and servers changed, and all runs are known, but for the gaps; `None` where that is
/// the whole of the incident. Before it only what was written down of it is.
pub fn known_from(model: &Model, incident: &Incident) -> Option<Timestamp> {
    let first = unknown(model, incident).into_iter().next();
    let first = first.filter(|gap| gap.from <= incident.began);
    let mut from = first.map_or(incident.began, |gap| gap.to);
    let runs = &model.acts.runs;
    if let Some(oldest) = runs.iter().map(|run| run.asked_at).min()
        && runs.len() >= RUNS_KEPT
    {
        from = from.max(oldest);
    }
    (from > incident.began).then_some(from)
}

/// The stretches since then in which nobody recorded.
pub fn gaps(model: &Model, incident: &Incident) -> Vec<Span> {
    let mut gaps = unknown(model, incident);
    gaps.retain(|gap| gap.from > incident.began);
    gaps
}

fn of_alert<'m>(model: &'m Model, incident: &'m Incident, all: &mut Vec<Happened<'m>>) {
    let Some(mark) = &incident.alert else {
        return;
    };
    all.push(Happened {
        at: incident.began,
        by: None,
        what: HappenedWhat::Alert(&mark.name),
    });
    let Some(log) = model.logbook.alerts.life(&mark.fingerprint, mark.starts_at) else {
        return;
    };
    if let Some(seen) = &log.acknowledged {
        all.push(Happened {
            at: seen.at,
            by: Some(&seen.by),
            what: HappenedWhat::Acknowledged(seen.note.as_deref()),
        });
    }
    all.extend(log.remarks.iter().map(|remark| Happened {
        at: remark.at,
        by: Some(&remark.by),
        what: HappenedWhat::Remark(&remark.text),
    }));
}

/// Whether a flow was begun for an incident, or for its alert.
fn belongs(flow: &FlowLog, incident: &Incident) -> bool {
    flow.incident.as_ref().is_some_and(|it| incident.is(it))
        || flow.alert.is_some() && flow.alert == incident.alert
}

fn of_flow<'m>(flow: &'m FlowLog, all: &mut Vec<Happened<'m>>) {
    all.push(Happened {
        at: flow.started_at,
        by: Some(&flow.started_by),
        what: HappenedWhat::FlowBegan(flow),
    });
    all.extend(flow.steps.iter().map(|(name, step)| Happened {
        at: step.when(),
        by: Some(&step.by),
        what: HappenedWhat::FlowStep(flow, name, step),
    }));
    if let Some(end) = &flow.ended {
        all.push(Happened {
            at: end.at,
            by: Some(&end.by),
            what: HappenedWhat::FlowEnded(flow),
        });
    }
}

/// What of the changes of the last hour belongs into the time line; its own alert is told of already.
fn tells(change: &Change, incident: &Incident) -> bool {
    match &change.what {
        What::LightChanged { .. }
        | What::HookChanged { .. }
        | What::GateChanged { .. }
        | What::RolledOut { .. }
        | What::Scaled { .. }
        | What::AlertLeft { .. } => true,
        What::AlertCame { fingerprint, .. } => incident
            .alert
            .as_ref()
            .is_none_or(|mark| mark.fingerprint != *fingerprint),
        _ => false,
    }
}
