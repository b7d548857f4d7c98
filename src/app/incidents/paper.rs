//! What goes out about an incident: the words a template is given. Times are in the pack's zone, with their distance to
//! UTC; states are ids, which the template puts into the words of its language.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    app::{
        model::Model,
        running::{actor, state_id},
    },
    domain::{
        action::record::Run,
        change::What,
        light::Light,
        logbook::{IncidentNoted, flow::Settled, incident::Incident, switch::Saw},
        text::{Lang, Text},
    },
    pack::{Paper, TemplateFault},
};

use super::{
    lasted, severity_title,
    story::{Happened, HappenedWhat, gaps, known_from, story},
};

/// What stands where nothing is known.
const UNKNOWN: &str = "?";

/// What a person adds to an update.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpdateInput {
    pub progress: String,
    /// When it is expected to be over.
    pub expected: String,
}

#[derive(Serialize)]
struct Words {
    id: String,
    title: String,
    /// `investigating`, `identified`, `fixing`, `recovering`, `watching`, `closed`.
    status: &'static str,
    severity: String,
    criteria: String,
    began: String,
    declared: String,
    closed: String,
    now: String,
    next_update: String,
    /// Since when lights, changes and runs are known; empty where that is all of it.
    known_from: String,
    /// The stretches since then in which nobody recorded lights and changes: `14:10 – 14:35`.
    gaps: Vec<String>,
    lasted: String,
    team: String,
    impact: BTreeMap<String, String>,
    progress: String,
    expected: String,
    roles: Vec<RoleWords>,
    alert: String,
    actions: Vec<ActionWords>,
    timeline: Vec<LineWords>,
    follow_ups: Vec<FollowUpWords>,
    questions: Vec<String>,
}

#[derive(Serialize)]
struct RoleWords {
    title: String,
    persons: Vec<String>,
    missing: usize,
}

#[derive(Serialize)]
struct ActionWords {
    title: String,
    target: String,
    state: &'static str,
    by: String,
    at: String,
}

#[derive(Serialize)]
struct LineWords {
    at: String,
    by: String,
    /// `alert`, `run`, `note`, …: what kind of thing it was.
    kind: &'static str,
    text: String,
    state: String,
}

#[derive(Serialize)]
struct FollowUpWords {
    text: String,
    owner: String,
    term: String,
}

/// The text of a paper about an incident, in a language.
pub fn paper(
    model: &Model,
    incident: &Incident,
    paper: Paper,
    lang: Lang,
    input: &UpdateInput,
) -> Result<String, TemplateFault> {
    let words = words(model, incident, lang, input);
    model.pack.paper(paper, lang, &words)
}

fn words(model: &Model, incident: &Incident, lang: Lang, input: &UpdateInput) -> Words {
    let pack = &model.pack;
    let spec = pack.incident();
    let time = |at: Timestamp| stamp(at, &pack.time_zone);
    let or_unknown = |text: &str| {
        let text = text.trim();
        if text.is_empty() { UNKNOWN } else { text }.to_owned()
    };
    let mut severities = pack.severities().iter();
    let severity = severities.find(|it| it.id == incident.severity);
    let criteria = severity.and_then(|it| it.criteria.as_ref());
    let next = spec
        .update_every(&incident.severity)
        .and_then(|every| model.clocked.checked_add(every).ok());
    let story = story(model, incident);
    Words {
        id: incident.number.clone(),
        title: incident.title.clone(),
        status: if incident.is_open() {
            incident.phase.id()
        } else {
            "closed"
        },
        severity: severity.map_or_else(
            || severity_title(model, &incident.severity).to_owned(),
            |it| it.title.get(lang).to_owned(),
        ),
        criteria: criteria
            .map(|text| text.get(lang).to_owned())
            .unwrap_or_default(),
        began: time(incident.began),
        declared: time(incident.declared_at),
        closed: incident
            .closed
            .as_ref()
            .map(|end| time(end.at))
            .unwrap_or_default(),
        now: time(model.clocked),
        next_update: next.map(time).unwrap_or_default(),
        known_from: known_from(model, incident).map(time).unwrap_or_default(),
        gaps: (gaps(model, incident).iter())
            .map(|gap| format!("{} – {}", time(gap.from), time(gap.to)))
            .collect(),
        lasted: minutes(lasted(model, incident)),
        team: pack.title.get(lang).to_owned(),
        impact: spec
            .impact
            .iter()
            .map(|field| {
                let value = incident.impact.get(&field.name);
                (field.name.clone(), or_unknown(value.map_or("", |it| it)))
            })
            .collect(),
        progress: or_unknown(&input.progress),
        expected: or_unknown(&input.expected),
        roles: roles(model, incident, lang),
        alert: incident
            .alert
            .as_ref()
            .map(|it| it.name.clone())
            .unwrap_or_default(),
        actions: story
            .iter()
            .filter_map(|it| match it.what {
                HappenedWhat::Run(run) => Some(action(run, lang, &pack.time_zone)),
                _ => None,
            })
            .collect(),
        timeline: story.iter().map(|it| line(model, it, lang)).collect(),
        follow_ups: follow_ups(model, incident, lang),
        questions: spec
            .questions
            .iter()
            .map(|it| it.get(lang).to_owned())
            .collect(),
    }
}

