//! Services of a compose project at a place, by whichever compose that place has.

mod ports;
mod room;
mod seen;
mod state;
mod task;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::Mutex;

use self::state::State;
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        place::PlaceSpec,
        preflight::{Change, Preflight, Preflighted},
        refusal::Refusal,
        step::{ComposeVerb, Planned, StepKind},
        target::Target,
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::{
        Doing,
        family::Family,
        output::Ears,
        program::{
            ASKING, Call, Ended, Host, Known, hear, program_fact, run, seen_after, step_end,
        },
        step::{limit, not_mine, plain_name, said},
    },
};

/// The longest a service may take to do as it is told: an image may have to be fetched.
const LONGEST: Duration = Duration::from_secs(300);

/// Where compose may be: the plugin of docker, and the program of its own that was before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposePrograms {
    pub docker: PathBuf,
    pub docker_compose: PathBuf,
}

impl Default for ComposePrograms {
    fn default() -> Self {
        Self {
            docker: PathBuf::from("/usr/bin/docker"),
            docker_compose: PathBuf::from("/usr/bin/docker-compose"),
        }
    }
}

/// Tells compose what to do with services.
#[derive(Debug, Clone)]
pub struct Composes {
    host: Arc<Host>,
    programs: ComposePrograms,
    /// The places where docker has the plugin or not, once that was found out.
    plugin: Arc<Mutex<BTreeMap<String, bool>>>,
}

/// A service to be told something.
struct Asked<'a> {
    place: &'a PlaceSpec,
    verb: ComposeVerb,
    service: String,
    scale: Option<i64>,
}

impl Asked<'_> {
    fn target(&self) -> Target {
        Target::Service {
            place: self.place.name.clone(),
            service: self.service.clone(),
        }
    }
}

/// The compose of this host.
struct Compose {
    program: Known,
    /// What stands before its own arguments.
    before: Vec<String>,
    plugin: bool,
}

impl Compose {
    fn args(&self, own: &[&str]) -> Vec<String> {
        let own = own.iter().map(|word| (*word).to_owned());
        self.before.iter().cloned().chain(own).collect()
    }
}

impl Composes {
    pub fn new(host: Arc<Host>, programs: ComposePrograms) -> Self {
        Self {
            host,
            programs,
            plugin: Arc::default(),
        }
    }

    fn asked(&self, step: &Planned) -> Result<Asked<'_>, Refusal> {
        let StepKind::Compose {
            place,
            verb,
            service,
            scale,
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        let service = service
            .whole()
            .ok_or_else(|| Refusal::unfilled("service"))?;
        Ok(Asked {
            place: self.project(place)?,
            verb: *verb,
            service: plain_name("service", service, &['_', '.', '-'])?,
            scale: *scale,
        })
    }

    /// The place with a project.
    fn project(&self, place: &str) -> Result<&PlaceSpec, Refusal> {
        let place = self.host.places.anywhere(Some(place))?;
        if place.cwd.is_none() {
            // Which project it is hangs on the folder.
            return Err(Refusal::unreadable(
                format!("place {}", place.name),
                "it has no folder (cwd) with a compose project",
            ));
        }
        Ok(place)
    }

    async fn compose(&self, place: &PlaceSpec) -> Result<Compose, Refusal> {
        let docker = self.docker(place).await;
        if let Ok(program) = docker
            && self.has_plugin(place, &program).await?
        {
            return Ok(Compose {
                program,
                before: vec!["compose".to_owned()],
                plugin: true,
            });
        }
        let alone = self.programs.docker_compose.to_string_lossy().into_owned();
        let program = self.host.known_at(place, &alone).await;
        let program = program.map_err(|refusal| match refusal {
            Refusal::NotFound { .. } => Refusal::NotFound {
                target: "docker compose".to_owned(),
            },
            other => other,
        })?;
        Ok(Compose {
            program,
            before: Vec::new(),
            plugin: false,
        })
    }

