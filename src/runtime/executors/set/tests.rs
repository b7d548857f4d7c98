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
        batch: None,
    }
}

fn wait() -> Planned {
    Planned {
        kind: StepKind::Wait { seconds: 0 },
        limit: None,
        save: None,
        again: None,
        batch: None,
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
        batch: None,
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
        batch: None,
    };
    let plan = plan_of(ask);
    let whole = executors().preflight(&draft_of(&plan)).await.unwrap();
    assert_eq!(whole, Preflight::default());
    assert_eq!(executors().recheck(&plan).await, Ok(Vec::new()));
}

/// A Redis that takes keys, as many as it is asked for, until one that it does not take.
#[derive(Default)]
struct Taking {
    /// How many keys each command named.
    heard: std::sync::Mutex<Vec<usize>>,
    /// Who is told after a command that nothing more is wanted.
    stops: Option<tokio_util::sync::CancellationToken>,
}

impl Executor for Taking {
    fn look<'a>(&'a self, _step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        async { Ok(Preflight::default()) }.boxed()
    }

    fn facts<'a>(
        &'a self,
        _step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn read<'a>(&'a self, _step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async { Ok(Values::new()) }.boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        let StepKind::Redis { argv, .. } = &doing.step.kind else {
            panic!("{:?}", doing.step);
        };
        let words: Vec<String> = argv.iter().map(|it| it.whole().unwrap()).collect();
        assert_eq!(words[0], "DEL");
        let keys = &words[1..];
        self.heard.lock().unwrap().push(keys.len());
        if let Some(stops) = &self.stops {
            stops.cancel();
        }
        let end = if keys.iter().any(|key| key == "key:refused") {
            StepEnd::Failed {
                why: "READONLY".to_owned(),
            }
        } else {
            let count = Value::Int(i64::try_from(keys.len()).unwrap());
            StepEnd::Done {
                said: vec![super::super::step::said("reply", count.clone())],
                saved: [
                    ("count".to_owned(), count),
                    ("first".to_owned(), Value::text(keys[0].clone())),
                    ("all".to_owned(), Value::List(vec![Value::text("x")])),
                ]
                .into(),
            }
        };
        async { end }.boxed()
    }
}

/// A step that takes all these away, 500 at a time, as a run fills it.
fn taken_away(items: Vec<String>) -> Bench {
    let preview = Template {
        pieces: vec![crate::domain::action::step::Piece::Hole(
            crate::domain::action::step::Hole::Preview,
        )],
    };
    let step = Planned {
        kind: StepKind::Redis {
            connection: "cache".to_owned(),
            argv: vec![Template::plain("DEL"), preview],
        },
        limit: None,
        save: None,
        again: None,
        batch: Some(500),
    };
    let mut plan = plan_of(step);
    plan.items = items;
    let (run, nothing) = (
        "run-1".into(),
        crate::domain::action::step::Saved::default(),
    );
    let with = crate::actions::run::Filling::new(&run, &plan, &nothing);
    let filled = crate::actions::run::fill(&plan.steps[0], with);
    plan.steps = vec![filled.expect("nothing but the items is left open")];
    Bench::new(plan)
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("key:{number}")).collect()
}

fn taking(redis: &Arc<Taking>) -> Executors {
    Executors::real(Families {
        redis: Some(redis.clone()),
        ..Families::default()
    })
}

// row: C19
#[tokio::test]
async fn what_was_listed_goes_in_batches_that_are_counted_together() {
    let redis = Arc::<Taking>::default();
    let end = taken_away(keys(1_200)).run(&taking(&redis)).await;
    assert_eq!(*redis.heard.lock().unwrap(), [500, 500, 200]);
    let StepEnd::Done { said, saved } = end else {
        panic!("{end:?}");
    };
    let told: Vec<(&str, String)> = said
        .iter()
        .map(|it| (it.name.as_str(), it.value.to_string()))
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(name, it)| (*name, it.as_str())).collect();
    let items = ("items", "1200/1200");
    assert_eq!(told, [items, ("batches", "3"), ("reply", "1200")]);
    assert_eq!(saved["count"], Value::Int(1_200));
    assert_eq!(saved["all"], Value::List(vec![Value::text("x"); 3]));
    // Each batch says another: that is no one thing, and nothing is made up of it.
    assert_eq!(saved.get("first"), None);
}

#[tokio::test]
async fn a_batch_that_fails_ends_it_and_says_how_many_were_done() {
    let redis = Arc::<Taking>::default();
    let mut items = keys(1_200);
    items[700] = "key:refused".to_owned();
    let end = taken_away(items).run(&taking(&redis)).await;
    assert_eq!(*redis.heard.lock().unwrap(), [500, 500]);
    let why = "500 of 1200 were done in 1 of 3 batches; then: READONLY".to_owned();
    assert_eq!(end, StepEnd::Failed { why });
}

#[tokio::test]
async fn between_two_batches_a_person_stops_it() {
    let mut bench = taken_away(keys(1_200));
    let redis = Arc::new(Taking {
        stops: Some(bench.cancel.clone()),
        ..Taking::default()
    });
    let end = bench.run(&taking(&redis)).await;
    assert_eq!(*redis.heard.lock().unwrap(), [500]);
    let done = Some("500 of 1200 were done in 1 of 3 batches".to_owned());
    assert_eq!(end, StepEnd::Cancelled { done });
    // All of it in one is no batch that anybody counts.
    bench = taken_away(vec!["key:refused".to_owned()]);
    let redis = Arc::<Taking>::default();
    let why = "READONLY".to_owned();
    assert_eq!(bench.run(&taking(&redis)).await, StepEnd::Failed { why });
}

/// `before.was.revision`, as its pack calls it, though it is the only one.
#[test]
fn the_only_field_of_an_object_keeps_its_name() {
    let target = crate::pack::parse_object("deployment/web").expect("an object");
    let object = Planned {
        kind: StepKind::Object {
            target,
            fields: [("revision".to_owned(), "/metadata/generation".to_owned())].into(),
        },
        ..wait()
    };
    let values: Values = [("revision".to_owned(), Value::Int(3))].into();
    assert_eq!(given(&object, values.clone()), values);
    let whole: Values = [("text".to_owned(), Value::Int(3))].into();
    assert_eq!(given(&http("a"), values), whole);
}
