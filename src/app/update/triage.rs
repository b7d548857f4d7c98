//! Screens that a question fills: what they ask when opened, what they do with the answer, what ends with them.

use crate::{
    app::{effect::Effects, model::Model, update::explain},
    domain::question::{Answered, RequestId},
};

/// Gives an answer to the screen that waits for it; one that nobody waits for is dropped.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> Effects {
    explain::answered(model, request, answer)
}
