//! What glancy and the generic desk offer, draft and plan.

mod bed;
mod chosen;
mod glancy;
mod offers;
