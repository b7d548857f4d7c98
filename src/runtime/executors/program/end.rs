//! How a program ended, as the end of the step that ran it.

use super::call::{Call, Ended, Ran, run};
use crate::{
    domain::action::{
        step::{Planned, Save},
        value::{Value, Values},
        verdict::{Said, StepEnd},
    },
    runtime::executors::{
        output::{Aim, Ears, Heard, ended, read_out, saved, unasked},
        step::said,
    },
};

/// Runs a program that is only asked, and gives what it parsed or how it ended, where that is an answer.
pub async fn ask(call: &Call, step: &Planned) -> Result<Values, String> {
    let save = step.save.as_ref();
    let ran = run(call, Ears::default(), None).await;
    if let Ended::Exited(code) = ran.ended
        && code != 0
    {
        return ended(save, Aim::Read, code, (&ran.out, &ran.err));
    }
    match heard(ran) {
        Ok(out) => read_out(step, &out),
        Err(why) => unasked(save, &why).ok_or(why),
    }
}

/// Runs a program that is only asked: what it says, or why it says nothing that counts. Nobody else hears it.
pub async fn hear(call: &Call) -> Result<Heard, String> {
    heard(run(call, Ears::default(), None).await)
}

/// Whether a file that a program reads out says anything; `None` where it is not there. What it says stays here.
pub async fn has_text(call: &Call) -> Result<Option<bool>, String> {
    let mut ran = run(call, Ears::default(), None).await;
    let says = !std::mem::take(&mut ran.out).text.trim().is_empty();
    let absent = |line: &str| line.ends_with(": No such file or directory");
    if matches!(ran.ended, Ended::Exited(1)) && ran.err.last_line().is_some_and(absent) {
        return Ok(None);
    }
    heard(ran).map(|_| Some(says))
}

fn heard(ran: Ran) -> Result<Heard, String> {
    if matches!(ran.ended, Ended::Exited(0) | Ended::AtLimit) {
        return Ok(ran.out);
    }
    Err(match step_end(&ran, None) {
        StepEnd::Failed { why } | StepEnd::Unknown { why } => why,
        _ => "it was stopped".to_owned(),
    })
}

/// An end with what was seen after it: a program goes, what it has others do may still be on its way.
pub fn seen_after(end: StepEnd, seen: Said, words: &str) -> StepEnd {
    match end {
        StepEnd::Done { mut said, saved } => {
            said.push(seen);
            StepEnd::Done { said, saved }
        }
        StepEnd::Unknown { why } => StepEnd::Unknown {
            why: format!("{why}; {words}"),
        },
        StepEnd::Cancelled { done: Some(done) } => StepEnd::Cancelled {
            done: Some(format!("{done}; {words}")),
        },
        other => other,
    }
}

/// What came of a program, as the end of a step.
pub fn step_end(ran: &Ran, save: Option<&Save>) -> StepEnd {
    match &ran.ended {
        Ended::Exited(0) => match saved(save, &ran.out) {
            Ok(saved) => StepEnd::Done {
                said: vec![said("rc", Value::Int(0))],
                saved,
            },
            // It was done; but those after it were to build on what it said.
            Err(why) => StepEnd::Unknown {
                why: format!("exit 0, but what it said can't be used: {why}"),
            },
        },
        Ended::Exited(code) => match ended(save, Aim::Act, *code, (&ran.out, &ran.err)) {
            Ok(saved) => StepEnd::Done {
                said: vec![said("rc", Value::Int((*code).into()))],
                saved,
            },
            Err(why) => StepEnd::Failed { why },
        },
        Ended::AtLimit => match saved(save, &ran.out) {
            Ok(saved) => StepEnd::Done {
                said: vec![said("bounded", Value::text(format!("{} s", ran.took)))],
                saved,
            },
            Err(why) => StepEnd::Unknown {
                why: format!("it ended at its limit, but what it said can't be used: {why}"),
            },
        },
        Ended::Lost(why) => StepEnd::Unknown {
            why: format!(
                "after {} s either the line to the other host went or it ended with 255: {why}",
                ran.took
            ),
        },
        Ended::NotStarted(why) => StepEnd::Failed {
            why: format!("it did not start: {why}"),
        },
        Ended::Signalled(signal) => StepEnd::Unknown {
            why: format!("something ended it by signal {signal} after {} s", ran.took),
        },
        Ended::NotKept(why) => StepEnd::Unknown {
            why: format!("exit 0, but its output was not kept: {why}"),
        },
        Ended::TimedOut { gone } => StepEnd::Unknown {
            why: format!(
                "it took too long and was stopped after {} s{}",
                ran.took,
                still(*gone)
            ),
        },
        Ended::NotBegun => StepEnd::Cancelled { done: None },
        Ended::Cancelled { gone } => StepEnd::Cancelled {
            done: Some(format!(
                "it was stopped after {} s, and what it did by then stays{}",
                ran.took,
                still(*gone)
            )),
        },
    }
}

const fn still(gone: bool) -> &'static str {
    if gone {
        ""
    } else {
        "; it could not be ended and may still run"
    }
}
