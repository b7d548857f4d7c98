//! Fields of an object: read as values, and told as a step does.

use std::{collections::BTreeMap, time::Duration};

use super::{
    live::{Live, fields},
    wire::Wire,
};
use crate::{
    domain::{
        action::{
            refusal::Refusal,
            step::Planned,
            target::Target,
            value::{Value, Values},
            verdict::{Said, StepEnd, Stream},
        },
        manifest::mask,
    },
    runtime::executors::{
        Doing,
        output::Written,
        redactor::Redactor,
        secrets::Secret,
        step::{failed, limit, said},
    },
};

/// The longest it may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How much of a field is told in one line.
const TOLD: usize = 120;

/// Which fields of which object, by their names.
pub(super) type Asked<'a> = (&'a Target, &'a BTreeMap<String, String>);

/// Reads it as values; no secret is among them.
pub(super) async fn read(
    wire: &Wire,
    step: &Planned,
    (target, named): Asked<'_>,
    hidden: &[Secret],
) -> Result<Values, Refusal> {
    let within = limit(step, LONGEST);
    let looking = tokio::time::timeout(within, wire.object(target, None));
    let mut object = looking.await.map_err(|_| {
        let why = format!("no answer within {} s", within.as_secs());
        Refusal::unreadable(target.to_string(), why)
    })??;
    mask(&mut object);
    let redactor = Redactor::new(hidden);
    let mut values = fields(&Live(object), named);
    for value in values.values_mut() {
        if let Value::Text(text) = value {
            *text = redactor.whole(text);
        }
    }
    Ok(values)
}

/// Tells it as a step does.
pub(super) async fn tell(
    wire: &Wire,
    doing: &Doing<'_>,
    asked: Asked<'_>,
    hidden: &[Secret],
) -> StepEnd {
    let looked = tokio::select! {
        biased;
        () = doing.cancel.cancelled() => return StepEnd::Cancelled { done: None },
        looked = read(wire, doing.step, asked, hidden) => looked,
    };
    let saved = match looked {
        Ok(values) => values,
        Err(refusal) => return failed(&refusal),
    };
    let mut out = Written::new(doing.ears(), Stream::Out, hidden);
    for (name, value) in &saved {
        out.feed(format!("{name} = {value}\n").as_bytes());
    }
    out.end();
    StepEnd::Done {
        said: saved
            .iter()
            .map(|(name, value)| short(name, value))
            .collect(),
        saved,
    }
}

/// A field in a line; what is not there is said to be absent.
fn short(name: &str, value: &Value) -> Said {
    let value = match value {
        Value::Text(text) if text.is_empty() => Value::Absent,
        Value::Text(text) => Value::text(text.chars().take(TOLD).collect::<String>()),
        plain => plain.clone(),
    };
    said(name, value)
}
