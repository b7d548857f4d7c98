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
        plan::{Ground, plan},
        run::{Judgement, RunEffect, RunEvent, RunMachine},
        undo,
    },
    app::{
        board,
        effect::Remembered,
        judging::judging,
        model::{Look, Model, Size, Start},
        planning,
    },
    domain::{
        action::{
            fact::FactName,
            place::{ConnectionSpec, PlaceSpec},
            plan::Plan,
            preflight::{Draft, Preflight, Preflighted},
            record::{ActorMark, Entry, Intent, Outcome, Run, RunState, StepLine},
            refusal::Refusal,
            step::{Planned, Saved},
            target::Target,
            value::Values,
            verdict::{Output, StepEnd, Verdict},
        },
        desk::{Desk, Namespaces},
        id::RunId,
        policy::Policy,
        settings::Glyphs,
        text::Lang,
        time::Moment,
    },
    pack::{Pack, Truth},
    runtime::{
        clock::SystemClock,
        executors::{
            Commands, ComposePrograms, Composes, Databases, Doing, Executor as _, Executors,
            Families, Host, Inside, InspectionPrograms, Inspections, Places, ProgramRules, Redises,
            Rooms, Secrets, Systemd, Tell, Waits,
        },
    },
};
use tokio_util::sync::CancellationToken;

use super::Bed;

pub struct Project {
    pub folder: tempfile::TempDir,
    pub pack: Arc<Pack>,
    pub executors: Executors,
    /// What guards and `verify` are judged on: nothing is measured, and no ledger but what a test says.
    model: Mutex<Model>,
}

/// What became of a run, and what it wrote.
pub struct Done {
    pub outcome: Outcome,
    pub saved: Saved,
    pub told: String,
}

