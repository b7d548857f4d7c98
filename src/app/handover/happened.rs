//! What a handover says of the shift itself: incidents, flows, temporary changes, checks, actions, notes.

use std::cmp::Reverse;

use jiff::SignedDuration;

use super::{
    blocking,
    draft::Writer,
    sections::{
        ActionWords, ChangeWords, ChangesWords, CheckWords, FlowWords, FollowUpWords, GapWords,
        IncidentWords, NoteWords, SwitchWords,
    },
};
use crate::{
    app::{
        debts::{Debt, Release, shortened},
        incidents::paper::{change_words, term},
        model::Model,
        past,
        routine::{DueOf, Stand},
        running::{actor, state_id},
    },
    domain::{
        action::{record::Entry, tier::Tier},
        change::What,
        id::CheckId,
        logbook::{Outcome, incident::Incident, switch::Saw},
    },
};

/// How long something is due before it is late.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// So many changes are written out, the newest.
const CHANGES: usize = 200;

/// Those that are open, and those that were closed in the shift.
fn of_shift<'m>(writer: &'m Writer<'_>) -> impl Iterator<Item = &'m Incident> {
    let all = writer.model.logbook.incidents.all().iter();
    all.filter(|it| {
        let end = it.closed.as_ref();
        end.is_none_or(|end| writer.is_of_shift(end.at))
    })
}

pub(super) fn incidents(writer: &Writer<'_>) -> Vec<IncidentWords> {
    let pack = &writer.model.pack;
    let blocking = blocking(writer.model);
    of_shift(writer)
        .map(|incident| {
            let mut severities = pack.severities().iter();
            let severity = severities.find(|it| it.id == incident.severity);
            let closed = incident.closed.as_ref();
            IncidentWords {
                number: incident.number.clone(),
                title: writer.pen.text(&incident.title),
                severity: severity.map_or_else(
                    || incident.severity.clone(),
                    |it| writer.pen.title(&it.title, &it.id),
                ),
                status: if incident.is_open() {
                    incident.phase.id()
                } else {
                    "closed"
                },
                began: writer.noted(incident.began),
                closed: closed.map(|end| writer.noted(end.at)).unwrap_or_default(),
                blocks: blocking.iter().any(|it| it.id == incident.id),
            }
        })
        .collect()
}

pub(super) fn follow_ups(writer: &Writer<'_>) -> Vec<FollowUpWords> {
    let of = |incident: &Incident| {
        let all = incident.follow_ups.iter();
        let words = all.map(|it| FollowUpWords {
            text: writer.pen.text(&it.text),
            owner: writer.pen.text(&it.owner),
            term: term(writer.model, it.term.as_deref(), writer.pen.lang),
            incident: incident.number.clone(),
        });
        words.collect::<Vec<_>>()
    };
    of_shift(writer).flat_map(of).collect()
}

pub(super) fn flows(writer: &Writer<'_>) -> Vec<FlowWords> {
    let open = writer.model.logbook.flows.open();
    open.map(|flow| {
        let spec = writer.model.pack.flow(&flow.flow);
        let title = spec.map(|spec| writer.pen.title(&spec.title, &spec.id));
        FlowWords {
            id: flow.flow.clone(),
            title: title.unwrap_or_else(|| flow.flow.clone()),
            began: writer.noted(flow.started_at),
            by: flow.followed_by.as_ref().map(actor).unwrap_or_default(),
            note: writer.pen.text(flow.note.as_deref().unwrap_or_default()),
        }
    })
    .collect()
}

pub(super) fn switches(writer: &Writer<'_>) -> Vec<SwitchWords> {
    let model = writer.model;
    let all = model.debts.iter();
    all.map(|debt| {
        let plan = &debt.run.intent.plan;
        let params = plan.params.iter();
        let params: Vec<String> = params
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        SwitchWords {
            title: writer.pen.title(&plan.title, plan.action.as_str()),
            target: writer.pen.text(&plan.target.to_string()),
            params: writer.pen.text(&params.join(", ")),
            since: writer.noted(debt.since),
            by: writer.pen.text(&actor(&debt.run.actor)),
            expires: debt.expires.map(|at| writer.noted(at)).unwrap_or_default(),
            overdue: debt.is_overdue(model.clocked),
            release: match debt.release {
                Release::Free => "free",
                Release::NotYet(_) => "not-yet",
                Release::Unknown => "unknown",
            },
            changed: (changed_by_others(model, debt).iter())
                .map(|it| writer.pen.text(it))
                .collect(),
        }
    })
    .collect()
}

/// What others changed of a temporary change, as it is written down and as it was last seen.
fn changed_by_others(model: &Model, debt: &Debt) -> Vec<String> {
    let noted = model.logbook.switches.of(&debt.run.id);
    let noted = noted.filter_map(|seen| match &seen.noted.saw {
        Saw::Changed { field, now } => Some(format!("{field} = {now}")),
        Saw::Overdue { .. } => None,
    });
    let mut all: Vec<String> = noted.collect();
    for changed in &debt.changed {
        let now = format!("{} = {}", changed.field, shortened(&changed.now));
        if !all.contains(&now) {
            all.push(now);
        }
    }
    all
}

