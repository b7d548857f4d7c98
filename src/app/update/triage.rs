//! Screens that a question fills: what they ask when opened, what they do with the answer, what ends with them.

use crate::{
    app::{
        browser::kinds::KnownKinds,
        effect::{Effect, Effects},
        model::Model,
        overlay::Overlay,
        update::{desks, document, explain, logs, propose, tables},
        view::TypingWhat,
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
    let revisions = match &answer {
        Ok(Answer::Rollouts(revisions)) => Some(revisions),
        _ => None,
    };
    if propose::answered(model, request, revisions) {
        return Effects::draw(crate::app::effect::Redraw::Soon);
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

/// Closes every screen that shows the cluster and forgets what was asked for them: none of it is of the cluster, or of
/// what the user may see, that comes next.
pub(super) fn leave_cluster(model: &mut Model) -> Vec<Effect> {
    model.acts.forget_allowed();
    let open = std::mem::take(&mut model.view.overlays);
    let (left, kept): (Vec<_>, Vec<_>) = open.into_iter().partition(shows_cluster);
    model.view.overlays = kept;
    let typed = model.view.typing.as_ref().map(|typing| &typing.what);
    if !matches!(
        typed,
        None | Some(TypingWhat::Filter { .. } | TypingWhat::Query)
    ) {
        model.view.typing = None;
    }
    let kinds = std::mem::take::<KnownKinds>(&mut model.kinds).asked;
    let waited = left.iter().flat_map(waits_for).chain(kinds);
    waited.map(Effect::Drop).collect()
}

const fn shows_cluster(overlay: &Overlay) -> bool {
    match overlay {
        Overlay::Palette(_)
        | Overlay::Form(_)
        | Overlay::Pod(_)
        | Overlay::Document(_)
        | Overlay::Logs(_)
        | Overlay::Kinds(_)
        | Overlay::Browser(_)
        | Overlay::Nodes(_)
        | Overlay::Usage(_)
        | Overlay::Explain(_)
        | Overlay::Namespaces(_) => true,
        Overlay::Help { .. }
        | Overlay::Themes(_)
        | Overlay::Columns(_)
        | Overlay::Alert { .. }
        | Overlay::Chart(_)
        | Overlay::Changes(_)
        | Overlay::Sources { .. }
        | Overlay::Desks(_)
        // A prompt is voided, says why and is recorded.
        | Overlay::Prompt(_)
        | Overlay::Run(_)
        | Overlay::Journal(_)
        | Overlay::Incidents(_)
        | Overlay::Incident(_)
        | Overlay::Paper(_)
        | Overlay::Flows(_)
        | Overlay::Flow(_)
        | Overlay::Sheet(_)
        | Overlay::Escalation(_)
        | Overlay::Directory { .. }
        | Overlay::Switches(_)
        // The past stays what it was.
        | Overlay::Walk(_)
        | Overlay::Silences { .. }
        | Overlay::Guards(_)
        | Overlay::Guard(_)
        | Overlay::Handover(_)
        | Overlay::Drill { .. }
        | Overlay::Routine(_) => false,
    }
}

/// The questions of a screen that end with it, but for what [`end`] ends.
fn waits_for(overlay: &Overlay) -> Vec<RequestId> {
    match overlay {
        Overlay::Document(screen) => screen.request.into_iter().collect(),
        Overlay::Logs(screen) => screen.requests.keys().copied().collect(),
        Overlay::Nodes(table) => table.usage.asked.into_iter().collect(),
        Overlay::Usage(screen) => screen.asked.into_iter().collect(),
        Overlay::Namespaces(picker) => vec![picker.request],
        Overlay::Form(form) => form.asked.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The pods of the watch changed: what is read of several of them follows.
pub(super) fn pods_changed(model: &mut Model) -> Effects {
    logs::pods_changed(model)
}
