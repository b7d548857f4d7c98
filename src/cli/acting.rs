//! What a desk acts with, as the configuration of this process makes it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    app::{
        effect::Remembered,
        event::Event,
        model::{Look, Model, Size, Start},
        view::PodsShown,
    },
    config::{Inputs, Loaded},
    domain::{
        desk::{Desk, DeskPlace, Namespaces},
        policy::Policy,
        settings::Settings,
        time::Clock,
    },
    ledger::{Ledger, SqliteLedger},
    pack::Pack,
    runtime::{
        acts::{
            DeskOutfit, Detached, Footing, Gate, Kit, Means, Opener, Outfitter, Running, Shelf,
            Starter, Within,
        },
        approval::SignerList,
        cockpit::first_links,
        executors::SimulatedPrograms,
        finding, ledger,
        locks::set::OwnLocks,
        probing::Eyes,
        readers::Plan,
        runner::{Lookout, Pace, Packs},
    },
    sources::{http::ProxyEnv, kubernetes::Wanted},
};

use super::{clock, demo, open};

/// What the desk of this configuration acts with. Nothing is opened before something is done with it.
pub(super) fn means(inputs: &Inputs, loaded: &Loaded, pack: &Arc<Pack>, plan: &Plan) -> Arc<Means> {
    let settings = &loaded.settings;
    let shelf = shelf(settings);
    let base = outfit(settings, &loaded.policy, pack, plan);
    let starter: Arc<dyn Starter> = Arc::new(Detached {
        shelf: shelf.clone(),
    });
    let build = move |pack: &Arc<Pack>, policy: &Policy| {
        let outfitter = DeskOutfit {
            pack: Arc::clone(pack),
            policy: policy.clone(),
            ..base.clone()
        };
        Footing::new(
            Packs::of(pack),
            SignerList::of_policy(policy.allowed_signers.clone()),
            Arc::clone(&starter),
            Arc::new(outfitter),
        )
    };
    let kit = Kit {
        gate: Gate::new(settings.read_only),
        demo: settings.demo.is_some(),
        desk_args: desk_args(inputs),
        shelf,
        clock: clock(),
        footing: build(pack, &loaded.policy),
        build: Box::new(build),
    };
    Arc::new(kit.into())
}

/// What makes the hands of the desk of this configuration.
pub(super) fn outfit(
    settings: &Settings,
    policy: &Policy,
    pack: &Arc<Pack>,
    plan: &Plan,
) -> DeskOutfit {
    let demo = settings.demo.is_some();
    DeskOutfit {
        kubernetes: plan.kubernetes.clone(),
        alertmanagers: if plan.alertmanagers.is_empty() {
            let found = plan.discovery.as_ref();
            let found = found.and_then(|it| finding::endpoint(it, Wanted::Alertmanager));
            found.into_iter().collect()
        } else {
            plan.alertmanagers.clone()
        },
        pack: Arc::clone(pack),
        policy: policy.clone(),
        proxy: if demo {
            ProxyEnv::default()
        } else {
            ProxyEnv::from_environment()
        },
        shared: ledger::shared(settings),
        own: OwnLocks::default(),
        demo,
        programs: None,
        namespace: match &plan.namespaces {
            Namespaces::Some(names) => names.first().cloned(),
            Namespaces::All => None,
        }
        .unwrap_or_else(|| "default".to_owned()),
        leases: settings.locks.namespace.clone(),
        clock: clock(),
    }
}

/// The user's ledger, or that of the embedded cluster which the settings name.
pub(super) fn shelf(settings: &Settings) -> Shelf {
    Shelf::of_settings(settings, clock()).unwrap_or_else(|error| {
        // Where there is no place for it, opening it says so.
        let opener: Arc<Opener> = Arc::new(move || Err(error.clone()));
        Shelf::new(PathBuf::default(), opener)
    })
}

/// What the world of a demo says and how its time goes.
pub(super) struct DemoWorld {
    pub programs: Arc<dyn SimulatedPrograms>,
    /// Its monotonic time is that of the world: what a run waits for there takes as long as it does there.
    pub clock: Arc<dyn Clock>,
    /// How many times faster than the clock it goes.
    pub speed: f64,
}

