//! Whether what a run left is still so: what is read again for it, and what somebody else changed since.

use super::{reading, undo};
use crate::domain::action::{
    plan::Undo,
    preflight::{Draft, Preflight},
    record::Run,
    step::Planned,
    value::{Value, Values},
};

/// Something that is not as a run left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// `spec.replicas`, or what a `read` of the pack calls it.
    pub field: String,
    pub left: Value,
    pub now: Value,
}

/// What is looked at to find out; `None` where nothing of the run can be read again.
pub fn look(run: &Run) -> Option<Draft> {
    let plan = &run.intent.plan;
    // Steps that know their own way back tell what there is now; what a pack states is read as the pack reads it.
    let steps = match (&plan.undo, undo::draft(run)) {
        (Undo::FromBefore(_), Some(Ok(draft))) => draft.steps,
        _ => Vec::new(),
    };
    let reads = reads(run);
    (!steps.is_empty() || !reads.is_empty()).then(|| Draft {
        action: plan.action.clone(),
        target: plan.target.clone(),
        params: plan.params.clone(),
        steps,
        reads,
        preview: None,
        reads_only: false,
    })
}

/// What a `read` of the pack tells of what a run left: those that a step of the run repeated.
pub(super) fn reads(run: &Run) -> Vec<(String, Planned)> {
    let reads = run.intent.plan.reads.iter();
    reads
        .filter(|(name, step)| left_of(run, name, step).is_some())
        .cloned()
        .collect()
}

/// Each field of what can be read again, as the run left it.
pub(super) fn left(run: &Run) -> impl Iterator<Item = (String, Value)> {
    let reads = run.intent.plan.reads.iter();
    reads.flat_map(|(name, step)| left_of(run, name, step).unwrap_or_default())
}

/// Whether what was read again is not as the run left it.
pub fn is_another(run: &Run, now: &Values) -> bool {
    let differs = |(field, left)| now.get(&field).is_some_and(|now| !is_same(now, &left));
    left(run).any(differs)
}

/// What is not as the run left it.
pub fn changed(run: &Run, found: &Preflight) -> Vec<Changed> {
    let value = |text: &Option<String>| text.clone().map_or(Value::Absent, Value::Text);
    let mut all = Vec::new();
    for was in &run.intent.preflight.changes {
        let mut now = found.changes.iter();
        let now = now.find(|now| now.of == was.of && now.field == was.field);
        // What taking it back would not change is as it was before: somebody took it back.
        let is = now.map_or(&was.from, |now| &now.from);
        if *is != was.to && (now.is_some() || !found.facts.is_empty()) {
            all.push(Changed {
                field: was.field.clone(),
                left: value(&was.to),
                now: value(is),
            });
        }
    }
    all.extend(left(run).filter_map(|(field, left)| {
        let now = found.before.get(&field)?.clone();
        (!is_same(&now, &left)).then_some(Changed { field, left, now })
    }));
    all
}

/// What a `read` would have given right after the run, by the names its fields have: a step of the run read the same.
fn left_of(run: &Run, name: &str, read: &Planned) -> Option<Values> {
    let plan = &run.intent.plan;
    let saved = undo::saved(run);
    // The last word counts.
    let mut steps = plan.steps.iter().rev();
    let after = steps.find(|step| step.save.is_some() && step.kind == read.kind)?;
    let after = saved.get(&after.save.as_ref()?.name)?;
    let mut left = Values::new();
    reading::take(&mut left, name, after.clone());
    Some(left)
}

