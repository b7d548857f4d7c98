//! Programs at a place.

#[cfg(test)]
mod tests;

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{
    domain::action::{
        fact::Fact,
        place::PlaceSpec,
        preflight::{Preflight, Preflighted},
        refusal::Refusal,
        step::{Planned, Save, StepKind, Template},
        value::Values,
        verdict::StepEnd,
    },
    runtime::executors::{
        Doing,
        family::Family,
        program::{Call, Host, Log, ask, may_write, program_fact, run, step_end},
        step::{limit, not_mine},
    },
};

/// The longest a program may take that nobody gave a limit.
const LONGEST: Duration = Duration::from_secs(300);
/// The same for one that only reads.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// Runs programs at places of this host.
#[derive(Debug, Clone)]
pub struct Commands {
    host: Arc<Host>,
}

/// The parts of a command step.
struct Asked<'a> {
    place: Option<&'a str>,
    argv: &'a [Template],
    stdin: Option<&'a Template>,
    stdout: Option<&'a Template>,
    secrets: &'a [String],
    bounded: bool,
    follow: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(step: &'a Planned) -> Result<Self, Refusal> {
        let StepKind::Command {
            place,
            argv,
            stdin,
            stdout,
            secrets,
            bounded,
            follow,
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        Ok(Self {
            place: place.as_deref(),
            argv,
            stdin: stdin.as_ref(),
            stdout: stdout.as_ref(),
            secrets,
            bounded: *bounded,
            follow: follow.as_deref(),
        })
    }

    /// The program, which no hole may choose.
    fn program(&self) -> Result<String, Refusal> {
        let program = self.argv.first().and_then(Template::whole);
        program.ok_or_else(|| Refusal::unreadable("command", "no program is named"))
    }

    /// The arguments; `None` where some of them are not known yet.
    fn args(&self) -> Option<Vec<String>> {
        self.argv.iter().skip(1).map(Template::whole).collect()
    }
}

impl Commands {
    pub const fn new(host: Arc<Host>) -> Self {
        Self { host }
    }

    /// The call of a step whose holes are filled.
    async fn call(&self, step: &Planned, otherwise: Duration) -> Result<Call, Refusal> {
        let asked = Asked::of(step)?;
        let place = self.host.places.anywhere(asked.place)?;
        let program = self.host.known_at(place, &asked.program()?).await?;
        let args = asked.args().ok_or_else(|| Refusal::unfilled("argv"))?;
        let whole = |template: Option<&Template>, what: &str| match template {
            None => Ok(None),
            Some(template) => template
                .whole()
                .map(Some)
                .ok_or_else(|| Refusal::unfilled(what)),
        };
        let stdin = whole(asked.stdin, "stdin")?;
        let stdout = whole(asked.stdout, "stdout")?;
        if stdout.is_some() && place.ssh.is_some() {
            return Err(into_far_file(place));
        }
        Ok(Call {
            stdin,
            bounded: asked.bounded,
            stdout: stdout.map(PathBuf::from),
            secrets: self.host.secrets.all(asked.secrets).await?,
            ..self
                .host
                .call(place, &program, args, limit(step, otherwise))
        })
    }
}

/// A file of ours is not at the other host, and there is no shell there to write one.
fn into_far_file(place: &PlaceSpec) -> Refusal {
    let why = "output can't go to a file of another host: let the program write it";
    Refusal::unreadable(format!("place {}", place.name), why)
}

impl Family for Commands {
    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        let place = self.host.places.anywhere(asked.place)?;
        let program = self.host.known_at(place, &asked.program()?).await?;
        self.host.may_have(place, asked.secrets).await?;
        if asked.stdout.is_some() && place.ssh.is_some() {
            return Err(into_far_file(place));
        }
        if let Some(path) = asked.stdout.and_then(Template::whole) {
            may_write(&path)?;
        }
        // Whether sudo allows it can hang on every argument, so it is asked when all are known.
        if let Some(args) = asked.args() {
            let call = self.host.call(place, &program, args, LONGEST_READ);
            self.host.may(&call).await?;
        }
        Ok(Preflight {
            facts: vec![program_fact(place, &program)],
            ..Preflight::default()
        })
    }

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        let asked = Asked::of(step)?;
        let place = self.host.places.anywhere(asked.place)?;
        let program = self.host.known_at(place, &asked.program()?).await?;
        Ok(vec![program_fact(place, &program)])
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let call = self.call(step, LONGEST_READ).await?;
        if step.save.as_ref().and_then(Save::ending).is_some() {
            // How sudo ends where it refuses is no end of the program.
            self.host.may(&call).await?;
        }
        let read = ask(&call, step).await;
        read.map_err(|why| Refusal::unreadable(call.program.to_string_lossy(), why))
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let call = self.call(doing.step, LONGEST).await?;
        let asked = Asked::of(doing.step)?;
        let (ears, cancel) = (doing.ears(), Some(doing.cancel));
        let ran = match asked.follow {
            Some(path) => {
                let place = self.host.places.anywhere(asked.place)?;
                let log = Log { place, path };
                self.host.run_beside(log, &call, ears, cancel).await
            }
            None => run(&call, ears, cancel).await,
        };
        Ok(step_end(&ran, doing.step.save.as_ref()))
    }
}
