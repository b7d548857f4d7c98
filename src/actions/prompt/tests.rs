//! What a prompt does with what happens to it, without a screen.

use std::{sync::Arc, time::Duration};

use tui_input::InputRequest;

use super::{
    Challenge, Choice, EXPIRES, Effect, Event, Line, Now, Phase, Prompt, QUARANTINE, READ_EVERY,
    Ready, Said,
};
use crate::domain::{
    action::{
        fact::{Fact, FactName},
        plan::{Count, DeskMark, PackMark, Plan, Undo},
        preflight::{Draft, Preflight},
        refusal::Refusal,
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
    };
    Plan {
        action: "glancy/scale".into(),
        title: "Scale".into(),
        tier,
        pack: PackMark {
            id: "glancy".to_owned(),
            digest: "d".to_owned(),
        },
        desk: DeskMark {
            pack: None,
            context: "prod".to_owned(),
            namespaces: Vec::new(),
            cluster: None,
            demo: false,
        },
        principal: "li".to_owned(),
        target: target(),
        params: Values::new(),
        facts: facts(replicas),
        before: Values::new(),
        reads: Vec::new(),
        steps: vec![step],
        items: Vec::new(),
        guard: None,
        verify: None,
        helped: None,
        undo: Undo::None,
        persons: 1,
        count: Some(Count {
            of: "pods".to_owned(),
            number: 12,
        }),
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
            Effect::Record(_) | Effect::Forget(_) => None,
        });
        last.unwrap_or_else(|| panic!("nothing was asked: {:?}", self.effects))
    }

    fn preflight(&mut self) {
        let request = self.asked();
        let plan = Arc::new(plan(self.tier, self.replicas));
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

#[test]
fn nothing_is_asked_of_one_who_only_reads() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    assert!(matches!(bed.effects[..], [Effect::Launch { .. }]));
    let request = bed.asked();
    let answer = Ok("r-1".into());
    bed.event(Event::Launched { request, answer });
    assert!(matches!(&bed.prompt.phase, Phase::Launched(run) if run.as_str() == "r-1"));
}

#[test]
fn enter_alone_is_no() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Accepted);
    assert!(matches!(bed.prompt.phase, Phase::Closed));
    assert_eq!(bed.recorded(), Some(&Refusal::Declined));
}

#[test]
fn an_arrow_and_enter_run_a_t1() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    assert_eq!(bed.prompt.confirming().unwrap().answer.choice, Choice::Run);
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
    bed.recheck(Ok(facts(24)));
    assert!(matches!(bed.effects[..], [Effect::Launch { .. }]));
}

#[test]
fn an_arrow_back_is_no_again() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Stepped { onward: false });
    bed.key(Event::Accepted);
    assert!(matches!(bed.prompt.phase, Phase::Closed));
}

#[test]
fn keys_that_come_as_one_confirm_nothing() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
    assert!(bed.effects.is_empty());
}

#[test]
fn a_t2_wants_the_whole_name_and_no_more() {
    let mut bed = Bed::asking(Tier::T2);
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    bed.types("ap");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    bed.types("p-");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming(), "app- is not app");
    bed.key(Event::Edited(InputRequest::DeletePrevChar));
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
    assert!(matches!(bed.effects[..], [Effect::Recheck { .. }]));
}

#[test]
fn full_width_forms_are_what_they_stand_for() {
    let mut bed = Bed::asking(Tier::T3);
    bed.types("ａｐｐ");
    bed.key(Event::Accepted);
    bed.types("１２");
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
}

#[test]
fn a_t3_wants_the_number_too() {
    let mut bed = Bed::asking(Tier::T3);
    bed.types("app");
    bed.key(Event::Accepted);
    assert_eq!(bed.prompt.confirming().unwrap().answer.line, Line::Number);
    bed.key(Event::Accepted);
    bed.types("11");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    bed.key(Event::Edited(InputRequest::DeletePrevChar));
    bed.types("2");
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
}

#[test]
fn a_t3_without_a_number_asks_for_that_of_its_steps() {
    let mut plan = plan(Tier::T3, 24);
    plan.count = None;
    let Challenge::NameAndNumber(_, count) = Challenge::of(&plan) else {
        panic!("no number is asked for");
    };
    assert_eq!((count.of.as_str(), count.number), ("steps", 1));
}

#[test]
fn what_is_typed_too_soon_is_not_for_the_prompt() {
    let mut bed = Bed::open(Tier::T2);
    bed.preflight();
    bed.types("a");
    assert_eq!(bed.name(), "", "it was not even drawn");
    bed.event(Event::Drawn);
    bed.pass(ms(200));
    bed.event(Event::Typed('a'));
    bed.event(Event::Declined);
    assert!(bed.is_confirming());
    assert_eq!(bed.name(), "");
    bed.pass(ms(199));
    bed.event(Event::Typed('a'));
    assert_eq!(bed.name(), "");
    bed.pass(ms(1));
    bed.event(Event::Typed('a'));
    assert_eq!(bed.name(), "a");
}

#[test]
fn four_characters_at_once_are_typing_and_five_are_a_paste() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "abcd".chars() {
        bed.event(Event::Typed(c));
    }
    assert_eq!(bed.name(), "abcd");
    bed.pass(ms(20));
    bed.event(Event::Typed('e'));
    assert_eq!(bed.name(), "");
    assert_eq!(bed.prompt.said, Some(Said::Pasted));
    bed.pass(ms(21));
    bed.event(Event::Typed('f'));
    assert_eq!(bed.name(), "f");
    assert_eq!(bed.prompt.said, None);
}

#[test]
fn nothing_of_a_long_paste_is_left_and_its_newline_does_nothing() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "xxxxxxxapp".chars() {
        bed.event(Event::Typed(c));
    }
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
    assert_eq!(bed.name(), "");
}

