//! What is run in services, or looked at in them.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf, time::Duration};

use serde::Deserialize;

use super::{Asked, Compose, Composes, LONGEST, State};
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        place::PlaceSpec,
        preflight::{Preflight, Preflighted},
        refusal::Refusal,
        step::{ComposeTask, Planned, Save, Sign, Template, field_of_service},
        value::{Value, Values},
        verdict::{StepEnd, Stream},
    },
    runtime::executors::{
        Doing,
        output::{Written, saved},
        program::{ASKING, Call, Ended, ask, hear, program_fact, run, step_end},
        step::{limit, said, why},
    },
};

/// What a container uses, as `docker stats` writes it.
#[derive(Debug, Deserialize)]
struct Used {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "CPUPerc")]
    cpu: String,
    #[serde(rename = "MemUsage")]
    memory: String,
}

/// What all containers of a service use together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Uses {
    memory: f64,
    cpu: f64,
}

impl Composes {
    fn service_of<'a>(&'a self, place: &str, name: &Template) -> Result<Asked<'a>, Refusal> {
        let name = name.whole().ok_or_else(|| Refusal::unfilled("service"))?;
        self.looked_at(place, &name)
    }

    /// What such a step rests on: which program compose is, and which containers they are that it goes into.
    pub(super) async fn look_in(&self, place: &str, task: &ComposeTask) -> Preflighted {
        let project = self.project(place)?;
        let compose = self.compose(project).await?;
        let mut facts = vec![program_fact(project, &compose.program)];
        if let Some(service) = task.service() {
            let asked = self.service_of(place, service)?;
            let state = self.state(&asked, &compose).await?;
            if let ComposeTask::Exec { .. } = task {
                // That it does not run is said by whoever goes in: an earlier step may bring it up.
                let name = FactName::Field("containers".to_owned());
                facts.push(Fact::new(asked.target(), name, state.containers()));
            }
        }
        if let Some(call) = self.task_call(project, &compose, task, ASKING) {
            self.host.may(&call).await?;
        }
        Ok(Preflight {
            facts,
            ..Preflight::default()
        })
    }

    /// The call of a task that is one; `None` where something in it is not known yet, or several things are asked.
    fn task_call(
        &self,
        place: &PlaceSpec,
        compose: &Compose,
        task: &ComposeTask,
        limit: Duration,
    ) -> Option<Call> {
        let whole = |text: &Option<Template>| match text {
            Some(text) => text.whole().map(Some),
            None => Some(None),
        };
        let mut stdin_file = None;
        let stdin = match task {
            ComposeTask::Exec {
                argv, stdin, from, ..
            } => {
                argv.iter()
                    .map(Template::whole)
                    .collect::<Option<Vec<_>>>()?;
                stdin_file = whole(from)?;
                whole(stdin)?
            }
            ComposeTask::Run { argv, .. } => {
                argv.iter()
                    .map(Template::whole)
                    .collect::<Option<Vec<_>>>()?;
                None
            }
            ComposeTask::Logs { .. } => None,
            ComposeTask::Ps { .. } | ComposeTask::Stats => return None,
        };
        if let Some(service) = task.service() {
            service.whole()?;
        }
        let words = task.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let args = compose.args(&words);
        Some(Call {
            stdin,
            stdin_file: stdin_file.map(|path| in_folder(place, &path)),
            ..self.host.call(place, &compose.program, args, limit)
        })
    }

    pub(super) async fn read_in(
        &self,
        step: &Planned,
        place: &str,
        task: &ComposeTask,
    ) -> Result<Values, Refusal> {
        let project = self.project(place)?;
        let compose = self.compose(project).await?;
        let what = format!("{place} {}", task.words().join(" "));
        match task {
            ComposeTask::Ps { service } => {
                let only = service.as_ref().and_then(Template::whole);
                Ok(self.all(project, &compose, only.as_deref()).await?.1)
            }
            ComposeTask::Stats => Ok(self.used(project, &compose).await?.1),
            _ => {
                if let Some(service) = task.service() {
                    let asked = self.service_of(place, service)?;
                    let state = self.state(&asked, &compose).await?;
                    if let (ComposeTask::Exec { .. }, Err(refusal)) = (task, runs(&asked, &state)) {
                        return absent_means(step, &state, &refusal).ok_or(refusal);
                    }
                }
                let mut call = self
                    .task_call(project, &compose, task, limit(step, LONGEST_READ))
                    .ok_or_else(|| Refusal::unfilled("argv"))?;
                call.hidden = self.host.secrets.known().await;
                if step.save.as_ref().and_then(Save::ending).is_some() {
                    // How sudo ends where it refuses is no end of the program.
                    self.host.may(&call).await?;
                }
                let read = ask(&call, step).await;
                read.map_err(|why| Refusal::unreadable(what, why))
            }
        }
    }

    pub(super) async fn act_in(
        &self,
        doing: &Doing<'_>,
        place: &str,
        task: &ComposeTask,
    ) -> Result<StepEnd, Refusal> {
        let project = self.project(place)?;
        let compose = self.compose(project).await?;
        let save = doing.step.save.as_ref();
        let text = match task {
            ComposeTask::Ps { service } => {
                let only = service.as_ref().and_then(Template::whole);
                self.all(project, &compose, only.as_deref()).await?.0
            }
            ComposeTask::Stats => self.used(project, &compose).await?.0,
            _ => {
                if let ComposeTask::Exec { service, .. } = task {
                    let asked = self.service_of(place, service)?;
                    let state = self.state(&asked, &compose).await?;
                    if let Err(refusal) = runs(&asked, &state) {
                        let saved = absent_means(doing.step, &state, &refusal).ok_or(refusal)?;
                        return Ok(StepEnd::Done {
                            said: Vec::new(),
                            saved,
                        });
                    }
                }
                let mut call = self
                    .task_call(project, &compose, task, limit(doing.step, LONGEST))
                    .ok_or_else(|| Refusal::unfilled("argv"))?;
                call.hidden = self.host.secrets.known().await;
                let mut ran = run(&call, doing.ears(), Some(doing.cancel)).await;
                if !task.only_looks()
                    && let Ended::TimedOut { gone } | Ended::Cancelled { gone } = &mut ran.ended
                {
                    // That compose is gone says nothing of what it began in the container.
                    *gone = false;
                }
                return Ok(step_end(&ran, save));
            }
        };
        let mut out = Written::new(doing.ears(), Stream::Out, &[]);
        out.feed(text.as_bytes());
        Ok(match saved(save, &out.end()) {
            Ok(saved) => StepEnd::Done {
                said: vec![said("rc", Value::Int(0))],
                saved,
            },
            Err(why) => StepEnd::Failed { why },
        })
    }

    /// The states of all services, by their names.
    async fn states(
        &self,
        place: &PlaceSpec,
        compose: &Compose,
    ) -> Result<BTreeMap<String, State>, Refusal> {
        let services = self.told(place, compose, &["config", "--services"]).await?;
        let services = services.lines().map(str::trim).filter(|it| !it.is_empty());
        if compose.plugin {
            let text = self
                .told(place, compose, &["ps", "-a", "--format", "json"])
                .await?;
            let all = State::of_json(&text)
                .map_err(|why| Refusal::unreadable(format!("compose at {}", place.name), why))?;
            return Ok(services
                .map(|name| (name.to_owned(), all.of_service(name)))
                .collect());
        }
        let running = self
            .told(
                place,
                compose,
                &["ps", "--services", "--filter", "status=running"],
            )
            .await?;
        let mut found = BTreeMap::new();
        for name in services {
            let ids = self.told(place, compose, &["ps", "-q", name]).await?;
            let runs = running.lines().any(|line| line.trim() == name);
            found.insert(name.to_owned(), State::of_ids(&ids, runs));
        }
        Ok(found)
    }

    async fn all(
        &self,
        place: &PlaceSpec,
        compose: &Compose,
        only: Option<&str>,
    ) -> Result<(String, Values), Refusal> {
        let mut text = String::new();
        let mut values = Values::new();
        let mut down = 0;
        for (name, state) in self.states(place, compose).await? {
            if only.is_some_and(|only| only != name) {
                continue;
            }
            let health = state
                .health()
                .filter(|it| *it != "none")
                .unwrap_or_default();
            // Writing to a string can't fail.
            let _ = writeln!(
                text,
                "{name}\t{}\t{}\t{health}",
                state.word(),
                state.running().len()
            );
            down += i64::from(!state.runs());
            values.insert(field_of_service(&name), Value::text(state.word()));
        }
        values.insert("down".to_owned(), Value::Int(down));
        Ok((text, values))
    }

    async fn used(
        &self,
        place: &PlaceSpec,
        compose: &Compose,
    ) -> Result<(String, Values), Refusal> {
        let states = self.states(place, compose).await?;
        let of: BTreeMap<&str, &str> = states
            .iter()
            .flat_map(|(name, state)| state.running().into_iter().map(|id| (id, name.as_str())))
            .collect();
        let mut uses: BTreeMap<&str, Uses> = BTreeMap::new();
        if !of.is_empty() {
            let docker = self.docker(place).await?;
            let mut args = [
                "stats",
                "--no-stream",
                "--no-trunc",
                "--format",
                "{{json .}}",
            ]
            .map(str::to_owned)
            .to_vec();
            args.extend(of.keys().map(|id| (*id).to_owned()));
            let odd = |why: String| Refusal::unreadable("docker stats", why);
            let heard = hear(&self.host.call(place, &docker, args, ASKING)).await;
            let text = heard.map_err(odd)?.text;
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let cannot = || odd("what it says can't be read".to_owned());
                let used: Used = serde_json::from_str(line).map_err(|_| cannot())?;
                let (id, more) = (used.id.as_str(), uses_of(&used).ok_or_else(cannot)?);
                let same = |it: &&&str| it.starts_with(id) || id.starts_with(**it);
                let name = of.keys().find(same).map(|id| of[id]).ok_or_else(cannot)?;
                let uses = uses.entry(name).or_default();
                uses.memory += more.memory;
                uses.cpu += more.cpu;
            }
        }
        Ok(told(&uses))
    }
}

