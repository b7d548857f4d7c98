//! Units of systemd at a place.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt::Write, path::PathBuf, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};

use crate::domain::action::{
    fact::{Fact, FactName},
    fault::ValueFault,
    place::PlaceSpec,
    plan::Plan,
    preflight::{Change, Draft, Preflight, Preflighted},
    refusal::Refusal,
    step::{Planned, StepKind, UnitVerb},
    target::Target,
    value::{Value, Values},
    verdict::StepEnd,
};
use crate::runtime::executors::{
    self as executors, Doing, Executor,
    output::Ears,
    program::{ASKING, Ended, Host, Known, differs, limit, program_fact, run, said, step_end},
};

/// The longest a unit may take to do as it is told.
const LONGEST: Duration = Duration::from_secs(120);
/// What is asked of a unit.
const ASKED: &str = "LoadState,FragmentPath,ActiveState,SubState,MainPID,ExecMainStartTimestamp";

/// Tells systemd what to do with units.
#[derive(Debug, Clone)]
pub struct Systemd {
    host: Arc<Host>,
    systemctl: PathBuf,
}

/// A unit to be told something.
struct Asked<'a> {
    place: &'a PlaceSpec,
    verb: UnitVerb,
    unit: String,
}

impl Asked<'_> {
    fn target(&self) -> Target {
        Target::Unit {
            place: self.place.name.clone(),
            unit: self.unit.clone(),
        }
    }
}

/// What systemd says of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unit(BTreeMap<String, String>);

impl Unit {
    fn of(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        Self(
            lines
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// It stays as it is until somebody does something; a unit that is on its way from one state to another does not.
    fn is_settled(&self) -> bool {
        matches!(self.get("ActiveState"), "active" | "inactive")
            && !matches!(
                self.get("SubState"),
                "auto-restart" | "reload" | "reloading"
            )
    }

    fn facts(&self, of: &Target) -> Vec<Fact> {
        ["FragmentPath", "ActiveState", "ExecMainStartTimestamp"]
            .map(|name| {
                let value = self.get(name);
                let value = if value.is_empty() || value == "n/a" {
                    Value::Absent
                } else {
                    Value::text(value)
                };
                Fact::new(of.clone(), FactName::Field(name.to_owned()), value)
            })
            .to_vec()
    }

    fn before(&self) -> Values {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), Value::text(value)))
            .collect()
    }
}

impl Systemd {
    /// `systemctl` is where this host has it.
    pub const fn new(host: Arc<Host>, systemctl: PathBuf) -> Self {
        Self { host, systemctl }
    }

