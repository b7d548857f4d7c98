//! Actions: what came back of what was asked for around them.

use crate::app::{
    acting::Acted,
    effect::{Effects, Redraw},
    model::Model,
};

/// Takes what came of an effect around actions.
pub(super) fn acted(model: &mut Model, acted: Acted) -> Effects {
    match acted {
        Acted::Reviewed(answers) => model.acts.allowed.extend(answers),
        Acted::Runs(runs) => model.acts.runs = runs,
        Acted::Asides(asides) => model.acts.asides = asides,
        Acted::Ledger(state) => model.acts.ledger = Some(state),
        Acted::Preflighted { .. }
        | Acted::Rechecked { .. }
        | Acted::Launched { .. }
        | Acted::NotRecorded(_) => return Effects::none(),
    }
    Effects::draw(Redraw::Soon)
}
