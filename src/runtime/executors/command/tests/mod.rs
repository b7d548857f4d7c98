//! Programs are run for real: small scripts in a folder of the test.

mod far;
mod following;
mod places;
mod rules;
mod running;
mod secrets;
mod stopping;

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use super::*;
use crate::{
    domain::action::{
        place::{PlaceSpec, SecretDelivery, SecretSource, SecretSpec},
        step::{Parse, Save},
        value::Value,
        verdict::Stream,
    },
    runtime::executors::{
        Places, ProgramRules, Secrets,
        testing::{Bench, Scripts, argv, done, look, plan_of, planned},
    },
};

const CANARY: &str = "canary-5f1e-do-not-show";

fn command(words: &[&str]) -> Planned {
    Planned {
        kind: StepKind::Command {
            place: None,
            argv: argv(words),
            stdin: None,
            stdout: None,
            secrets: Vec::new(),
            bounded: false,
            follow: None,
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

fn with(
    step: Planned,
    change: impl FnOnce(&mut StepKind<crate::domain::action::target::Target, i64>),
) -> Planned {
    let mut step = step;
    change(&mut step.kind);
    step
}

fn host(places: Vec<PlaceSpec>, secrets: Secrets) -> Host {
    Host::new(Places::new(places), ProgramRules::default(), secrets)
}

fn commands() -> Commands {
    Commands::new(Arc::new(host(Vec::new(), Secrets::default())))
}

async fn refused(commands: &Commands, step: Planned) -> Refusal {
    look(commands, &step).await.unwrap_err()
}