/// What one reading wrote as a number the other may have as a text.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    let nothing = |value: &Value| matches!(value, Value::Absent);
    one == other || (nothing(one) == nothing(other) && one.to_string() == other.to_string())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::action::{
        plan::Plan,
        preflight::Change,
        record::{ActorMark, Intent, Outcome, RunState, StepLine},
        step::{Parse, Save, Step, StepKind, Template},
        target::Target,
        verdict::{StepEnd, Verdict},
    };

    fn flag() -> Target {
        Target::Named {
            name: "flag".to_owned(),
        }
    }

    fn get(save: &str) -> Planned {
        Step {
            kind: StepKind::Command {
                place: None,
                argv: vec![Template::plain("/bin/get"), Template::plain("flag")],
                stdin: None,
                stdout: None,
                secrets: Vec::new(),
                bounded: false,
                follow: None,
            },
            limit: None,
            save: Some(Save {
                name: save.to_owned(),
                parse: Parse::Regex("(?<value>.+)".to_owned()),
            }),
            again: None,
            batch: None,
        }
    }

    fn values(key: &str, value: Value) -> Values {
        [(key.to_owned(), value)].into()
    }

    /// A run that set a flag, read what it is afterwards, and scaled something.
    fn run(changes: Vec<Change>) -> Run {
        let mut plan = Plan::of_steps(flag(), vec![get("after")]);
        plan.reads = vec![("now".to_owned(), get("now"))];
        let digest = plan.digest();
        let intent = Intent {
            plan,
            digest,
            preflight: Preflight {
                changes,
                ..Preflight::default()
            },
            snapshot: Values::new(),
            desk_args: Vec::new(),
            undo_of: None,
        };
        Run {
            id: "r1".into(),
            actor: ActorMark::default(),
            intent,
            asked_at: Timestamp::UNIX_EPOCH,
            state: RunState::Ended(Outcome {
                verdict: Verdict::Done,
                why: None,
                snapshot: Values::new(),
                done: vec![0],
            }),
            ended_at: None,
            owner: None,
            beat_at: None,
            steps: vec![StepLine {
                end: Some(StepEnd::Done {
                    said: Vec::new(),
                    saved: values("value", Value::text("true")),
                }),
                ..StepLine::default()
            }],
            cancel_asked: false,
            acknowledged: false,
        }
    }

    #[test]
    fn what_the_run_read_afterwards_is_read_again() {
        let run = run(Vec::new());
        let draft = look(&run).expect("it can be looked at");
        assert_eq!(draft.reads.len(), 1);
        assert!(draft.steps.is_empty(), "nothing is done");
        let read = |value| Preflight {
            before: values("now.value", value),
            ..Preflight::default()
        };
        assert_eq!(changed(&run, &read(Value::text("true"))), []);
        assert_eq!(changed(&run, &read(Value::Bool(true))), []);
        assert_eq!(
            changed(&run, &read(Value::text("false"))),
            [Changed {
                field: "now.value".to_owned(),
                left: Value::text("true"),
                now: Value::text("false"),
            }]
        );
        assert_eq!(
            changed(&run, &Preflight::default()),
            [],
            "what was not read is not said to be another"
        );
    }

    // row: G9
    #[test]
    fn taking_back_is_refused_where_somebody_changed_what_was_left_and_names_it() {
        use crate::domain::action::{plan::Undo, refusal::Refusal};

        let mut run = run(Vec::new());
        run.intent.plan.undo = Undo::Stated {
            when: None,
            steps: vec![get("back")],
        };
        let draft = undo::draft(&run)
            .expect("it has one")
            .expect("all is filled");
        assert_eq!(draft.reads, run.intent.plan.reads, "what it left is read");
        let read = |value: &str| Preflight {
            before: values("now.value", Value::text(value)),
            ..Preflight::default()
        };
        let guard = undo::guard(&run, &read("true")).expect("it is as it was left");
        assert_eq!(guard.condition.cel, "now.value == true");
        assert!(!is_another(&run, &read("true").before));
        let Err(Refusal::Guard {
            condition, read, ..
        }) = undo::guard(&run, &read("false"))
        else {
            panic!("it is let through");
        };
        assert_eq!(condition.cel, "now.value == true");
        assert_eq!(read.len(), 1, "{read:?}");
        assert!(is_another(&run, &values("now.value", Value::text("false"))));
        // Who said why has nothing read again, and nothing held against them.
        assert!(undo::guard(&run, &Preflight::default()).is_ok());
    }

    // row: G9
    #[test]
    fn what_taking_it_back_would_change_is_held_against_what_the_run_left() {
        let change = |from: &str, to: &str| Change {
            of: flag(),
            field: "spec.replicas".to_owned(),
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
        };
        let run = run(vec![change("12", "24")]);
        let found = |from: &str| Preflight {
            changes: vec![change(from, "12")],
            ..Preflight::default()
        };
        assert_eq!(changed(&run, &found("24")), []);
        let other = changed(&run, &found("36"));
        assert_eq!(other[0].now, Value::text("36"));
        assert_eq!(other[0].left, Value::text("24"));
    }
}
