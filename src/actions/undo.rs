//! Taking back what a run did: the inverse plan, made from what there was before it, with a guard of its own.

use super::run::{Filling, Unfilled, fill};
use crate::domain::action::{
    plan::{DeskMark, GuardVerdict, Plan, Undo},
    preflight::{Draft, Preflight},
    record::Run,
    refusal::Refusal,
    saying::{Clause, Name, Order, Saying, Span, Stated, Term, What},
    step::{Hole, Planned, Saved},
    value::Value,
    verdict::StepEnd,
};
use crate::domain::gauge::Unit;
use crate::domain::text::{EachText, Text};

/// What would be done to take a run back; `None` where nothing can be. What its steps gave is put in: the silence it
/// made, the Job it started.
pub fn draft(run: &Run) -> Option<Result<Draft, Refusal>> {
    let plan = &run.intent.plan;
    let steps = match &plan.undo {
        Undo::None => return None,
        Undo::FromBefore(steps) | Undo::Stated { steps, .. } => steps,
    };
    let saved = saved(run);
    let filling = Filling {
        run: &run.id,
        plan,
        saved: &saved,
    };
    let steps: Result<Vec<Planned>, Unfilled> =
        steps.iter().map(|step| fill(step, filling)).collect();
    let draft = steps.map(|steps| Draft {
        action: plan.action.clone(),
        target: plan.target.clone(),
        params: plan.params.clone(),
        steps,
        reads: Vec::new(),
        preview: None,
        reads_only: false,
    });
    Some(draft.map_err(|Unfilled(hole)| Refusal::Unfilled {
        param: match hole {
            Hole::Saved { step, field } => format!("saved.{step}.{field}"),
            Hole::Before(name) => format!("before.{name}"),
            hole => format!("{hole:?}").to_lowercase(),
        },
    }))
}

/// What the steps of a run gave, by the names they are saved under; one that names none by its kind.
pub fn saved(run: &Run) -> Saved {
    let steps = run.intent.plan.steps.iter().zip(&run.steps);
    steps
        .filter_map(|(step, line)| match &line.end {
            Some(StepEnd::Done { saved, .. }) if !saved.is_empty() => {
                let name = step.save.as_ref().map(|save| save.name.as_str());
                let name = name.unwrap_or_else(|| step.kind.name());
                Some((name.to_owned(), saved.clone()))
            }
            _ => None,
        })
        .collect()
}

/// The guard of an undo: the world is still as the run left it. What it read, or that it is not so.
pub fn guard(run: &Run, found: &Preflight) -> Result<GuardVerdict, Refusal> {
    let left = &run.intent.preflight.changes;
    let (mut cel, mut demanded, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for was in left {
        let now = found
            .changes
            .iter()
            .find(|now| now.of == was.of && now.field == was.field);
        let Some(now) = now else {
            continue;
        };
        let value = |text: &Option<String>| text.clone().map_or(Value::Absent, Value::Text);
        let clause = |now: Option<Value>, held| {
            let term = |name, now| Term {
                name,
                now,
                unit: Unit::None,
            };
            let left = value(&was.to);
            Saying::One(Box::new(Clause {
                what: What::Compare(
                    term(Name::Field(was.field.clone()), now),
                    Order::Same,
                    term(Name::Figure(left.clone()), Some(left)),
                ),
                held,
            }))
        };
        let same = now.from == was.to;
        cel.push(format!("{} == {}", was.field, shown(was.to.as_deref())));
        demanded.push(clause(None, None));
        read.push(clause(Some(value(&now.from)), Some(same)));
    }
    let holds = read.iter().all(|part| part.held() == Some(true));
    let condition = Stated {
        cel: cel.join(" && "),
        says: Some(Saying::All(demanded)),
        over: Span::Now,
    };
    if holds {
        return Ok(GuardVerdict {
            condition,
            because: None,
            read,
        });
    }
    let because = Text::Each(EachText {
        en: Some("only while all is as the run left it".to_owned()),
        zh: Some("仅当一切仍如该次运行所留".to_owned()),
    });
    Err(Refusal::Guard {
        condition: Box::new(condition),
        because: Some(because),
        read: Saying::All(read).reasons(false),
    })
}

fn shown(value: Option<&str>) -> &str {
    value.unwrap_or("-")
}

/// The plan that takes a run back.
pub fn plan(
    run: &Run,
    draft: &Draft,
    found: &Preflight,
    (desk, principal): (DeskMark, String),
) -> Result<Plan, Refusal> {
    let of = &run.intent.plan;
    let guard = guard(run, found)?;
    let mut before = of.before.clone();
    before.extend(found.before.clone());
    let undo = if found.undo.is_empty() {
        Undo::None
    } else {
        Undo::FromBefore(found.undo.clone())
    };
    Ok(Plan {
        action: of.action.clone(),
        title: of.title.clone(),
        tier: of.tier,
        pack: of.pack.clone(),
        desk,
        principal,
        target: of.target.clone(),
        params: of.params.clone(),
        facts: found.facts.clone(),
        before,
        reads: Vec::new(),
        steps: draft.steps.clone(),
        items: found.items.clone(),
        guard: (!guard.condition.cel.is_empty()).then_some(guard),
        verify: None,
        helped: None,
        undo,
        persons: of.persons,
        count: found.count.clone(),
    })
}