/// The longest a program that only reads may take.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// A path at a place, from its folder on where it is not whole.
fn in_folder(place: &PlaceSpec, path: &str) -> PathBuf {
    let folder = place.cwd.as_deref().unwrap_or("/");
    PathBuf::from(folder).join(path)
}

/// What is there to be gone into.
fn runs(asked: &Asked<'_>, state: &State) -> Result<(), Refusal> {
    if state.runs() {
        return Ok(());
    }
    let why = format!("it is {}, so nothing can be run in it", state.word());
    Err(Refusal::unreadable(asked.target().to_string(), why))
}

/// What it means to who asks whether something is up that nothing of its service can be gone into.
fn absent_means(step: &Planned, state: &State, refusal: &Refusal) -> Option<Values> {
    let ending = step.save.as_ref()?.ending()?;
    let why = why(refusal);
    let told = || {
        if state.is_gone() {
            ending.told(Sign::Absent, &why)
        } else {
            ending.untold(&why)
        }
    };
    ending.proves().then(told)
}

fn told(uses: &BTreeMap<&str, Uses>) -> (String, Values) {
    let mut by_memory: Vec<(&str, Uses)> = uses.iter().map(|(name, uses)| (*name, *uses)).collect();
    by_memory.sort_by(|one, other| other.1.memory.total_cmp(&one.1.memory));
    let mut text = String::new();
    let mut values = Values::new();
    for (name, uses) in &by_memory {
        let _ = writeln!(
            text,
            "{name}\t{:.1} MiB\t{:.2} %",
            uses.memory / 1_048_576.0,
            uses.cpu * 100.0
        );
        let field = field_of_service(name);
        values.insert(format!("memory_{field}"), Value::Float(uses.memory));
        values.insert(format!("cpu_{field}"), Value::Float(uses.cpu));
    }
    let heaviest = by_memory
        .first()
        .map_or(Value::Absent, |(name, _)| Value::text(*name));
    values.insert("heaviest".to_owned(), heaviest);
    (text, values)
}

