//! The conditions of actions, judged on the world and on what the action has.

use std::time::Duration;

use super::{ActionSpec, ActionWorld, Judged, Temporary, read::undoes_itself};
use crate::{
    domain::action::step::{StepKind, Written},
    pack::{
        Facts, Pack,
        condition::{Condition, Lamp, Over},
        views::{Live, World},
    },
};

impl Pack {
    /// Whether the action may be done now; `None` where it may always.
    pub fn judge_guard(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(spec.when.as_ref()?, facts, world))
    }

    /// Whether what was done is as it should be.
    pub fn judge_verify(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(&spec.verify.as_ref()?.is, facts, world))
    }

    /// Whether the world got better.
    pub fn judge_helped(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(spec.helped.as_ref()?, facts, world))
    }

    /// Whether it may be taken back: the world is still as it left it.
    pub fn judge_undo(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        let when = spec.undo.as_ref()?.when.as_ref()?;
        Some(self.judge_action(when, facts, world))
    }

    /// Whether a temporary change has served its time.
    pub fn judge_release(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        let release = spec.temporary.as_ref()?.release.as_ref()?;
        Some(self.judge_action(release, facts, world))
    }

    fn judge_action(
        &self,
        condition: &Condition,
        facts: &dyn Facts,
        action: &dyn ActionWorld,
    ) -> Judged {
        // Most conditions ask for no lamp, and all lamps together are dear.
        let mut lamps = false;
        condition.statement.visit(&mut |_| {}, &mut |lamp| {
            lamps |= matches!(lamp, Lamp::Hook(_) | Lamp::Light(_));
        });
        let hooks = if lamps {
            self.hook_states(facts)
        } else {
            Vec::new()
        };
        let lights = if lamps {
            self.light_states(facts, &hooks)
        } else {
            Vec::new()
        };
        let world = World {
            ids: &self.watch.ids,
            facts,
            hooks: &hooks,
            lights: &lights,
            action: Some(action),
        };
        let told = condition.statement.tell(&Live { world }, &self.watch.ids);
        Judged {
            truth: world.judge(condition),
            condition: condition.describe(),
            read: told.read,
            missing: told.missing,
            unfilled: told.unfilled,
        }
    }
}

impl ActionSpec {
    /// The condition it may be done under, as the pack wrote it.
    pub fn guard(&self) -> Option<String> {
        self.when.as_ref().map(Condition::describe)
    }

    /// When it counts as done, as the pack wrote it.
    pub fn verified_when(&self) -> Option<&str> {
        self.verify.as_ref().map(|verify| verify.is.text.as_str())
    }

    /// How long it may take until what is verified is so.
    pub fn verify_within(&self) -> Option<Duration> {
        self.verify.as_ref().map(|verify| verify.within)
    }

    /// How long what is verified must stay so.
    pub fn verify_hold(&self) -> Option<Duration> {
        self.verify.as_ref().map(|verify| verify.hold)
    }

    /// What says that the world got better, as the pack wrote it.
    pub fn helped_when(&self) -> Option<String> {
        self.helped.as_ref().map(Condition::describe)
    }

    /// The time that `helped` looks back over: before it has passed since the run, nothing can be said.
    pub fn helped_after(&self) -> Option<Duration> {
        self.helped.as_ref().map(|helped| match helped.over {
            Over::Once => Duration::ZERO,
            Over::For(time) => time,
            Over::Windows { count, length } => length * count,
        })
    }

    /// The steps that take it back, where the pack states them.
    pub fn undo_steps(&self) -> Option<&[Written]> {
        self.undo.as_ref().map(|undo| undo.run.as_slice())
    }

    /// The condition it may be taken back under, as the pack wrote it.
    pub fn undo_when(&self) -> Option<String> {
        let when = self.undo.as_ref()?.when.as_ref();
        when.map(Condition::describe)
    }

    /// The programs it runs at places, by their absolute paths: those of its steps, of what it reads and of its undo.
    pub fn programs(&self) -> impl Iterator<Item = String> {
        let reads = self.reads.iter().map(|(_, step)| step);
        let undo = self.undo_steps().unwrap_or_default();
        let steps = self
            .run
            .iter()
            .chain(reads)
            .chain(&self.preview)
            .chain(undo);
        steps.filter_map(|step| match &step.kind {
            StepKind::Command { argv, .. } => argv.first()?.whole(),
            _ => None,
        })
    }

    /// Whether every step knows its own way back.
    pub fn undoes_itself(&self) -> bool {
        self.run.iter().all(undoes_itself)
    }

    /// It is taken back by steps that can't tell whether the world is still as it left it: nothing is read.
    pub fn undo_is_blind(&self) -> bool {
        self.undo.is_some() && self.reads.is_empty() && !self.undoes_itself()
    }
}

impl Temporary {
    /// What says that it has served its time, as the pack wrote it.
    pub fn released_when(&self) -> Option<String> {
        self.release.as_ref().map(Condition::describe)
    }
}
