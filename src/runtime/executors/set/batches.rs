//! A step that takes what was previewed in batches: done for one after another, and what came of them counted together.

use std::{collections::BTreeMap, fmt};

use crate::{
    actions::run::batches,
    domain::action::{
        value::{ByPod, Value, Values},
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
    /// By name and by what it is of, and whether what the batches said can be one thing.
    said: Vec<(Said, bool)>,
    /// `None`: they gave what can't be one thing.
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
        // What all pods said alike in one batch, each of them said.
        (Value::ByPod(one), Value::ByPod(more)) => {
            let is_same = one.said.keys().eq(more.said.keys());
            let both = one.said.iter().zip(more.said.values());
            let both = both.map(|((pod, one), more)| Some((pod.clone(), together(one, more)?)));
            let said: Option<BTreeMap<String, Value>> = both.collect();
            Some(Value::ByPod(ByPod {
                said: said.filter(|_| is_same)?,
            }))
        }
        (Value::ByPod(pods), alike) | (alike, Value::ByPod(pods)) => {
            let each =
                (pods.said.iter()).map(|(pod, one)| Some((pod.clone(), together(one, alike)?)));
            Some(Value::ByPod(ByPod {
                said: each.collect::<Option<_>>()?,
            }))
        }
        (Value::Object(one), Value::Object(more)) => {
            let is_same = one.keys().eq(more.keys());
            let both = one.iter().zip(more.values());
            let both = both.map(|((name, one), more)| Some((name.clone(), together(one, more)?)));
            let all: Option<BTreeMap<String, Value>> = both.collect();
            Some(Value::Object(all.filter(|_| is_same)?))
        }
        (one, more) => (one == more).then(|| one.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_pod<const N: usize>(said: [(&str, i64); N]) -> Value {
        let said = said.map(|(pod, count)| (pod.to_owned(), Value::Int(count)));
        Value::ByPod(ByPod { said: said.into() })
    }

    #[test]
    fn what_several_pods_say_is_added_pod_by_pod() {
        let first = by_pod([("a", 500), ("b", 499)]);
        let both = by_pod([("a", 1_000), ("b", 998)]);
        assert_eq!(together(&first, &first), Some(both));
        // In one batch all said the same.
        let both = by_pod([("a", 1_000), ("b", 999)]);
        assert_eq!(together(&first, &Value::Int(500)), Some(both.clone()));
        assert_eq!(together(&Value::Int(500), &first), Some(both));
        assert_eq!(together(&first, &by_pod([("a", 1), ("c", 1)])), None);
        let count = |count| Value::Object([("count".to_owned(), Value::Int(count))].into());
        assert_eq!(together(&count(2), &count(3)), Some(count(5)));
        assert_eq!(together(&first, &Value::text("x")), None);
    }
}
