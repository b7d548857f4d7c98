//! Units of systemd at a place.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    domain::action::{
        fact::{Fact, FactName},
        place::PlaceSpec,
        preflight::{Change, Preflight, Preflighted},
        refusal::Refusal,
        step::{Planned, StepKind, UnitVerb},
        target::Target,
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::{
        Doing,
        family::Family,
        program::{ASKING, Host, Known, hear, program_fact, run, seen_after, step_end},
        step::{limit, not_mine, plain_name, said},
    },
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
pub(super) struct Unit(BTreeMap<String, String>);

impl Unit {
    fn of(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        Self(
            lines
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> &str {
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
            return Err(not_mine(step));
        };
        let unit = unit.whole().ok_or_else(|| Refusal::unfilled("unit"))?;
        Ok(Asked {
            place: self.host.places.anywhere(place.as_deref())?,
            verb: *verb,
            // `systemctl stop 'a*'` would stop many.
            unit: plain_name("unit", unit, &[':', '_', '.', '@', '\\', '-'])?,
        })
    }

    async fn program(&self, place: &PlaceSpec) -> Result<Known, Refusal> {
        let systemctl = self.systemctl.to_string_lossy();
        self.host.known_at(place, &systemctl).await
    }

    /// What the unit is now. Reading needs no other user.
    async fn unit(&self, asked: &Asked<'_>) -> Result<Unit, Refusal> {
        let unit = self.show(asked.place, &asked.unit, ASKED, None).await?;
        match unit.get("LoadState") {
            "loaded" => Ok(unit),
            other => {
                let why = format!("the unit is {other}");
                Err(Refusal::unreadable(asked.target().to_string(), why))
            }
        }
    }

    /// These properties of a unit that is there, times in this zone.
    pub(super) async fn show(
        &self,
        place: &PlaceSpec,
        unit: &str,
        properties: &str,
        zone: Option<&str>,
    ) -> Result<Unit, Refusal> {
        let target = Target::Unit {
            place: place.name.clone(),
            unit: unit.to_owned(),
        };
        let program = self.program(place).await?;
        let args = ["show", "--no-pager", "-p", properties, "--", unit].map(str::to_owned);
        let mut call = self.host.call(place, &program, args.to_vec(), ASKING);
        call.by = None;
        if let Some(zone) = zone {
            call.env.insert("TZ".to_owned(), zone.to_owned());
        }
        let heard = hear(&call).await;
        let heard = heard.map_err(|why| Refusal::unreadable(target.to_string(), why))?;
        let unit = Unit::of(&heard.text);
        match unit.get("LoadState") {
            "not-found" | "" => Err(Refusal::NotFound {
                target: target.to_string(),
            }),
            _ => Ok(unit),
        }
    }
}

impl Family for Systemd {
    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = self.asked(step)?;
        let program = self.program(asked.place).await?;
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

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        let asked = self.asked(step)?;
        let program = self.program(asked.place).await?;
        let unit = self.unit(&asked).await?;
        let mut facts = vec![program_fact(asked.place, &program)];
        facts.extend(unit.facts(&asked.target()));
        Ok(facts)
    }

    /// The state of the unit.
    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let asked = self.asked(step)?;
        Ok(self.unit(&asked).await?.before())
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let asked = self.asked(doing.step)?;
        let program = self.program(asked.place).await?;
        let limit = limit(doing.step, LONGEST);
        let call = self
            .host
            .call(asked.place, &program, args_of(&asked), limit);
        let ran = run(&call, doing.ears(), Some(doing.cancel)).await;
        let end = step_end(&ran, None);
        // systemctl goes, the job stays: what became of the unit is asked.
        let Ok(after) = self.unit(&asked).await else {
            return Ok(end);
        };
        let (state, sub) = (after.get("ActiveState"), after.get("SubState"));
        let words = format!("{} is {state} ({sub}) now", asked.unit);
        Ok(seen_after(end, said("unit", Value::text(state)), &words))
    }
}

fn args_of(asked: &Asked<'_>) -> Vec<String> {
    [asked.verb.word(), "--no-ask-password", "--", &asked.unit]
        .map(str::to_owned)
        .to_vec()
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
        again: None,
        batch: None,
    }]
}
