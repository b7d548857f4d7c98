//! One piece of a saying, by id and values.

use std::time::Duration;

use jiff::Timestamp;

/// A value in a clause; how it is written is for whoever draws it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// Somebody else's words, which are quoted.
    Words(String),
    Number(i64),
    Bytes(u64),
    /// Bytes in a minute.
    Rate(u64),
    At(Timestamp),
    Span(Duration),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl Value {
    pub fn words(text: &str) -> Self {
        Self::Words(text.to_owned())
    }

    pub fn list<S: AsRef<str>>(items: &[S]) -> Self {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        Self::Text(items.join(", "))
    }
}

/// A piece of the saying; the text is `explain-<id>` of `i18n`.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub say: Say,
    pub args: Vec<(&'static str, Value)>,
}

impl Clause {
    pub fn new(say: Say) -> Self {
        Self {
            say,
            args: Vec::new(),
        }
    }

    #[must_use]
    pub fn and(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    pub fn arg(&self, name: &str) -> Option<&Value> {
        self.args
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

macro_rules! sayings {
    ($($variant:ident $name:literal [$($arg:literal)*];)*) => {
        /// Everything that can be said, each with the arguments it takes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Say { $($variant,)* }

        impl Say {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub const fn args(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($arg),*],)* }
            }
        }
    };
}

sayings! {
    HeldByFinalizers "held-by-finalizers" ["past" "names"];
    PastGrace "past-grace" ["past" "grace"];
    Ending "ending" ["left"];
    EvictedFor "evicted-for" ["resource" "node"];
    EvictedByApi "evicted-by-api" ["node"];
    EvictedByTaint "evicted-by-taint" ["node"];
    EvictedPlain "evicted-plain" ["node"];
    NodeHasPressure "node-has-pressure" ["names"];
    PreemptedBy "preempted-by" ["node"];
    PastDeadline "past-deadline" ["deadline"];
    PastSomeDeadline "past-some-deadline" [];
    NodeNotReady "node-not-ready" ["node" "since"];
    NodeNotReadyNow "node-not-ready-now" ["node"];
    NodeGone "node-gone" ["node"];
    NodeShutDown "node-shut-down" ["node"];
    RefusedBy "refused-by" ["node" "reason"];
    Gated "gated" ["names"];
    NoNodeFits "no-node-fits" ["all"];
    NoNodes "no-nodes" [];
    NotScheduled "not-scheduled" [];
    LackOf "lack-of" ["resource" "count" "all"];
    Tainted "tainted" ["taint" "count" "all"];
    AffinityMissed "affinity-missed" ["count" "all"];
    AntiAffinity "anti-affinity" ["count" "all"];
    SpreadMissed "spread-missed" ["count" "all"];
    NodesCordoned "nodes-cordoned" ["count" "all"];
    PortsTaken "ports-taken" ["count" "all"];
    TooManyPods "too-many-pods" ["count" "all"];
    VolumeZone "volume-zone" ["count" "all"];
    OtherReason "other-reason" ["words" "count" "all"];
    ClaimUnbound "claim-unbound" ["names"];
    ClaimsUnbound "claims-unbound" [];
    ClaimMissing "claim-missing" ["name"];
    QuotaExceeded "quota-exceeded" ["words"];
    MountFailed "mount-failed" ["name"];
    AttachFailed "attach-failed" ["name"];
    SandboxNotMade "sandbox-not-made" [];
    NetworkNotReady "network-not-ready" [];
    ImageMissing "image-missing" ["container" "image"];
    ImageDenied "image-denied" ["container" "image"];
    ImageRateLimited "image-rate-limited" ["container" "image"];
    RegistryUnreachable "registry-unreachable" ["container" "image"];
    ImageNameInvalid "image-name-invalid" ["container" "image"];
    ImageNeverPulled "image-never-pulled" ["container" "image"];
    ImageFailed "image-failed" ["container" "image"];
    KeyMissing "key-missing" ["container" "key" "kind" "name"];
    ConfigMissing "config-missing" ["container" "kind" "name"];
    RunsAsRoot "runs-as-root" ["container"];
    CommandMissing "command-missing" ["container"];
    CreateFailed "create-failed" ["container" "reason"];
    HitLimit "hit-limit" ["container" "limit"];
    OutOfNodeMemory "out-of-node-memory" ["container"];
    DiedAt "died-at" ["at" "code"];
    DiedUsing "died-using" ["used" "at" "code"];
    DiedCode "died-code" ["code"];
    MemoryRises "memory-rises" ["rate"];
    MemoryNow "memory-now" ["used" "limit"];
    Exits "exits" ["container" "code"];
    ExitsReason "exits-reason" ["container" "code" "reason"];
    Killed "killed" ["container" "signal"];
    EndsWell "ends-well" ["container"];
    Lived "lived" ["span"];
    Times "times" ["count"];
    RunsAgain "runs-again" ["span"];
    ProbeKills "probe-kills" ["container"];
    ProbeFails "probe-fails" ["container" "probe"];
    StartupProbe "startup-probe" ["container"];
    NotReadyUnsaid "not-ready-unsaid" ["container" "span"];
    InitRunsLong "init-runs-long" ["container" "span"];
    InContainer "in-init" ["container"];
    GatesOpen "gates-open" ["names"];
    TheWords "the-words" ["words"];
    Done "done" [];
    DoneAt "done-at" ["at"];
    StartingSince "starting-since" ["span"];
    Pulling "pulling" ["image"];
    RunsWell "runs-well" [];
    NothingSays "nothing-says" ["phase"];
    ConditionUnmet "condition-unmet" ["condition" "since"];
    OfRollout "of-rollout" ["revision" "ago"];
    OfRolloutImages "of-rollout-images" ["revision" "ago" "images"];
}
