//! What the entries of a run add up to.

use jiff::Timestamp;

use super::{Line, chain::Link};
use crate::domain::action::{
    record::{Entry, Run, RunState, StepLine},
    verdict::{Output, Stream},
};

/// The most of a step's output that is shown, in bytes; the ledger has all that was kept.
const OUTPUT: usize = 256 * 1024;
/// More steps than any action has: a number beyond is rubbish.
const STEPS: usize = 1_000;

/// Puts the chains of several writers into one order: by time, and none out of its own order, whatever its clock did.
pub fn arrange(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by(|one, other| (&one.origin, one.sequence).cmp(&(&other.origin, other.sequence)));
    let mut latest: Option<(&str, Timestamp)> = None;
    let mut times = Vec::with_capacity(links.len());
    for link in &links {
        let at = match latest {
            Some((origin, at)) if origin == link.origin => at.max(link.at),
            _ => link.at,
        };
        latest = Some((&link.origin, at));
        times.push(at);
    }
    let mut timed: Vec<(Timestamp, Link)> = times.into_iter().zip(links).collect();
    timed.sort_by_key(|(at, _)| *at);
    timed.into_iter().map(|(_, link)| link).collect()
}

/// Adds up the lines of one run, in their order; `None` where it was never recorded.
pub fn fold<'a>(
    lines: impl IntoIterator<Item = &'a Line>,
    beat_at: Option<Timestamp>,
) -> Option<Run> {
    let mut run: Option<Run> = None;
    let mut early = Vec::new();
    for line in lines {
        match (&mut run, &line.entry) {
            (Some(run), _) => add(run, line),
            (none @ None, Entry::Intent(intent)) => {
                if let Some(id) = &line.run {
                    *none = Some(Run {
                        id: id.clone(),
                        actor: line.actor.clone(),
                        intent: (**intent).clone(),
                        asked_at: line.at,
                        state: RunState::Intended,
                        ended_at: None,
                        owner: None,
                        beat_at,
                        steps: vec![StepLine::default(); intent.plan.steps.len()],
                        cancel_asked: false,
                        acknowledged: false,
                    });
                }
            }
            // Of another writer, whose clock is slow.
            (None, _) => early.push(line),
        }
    }
    let mut run = run?;
    for line in early {
        add(&mut run, line);
    }
    for step in &mut run.steps {
        bound(&mut step.output);
    }
    Some(run)
}

fn add(run: &mut Run, line: &Line) {
    match &line.entry {
        Entry::Taken { owner } => {
            run.owner = Some(owner.clone());
            go_on(run, RunState::Running { step: 0 });
        }
        Entry::StepStarted { step } => {
            if let Some(of) = step_of(run, *step) {
                of.started_at = Some(line.at);
            }
            go_on(run, RunState::Running { step: *step });
        }
        Entry::Output(output) => {
            if let Some(of) = step_of(run, output.step) {
                of.output.push(output.clone());
            }
        }
        Entry::StepEnded { step, end } => {
            if let Some(of) = step_of(run, *step) {
                of.ended_at = Some(line.at);
                of.end = Some(end.clone());
            }
        }
        Entry::Verifying => go_on(run, RunState::Verifying),
        Entry::CancelAsked => run.cancel_asked = true,
        Entry::Outcome(outcome) => {
            // A later word is the better one: of a runner that was held for dead, or of who looked again.
            run.state = RunState::Ended((**outcome).clone());
            run.ended_at = Some(line.at);
        }
        Entry::Acknowledged { .. } => run.acknowledged = true,
        Entry::Evidence { step, text } => {
            if let Some(of) = step_of(run, *step) {
                of.evidence = Some(text.clone());
            }
        }
        Entry::Intent(_)
        | Entry::Refused { .. }
        | Entry::Note { .. }
        | Entry::Asked { .. }
        | Entry::Approval { .. }
        | Entry::Challenge { .. }
        | Entry::ChallengeUsed { .. }
        | Entry::Log(_)
        | Entry::Newer { .. } => {}
    }
}

/// A run that is over does not begin again.
fn go_on(run: &mut Run, state: RunState) {
    if !run.is_over() {
        run.state = state;
    }
}

fn step_of(run: &mut Run, step: usize) -> Option<&mut StepLine> {
    if step >= run.steps.len() && step < STEPS {
        run.steps.resize_with(step + 1, StepLine::default);
    }
    run.steps.get_mut(step)
}

/// Where a step wrote too much, what came first goes, and that is said.
fn bound(kept: &mut Vec<Output>) {
    let mut size = 0;
    let from = kept.iter().rposition(|piece| {
        size += piece.text.len();
        size > OUTPUT
    });
    if let Some(last_gone) = from {
        let cut = Output {
            step: kept[last_gone].step,
            of: None,
            stream: Stream::Note,
            text: "…".to_owned(),
        };
        kept.splice(..=last_gone, [cut]);
    }
}

#[cfg(test)]
mod deeds;
#[cfg(test)]
mod tests;