/// What a demo acts with: its own cluster, its own ledger, runners that end with it.
pub(super) fn means_of_demo(
    folder: &Path,
    settings: &Settings,
    read_only: bool,
    desk: &Desk,
    pack: &Arc<Pack>,
    plan: &Plan,
    world: DemoWorld,
) -> Arc<Means> {
    let path = folder.join("ledger.db");
    let at = path.clone();
    let opener: Arc<Opener> = Arc::new(move || {
        let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_for_writing(&at, clock())?);
        Ok(ledger)
    });
    let shelf = Shelf::new(path, opener);
    let base = DeskOutfit {
        demo: true,
        programs: Some(world.programs),
        proxy: ProxyEnv::default(),
        // No policy of the host is about a cluster that is not there.
        ..outfit(settings, &Policy::default(), pack, plan)
    };
    let (settings, desk) = (settings.clone(), desk.clone());
    let signers = demo::signers(folder);
    let running = Running::default();
    let at = shelf.clone();
    let (time, speed) = (world.clock, world.speed);
    let build = move |pack: &Arc<Pack>, _: &Policy| {
        let outfitter: Arc<dyn Outfitter> = Arc::new(DeskOutfit {
            pack: Arc::clone(pack),
            ..base.clone()
        });
        let (settings, desk, for_look) = (settings.clone(), desk.clone(), Arc::clone(pack));
        let eyes = Arc::clone(&outfitter);
        let lookouts = move || {
            let plan = Plan {
                eyes: Some(Eyes::own(Arc::clone(&eyes))),
                ..open::plan(&settings, &for_look)
            };
            Ok(Lookout {
                plan: demo::faster(plan, speed),
                model: model(&settings, &Policy::default(), &desk, &for_look),
            })
        };
        let starter = Within {
            shelf: at.clone(),
            outfitter: Arc::clone(&outfitter),
            packs: Packs::of(pack),
            lookouts: Arc::new(lookouts),
            clock: Arc::clone(&time),
            pace: Pace::default().faster(speed),
            running: Arc::clone(&running),
            signers: signers.clone(),
        };
        Footing::new(
            Packs::of(pack),
            signers.clone(),
            Arc::new(starter),
            outfitter,
        )
    };
    let kit = Kit {
        gate: Gate::new(read_only),
        demo: true,
        desk_args: Vec::new(),
        shelf,
        clock: clock(),
        footing: build(pack, &Policy::default()),
        build: Box::new(build),
    };
    Arc::new(kit.into())
}

/// The model of a desk before anything was heard; each pod stands for itself in it.
pub(super) fn model(settings: &Settings, policy: &Policy, desk: &Desk, pack: &Arc<Pack>) -> Model {
    let mut model = Model::new(Start {
        desk: desk.clone(),
        pack: Arc::clone(pack),
        policy: policy.clone(),
        look: Look {
            lang: settings.lang,
            glyphs: settings.glyphs,
            theme: settings.theme.clone(),
            themes: Vec::new(),
            mouse: false,
            titles: Default::default(),
            zone: jiff::tz::TimeZone::system(),
        },
        remembered: Remembered::default(),
        now: clock().now(),
        size: Size {
            columns: 80,
            rows: 24,
        },
    });
    model.view.pods_shown = PodsShown::Each;
    let links = first_links(settings.names_prometheus(), settings.names_alertmanager());
    let _ = crate::app::update(&mut model, Event::Observed(links));
    model
}

/// The arguments that open the same desk in another process, beside those the desk itself is known by.
fn desk_args(inputs: &Inputs) -> Vec<String> {
    let flags = &inputs.flags;
    let mut args = Vec::new();
    let mut put = |flag: &str, value: String| args.push(format!("{flag}={value}"));
    if let Some(config) = &flags.config {
        let path = std::path::absolute(config).unwrap_or_else(|_| config.clone());
        put("--config", path.to_string_lossy().into_owned());
    }
    match &inputs.desk.place {
        DeskPlace::Named(name) => put("--desk", name.clone()),
        DeskPlace::Configured => {
            if let Some(name) = &flags.desk {
                put("--desk", name.clone());
            }
        }
        DeskPlace::Context { .. } => {}
    }
    if let Some(url) = &flags.prometheus {
        put("--prometheus", url.clone());
    }
    for url in &flags.alertmanager {
        put("--alertmanager", url.clone());
    }
    args
}