/// What is late or was missed, and what did not pass in the shift.
pub(super) fn checks(writer: &Writer<'_>) -> Vec<CheckWords> {
    let model = writer.model;
    let due = model.routine.iter().filter_map(|row| {
        let at = row.slot?.at;
        let (state, times) = match row.stand {
            Stand::Open if model.now.wall.duration_since(at) > GRACE => ("overdue", 1),
            Stand::Missed { times } => ("missed", times),
            _ => return None,
        };
        // That it is not handed over yet is no news to who hands it over.
        let title = match &row.of {
            DueOf::Handover => return None,
            DueOf::Check(id) => check_title(writer, id),
            DueOf::List(id) => {
                let spec = model.pack.checklist(id);
                let title = spec.map(|spec| writer.pen.title(&spec.title, id.as_str()));
                title.unwrap_or_else(|| id.to_string())
            }
        };
        Some(CheckWords {
            title,
            state,
            at: writer.pen.time(at),
            times,
            by: String::new(),
            evidence: String::new(),
        })
    });
    let mut words: Vec<CheckWords> = due.collect();
    let mut found: Vec<_> = model.logbook.checks.all().collect();
    found.retain(|it| writer.is_of_shift(it.at) && it.noted.outcome != Outcome::Passed);
    found.sort_by_key(|it| (Reverse(it.noted.outcome.gravity()), it.at));
    words.extend(found.into_iter().map(|it| {
        CheckWords {
            title: check_title(writer, &it.noted.check),
            state: it.noted.outcome.id(),
            at: writer.noted(it.at),
            times: 1,
            by: writer.pen.text(&actor(&it.by)),
            evidence: writer
                .pen
                .text(it.noted.evidence.as_deref().unwrap_or_default()),
        }
    }));
    words
}

fn check_title(writer: &Writer<'_>, id: &CheckId) -> String {
    let spec = writer.model.pack.check(id);
    let title = spec.map(|spec| writer.pen.title(&spec.title, id.as_str()));
    title.unwrap_or_else(|| id.to_string())
}

/// The runs of this desk in the shift, and those that go on, in their order. What only looked changed nothing.
pub(super) fn actions(writer: &Writer<'_>) -> Vec<ActionWords> {
    let model = writer.model;
    let runs = model.acts.runs.iter().rev();
    runs.filter(|run| model.is_here(run))
        .filter(|run| run.intent.plan.tier > Tier::T0)
        .filter(|run| run.blocks() || writer.is_of_shift(run.asked_at))
        .map(|run| {
            let plan = &run.intent.plan;
            ActionWords {
                title: writer.pen.title(&plan.title, plan.action.as_str()),
                target: writer.pen.text(&plan.target.to_string()),
                state: state_id(&run.state),
                by: writer.pen.text(&actor(&run.actor)),
                at: writer.noted(run.asked_at),
            }
        })
        .collect()
}

/// Changes of the cluster, of lights and of gates since the shift began, as far as this program or the record saw them.
pub(super) fn changes(writer: &Writer<'_>) -> ChangesWords {
    let model = writer.model;
    let from = writer.shift.from;
    let is_told = |what: &What| {
        let of_lights = matches!(what, What::LightChanged { .. } | What::GateChanged { .. });
        of_lights || what.is_of_cluster()
    };
    let all = past::changes(model).into_iter();
    let all: Vec<_> = all
        .filter(|change| change.at >= from && is_told(&change.what))
        .collect();
    let left_out = all.len().saturating_sub(CHANGES);
    let items = all.into_iter().skip(left_out).map(|change| {
        let (kind, text, state) = change_words(&change.what);
        ChangeWords {
            at: writer.pen.time(change.at),
            kind,
            text: writer.pen.text(&text),
            state: writer.pen.text(&state),
        }
    });
    let mut gaps = past::gaps(model, from, model.now.wall);
    let first = gaps.first().filter(|gap| gap.from <= from).copied();
    gaps.retain(|gap| gap.from > from);
    ChangesWords {
        whole: first.is_none() && gaps.is_empty(),
        since: writer.pen.time(first.map_or(from, |gap| gap.to)),
        gaps: (gaps.iter())
            .map(|gap| GapWords {
                from: writer.pen.time(gap.from),
                to: writer.pen.time(gap.to),
            })
            .collect(),
        left_out,
        items: items.collect(),
    }
}

/// What was noted in the journal, in its order.
pub(super) fn notes(writer: &Writer<'_>) -> Vec<NoteWords> {
    let asides = writer.model.acts.asides.iter().rev();
    asides
        .filter(|aside| writer.is_of_shift(aside.at))
        .filter_map(|aside| {
            let Entry::Note { text, .. } = &aside.entry else {
                return None;
            };
            Some(NoteWords {
                at: writer.noted(aside.at),
                by: writer.pen.text(&actor(&aside.actor)),
                text: writer.pen.text(text),
            })
        })
        .collect()
}
