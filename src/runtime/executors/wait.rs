//! Waiting, which a person can end.

use std::time::Duration;

use futures::{FutureExt, future::BoxFuture};

use super::{Doing, Executor};
use crate::domain::action::{
    fact::Fact,
    fault::ValueFault,
    plan::Plan,
    preflight::{Draft, Preflight, Preflighted},
    refusal::Refusal,
    step::{Planned, StepKind},
    value::Values,
    verdict::StepEnd,
};

/// Waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits;

fn seconds(step: &Planned) -> Result<u64, Refusal> {
    let StepKind::Wait { seconds } = step.kind else {
        return Err(super::not_mine(step));
    };
    u64::try_from(seconds).map_err(|_| Refusal::BadValue {
        param: "wait".to_owned(),
        value: seconds.to_string(),
        why: ValueFault::TooSmall {
            least: "0".to_owned(),
        },
    })
}

impl Executor for Waits {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        async move { seconds(step).map(|_| Preflight::default()) }.boxed()
    }

    fn facts<'a>(
        &'a self,
        _step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move { Err(super::not_mine(step)) }.boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        async move {
            let whole = match seconds(doing.step) {
                Ok(seconds) => seconds,
                Err(refusal) => return super::failed(&refusal),
            };
            let began = tokio::time::Instant::now();
            tokio::select! {
                biased;
                () = doing.cancel.cancelled() => StepEnd::Cancelled {
                    done: Some(format!("{} of {whole} s were waited", began.elapsed().as_secs())),
                },
                () = tokio::time::sleep(Duration::from_secs(whole)) => StepEnd::Done {
                    said: Vec::new(),
                    saved: Values::new(),
                },
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::executors::testing::{Bench, plan_of};

    fn wait(seconds: i64) -> Planned {
        Planned {
            kind: StepKind::Wait { seconds },
            limit: None,
            save: None,
        }
    }

    #[tokio::test]
    async fn it_waits_as_long_as_it_should() {
        let bench = Bench::new(plan_of(wait(1)));
        let began = tokio::time::Instant::now();
        let end = Waits.run(bench.doing(0)).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert!(began.elapsed() >= Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_person_ends_it() {
        let bench = Bench::new(plan_of(wait(90)));
        let stop = async { bench.cancel.cancel() };
        let (end, ()) = futures::join!(Waits.run(bench.doing(0)), stop);
        assert_eq!(
            end,
            StepEnd::Cancelled {
                done: Some("0 of 90 s were waited".to_owned())
            }
        );
    }

    #[tokio::test]
    async fn it_looks_at_nothing_and_refuses_what_is_no_time() {
        let plan = plan_of(wait(-1));
        let draft = crate::runtime::executors::testing::draft_of(&plan);
        let refusal = Waits.look(&plan.steps[0], &draft).await.unwrap_err();
        assert!(matches!(refusal, Refusal::BadValue { .. }), "{refusal:?}");
        let plan = plan_of(wait(0));
        assert!(Waits.look(&plan.steps[0], &draft).await.is_ok());
    }
}
