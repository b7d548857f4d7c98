//! The world as conditions of one action see it: what is watched, and what the action was given.

use crate::{
    domain::{
        action::{
            step::Saved,
            target::Target,
            value::{Value, Values},
        },
        id::{ActionId, CheckId},
    },
    pack::{ActionWorld, CheckSeen, Environment, IncidentSeen, ObjectField},
};

/// What the watch and the ledger tell of the things actions speak of. What one does not say is unknown, and nothing is let through on that.
pub trait Watched {
    /// A number an object has now; unknown is `None`. A target without a namespace whose kind has them is in that of the
    /// desk.
    fn object(&self, _target: &Target, _field: ObjectField) -> Option<f64> {
        None
    }
    /// Whether this action was done within the last seconds, or may have been, however it ended; `None` where the ledger
    /// can't tell.
    fn done(&self, _action: &ActionId, _seconds: f64) -> Option<bool> {
        None
    }
    /// Whether this action ended well within the last seconds; `None` where the ledger can't tell.
    fn verified(&self, _action: &ActionId, _seconds: f64) -> Option<bool> {
        None
    }
    /// What a check came to last; `None` where the ledger can't tell, or nobody did it.
    fn check(&self, _check: &CheckId) -> Option<CheckSeen> {
        None
    }
    /// Whether an incident is open; `None` where the ledger can't tell.
    fn incident(&self) -> Option<IncidentSeen> {
        None
    }
}

/// The world around one action: what is watched, and what it has so far.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub watched: &'a dyn Watched,
    pub env: Option<&'a Environment>,
    pub target: Option<&'a Target>,
    pub params: &'a Values,
    pub before: &'a Values,
    pub saved: &'a Saved,
}

impl ActionWorld for Around<'_> {
    fn params(&self) -> &Values {
        self.params
    }

    fn before(&self) -> &Values {
        self.before
    }

    fn saved(&self, step: &str, field: &str) -> Option<Value> {
        self.saved.get(step)?.get(field).cloned()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env?.values.get(name).cloned()
    }

    fn target(&self) -> Option<&Target> {
        self.target
    }

    fn object(&self, target: &Target, field: ObjectField) -> Option<f64> {
        self.watched.object(target, field)
    }

    fn done(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.watched.done(action, seconds)
    }

    fn verified(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.watched.verified(action, seconds)
    }

    fn check(&self, check: &CheckId) -> Option<CheckSeen> {
        self.watched.check(check)
    }

    fn incident(&self) -> Option<IncidentSeen> {
        self.watched.incident()
    }
}
