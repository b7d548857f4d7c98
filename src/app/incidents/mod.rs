//! Incidents as they stand: what is due of them, whether they are over, and what is written down about them.

pub mod paper;
mod severity;
pub mod story;

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    actions::world::Around,
    domain::{
        action::{step::Saved, value::Values},
        id::{Fingerprint, LineId},
        logbook::{
            AlertMark, IncidentNoted,
            incident::{Declared, Incident, Recovery, USUAL_ID, series},
        },
        time::since,
    },
    pack::{Judged, RungSpec, Truth, WatchSpec},
};

pub use self::severity::{severities, severity_named, severity_title};

use super::{
    board,
    model::{AlertLine, Model},
    overlay::Overlay,
    subject::{Subject, subject},
};

/// The incident that a screen shows: known by its line, or just declared and not told by the ledger yet.
#[derive(Debug, Clone, PartialEq)]
pub enum IncidentMeant {
    Line(LineId),
    Declared(Box<Declared>),
}

/// One incident on the screen.
#[derive(Debug, Clone)]
pub struct IncidentScreen {
    pub of: IncidentMeant,
    pub scroll: usize,
}

/// The incidents there are, to pick one.
#[derive(Debug, Clone, Default)]
pub struct IncidentPicker {
    pub selected: usize,
}

/// A text that was filled in, to be read and copied.
#[derive(Debug, Clone)]
pub struct PaperScreen {
    pub of: LineId,
    pub text: String,
    pub scroll: usize,
}

/// Something that is to be done about an incident, and by when.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentDue {
    pub what: DueWhat,
    pub at: Option<Timestamp>,
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
pub enum DueWhat {
    /// The severity's time to restore.
    Restore,
    /// Nobody, or too few, have this role.
    Role {
        role: String,
        missing: usize,
    },
    Impact,
    Update,
    /// A period in which it is watched ends: how did it go?
    Watch(String),
    Review,
}

impl IncidentDue {
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at <= now)
    }
}

impl IncidentScreen {
    pub const fn new(of: IncidentMeant) -> Self {
        Self { of, scroll: 0 }
    }

    /// The incident, once the ledger told of it.
    pub fn incident<'m>(&self, model: &'m Model) -> Option<&'m Incident> {
        match &self.of {
            IncidentMeant::Line(id) => model.logbook.incidents.get(id),
            IncidentMeant::Declared(declared) => {
                let mut all = model.logbook.incidents.all().iter().rev();
                all.find(|incident| {
                    incident.lines.iter().any(|line| {
                        matches!(&line.noted, IncidentNoted::Declared(said) if *said == **declared)
                    })
                })
            }
        }
    }
}

/// How many closed ones are offered beside the open ones.
const CLOSED: usize = 8;

/// The incidents one can pick: the open ones, the newest first, then the last that were closed.
pub fn listed(model: &Model) -> Vec<&Incident> {
    let book = &model.logbook.incidents;
    let closed = book.all().iter().rev().filter(|it| !it.is_open());
    book.open().rev().chain(closed.take(CLOSED)).collect()
}

/// The gravest of the open ones; of two of one severity the one that was declared first.
pub fn gravest(model: &Model) -> Option<&Incident> {
    let known = severities(model);
    let rank = |incident: &&Incident| {
        let found = known.iter().position(|id| *id == incident.severity);
        found.unwrap_or(usize::MAX)
    };
    model.logbook.incidents.open().min_by_key(rank)
}

/// The open incident of the pack's gravest severity, where there is one.
pub fn top(model: &Model) -> Option<&Incident> {
    let first = severities(model).into_iter().next()?;
    gravest(model).filter(|incident| incident.severity == first)
}

/// The incident the person means: the one on the screen, else the only one that is open.
pub fn meant(model: &Model) -> Option<&Incident> {
    let shown = model.view.overlays.iter().rev().find_map(|overlay| {
        let Overlay::Incident(screen) = overlay else {
            return None;
        };
        Some(screen.incident(model))
    });
    shown.unwrap_or_else(|| {
        let mut open = model.logbook.incidents.open();
        let only = open.next()?;
        open.next().is_none().then_some(only)
    })
}

