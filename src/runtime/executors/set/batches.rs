//! A step that takes what was previewed in batches: done for one after another, and what came of them counted together.

use std::{collections::BTreeMap, fmt};

use crate::{
    actions::run::batches,
    domain::action::{
        value::{Value, Values},
        verdict::{Said, StepEnd},
    },
    runtime::executors::{Doing, Executor, step::said},
};

/// Does it for each batch; the first that is not done ends it.
pub(super) async fn run(executor: &dyn Executor, doing: Doing<'_>) -> StepEnd {
    let all = batches(doing.step, &doing.plan.items);
    if all.is_empty() {
        let why = "there is nothing that could be taken in batches".to_owned();
        return StepEnd::Failed { why };
    }
    let mut sum = Sum::of(doing.plan.items.len(), all.len());
    for (count, step) in &all {
        // What comes after the last that was done is not begun.
        if sum.batches > 0 && doing.cancel.is_cancelled() {
            return sum.cut(StepEnd::Cancelled { done: None });
        }
        let one = Doing {
            step,
            ..doing.clone()
        };
        match executor.run(one).await {
            StepEnd::Done { said, saved } => sum.add(*count, said, saved),
            other => return sum.cut(other),
        }
    }
    sum.whole()
}

/// What came of the batches so far.
#[derive(Debug, Default)]
struct Sum {
    done: usize,
    of: usize,
    batches: usize,
    of_batches: usize,
    /// By name and by what it is of; `None`: batches said what can't be one thing.
    said: Vec<(Said, bool)>,
    saved: BTreeMap<String, Option<Value>>,
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            of,
            batches,
            of_batches,
            ..
        } = self;
        write!(
            f,
            "{done} of {of} were done in {batches} of {of_batches} batches"
        )
    }
}

impl Sum {
    fn of(of: usize, of_batches: usize) -> Self {
        Self {
            of,
            of_batches,
            ..Self::default()
        }
    }

    fn add(&mut self, count: usize, said: Vec<Said>, saved: Values) {
        let first = self.batches == 0;
        self.done += count;
        self.batches += 1;
        for more in said {
            let same = |(one, _): &&mut (Said, bool)| one.name == more.name && one.of == more.of;
            match self.said.iter_mut().find(same) {
                Some((one, is_one)) => match together(&one.value, &more.value) {
                    Some(value) => one.value = value,
                    None => *is_one = false,
                },
                None => self.said.push((more, true)),
            }
        }
        // What not every batch gives is of none.
        for (name, value) in &mut self.saved {
            if !saved.contains_key(name) {
                *value = None;
            }
        }
        for (name, more) in saved {
            match self.saved.get_mut(&name) {
                Some(value) => *value = value.as_ref().and_then(|one| together(one, &more)),
                None => {
                    self.saved.insert(name, first.then_some(more));
                }
            }
        }
    }

    /// All of them were done.
    fn whole(self) -> StepEnd {
        let count = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let items = format!("{}/{}", self.done, self.of);
        let mut all = vec![
            said("items", Value::text(items)),
            said("batches", count(self.batches)),
        ];
        let ones = self.said.into_iter().filter(|(_, is_one)| *is_one);
        all.extend(ones.map(|(one, _)| one));
        let saved = self.saved.into_iter();
        StepEnd::Done {
            said: all,
            saved: saved
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        }
    }

    /// One of them was not: what was done before it stays done.
    fn cut(&self, end: StepEnd) -> StepEnd {
        match end {
            alone if self.of_batches == 1 => alone,
            StepEnd::Failed { why } => StepEnd::Failed {
                why: format!("{self}; then: {why}"),
            },
            StepEnd::Unknown { why } => StepEnd::Unknown {
                why: format!("{self}; of the next it is not known: {why}"),
            },
            StepEnd::Cancelled { done: None } if self.batches == 0 => {
                StepEnd::Cancelled { done: None }
            }
            StepEnd::Cancelled { done: None } => StepEnd::Cancelled {
                done: Some(self.to_string()),
            },
            StepEnd::Cancelled { done: Some(more) } => StepEnd::Cancelled {
                done: Some(format!("{self}; of the next: {more}")),
            },
            done @ StepEnd::Done { .. } => done,
        }
    }
}

/// Numbers are added and lists joined; what else is not the same in all is no one thing.
fn together(one: &Value, more: &Value) -> Option<Value> {
    match (one, more) {
        (Value::Int(one), Value::Int(more)) => Some(Value::Int(one.saturating_add(*more))),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            Some(Value::Float(one.as_f64()? + more.as_f64()?))
        }
        (Value::List(one), Value::List(more)) => Some(Value::List([&one[..], &more[..]].concat())),
        (one, more) => (one == more).then(|| one.clone()),
    }
}
