//! All executors of a process: each step goes to the one of its kind.

mod batches;
#[cfg(test)]
mod tests;
mod whole;

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};

use self::whole::{distinct, given, is_away, items, merged, steady, unseen};
use super::{Doing, Executor};
use crate::{
    actions::reading,
    domain::action::{
        fact::Fact,
        plan::Plan,
        preflight::{Draft, Preflight, Preflighted},
        refusal::Refusal,
        step::{Planned, StepKind},
        tier::Tier,
        value::Values,
        verdict::StepEnd,
    },
};

/// The executors by family; what is absent refuses.
#[derive(Clone, Default)]
pub struct Families {
    pub kubernetes: Option<Arc<dyn Executor>>,
    pub command: Option<Arc<dyn Executor>>,
    pub systemd: Option<Arc<dyn Executor>>,
    pub compose: Option<Arc<dyn Executor>>,
    pub sql: Option<Arc<dyn Executor>>,
    pub redis: Option<Arc<dyn Executor>>,
    pub http: Option<Arc<dyn Executor>>,
    pub tcp: Option<Arc<dyn Executor>>,
    pub inspections: Option<Arc<dyn Executor>>,
    pub silence: Option<Arc<dyn Executor>>,
    pub wait: Option<Arc<dyn Executor>>,
}

/// Finds out about steps of every kind, and does them.
#[derive(Clone)]
pub struct Executors {
    families: Families,
    demo: bool,
}

impl Executors {
    /// Those of a process that acts on the world.
    pub const fn real(families: Families) -> Self {
        Self {
            families,
            demo: false,
        }
    }

    /// Those of a demo: what is absent is not simulated.
    pub const fn of_demo(families: Families) -> Self {
        Self {
            families,
            demo: true,
        }
    }

    /// What does steps like this one.
    fn of(&self, step: &Planned) -> Result<&Arc<dyn Executor>, Refusal> {
        let families = &self.families;
        let family = match step.kind {
            StepKind::Restart { .. }
            | StepKind::Scale { .. }
            | StepKind::Rollback { .. }
            | StepKind::SetEnv { .. }
            | StepKind::Patch { .. }
            | StepKind::DeletePod { .. }
            | StepKind::Evict { .. }
            | StepKind::Cordon { .. }
            | StepKind::Uncordon { .. }
            | StepKind::RunCronjob { .. }
            | StepKind::Exec { .. }
            | StepKind::Logs { .. }
            | StepKind::Env { .. }
            | StepKind::Object { .. }
            | StepKind::View { .. } => &families.kubernetes,
            StepKind::Command { .. } => &families.command,
            StepKind::Sql { .. } => &families.sql,
            StepKind::Redis { .. } => &families.redis,
            StepKind::Http { .. } => &families.http,
            StepKind::Tcp { .. } => &families.tcp,
            StepKind::Systemd { .. } => &families.systemd,
            StepKind::Compose { .. } | StepKind::InCompose { .. } => &families.compose,
            StepKind::Inspect(_) => &families.inspections,
            StepKind::Silence { .. } | StepKind::ExpireSilence { .. } => &families.silence,
            StepKind::Wait { .. } => &families.wait,
            // A person does it, or the run itself waits.
            StepKind::Ask { .. } | StepKind::Until { .. } => &None,
        };
        let what = step.kind.name().to_owned();
        family.as_ref().ok_or_else(|| {
            if self.demo {
                Refusal::NotSimulated { what }
            } else {
                Refusal::Unreadable {
                    what,
                    why: "nothing here does steps of this kind".to_owned(),
                }
            }
        })
    }

    /// Everything found out about a draft: its steps, what is read before, and the items that are acted on.
    pub async fn preflight(&self, draft: &Draft) -> Preflighted {
        let steps = draft.steps.iter().map(|step| async move {
            match self.look(step, draft).await {
                Err(refusal) if draft.reads_only && is_away(&refusal) => Ok(unseen(step, &refusal)),
                looked => looked,
            }
        });
        let looked = futures::future::try_join_all(steps).await;
        let looked = match looked {
            // The pack may know better why not than a server that is asked to do it.
            Err(refusal) if !draft.reads.is_empty() => {
                let Ok((before, facts)) = self.reads(draft).await else {
                    return Err(refusal);
                };
                return Ok(Preflight {
                    before,
                    facts,
                    refused: Some(Box::new(refusal)),
                    ..Preflight::default()
                });
            }
            looked => looked?,
        };
        let mut whole = merged(looked, &draft.steps);
        let (before, facts) = self.reads(draft).await?;
        whole.before.extend(before);
        whole.facts.extend(facts);
        if let Some(preview) = &draft.preview {
            whole.items = items(&self.read(preview).await?)?;
        }
        Ok(whole)
    }

    /// The facts of a plan as they are now: those of its steps and what it reads.
    pub async fn recheck(&self, plan: &Plan) -> Result<Vec<Fact>, Refusal> {
        let steps = plan.steps.iter().map(|step| async move {
            match self.facts(step, plan).await {
                // It says itself that it can't, when its turn comes.
                Err(refusal) if plan.tier == Tier::T0 && is_away(&refusal) => Ok(Vec::new()),
                facts => facts,
            }
        });
        let found = futures::future::try_join_all(steps).await?;
        let mut facts = distinct(found.into_iter().flatten());
        for (name, step) in &plan.reads {
            let given = given(step, self.read(step).await?);
            facts.extend(reading::facts(&plan.target, name, steady(step, given)));
        }
        Ok(facts)
    }

    async fn reads(&self, draft: &Draft) -> Result<(Values, Vec<Fact>), Refusal> {
        let mut before = Values::new();
        let mut facts = Vec::new();
        for (name, step) in &draft.reads {
            let given = given(step, self.read(step).await?);
            let of = steady(step, given.clone());
            facts.extend(reading::facts(&draft.target, name, of));
            reading::take(&mut before, name, given);
        }
        Ok((before, facts))
    }
}

impl Executor for Executors {
    fn look<'a>(&'a self, step: &'a Planned, draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        if matches!(step.kind, StepKind::Ask { .. } | StepKind::Until { .. }) {
            return async { Ok(Preflight::default()) }.boxed();
        }
        match self.of(step) {
            Ok(executor) => executor.look(step, draft),
            Err(refusal) => async { Err(refusal) }.boxed(),
        }
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        if matches!(step.kind, StepKind::Ask { .. } | StepKind::Until { .. }) {
            return async { Ok(Vec::new()) }.boxed();
        }
        match self.of(step) {
            Ok(executor) => executor.facts(step, plan),
            Err(refusal) => async { Err(refusal) }.boxed(),
        }
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        match self.of(step) {
            Ok(executor) => executor.read(step),
            Err(refusal) => async { Err(refusal) }.boxed(),
        }
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        match self.of(doing.step) {
            Ok(executor) if doing.step.batch.is_some() => {
                batches::run(executor.as_ref(), doing).boxed()
            }
            Ok(executor) => executor.run(doing),
            Err(refusal) => async move { super::failed(&refusal) }.boxed(),
        }
    }
}
