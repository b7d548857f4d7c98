//! Why an action is not done: ids and arguments, so that it reads in either language for ever.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    fact::Drift,
    fault::ValueFault,
    saying::{Name, Saying, Stated},
};
use crate::domain::{id::ActionId, text::Text};

/// Why an action is not done. Each is a text `refusal-<what>` of `i18n`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "refusal")]
pub enum Refusal {
    /// Nothing may be changed from here.
    ReadOnly,
    /// The guard says no.
    Guard {
        condition: Box<Stated>,
        because: Option<Text>,
        /// The parts by which it says no.
        read: Vec<Saying>,
    },
    /// The guard can't tell, which is a no.
    GuardUnknown {
        condition: Box<Stated>,
        because: Option<Text>,
        missing: Vec<Name>,
    },
    /// Another action must have been done before.
    Needs {
        action: String,
        within: u32,
    },
    /// The API server does not allow it.
    Forbidden {
        verb: String,
        resource: String,
        namespace: Option<String>,
        why: String,
    },
    /// The team has an action of its own that does this to the target.
    OwnWay {
        action: ActionId,
        title: Text,
    },
    /// Policy forbids it.
    Policy {
        rule: String,
    },
    /// A parameter is not filled in.
    Unfilled {
        param: String,
    },
    /// A parameter can't have this value.
    BadValue {
        param: String,
        value: String,
        why: ValueFault,
    },
    /// Nothing is selected that it could be done to.
    NoTarget {
        kinds: Vec<String>,
    },
    /// It is not there.
    NotFound {
        target: String,
    },
    /// It is not there any more, or another of that name is.
    Drifted {
        drift: Box<Drift>,
    },
    /// Somebody is acting on it now.
    Busy {
        who: String,
        run: Option<String>,
        /// Since when, by the clock of whoever holds it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// A run on it came to an unknown end, which a person must see first.
    Unsettled {
        run: String,
    },
    /// What would be done can't be found out: a source is away, an answer makes no sense.
    Unreadable {
        what: String,
        why: String,
    },
    /// The server would not take it.
    DryRun {
        why: String,
    },
    /// An object of a controller that owns the field would take it back at once.
    Owned {
        by: String,
        name: String,
    },
    /// What was done before can't be recorded, so nothing may be done.
    NoLedger {
        why: String,
    },
    /// It needs the ledger that a team shares, which can't be reached.
    SharedAway {
        why: String,
    },
    /// No lock can be taken.
    NoLock {
        why: String,
    },
    /// The prompt was not answered in time, or answered with no.
    Declined,
    TimedOut,
    /// Two persons must agree, and nobody who may is set up, or the second did not.
    Persons {
        why: String,
    },
    /// What somebody signed does not count for the plan.
    NotSigned {
        because: Unsigned,
    },
    /// A flow that goes on keeps it from being done.
    Frozen(Box<Freeze>),
    /// Programs of this kind don't exist in a demo, or the scenario says nothing of this one.
    NotSimulated {
        what: String,
    },
    /// The pack changed under the plan.
    PackChanged,
    /// Another cluster or another user answers.
    Identity {
        why: String,
    },
    /// Not without a person: its tier or the policy forbid it.
    Unattended {
        why: String,
    },
}

/// What keeps an action from being done while a flow goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    pub flow: Text,
    pub since: Timestamp,
    pub by: String,
    pub because: Option<Text>,
    /// A person may lift it for a while, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift: Option<u64>,
}

/// Why what somebody signed does not count for a plan. Each is a text `unsigned-<because>` of `i18n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "unsigned")]
pub enum Unsigned {
    /// It is no approval.
    Unreadable,
    /// It is for another plan than the one that is asked about.
    OtherPlan,
    /// It was signed too long ago, by another clock, or before the plan was last run.
    Expired,
    /// Nobody whose signature counts made it for this plan.
    Stranger { why: String },
    /// Who asks signed it: the second must be another person.
    Same { who: String },
}

impl Refusal {
    /// Something can't be read, and why.
    pub fn unreadable(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Unreadable {
            what: what.into(),
            why: why.into(),
        }
    }

    /// A hole that nothing has filled.
    pub fn unfilled(param: impl Into<String>) -> Self {
        Self::Unfilled {
            param: param.into(),
        }
    }

    /// Whether nothing of the kind may run from here now, so that a person may have to do it by hand.
    pub const fn leaves_hands(&self) -> bool {
        matches!(
            self,
            Self::NoLedger { .. } | Self::SharedAway { .. } | Self::NoLock { .. }
        )
    }

    /// Whether what was asked for is not whole or can't be: asked rightly it may be done.
    pub fn is_misuse(&self) -> bool {
        match self {
            Self::NoTarget { .. } => true,
            // What a step should have given, nobody can say in its place.
            Self::Unfilled { param } => !param.contains('.'),
            // What is wrong now may be right at another time.
            Self::BadValue { why, .. } => !matches!(
                why,
                ValueFault::SkipsRung { .. }
                    | ValueFault::Already
                    | ValueFault::NowUnknown
                    | ValueFault::NotOneOf { .. }
            ),
            _ => false,
        }
    }

    /// Whether a check that somebody runs would tell what is not known.
    pub fn waits_for_check(&self) -> bool {
        matches!(self, Self::GuardUnknown { missing, .. } if missing.iter().any(Name::is_of_check))
    }

    /// The id of its text.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Guard { .. } => "guard",
            Self::GuardUnknown { .. } => "guard-unknown",
            Self::Needs { .. } => "needs",
            Self::Forbidden { .. } => "forbidden",
            Self::OwnWay { .. } => "own-way",
            Self::Policy { .. } => "policy",
            Self::Unfilled { .. } => "unfilled",
            Self::BadValue { .. } => "bad-value",
            Self::NoTarget { .. } => "no-target",
            Self::NotFound { .. } => "not-found",
            Self::Drifted { .. } => "drifted",
            Self::Busy { .. } => "busy",
            Self::Unsettled { .. } => "unsettled",
            Self::Unreadable { .. } => "unreadable",
            Self::DryRun { .. } => "dry-run",
            Self::Owned { .. } => "owned",
            Self::NoLedger { .. } => "no-ledger",
            Self::SharedAway { .. } => "shared-away",
            Self::NoLock { .. } => "no-lock",
            Self::Declined => "declined",
            Self::TimedOut => "timed-out",
            Self::Persons { .. } => "persons",
            Self::NotSigned { .. } => "not-signed",
            Self::Frozen(_) => "frozen",
            Self::NotSimulated { .. } => "not-simulated",
            Self::PackChanged => "pack-changed",
            Self::Identity { .. } => "identity",
            Self::Unattended { .. } => "unattended",
        }
    }
}
