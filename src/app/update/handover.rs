//! The handover: reading what its form wants to know, filling it in, giving it, signing it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    app::{
        acting::Act,
        command::{Command, WhyNot},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        handover::{self, HandoverScreen, blocking, given, may_give, may_take, standing, taken},
        model::Model,
        overlay::Overlay,
        sheet::{Sheet, SheetOf, filled_in, words},
        update::{
            command::opened,
            say,
            sheet::{self, maybe, text},
        },
    },
    domain::{
        action::{preflight::Preflighted, value::Values},
        logbook::{HandoverNoted, Noted},
        question::RequestId,
    },
};

/// Opens the handover on the table, and has read what its form wants to know.
pub(super) fn open(model: &mut Model) -> Effects {
    let is_open = |it: &Overlay| matches!(it, Overlay::Handover(_));
    if model.view.overlays.last().is_some_and(is_open) {
        return Effects::none();
    }
    let mut screen = HandoverScreen::default();
    let mut effects = Effects::none();
    match handover::reading(model) {
        None => {}
        Some(Err(refusal)) => screen.read = Some(Err(refusal)),
        Some(Ok(draft)) => {
            let request = model.next_request();
            screen.reading = Some(request);
            let draft = Box::new(draft);
            effects = Effects::one(Effect::Act(Act::Look { request, draft }));
        }
    }
    opened(model, Overlay::Handover(Box::new(screen))).and(effects)
}

/// What the form wants to know was read; `None` where no handover waits for this.
pub(super) fn read(model: &mut Model, request: RequestId, answer: &Preflighted) -> Option<Effects> {
    let mut overlays = model.view.overlays.iter_mut();
    let screen = overlays.find_map(|overlay| match overlay {
        Overlay::Handover(screen) if screen.reading == Some(request) => Some(screen),
        _ => None,
    })?;
    screen.reading = None;
    screen.read = Some(match answer {
        Ok(found) => Ok(found.before.clone()),
        Err(refusal) => Err(refusal.clone()),
    });
    Some(Effects::draw(Redraw::Now))
}

fn screen(model: &Model) -> Option<&HandoverScreen> {
    let mut overlays = model.view.overlays.iter().rev();
    overlays.find_map(|overlay| match overlay {
        Overlay::Handover(screen) => Some(&**screen),
        _ => None,
    })
}

/// What was read for the form, as far as it was.
fn known(model: &Model) -> Values {
    let read = screen(model).and_then(|screen| screen.read.as_ref());
    let read = read.and_then(|read| read.as_ref().ok());
    read.cloned().unwrap_or_default()
}

/// Why a command on the handover can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let screen = screen(model).ok_or(WhyNot::NotHere)?;
    let own = standing(model);
    if command == Command::HandoverDraft {
        return own.given.map(drop).ok_or(WhyNot::HandoverNotGiven);
    }
    if model.acts.ledger != Some(Ok(())) {
        return Err(WhyNot::NoLedger);
    }
    // Who sits here is another than at the start: nobody knows whose signature it would be.
    if model.actor.mismatch.is_some() {
        return Err(WhyNot::ReadOnly);
    }
    match command {
        Command::HandoverFill => {
            let spec = model.pack.handover();
            let has_fields = |spec: &crate::pack::HandoverSpec| {
                !spec.fields.is_empty() || !spec.roles.is_empty()
            };
            if !spec.is_some_and(has_fields) {
                return Err(WhyNot::HandoverNoFields);
            }
            may_give(&own)
        }
        Command::HandoverGive if screen.reading.is_some() => Err(WhyNot::HandoverReading),
        Command::HandoverGive => may_give(&own),
        Command::HandoverTake => may_take(model, &own).map(drop),
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let own = standing(model);
    match command {
        Command::HandoverDraft => {
            if let Some(Overlay::Handover(screen)) = model.view.overlays.last_mut() {
                screen.live = !screen.live;
                screen.scroll = 0;
            }
            Effects::draw(Redraw::Now)
        }
        Command::HandoverFill => fill_in(model),
        Command::HandoverGive => {
            let to = own.given.as_ref().and_then(|given| given.to.clone());
            let fields = vec![words("taker", true, &to.unwrap_or_default())];
            let of = SheetOf::HandoverGive(own.shift.from);
            sheet::open(model, Sheet::new(of, None, fields))
        }
        Command::HandoverTake => {
            let Some(given) = own.given else {
                return Effects::none();
            };
            let blocked = !blocking(model).is_empty();
            let fields = vec![words("reservation", !blocked, "")];
            sheet::open(
                model,
                Sheet::new(SheetOf::HandoverTake(given.line), None, fields),
            )
        }
        _ => Effects::none(),
    }
}

