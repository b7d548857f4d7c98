//! The handover of a shift: whose it is, what it says, who gave it and who took it.

pub mod draft;
mod happened;
pub mod plain;
pub mod sections;
mod seen;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::draft::{Site, reading_alone},
    domain::{
        action::{preflight::Draft, refusal::Refusal, value::Values},
        logbook::{
            HandoverNoted,
            handover::{Given, Handover, ShiftMark, text_digest},
            incident::Incident,
        },
        question::RequestId,
        text::Lang,
        time::floor_to,
    },
    pack::{Paper, TemplateFault},
};

use self::draft::{Pen, draft};
use super::{command::WhyNot, model::Model, routine, watching::namespace};

/// How long after its end a shift is still the one to be handed over where its pack says nothing.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// How far back what is handed over goes where a pack has no shifts.
const WITHOUT_SHIFTS: SignedDuration = SignedDuration::from_hours(12);

/// The open screen of the handover.
#[derive(Debug, Clone, Default)]
pub struct HandoverScreen {
    pub scroll: usize,
    /// The draft of now, although a text was given.
    pub live: bool,
    /// The number under which it is read what the form wants to know.
    pub reading: Option<RequestId>,
    /// What was read for the form.
    pub read: Option<Result<Values, Refusal>>,
}

/// The shift whose handover is on the table: the one before as long as it waits to be taken, or to be given for a while
/// after its end; else the one that is on.
pub fn shift(model: &Model) -> ShiftMark {
    let now = model.now.wall;
    let book = &model.logbook.handovers;
    let Some(current) = model.pack.shift_at(now) else {
        return without_shifts(model);
    };
    let just_before = current.from.checked_sub(SignedDuration::from_secs(1));
    let before = just_before.ok().and_then(|at| model.pack.shift_at(at));
    if let Some(before) = before {
        let known = book.of(before.from);
        let waits = known.is_some_and(Handover::waits);
        let taken = known.is_some_and(Handover::is_taken);
        let late = model.pack.handover().and_then(|spec| spec.due.within);
        let late = late.and_then(|late| SignedDuration::try_from(late).ok());
        let fresh = now.duration_since(current.from) < late.unwrap_or(LATE);
        // Nobody can hand over what was before the first thing anybody wrote here.
        let worked = routine::first_written(model).is_some_and(|first| first < current.from);
        if waits || (!taken && fresh && worked) {
            return before.into();
        }
    }
    current.into()
}

fn without_shifts(model: &Model) -> ShiftMark {
    let now = model.now.wall;
    let last = model.logbook.handovers.all().next_back();
    match last {
        Some(open) if !open.is_taken() => open.shift.clone(),
        _ => {
            // On the hour, so that it is the same one for who fills it in and who signs.
            let usual = now.saturating_sub(WITHOUT_SHIFTS).unwrap_or(now);
            let usual = floor_to(usual, Duration::from_secs(3_600));
            let taken = last.and_then(|last| last.taken.first());
            let from = taken.map_or(usual, |taken| taken.at);
            ShiftMark {
                title: None,
                from,
                to: now,
            }
        }
    }
}

impl Model {
    /// When something was in the watched world that the ledger's clock has written down.
    pub fn of_world(&self, at: Timestamp) -> Timestamp {
        let ahead = self.now.wall.duration_since(self.clocked);
        at.saturating_add(ahead).unwrap_or(at)
    }
}

/// The handover on the table as it stands.
pub fn standing(model: &Model) -> Handover {
    let shift = shift(model);
    let known = model.logbook.handovers.of(shift.from);
    known.cloned().unwrap_or_else(|| Handover::new(shift))
}

/// The open incidents that let nobody sign without a reservation.
pub fn blocking(model: &Model) -> Vec<&Incident> {
    let Some(spec) = model.pack.handover() else {
        return Vec::new();
    };
    let open = model.logbook.incidents.open();
    open.filter(|it| spec.blocks.contains(&it.severity))
        .collect()
}

/// The name the server knows of who sits here.
fn me(model: &Model) -> Option<&str> {
    model.actor.who().map(|who| who.name.as_str())
}

/// Whether what was given was given by who sits here; `None` where that can't be told.
pub fn is_own(model: &Model, given: &Given) -> Option<bool> {
    Some(given.by.principal.as_deref()? == me(model)?)
}

/// Why it can't be handed over now.
pub fn may_give(own: &Handover) -> Result<(), WhyNot> {
    if own.is_taken() {
        return Err(WhyNot::HandoverTaken);
    }
    Ok(())
}

/// Why who sits here can't sign what was given.
pub fn may_take<'h>(model: &Model, own: &'h Handover) -> Result<&'h Given, WhyNot> {
    let given = own.given.as_ref().ok_or(WhyNot::HandoverNotGiven)?;
    let two = model.pack.handover().is_some_and(|spec| spec.two_persons);
    match is_own(model, given) {
        Some(true) if two => return Err(WhyNot::HandoverOwn),
        None if two => return Err(WhyNot::WhoUnknown),
        _ => {}
    }
    let mut signed = own.taken.iter().map(|it| it.by.principal.as_deref());
    if signed.any(|name| name.is_some() && name == me(model)) {
        return Err(WhyNot::HandoverSigned);
    }
    Ok(given)
}

/// What is to be read for the form; `None` where nothing.
pub fn reading(model: &Model) -> Option<Result<Draft, Refusal>> {
    let spec = model.pack.handover()?;
    if spec.reads.is_empty() {
        return None;
    }
    let pack = &model.pack;
    Some(reading_alone(
        ("handover", "handover"),
        &spec.reads,
        &pack.id,
        Site {
            namespace: namespace(model),
            env: pack.environment(),
        },
    ))
}

/// The text of the handover as it would be given now.
pub fn text(model: &Model, read: &Values, lang: Lang) -> Result<String, TemplateFault> {
    text_to(model, read, lang, None)
}

fn text_to(
    model: &Model,
    read: &Values,
    lang: Lang,
    to: Option<&str>,
) -> Result<String, TemplateFault> {
    let pen = Pen::of_paper(lang, &model.pack.time_zone);
    let words = draft(model, read, to, &pen);
    let text = model.pack.paper(Paper::Handover, lang, &words)?;
    Ok(squeezed(&text))
}

/// The text on a screen: as it was given, else the draft of now.
pub fn shown(model: &Model, screen: &HandoverScreen) -> Result<String, TemplateFault> {
    let own = standing(model);
    if let Some(given) = own.given.filter(|_| !screen.live) {
        return Ok(given.text);
    }
    let nothing = Values::new();
    let read = screen.read.as_ref().and_then(|read| read.as_ref().ok());
    text(model, read.unwrap_or(&nothing), model.look.lang)
}

/// Without rows of empty lines, which parts that are not there leave behind.
fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

/// What hands the shift over now.
pub fn given(
    model: &Model,
    read: &Values,
    lang: Lang,
    to: Option<String>,
) -> Result<HandoverNoted, TemplateFault> {
    let text = text_to(model, read, lang, to.as_deref())?;
    Ok(HandoverNoted::Given {
        shift: shift(model),
        digest: text_digest(&text),
        text,
        to,
        heads: model.acts.heads.to_vec(),
    })
}

/// What signs a text that was given.
pub fn taken(model: &Model, given: &Given, reservation: Option<String>) -> HandoverNoted {
    HandoverNoted::Taken {
        of: given.line.clone(),
        digest: given.digest.clone(),
        reservation,
        heads: model.acts.heads.to_vec(),
    }
}
