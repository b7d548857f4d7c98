//! What a handover says of the shift itself: incidents, flows, temporary changes, checks, actions, notes.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::{
    blocking,
    draft::Writer,
    sections::{
        ActionWords, ChangeWords, ChangesWords, CheckWords, FlowWords, FollowUpWords,
        IncidentWords, NoteWords, SwitchWords,
    },
};
use crate::{
    app::{
        debts::{Release, debts},
        incidents::paper::{change_words, term},
        routine::{DueOf, Stand},
        running::{actor, state_id},
    },
    domain::{
        action::record::Entry,
        id::CheckId,
        logbook::{Outcome, incident::Incident},
        time::since,
    },
};

/// How long something is due before it is late.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// How far back changes are known where a desk was open all the time.
const CHANGES: SignedDuration = SignedDuration::from_hours(1);

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
    let all = debts(model).into_iter();
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
        }
    })
    .collect()
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

/// The runs of this desk in the shift, and those that go on, in their order.
pub(super) fn actions(writer: &Writer<'_>) -> Vec<ActionWords> {
    let model = writer.model;
    let runs = model.acts.runs.iter().rev();
    runs.filter(|run| model.is_here(run))
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

/// Changes of the cluster since the shift began, as far back as this program has seen them.
pub(super) fn changes(writer: &Writer<'_>) -> ChangesWords {
    let model = writer.model;
    let now = model.now.wall;
    let open_for = model.now.mono.saturating_sub(model.opened);
    let open_for = SignedDuration::try_from(open_for).unwrap_or(CHANGES);
    let known = now.saturating_sub(open_for.min(CHANGES)).unwrap_or(now);
    let from = known.max(writer.shift.from);
    let mut items: Vec<(Timestamp, ChangeWords)> = (model.time_line.changes.iter())
        .map(|(_, change)| change)
        .filter(|change| change.at >= writer.shift.from && change.what.is_of_cluster())
        .map(|change| {
            let (kind, text, state) = change_words(&change.what);
            let words = ChangeWords {
                at: writer.pen.time(change.at),
                kind,
                text: writer.pen.text(&text),
                state: writer.pen.text(&state),
            };
            (change.at, words)
        })
        .collect();
    items.sort_by_key(|(at, _)| *at);
    ChangesWords {
        whole: since(writer.shift.from, from).is_zero(),
        since: writer.pen.time(from),
        items: items.into_iter().map(|(_, words)| words).collect(),
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
