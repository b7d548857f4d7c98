//! What the cluster shows of itself, as `kubectl get` and `kubectl logs` tell it: bounded, and as values.

mod cronjob;
mod events;
mod lines;
mod pods;
mod table;

use std::time::Duration;

use jiff::Timestamp;

use super::wire::Wire;
use crate::{
    domain::action::{
        refusal::Refusal,
        step::Planned,
        target::Target,
        value::Values,
        verdict::{StepEnd, Stream},
        view::View,
    },
    runtime::executors::{
        Doing,
        output::Written,
        secrets::Secret,
        step::{failed, limit, said},
    },
};

/// The longest all of it may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Of what is given, what a person is told in one line.
const SAID: [&str; 7] = [
    "suspended",
    "job",
    "state",
    "count",
    "unwell",
    "warnings",
    "pods",
];

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    /// For a person.
    text: String,
    values: Values,
}

/// Reads it as values.
pub(super) async fn read(
    wire: &Wire,
    step: &Planned,
    asked: (&Target, &View, Timestamp),
) -> Result<Values, Refusal> {
    Ok(seen(wire, step, asked).await?.values)
}

/// Tells it as a step does.
pub(super) async fn tell(
    wire: &Wire,
    doing: &Doing<'_>,
    asked: (&Target, &View, Timestamp),
    hidden: &[Secret],
) -> StepEnd {
    let looked = tokio::select! {
        biased;
        () = doing.cancel.cancelled() => return StepEnd::Cancelled { done: None },
        looked = seen(wire, doing.step, asked) => looked,
    };
    let seen = match looked {
        Ok(seen) => seen,
        Err(refusal) => return failed(&refusal),
    };
    let mut out = Written::new(doing.ears(), Stream::Out, hidden);
    out.feed(seen.text.as_bytes());
    out.end();
    let (_, view, _) = asked;
    let told = SAID.iter().filter(|name| view.gives().contains(name));
    let told = told.filter_map(|name| Some(said(name, seen.values.get(*name)?.clone())));
    StepEnd::Done {
        said: told.collect(),
        saved: seen.values,
    }
}

async fn seen(
    wire: &Wire,
    step: &Planned,
    (target, view, now): (&Target, &View, Timestamp),
) -> Result<Seen, Refusal> {
    let within = limit(step, LONGEST);
    let looking = async {
        match view {
            View::Pods => pods::seen(wire, target).await,
            View::Events { tail } => events::seen(wire, target, *tail).await,
            View::Lines {
                container,
                tail,
                since,
            } => lines::seen(wire, target, (container.as_deref(), *tail, *since)).await,
            View::Cronjob { zone } => cronjob::seen(wire, target, (zone, now)).await,
        }
    };
    let late = || {
        let why = format!("no answer within {} s", within.as_secs());
        Refusal::unreadable(format!("{} {target}", view.name()), why)
    };
    let looked = tokio::time::timeout(within, looking).await;
    looked.unwrap_or_else(|_| Err(late()))
}
