//! What a prompt does with what happens to it, without a screen.

mod answers;
mod ground;
mod together;

use std::{sync::Arc, time::Duration};

use tui_input::InputRequest;

use super::{
    Challenge, Choice, EXPIRES, Effect, Event, Line, Now, Phase, Prompt, QUARANTINE, READ_EVERY,
    Ready, Said,
};
use crate::domain::{
    action::{
        fact::{Fact, FactName},
        plan::{Count, Plan},
        preflight::{Draft, Preflight},
        refusal::{Refusal, Unsigned},
        step::{Step, StepKind},
        target::Target,
        tier::Tier,
        value::{Value, Values},
    },
    object::KindRef,
    question::RequestId,
};

/// A prompt and what it asked for, at a time.
struct Bed {
    prompt: Prompt,
    mono: Duration,
    requests: RequestId,
    effects: Vec<Effect>,
    tier: Tier,
    replicas: i64,
    persons: u8,
}

fn target() -> Target {
    Target::Object {
        kind: KindRef::new("apps", "v1", "Deployment", "deployments", true),
        namespace: Some("prod".to_owned()),
        name: "app".to_owned(),
    }
}

fn fact(name: FactName, value: Value) -> Fact {
    Fact::new(target(), name, value)
}

fn facts(replicas: i64) -> Vec<Fact> {
    let field = FactName::Field("/spec/replicas".to_owned());
    vec![
        fact(FactName::Uid, Value::text("u-1")),
        fact(field, Value::Int(replicas)),
    ]
}

fn plan(tier: Tier, replicas: i64) -> Plan {
    let step = Step {
        kind: StepKind::Scale {
            target: target(),
            replicas: 36,
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    Plan {
        action: "glancy/scale".into(),
        title: "Scale".into(),
        tier,
        principal: "li".to_owned(),
        facts: facts(replicas),
        count: Some(Count {
            of: "pods".to_owned(),
            number: 12,
        }),
        ..Plan::of_steps(target(), vec![step])
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl Bed {
    fn open(tier: Tier) -> Self {
        let draft = Draft {
            action: "glancy/scale".into(),
            target: target(),
            params: Values::new(),
            steps: Vec::new(),
            reads: Vec::new(),
            preview: None,
            reads_only: false,
        };
        let mut requests = 0;
        let mono = Duration::from_secs(100);
        let mut now = Now {
            mono,
            requests: &mut requests,
        };
        let (prompt, effects) = Prompt::open(draft, None, &mut now);
        Self {
            prompt,
            mono,
            requests,
            effects,
            tier,
            replicas: 24,
            persons: 1,
        }
    }

    /// One that asks, drawn long enough ago.
    fn asking(tier: Tier) -> Self {
        let mut bed = Self::open(tier);
        bed.preflight();
        bed.event(Event::Drawn);
        bed.pass(QUARANTINE);
        bed
    }

    fn event(&mut self, event: Event) {
        let mut now = Now {
            mono: self.mono,
            requests: &mut self.requests,
        };
        self.effects = self.prompt.handle(event, &mut now);
    }

    fn pass(&mut self, time: Duration) {
        self.mono += time;
    }

    fn key(&mut self, event: Event) {
        self.pass(ms(120));
        self.event(event);
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Event::Typed(c));
        }
    }

    fn asked(&self) -> RequestId {
        let last = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Preflight { request }
            | Effect::Recheck { request, .. }
            | Effect::Launch { request, .. } => Some(*request),
            Effect::Record(_) | Effect::Forget(_) | Effect::Second { .. } => None,
        });
        last.unwrap_or_else(|| panic!("nothing was asked: {:?}", self.effects))
    }

    fn preflight(&mut self) {
        let request = self.asked();
        let plan = Arc::new(Plan {
            persons: self.persons,
            ..plan(self.tier, self.replicas)
        });
        let preflight = Preflight::default();
        let answer = Box::new(Ok(Ready { plan, preflight }));
        self.event(Event::Preflighted { request, answer });
    }

    fn recheck(&mut self, answer: Result<Vec<Fact>, Refusal>) {
        let request = self.asked();
        let guard = Ok(None);
        self.event(Event::Rechecked {
            request,
            answer,
            guard,
        });
    }

    fn name(&self) -> &str {
        self.prompt.confirming().unwrap().answer.name.value()
    }

    fn recorded(&self) -> Option<&Refusal> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Record(refusal) => Some(refusal),
            _ => None,
        })
    }

    fn is_confirming(&self) -> bool {
        matches!(self.prompt.phase, Phase::Confirming(_))
    }

    fn is_rechecking(&self) -> bool {
        matches!(self.prompt.phase, Phase::Rechecking(..))
    }
}
