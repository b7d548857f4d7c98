//! Programs at a place.

#[cfg(test)]
mod tests;

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};

use crate::domain::action::{
    fact::Fact,
    place::PlaceSpec,
    plan::Plan,
    preflight::{Draft, Preflight, Preflighted},
    refusal::Refusal,
    step::{Parse, Planned, Save, StepKind, Template},
    value::Values,
    verdict::StepEnd,
};
use crate::runtime::executors::{
    self as executors, Doing, Executor,
    output::Ears,
    program::{
        Call, Ended, Host, differs, limit, may_write, no_secret, program_fact, run, saved, step_end,
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
}

impl<'a> Asked<'a> {
    fn of(step: &'a Planned) -> Result<Self, Refusal> {
        let StepKind::Command {
            place,
            argv,
            stdin,
            stdout,
            secrets,
        } = &step.kind
        else {
            return Err(executors::not_mine(step));
        };
        Ok(Self {
            place: place.as_deref(),
            argv,
            stdin: stdin.as_ref(),
            stdout: stdout.as_ref(),
            secrets,
        })
    }

    /// The program, which no hole may choose.
    fn program(&self) -> Result<String, Refusal> {
        let program = self.argv.first().and_then(Template::whole);
        program.ok_or_else(|| Refusal::Unreadable {
            what: "command".to_owned(),
            why: "no program is named".to_owned(),
        })
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

    /// The call of a step whose holes are filled, without its secrets, and the fact it rests on.
    async fn call(
        &self,
        step: &Planned,
        otherwise: Duration,
    ) -> Result<(Call, Fact, &PlaceSpec), Refusal> {
        let asked = Asked::of(step)?;
        let place = self.host.places.find(asked.place)?;
        let program = self.host.known(&asked.program()?).await?;
        let args = asked.args().ok_or_else(|| unfilled("argv"))?;
        let whole = |template: Option<&Template>, what: &str| match template {
            None => Ok(None),
            Some(template) => template.whole().map(Some).ok_or_else(|| unfilled(what)),
        };
        let stdin = whole(asked.stdin, "stdin")?;
        let stdout = whole(asked.stdout, "stdout")?;
        let call = Call {
            stdin,
            stdout: stdout.map(PathBuf::from),
            ..self
                .host
                .call(place, &program, args, limit(step, otherwise))
        };
        Ok((call, program_fact(place, &program), place))
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        let place = self.host.places.find(asked.place)?;
        let program = self.host.known(&asked.program()?).await?;
        self.host.may_have(place, asked.secrets).await?;
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

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        let (mut call, fact) = match self.call(doing.step, LONGEST).await {
            Ok((call, fact, _)) => (call, fact),
            Err(refusal) => return executors::failed(&refusal),
        };
        if let Some(why) = differs(doing.plan, &[fact]) {
            return StepEnd::Failed { why };
        }
        let Ok(asked) = Asked::of(doing.step) else {
            return executors::failed(&executors::not_mine(doing.step));
        };
        match self.host.secrets.all(asked.secrets).await {
            Ok(secrets) => call.secrets = secrets,
            Err(error) => return executors::failed(&no_secret(&error)),
        }
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let ran = run(&call, ears, Some(doing.cancel)).await;
        step_end(&ran, doing.step.save.as_ref())
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let (mut call, _, _) = self.call(step, LONGEST_READ).await?;
        let asked = Asked::of(step)?;
        call.secrets = self
            .host
            .secrets
            .all(asked.secrets)
            .await
            .map_err(|error| no_secret(&error))?;
        let ran = run(&call, Ears::default(), None).await;
        let unreadable = |why: String| Refusal::Unreadable {
            what: call.program.to_string_lossy().into_owned(),
            why,
        };
        if ran.ended != Ended::Exited(0) {
            return Err(unreadable(match step_end(&ran, None) {
                StepEnd::Failed { why } | StepEnd::Unknown { why } => why,
                _ => "it was stopped".to_owned(),
            }));
        }
        let lines = Save {
            name: String::new(),
            parse: Parse::Lines,
        };
        saved(Some(step.save.as_ref().unwrap_or(&lines)), &ran.out).map_err(unreadable)
    }
}

fn unfilled(what: &str) -> Refusal {
    Refusal::Unfilled {
        param: what.to_owned(),
    }
}

impl Executor for Commands {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.look(step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move {
            let asked = Asked::of(step)?;
            let place = self.host.places.find(asked.place)?;
            let program = self.host.known(&asked.program()?).await?;
            Ok(vec![program_fact(place, &program)])
        }
        .boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        self.read(step).boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
