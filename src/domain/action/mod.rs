//! An action as data: what is meant, what would be done, what came of it. Ids and arguments only, never rendered text,
//! so that what is kept of it reads in either language for ever.

pub mod access;
pub mod approval;
pub mod compose;
pub mod deed;
pub mod ending;
pub mod fact;
pub mod fault;
pub mod inspection;
pub mod place;
pub mod plan;
pub mod preflight;
pub mod record;
pub mod refusal;
pub mod saying;
pub mod scan;
pub mod step;
pub mod target;
pub mod template;
pub mod tier;
pub mod value;
pub mod verdict;
pub mod view;
