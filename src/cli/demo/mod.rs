//! The demo: the cockpit on a cluster that comes with it, or that cluster alone.

use std::{
    fmt::Write as _,
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use color_eyre::eyre::WrapErr;
use futures::{FutureExt, future::BoxFuture};

use crate::{
    config::{Flags, Inputs, Loaded, load},
    domain::{
        desk::{DemoMark, Desk, Namespaces},
        text::Lang,
        time::{Clock, Moment},
    },
    i18n::Texts,
    ledger::SqliteLedger,
    pack::Pack,
    runtime::{
        acts::runs,
        clock::begin_at,
        cockpit::Opening,
        executors::{SimulatedAnswer, SimulatedPrograms},
        readers::Plan,
        rehearsal::{Rehearsed, rehearse, script::Script},
        signals::Signals,
    },
    sim::{
        clock::SimClock,
        start::{Sim, SimHandle, SimOptions},
        world::scenario::{ScenarioTitle, list, load as load_scenario},
    },
};

mod colleague;
mod story;

pub(super) use self::colleague::signers;
use self::{
    colleague::Colleague,
    story::{foreign, pack_of, refusal, scenario_of},
};
use super::{
    Exit,
    acting::{self, DemoWorld},
    args::{DemoArgs, DeskArgs},
    clock, colour_on_stderr,
    open::{self, PATIENCE, Purpose},
    packs, say,
};

/// A demo that may be played: how its screen is wanted, and what happens.
struct Played {
    inputs: Inputs,
    loaded: Loaded,
    texts: Texts,
    scenario: String,
}

/// What can't be played is said, and what is only asked about is told.
fn wanted(desk: &DeskArgs, args: &DemoArgs) -> Result<Played, Exit> {
    let (inputs, loaded) = read(desk, args)?;
    let texts = Texts::new(loaded.settings.lang);
    if args.list {
        say::out(&scenarios(texts.lang()));
        return Err(Exit::Fine);
    }
    let pack = loaded.settings.pack.as_deref();
    let scenario = scenario_of(args, pack);
    if let Err(error) = load_scenario(&scenario) {
        say::err(&refusal(&error, &texts));
        return Err(Exit::Usage);
    }
    if !(args.speed.is_finite() && args.speed > 0.0) {
        say::err(texts.t("error-speed"));
        return Err(Exit::Usage);
    }
    Ok(Played {
        inputs,
        loaded,
        texts,
        scenario,
    })
}

pub(super) fn demo(desk: &DeskArgs, args: &DemoArgs) -> color_eyre::Result<Exit> {
    let played = match wanted(desk, args) {
        Ok(played) => played,
        Err(exit) => return Ok(exit),
    };
    if let Some(folder) = &args.serve {
        return serve(options(args, &played.scenario), folder, &played.texts);
    }
    let script = args.script.as_deref();
    let script = match script.map(|file| read_script(file, &played.texts)) {
        Some(Err(exit)) => return Ok(exit),
        Some(Ok(script)) => Some(script),
        None => None,
    };
    let pack = played.loaded.settings.pack.as_deref();
    let said = foreign(&played.scenario, pack, &played.texts);
    let stage = match Stage::set(played, args)? {
        Ok(stage) => stage,
        Err(exit) => return Ok(exit),
    };
    if let Some(said) = said {
        say::err(&said);
    }
    let purpose = Purpose {
        records: Some(stage.folder.0.join("records")),
        ..Purpose::default()
    };
    let on = (stage.pack, stage.desk);
    let exit = if let Some(script) = script {
        let opening = open::opening((stage.inputs, &stage.loaded), on, stage.plan, purpose)?;
        led(opening, &script, &stage.texts)?
    } else {
        let of = (stage.inputs, &stage.loaded, &stage.texts);
        let ended = open::opened(of, on, stage.plan, purpose)?;
        ended.map_or_else(|exit| exit, |ended| open::exit_of(&ended))
    };
    tell_what_ended(&stage.folder.ledger(), &stage.texts);
    Ok(exit)
}

/// A script that presses keys.
pub(super) fn read_script(file: &Path, texts: &Texts) -> Result<Script, Exit> {
    let read = fs::read_to_string(file).map_err(|error| error.to_string());
    let read = read.and_then(|text| Script::read(&text).map_err(|error| error.to_string()));
    read.map_err(|why| {
        let path = file.display().to_string();
        let args = [("path", path.into()), ("why", why.into())];
        say::err(&texts.with("drill-bad-script", &args));
        Exit::Usage
    })
}

/// Lets a script lead a cockpit to its end.
pub(super) fn led(opening: Opening, script: &Script, texts: &Texts) -> color_eyre::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(rehearse(opening, script));
    runtime.shutdown_timeout(PATIENCE);
    Ok(match ended? {
        Rehearsed::Done => Exit::Fine,
        Rehearsed::Signal(signal) => Exit::Signal(signal),
        Rehearsed::Stuck { step, screen } => {
            say::err(&texts.with("drill-stuck", &[("step", step.into())]));
            say::err(&screen);
            Exit::Failed
        }
    })
}

