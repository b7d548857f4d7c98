//! What steps outside of the cluster's API do, on servers as they are.

use std::sync::{Arc, Mutex};

use quarterdeck::{
    domain::{
        action::{
            plan::Plan,
            preflight::{Draft, Preflighted},
            step::{Planned, StepKind},
            target::Target,
            verdict::{Output, StepEnd},
        },
        id::RunId,
        time::{Clock, Moment},
    },
    runtime::executors::{Doing, Executor, Tell},
    sim::clock::SimClock,
};
use tokio_util::sync::CancellationToken;

pub mod silences;

/// Real time.
pub struct TestClock(tokio::time::Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(tokio::time::Instant::now()))
}

pub fn planned(kind: StepKind<Target, i64>) -> Planned {
    Planned {
        kind,
        limit: Some(20),
        save: None,
        again: None,
        batch: None,
    }
}

/// A plan of this step alone.
pub fn plan_of(step: Planned) -> Plan {
    let target = Target::Named {
        name: "it".to_owned(),
    };
    Plan {
        action: "test/it".into(),
        principal: "li".to_owned(),
        ..Plan::of_steps(target, vec![step])
    }
}

pub async fn look(executor: &dyn Executor, step: &Planned) -> Preflighted {
    let plan = plan_of(step.clone());
    let draft = Draft {
        action: plan.action,
        target: plan.target,
        params: plan.params,
        steps: plan.steps,
        reads: Vec::new(),
        preview: None,
        reads_only: false,
    };
    executor.look(step, &draft).await
}

/// Does the only step of a plan; with what was heard of it.
pub async fn run(executor: &dyn Executor, plan: &Plan) -> (StepEnd, String) {
    let told = Arc::<Mutex<String>>::default();
    let into = Arc::clone(&told);
    let tell: Tell = Arc::new(move |output: Output| into.lock().unwrap().push_str(&output.text));
    let run = RunId::from(format!(
        "run-{}",
        quarterdeck::sim::clock::SimClock::wall().as_nanosecond()
    ));
    let doing = Doing {
        run: &run,
        plan,
        place: 0,
        step: &plan.steps[0],
        output: &tell,
        cancel: &CancellationToken::new(),
    };
    let end = executor.run(doing).await;
    let told = told.lock().unwrap().clone();
    (end, told)
}

/// Plans a step as it is found now, and does it.
pub async fn done(executor: &dyn Executor, step: Planned) -> (StepEnd, String) {
    let preflight = look(executor, &step).await.unwrap();
    let mut plan = plan_of(step);
    plan.facts = preflight.facts;
    plan.count = preflight.count;
    run(executor, &plan).await
}