fn follow_ups(model: &Model, incident: &Incident, lang: Lang) -> Vec<FollowUpWords> {
    let all = incident.follow_ups.iter();
    all.map(|it| FollowUpWords {
        text: it.text.clone(),
        owner: it.owner.clone(),
        term: term(model, it.term.as_deref(), lang),
    })
    .collect()
}

pub(in crate::app) fn term(model: &Model, id: Option<&str>, lang: Lang) -> String {
    let terms = &model.pack.incident().terms;
    let found = id.and_then(|id| terms.iter().find(|(own, _)| own == id));
    found
        .map(|(_, title)| title.get(lang).to_owned())
        .or_else(|| id.map(str::to_owned))
        .unwrap_or_default()
}

fn roles(model: &Model, incident: &Incident, lang: Lang) -> Vec<RoleWords> {
    let roles = model.pack.incident().roles.iter();
    roles
        .map(|wanted| {
            let role = model.pack.roles().iter().find(|it| it.id == wanted.role);
            let all = incident.roles.get(&wanted.role);
            let all = all.map(Vec::as_slice).unwrap_or_default();
            // Who took it last has it.
            let from = all.len().saturating_sub(wanted.persons);
            let persons = all[from..].to_vec();
            RoleWords {
                title: role
                    .map_or(&*wanted.role, |it| it.title.get(lang))
                    .to_owned(),
                missing: wanted.persons.saturating_sub(persons.len()),
                persons,
            }
        })
        .collect()
}

fn action(run: &Run, lang: Lang, zone: &TimeZone) -> ActionWords {
    let plan = &run.intent.plan;
    ActionWords {
        title: plan.title.get(lang).to_owned(),
        target: plan.target.to_string(),
        state: state_id(&run.state),
        by: actor(&run.actor),
        at: stamp(run.asked_at, zone),
    }
}

fn line(model: &Model, happened: &Happened<'_>, lang: Lang) -> LineWords {
    let (kind, text, state) = told(model, happened, lang);
    LineWords {
        at: stamp(happened.at, &model.pack.time_zone),
        by: happened.by.map(actor).unwrap_or_default(),
        kind,
        text,
        state,
    }
}

/// A line of the time line as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryWords {
    /// `alert`, `run`, `note`, …: what kind of thing it was.
    pub kind: &'static str,
    pub text: String,
    /// How it stood or ended, by id where it is a state.
    pub state: String,
    /// What it was about, by its id in the pack or in the ledger, whatever the language: a severity, a role, a rung, a
    /// period, a phase, a flow or a step of it, a run.
    pub id: Option<String>,
}

/// What happened, in the words of the pack and of people.
pub fn story_words(model: &Model, happened: &Happened<'_>, lang: Lang) -> StoryWords {
    let (kind, text, state) = told(model, happened, lang);
    let id = id_of(happened);
    StoryWords {
        kind,
        text,
        state,
        id,
    }
}

