//! Screens that a question fills: what they ask when opened, what they do with the answer, what ends with them.

use crate::{
    app::{effect::Effects, model::Model, update::logs},
    domain::question::{Answered, RequestId},
};

/// Gives an answer to the screen that waits for it; one that nobody waits for is dropped.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) {
    logs::answered(model, request, answer);
}

/// The pods of the watch changed: what is read of several of them follows.
pub(super) fn pods_changed(model: &mut Model) -> Effects {
    logs::pods_changed(model)
}
