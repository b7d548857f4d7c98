//! Screens that a question fills: what they ask when opened, what they do with the answer, what ends with them.

use crate::{
    app::{
        effect::Effects,
        model::Model,
        update::{desks, explain},
    },
    domain::question::{Answer, Answered, RequestId},
};

/// Gives an answer to the screen that waits for it; one that nobody waits for is dropped.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> Effects {
    match answer {
        Ok(Answer::Namespaces(names)) => {
            desks::answered(model, request, Ok(names));
            Effects::none()
        }
        Err(trouble) if desks::answered(model, request, Err(trouble.clone())) => Effects::none(),
        answer => explain::answered(model, request, answer),
    }
}