/// How a person wants the screen of a demo.
fn read(desk: &DeskArgs, args: &DemoArgs) -> Result<(Inputs, Loaded), Exit> {
    let inputs = inputs_of_demo(desk, args);
    match load(&inputs) {
        Ok(loaded) => Ok((inputs, loaded)),
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            Err(Exit::Usage)
        }
    }
}

fn options(args: &DemoArgs, scenario: &str) -> SimOptions {
    SimOptions {
        scenario: scenario.to_owned(),
        speed: args.speed,
        seed: args.seed,
        pods: args.pods,
        churn: args.churn as f64,
        clock: None,
    }
}

/// An embedded cluster and the desk on it, ready to be opened.
pub(super) struct Stage {
    pub inputs: Inputs,
    pub loaded: Loaded,
    pub texts: Texts,
    pub pack: Arc<Pack>,
    pub desk: Desk,
    pub plan: BoxFuture<'static, color_eyre::Result<Plan>>,
    pub folder: Folder,
}

impl Stage {
    /// Sets one for a person who asked for it; what is wrong with the scenario is said.
    pub fn of(desk: &DeskArgs, args: &DemoArgs) -> color_eyre::Result<Result<Self, Exit>> {
        match wanted(desk, args) {
            Ok(played) => Self::set(played, args),
            Err(exit) => Ok(Err(exit)),
        }
    }

    fn set(played: Played, args: &DemoArgs) -> color_eyre::Result<Result<Self, Exit>> {
        let Played {
            inputs,
            loaded,
            texts,
            scenario,
        } = played;
        let pack = match packs::chosen(&loaded, &texts) {
            Ok(pack) => Arc::new(pack),
            Err(why) => {
                say::err(&why);
                return Ok(Err(Exit::Usage));
            }
        };
        let now = clock().now().wall;
        let begins = args.at.and_then(|at| at.moment(now, &pack.time_zone));
        if let Some(start) = begins {
            begin_at(start);
        }
        let options = SimOptions {
            clock: begins.map(|start| SimClock::running(start, args.speed)),
            ..options(args, &scenario)
        };
        let needs_two = pack.actions().iter().any(|action| action.persons > 1);
        let folder = Folder::make(needs_two)?;
        let at = folder.0.clone();
        let desk = desk_of((args, &scenario), &at, &pack, loaded.settings.read_only)?;
        let (alone, for_plan) = (inputs_of_cluster(&inputs, &at), Arc::clone(&pack));
        let for_means = desk.clone();
        let speed = args.speed;
        let poll = loaded.settings.poll;
        let plan = async move {
            let sim = Sim::start(options).await?;
            sim.write_serve_dir(&at).await?;
            let mut settings = load(&alone)
                .map_err(|errors| color_eyre::eyre::eyre!(errors.short(&Texts::new(Lang::En))))?
                .settings;
            settings.poll = poll;
            let plan = faster(open::plan(&settings, &for_plan), speed);
            let read_only = for_means.read_only;
            let played = Arc::new(World {
                sim,
                clock: clock(),
            });
            let world = played.world(speed);
            let means = acting::means_of_demo(
                &at, &settings, read_only, &for_means, &for_plan, &plan, world,
            );
            Ok(Plan {
                means: Some(means),
                ..plan
            })
        };
        Ok(Ok(Self {
            inputs,
            loaded,
            texts,
            pack,
            desk,
            plan: plan.boxed(),
            folder,
        }))
    }
}

/// The one desk a demo has.
fn desk_of(
    (args, scenario): (&DemoArgs, &str),
    at: &Path,
    pack: &Pack,
    read_only: bool,
) -> color_eyre::Result<Desk> {
    let speed = args.speed.to_string();
    let world = load_scenario(scenario)?;
    Ok(Desk {
        pack: (!pack.is_generic()).then(|| pack.id.clone()),
        context: world.context,
        namespaces: Namespaces::Some(vec![world.namespace]),
        kubeconfig: Some(at.join("kubeconfig").to_string_lossy().into_owned()),
        alertmanager: None,
        demo: Some(DemoMark {
            scenario: scenario.to_owned(),
            speed: (speed != "1").then_some(speed),
        }),
        read_only,
    })
}

/// Reads as often in the time of a world that runs so many times faster; its servers are left in peace for a second.
pub(super) fn faster(mut plan: Plan, times: f64) -> Plan {
    let every = |time: &mut Duration| {
        let faster = time.div_f64(times.max(1.0));
        *time = faster.max(Duration::from_secs(1)).min(*time);
    };
    for probe in &mut plan.watchlist.probes {
        every(&mut probe.every);
    }
    for read in &mut plan.reads {
        every(&mut read.every);
    }
    for series in &mut plan.watchlist.series {
        every(&mut series.every);
    }
    every(&mut plan.alerts_every);
    every(&mut plan.rules_every);
    plan
}

