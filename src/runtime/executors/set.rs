//! All executors of a process: each step goes to the one of its kind.

use std::{collections::BTreeSet, sync::Arc};

use futures::{FutureExt, future::BoxFuture};

use super::{Doing, Executor};
use crate::{
    actions::reading,
    domain::action::{
        fact::Fact,
        plan::Plan,
        preflight::{Blast, Draft, Preflight, Preflighted},
        refusal::Refusal,
        step::{Planned, StepKind},
        value::{Value, Values},
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
            | StepKind::Exec { .. } => &families.kubernetes,
            StepKind::Command { .. } => &families.command,
            StepKind::Sql { .. } => &families.sql,
            StepKind::Redis { .. } => &families.redis,
            StepKind::Http { .. } => &families.http,
            StepKind::Systemd { .. } => &families.systemd,
            StepKind::Compose { .. } => &families.compose,
            StepKind::Silence { .. } | StepKind::ExpireSilence { .. } => &families.silence,
            StepKind::Wait { .. } => &families.wait,
            StepKind::Ask { .. } => &None,
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
        let steps = draft.steps.iter().map(|step| self.look(step, draft));
        let looked = futures::future::try_join_all(steps).await?;
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
        let steps = plan.steps.iter().map(|step| self.facts(step, plan));
        let found = futures::future::try_join_all(steps).await?;
        let mut facts = distinct(found.into_iter().flatten());
        for (name, step) in &plan.reads {
            let given = given(step, self.read(step).await?);
            facts.extend(reading::facts(&plan.target, name, given));
        }
        Ok(facts)
    }

    async fn reads(&self, draft: &Draft) -> Result<(Values, Vec<Fact>), Refusal> {
        let mut before = Values::new();
        let mut facts = Vec::new();
        for (name, step) in &draft.reads {
            let given = given(step, self.read(step).await?);
            facts.extend(reading::facts(&draft.target, name, given.clone()));
            reading::take(&mut before, name, given);
        }
        Ok((before, facts))
    }
}

/// What was read: where the pack takes nothing out of it, the one value there is, by the name of what is whole.
fn given(step: &Planned, mut values: Values) -> Values {
    match (&step.save, values.len()) {
        (None, 1) => values
            .pop_first()
            .map(|(_, value)| ("text".to_owned(), value))
            .into_iter()
            .collect(),
        (None, 0) => [("text".to_owned(), Value::Absent)].into(),
        _ => values,
    }
}

/// The items of a preview: its only list. A list of one may come as that one, an empty one as nothing.
fn items(values: &Values) -> Result<Vec<String>, Refusal> {
    let mut all = values.values();
    match (all.next(), all.next()) {
        (Some(Value::List(items)), None) => Ok(items.iter().map(ToString::to_string).collect()),
        (Some(Value::Absent) | None, None) => Ok(Vec::new()),
        (
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_))),
            None,
        ) => Ok(vec![value.to_string()]),
        _ => Err(Refusal::Unreadable {
            what: "preview".to_owned(),
            why: "it is not one list".to_owned(),
        }),
    }
}

/// Each fact once, as it was found first.
fn distinct(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let mut kept: Vec<Fact> = Vec::new();
    for fact in facts {
        if !kept.iter().any(|one| one.is_about(&fact)) {
            kept.push(fact);
        }
    }
    kept
}

/// What was found out about all steps, as one.
fn merged(looked: Vec<Preflight>, steps: &[Planned]) -> Preflight {
    let mut whole = Preflight::default();
    let mut facts = Vec::new();
    let mut undo: Option<Vec<Planned>> = Some(Vec::new());
    let mut owners = BTreeSet::new();
    for (one, step) in looked.into_iter().zip(steps) {
        facts.extend(one.facts);
        for (name, value) in one.before {
            whole.before.entry(name).or_insert(value);
        }
        whole.items.extend(one.items);
        whole.changes.extend(one.changes);
        add_blast(&mut whole.blast, one.blast);
        for owner in one.owners {
            if owners.insert(format!("{owner:?}")) {
                whole.owners.push(owner);
            }
        }
        whole.count = match (whole.count.take(), one.count) {
            (Some(mut sum), Some(more)) if sum.of == more.of => {
                sum.number += more.number;
                Some(sum)
            }
            (first, more) => first.or(more),
        };
        whole.warnings.extend(one.warnings);
        let changes_nothing = matches!(step.kind, StepKind::Ask { .. } | StepKind::Wait { .. });
        if one.undo.is_empty() && !changes_nothing {
            // Taken back in part is not taken back.
            undo = None;
        }
        if let Some(undo) = &mut undo {
            // What was done last is taken back first.
            undo.splice(0..0, one.undo);
        }
    }
    whole.facts = distinct(facts);
    whole.undo = undo.unwrap_or_default();
    whole
}

fn add_blast(whole: &mut Blast, one: Blast) {
    for pod in one.pods {
        if !whole.pods.contains(&pod) {
            whole.pods.push(pod);
        }
    }
    whole.pods_more += one.pods_more;
    whole.ready = whole.ready.or(one.ready);
    whole.desired = whole.desired.or(one.desired);
    for budget in one.budgets {
        if !whole.budgets.contains(&budget) {
            whole.budgets.push(budget);
        }
    }
    for quota in one.quotas {
        if !whole.quotas.contains(&quota) {
            whole.quotas.push(quota);
        }
    }
}

impl Executor for Executors {
    fn look<'a>(&'a self, step: &'a Planned, draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        if matches!(step.kind, StepKind::Ask { .. }) {
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
        if matches!(step.kind, StepKind::Ask { .. }) {
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
            Ok(executor) => executor.run(doing),
            Err(refusal) => async move { super::failed(&refusal) }.boxed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            action::{
                fact::FactName,
                plan::Count,
                step::{Parse, Save, Template},
                target::Target,
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
        }
    }

    fn wait() -> Planned {
        Planned {
            kind: StepKind::Wait { seconds: 0 },
            limit: None,
            save: None,
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
        };
        let plan = plan_of(ask);
        let whole = executors().preflight(&draft_of(&plan)).await.unwrap();
        assert_eq!(whole, Preflight::default());
        assert_eq!(executors().recheck(&plan).await, Ok(Vec::new()));
    }
}
