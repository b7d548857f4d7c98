//! How the executor of one family of step kinds is written: as plain async functions, each of which only looks, reads or acts.

use std::future::Future;

use futures::{FutureExt, future::BoxFuture};

use super::{
    Doing, Executor,
    step::{drifted, failed, not_mine},
};
use crate::domain::action::{
    fact::Fact,
    plan::Plan,
    preflight::{Draft, Preflighted},
    refusal::Refusal,
    step::Planned,
    value::Values,
    verdict::StepEnd,
};

/// The steps of some kinds, each of which stands by itself. Whatever is one is an executor too.
pub(super) trait Family: Send + Sync {
    /// Finds out what a step rests on and would change. Nothing is changed.
    fn look(&self, step: &Planned) -> impl Future<Output = Preflighted> + Send;

    /// The facts a step rests on, as they are now.
    fn facts(&self, _step: &Planned) -> impl Future<Output = Result<Vec<Fact>, Refusal>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Runs a step that only reads, and gives what it parsed.
    fn read(&self, step: &Planned) -> impl Future<Output = Result<Values, Refusal>> + Send {
        let refusal = not_mine(step);
        async { Err(refusal) }
    }

    /// Does a step whose facts were found to be what they were a moment ago: sends it once. It is refused only where
    /// nothing of it was sent.
    fn act(&self, doing: Doing<'_>) -> impl Future<Output = Result<StepEnd, Refusal>> + Send;
}

impl<F: Family> Executor for F {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        Family::look(self, step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        Family::facts(self, step).boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        Family::read(self, step).boxed()
    }

    /// Nothing is sent for a run that is cancelled, nor on facts that are not what the plan says.
    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        async move {
            if doing.cancel.is_cancelled() {
                return StepEnd::Cancelled { done: None };
            }
            let now = match Family::facts(self, doing.step).await {
                Ok(now) => now,
                Err(refusal) => return failed(&refusal),
            };
            if let Some(why) = drifted(doing.plan, &now) {
                return StepEnd::Failed { why };
            }
            // The last moment at which nothing was done yet.
            if doing.cancel.is_cancelled() {
                return StepEnd::Cancelled { done: None };
            }
            let acted = Family::act(self, doing).await;
            acted.unwrap_or_else(|refusal| failed(&refusal))
        }
        .boxed()
    }
}
