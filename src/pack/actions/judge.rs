//! The conditions of actions, judged on the world and on what the action has.

use std::time::Duration;

use super::{ActionSpec, ActionWorld, Judged, ParamSpec, Temporary, read::undoes_itself};
use crate::{
    domain::{
        action::{
            saying::Stated,
            step::{StepKind, Written},
            target::Target,
            value::Values,
        },
        id::{QueryId, SloId},
        light::Light,
    },
    pack::{
        Facts, Pack,
        condition::{Condition, Lamp, Over, SloField, View, Words},
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
        Some(self.judge_action(spec, spec.when.as_ref()?, facts, world))
    }

    /// Whether what was done is as it should be.
    pub fn judge_verify(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(spec, &spec.verify.as_ref()?.is, facts, world))
    }

    /// Whether what a step of its run waits for has come.
    pub fn judge_until(
        &self,
        spec: &ActionSpec,
        step: usize,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(spec, spec.untils.get(&step)?, facts, world))
    }

    /// Whether the world got better.
    pub fn judge_helped(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_action(spec, spec.helped.as_ref()?, facts, world))
    }

    /// Whether it may be taken back: the world is still as it left it.
    pub fn judge_undo(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        let when = spec.undo.as_ref()?.when.as_ref()?;
        Some(self.judge_action(spec, when, facts, world))
    }

    /// Whether a temporary change has served its time.
    pub fn judge_release(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        let release = spec.temporary.as_ref()?.release.as_ref()?;
        Some(self.judge_action(spec, release, facts, world))
    }

    /// How many good windows in a row there are for a temporary change to be taken back, and how many there must be.
    pub fn windows_to_release(
        &self,
        spec: &ActionSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<(u32, u32)> {
        let release = spec.temporary.as_ref()?.release.as_ref()?;
        self.in_world(release, facts, world, |world| world.good_windows(release))
    }

    /// When it counts as done, with what it was given.
    pub fn state_verify(&self, spec: &ActionSpec, world: &dyn ActionWorld) -> Option<Stated> {
        Some(self.state(spec, &spec.verify.as_ref()?.is, world))
    }

    /// What says that the world got better, with what it was given.
    pub fn state_helped(&self, spec: &ActionSpec, world: &dyn ActionWorld) -> Option<Stated> {
        Some(self.state(spec, spec.helped.as_ref()?, world))
    }

    /// The condition it may be taken back under, with what it was given.
    pub fn state_undo(&self, spec: &ActionSpec, world: &dyn ActionWorld) -> Option<Stated> {
        Some(self.state(spec, spec.undo.as_ref()?.when.as_ref()?, world))
    }

    fn state(&self, spec: &ActionSpec, condition: &Condition, action: &dyn ActionWorld) -> Stated {
        condition.state(&Given { action }, self.words(&spec.params))
    }

    /// What it calls what its conditions speak of.
    pub(in crate::pack) fn words<'a>(&'a self, params: &'a [ParamSpec]) -> Words<'a> {
        Words {
            ids: &self.watch.ids,
            params,
            checks: self.checks(),
            lights: &self.watch.lights,
        }
    }

    fn judge_action(
        &self,
        spec: &ActionSpec,
        condition: &Condition,
        facts: &dyn Facts,
        action: &dyn ActionWorld,
    ) -> Judged {
        self.judge_with(&spec.params, condition, facts, action)
    }

    /// Judges a condition that speaks of these parameters.
    pub(in crate::pack) fn judge_with(
        &self,
        params: &[ParamSpec],
        condition: &Condition,
        facts: &dyn Facts,
        action: &dyn ActionWorld,
    ) -> Judged {
        self.in_world(condition, facts, action, |world| {
            let words = self.words(params);
            let told = condition.tell(&Live { world }, words);
            Judged {
                truth: world.judge(condition),
                condition: condition.state(&Given { action }, words),
                says: told.says,
                missing: told.missing,
                unfilled: told.unfilled,
            }
        })
    }

    /// Looks at the world as a condition of an action does.
    fn in_world<T>(
        &self,
        condition: &Condition,
        facts: &dyn Facts,
        action: &dyn ActionWorld,
        look: impl FnOnce(World<'_>) -> T,
    ) -> T {
        // Most conditions ask for no lamp, and all lamps together are dear.
        let mut lamps = false;
        condition.statement.visit(&mut |_| {}, &mut |lamp| {
            lamps |= matches!(lamp, Lamp::Hook(_) | Lamp::Light(_) | Lamp::Gate(_));
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
        let gates = self.gate_lights(facts, &hooks, std::iter::once(condition));
        let world = World {
            ids: &self.watch.ids,
            facts,
            rules: &self.watch.hooks,
            hooks: &hooks,
            gates: &gates,
            lights: &lights,
            action: Some(action),
        };
        look(world)
    }
}

/// What a condition can be told by before anybody looks at the world: what the action was given.
struct Given<'a> {
    action: &'a dyn ActionWorld,
}

impl View for Given<'_> {
    fn query(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn change(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn observed(&self, _: usize) -> Option<f64> {
        None
    }

    fn slo(&self, _: &SloId, _: SloField) -> Option<f64> {
        None
    }

    fn light(&self, _: &Lamp) -> Light {
        Light::Unknown
    }

    fn now(&self) -> f64 {
        f64::NAN
    }

    fn action(&self) -> Option<&dyn ActionWorld> {
        Some(self)
    }
}

impl ActionWorld for Given<'_> {
    fn params(&self) -> &Values {
        self.action.params()
    }

    fn before(&self) -> &Values {
        self.action.before()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.action.env(name)
    }

    fn target(&self) -> Option<&Target> {
        self.action.target()
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