#[test]
fn a_short_paste_with_a_newline_does_not_confirm() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "app".chars() {
        bed.event(Event::Typed(c));
    }
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
}

#[test]
fn a_paste_as_the_terminal_marks_it_is_refused() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("ap");
    bed.key(Event::Pasted);
    assert_eq!(bed.name(), "");
    assert_eq!(bed.prompt.said, Some(Said::Pasted));
}

#[test]
fn a_drifted_fact_voids_what_was_typed_and_is_named() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("app");
    bed.event(Event::Moved);
    bed.recheck(Ok(facts(30)));
    assert!(matches!(bed.effects[..], [Effect::Preflight { .. }]));
    assert_eq!(bed.prompt.said, Some(Said::Voided));
    bed.replicas = 30;
    bed.preflight();
    assert_eq!(bed.name(), "");
    let (drift, _) = &bed.prompt.drifts[0];
    assert_eq!(drift.was.value, Value::Int(24));
    assert_eq!(drift.now.as_ref().unwrap().value, Value::Int(30));
    bed.types("a");
    assert_eq!(bed.name(), "", "the new plan was not drawn yet");
}

#[test]
fn facts_that_hold_wipe_nothing() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("ap");
    for _ in 0..5 {
        bed.pass(READ_EVERY);
        bed.event(Event::Ticked);
        bed.recheck(Ok(facts(24)));
        assert!(bed.effects.is_empty());
    }
    assert_eq!(bed.name(), "ap");
    assert_eq!(bed.prompt.confirming().unwrap().read, bed.mono);
}

#[test]
fn a_fact_that_drifts_after_the_yes_is_asked_again() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Accepted);
    bed.recheck(Ok(facts(30)));
    assert!(matches!(bed.effects[..], [Effect::Preflight { .. }]));
    bed.preflight();
    let answer = &bed.prompt.confirming().unwrap().answer;
    assert_eq!(answer.choice, Choice::No);
}

#[test]
fn another_object_of_the_same_name_is_refused() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Moved);
    let mut now = facts(24);
    now[0].value = Value::text("u-2");
    bed.recheck(Ok(now));
    assert!(matches!(bed.recorded(), Some(Refusal::Drifted { .. })));
    assert!(bed.prompt.is_over());
}

#[test]
fn a_guard_that_turned_is_refused_at_the_yes() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Accepted);
    let request = bed.asked();
    let no = Refusal::Guard {
        condition: "depth > 2000".to_owned(),
        because: None,
        read: vec!["depth 12".to_owned()],
    };
    bed.event(Event::Rechecked {
        request,
        answer: Ok(facts(24)),
        guard: Err(no.clone()),
    });
    assert_eq!(bed.recorded(), Some(&no));
}

#[test]
fn facts_that_cannot_be_read_wipe_nothing_until_the_yes() {
    let mut bed = Bed::asking(Tier::T2);
    let away = Refusal::Unreadable {
        what: "app".to_owned(),
        why: "timed out".to_owned(),
    };
    bed.types("app");
    bed.event(Event::Moved);
    bed.recheck(Err(away.clone()));
    assert_eq!(bed.name(), "app");
    assert_eq!(
        bed.prompt.confirming().unwrap().unread.as_ref(),
        Some(&away)
    );
    bed.key(Event::Accepted);
    bed.recheck(Err(away.clone()));
    assert_eq!(bed.recorded(), Some(&away));
}

#[test]
fn nobody_answers_is_no() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("app");
    bed.mono = Duration::from_secs(100) + EXPIRES;
    bed.event(Event::Ticked);
    assert_eq!(bed.recorded(), Some(&Refusal::TimedOut));
    bed.key(Event::Accepted);
    assert!(bed.effects.is_empty());
}

#[test]
fn a_late_answer_finds_nobody() {
    let mut bed = Bed::open(Tier::T2);
    let request = bed.asked();
    bed.event(Event::Declined);
    assert_eq!(
        bed.effects,
        [Effect::Forget(request), Effect::Record(Refusal::Declined)]
    );
    let plan = Arc::new(plan(Tier::T0, 24));
    let preflight = Preflight::default();
    let answer = Box::new(Ok(Ready { plan, preflight }));
    bed.event(Event::Preflighted { request, answer });
    assert!(bed.effects.is_empty());
    assert!(matches!(bed.prompt.phase, Phase::Closed));
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Moved);
    let old = bed.asked();
    bed.event(Event::Moved);
    assert_eq!(bed.effects[0], Effect::Forget(old));
    bed.event(Event::Rechecked {
        request: old,
        answer: Ok(facts(30)),
        guard: Ok(None),
    });
    assert!(bed.is_confirming());
    assert!(bed.effects.is_empty());
}

#[test]
fn ground_that_is_gone_refuses_with_its_reason() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Void(Refusal::PackChanged));
    assert_eq!(bed.recorded(), Some(&Refusal::PackChanged));
    assert!(matches!(
        bed.prompt.phase,
        Phase::Refused(Refusal::PackChanged)
    ));
}

#[test]
fn what_is_being_recorded_is_neither_forgotten_nor_refused() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    bed.event(Event::Void(Refusal::ReadOnly));
    assert!(bed.effects.is_empty());
    bed.event(Event::Declined);
    assert!(bed.effects.is_empty(), "the runner may have it by now");
}

#[test]
fn a_ledger_that_is_gone_runs_nothing() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    let request = bed.asked();
    let why = "disk full".to_owned();
    let answer = Err(Refusal::NoLedger { why });
    bed.event(Event::Launched { request, answer });
    assert!(matches!(bed.prompt.phase, Phase::Refused(_)));
    assert_eq!(bed.recorded().map(Refusal::id), Some("no-ledger"));
}