/// The runners of a demo are part of it: what they were at ended with it, and nobody must think that it goes on.
pub(super) fn tell_what_ended(ledger: &Path, texts: &Texts) {
    let Ok(Some(ledger)) = SqliteLedger::open_for_reading(ledger, clock()) else {
        return;
    };
    let runs = runs(&ledger, &[]).unwrap_or_default();
    for run in runs.iter().filter(|run| !run.is_over()) {
        let plan = &run.intent.plan;
        let args = [
            ("action", plan.title.get(texts.lang()).into()),
            ("target", plan.target.to_string().into()),
        ];
        say::err(&texts.with("demo-run-ended", &args));
    }
}

/// The scenario that is played: its programs, and its time.
struct World {
    sim: SimHandle,
    clock: Arc<dyn Clock>,
}

impl World {
    fn world(self: Arc<Self>, speed: f64) -> DemoWorld {
        DemoWorld {
            programs: Arc::clone(&self) as _,
            clock: self,
            speed,
        }
    }
}

impl Clock for World {
    fn now(&self) -> Moment {
        let clock = &self.sim.clock;
        let passed = clock.now().duration_since(clock.start());
        Moment::new(
            self.clock.now().wall,
            Duration::try_from(passed).unwrap_or_default(),
        )
    }
}

impl SimulatedPrograms for World {
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
        let said = self.sim.program(words, act)?;
        Some(SimulatedAnswer {
            out: said.out,
            err: said.err,
            follow: said.follow,
            code: said.code,
            takes: Duration::from_secs_f64(said.takes.clamp(0.0, 3_600.0)),
        })
    }
}

/// A demo listens to how the person wants the screen, never to a server that a file, a variable or a flag names.
fn inputs_of_demo(desk: &DeskArgs, args: &DemoArgs) -> Inputs {
    let mut inputs = open::inputs(desk);
    inputs.demo = true;
    inputs.flags.pack.get_or_insert_with(|| pack_of(args));
    inputs
}

/// What is read comes from the folder of the embedded cluster alone: a header, a token or an address of a real server
/// that a file or variable names has no way in.
fn inputs_of_cluster(inputs: &Inputs, folder: &Path) -> Inputs {
    let nowhere = folder.join("absent.toml");
    Inputs {
        policy_file: nowhere.clone(),
        system_file: nowhere,
        user_file: None,
        env: Vec::new(),
        flags: Flags {
            config: Some(folder.join("config.toml")),
            ..Flags::default()
        },
        ..inputs.clone()
    }
}

pub(super) fn scenarios(lang: Lang) -> String {
    let mut text = String::new();
    for ScenarioTitle { name, pack, en, zh } in list() {
        let title = if lang == Lang::Zh { zh } else { en };
        // Writing to a string can't fail.
        let _ = writeln!(text, "{name:<16} {pack:<12} {title}");
    }
    text
}

/// Runs the embedded cluster alone until a signal ends it.
fn serve(options: SimOptions, folder: &Path, texts: &Texts) -> color_eyre::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let sim = Sim::start(options).await?;
        if let Err(error) = sim.write_serve_dir(folder).await {
            say::err(&error.to_string());
            return Ok(Exit::Usage);
        }
        let at = fs::canonicalize(folder).wrap_err("the folder that was just written")?;
        say::out(&format!(
            "{}\n  KUBECONFIG={}\n  quarterdeck --config {}\n",
            texts.t("demo-serving"),
            at.join("kubeconfig").display(),
            at.join("config.toml").display()
        ));
        let signal = signals.next().await;
        crate::sim::serve::forget_serve_dir(folder)?;
        sim.shutdown().await;
        Ok(if signal == 2 {
            Exit::Fine
        } else {
            Exit::Signal(signal)
        })
    })
}

/// A folder of this process alone, gone with it.
pub(super) struct Folder(PathBuf, Option<Colleague>);

impl Folder {
    /// The ledger of this process.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    fn make(needs_two: bool) -> io::Result<Self> {
        let base = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|path| path.is_dir())
            .unwrap_or_else(std::env::temp_dir);
        let path = base.join(format!("quarterdeck-demo-{}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700);
        match builder.create(&path) {
            // A process of our number died before it could tidy up; the folder is only ever ours if we made it anew.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_dir_all(&path)?;
                builder.create(&path)?;
            }
            other => other?,
        }
        let colleague = needs_two.then(|| Colleague::of(&path)).transpose()?;
        Ok(Self(path, colleague))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.1.take();
        // What stays behind names servers that are gone with the process.
        let _ = fs::remove_dir_all(&self.0);
    }
}
