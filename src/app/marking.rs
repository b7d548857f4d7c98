//! What people wrote down, as marks of a time line: ids and the words they used, in no language of ours.

use super::{model::Model, running::actor};
use crate::domain::{
    frame::{Did, Marked},
    id::LineId,
    logbook::{
        AlertNoted, CheckNoted, FlowNoted, GateNoted, HandoverNoted, IncidentNoted, LogLine, Noted,
        Outcome, SwitchNoted, flow::Settled, switch::Saw,
    },
    text::Text,
};

/// What was done, about what, and in which words.
type Said = (Did, Option<Text>, Option<String>);

/// What somebody wrote down, as far as it belongs on the time line.
pub(super) fn marked(model: &Model, line: &LogLine) -> Option<Marked> {
    let (did, about, text) = match &line.entry.noted {
        Noted::Alert(noted) => of_alert(noted),
        Noted::Check(noted) => of_check(model, noted),
        Noted::Incident(noted) => of_incident(model, &line.id, noted),
        Noted::Flow(noted) => of_flow(model, &line.id, noted),
        Noted::Gate(noted) => of_gate(model, noted),
        Noted::Handover(noted) => of_handover(model, noted)?,
        Noted::Switch(noted) => of_switch(noted),
        // A drill is about a world of its own, and who leads a watch is no matter of the shift.
        Noted::Drill(_) | Noted::Duty(_) => return None,
    };
    Some(Marked::Noted {
        who: actor(&line.actor),
        did,
        about,
        text: text.filter(|text| !text.is_empty()),
    })
}

fn of_switch(noted: &SwitchNoted) -> Said {
    let about = Some(noted.title.clone());
    match &noted.saw {
        Saw::Overdue { .. } => (Did::SawOverdue, about, Some(noted.target.clone())),
        Saw::Changed { field, now } => {
            let text = format!("{}: {field} = {now}", noted.target);
            (Did::SawChanged, about, Some(text))
        }
    }
}

fn of_alert(noted: &AlertNoted) -> Said {
    let (did, text) = match noted {
        AlertNoted::Acknowledged { note, .. } => (Did::Acknowledged, note.clone()),
        AlertNoted::Released { .. } => (Did::Released, None),
        AlertNoted::Assigned { to, .. } => (Did::Assigned, Some(to.clone())),
        AlertNoted::Note { text, .. } => (Did::Remarked, Some(text.clone())),
        AlertNoted::Escalated { to, .. } => (Did::Escalated, Some(to.clone())),
    };
    (did, Some(Text::from(noted.alert().name.as_str())), text)
}

fn of_check(model: &Model, noted: &CheckNoted) -> Said {
    let did = match noted.outcome {
        Outcome::Passed => Did::Passed,
        Outcome::Warned => Did::Warned,
        Outcome::Failed => Did::Failed,
        Outcome::Unknown => Did::NotTold,
        Outcome::Skipped => Did::Skipped,
    };
    let title = model.pack.check(&noted.check).map(|it| it.title.clone());
    let title = title.unwrap_or_else(|| Text::from(noted.check.as_str()));
    (did, Some(title), noted.evidence.clone())
}

/// What a person says of a part of a gate is told as a check of it.
fn of_gate(model: &Model, noted: &GateNoted) -> Said {
    let did = if noted.holds {
        Did::Passed
    } else {
        Did::Failed
    };
    let title = model.pack.gate(&noted.gate).map(|it| it.title.clone());
    let title = title.unwrap_or_else(|| Text::from(noted.gate.as_str()));
    let text = format!("{}: {}", noted.tick, noted.evidence);
    (did, Some(title), Some(text))
}