/// A sheet with the persons and the free fields of the form.
fn fill_in(model: &mut Model) -> Effects {
    let own = standing(model);
    let Some(spec) = model.pack.handover() else {
        return Effects::none();
    };
    let now = |name: &str| own.fields.get(name).cloned().unwrap_or_default();
    let persons = spec.roles.iter().map(|id| {
        let mut field = words(id, true, &now(id));
        let role = model.pack.roles().iter().find(|it| it.id == *id);
        field.spec.title = role.map(|role| role.title.clone());
        field
    });
    let fields = spec.fields.iter().map(|spec| {
        let mut spec = spec.clone();
        // It is filled in as far as it is known.
        spec.optional = true;
        let name = now(&spec.name);
        filled_in(spec, &name)
    });
    let fields = persons.chain(fields).collect();
    let of = SheetOf::HandoverFill(own.shift.from);
    sheet::open(model, Sheet::new(of, None, fields))
}

/// What a sheet says goes into the logbook; where it may not, why.
pub(super) fn written(
    model: &mut Model,
    of: SheetOf,
    values: &Values,
) -> Result<Effects, &'static str> {
    let own = standing(model);
    let noted = match of {
        SheetOf::HandoverFill(shift) => {
            is_same(own.shift.from, shift)?;
            let fields = changed(model, &own.fields, values);
            if fields.is_empty() {
                return Ok(Effects::none());
            }
            HandoverNoted::Filled {
                shift: own.shift,
                fields,
            }
        }
        SheetOf::HandoverGive(shift) => {
            is_same(own.shift.from, shift)?;
            may_give(&own).map_err(|_| "handover-taken")?;
            let (read, lang) = (known(model), model.look.lang);
            match given(model, &read, lang, maybe(values, "taker")) {
                Ok(noted) => noted,
                Err(why) => {
                    say(model, Notice::TemplateBroken(why.to_string()));
                    return Err("template");
                }
            }
        }
        // The world is asked again as it is when it is signed.
        SheetOf::HandoverTake(line) => {
            let found = may_take(model, &own).map_err(|_| "handover-changed")?;
            if found.line != line {
                return Err("handover-changed");
            }
            let reservation = maybe(values, "reservation");
            if reservation.is_none() && !blocking(model).is_empty() {
                return Err("handover-blocked");
            }
            taken(model, found, reservation)
        }
        _ => return Ok(Effects::none()),
    };
    Ok(Effects::draw(Redraw::Now).and(model.writes(Noted::Handover(noted))))
}

/// While a sheet is filled in another shift may come.
fn is_same(now: Timestamp, then: Timestamp) -> Result<(), &'static str> {
    if now == then {
        Ok(())
    } else {
        Err("handover-over")
    }
}

/// The fields that say something else than before; one that was emptied is taken back.
fn changed(
    model: &Model,
    before: &BTreeMap<String, String>,
    values: &Values,
) -> BTreeMap<String, String> {
    let spec = model.pack.handover();
    let names = spec.into_iter().flat_map(|spec| {
        let fields = spec.fields.iter().map(|field| &field.name);
        spec.roles.iter().chain(fields)
    });
    names
        .filter_map(|name| {
            let value = text(values, name);
            let known = before.get(name).map_or("", |it| it);
            (value != known).then(|| (name.clone(), value))
        })
        .collect()
}
