//! This host, as the executors of programs share it: its places, its rules, who we are on it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    call::{Call, Ended, Ran, run},
    files,
    group::AsUser,
    identity::Identity,
    path::{Known, known},
    place::{Places, host},
    rules::ProgramRules,
};
use crate::{
    actions::parse::parse,
    domain::action::{
        fact::{Fact, FactName},
        place::{PlaceSpec, SecretDelivery},
        plan::Plan,
        refusal::Refusal,
        step::{Planned, Save},
        value::{Value, Values},
        verdict::{Said, StepEnd},
    },
    runtime::executors::{
        output::{Ears, Heard},
        secrets::{SecretError, Secrets},
    },
};

/// How long asking about something may take.
pub const ASKING: Duration = Duration::from_secs(15);

/// What executors of programs share.
#[derive(Debug, Clone)]
pub struct Host {
    pub places: Places,
    pub rules: ProgramRules,
    pub secrets: Secrets,
    pub identity: Identity,
    pub sudo: PathBuf,
}

impl Host {
    /// This host, with what a pack and the policy say.
    pub fn new(places: Places, rules: ProgramRules, secrets: Secrets) -> Self {
        Self {
            places,
            rules,
            secrets,
            identity: Identity::own(),
            sudo: PathBuf::from("/usr/bin/sudo"),
        }
    }

    /// What a program is now.
    pub async fn known(self: &Arc<Self>, path: &str) -> Result<Known, Refusal> {
        let (host, path) = (Arc::clone(self), path.to_owned());
        let what = path.clone();
        let found = tokio::task::spawn_blocking(move || known(&path, &host.rules)).await;
        found.unwrap_or_else(|error| {
            Err(Refusal::Unreadable {
                what,
                why: error.to_string(),
            })
        })
    }

    /// How a program is called at a place.
    pub fn call(
        &self,
        place: &PlaceSpec,
        program: &Known,
        args: Vec<String>,
        limit: Duration,
    ) -> Call {
        let user = place.user.as_deref().filter(|user| !self.identity.is(user));
        Call {
            program: program.path.clone(),
            args,
            cwd: place.cwd.as_ref().map(PathBuf::from),
            home: self.identity.home.clone(),
            env: place.env.clone(),
            by: user.map(|user| AsUser {
                sudo: self.sudo.clone(),
                user: user.to_owned(),
            }),
            limit,
            ..Call::default()
        }
    }

    /// Whether a place's user can be had for this call without anybody being asked for a password.
    pub async fn may(&self, call: &Call) -> Result<(), Refusal> {
        let Some(by) = &call.by else { return Ok(()) };
        let mut args = ["-n", "-l", "-u", &by.user, "--"]
            .map(str::to_owned)
            .to_vec();
        args.push(call.program.to_string_lossy().into_owned());
        args.extend(call.args.iter().cloned());
        let asked = Call {
            program: by.sudo.clone(),
            args,
            limit: ASKING,
            ..Call::default()
        };
        let ran = run(&asked, Ears::default(), None).await;
        if ran.ended == Ended::Exited(0) {
            return Ok(());
        }
        let said = match &ran.ended {
            Ended::NotStarted(why) => why.clone(),
            _ => ran
                .err
                .last_line()
                .unwrap_or("it does not allow it")
                .to_owned(),
        };
        Err(Refusal::Unreadable {
            what: format!("sudo -u {}", by.user),
            why: said,
        })
    }

    /// Whether secrets can be had, and handed to what runs at a place.
    pub async fn may_have(&self, place: &PlaceSpec, names: &[String]) -> Result<(), Refusal> {
        for name in names {
            let secret = self
                .secrets
                .get(name)
                .await
                .map_err(|error| no_secret(&error))?;
            let foreign = place
                .user
                .as_deref()
                .filter(|user| *user != "root" && !self.identity.is(user));
            let why = match (&secret.deliver, foreign) {
                (SecretDelivery::Header(_), _) => {
                    "it goes into a header, which a program has not".to_owned()
                }
                (SecretDelivery::File(_), Some(user)) => {
                    format!("it goes into a file of ours, which {user} can't read")
                }
                _ => continue,
            };
            return Err(Refusal::Unreadable {
                what: format!("secret {name}"),
                why,
            });
        }
        Ok(())
    }
}

/// Which program it is, as a plan rests on it.
pub fn program_fact(place: &PlaceSpec, program: &Known) -> Fact {
    let name = FactName::Field(program.path.to_string_lossy().into_owned());
    Fact::new(host(place), name, Value::text(&program.mark))
}

/// The first fact that the plan has otherwise.
pub fn differs(plan: &Plan, now: &[Fact]) -> Option<String> {
    let drifted = now.iter().find_map(|fact| {
        let was = plan.facts.iter().find(|was| was.is_about(fact))?;
        (was.value != fact.value).then_some((fact, was))
    });
    drifted.map(|(fact, was)| {
        let FactName::Field(field) = &fact.name else {
            return fact.of.to_string();
        };
        format!(
            "{field} of {} is {}, not {} as planned",
            fact.of, fact.value, was.value
        )
    })
}

/// A secret that is not to be had is a reason not to begin.
pub fn no_secret(error: &SecretError) -> Refusal {
    let what = match error {
        SecretError::Unknown(name) | SecretError::Unreadable { name, .. } => {
            format!("secret {name}")
        }
    };
    Refusal::Unreadable {
        what,
        why: error.to_string(),
    }
}

/// The longest a step may take.
pub fn limit(step: &Planned, otherwise: Duration) -> Duration {
    step.limit
        .map_or(otherwise, |seconds| Duration::from_secs(u64::from(seconds)))
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
        Ended::Exited(code) => StepEnd::Failed {
            why: match ran.err.last_line().or_else(|| ran.out.last_line()) {
                Some(line) => format!("exit {code}: {line}"),
                None => format!("exit {code}"),
            },
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
        "; it could not be ended and still runs"
    }
}

/// What later steps are given.
pub fn saved(save: Option<&Save>, out: &Heard) -> Result<Values, String> {
    let Some(save) = save else {
        return Ok(Values::new());
    };
    if out.overflow {
        return Err("it is too long".to_owned());
    }
    parse(&save.parse, &out.text).map_err(|error| error.to_string())
}

/// A named result.
pub fn said(name: &str, value: Value) -> Said {
    Said {
        name: name.to_owned(),
        of: None,
        value,
    }
}

/// Whether output can go to a file.
pub fn may_write(path: &str) -> Result<(), Refusal> {
    files::check(path.as_ref()).map_err(|why| Refusal::Unreadable {
        what: path.to_owned(),
        why,
    })
}
