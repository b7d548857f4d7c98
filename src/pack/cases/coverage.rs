//! What the cases of a pack never saw.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Pack;

/// What needs cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Hook,
    Queue,
    Alert,
    Action,
}

impl Sort {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Queue => "queue",
            Self::Alert => "alert",
            Self::Action => "action",
        }
    }

    /// The words that say it allows, it refuses, it has no data.
    const fn words(self) -> [&'static [&'static str]; 3] {
        match self {
            Self::Hook | Self::Queue => [&["green"], &["red", "yellow"], &["unknown"]],
            Self::Alert => [&["quiet", "recovered"], &["fires", "goes-on"], &["unknown"]],
            Self::Action => [&["allowed"], &["refused"], &["unknown"]],
        }
    }
}

/// Something that no case shows in one of its three states.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Lack {
    /// `hook.HK-03`.
    pub of: String,
    /// The words of which a case should expect one: `red`, `yellow`.
    pub wants: Vec<&'static str>,
}

/// What came out in the cases so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    found: BTreeMap<(Sort, String), BTreeSet<String>>,
}

impl Seen {
    pub fn note(&mut self, sort: Sort, id: &str, found: &str) {
        self.found
            .entry((sort, id.to_owned()))
            .or_default()
            .insert(found.to_owned());
    }

    /// What the pack has that no case allows, refuses, or leaves without data.
    pub fn lacks(&self, pack: &Pack) -> Vec<Lack> {
        let hooks = pack.hooks().map(|hook| (Sort::Hook, hook.id.to_string()));
        let queues = pack
            .queues()
            .iter()
            .map(|queue| (Sort::Queue, queue.id.to_string()));
        // What the pack states no condition for is Alertmanager's alone.
        let alerts = pack
            .alerts()
            .iter()
            .filter(|alert| alert.fires().is_some() || alert.recovered_when().is_some());
        let alerts = alerts.map(|alert| (Sort::Alert, alert.id.clone()));
        let actions = pack
            .actions()
            .iter()
            .filter(|action| action.guard().is_some());
        let actions = actions.map(|action| (Sort::Action, action.id.parts().1.to_owned()));
        let all = hooks.chain(queues).chain(alerts).chain(actions);
        let lacks = all.flat_map(|(sort, id)| {
            let found = self.found.get(&(sort, id.clone()));
            // A guard that is plainly `false` refuses, whatever is known: it stands for its reason.
            let never = sort == Sort::Action
                && pack.actions().iter().any(|action| {
                    action.id.parts().1 == id && action.guard().as_deref() == Some("false")
                });
            let lacking = sort.words().into_iter().filter(move |words| {
                (!never || words.contains(&"refused"))
                    && found.is_none_or(|found| words.iter().all(|word| !found.contains(*word)))
            });
            lacking.map(move |words| Lack {
                of: format!("{}.{id}", sort.name()),
                wants: words.to_vec(),
            })
        });
        lacks.collect()
    }
}
