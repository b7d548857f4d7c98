//! What stands and wants a look: temporary changes and silences, judged when something of them moved, not when drawn.

use std::{sync::Arc, time::Duration};

use crate::{
    actions::left,
    app::{
        acting::Act,
        debts::{self, Looked},
        effect::{Effect, Effects, Redraw},
        model::Model,
        silences,
    },
    domain::{action::preflight::Preflighted, id::RunId, logbook::Noted, question::RequestId},
};

/// How often it is looked whether somebody else changed what a temporary change left.
const LOOKED_EVERY: Duration = Duration::from_secs(180);
/// After how long it is tried again to write down what was seen and is not in the ledger.
const NOTED_AGAIN: Duration = Duration::from_secs(60);

/// Judges again what stands.
pub(super) fn work_out(model: &mut Model) {
    let debts: Arc<[debts::Debt]> = debts::debts(model).into();
    let stands = |id: &RunId| debts.iter().any(|debt| debt.run.id == *id);
    model.looked.retain(|id, _| stands(id));
    model.debts = debts;
    count_silences(model);
}

/// Counts again what silences hide.
pub(super) fn count_silences(model: &mut Model) {
    model.silences = silences::silences(model).map(Arc::from);
}

/// Writes down what is seen of temporary changes, where nobody has yet.
pub(super) fn note(model: &mut Model) -> Effects {
    let (book, now) = (&model.logbook.switches, model.now.mono);
    model
        .sighted
        .retain(|key, asked| !book.has(key) && now.saturating_sub(*asked) < NOTED_AGAIN);
    if model.may_write().is_err() {
        return Effects::none();
    }
    let mut effects = Effects::none();
    for noted in debts::sightings(model) {
        let known = &model.logbook.switches;
        if known.has(&noted.key) || model.sighted.contains_key(&noted.key) {
            continue;
        }
        model.sighted.insert(noted.key.clone(), now);
        effects = effects.and(model.writes(Noted::Switch(noted)));
    }
    effects
}

/// Looks again at what temporary changes left, where it is time: nothing is done.
pub(super) fn follow(model: &mut Model) -> Effects {
    let mut effects = Effects::none();
    for run in debts::to_look_at(model, LOOKED_EVERY) {
        let Some(draft) = left::look(&run) else {
            continue;
        };
        let request = model.next_request();
        let asked = model.now.mono;
        let looked = model.looked.entry(run.id.clone()).or_default();
        *looked = Looked {
            asked,
            waits: Some(request),
            changed: std::mem::take(&mut looked.changed),
        };
        let draft = Box::new(draft);
        effects = effects.with(Effect::Act(Act::Look { request, draft }));
    }
    effects
}

/// What a temporary change left was read again; `None` where no look waits for this.
pub(super) fn looked(
    model: &mut Model,
    request: RequestId,
    answer: &Preflighted,
) -> Option<Effects> {
    let mut looked = model.looked.iter_mut();
    let (id, looked) = looked.find(|(_, looked)| looked.waits == Some(request))?;
    looked.waits = None;
    // What can't be read now stays as it was last seen.
    if let Ok(found) = answer
        && found.refused.is_none()
        && let Some(run) = model.acts.runs.iter().find(|run| run.id == *id)
    {
        looked.changed = left::changed(run, found);
    }
    work_out(model);
    Some(Effects::draw(Redraw::Soon))
}
