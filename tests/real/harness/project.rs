//! A project of compose on this machine: a docker that keeps its state, and in its containers the clients of the bed's own
//! servers. The actions of a pack are done on it as a runner does them.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use quarterdeck::{
    actions::{
        catalogue::Catalogue,
        draft::{self, Site},
        run::{Judgement, RunEffect, RunEvent, RunMachine},
    },
    domain::{
        action::{
            place::{ConnectionSpec, PlaceSpec},
            plan::Plan,
            preflight::{Draft, Preflighted},
            record::{Entry, Outcome},
            step::Saved,
            value::Values,
            verdict::Output,
        },
        id::RunId,
        policy::Policy,
    },
    pack::{Pack, Truth},
    runtime::executors::{
        Commands, ComposePrograms, Composes, Databases, Doing, Executor as _, Executors, Families,
        Host, Inside, Places, ProgramRules, Redises, Rooms, Secrets, Tell, Waits,
    },
};
use tokio_util::sync::CancellationToken;

use super::Bed;

pub struct Project {
    pub folder: tempfile::TempDir,
    pub pack: Arc<Pack>,
    pub executors: Executors,
}

/// What became of a run, and what it wrote.
pub struct Done {
    pub outcome: Outcome,
    pub saved: Saved,
    pub told: String,
}

