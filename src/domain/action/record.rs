//! What the ledger keeps: entries, and the run they add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    fact::Drift,
    plan::Plan,
    preflight::Preflight,
    refusal::Refusal,
    saying::{Saying, Stated},
    target::Target,
    value::Values,
    verdict::{Output, StepEnd, Verdict},
};
use crate::domain::{
    id::{ActionId, PlanDigest, RunId},
    logbook::LogEntry,
};

/// Who acts: what the API server and the system say, never what an environment variable claims.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActorMark {
    /// The name the API server knows.
    pub principal: Option<String>,
    pub uid: u32,
    /// The audit login uid, where the kernel tells.
    pub login_uid: Option<u32>,
    /// The fingerprint of the SSH key that signed in, where the server tells.
    pub ssh_key: Option<String>,
    pub host: String,
}

impl ActorMark {
    /// Who that is, as others are told: `li (bastion-1)`.
    pub fn shown(&self) -> String {
        let name = self.principal.clone();
        let name = name.unwrap_or_else(|| format!("uid {}", self.uid));
        format!("{name} ({})", self.host)
    }
}

/// The process a run belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub host: String,
    pub boot: String,
    pub pid: u32,
    /// The start time of the process in the kernel's ticks: a pid can be given again.
    pub started: u64,
}

/// One thing that happened, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Entry {
    /// What a newer program wrote and this one can't read.
    #[serde(skip)]
    Newer {
        kind: String,
    },
    /// Asked for and not done.
    Refused {
        action: ActionId,
        target: Option<Target>,
        params: Values,
        refusal: Refusal,
    },
    /// What will be done: durable before the first effect.
    Intent(Box<Intent>),
    /// A runner took it.
    Taken {
        owner: Owner,
    },
    StepStarted {
        step: usize,
    },
    Output(Output),
    StepEnded {
        step: usize,
        end: StepEnd,
    },
    /// All steps are done; what is verified is awaited.
    Verifying,
    /// Somebody asked for it to stop.
    CancelAsked,
    Outcome(Box<Outcome>),
    /// A person saw an unknown end and lets the target be acted on again.
    Acknowledged {
        note: Option<String>,
    },
    /// A person who does a step leaves evidence of it.
    Evidence {
        step: usize,
        text: String,
    },
    /// Work that was done outside.
    Note {
        text: String,
        action: Option<ActionId>,
        target: Option<Target>,
    },
    /// A plan waits for a second person, who sees by it what is signed.
    Asked {
        plan: Box<Plan>,
        digest: PlanDigest,
    },
    /// A second person agrees to a plan.
    Approval {
        plan: PlanDigest,
        principal: String,
        key: String,
        signature: String,
    },
    /// A plan that may be run once without a person at the terminal.
    Challenge {
        plan: Box<Plan>,
        digest: PlanDigest,
        secret_hash: String,
        until: Timestamp,
    },
    /// A challenge was used.
    ChallengeUsed {
        digest: PlanDigest,
    },
    /// What the people of a shift write down.
    Log(LogEntry),
}

/// What will be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    pub plan: Plan,
    pub digest: PlanDigest,
    pub preflight: Preflight,
    /// What the domain looked like when it was confirmed: readings by name.
    pub snapshot: Values,
    /// The arguments that open the same desk again.
    pub desk_args: Vec<String>,
    /// The run it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_of: Option<RunId>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub verdict: Verdict,
    /// Why, where it is not what was hoped for.
    pub why: Option<Why>,
    /// What the domain looked like when it was judged.
    pub snapshot: Values,
    /// Steps that were done.
    pub done: Vec<usize>,
}

/// Why a run did not end as hoped, by id and arguments. Each is a text `why-<what>` of `i18n`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
pub enum Why {
    /// A step failed or its end is unknown; its entry says how.
    Step {
        step: usize,
        why: String,
    },
    /// Nothing was to be changed, so it went on past what failed: these.
    Steps {
        steps: Vec<usize>,
    },
    Drift {
        drift: Box<Drift>,
    },
    Refused {
        refusal: Refusal,
    },
    /// It did not become as it should within the time.
    NotInTime {
        condition: Stated,
        /// What was read last.
        #[serde(default)]
        last: Vec<Saying>,
    },
    NotHelped {
        condition: Stated,
    },
    Cancelled,
    /// The runner died.
    RunnerGone {
        /// The step that was begun and whose end nobody wrote down; `None`: nothing was under way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent: Option<usize>,
        /// What is not as the plan had it when it was looked at afterwards.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Box<Drift>>,
    },
    /// Somebody else holds the lock now.
    LockLost {
        who: String,
    },
}

/// An entry that belongs to no run, as it is told: something refused, work done outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    pub at: Timestamp,
    pub actor: ActorMark,
    pub entry: Entry,
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum RunState {
    /// Recorded; no runner has taken it.
    Intended,
    Running {
        step: usize,
    },
    Verifying,
    Ended(Outcome),
}

/// One run, added up from its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub actor: ActorMark,
    pub intent: Intent,
    pub asked_at: Timestamp,
    pub state: RunState,
    pub ended_at: Option<Timestamp>,
    pub owner: Option<Owner>,
    /// When the runner last showed that it lives.
    pub beat_at: Option<Timestamp>,
    pub steps: Vec<StepLine>,
    pub cancel_asked: bool,
    pub acknowledged: bool,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StepLine {
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub end: Option<StepEnd>,
    pub output: Vec<Output>,
    pub evidence: Option<String>,
}

impl Run {
    pub const fn is_over(&self) -> bool {
        matches!(self.state, RunState::Ended(_))
    }

    /// Whether it keeps others from its target: it goes on, or its end is unknown and nobody has seen that.
    pub fn blocks(&self) -> bool {
        match &self.state {
            RunState::Ended(outcome) => outcome.verdict == Verdict::Unknown && !self.acknowledged,
            _ => true,
        }
    }
}