/// The alert a person means: the open or selected one.
pub fn alert_meant(model: &Model) -> Option<&AlertLine> {
    match subject(model)? {
        Subject::Alert(fingerprint) => model.alerts.alerts.get(&fingerprint),
        _ => None,
    }
}

/// The open incident that was declared for an alert.
pub fn of_alert<'m>(model: &'m Model, of: &Fingerprint) -> Option<&'m Incident> {
    let mut open = model.logbook.incidents.open();
    open.find(|it| it.alert.as_ref().is_some_and(|it| it.fingerprint == *of))
}

/// A time that a server told, on the clock of the ledger.
pub fn in_the_ledger(model: &Model, at: Timestamp) -> Timestamp {
    at.checked_sub(model.ahead()).unwrap_or(at)
}

/// What declares an incident now: its number is the next free one of the pack's series.
pub fn declaration(
    model: &Model,
    title: &str,
    severity: &str,
    alert: Option<AlertMark>,
) -> Declared {
    let pack = &model.pack;
    let pattern = pack.incident_id.as_deref().unwrap_or(USUAL_ID);
    let now = model.clocked;
    let of = |pattern: &str| series(pattern, now, &pack.time_zone);
    let series = of(pattern)
        .or_else(|| of(USUAL_ID))
        .unwrap_or_else(|| pattern.to_owned());
    Declared {
        title: title.to_owned(),
        number: model.logbook.incidents.next(&series),
        series,
        severity: severity.to_owned(),
        began: alert
            .as_ref()
            .map_or(now, |alert| in_the_ledger(model, alert.starts_at)),
        alert,
    }
}

/// The fields of the impact form as conditions take them: what can't be read as such is not there.
fn impact_values(model: &Model, impact: impl Fn(&str) -> Option<String>) -> Values {
    let fields = model.pack.incident().impact.iter();
    fields
        .filter_map(|spec| {
            let value = spec.kind.read(&impact(&spec.name)?).ok()?;
            Some((spec.name.clone(), value))
        })
        .collect()
}

/// Asks something of the world as it is, with the impact of an incident as parameters.
pub(in crate::app) fn in_world<T>(
    model: &Model,
    params: &Values,
    ask: impl FnOnce(&dyn crate::pack::Facts, &Around<'_>) -> T,
) -> T {
    let (before, saved) = (Values::new(), Saved::new());
    let facts = board::facts(model);
    ask(
        &facts,
        &Around {
            watched: model,
            env: model.pack.environment(),
            target: None,
            params,
            before: &before,
            saved: &saved,
        },
    )
}

/// The severities whose conditions hold now, the gravest first, for what is known of the impact.
pub fn proposed(model: &Model, incident: Option<&Incident>) -> Vec<(String, Judged)> {
    let values = impact_values(model, |name| incident?.impact.get(name).cloned());
    in_world(model, &values, |facts, world| {
        model.pack.proposed_severities(facts, world)
    })
}

/// A graver severity than the incident has, where a condition of the pack proposes one, and why.
pub fn graver(model: &Model, incident: &Incident) -> Option<(String, Judged)> {
    let specs = model.pack.severities();
    let rank = |id: &str| specs.iter().position(|spec| spec.id == id);
    let first = proposed(model, Some(incident)).into_iter().next()?;
    let own = rank(&incident.severity);
    (own.is_none() || rank(&first.0) < own).then_some(first)
}

/// Whether it is over by what the pack says of its alert, judged now.
pub fn recovery(model: &Model, incident: &Incident) -> (Recovery, Option<Judged>) {
    let Some(mark) = &incident.alert else {
        return (Recovery::NotStated, None);
    };
    let Some(spec) = model.pack.alert_spec(&mark.name) else {
        return (Recovery::NotStated, None);
    };
    let judged = in_world(model, &Values::new(), |facts, world| {
        model.pack.judge_recovered(spec, facts, world)
    });
    let Some(judged) = judged else {
        return (Recovery::NotStated, None);
    };
    let recovery = match judged.truth {
        Truth::True => Recovery::Held,
        Truth::False => Recovery::NotHeld,
        Truth::Unknown => Recovery::Unknown,
    };
    (recovery, Some(judged))
}

/// The rung that comes next.
pub fn next_rung<'m>(model: &'m Model, incident: &Incident) -> Option<&'m RungSpec> {
    let ladder = &model.pack.incident().ladder;
    ladder
        .iter()
        .find(|rung| !incident.rungs.contains_key(&rung.id))
}