fn id_of(happened: &Happened<'_>) -> Option<String> {
    Some(match happened.what {
        HappenedWhat::Alert(name) => name.to_owned(),
        HappenedWhat::Run(run) | HappenedWhat::RunEnded(run) => run.id.to_string(),
        HappenedWhat::Switch(noted) => noted.run.to_string(),
        HappenedWhat::FlowBegan(of) | HappenedWhat::FlowEnded(of) => of.flow.clone(),
        HappenedWhat::FlowStep(of, step, _) => format!("{}/{step}", of.flow),
        HappenedWhat::Noted(noted) => match noted {
            IncidentNoted::Declared(said) => said.severity.clone(),
            IncidentNoted::Severity { severity, .. } => severity.clone(),
            IncidentNoted::Role { role, .. } => role.clone(),
            IncidentNoted::Phase { phase, .. } => phase.id().to_owned(),
            IncidentNoted::Rung { rung, .. } => rung.clone(),
            IncidentNoted::Watched { watch, .. } => watch.clone(),
            IncidentNoted::Closed { recovery, .. } => recovery.id().to_owned(),
            _ => return None,
        },
        HappenedWhat::Acknowledged(_) | HappenedWhat::Remark(_) | HappenedWhat::Change(_) => {
            return None;
        }
    })
}

/// Of what kind it was, what it was, and how it ended.
fn told(model: &Model, happened: &Happened<'_>, lang: Lang) -> (&'static str, String, String) {
    let plain = |kind, text: &str| (kind, text.to_owned(), String::new());
    let run = |kind, run: &Run| {
        let plan = &run.intent.plan;
        let text = format!("{} ({})", plan.title.get(lang), plan.target);
        (kind, text, state_id(&run.state).to_owned())
    };
    let flow = |id: &str| {
        let spec = model.pack.flow(id);
        spec.map_or(id, |spec| spec.title.get(lang)).to_owned()
    };
    match happened.what {
        HappenedWhat::Alert(name) => plain("alert", name),
        HappenedWhat::Acknowledged(note) => plain("acknowledged", note.unwrap_or_default()),
        HappenedWhat::Remark(text) => plain("note", text),
        HappenedWhat::Run(of) => run("run", of),
        HappenedWhat::RunEnded(of) => run("run-ended", of),
        HappenedWhat::FlowBegan(of) => ("flow", flow(&of.flow), String::new()),
        HappenedWhat::FlowEnded(of) => ("flow-ended", flow(&of.flow), String::new()),
        HappenedWhat::FlowStep(of, name, step) => {
            let spec = model.pack.flow(&of.flow).and_then(|spec| spec.step(name));
            let title = spec.map_or(name, |(_, step)| step.title.get(lang));
            let (state, word) = match &step.settled {
                Settled::Done { evidence, .. } => ("done", evidence.as_deref()),
                Settled::Skipped { why } => ("skipped", Some(why.as_str())),
            };
            let text = match word {
                Some(word) => format!("{title}: {word}"),
                None => title.to_owned(),
            };
            ("step", text, state.to_owned())
        }
        HappenedWhat::Noted(noted) => noted_words(model, noted, lang),
        HappenedWhat::Switch(noted) => {
            let text = format!("{} ({})", noted.title.get(lang), noted.target);
            match &noted.saw {
                Saw::Overdue { .. } => ("switch-overdue", text, String::new()),
                Saw::Changed { field, now } => ("switch-changed", text, format!("{field} = {now}")),
            }
        }
        HappenedWhat::Change(change) => change_words(change),
    }
}

