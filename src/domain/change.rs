//! What changed, for the time line of the last hour. Ids and arguments, never rendered text.

use jiff::Timestamp;

use super::{
    departure::Cause,
    id::{Fingerprint, GateId, HookId, LightId, Uid},
    light::Light,
    pod::{Name, WorkloadKey},
};

/// One thing that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub at: Timestamp,
    pub what: What,
}

/// What it was.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A new revision of a workload.
    RolledOut {
        workload: WorkloadKey,
        revision: Option<u64>,
        images: Vec<String>,
        before: Vec<String>,
    },
    Scaled {
        workload: WorkloadKey,
        from: Option<u32>,
        to: u32,
    },
    /// A ConfigMap was written; the keys where they are known.
    ConfigChanged {
        namespace: Name,
        name: Name,
        by: Name,
    },
    NodeReady {
        node: Name,
        ready: bool,
    },
    NodeCordoned {
        node: Name,
        cordoned: bool,
    },
    AlertCame {
        fingerprint: Fingerprint,
        name: String,
    },
    /// An alert does not call any more, and why, as far as that is proven by now.
    AlertLeft {
        fingerprint: Fingerprint,
        name: String,
        cause: Cause,
    },
    LightChanged {
        id: LightId,
        from: Light,
        to: Light,
    },
    HookChanged {
        id: HookId,
        from: Light,
        to: Light,
    },
    GateChanged {
        id: GateId,
        from: Light,
        to: Light,
    },
    /// A Warning event that the cluster wrote and that is none of the above.
    Warned {
        object: Name,
        reason: Name,
        uid: Uid,
    },
}

impl What {
    /// Whether the cluster itself told it, not a source beside it.
    pub const fn is_of_cluster(&self) -> bool {
        !matches!(
            self,
            Self::AlertCame { .. }
                | Self::AlertLeft { .. }
                | Self::LightChanged { .. }
                | Self::HookChanged { .. }
                | Self::GateChanged { .. }
        )
    }
}