impl Project {
    /// The project of a pack; `places` says where its places are, `plugin` which compose there is.
    pub fn new(
        bed: &Bed,
        pack: &str,
        plugin: bool,
        places: impl FnOnce(&Path, &Pack) -> Vec<PlaceSpec>,
        connections: impl FnOnce(Vec<ConnectionSpec>) -> Vec<ConnectionSpec>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = laid_out(folder.path(), bed, plugin);
        let pack = Arc::new(Pack::embedded(pack).unwrap().unwrap());
        let places = places(folder.path(), &pack);
        let host = Arc::new(Host::new(
            Places::new(places),
            ProgramRules::default(),
            Secrets::default(),
        ));
        let composes = Composes::new(
            host.clone(),
            ComposePrograms {
                docker: programs.join("docker"),
                docker_compose: programs.join("docker-compose"),
            },
        );
        let rooms: Arc<dyn Inside> = Arc::new(Rooms {
            cluster: None,
            composes: composes.clone(),
        });
        let connections = connections(pack.connections().to_vec());
        let executors = Executors::real(Families {
            command: Some(Arc::new(Commands::new(host))),
            compose: Some(Arc::new(composes)),
            sql: Some(Arc::new(Databases::new(
                connections.clone(),
                Secrets::default(),
                Some(rooms.clone()),
            ))),
            redis: Some(Arc::new(Redises::new(
                connections,
                Secrets::default(),
                Some(rooms),
            ))),
            wait: Some(Arc::new(Waits)),
            ..Families::default()
        });
        Self {
            folder,
            pack,
            executors,
        }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn program(&self, name: &str, text: &str) {
        program(&self.at(name), text);
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    /// What an action would do with these parameters.
    pub fn draft(&self, action: &str, params: &Values) -> Draft {
        let generic = Arc::new(Pack::generic());
        let catalogue = Catalogue::new(self.pack.clone(), generic, &Policy::default());
        let item = catalogue.item(action).unwrap();
        draft::draft(&item, None, params, Site::default()).unwrap()
    }

    pub async fn look(&self, draft: &Draft) -> Preflighted {
        self.executors.preflight(draft).await
    }

    /// The plan of a draft as it is found now.
    pub async fn planned(&self, draft: &Draft) -> Plan {
        let found = self.look(draft).await.unwrap();
        let generic = Arc::new(Pack::generic());
        let catalogue = Catalogue::new(self.pack.clone(), generic, &Policy::default());
        Plan {
            action: draft.action.clone(),
            tier: catalogue.spec(&draft.action).unwrap().tier,
            params: draft.params.clone(),
            facts: found.facts,
            before: found.before,
            reads: draft.reads.clone(),
            items: found.items,
            ..Plan::of_steps(draft.target.clone(), draft.steps.clone())
        }
    }

    /// Does a plan as its runner does; whatever a person is asked for is answered.
    pub async fn run(&self, plan: Plan) -> Done {
        let run = RunId::from("run-1");
        let told = Arc::<Mutex<String>>::default();
        let into = Arc::clone(&told);
        let tell: Tell =
            Arc::new(move |output: Output| into.lock().unwrap().push_str(&output.text));
        let cancel = CancellationToken::new();
        let (mut machine, first) = RunMachine::start(run.clone(), plan, None);
        let mut effects = vec![first];
        let mut outcome = None;
        let mut now = std::time::Duration::ZERO;
        while let Some(effect) = effects.pop() {
            let event = match effect {
                RunEffect::Take => RunEvent::Taken(Ok(())),
                RunEffect::Lock => RunEvent::Locked(Ok(())),
                RunEffect::ReadFacts { step, plan } => {
                    let mut rest = *plan;
                    rest.steps.drain(..step);
                    RunEvent::Facts(self.executors.recheck(&rest).await)
                }
                RunEffect::CheckLock => RunEvent::LockChecked(Ok(())),
                RunEffect::Record(entry) => {
                    if let Entry::Outcome(found) = entry {
                        outcome = Some(*found);
                    }
                    RunEvent::Recorded(Ok(()))
                }
                RunEffect::Do {
                    step,
                    planned,
                    plan,
                } => {
                    let doing = Doing {
                        run: &run,
                        plan: &plan,
                        place: step,
                        step: &planned,
                        output: &tell,
                        cancel: &cancel,
                    };
                    RunEvent::Ended(self.executors.run(doing).await)
                }
                RunEffect::Judge => RunEvent::Judged(Judgement {
                    verify: Truth::True,
                    helped: Truth::True,
                    last: Vec::new(),
                }),
                RunEffect::Stop | RunEffect::Leave => break,
            };
            effects = machine.handle(event, now);
            while effects.is_empty() && !machine.is_over() {
                // A person, or time.
                let step = machine.doing().expect("it waits for a step");
                now += std::time::Duration::from_secs(1);
                let text = "seen".to_owned();
                effects = machine.handle(RunEvent::Evidence { step, text }, now);
                if effects.is_empty() {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    effects = machine.handle(RunEvent::Tick, now);
                }
            }
        }
        let told = told.lock().unwrap().clone();
        Done {
            outcome: outcome.expect("a run has an outcome"),
            saved: machine.saved().clone(),
            told,
        }
    }
}

/// The files of a project whose services all run; gives the folder of its docker.
fn laid_out(folder: &Path, bed: &Bed, plugin: bool) -> PathBuf {
    let at = |name: &str| folder.join(name);
    for name in ["state", "logs", "used", "bin"] {
        fs::create_dir(at(name)).unwrap();
    }
    let programs = at("programs");
    fs::create_dir(&programs).unwrap();
    let docker = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs/docker");
    for name in ["docker", "docker-compose"] {
        fs::copy(&docker, programs.join(name)).unwrap();
    }
    if !plugin {
        fs::write(programs.join("no-plugin"), "").unwrap();
    }
    fs::write(at("services"), "nginx\nbackend\npostgres\nredis\n").unwrap();
    fs::write(at("compose.yml"), "services: {}\n").unwrap();
    for service in ["nginx", "backend", "postgres", "redis"] {
        fs::write(
            at(&format!("state/{service}")),
            format!("{service}1 running\n"),
        )
        .unwrap();
        fs::write(at(&format!("used/{service}1")), "1.00% 20MiB\n").unwrap();
        fs::write(
            at(&format!("logs/{service}")),
            format!("a line of {service}\n"),
        )
        .unwrap();
    }
    let own = PathBuf::from(bed.place("DEBIAN"));
    let port = |name: &str| {
        let url = reqwest::Url::parse(bed.place(name)).unwrap();
        url.port().unwrap()
    };
    let wrapped = |name: &str, args: &str| {
        let text = format!(
            "#!/bin/sh\nexec {} {args} \"$@\"\n",
            own.join(name).display()
        );
        program(&at(&format!("bin/{name}")), &text);
    };
    wrapped("psql", &format!("-h 127.0.0.1 -p {}", port("POSTGRES_URL")));
    wrapped(
        "pg_isready",
        &format!("-h 127.0.0.1 -p {}", port("POSTGRES_URL")),
    );
    wrapped("redis-cli", &format!("-p {}", port("REDIS_URL")));
    programs
}

fn program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
