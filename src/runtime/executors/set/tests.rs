//! Steps of several kinds, found out about as one.

use super::*;
use crate::{
    domain::{
        action::{
            fact::FactName,
            plan::Count,
            step::{Parse, Save, Template},
            target::Target,
            value::Value,
        },
        text::Text,
    },
    runtime::executors::{
        Waits,
        testing::{Bench, draft_of, plan_of},
    },
};

/// Knows what it is asked about by the message of an HTTP step.
struct Fake;

fn http(url: &str) -> Planned {
    Planned {
        kind: StepKind::Http {
            method: "POST".to_owned(),
            url: Template::plain(url),
            headers: [].into(),
            body: None,
            secrets: Vec::new(),
            expect: Vec::new(),
        },
        limit: None,
        save: None,
        again: None,
    }
}

fn wait() -> Planned {
    Planned {
        kind: StepKind::Wait { seconds: 0 },
        limit: None,
        save: None,
        again: None,
    }
}

fn url(step: &Planned) -> String {
    match &step.kind {
        StepKind::Http { url, .. } => url.whole().unwrap(),
        other => panic!("{other:?}"),
    }
}

impl Executor for Fake {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        async move {
            let url = url(step);
            let undo = if url.contains("final") {
                Vec::new()
            } else {
                vec![http(&format!("un{url}"))]
            };
            Ok(Preflight {
                facts: vec![fact("shared", "1"), fact(&url, "2")],
                count: Some(Count {
                    of: "rows".to_owned(),
                    number: 2,
                }),
                undo,
                ..Preflight::default()
            })
        }
        .boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move { Ok(vec![fact("shared", "1"), fact(&url(step), "2")]) }.boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move {
            let value = match url(step).as_str() {
                "list" => Value::List(vec![Value::Int(7), Value::text("x")]),
                other => Value::text(other),
            };
            Ok([("value".to_owned(), value)].into())
        }
        .boxed()
    }

    fn run<'a>(&'a self, _doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        async { StepEnd::Cancelled { done: None } }.boxed()
    }
}

fn fact(name: &str, value: &str) -> Fact {
    let of = Target::Named {
        name: "it".to_owned(),
    };
    Fact::new(of, FactName::Field(name.to_owned()), Value::text(value))
}

fn executors() -> Executors {
    Executors::real(Families {
        http: Some(Arc::new(Fake)),
        wait: Some(Arc::new(Waits)),
        ..Families::default()
    })
}

#[tokio::test]
async fn what_is_found_out_about_all_steps_is_one_preflight() {
    let mut plan = plan_of(http("a"));
    plan.steps.extend([wait(), http("b")]);
    let mut draft = draft_of(&plan);
    let taken = Planned {
        save: Some(Save {
            name: String::new(),
            parse: Parse::Regex("(?<value>.*)".to_owned()),
        }),
        ..http("off")
    };
    draft.reads = vec![
        ("flag".to_owned(), http("on")),
        // As the pack calls it: `before.now.value`, whether it takes out one thing or several.
        ("now".to_owned(), taken),
    ];
    draft.preview = Some(http("list"));
    let whole = executors().preflight(&draft).await.unwrap();
    let names: Vec<_> = whole.facts.iter().map(|fact| fact.name.clone()).collect();
    let named =
        ["shared", "a", "b", "flag", "now.value"].map(|name| FactName::Field(name.to_owned()));
    assert_eq!(names, named);
    assert_eq!(whole.before["flag"], Value::text("on"));
    assert_eq!(whole.before["now.value"], Value::text("off"));
    assert_eq!(whole.items, ["7", "x"]);
    assert_eq!(whole.count.unwrap().number, 4);
    assert_eq!(whole.undo, [http("unb"), http("una")], "the last first");
    plan.facts = whole.facts;
    plan.reads = draft.reads;
    let now = executors().recheck(&plan).await.unwrap();
    assert_eq!(crate::domain::action::fact::drift(&plan.facts, &now), None);
}

#[tokio::test]
async fn what_one_step_cannot_take_back_the_action_cannot() {
    let mut plan = plan_of(http("a"));
    plan.steps.push(http("final"));
    let whole = executors().preflight(&draft_of(&plan)).await.unwrap();
    assert!(whole.undo.is_empty());
}

#[tokio::test]
async fn a_kind_that_nothing_does_is_refused() {
    let redis = Planned {
        kind: StepKind::Redis {
            connection: "r".to_owned(),
            argv: Vec::new(),
        },
        limit: None,
        save: None,
        again: None,
    };
    let bench = Bench::new(plan_of(redis));
    let draft = draft_of(&bench.plan);
    let real = executors();
    assert!(matches!(
        real.preflight(&draft).await,
        Err(Refusal::Unreadable { .. })
    ));
    assert!(matches!(
        real.run(bench.doing(0)).await,
        StepEnd::Failed { .. }
    ));
    let demo = Executors::of_demo(Families::default());
    let refusal = demo.preflight(&draft).await.unwrap_err();
    assert_eq!(
        refusal,
        Refusal::NotSimulated {
            what: "redis".to_owned()
        }
    );
}

#[tokio::test]
async fn what_a_person_does_rests_on_nothing() {
    let ask = Planned {
        kind: StepKind::Ask {
            text: Text::Same("call the DBA".to_owned()),
        },
        limit: None,
        save: None,
        again: None,
    };
    let plan = plan_of(ask);
    let whole = executors().preflight(&draft_of(&plan)).await.unwrap();
    assert_eq!(whole, Preflight::default());
    assert_eq!(executors().recheck(&plan).await, Ok(Vec::new()));
}
