//! Services of a compose project at a place, by whichever compose that place has.

mod state;
#[cfg(test)]
mod tests;

use std::{fmt::Write, path::PathBuf, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use tokio::sync::OnceCell;

use self::state::State;
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        place::PlaceSpec,
        plan::Plan,
        preflight::{Change, Draft, Preflight, Preflighted},
        refusal::Refusal,
        step::{ComposeVerb, Planned, StepKind},
        target::Target,
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::{
        self as executors, Doing, Executor,
        output::Ears,
        program::{
            ASKING, Call, Ended, Host, Known, Ran, differs, limit, program_fact, run, said,
            step_end,
        },
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
    /// Whether docker has the plugin, once that was found out.
    plugin: Arc<OnceCell<bool>>,
}

/// A service to be told something.
struct Asked<'a> {
    place: &'a PlaceSpec,
    verb: ComposeVerb,
    service: String,
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
        } = &step.kind
        else {
            return Err(executors::not_mine(step));
        };
        let service = service.whole().ok_or_else(|| Refusal::Unfilled {
            param: "service".to_owned(),
        })?;
        let place = self.host.places.find(Some(place))?;
        if place.cwd.is_none() {
            // Which project it is hangs on the folder.
            return Err(Refusal::Unreadable {
                what: format!("place {}", place.name),
                why: "it has no folder (cwd) with a compose project".to_owned(),
            });
        }
        Ok(Asked {
            place,
            verb: *verb,
            service: name_of_service(service)?,
        })
    }

    async fn compose(&self, place: &PlaceSpec) -> Result<Compose, Refusal> {
        let docker = self
            .host
            .known(&self.programs.docker.to_string_lossy())
            .await;
        if let Ok(program) = docker {
            let plugin = self
                .plugin
                .get_or_init(|| async {
                    let args = ["compose", "version"].map(str::to_owned).to_vec();
                    let call = self.host.call(place, &program, args, ASKING);
                    run(&call, Ears::default(), None).await.ended == Ended::Exited(0)
                })
                .await;
            if *plugin {
                return Ok(Compose {
                    program,
                    before: vec!["compose".to_owned()],
                    plugin: true,
                });
            }
        }
        let alone = self.programs.docker_compose.to_string_lossy().into_owned();
        let program = self
            .host
            .known(&alone)
            .await
            .map_err(|refusal| match refusal {
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

    async fn hear(&self, call: &Call) -> Result<String, String> {
        let ran: Ran = run(call, Ears::default(), None).await;
        if ran.ended == Ended::Exited(0) {
            return Ok(ran.out.text);
        }
        Err(match step_end(&ran, None) {
            StepEnd::Failed { why } | StepEnd::Unknown { why } => why,
            _ => "it was stopped".to_owned(),
        })
    }

    /// What the service is now.
    async fn state(&self, asked: &Asked<'_>, compose: &Compose) -> Result<State, Refusal> {
        let unreadable = |why: String| Refusal::Unreadable {
            what: asked.target().to_string(),
            why,
        };
        let call = |own: &[&str]| {
            self.host
                .call(asked.place, &compose.program, compose.args(own), ASKING)
        };
        let services = self.hear(&call(&["config", "--services"])).await;
        let services = services.map_err(unreadable)?;
        if !services.lines().any(|line| line.trim() == asked.service) {
            return Err(Refusal::NotFound {
                target: asked.target().to_string(),
            });
        }
        if compose.plugin {
            let text = self
                .hear(&call(&["ps", "-a", "--format", "json", &asked.service]))
                .await;
            return State::of_json(&text.map_err(unreadable)?).map_err(unreadable);
        }
        // The old one says ids alone; that one runs at all is asked apart.
        let ids = self.hear(&call(&["ps", "-q", &asked.service])).await;
        let all = ids.map_err(unreadable)?;
        let filter = ["ps", "--services", "--filter", "status=running"];
        let running = self.hear(&call(&filter)).await.map_err(unreadable)?;
        let runs = running.lines().any(|line| line.trim() == asked.service);
        Ok(State::of_ids(&all, runs))
    }

    async fn found(&self, asked: &Asked<'_>) -> Result<(Compose, State), Refusal> {
        let compose = self.compose(asked.place).await?;
        let state = self.state(asked, &compose).await?;
        Ok((compose, state))
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = self.asked(step)?;
        let (compose, state) = self.found(&asked).await?;
        let call = self.call(&asked, &compose, LONGEST);
        self.host.may(&call).await?;
        let to = match asked.verb {
            ComposeVerb::Up | ComposeVerb::Restart => "running",
            ComposeVerb::Stop => "exited",
        };
        Ok(Preflight {
            facts: facts(&asked, &compose, &state),
            before: state.before(),
            changes: vec![Change {
                of: asked.target(),
                field: "state".to_owned(),
                from: Some(state.word().to_owned()),
                to: Some(to.to_owned()),
            }],
            undo: undo(step, &state),
            ..Preflight::default()
        })
    }

    fn call(&self, asked: &Asked<'_>, compose: &Compose, limit: Duration) -> Call {
        let args = match asked.verb {
            ComposeVerb::Up => compose.args(&["up", "-d", &asked.service]),
            ComposeVerb::Stop => compose.args(&["stop", &asked.service]),
            ComposeVerb::Restart => compose.args(&["restart", &asked.service]),
        };
        self.host.call(asked.place, &compose.program, args, limit)
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        let asked = match self.asked(doing.step) {
            Ok(asked) => asked,
            Err(refusal) => return executors::failed(&refusal),
        };
        let (compose, state) = match self.found(&asked).await {
            Ok(found) => found,
            Err(refusal) => return executors::failed(&refusal),
        };
        if let Some(why) = differs(doing.plan, &facts(&asked, &compose, &state)) {
            return StepEnd::Failed { why };
        }
        let call = self.call(&asked, &compose, limit(doing.step, LONGEST));
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let ran = run(&call, ears, Some(doing.cancel)).await;
        let mut end = step_end(&ran, None);
        // Compose goes, the containers stay: what became of the service is asked.
        let after = self.state(&asked, &compose).await;
        match (&mut end, after) {
            (StepEnd::Done { said: words, .. }, Ok(state)) => {
                words.push(said("state", Value::text(state.word())));
            }
            (StepEnd::Unknown { why } | StepEnd::Cancelled { done: Some(why) }, Ok(state)) => {
                // Writing to a string can't fail.
                let _ = write!(why, "; {} is {} now", asked.service, state.word());
            }
            _ => {}
        }
        end
    }
}

fn facts(asked: &Asked<'_>, compose: &Compose, state: &State) -> Vec<Fact> {
    let name = FactName::Field("containers".to_owned());
    vec![
        program_fact(asked.place, &compose.program),
        Fact::new(asked.target(), name, state.containers()),
    ]
}

fn name_of_service(service: String) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if service.is_empty() || service.starts_with('-') || !service.chars().all(plain) {
        return Err(Refusal::BadValue {
            param: "service".to_owned(),
            value: service,
            why: ValueFault::NotName,
        });
    }
    Ok(service)
}

/// Up and stop take each other back, where they change something.
fn undo(step: &Planned, state: &State) -> Vec<Planned> {
    let StepKind::Compose {
        place,
        verb,
        service,
    } = &step.kind
    else {
        return Vec::new();
    };
    let back = match (verb, state.runs()) {
        (ComposeVerb::Stop, true) => ComposeVerb::Up,
        (ComposeVerb::Up, false) => ComposeVerb::Stop,
        _ => return Vec::new(),
    };
    vec![Planned {
        kind: StepKind::Compose {
            place: place.clone(),
            verb: back,
            service: service.clone(),
        },
        limit: step.limit,
        save: None,
    }]
}

impl Executor for Composes {
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
            let (compose, state) = self.found(&asked).await?;
            Ok(facts(&asked, &compose, &state))
        }
        .boxed()
    }

    /// The state of the service.
    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move {
            let asked = self.asked(step)?;
            Ok(self.found(&asked).await?.1.before())
        }
        .boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