    /// Whether docker has compose in it there; what nobody could tell is asked again.
    async fn has_plugin(&self, place: &PlaceSpec, docker: &Known) -> Result<bool, Refusal> {
        if let Some(known) = self.plugin.lock().await.get(&place.name) {
            return Ok(*known);
        }
        let args = ["compose", "version"].map(str::to_owned).to_vec();
        let call = self.host.call(place, docker, args, ASKING);
        let Ended::Exited(code) = run(&call, Ears::default(), None).await.ended else {
            let what = format!("compose version at {}", place.name);
            return Err(Refusal::unreadable(what, "no answer"));
        };
        let has = code == 0;
        self.plugin.lock().await.insert(place.name.clone(), has);
        Ok(has)
    }

    async fn docker(&self, place: &PlaceSpec) -> Result<Known, Refusal> {
        let docker = self.programs.docker.to_string_lossy();
        self.host.known_at(place, &docker).await
    }

    /// What compose says at a place.
    async fn told(
        &self,
        place: &PlaceSpec,
        compose: &Compose,
        own: &[&str],
    ) -> Result<String, Refusal> {
        let call = self
            .host
            .call(place, &compose.program, compose.args(own), ASKING);
        let what = format!("compose {} at {}", own.join(" "), place.name);
        match hear(&call).await {
            Ok(heard) if heard.overflow => Err(Refusal::unreadable(what, "it is too long")),
            Ok(heard) => Ok(heard.text),
            Err(why) => Err(Refusal::unreadable(what, why)),
        }
    }

    /// What the service is now; the old program does not tell what its checks of health say.
    async fn state(&self, asked: &Asked<'_>, compose: &Compose) -> Result<State, Refusal> {
        let unreadable = |why: String| Refusal::unreadable(asked.target().to_string(), why);
        let call = |own: &[&str]| {
            self.host
                .call(asked.place, &compose.program, compose.args(own), ASKING)
        };
        let said = async |own: &[&str]| {
            let heard = hear(&call(own)).await;
            heard.map(|heard| heard.text).map_err(unreadable)
        };
        let services = said(&["config", "--services"]).await?;
        if !services.lines().any(|line| line.trim() == asked.service) {
            return Err(Refusal::NotFound {
                target: asked.target().to_string(),
            });
        }
        if compose.plugin {
            let text = said(&["ps", "-a", "--format", "json", &asked.service]).await?;
            return State::of_json(&text).map_err(unreadable);
        }
        // The old one says ids alone; that one runs at all is asked apart.
        let all = said(&["ps", "-q", &asked.service]).await?;
        let running = said(&["ps", "--services", "--filter", "status=running"]).await?;
        let runs = running.lines().any(|line| line.trim() == asked.service);
        Ok(State::of_ids(&all, runs))
    }

    async fn found(&self, asked: &Asked<'_>) -> Result<(Compose, State), Refusal> {
        let compose = self.compose(asked.place).await?;
        let state = self.state(asked, &compose).await?;
        Ok((compose, state))
    }

    fn call(&self, asked: &Asked<'_>, compose: &Compose, limit: Duration) -> Call {
        let scale = asked
            .scale
            .map(|count| format!("{}={count}", asked.service));
        let mut own = asked.verb.words().to_vec();
        if let Some(scale) = &scale {
            // Those that run go on as they are.
            own.extend(["--no-recreate", "--scale", scale]);
        }
        own.push(&asked.service);
        let args = compose.args(&own);
        self.host.call(asked.place, &compose.program, args, limit)
    }
}