/// Whether its gate lets the next rung be reached; `None` where it has none.
pub fn gate(model: &Model, rung: &RungSpec) -> Option<Judged> {
    in_world(model, &Values::new(), |facts, world| {
        model.pack.judge_rung(rung, facts, world)
    })
}

/// The periods that are watched and not told of yet, each with its end.
pub fn watches<'m>(
    model: &'m Model,
    incident: &Incident,
) -> impl Iterator<Item = (&'m WatchSpec, Timestamp)> {
    let began = incident.watch_began;
    let told: Vec<&str> = incident.watched.keys().map(String::as_str).collect();
    let told: Vec<String> = told.into_iter().map(str::to_owned).collect();
    let watches = model.pack.incident().watches.iter();
    watches.filter_map(move |watch| {
        let open = !told.contains(&watch.id);
        let end = later(began?, watch.lasts);
        open.then_some((watch, end))
    })
}

/// The period whose end has come first, to be told of now.
pub fn watch_due<'m>(model: &'m Model, incident: &Incident) -> Option<&'m WatchSpec> {
    let over = watches(model, incident).filter(|(_, end)| *end <= model.clocked);
    over.min_by_key(|(_, end)| *end).map(|(watch, _)| watch)
}

/// What is still to be done before an incident is over, whatever its alert says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// Rungs of the ladder back are not reached.
    Ladder,
    /// A period that is watched is not told of.
    Watch,
}

impl Unfinished {
    /// Its text is `sheet-refused-<id>`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ladder => "ladder-open",
            Self::Watch => "watch-open",
        }
    }
}

/// What of the way back is not done: it may be closed then, but somebody says why.
pub fn unfinished(model: &Model, incident: &Incident) -> Option<Unfinished> {
    if next_rung(model, incident).is_some() {
        return Some(Unfinished::Ladder);
    }
    let watched = watches(model, incident).next().is_some();
    watched.then_some(Unfinished::Watch)
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// How long it has lasted, on the clock of the ledger.
pub fn lasted(model: &Model, incident: &Incident) -> Duration {
    let end = incident.closed.as_ref().map_or(model.clocked, |end| end.at);
    since(incident.began, end)
}

/// What is to be done about it, the most urgent first.
pub fn due(model: &Model, incident: &Incident) -> Vec<IncidentDue> {
    let spec = model.pack.incident();
    let mut due = Vec::new();
    let mut add = |what, at| due.push(IncidentDue { what, at });
    if let Some(closed) = &incident.closed {
        if let (Some(within), None) = (spec.review_due, &incident.reviewed) {
            add(DueWhat::Review, Some(later(closed.at, within)));
        }
        return due;
    }
    for role in &spec.roles {
        let held = incident.roles.get(&role.role).map_or(0, Vec::len);
        if held < role.persons {
            let missing = role.persons - held;
            let role = role.role.clone();
            add(DueWhat::Role { role, missing }, None);
        }
    }
    if let (Some(within), None) = (spec.impact_due, incident.impact_at) {
        add(DueWhat::Impact, Some(later(incident.declared_at, within)));
    }
    if let Some(every) = spec.update_every(&incident.severity) {
        add(DueWhat::Update, Some(later(incident.last_update(), every)));
    }
    let severities = model.pack.severities();
    let restore = severities.iter().find(|it| it.id == incident.severity);
    // Who watches whether it stays well has restored it.
    let restore = restore.filter(|_| incident.watch_began.is_none());
    if let Some(within) = restore.and_then(|it| it.restore) {
        add(DueWhat::Restore, Some(later(incident.began, within)));
    }
    for (watch, end) in watches(model, incident) {
        add(DueWhat::Watch(watch.id.clone()), Some(end));
    }
    due.sort_by_key(|due| due.at.unwrap_or(Timestamp::MAX));
    due
}
