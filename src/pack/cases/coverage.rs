//! What the cases of a pack never saw.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    ActionSpec, Pack, ParamSpec,
    actions::{ParamKind, TargetSpec},
};

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
        let actions = pack.actions().iter();
        let actions = actions.map(|action| (Sort::Action, action.id.parts().1.to_owned()));
        let all = hooks.chain(queues).chain(alerts).chain(actions);
        let lacks = all.flat_map(|(sort, id)| {
            let found = self.found.get(&(sort, id.clone()));
            let shown = shown(pack, sort, &id);
            let words = sort.words().into_iter().zip(shown);
            let words = words.filter_map(|(words, shown)| shown.then_some(words));
            let lacking = words.filter(move |words| {
                found.is_none_or(|found| words.iter().all(|word| !found.contains(*word)))
            });
            lacking.map(move |words| Lack {
                of: format!("{}.{id}", sort.name()),
                wants: words.to_vec(),
            })
        });
        lacks.collect()
    }
}

/// Which of the three can be shown at all: that it is allowed, refused, unknown.
fn shown(pack: &Pack, sort: Sort, id: &str) -> [bool; 3] {
    let is = |action: &&ActionSpec| action.id.parts().1 == id;
    let Some(action) = pack
        .actions()
        .iter()
        .find(is)
        .filter(|_| sort == Sort::Action)
    else {
        return [true; 3];
    };
    match action.guard().as_deref() {
        // It refuses, whatever is known: it stands for its reason.
        Some("false") => [false, true, false],
        Some(_) => [true; 3],
        None => {
            // A target that parameters name is said with them.
            let aims = matches!(action.target, TargetSpec::Kinds(_));
            let asks = action.params.iter().any(ParamSpec::is_asked);
            let refuses = action.params.iter().any(|param| refuses(&param.kind));
            [true, refuses, aims || asks]
        }
    }
}

/// Whether a case can give a value that is refused.
fn refuses(kind: &ParamKind) -> bool {
    match kind {
        ParamKind::Pattern { pattern } => {
            // A text that is nobody's id: what takes it takes all.
            let whole = regex::Regex::new(&format!(r"\A(?:{pattern})\z"));
            whole.is_ok_and(|whole| !whole.is_match("no such thing, $(id) <or> 'so'"))
        }
        ParamKind::Int { .. }
        | ParamKind::Float { .. }
        | ParamKind::Enum(_)
        | ParamKind::Duration { .. }
        | ParamKind::Timestamp
        | ParamKind::Ip { .. }
        | ParamKind::Path { .. }
        | ParamKind::GitRef
        | ParamKind::Database { .. } => true,
        _ => false,
    }
}
