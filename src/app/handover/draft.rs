//! The draft of a handover: from the ledger and what is seen now.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    happened,
    sections::{PersonWords, ShiftWords, TickWords, Words},
    seen, shift,
};
use crate::{
    actions::world::Around,
    app::{
        board,
        model::Model,
        snapshot::{self, Entry},
    },
    domain::{
        action::{
            record::Run,
            step::Saved,
            tier::Tier,
            value::{Value, Values},
        },
        alert::Severity,
        clean::clean,
        logbook::{
            flow::FlowLog,
            handover::{Handover, ShiftMark},
        },
        text::{Lang, Text},
    },
    pack::{FormTick, TickOf, Truth},
};

/// What stands where nothing is known.
const UNKNOWN: &str = "?";

/// How times and texts are written.
#[derive(Debug, Clone)]
pub struct Pen {
    pub lang: Lang,
    /// `None`: for programs, who take times and texts as they are.
    zone: Option<TimeZone>,
}

impl Pen {
    /// For people who read Markdown, in this zone.
    pub fn of_paper(lang: Lang, zone: &TimeZone) -> Self {
        Self {
            lang,
            zone: Some(zone.clone()),
        }
    }

    pub const fn of_programs(lang: Lang) -> Self {
        Self { lang, zone: None }
    }

    /// `11-21 14:32`, on the pack's clock; RFC 3339 for programs.
    pub(super) fn time(&self, at: Timestamp) -> String {
        self.written(at, "%m-%d %H:%M")
    }

    /// With year and distance to UTC.
    fn moment(&self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%d %H:%M %:z")
    }

    fn written(&self, at: Timestamp, format: &str) -> String {
        match &self.zone {
            Some(zone) => at.to_zoned(zone.clone()).strftime(format).to_string(),
            None => at.to_string(),
        }
    }

    /// A text from outside, on one line; nothing in it is Markdown.
    pub(super) fn text(&self, text: &str) -> String {
        if self.zone.is_none() {
            return text.to_owned();
        }
        super::plain::escaped(clean(text).trim())
    }

    pub(super) fn title(&self, title: &Text, id: &str) -> String {
        let title = title.get(self.lang);
        self.text(if title.is_empty() { id } else { title })
    }
}

/// What is asked of a model while it is written: since when, and when something was in the watched world.
pub(super) struct Writer<'m> {
    pub model: &'m Model,
    pub pen: &'m Pen,
    pub shift: ShiftMark,
    /// What has a light, as it may be believed now.
    pub board: Vec<Entry>,
}

impl Writer<'_> {
    /// A time of the ledger's clock.
    pub fn noted(&self, at: Timestamp) -> String {
        self.pen.time(self.model.of_world(at))
    }

    /// Whether a time of the ledger's clock lies in the shift, or after it.
    pub fn is_of_shift(&self, at: Timestamp) -> bool {
        self.model.of_world(at) >= self.shift.from
    }
}

/// What a handover says now; `read` is what was read for its form, `to` who is to take it.
pub fn draft(model: &Model, read: &Values, to: Option<&str>, pen: &Pen) -> Words {
    let shift = shift(model);
    let book = &model.logbook.handovers;
    let own = book.of(shift.from).cloned();
    let own = own.unwrap_or_else(|| Handover::new(shift.clone()));
    let writer = Writer {
        model,
        pen,
        shift: shift.clone(),
        board: snapshot::board(model),
    };
    let spec = model.pack.handover();
    let goes_to = spec.and_then(|spec| spec.goes_to.as_ref());
    let giver = model.actor.who().map_or(UNKNOWN, |who| &who.name);
    let ticks = spec.into_iter().flat_map(|spec| &spec.ticks);
    Words {
        team: pen.title(&model.pack.title, model.pack.id.as_str()),
        goes_to: goes_to.map(|text| pen.title(text, "")).unwrap_or_default(),
        shift: shift_words(&shift, pen),
        now: pen.moment(model.now.wall),
        giver: pen.text(giver),
        taker: pen.text(to.unwrap_or_default()),
        people: people(model, &own, pen),
        form: form(model, &own, read, pen),
        titles: titles(model, pen),
        ticks: ticks
            .map(|tick| TickWords {
                id: tick.id.clone(),
                title: pen.title(&tick.title, &tick.id),
                state: state_of(model, tick, read),
            })
            .collect(),
        hooks: seen::hooks(&writer),
        lights: seen::lights(&writer),
        near: seen::near(&writer),
        incidents: happened::incidents(&writer),
        flows: happened::flows(&writer),
        alerts: seen::alerts(&writer),
        silences: seen::silences(&writer),
        switches: happened::switches(&writer),
        checks: happened::checks(&writer),
        actions: happened::actions(&writer),
        changes: happened::changes(&writer),
        notes: happened::notes(&writer),
        follow_ups: happened::follow_ups(&writer),
        heads: (model.acts.heads.iter())
            .map(|it| format!("ledger-head {} {} {}", it.origin, it.sequence, it.hash))
            .collect(),
    }
}

