//! Screens that a question fills: what they ask when opened, what they do with the answer, what ends with them.

use crate::{
    app::{
        effect::{Effect, Effects},
        model::Model,
        overlay::Overlay,
        update::{desks, document, explain, logs, tables},
    },
    domain::question::{Answer, Answered, RequestId},
};

/// Gives an answer to the screen that waits for it; one that nobody waits for is dropped.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> Effects {
    match answer {
        Ok(Answer::Namespaces(names)) => {
            desks::answered(model, request, Ok(names));
            return Effects::none();
        }
        Ok(Answer::Logs(_)) => {
            logs::answered(model, request, answer);
            return Effects::none();
        }
        Ok(Answer::Explain(_)) => return explain::answered(model, request, answer),
        Err(ref trouble) if desks::answered(model, request, Err(trouble.clone())) => {
            return Effects::none();
        }
        _ => {}
    }
    let effects = match &answer {
        Err(_) => {
            logs::answered(model, request, answer.clone());
            explain::answered(model, request, answer.clone())
        }
        Ok(_) => Effects::none(),
    };
    if let Some(answer) = tables::answered(model, request, answer) {
        document::answered(model, request, answer);
    }
    effects
}

/// The questions that go on for the open screens.
pub(super) fn followed(model: &Model) -> Vec<RequestId> {
    let overlays = model.view.overlays.iter();
    overlays.flat_map(Overlay::follows).collect()
}

/// Ends the questions that no screen waits for any more.
pub(super) fn end(model: &Model, before: &[RequestId], effects: Effects) -> Effects {
    let now = followed(model);
    let gone = before.iter().filter(|request| !now.contains(request));
    gone.fold(effects, |effects, request| {
        effects.with(Effect::Drop(*request))
    })
}

/// The pods of the watch changed: what is read of several of them follows.
pub(super) fn pods_changed(model: &mut Model) -> Effects {
    logs::pods_changed(model)
}
