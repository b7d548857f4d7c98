//! A check, judged on what is known now.

use super::{CheckSpec, Expected, Way};
use crate::{
    domain::{
        action::saying::{Name, Saying},
        logbook::Outcome,
        text::Text,
    },
    pack::{
        ActionWorld, Facts, Pack,
        condition::{Condition, Truth},
        views::{Live, World},
    },
};

/// What a check that nobody is asked came to.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckFound {
    pub outcome: Outcome,
    /// Each comparison with the value it read.
    pub says: Saying,
}

impl Pack {
    /// What the world says of a check; `None` where a person is asked.
    pub fn judge_check(
        &self,
        check: &CheckSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<CheckFound> {
        let Way::Judged(expected) = &check.way else {
            return None;
        };
        let Expected { expect, warn } = &**expected;
        let hooks = self.hook_states(facts);
        let lights = self.light_states(facts, &hooks);
        let gates = self.gate_lights(facts, &hooks, warn.iter().chain([expect]));
        let world = World {
            ids: &self.watch.ids,
            facts,
            rules: &self.watch.hooks,
            hooks: &hooks,
            gates: &gates,
            lights: &lights,
            action: Some(world),
        };
        let words = self.words(&[]);
        let tell = |condition: &Condition| {
            let says = condition.tell(&Live { world }, words).says;
            says.renamed(&read_now)
        };
        let near = warn.as_ref().map(|warn| world.judge(warn));
        let outcome = match (world.judge(expect), near) {
            (Truth::False, _) => Outcome::Failed,
            (Truth::Unknown, _) | (_, Some(Truth::Unknown)) => Outcome::Unknown,
            (Truth::True, Some(Truth::True)) => Outcome::Warned,
            (Truth::True, None | Some(Truth::False)) => Outcome::Passed,
        };
        let says = match warn {
            Some(warn) if outcome == Outcome::Warned => tell(warn),
            _ => tell(expect),
        };
        Some(CheckFound { outcome, says })
    }
}

/// A check does nothing: what it reads is how it is, not how it was before.
fn read_now(name: Name) -> Name {
    match name {
        Name::Before(of) => Name::Watched { of, part: None },
        other => other,
    }
}

impl Way {
    /// What a person is asked.
    pub const fn asks(&self) -> Option<&Text> {
        match self {
            Self::Asked { ask } => Some(ask),
            Self::Judged(_) => None,
        }
    }

    /// The condition, as the pack wrote it.
    pub fn expected(&self) -> Option<String> {
        match self {
            Self::Judged(expected) => Some(expected.expect.describe()),
            Self::Asked { .. } => None,
        }
    }
}