fn noted_words(model: &Model, noted: &IncidentNoted, lang: Lang) -> (&'static str, String, String) {
    let severity = |id: &str| {
        let spec = model.pack.severities().iter().find(|it| it.id == id);
        spec.map_or(id, |spec| spec.title.get(lang)).to_owned()
    };
    let text = |kind, text: &str| (kind, text.to_owned(), String::new());
    match noted {
        IncidentNoted::Declared(said) => ("declared", said.title.clone(), severity(&said.severity)),
        IncidentNoted::Severity {
            severity: id, why, ..
        } => ("severity", why.clone().unwrap_or_default(), severity(id)),
        IncidentNoted::Role { role, person, .. } => {
            let spec = model.pack.roles().iter().find(|it| it.id == *role);
            let title = spec.map_or(role.as_str(), |it| it.title.get(lang));
            ("role", person.clone(), title.to_owned())
        }
        IncidentNoted::Impact { fields, .. } => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| {
                    let value = if value.is_empty() { UNKNOWN } else { value };
                    format!("{} {value}", field_title(model, name, lang))
                })
                .collect();
            ("impact", fields.join(", "), String::new())
        }
        IncidentNoted::Update { text: said, .. } => text(
            "update",
            said.lines()
                .find(|it| !it.trim().is_empty())
                .unwrap_or_default(),
        ),
        IncidentNoted::Phase { phase, .. } => ("phase", String::new(), phase.id().to_owned()),
        IncidentNoted::Rung { rung, evidence, .. } => {
            let ladder = &model.pack.incident().ladder;
            let title = ladder.iter().find(|it| it.id == *rung).map(|it| &it.title);
            let title = title.map_or(rung.as_str(), |it: &Text| it.get(lang));
            ("rung", evidence.clone(), title.to_owned())
        }
        IncidentNoted::WatchBegan { .. } => text("watch-began", ""),
        IncidentNoted::Watched {
            watch, evidence, ..
        } => {
            let watches = &model.pack.incident().watches;
            let title = watches
                .iter()
                .find(|it| it.id == *watch)
                .map(|it| &it.title);
            let title = title.map_or(watch.as_str(), |it: &Text| it.get(lang));
            ("watched", evidence.clone(), title.to_owned())
        }
        IncidentNoted::Note { text: said, .. } => text("note", said),
        IncidentNoted::FollowUp {
            text: said, owner, ..
        } => ("follow-up", said.clone(), owner.clone()),
        IncidentNoted::Closed {
            text: said,
            recovery,
            ..
        } => (
            "closed",
            said.clone().unwrap_or_default(),
            recovery.id().to_owned(),
        ),
        IncidentNoted::Reopened { why, .. } => text("reopened", why),
        IncidentNoted::Reviewed { text: said, .. } => text("reviewed", said),
    }
}

/// How a pack calls a field of its impact form.
pub fn field_title<'m>(model: &'m Model, name: &'m str, lang: Lang) -> &'m str {
    let fields = &model.pack.incident().impact;
    let title = fields.iter().find(|it| it.name == name);
    title
        .and_then(|it| it.title.as_ref())
        .map_or(name, |title| title.get(lang))
}

/// Of what kind a change is, what it is about, and how that stands then.
pub(in crate::app) fn change_words(change: &What) -> (&'static str, String, String) {
    match change {
        What::LightChanged { id, to, .. } => ("light", id.to_string(), light_id(*to).to_owned()),
        What::HookChanged { id, to, .. } => ("hook", id.to_string(), light_id(*to).to_owned()),
        What::GateChanged { id, to, .. } => ("gate", id.to_string(), light_id(*to).to_owned()),
        What::RolledOut {
            workload, images, ..
        } => ("rollout", workload.name.to_string(), images.join(", ")),
        What::Scaled { workload, to, .. } => ("scaled", workload.name.to_string(), to.to_string()),
        What::AlertCame { name, .. } => ("alert", name.clone(), String::new()),
        What::AlertLeft { name, .. } => ("alert-left", name.clone(), String::new()),
        What::ConfigChanged { name, .. } => ("config", name.to_string(), String::new()),
        What::NodeReady { node, .. } | What::NodeCordoned { node, .. } => {
            ("node", node.to_string(), String::new())
        }
        What::Warned { object, reason, .. } => ("warning", object.to_string(), reason.to_string()),
    }
}

const fn light_id(light: Light) -> &'static str {
    match light {
        Light::Green => "green",
        Light::Yellow => "yellow",
        Light::Unknown => "unknown",
        Light::Red => "red",
    }
}

/// `2025-04-18 14:32 +08:00`.
fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M %:z")
        .to_string()
}

/// A span in whole minutes, as it is read everywhere: `1h05m`.
fn minutes(span: std::time::Duration) -> String {
    let minutes = span.as_secs() / 60;
    match minutes {
        0..60 => format!("{minutes}m"),
        _ => format!("{}h{:02}m", minutes / 60, minutes % 60),
    }
}
