//! The prompt: from what is proposed to what is recorded and launched, or refused. One machine, `handle(event)`.
//!
//! ```text
//! Preflighting ──► Confirming ──► Rechecking ──► Recording ──► Launched
//!      ▲   │           │  │            │             │
//!      └───┼─ drift ───┘  │            │             │
//!          └──────────────┴──► Refused ◄─────────────┘      esc: Closed
//! ```
//!
//! Every question carries the number it was asked under: an answer to another one is dropped.

mod answer;
mod burst;
mod facts;
mod machine;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tui_input::InputRequest;

pub use self::answer::{Answer, Challenge, Choice, Line};
use self::burst::Burst;
use crate::domain::{
    action::{
        fact::{Drift, Fact},
        plan::{GuardVerdict, Plan},
        preflight::{Draft, Preflight},
        refusal::Refusal,
    },
    id::{PlanDigest, RunId},
    question::RequestId,
};

/// Input this soon after a prompt was first drawn was meant for something else.
pub const QUARANTINE: Duration = Duration::from_millis(400);
/// A prompt nobody answers in this time is answered with no.
pub const EXPIRES: Duration = Duration::from_secs(120);
/// The same where a second person must be found, who reads the plan and signs it.
pub const EXPIRES_TOGETHER: Duration = Duration::from_secs(900);
/// What is said of a key stays at least this long.
const SAID: Duration = Duration::from_secs(3);
/// While a prompt is open its facts are read again this often.
pub const READ_EVERY: Duration = Duration::from_secs(3);

/// A plan with everything that was found out for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    pub plan: Arc<Plan>,
    pub preflight: Preflight,
}

/// One action that is proposed, until it is launched or is not.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub draft: Draft,
    /// The run it takes back, where it does.
    pub undo_of: Option<RunId>,
    pub phase: Phase,
    /// When it was opened, on the monotonic clock.
    pub opened: Duration,
    /// When what is asked was first drawn; input counts from [`QUARANTINE`] after it.
    pub drawn: Option<Duration>,
    /// When it is answered with no.
    pub deadline: Duration,
    /// Facts that drifted while it was open, newest last, with when that was seen.
    pub drifts: Vec<(Drift, Duration)>,
    /// What is to be said of the last key.
    pub said: Option<Said>,
    /// When it was said, on the monotonic clock: it stays long enough to be read.
    said_at: Duration,
    burst: Burst,
}

/// What is said of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It came faster than a person types, or as a paste.
    Pasted,
    /// A fact drifted, so it does not count.
    Voided,
    /// It was agreed to by fewer persons than must.
    Alone,
    /// Enter was pressed on what is no answer yet; it stays as it is.
    Unanswered,
}

/// Where it stands.
#[derive(Debug, Clone)]
pub enum Phase {
    /// It is being found out what would change.
    Preflighting(RequestId),
    /// The person is asked.
    Confirming(Box<Confirming>),
    /// The person said yes; guard and facts are read once more.
    Rechecking(Box<Confirming>, RequestId),
    /// The intent is being recorded and its runner started.
    Recording(Box<Confirming>, RequestId),
    Launched(RunId),
    Refused(Refusal),
    /// It is gone.
    Closed,
}

/// What a person is asked, and what they answered so far.
#[derive(Debug, Clone)]
pub struct Confirming {
    pub ready: Ready,
    pub answer: Answer,
    /// When the facts were last read, on the monotonic clock.
    pub read: Duration,
    /// The number the reading that goes on was asked under.
    pub reading: Option<RequestId>,
    /// When the last reading was asked for.
    pub asked: Duration,
    /// Why the facts could not be read again, the last time.
    pub unread: Option<Refusal>,
    pub second: Second,
}

/// Who agrees beside the person who is asked, where the plan wants more than one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Second {
    /// Their names, as the list of signers has them.
    pub names: Vec<String>,
    /// Why the signature that was pasted last does not count, or why nobody's can be told.
    pub refused: Option<Refusal>,
}

impl Confirming {
    /// Whether as many persons agree as must, the one who is asked among them.
    pub fn is_agreed(&self) -> bool {
        self.second.names.len() + 1 >= usize::from(self.ready.plan.persons)
    }
}

/// Something that happened to a prompt.
#[derive(Debug, Clone)]
pub enum Event {
    /// What is asked is on the screen.
    Drawn,
    /// One key that types.
    Typed(char),
    /// A paste, as the terminal marks it.
    Pasted,
    /// A key that edits the line.
    Edited(InputRequest),
    /// The arrows: to Run or the next line, and back.
    Stepped { onward: bool },
    /// Enter.
    Accepted,
    /// A challenge that was written for this very plan was given back.
    Vouched,
    /// Esc.
    Declined,
    /// Time passed.
    Ticked,
    Preflighted {
        request: RequestId,
        answer: Box<Result<Ready, Refusal>>,
    },
    /// Facts as they are now, and what the guard says now.
    Rechecked {
        request: RequestId,
        answer: Result<Vec<Fact>, Refusal>,
        guard: Result<Option<GuardVerdict>, Refusal>,
    },
    Launched {
        request: RequestId,
        answer: Result<RunId, Refusal>,
    },
    /// Who agrees to a plan beside the one who is asked, or why a signature does not count.
    Agreed {
        plan: PlanDigest,
        answer: Result<Vec<String>, Refusal>,
    },
    /// The watch shows that the target is not as it was.
    Moved,
    /// The ground it stood on is gone: another desk, another pack, another user, nothing may be changed any more.
    Void(Refusal),
}

/// What a prompt asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Preflight {
        request: RequestId,
    },
    Recheck {
        request: RequestId,
        plan: Arc<Plan>,
    },
    /// Ask for a second person, and who agrees already.
    Second {
        plan: Arc<Plan>,
    },
    Launch {
        request: RequestId,
        ready: Box<Ready>,
    },
    /// Keep that it was not done, and why.
    Record(Refusal),
    /// Nobody waits for this any more.
    Forget(RequestId),
}

/// The time, and where the next number of a question comes from.
#[derive(Debug)]
pub struct Now<'a> {
    pub mono: Duration,
    pub requests: &'a mut RequestId,
}

impl Now<'_> {
    fn request(&mut self) -> RequestId {
        *self.requests += 1;
        *self.requests
    }
}