fn shift_words(shift: &ShiftMark, pen: &Pen) -> ShiftWords {
    let title = shift.title.as_ref();
    ShiftWords {
        title: title.map(|title| pen.title(title, "")).unwrap_or_default(),
        date: pen.written(shift.from, "%Y-%m-%d"),
        from: pen.written(shift.from, "%H:%M"),
        to: pen.written(shift.to, "%H:%M"),
    }
}

fn people(model: &Model, own: &Handover, pen: &Pen) -> Vec<PersonWords> {
    let spec = model.pack.handover();
    let roles = spec.into_iter().flat_map(|spec| &spec.roles);
    roles
        .map(|id| {
            let role = model.pack.roles().iter().find(|it| it.id == *id);
            PersonWords {
                id: id.clone(),
                title: role.map_or_else(|| id.clone(), |it| pen.title(&it.title, id)),
                person: pen.text(own.fields.get(id).map_or("", |it| it)),
            }
        })
        .collect()
}

/// What was filled in; else what was read for it, and `?` where that is not known.
fn form(model: &Model, own: &Handover, read: &Values, pen: &Pen) -> BTreeMap<String, String> {
    let spec = model.pack.handover();
    let fields = spec.into_iter().flat_map(|spec| &spec.fields);
    fields
        .map(|field| {
            let filled = own.fields.get(&field.name).cloned();
            let value = filled.or_else(|| {
                let now = field.now.as_deref()?;
                Some(value_at(read, now).map_or_else(|| UNKNOWN.to_owned(), ToString::to_string))
            });
            (field.name.clone(), pen.text(&value.unwrap_or_default()))
        })
        .collect()
}

fn titles(model: &Model, pen: &Pen) -> BTreeMap<String, String> {
    let spec = model.pack.handover();
    let fields = spec.into_iter().flat_map(|spec| &spec.fields);
    let title = |title: &Text, name: &str| pen.title(title, name);
    fields
        .filter_map(|field| {
            let text = title(field.title.as_ref()?, &field.name);
            Some((field.name.clone(), text))
        })
        .collect()
}

/// A value by its path: `stage.batch`.
pub fn value_at<'v>(values: &'v Values, path: &str) -> Option<&'v Value> {
    if let Some(value) = values.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = values.get(parts.next()?)?;
    for part in parts {
        let Value::Object(fields) = value else {
            return None;
        };
        value = fields.get(part)?;
    }
    (*value != Value::Absent).then_some(value)
}

/// Whether something looks like an incident since then: a grave alert fires, a flow was followed, the gravest was done.
fn looks_like_one(model: &Model, since: Timestamp) -> bool {
    let grave = |line: &crate::app::model::AlertLine| {
        line.alert.state.calls() && line.severity <= Severity::S2
    };
    let followed = |flow: &FlowLog| flow.ended.as_ref().is_none_or(|end| end.at >= since);
    let done = |run: &Run| {
        let acted = run.acted_at().is_some_and(|at| at >= since);
        run.intent.plan.tier == Tier::T3 && acted && model.is_here(run)
    };
    model.alerts.alerts.values().any(grave)
        || model.logbook.flows.all().iter().any(followed)
        || model.acts.runs.iter().any(|run| done(run))
}

/// Whether a tick is set by what is known now.
fn state_of(model: &Model, tick: &FormTick, read: &Values) -> &'static str {
    match &tick.of {
        TickOf::NoAlert => {
            let calls = |line: &crate::app::model::AlertLine| line.alert.state.calls();
            match seen::alerts_told(model) {
                _ if model.alerts.alerts.values().any(calls) => "no",
                Ok(()) => "yes",
                Err(_) => "unknown",
            }
        }
        TickOf::NoIncident { within } => {
            let within = SignedDuration::try_from(*within).unwrap_or(SignedDuration::MAX);
            let since = model.clocked.saturating_sub(within);
            let since = since.unwrap_or(Timestamp::MIN);
            let mut all = model.logbook.incidents.all().iter();
            let was_open = all.any(|it| it.closed.as_ref().is_none_or(|end| end.at >= since));
            match model.acts.ledger {
                Some(Ok(())) if was_open => "no",
                // Whether that was one that nobody declared a person must say.
                Some(Ok(())) if looks_like_one(model, since) => "unknown",
                Some(Ok(())) => "yes",
                _ => "unknown",
            }
        }
        TickOf::Holds(holds) => {
            let (params, saved) = (Values::new(), Saved::new());
            let facts = board::facts(model);
            let around = Around {
                watched: model,
                env: model.pack.environment(),
                target: None,
                params: &params,
                before: read,
                saved: &saved,
            };
            match model.pack.judge_tick(holds, &facts, &around).truth {
                Truth::True => "yes",
                Truth::False => "no",
                Truth::Unknown => "unknown",
            }
        }
    }
}
