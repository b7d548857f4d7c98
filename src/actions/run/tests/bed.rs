//! A run that is told what happened, line by line.

use std::time::Duration;

use crate::{
    actions::run::{Helping, RunEffect, RunEvent, RunMachine},
    domain::action::{
        fact::{Fact, FactName},
        plan::{Plan, VerifyMark},
        record::{Entry, Outcome},
        step::{Planned, Step, StepKind},
        target::Target,
        tier::Tier,
        value::{Value, Values},
        verdict::StepEnd,
    },
};

pub(super) fn target(name: &str) -> Target {
    Target::Named {
        name: name.to_owned(),
    }
}

pub(super) fn fact(name: &str, fact: FactName, value: i64) -> Fact {
    Fact::new(target(name), fact, Value::Int(value))
}

pub(super) fn step(kind: StepKind<Target, i64>) -> Planned {
    Step {
        kind,
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

pub(super) fn scale(replicas: i64) -> Planned {
    step(StepKind::Scale {
        target: target("web"),
        replicas,
    })
}

pub(super) fn restart() -> Planned {
    step(StepKind::Restart {
        target: target("web"),
    })
}

pub(super) fn plan(steps: Vec<Planned>) -> Plan {
    Plan {
        action: "team/scale".into(),
        tier: Tier::T1,
        principal: "li".to_owned(),
        facts: vec![
            fact("web", FactName::Uid, 7),
            fact("web", FactName::Generation, 1),
            fact("web", FactName::Field("/spec/replicas".to_owned()), 24),
        ],
        ..Plan::of_steps(target("web"), steps)
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is a field of a plan as it stands"
)]
pub(super) fn verified(within: u32, hold: u32) -> Option<VerifyMark> {
    Some(VerifyMark {
        condition: "ready(target) == 36".into(),
        within,
        hold,
    })
}

/// A machine, the time, and what it asked for last.
pub(super) struct Bed {
    pub machine: RunMachine,
    pub asked: Vec<RunEffect>,
    pub now: Duration,
    /// The facts as the world has them.
    pub world: Vec<Fact>,
    /// How often each step was sent.
    pub sent: Vec<usize>,
}

impl Bed {
    pub fn new(plan: Plan) -> Self {
        Self::helping(plan, None)
    }

    pub fn helping(plan: Plan, helping: Option<Helping>) -> Self {
        let world = plan.facts.clone();
        let (machine, first) = RunMachine::start("r-1".into(), plan, helping);
        Self {
            machine,
            asked: vec![first],
            now: Duration::from_secs(100),
            world,
            sent: Vec::new(),
        }
    }

    pub fn tell(&mut self, event: RunEvent) -> &mut Self {
        self.asked = self.machine.handle(event, self.now);
        for effect in &self.asked {
            if let RunEffect::Do { step, .. } = effect {
                self.sent.push(*step);
            }
        }
        self
    }

    pub fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    /// Answers whatever is asked for with what one hopes for, except the doing of a step.
    pub fn on(&mut self) -> &mut Self {
        while let [effect] = self.asked.as_slice() {
            let event = match effect {
                RunEffect::Take => RunEvent::Taken(Ok(())),
                RunEffect::Lock => RunEvent::Locked(Ok(())),
                RunEffect::ReadFacts { .. } => RunEvent::Facts(Ok(self.world.clone())),
                RunEffect::CheckLock => RunEvent::LockChecked(Ok(())),
                RunEffect::Record(Entry::Outcome(_))
                | RunEffect::Do { .. }
                | RunEffect::Stop
                | RunEffect::Judge
                | RunEffect::Leave => break,
                RunEffect::Record(_) => RunEvent::Recorded(Ok(())),
            };
            self.tell(event);
        }
        self
    }

    /// Goes on until this is asked for.
    pub fn until(&mut self, wanted: impl Fn(&RunEffect) -> bool) -> &mut Self {
        for _ in 0..100 {
            let [effect] = self.asked.as_slice() else {
                panic!("{:?}", self.asked);
            };
            if wanted(effect) {
                return self;
            }
            let event = match effect {
                RunEffect::Take => RunEvent::Taken(Ok(())),
                RunEffect::Lock => RunEvent::Locked(Ok(())),
                RunEffect::ReadFacts { .. } => RunEvent::Facts(Ok(self.world.clone())),
                RunEffect::CheckLock => RunEvent::LockChecked(Ok(())),
                RunEffect::Record(_) => RunEvent::Recorded(Ok(())),
                RunEffect::Do { .. } => RunEvent::Ended(done()),
                other => panic!("{other:?} comes first"),
            };
            self.tell(event);
        }
        panic!("it is never asked for");
    }

    pub fn step_done(&mut self) -> &mut Self {
        self.tell(RunEvent::Ended(done()))
    }

    /// The outcome that is to be written.
    pub fn outcome(&self) -> &Outcome {
        match self.asked.as_slice() {
            [RunEffect::Record(Entry::Outcome(outcome))] => outcome,
            other => panic!("no outcome: {other:?}"),
        }
    }

    /// Writes the outcome, after which nothing may move.
    pub fn closed(&mut self) {
        self.outcome();
        self.tell(RunEvent::Recorded(Ok(())));
        assert_eq!(self.asked, [RunEffect::Leave]);
        assert!(self.machine.is_over());
        for event in [
            RunEvent::Ended(done()),
            RunEvent::Recorded(Ok(())),
            RunEvent::LockChecked(Ok(())),
            RunEvent::Facts(Ok(self.world.clone())),
            RunEvent::Taken(Ok(())),
            RunEvent::Locked(Ok(())),
            RunEvent::CancelAsked,
            RunEvent::Tick,
        ] {
            self.tell(event);
            assert_eq!(self.asked, []);
        }
    }
}

pub(super) fn done() -> StepEnd {
    StepEnd::Done {
        said: Vec::new(),
        saved: Values::new(),
    }
}

pub(super) const fn is_start(effect: &RunEffect) -> bool {
    matches!(effect, RunEffect::Record(Entry::StepStarted { .. }))
}
