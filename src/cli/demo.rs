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
use futures::FutureExt;

use crate::{
    config::{Flags, Inputs, load},
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
        executors::{SimulatedAnswer, SimulatedPrograms},
        readers::Plan,
        signals::Signals,
    },
    sim::{
        clock::SimClock,
        start::{Sim, SimHandle, SimOptions},
        world::scenario::{ScenarioError, ScenarioTitle, list, load as load_scenario},
    },
};

use super::{
    Exit,
    acting::{self, DemoWorld},
    args::{DemoArgs, DeskArgs},
    clock, colour_on_stderr, open, packs, say,
};

/// What can't be played is said, and what is only asked about is told.
fn wrong_or_told(args: &DemoArgs, texts: &Texts) -> Option<Exit> {
    if args.list {
        say::out(&scenarios(texts.lang()));
        return Some(Exit::Fine);
    }
    if let Err(error) = load_scenario(&args.scenario) {
        say::err(&refusal(&error, texts));
        return Some(Exit::Usage);
    }
    if !(args.speed.is_finite() && args.speed > 0.0) {
        say::err(texts.t("error-speed"));
        return Some(Exit::Usage);
    }
    None
}

pub(super) fn demo(desk: &DeskArgs, args: &DemoArgs) -> color_eyre::Result<Exit> {
    let inputs = inputs_of_demo(desk);
    let loaded = match load(&inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            return Ok(Exit::Usage);
        }
    };
    let texts = Texts::new(loaded.settings.lang);
    if let Some(exit) = wrong_or_told(args, &texts) {
        return Ok(exit);
    }
    let options = SimOptions {
        scenario: args.scenario.clone(),
        speed: args.speed,
        seed: args.seed,
        pods: args.pods,
        churn: args.churn as f64,
        clock: None,
    };
    if let Some(folder) = &args.serve {
        return serve(options, folder, &texts);
    }
    let pack = match packs::chosen(&loaded, &texts) {
        Ok(pack) => Arc::new(pack),
        Err(why) => {
            say::err(&why);
            return Ok(Exit::Usage);
        }
    };
    let now = clock().now().wall;
    let begins = args.at.and_then(|at| at.moment(now, &pack.time_zone));
    if let Some(start) = begins {
        begin_at(start);
    }
    let options = SimOptions {
        clock: begins.map(|start| SimClock::running(start, args.speed)),
        ..options
    };
    let folder = Folder::make()?;
    let at = folder.0.clone();
    let desk = desk_of(args, &at, &pack, loaded.settings.read_only);
    let (alone, for_plan) = (inputs_of_cluster(&inputs, &at), Arc::clone(&pack));
    let for_means = desk.clone();
    let speed = args.speed;
    let poll = loaded.settings.poll;
    let ledger = at.join("ledger.db");
    let records = Some(at.join("records"));
    let plan = async move {
        let sim = Sim::start(options).await?;
        sim.write_serve_dir(&at).await?;
        let mut settings = load(&alone)
            .map_err(|errors| color_eyre::eyre::eyre!(errors.short(&Texts::new(Lang::En))))?
            .settings;
        settings.poll = poll;
        let plan = faster(open::plan(&settings, &for_plan), speed);
        let read_only = for_means.read_only;
        let played = Arc::new(Played {
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
    let of = (inputs, &loaded, &texts);
    let ended = open::cockpit_on(of, (pack, desk), plan.boxed(), records);
    tell_what_ended(&ledger, &texts);
    drop(folder);
    ended
}

/// The one desk a demo has.
fn desk_of(args: &DemoArgs, at: &Path, pack: &Pack, read_only: bool) -> Desk {
    let speed = args.speed.to_string();
    Desk {
        pack: (!pack.is_generic()).then(|| pack.id.clone()),
        context: "prod".to_owned(),
        namespaces: Namespaces::Some(vec!["prod".to_owned()]),
        kubeconfig: Some(at.join("kubeconfig").to_string_lossy().into_owned()),
        alertmanager: None,
        demo: Some(DemoMark {
            scenario: args.scenario.clone(),
            speed: (speed != "1").then_some(speed),
        }),
        read_only,
    }
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
    for series in &mut plan.watchlist.series {
        every(&mut series.every);
    }
    every(&mut plan.alerts_every);
    every(&mut plan.rules_every);
    plan
}

/// The runners of a demo are part of it: what they were at ended with it, and nobody must think that it goes on.
fn tell_what_ended(ledger: &Path, texts: &Texts) {
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
struct Played {
    sim: SimHandle,
    clock: Arc<dyn Clock>,
}

impl Played {
    fn world(self: Arc<Self>, speed: f64) -> DemoWorld {
        DemoWorld {
            programs: Arc::clone(&self) as _,
            clock: self,
            speed,
        }
    }
}

impl Clock for Played {
    fn now(&self) -> Moment {
        let clock = &self.sim.clock;
        let passed = clock.now().duration_since(clock.start());
        Moment::new(
            self.clock.now().wall,
            Duration::try_from(passed).unwrap_or_default(),
        )
    }
}

impl SimulatedPrograms for Played {
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
        let said = self.sim.program(words, act)?;
        Some(SimulatedAnswer {
            out: said.out,
            err: said.err,
            code: said.code,
            takes: Duration::from_secs_f64(said.takes.clamp(0.0, 3_600.0)),
        })
    }
}

/// A demo listens to how the person wants the screen, never to a server that a file, a variable or a flag names.
fn inputs_of_demo(desk: &DeskArgs) -> Inputs {
    let mut inputs = open::inputs(desk);
    inputs.demo = true;
    inputs.flags.pack.get_or_insert_with(|| "glancy".to_owned());
    inputs
}

/// Why a scenario can't be played, in the person's language where it is theirs to mend.
fn refusal(error: &ScenarioError, texts: &Texts) -> String {
    let ScenarioError::Unknown {
        name,
        nearest,
        known,
    } = error
    else {
        return error.to_string();
    };
    let mut why = texts.with("error-unknown-scenario", &[("id", name.as_str().into())]);
    why.push_str(&texts.with("error-nearest", &[("near", nearest.as_str().into())]));
    why.push('\n');
    why.push_str(&texts.with("error-known-scenarios", &[("names", known.as_str().into())]));
    why
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

fn scenarios(lang: Lang) -> String {
    let mut text = String::new();
    for ScenarioTitle { name, en, zh } in list() {
        let title = if lang == Lang::Zh { zh } else { en };
        // Writing to a string can't fail.
        let _ = writeln!(text, "{name:<16} {title}");
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
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
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
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind names servers that are gone with the process.
        let _ = fs::remove_dir_all(&self.0);
    }
}
