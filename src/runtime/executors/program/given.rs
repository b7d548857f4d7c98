//! A program of this host that is told something and nothing else: no action, no secret, no place.

use std::time::Duration;

use super::{
    call::{Call, run},
    end::step_end,
    path::known,
    rules::ProgramRules,
};
use crate::{
    domain::action::verdict::StepEnd,
    runtime::executors::{output::Ears, step::why},
};

/// Gives a program a text to read and waits for its end, or says why nobody was told.
pub async fn give(
    argv: &[String],
    text: String,
    rules: ProgramRules,
    limit: Duration,
) -> Result<(), String> {
    let (path, args) = argv.split_first().ok_or("no program is named")?;
    let at = path.clone();
    let known = tokio::task::spawn_blocking(move || known(&at, &rules)).await;
    let known = known
        .map_err(|error| error.to_string())?
        .map_err(|refusal| why(&refusal))?;
    let call = Call {
        program: known.path,
        args: args.to_vec(),
        stdin: Some(text),
        limit,
        ..Call::default()
    };
    let ran = run(&call, Ears::default(), None).await;
    match step_end(&ran, None) {
        StepEnd::Done { .. } => Ok(()),
        StepEnd::Failed { why } | StepEnd::Unknown { why } => Err(why),
        StepEnd::Cancelled { .. } => Err("it was stopped".to_owned()),
    }
}
