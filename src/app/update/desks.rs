//! Switching desks: what can be chosen, and what is chosen. The switch itself replaces the whole model.

use crate::{
    app::{
        desks::{DeskPicker, NamespacePicker, NamespaceRow, typed_names},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        model::Model,
        overlay::Overlay,
        update::say,
        view::{Typing, TypingWhat},
    },
    domain::{
        desk::{DeskChoice, DeskOffers, DeskPlace, Namespaces},
        freshness::Trouble,
        question::{Question, RequestId},
    },
};

pub(super) fn open(model: &mut Model) -> Effects {
    let open = |overlay: &Overlay| matches!(overlay, Overlay::Desks(_));
    if !model.view.overlays.last().is_some_and(open) {
        model.view.overlays.push(Overlay::Desks(DeskPicker::new()));
    }
    Effects::draw(Redraw::Now).with(Effect::ListDesks)
}

/// The desks there are; the one that is open is selected.
pub(super) fn listed(model: &mut Model, offers: DeskOffers) -> Effects {
    let now = model.desks.now.place.clone();
    let remembered = model.remembered.desks.clone();
    let picker = model.view.overlays.iter_mut().rev().find_map(|overlay| {
        if let Overlay::Desks(picker) = overlay {
            Some(picker)
        } else {
            None
        }
    });
    let Some(picker) = picker else {
        return Effects::none();
    };
    let known = |id: &str| {
        offers
            .packs
            .iter()
            .find(|pack| pack.as_str() == id)
            .cloned()
    };
    picker.packs = offers
        .desks
        .iter()
        .map(|offer| match (&offer.place, &now) {
            (
                DeskPlace::Context { context, .. },
                DeskPlace::Context {
                    context: open,
                    pack,
                },
            ) if context == open => pack.clone(),
            (DeskPlace::Context { context, .. }, _) => {
                remembered.get(context).and_then(|id| known(id))
            }
            _ => offer.pack.clone(),
        })
        .collect();
    let same = |place: &DeskPlace| match (place, &now) {
        (DeskPlace::Context { context: a, .. }, DeskPlace::Context { context: b, .. }) => a == b,
        (a, b) => a == b,
    };
    let at = offers.desks.iter().position(|offer| same(&offer.place));
    picker.selected = at.unwrap_or(0);
    picker.offers = Some(offers);
    Effects::draw(Redraw::Now)
}

/// The next pack for the selected context: none, then each that there is.
pub(super) fn next_pack(picker: &mut DeskPicker) {
    let Some(offers) = &picker.offers else {
        return;
    };
    let Some(offer) = offers.desks.get(picker.selected) else {
        return;
    };
    if !matches!(offer.place, DeskPlace::Context { .. }) {
        return;
    }
    if let Some(pack) = picker.packs.get_mut(picker.selected) {
        let at = pack
            .as_ref()
            .and_then(|pack| offers.packs.iter().position(|known| known == pack));
        let next = at.map_or(0, |at| at + 1);
        *pack = offers.packs.get(next).cloned();
    }
}

/// Opens a desk: until it is there the old one stays as it is.
pub(super) fn switch(model: &mut Model, choice: DeskChoice) -> Effects {
    let mut effects = Effects::draw(Redraw::Now);
    if let DeskPlace::Context { context, pack } = &choice.place {
        let desks = &mut model.remembered.desks;
        let known = pack.as_ref().map(ToString::to_string);
        let changed = desks.get(context) != known.as_ref();
        match known {
            Some(pack) => drop(desks.insert(context.clone(), pack)),
            None => drop(desks.remove(context)),
        }
        if changed {
            effects = effects.with(Effect::Remember(model.remembered.clone()));
        }
    }
    model.desks.opening = Some(choice.clone());
    effects.with(Effect::OpenDesk(choice))
}

pub(super) fn back(model: &mut Model) -> Effects {
    match model.desks.before.clone() {
        Some(before) => switch(model, before),
        None => Effects::none(),
    }
}

/// The desk can't be opened: the configuration is wrong, the pack is not allowed. The old one stays.
pub(super) fn refused(model: &mut Model, why: String) -> Effects {
    model.desks.opening = None;
    say(model, Notice::DeskRefused(why));
    Effects::draw(Redraw::Now)
}

pub(super) fn namespaces(model: &mut Model) -> Effects {
    let request = model.next_request();
    let marked = Vec::new();
    model
        .view
        .overlays
        .push(Overlay::Namespaces(NamespacePicker {
            request,
            names: None,
            marked,
            selected: 0,
        }));
    let question = Question::Namespaces;
    Effects::draw(Redraw::Now).with(Effect::Ask { request, question })
}

pub(super) fn answered(
    model: &mut Model,
    request: RequestId,
    names: Result<Vec<String>, Trouble>,
) -> bool {
    for overlay in &mut model.view.overlays {
        if let Overlay::Namespaces(picker) = overlay
            && picker.request == request
        {
            picker.names = Some(names);
            return true;
        }
    }
    false
}

/// Marks the selected namespace, or takes its mark away.
pub(super) fn mark(picker: &mut NamespacePicker) {
    let row = picker.rows().into_iter().nth(picker.selected);
    if let Some(NamespaceRow::Name(name)) = row {
        match picker.marked.iter().position(|known| *known == name) {
            Some(at) => drop(picker.marked.remove(at)),
            None => picker.marked.push(name),
        }
    }
}

pub(super) fn take_namespaces(model: &mut Model, picker: &NamespacePicker) -> Effects {
    if let Some(namespaces) = picker.chosen() {
        return look_at(model, namespaces);
    }
    let text = match &model.desk.namespaces {
        Namespaces::All => String::new(),
        Namespaces::Some(names) => names.join(", "),
    };
    model.view.typing = Some(Typing {
        input: tui_input::Input::new(text),
        what: TypingWhat::Namespaces,
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Takes namespaces that were typed; what is wrong is said and stays to be mended.
pub(super) fn take_typed(model: &mut Model, text: &str) -> Result<Effects, String> {
    let names = typed_names(text)?;
    let namespaces = (!names.is_empty()).then_some(Namespaces::Some(names));
    Ok(look_at(model, namespaces))
}

/// Opens the same desk on other namespaces.
fn look_at(model: &mut Model, namespaces: Option<Namespaces>) -> Effects {
    let place = model.desks.now.place.clone();
    switch(model, DeskChoice { place, namespaces })
}
