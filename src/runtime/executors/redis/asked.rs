//! What a step asks of a Redis.

use crate::{
    domain::action::{
        fault::ValueFault,
        refusal::Refusal,
        step::{Planned, StepKind, Template},
    },
    runtime::executors::step::not_mine,
};

/// Commands that don't answer once, or that speak to the connection itself.
const NOT_ONCE: &[&str] = &[
    "MONITOR",
    "SUBSCRIBE",
    "PSUBSCRIBE",
    "SSUBSCRIBE",
    "SYNC",
    "PSYNC",
    "REPLCONF",
    "AUTH",
    "HELLO",
    "SELECT",
    "QUIT",
    "RESET",
    "CLIENT",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH",
];

/// The connection and the words of a command.
pub(super) fn asked(step: &Planned) -> Result<(&str, Vec<String>), Refusal> {
    let StepKind::Redis { connection, argv } = &step.kind else {
        return Err(not_mine(step));
    };
    let words: Option<Vec<String>> = argv.iter().map(Template::whole).collect();
    let words = words.ok_or_else(|| Refusal::unfilled("argv"))?;
    check(words.first().map(String::as_str))?;
    Ok((connection, words))
}

/// Whether it is a command that is answered once.
pub(super) fn check(command: Option<&str>) -> Result<(), Refusal> {
    let command = command.unwrap_or_default();
    let upper = command.to_ascii_uppercase();
    let plain = !command.is_empty()
        && command
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if plain && !NOT_ONCE.contains(&upper.as_str()) {
        return Ok(());
    }
    Err(Refusal::BadValue {
        param: "redis".to_owned(),
        value: command.to_owned(),
        why: ValueFault::NotName,
    })
}