fn of_incident(model: &Model, line: &LineId, noted: &IncidentNoted) -> Said {
    let number = |of: &LineId| {
        let incident = model.logbook.incidents.get(of);
        Some(Text::from(incident.map_or(of.as_str(), |it| &*it.number)))
    };
    let led = |of: &LineId, text: String| (Did::Led, number(of), Some(text));
    match noted {
        IncidentNoted::Declared(said) => (Did::Declared, number(line), Some(said.title.clone())),
        IncidentNoted::Severity { of, severity, why } => {
            let why = why.as_deref().unwrap_or_default();
            led(of, format!("{severity} {why}").trim_end().to_owned())
        }
        IncidentNoted::Role { of, role, person } => led(of, format!("{role} {person}")),
        IncidentNoted::Impact { of, fields } => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, it)| format!("{name} {it}"))
                .collect();
            led(of, fields.join(", "))
        }
        IncidentNoted::Phase { of, phase } => led(of, phase.id().to_owned()),
        IncidentNoted::Rung { of, rung, evidence } => led(of, format!("{rung}: {evidence}")),
        IncidentNoted::WatchBegan { of } => led(of, "watch".to_owned()),
        IncidentNoted::Watched {
            of,
            watch,
            evidence,
        } => led(of, format!("{watch}: {evidence}")),
        IncidentNoted::FollowUp {
            of, text, owner, ..
        } => led(of, format!("{text} ({owner})")),
        IncidentNoted::Update { of, text } => {
            let mut lines = text.lines().map(str::trim);
            let first = lines.find(|line| !line.is_empty());
            (Did::Updated, number(of), first.map(str::to_owned))
        }
        IncidentNoted::Note { of, text } => (Did::Remarked, number(of), Some(text.clone())),
        IncidentNoted::Closed { of, text, .. } => (Did::Closed, number(of), text.clone()),
        IncidentNoted::Reviewed { of, text } => led(of, text.clone()),
        IncidentNoted::Reopened { of, why } => (Did::Reopened, number(of), Some(why.clone())),
    }
}

fn of_flow(model: &Model, line: &LineId, noted: &FlowNoted) -> Said {
    let title = |of: &LineId| {
        let log = model.logbook.flows.get(of)?;
        let spec = model.pack.flow(&log.flow);
        Some(spec.map_or_else(|| Text::from(log.flow.as_str()), |it| it.title.clone()))
    };
    match noted {
        FlowNoted::Started { flow, .. } => {
            let about = title(line).unwrap_or_else(|| Text::from(flow.as_str()));
            (Did::Began, Some(about), None)
        }
        FlowNoted::Step { of, step, settled } => {
            let said = match settled {
                Settled::Done { evidence, .. } => evidence.as_deref(),
                Settled::Skipped { why } => Some(why.as_str()),
            };
            let did = match settled {
                Settled::Done { .. } => Did::Settled,
                Settled::Skipped { .. } => Did::LeftOut,
            };
            let text = said.map_or_else(|| step.clone(), |said| format!("{step}: {said}"));
            (did, title(of), Some(text))
        }
        FlowNoted::Left { of, note } => (Did::Left, title(of), note.clone()),
        FlowNoted::Resumed { of } => (Did::Resumed, title(of), None),
        FlowNoted::Lifted { of, why } => (Did::Lifted, title(of), Some(why.clone())),
        FlowNoted::Ended { of, why } => (Did::Ended, title(of), why.clone()),
    }
}

/// What is filled in of a form is not told before it is handed over.
fn of_handover(model: &Model, noted: &HandoverNoted) -> Option<Said> {
    match noted {
        HandoverNoted::Filled { .. } => None,
        HandoverNoted::Given { shift, to, .. } => {
            Some((Did::HandedOver, shift.title.clone(), to.clone()))
        }
        HandoverNoted::Taken {
            of, reservation, ..
        } => {
            let mut all = model.logbook.handovers.all();
            let given = |it: &&crate::domain::logbook::handover::Handover| {
                it.given.as_ref().is_some_and(|given| given.line == *of)
            };
            let shift = all.find(given).and_then(|it| it.shift.title.clone());
            Some((Did::TookOver, shift, reservation.clone()))
        }
    }
}