/// `"12.5%"`, `"10.5MiB / 1.9GiB"`
fn uses_of(used: &Used) -> Option<Uses> {
    let cpu = used.cpu.trim().strip_suffix('%')?.parse::<f64>().ok()? / 100.0;
    let memory = used.memory.split('/').next()?.trim();
    let at = memory.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = memory.split_at(at);
    let times = match unit.trim() {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "KiB" => 1024.0,
        "MB" => 1e6,
        "MiB" => 1024.0 * 1024.0,
        "GB" => 1e9,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        "TB" => 1e12,
        "TiB" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    Some(Uses {
        memory: number * times,
        cpu,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: D6
    #[test]
    fn the_service_that_uses_most_is_named_whatever_its_unit() {
        let uses = |memory: &str| {
            uses_of(&Used {
                id: "c0ffee".to_owned(),
                cpu: "12.50%".to_owned(),
                memory: format!("{memory} / 1.9GiB"),
            })
        };
        let backend = Value::Float(uses("900MiB").unwrap().memory);
        assert_eq!(backend, Value::Float(943_718_400.0));
        let all = [
            ("backend", uses("900MiB").unwrap()),
            ("postgres", uses("1.2GiB").unwrap()),
            ("redis", uses("512KiB").unwrap()),
        ];
        let (text, values) = told(&all.into_iter().collect());
        assert_eq!(values["heaviest"], Value::text("postgres"));
        assert_eq!(values["cpu_redis"], Value::Float(0.125));
        assert!(
            text.starts_with("postgres\t1228.8 MiB\t12.50 %\nbackend\t"),
            "{text}"
        );
        assert_eq!(uses("--"), None);
        assert_eq!(told(&BTreeMap::new()).1["heaviest"], Value::Absent);
    }
}