    fn asked(&self, step: &Planned) -> Result<Asked<'_>, Refusal> {
        let StepKind::Systemd { place, verb, unit } = &step.kind else {
            return Err(executors::not_mine(step));
        };
        let unit = unit.whole().ok_or_else(|| Refusal::Unfilled {
            param: "unit".to_owned(),
        })?;
        Ok(Asked {
            place: self.host.places.find(place.as_deref())?,
            verb: *verb,
            unit: name_of_unit(unit)?,
        })
    }

    async fn program(&self) -> Result<Known, Refusal> {
        self.host.known(&self.systemctl.to_string_lossy()).await
    }

    /// What the unit is now. Reading needs no other user.
    async fn unit(&self, asked: &Asked<'_>) -> Result<Unit, Refusal> {
        let program = self.program().await?;
        let args = ["show", "--no-pager", "-p", ASKED, "--", &asked.unit].map(str::to_owned);
        let mut call = self.host.call(asked.place, &program, args.to_vec(), ASKING);
        call.by = None;
        let ran = run(&call, Ears::default(), None).await;
        let unreadable = |why: String| Refusal::Unreadable {
            what: asked.target().to_string(),
            why,
        };
        if ran.ended != Ended::Exited(0) {
            return Err(unreadable(match step_end(&ran, None) {
                StepEnd::Failed { why } | StepEnd::Unknown { why } => why,
                _ => "it was stopped".to_owned(),
            }));
        }
        let unit = Unit::of(&ran.out.text);
        match unit.get("LoadState") {
            "loaded" => Ok(unit),
            "not-found" | "" => Err(Refusal::NotFound {
                target: asked.target().to_string(),
            }),
            other => Err(unreadable(format!("the unit is {other}"))),
        }
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = self.asked(step)?;
        let program = self.program().await?;
        self.host
            .may(
                &self
                    .host
                    .call(asked.place, &program, args_of(&asked), LONGEST),
            )
            .await?;
        let unit = self.unit(&asked).await?;
        let target = asked.target();
        let mut facts = vec![program_fact(asked.place, &program)];
        // What changes by itself is no ground to stand on: a unit that dies again and again must not wipe what is typed.
        let settled = unit.is_settled();
        facts.extend(
            unit.facts(&target)
                .into_iter()
                .filter(|fact| settled || fact.name == FactName::Field("FragmentPath".to_owned())),
        );
        let now = unit.get("ActiveState").to_owned();
        let then = match asked.verb {
            UnitVerb::Stop => "inactive",
            UnitVerb::Start | UnitVerb::Restart | UnitVerb::Reload => "active",
        };
        Ok(Preflight {
            facts,
            before: unit.before(),
            changes: vec![Change {
                of: target,
                field: "ActiveState".to_owned(),
                from: Some(now.clone()),
                to: Some(then.to_owned()),
            }],
            undo: undo(step, &now),
            ..Preflight::default()
        })
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        let now = self.facts(doing.step, doing.plan).await;
        let (asked, program) = match (self.asked(doing.step), self.program().await, now) {
            (Ok(asked), Ok(program), Ok(now)) => match differs(doing.plan, &now) {
                None => (asked, program),
                Some(why) => return StepEnd::Failed { why },
            },
            (Err(refusal), ..) | (_, Err(refusal), _) | (.., Err(refusal)) => {
                return executors::failed(&refusal);
            }
        };
        let call = self.host.call(
            asked.place,
            &program,
            args_of(&asked),
            limit(doing.step, LONGEST),
        );
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let ran = run(&call, ears, Some(doing.cancel)).await;
        let mut end = step_end(&ran, None);
        // systemctl goes, the job stays: what became of the unit is asked.
        let after = self.unit(&asked).await;
        match (&mut end, after) {
            (StepEnd::Done { said: words, .. }, Ok(unit)) => {
                words.push(said("unit", Value::text(unit.get("ActiveState"))));
            }
            (StepEnd::Unknown { why } | StepEnd::Cancelled { done: Some(why) }, Ok(unit)) => {
                // Writing to a string can\'t fail.
                let _ = write!(
                    why,
                    "; {} is {} ({}) now",
                    asked.unit,
                    unit.get("ActiveState"),
                    unit.get("SubState")
                );
            }
            _ => {}
        }
        end
    }
}

fn args_of(asked: &Asked<'_>) -> Vec<String> {
    let verb = match asked.verb {
        UnitVerb::Start => "start",
        UnitVerb::Stop => "stop",
        UnitVerb::Restart => "restart",
        UnitVerb::Reload => "reload",
    };
    [verb, "--no-ask-password", "--", &asked.unit]
        .map(str::to_owned)
        .to_vec()
}

/// `systemctl stop 'a*'` would stop many.
fn name_of_unit(unit: String) -> Result<String, Refusal> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '.' | '@' | '\\' | '-');
    if unit.is_empty() || unit.starts_with('-') || !unit.chars().all(plain) {
        return Err(Refusal::BadValue {
            param: "unit".to_owned(),
            value: unit,
            why: ValueFault::NotName,
        });
    }
    Ok(unit)
}

/// Start and stop take each other back, where they change something.
fn undo(step: &Planned, now: &str) -> Vec<Planned> {
    let StepKind::Systemd { place, verb, unit } = &step.kind else {
        return Vec::new();
    };
    let back = match (verb, now) {
        (UnitVerb::Stop, "active") => UnitVerb::Start,
        (UnitVerb::Start, "inactive" | "failed") => UnitVerb::Stop,
        _ => return Vec::new(),
    };
    vec![Planned {
        kind: StepKind::Systemd {
            place: place.clone(),
            verb: back,
            unit: unit.clone(),
        },
        limit: step.limit,
        save: None,
    }]
}

impl Executor for Systemd {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.look(step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move {
            let asked = self.asked(step)?;
            let program = self.program().await?;
            let unit = self.unit(&asked).await?;
            let mut facts = vec![program_fact(asked.place, &program)];
            facts.extend(unit.facts(&asked.target()));
            Ok(facts)
        }
        .boxed()
    }

    /// The state of the unit.
    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move {
            let asked = self.asked(step)?;
            Ok(self.unit(&asked).await?.before())
        }
        .boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
