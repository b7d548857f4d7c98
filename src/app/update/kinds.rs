//! The picker of kinds: asked for when it is opened, ranked as something is typed.

use std::sync::Arc;

use crate::{
    app::{
        browser::kinds::{KindPicker, ranked},
        command::{Command, WhyNot},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        model::Model,
        overlay::Overlay,
        update::{
            lists::{Step, stepped},
            palette, say, tables,
        },
    },
    domain::{
        question::{Answer, Answered, Question},
        table::Listing,
    },
};

/// Opens the picker of kinds.
pub(super) fn open(model: &mut Model) -> Effects {
    if !matches!(model.view.overlays.last(), Some(Overlay::Kinds(_))) {
        model
            .view
            .overlays
            .push(Overlay::Kinds(KindPicker::default()));
    }
    rank(model);
    Effects::draw(Redraw::Now).and(ask(model))
}

/// Asks which kinds there are, unless that is being asked.
pub(super) fn ask(model: &mut Model) -> Effects {
    if model.kinds.asked.is_some() {
        return Effects::none();
    }
    let request = model.next_request();
    model.kinds.asked = Some(request);
    Effects::one(Effect::Ask {
        request,
        question: Question::Kinds,
    })
}

/// Works the rows of the picker out anew for what is typed.
pub(super) fn rank(model: &mut Model) {
    let Some(Overlay::Kinds(picker)) = model.view.overlays.last_mut() else {
        return;
    };
    if let Some(kinds) = &model.kinds.kinds {
        let before = picker
            .rows
            .get(picker.selected)
            .map(|row| row.info.kind.clone());
        picker.rows = ranked(kinds, picker.input.value(), &model.remembered.recent_kinds);
        let still = |kind| picker.rows.iter().position(|row| row.info.kind == kind);
        // What is typed chooses the best match; kinds that come later don't move what was chosen.
        picker.selected = match before {
            Some(kind) if picker.input.value().is_empty() => still(kind).unwrap_or(0),
            _ => 0,
        };
    }
}

/// Moves in the picker of kinds.
pub(super) fn step(model: &mut Model, by: isize) -> Effects {
    if let Some(Overlay::Kinds(picker)) = model.view.overlays.last_mut() {
        picker.selected = stepped(picker.selected, picker.rows.len(), 1, Step::By(by));
    }
    Effects::draw(Redraw::Now)
}

/// Takes the kind that is selected.
pub(super) fn accept(model: &mut Model) -> Effects {
    let Some(Overlay::Kinds(picker)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let Some(row) = picker.rows.get(picker.selected).cloned() else {
        return Effects::none();
    };
    if let Some(why) = why_not(row.info.listing) {
        say(model, Notice::WhyNot(Command::Browse, why));
        return Effects::draw(Redraw::Now);
    }
    model.view.overlays.pop();
    tables::browse(model, row.info)
}

/// Why the objects of a kind can't be listed.
pub(super) const fn why_not(listing: Listing) -> Option<WhyNot> {
    match listing {
        Listing::Offered => None,
        Listing::NotOffered => Some(WhyNot::NotListed),
        Listing::Forbidden => Some(WhyNot::Forbidden),
    }
}

/// Takes the answer to the question which kinds there are.
pub(super) fn take(model: &mut Model, answer: Answered) {
    model.kinds.asked = None;
    match answer {
        Ok(Answer::Kinds(kinds)) => {
            model.kinds.kinds = Some(Arc::new(kinds));
            model.kinds.trouble = None;
        }
        Ok(_) => {}
        Err(trouble) => model.kinds.trouble = Some(trouble),
    }
    rank(model);
    palette::rank(model);
}
