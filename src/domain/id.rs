//! Ids are newtypes: a pod's uid can't be taken for an alert's fingerprint.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// The uid the API server gave an object.
    Uid
);
id!(
    /// A pack's id, `glancy`.
    PackId
);
id!(
    /// One query of the watchlist, qualified by its pack: `glancy/lookup-p95`, `glancy/slo/lookup/errors:1h`.
    QueryId
);
id!(
    /// A gauge of a pack, without the pack's name.
    GaugeId
);
id!(
    /// An SLO of a pack, without the pack's name; for a discovered one, what its series call it.
    SloId
);
id!(
    /// A queue of a pack, without the pack's name.
    QueueId
);
id!(
    /// A guard hook, `HK-03`.
    HookId
);
id!(
    /// A light, `release`.
    LightId
);
id!(
    /// A gate, `REL-B3`.
    GateId
);
id!(
    /// A check of a pack's routine, without the pack's name.
    CheckId
);
id!(
    /// A checklist of a pack's routine, without the pack's name.
    ChecklistId
);
id!(
    /// An alert's fingerprint as Alertmanager computes it; for a pending one, Prometheus' labels hashed the same way.
    Fingerprint
);
id!(
    /// An action, qualified by its pack: `glancy/scale-export-workers`, `generic/restart`.
    ActionId
);
id!(
    /// One run of an action; runs sort by it in the order they were asked for.
    RunId
);
id!(
    /// One line of the ledger, whoever wrote it: its chain and its number there. What a line begins is known by it.
    LineId
);
id!(
    /// The SHA-256 of a plan, in hex: what a person confirms and a second one signs.
    PlanDigest
);

impl ActionId {
    /// The pack's id and the action's own name.
    pub fn parts(&self) -> (&str, &str) {
        self.as_str().split_once('/').unwrap_or(("", self.as_str()))
    }

    /// The action's own name, without its pack.
    pub fn name(&self) -> &str {
        self.parts().1
    }
}