impl Family for Composes {
    async fn look(&self, step: &Planned) -> Preflighted {
        if let StepKind::InCompose { place, task } = &step.kind {
            return self.look_in(place, task).await;
        }
        let asked = self.asked(step)?;
        let (compose, state) = self.found(&asked).await?;
        let call = self.call(&asked, &compose, LONGEST);
        self.host.may(&call).await?;
        let to = match asked.verb {
            ComposeVerb::Up | ComposeVerb::Restart => "running",
            ComposeVerb::Stop | ComposeVerb::Kill => "exited",
        };
        let mut changes = vec![Change {
            of: asked.target(),
            field: "state".to_owned(),
            from: Some(state.word().to_owned()),
            to: Some(to.to_owned()),
        }];
        if let Some(count) = asked.scale {
            self.may_be_many(&asked, &compose, count).await?;
            changes.push(Change {
                of: asked.target(),
                field: "containers".to_owned(),
                from: Some(state.count().to_string()),
                to: Some(count.to_string()),
            });
        }
        Ok(Preflight {
            facts: facts(&asked, &compose, &state),
            before: state.before(),
            changes,
            undo: undo(step, &state),
            ..Preflight::default()
        })
    }

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        if let StepKind::InCompose { place, task } = &step.kind {
            return Ok(self.look_in(place, task).await?.facts);
        }
        let asked = self.asked(step)?;
        let (compose, state) = self.found(&asked).await?;
        Ok(facts(&asked, &compose, &state))
    }

    /// The state of the service, or what is said in it.
    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        if let StepKind::InCompose { place, task } = &step.kind {
            return self.read_in(step, place, task).await;
        }
        let asked = self.asked(step)?;
        Ok(self.found(&asked).await?.1.before())
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        if let StepKind::InCompose { place, task } = &doing.step.kind {
            return self.act_in(&doing, place, task).await;
        }
        let asked = self.asked(doing.step)?;
        let compose = self.compose(asked.place).await?;
        let call = self.call(&asked, &compose, limit(doing.step, LONGEST));
        let ran = run(&call, doing.ears(), Some(doing.cancel)).await;
        let end = step_end(&ran, None);
        // Compose goes, the containers stay: what became of the service is asked.
        let Ok(after) = self.state(&asked, &compose).await else {
            return Ok(end);
        };
        let words = format!("{} is {} now", asked.service, after.word());
        let running = i64::try_from(after.running().len()).unwrap_or(i64::MAX);
        if let (StepEnd::Done { .. }, Some(count)) = (&end, asked.scale)
            && running != count
        {
            let why = format!("exit 0, but {running} containers of {} run", asked.service);
            return Ok(StepEnd::Failed { why });
        }
        Ok(seen_after(
            end,
            said("state", Value::text(after.word())),
            &words,
        ))
    }
}

fn facts(asked: &Asked<'_>, compose: &Compose, state: &State) -> Vec<Fact> {
    let name = FactName::Field("containers".to_owned());
    vec![
        program_fact(asked.place, &compose.program),
        Fact::new(asked.target(), name, state.containers()),
    ]
}

/// Up and stop take each other back, where they change something.
fn undo(step: &Planned, state: &State) -> Vec<Planned> {
    let StepKind::Compose {
        place,
        verb,
        service,
        scale,
    } = &step.kind
    else {
        return Vec::new();
    };
    let count = i64::try_from(state.running().len()).unwrap_or(i64::MAX);
    if scale.is_some() && state.runs() {
        // As many as there were.
        return vec![Planned {
            kind: StepKind::Compose {
                place: place.clone(),
                verb: ComposeVerb::Up,
                service: service.clone(),
                scale: Some(count),
            },
            limit: step.limit,
            save: None,
            again: None,
            batch: None,
        }];
    }
    let back = match (verb, state.runs()) {
        (ComposeVerb::Stop | ComposeVerb::Kill, true) => ComposeVerb::Up,
        (ComposeVerb::Up, false) => ComposeVerb::Stop,
        _ => return Vec::new(),
    };
    vec![Planned {
        kind: StepKind::Compose {
            place: place.clone(),
            verb: back,
            service: service.clone(),
            scale: None,
        },
        limit: step.limit,
        save: None,
        again: None,
        batch: None,
    }]
}
