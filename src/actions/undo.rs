//! Taking back what a run did: the inverse plan, made from what there was before it, with a guard of its own.

use super::{
    left,
    run::{Filling, Unfilled, fill},
};
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
/// made, the Job it started. What tells whether somebody else changed it since is read with it.
pub fn draft(run: &Run) -> Option<Result<Draft, Refusal>> {
    let plan = &run.intent.plan;
    let steps = match &plan.undo {
        Undo::None => return None,
        Undo::FromBefore(steps) | Undo::Stated { steps, .. } => steps,
    };
    let saved = saved(run);
    let filling = Filling::new(&run.id, plan, &saved);
    let steps: Result<Vec<Planned>, Unfilled> =
        steps.iter().map(|step| fill(step, filling)).collect();
    let draft = steps.map(|steps| Draft {
        action: plan.action.clone(),
        target: plan.target.clone(),
        params: plan.params.clone(),
        steps,
        reads: left::reads(run),
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
    saved_before(run, run.steps.len())
}

/// What the steps before this one gave: a later one may save under the same name.
pub fn saved_before(run: &Run, step: usize) -> Saved {
    let steps = run.intent.plan.steps.iter().zip(&run.steps);
    steps
        .take(step)
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

/// The guard of an undo, part by part.
#[derive(Default)]
struct Parts {
    cel: Vec<String>,
    demanded: Vec<Saying>,
    read: Vec<Saying>,
}

impl Parts {
    /// A field must be as the run left it.
    fn add(&mut self, field: &str, left: &Value, now: &Value) {
        let clause = |now: Option<Value>, held| {
            let term = |name, now| Term {
                name,
                now,
                unit: Unit::None,
            };
            Saying::One(Box::new(Clause {
                what: What::Compare(
                    term(Name::Field(field.to_owned()), now),
                    Order::Same,
                    term(Name::Figure(left.clone()), Some(left.clone())),
                ),
                held,
            }))
        };
        let told = match left {
            Value::Absent => "-".to_owned(),
            left => left.to_string(),
        };
        self.cel.push(format!("{field} == {told}"));
        self.demanded.push(clause(None, None));
        let same = left::is_same(now, left);
        self.read.push(clause(Some(now.clone()), Some(same)));
    }

    fn holds(&self) -> bool {
        self.read.iter().all(|part| part.held() == Some(true))
    }
}

/// The guard of an undo: the world is still as the run left it. What it read, or that it is not so. What was not read
/// again (a person said why it is taken back all the same) is not asked.
pub fn guard(run: &Run, found: &Preflight) -> Result<GuardVerdict, Refusal> {
    let mut parts = Parts::default();
    let value = |text: &Option<String>| text.clone().map_or(Value::Absent, Value::Text);
    for was in &run.intent.preflight.changes {
        let mut now = found.changes.iter();
        let now = now.find(|now| now.of == was.of && now.field == was.field);
        if let Some(now) = now {
            parts.add(&was.field, &value(&was.to), &value(&now.from));
        }
    }
    // What a step knows itself is put back to what it was: with that overwritten there is nothing to go back from.
    let steps_hold = parts.holds();
    for (field, left) in left::left(run) {
        if let Some(now) = found.before.get(&field) {
            parts.add(&field, &left, now);
        }
    }
    let holds = parts.holds();
    let condition = Stated {
        cel: parts.cel.join(" && "),
        says: Some(Saying::All(parts.demanded)),
        over: Span::Now,
    };
    if holds {
        return Ok(GuardVerdict {
            condition,
            because: None,
            read: parts.read,
        });
    }
    let (en, zh) = if steps_hold {
        (
            "only while all is as the run left it; who takes it back once more (`--emergency`) says why",
            "仅当一切仍如该次运行所留；如仍要恢复，请再次恢复（或 `--emergency`）并说明原因",
        )
    } else {
        (
            "only while all is as the run left it",
            "仅当一切仍如该次运行所留",
        )
    };
    let because = Text::Each(EachText {
        en: Some(en.to_owned()),
        zh: Some(zh.to_owned()),
    });
    Err(Refusal::Guard {
        condition: Box::new(condition),
        because: Some(because),
        read: Saying::All(parts.read).reasons(false),
    })
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
        reads: draft.reads.clone(),
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
