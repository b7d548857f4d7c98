//! Waiting, which a person can end.

use std::time::Duration;

use super::{Doing, family::Family, not_mine};
use crate::domain::action::{
    fault::ValueFault,
    preflight::{Preflight, Preflighted},
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
        return Err(not_mine(step));
    };
    u64::try_from(seconds).map_err(|_| Refusal::BadValue {
        param: "wait".to_owned(),
        value: seconds.to_string(),
        why: ValueFault::TooSmall {
            least: "0".to_owned(),
        },
    })
}

impl Family for Waits {
    async fn look(&self, step: &Planned) -> Preflighted {
        seconds(step).map(|_| Preflight::default())
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let whole = seconds(doing.step)?;
        let began = tokio::time::Instant::now();
        Ok(tokio::select! {
            biased;
            () = doing.cancel.cancelled() => StepEnd::Cancelled {
                done: Some(format!("{} of {whole} s were waited", began.elapsed().as_secs())),
            },
            () = tokio::time::sleep(Duration::from_secs(whole)) => StepEnd::Done {
                said: Vec::new(),
                saved: Values::new(),
            },
        })
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
            again: None,
            batch: None,
        }
    }

    #[tokio::test]
    async fn it_waits_as_long_as_it_should() {
        let bench = Bench::new(plan_of(wait(1)));
        let began = tokio::time::Instant::now();
        let end = bench.run(&Waits).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert!(began.elapsed() >= Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_person_ends_it() {
        let bench = Bench::new(plan_of(wait(90)));
        let stop = async { bench.cancel.cancel() };
        let (end, ()) = futures::join!(bench.run(&Waits), stop);
        assert_eq!(
            end,
            StepEnd::Cancelled {
                done: Some("0 of 90 s were waited".to_owned())
            }
        );
    }

    #[tokio::test]
    async fn it_looks_at_nothing_and_refuses_what_is_no_time() {
        let refusal = Waits.look(&wait(-1)).await.unwrap_err();
        assert!(matches!(refusal, Refusal::BadValue { .. }), "{refusal:?}");
        assert!(Waits.look(&wait(0)).await.is_ok());
    }
}
