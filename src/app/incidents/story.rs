//! The time line of an incident, which writes itself: its alert and those beside it, what was noted, run, followed and
//! changed since it began.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::in_the_ledger;
use crate::{
    app::{acts::RUNS_KEPT, model::Model, past},
    domain::{
        action::record::{ActorMark, Run, RunState},
        alert::AlertState,
        change::{Change, What},
        frame::Span,
        id::Fingerprint,
        logbook::{
            IncidentNoted, SwitchNoted,
            flow::{FlowLog, SettledStep},
            incident::Incident,
        },
    },
};

/// How long before an incident an alert may have come to stand in its time line, where it still fired then.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Servers date the coming of one alert differently: by when it was pending, or by when it fired.
const ONE_COMING: SignedDuration = SignedDuration::from_mins(15);

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
    /// An alert began to fire.
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
        // What was under way when it began is part of it: people act first and declare then.
        let ended_within = run.ended_at.is_some_and(&within);
        let goes_on = !matches!(run.state, RunState::Ended(_));
        let under_way = incident.closed.is_none() && goes_on;
        if within(run.asked_at) || ended_within || under_way {
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
    let changes: Vec<_> = changes
        .map(|change| (in_the_ledger(model, change.at), change))
        .collect();
    of_other_alerts(model, incident, &changes, &mut all);
    let changes = changes.into_iter();
    let changes = changes.filter(|(at, change)| within(*at) && tells(change));
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

/// What of the changes belongs into the time line as it is; alerts that came are told of by themselves.
const fn tells(change: &Change) -> bool {
    matches!(
        &change.what,
        What::LightChanged { .. }
            | What::HookChanged { .. }
            | What::GateChanged { .. }
            | What::RolledOut { .. }
            | What::Scaled { .. }
            | What::AlertLeft { .. }
    )
}

/// Alerts that came while it lasted, its own where that left and came again; and those that had come in the hour before
/// and still fired as it began, since what led to it began with one of them.
fn of_other_alerts<'m>(
    model: &'m Model,
    incident: &Incident,
    changes: &[(Timestamp, &'m Change)],
    all: &mut Vec<Happened<'m>>,
) {
    let began = incident.began;
    let first = began.checked_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let end = incident
        .closed
        .as_ref()
        .map_or(Timestamp::MAX, |end| end.at);
    let left = |of: &Fingerprint, from: Timestamp, to: Timestamp| {
        changes.iter().any(|(at, change)| {
            let is_it =
                matches!(&change.what, What::AlertLeft { fingerprint, .. } if fingerprint == of);
            is_it && (from..=to).contains(at)
        })
    };
    let own = incident.alert.as_ref();
    let came: Vec<(Timestamp, &Fingerprint, &'m str)> = changes
        .iter()
        .filter_map(|(at, change)| match &change.what {
            What::AlertCame { fingerprint, name } => Some((*at, fingerprint, name.as_str())),
            _ => None,
        })
        .collect();
    let told = came.iter().filter(|(at, of, _)| {
        if own.is_some_and(|mark| mark.fingerprint == **of) {
            return *at > began && left(of, began, *at);
        }
        *at >= began || !left(of, *at, began)
    });
    // Of what fires on it is known since when, though that is longer ago than changes are kept.
    let known = |at: Timestamp, of: &Fingerprint, name: &str| {
        let mut came = came.iter();
        let own = own.is_some_and(|mark| mark.fingerprint == *of || mark.name == name);
        own || came.any(|(other, one, called)| {
            *one == of || (*called == name && at.duration_since(*other).abs() <= ONE_COMING)
        })
    };
    let firing = model.alerts.alerts.values().map(|line| &line.alert);
    let firing = firing
        .filter(|alert| alert.state != AlertState::Pending)
        .map(|alert| (in_the_ledger(model, alert.starts_at), alert))
        .filter(|(at, alert)| !known(*at, &alert.fingerprint, &alert.name))
        .map(|(at, alert)| (at, alert.name.as_str()));
    let told = told.map(|(at, _, name)| (*at, *name)).chain(firing);
    let told = told.filter(|(at, _)| (first..=end).contains(at));
    all.extend(told.map(|(at, name)| Happened {
        at,
        by: None,
        what: HappenedWhat::Alert(name),
    }));
}
