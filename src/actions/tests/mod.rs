//! What glancy and the generic desk offer, draft and plan.

mod bed;
mod glancy;
mod offers;