impl Done {
    /// It ended as it should have; else what it wrote is told.
    #[track_caller]
    pub fn ended(&self, verdict: Verdict) {
        let Self { outcome, told, .. } = self;
        assert_eq!(outcome.verdict, verdict, "{outcome:?}: {told}");
    }
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
        let pack = Arc::new(Pack::embedded(pack).unwrap().unwrap());
        Self::of(bed, pack, plugin, places, connections)
    }

    /// The same of a pack that a test made its own.
    pub fn of(
        bed: &Bed,
        pack: Arc<Pack>,
        plugin: bool,
        places: impl FnOnce(&Path, &Pack) -> Vec<PlaceSpec>,
        connections: impl FnOnce(Vec<ConnectionSpec>) -> Vec<ConnectionSpec>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = laid_out(folder.path(), bed, plugin);
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
        let systemd = Systemd::new(host.clone(), folder.path().join("bin/systemctl"));
        let inspections = Inspections::new(
            host.clone(),
            (systemd.clone(), composes.clone()),
            InspectionPrograms::default(),
            Arc::new(SystemClock::start()),
        );
        let rooms: Arc<dyn Inside> = Arc::new(Rooms {
            cluster: None,
            composes: composes.clone(),
        });
        let connections = connections(pack.connections().to_vec());
        let executors = Executors::real(Families {
            command: Some(Arc::new(Commands::new(host))),
            compose: Some(Arc::new(composes)),
            systemd: Some(Arc::new(systemd)),
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
            inspections: Some(Arc::new(inspections)),
            wait: Some(Arc::new(Waits)),
            ..Families::default()
        });
        let model = Mutex::new(model(&pack));
        Self {
            folder,
            pack,
            executors,
            model,
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
        let catalogue = self.catalogue();
        let item = catalogue.item(action).unwrap();
        draft::draft(&item, None, params, self.site()).unwrap()
    }

    fn catalogue(&self) -> Catalogue {
        let generic = Arc::new(Pack::generic());
        Catalogue::new(self.pack.clone(), generic, &Policy::default())
    }

    fn site(&self) -> Site<'_> {
        Site {
            namespace: None,
            env: self.pack.environment(),
        }
    }

    /// What is known of earlier runs: this one of the pack ended well just now.
    pub fn did(&self, action: &str) {
        let mut model = self.model.lock().unwrap();
        let now = model.now.wall;
        let mut plan = Plan::of_steps(
            Target::Named {
                name: action.to_owned(),
            },
            Vec::new(),
        );
        plan.action = format!("{}/{action}", self.pack.id).into();
        plan.desk = planning::desk_mark(&model);
        let outcome = Outcome {
            verdict: Verdict::Verified,
            why: None,
            snapshot: Values::new(),
            done: Vec::new(),
        };
        let run = ran(plan, outcome, &Saved::new(), now);
        model.acts.runs.push(Arc::new(run));
    }

    /// The plan that takes back what was done, where the world is as that left it.
    pub async fn way_back(&self, plan: &Plan, done: &Done) -> Result<Plan, Refusal> {
        let now = self.model.lock().unwrap().now.wall;
        let run = ran(plan.clone(), done.outcome.clone(), &done.saved, now);
        let draft = undo::draft(&run).expect("it can be taken back")?;
        let found = self.look(&draft).await?;
        let desk = planning::desk_mark(&self.model.lock().unwrap());
        undo::plan(&run, &draft, &found, (desk, "li".to_owned()))
    }

    pub async fn look(&self, draft: &Draft) -> Preflighted {
        self.executors.preflight(draft).await
    }

    /// The plan of a draft as it is found now, where its guard lets it through.
    pub async fn proposed(&self, draft: &Draft) -> Result<Plan, Refusal> {
        let found = self.look(draft).await?;
        if let Some(refused) = &found.refused {
            return Err((**refused).clone());
        }
        let catalogue = self.catalogue();
        let item = catalogue.item(draft.action.as_str()).unwrap();
        let model = self.model.lock().unwrap();
        let desk = planning::desk_mark(&model);
        let facts = board::facts(&model);
        let ground = Ground {
            desk: &desk,
            principal: "li",
            site: self.site(),
            facts: &facts,
            watched: &*model,
        };
        plan(&catalogue, &item, draft, &found, &ground)
    }

    /// The same where it is let through.
    pub async fn planned(&self, draft: &Draft) -> Plan {
        let plan = self.proposed(draft).await;
        plan.unwrap_or_else(|refusal| panic!("{} is refused: {refusal:?}", draft.action))
    }

    /// What `verify` of a plan's action says of what its steps gave.
    fn judged(&self, plan: &Plan, saved: &Saved) -> Judgement {
        let model = self.model.lock().unwrap();
        let judged = judging(&model, plan, saved).and_then(|judging| judging.verify);
        Judgement {
            verify: judged.map_or(Truth::Unknown, |judged| judged.truth),
            helped: Truth::True,
            last: Vec::new(),
        }
    }

    /// Does a plan as its runner does; whatever a person is asked for is answered.
    pub async fn run(&self, plan: Plan) -> Done {
        let agreed = plan.clone();
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
                    let read = self.executors.recheck(&rest).await;
                    // Who acts, on which pack, is nothing that moves here.
                    let own = rest
                        .facts
                        .into_iter()
                        .filter(|fact| matches!(fact.name, FactName::Pack | FactName::Principal));
                    RunEvent::Facts(read.map(|read| read.into_iter().chain(own).collect()))
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
                    ..
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
                RunEffect::Judge => RunEvent::Judged(self.judged(&agreed, machine.saved())),
                RunEffect::Stop | RunEffect::Leave => break,
            };
            effects = machine.handle(event, now);
            while effects.is_empty() && !machine.is_over() {
                // A person, or time.
                now += std::time::Duration::from_secs(1);
                let Some(step) = machine.doing() else {
                    let judged = self.judged(&agreed, machine.saved());
                    effects = machine.handle(RunEvent::Judged(judged), now);
                    if effects.is_empty() {
                        effects = machine.handle(RunEvent::Tick, now);
                    }
                    continue;
                };
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

/// A run as the ledger has it: each of its steps was done and gave what is saved under its name.
fn ran(plan: Plan, outcome: Outcome, saved: &Saved, at: jiff::Timestamp) -> Run {
    let line = |step: &Planned| {
        let given = step.save.as_ref().and_then(|save| saved.get(&save.name));
        StepLine {
            started_at: Some(at),
            ended_at: Some(at),
            end: Some(StepEnd::Done {
                said: Vec::new(),
                saved: given.cloned().unwrap_or_default(),
            }),
            ..StepLine::default()
        }
    };
    Run {
        id: format!("{}-before", plan.action.name()).into(),
        actor: ActorMark::default(),
        steps: plan.steps.iter().map(line).collect(),
        intent: Intent {
            digest: plan.digest(),
            plan,
            preflight: Preflight::default(),
            snapshot: Values::new(),
            desk_args: Vec::new(),
            undo_of: None,
        },
        asked_at: at,
        state: RunState::Ended(outcome),
        ended_at: Some(at),
        owner: None,
        beat_at: None,
        cancel_asked: false,
        acknowledged: false,
    }
}

/// How a desk looks at which nobody looks.
pub fn plain_look() -> Look {
    Look {
        lang: Lang::En,
        glyphs: Glyphs::Unicode,
        theme: "default".to_owned(),
        themes: Vec::new(),
        mouse: false,
        titles: Default::default(),
        zone: jiff::tz::TimeZone::UTC,
    }
}

/// A desk of a pack without a cluster, on a Friday afternoon, outside of any window.
fn model(pack: &Arc<Pack>) -> Model {
    let wall = "2026-11-20T06:00:00Z".parse().unwrap();
    let mut model = Model::new(Start {
        desk: Desk {
            pack: Some(pack.id.clone()),
            context: pack.id.to_string(),
            namespaces: Namespaces::All,
            kubeconfig: None,
            alertmanager: None,
            demo: None,
            read_only: false,
        },
        pack: Arc::clone(pack),
        policy: Policy::default(),
        look: plain_look(),
        remembered: Remembered::default(),
        now: Moment::new(wall, std::time::Duration::ZERO),
        size: Size {
            columns: 80,
            rows: 24,
        },
    });
    model.acts.ledger = Some(Ok(()));
    model
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
