//! Opening the cockpit on a desk.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use color_eyre::eyre::eyre;
use futures::{FutureExt, future::BoxFuture};

use crate::{
    app::{
        command::Command,
        drilling::Drilling,
        effect::Effects,
        event::Notice,
        model::{Look, Model, Size, Start},
        prompting::Proposal,
    },
    config::{Inputs, Loaded, Vocabulary, load},
    domain::{
        desk::{Desk, DeskChoice, DeskOffers},
        id::PackId,
        nearest::nearest,
        settings::Settings,
        text::Lang,
    },
    i18n::Texts,
    keymap::{self, Keymap},
    pack::Pack,
    runtime::{
        cockpit::{self, Ended, Fittings, NewDesk, Opening, Outfit, Reads, first_links},
        log, memory,
        probing::Eyes,
        readers::Plan,
        terminal,
    },
    sources::kubernetes::{self, KubeOptions, NoContext},
    theme::Themes,
};

pub(super) use super::planning::{desk_of, plan};
use super::{
    Exit, acting,
    args::DeskArgs,
    clock, colour_on_stderr, desks,
    packs::{self, StandIn},
    run, say,
};

/// How long the program waits for what hangs when it ends.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_millis(300);

/// What configuration is read from, with the names that other rooms know.
pub(super) fn inputs(desk: &DeskArgs) -> Inputs {
    let vocabulary = Vocabulary {
        themes: Themes::of_user().names(),
        key_problems: keymap::problems,
    };
    Inputs::of_process(desk.flags(), vocabulary)
}

/// A desk that may be opened: what the configuration names, read and found right.
pub(super) struct Prepared {
    pub inputs: Inputs,
    pub loaded: Loaded,
    pub texts: Texts,
    pub pack: Arc<Pack>,
    pub plan: Plan,
    pub desk: Desk,
}

/// Reads what the desk is; where that is wrong it is said, and the exit code is given.
pub(super) fn prepare(args: &DeskArgs) -> Result<Prepared, Exit> {
    prepared(args, |_, _| None).map(|(prepared, _)| prepared)
}

/// What may be taken in place of a pack that is broken.
type InItsPlace = fn(&Loaded, &Texts) -> Option<StandIn>;

/// The same, and the pack that another stands in for.
fn prepared(args: &DeskArgs, in_its_place: InItsPlace) -> Result<(Prepared, Option<Unread>), Exit> {
    let inputs = inputs(args);
    let loaded = load(&inputs).map_err(|errors| {
        say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
        Exit::Usage
    })?;
    let texts = Texts::new(loaded.settings.lang);
    let wrong = |why: String| {
        say::err(&why);
        Exit::Usage
    };
    let (pack, unread) = match packs::chosen(&loaded, &texts) {
        Ok(pack) => (pack, None),
        Err(why) => match in_its_place(&loaded, &texts) {
            Some(StandIn { pack, wanted, why }) => (pack, Some(Unread { wanted, why })),
            None => return Err(wrong(why)),
        },
    };
    let plan = plan(&loaded.settings, &pack);
    if let Some(why) = wrong_context(&loaded.settings, &texts) {
        return Err(wrong(why));
    }
    let mut desk = desk_of(&loaded.settings, &pack, &plan);
    // Nobody says any more which cluster is meant: whichever is current is looked at, and left alone.
    let meant = plan.kubernetes.context.is_some() || loaded.settings.demo.is_some();
    desk.read_only |= unread.is_some() && !meant;
    let pack = Arc::new(pack);
    let outfit = acting::outfit(&loaded.settings, &loaded.policy, &pack, &plan);
    let plan = Plan {
        eyes: Some(Eyes::own(Arc::new(outfit))),
        ..plan
    };
    let prepared = Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    };
    Ok((prepared, unread))
}

/// A pack that was wanted and can't be read.
pub(super) struct Unread {
    wanted: PackId,
    why: String,
}

/// Opens the cockpit on the desk that the configuration names.
pub(super) fn open(args: &DeskArgs) -> color_eyre::Result<Exit> {
    let (found, unread) = match prepared(args, packs::stand_in) {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    } = found;
    // Whoever is not at a terminal reads it at once; a person when the screen is given back.
    let told = unread.as_ref().map(|unread| {
        let args = [("id", unread.wanted.as_str().into())];
        format!(
            "{}\n{}",
            texts.with("error-pack-stands-in", &args),
            unread.why
        )
    });
    if terminal::present() {
        sign_in(&plan.kubernetes)?;
    }
    let plan = Plan {
        means: Some(acting::means(&inputs, &loaded, &pack, &plan)),
        ..plan
    };
    let ended = opened(
        (inputs, &loaded, &texts),
        (pack, desk),
        async move { Ok(plan) }.boxed(),
        Purpose {
            records: records(),
            unread,
            ..Purpose::default()
        },
    )?;
    if let Some(told) = told {
        say::err(&told);
    }
    Ok(ended.map_or_else(|exit| exit, |ended| exit_of(&ended)))
}

/// Runs the credential plugin that can't do without a person, while the terminal is still free. What goes wrong the
/// plugin has said itself, and the panes say it again.
fn sign_in(options: &KubeOptions) -> color_eyre::Result<()> {
    if options.absent {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let clock = clock();
    let _ = runtime.block_on(kubernetes::sign_in_first(options, &*clock));
    Ok(())
}

/// What is wrong with a kubeconfig or context that the person named; what a pack or the kubeconfig itself names may be
/// missing here, and then the panes say so.
fn wrong_context(settings: &Settings, texts: &Texts) -> Option<String> {
    if settings.kubeconfig.is_none() && settings.context.is_none() {
        return None;
    }
    let options = KubeOptions {
        kubeconfig: settings.kubeconfig.clone(),
        context: settings.context.clone(),
        ..KubeOptions::default()
    };
    match kubernetes::check(&options).err()? {
        NoContext::Unreadable(why) => Some(why),
        NoContext::Unknown { name, known } => {
            let mut why = texts.with("error-unknown-context", &[("name", name.as_str().into())]);
            if let Some(near) = nearest(&name, known.iter().map(String::as_str)) {
                why.push_str(&texts.with("error-nearest", &[("near", near.into())]));
            }
            why.push('\n');
            why.push_str(&texts.with(
                "error-known-contexts",
                &[("names", known.join(", ").into())],
            ));
            Some(why)
        }
    }
}

/// What a cockpit is opened for besides looking.
#[derive(Default)]
pub(super) struct Purpose {
    /// Where shifts are recorded.
    pub records: Option<PathBuf>,
    /// The record that is gone through, and nothing else is seen.
    pub walk: Option<PathBuf>,
    pub proposal: Option<Proposal>,
    pub drill: Option<Drilling>,
    /// The pack that was wanted and can't be read.
    pub unread: Option<Unread>,
}

/// Where shifts are recorded, beside what else is kept of a person.
pub(super) fn records() -> Option<PathBuf> {
    memory::state_folder().map(|folder| folder.join("records"))
}

/// Runs a cockpit to its end; a code where there is no terminal for it.
pub(super) fn opened(
    of: (Inputs, &Loaded, &Texts),
    on: (Arc<Pack>, Desk),
    plan: BoxFuture<'static, color_eyre::Result<Plan>>,
    purpose: Purpose,
) -> color_eyre::Result<Result<Ended, Exit>> {
    if !terminal::present() {
        say::err(of.2.t("error-no-terminal"));
        return Ok(Err(Exit::Usage));
    }
    let opening = opening((of.0, of.1), on, plan, purpose)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(cockpit::run(opening));
    // Whatever hangs (a name that doesn't resolve, a plugin) must not keep the person waiting.
    runtime.shutdown_timeout(PATIENCE);
    ended.map(Ok)
}

/// Everything a cockpit is opened with.
pub(super) fn opening(
    (inputs, loaded): (Inputs, &Loaded),
    (pack, desk): (Arc<Pack>, Desk),
    plan: BoxFuture<'static, color_eyre::Result<Plan>>,
    purpose: Purpose,
) -> color_eyre::Result<Opening> {
    let settings = &loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    let state_folder = memory::state_folder();
    let remembered = memory::recall(state_folder.as_deref());
    let mut fittings = fittings(loaded, Arc::clone(&pack))?;
    // A theme chosen in the picker counts where no layer of the configuration says another.
    if let Some(theme) = remembered.theme.clone().filter(|_| !fittings.theme_said)
        && Themes::of_user().names().contains(&theme)
    {
        fittings.theme = theme;
    }
    let clock = clock();
    let mut model = Model::new(Start {
        desk,
        pack,
        policy: loaded.policy.clone(),
        look: look(&fittings),
        remembered,
        now: clock.now(),
        size: Size {
            columns: 80,
            rows: 24,
        },
    });
    model.attention.settings = fittings.attention.clone();
    model.drill = purpose.drill;
    let demo = model.desk.demo.is_some();
    let links = first_links(
        settings.names_prometheus() || demo,
        settings.names_alertmanager() || demo,
    );
    let _ = crate::app::update(&mut model, crate::app::event::Event::Observed(links));
    if let Some(Unread { wanted, why }) = purpose.unread {
        let why = why.lines().next().unwrap_or_default().to_owned();
        let notice = Notice::PackUnread {
            pack: wanted.to_string(),
            why,
        };
        let _ = crate::app::update(&mut model, crate::app::event::Event::Noticed(notice));
        model.unread_pack = Some(wanted);
    }
    let first = purpose.walk.map_or_else(Effects::none, |file| {
        crate::app::walk_through(&mut model, file)
    });
    let outfit: Arc<dyn Outfit> = Arc::new(Configured { inputs });
    Ok(Opening {
        model,
        fittings,
        outfit,
        plan,
        clock,
        state_folder,
        records: purpose.records,
        first,
        proposal: purpose.proposal,
    })
}

/// How a cockpit ended, as an exit code.
pub(super) fn exit_of(ended: &Ended) -> Exit {
    match ended {
        Ended::Quit | Ended::Came(_) => Exit::Fine,
        // The terminal hung up before the signal came.
        Ended::NoTerminal => Exit::Signal(1),
        Ended::Signal(number) => Exit::Signal(*number),
    }
}

/// Opens the cockpit for one action, and ends with it.
pub(super) fn cockpit_for(prepared: Prepared, proposal: Proposal) -> color_eyre::Result<Exit> {
    let Prepared {
        inputs,
        loaded,
        texts,
        pack,
        plan,
        desk,
    } = prepared;
    if terminal::present() {
        sign_in(&plan.kubernetes)?;
    }
    let plan = Plan {
        means: Some(acting::means(&inputs, &loaded, &pack, &plan)),
        ..plan
    };
    let plan = async move { Ok(plan) }.boxed();
    let ended = opened(
        (inputs, &loaded, &texts),
        (pack, desk),
        plan,
        Purpose {
            records: records(),
            proposal: Some(proposal),
            ..Purpose::default()
        },
    )?;
    Ok(match ended {
        Ok(Ended::Came(came)) => run::came(&texts, &came),
        // Nothing was agreed to.
        Ok(Ended::Quit) => Exit::Refused,
        Ok(ended) => exit_of(&ended),
        Err(exit) => exit,
    })
}

/// The cockpit as the configuration of this process makes it.
struct Configured {
    inputs: Inputs,
}

impl Configured {
    fn load(&self, desk: &DeskChoice) -> Result<(Loaded, Arc<Pack>, Texts), String> {
        let inputs = Inputs {
            desk: desk.clone(),
            ..self.inputs.clone()
        };
        let texts = Texts::new(inputs.lang());
        let loaded = load(&inputs).map_err(|errors| errors.short(&texts))?;
        let texts = Texts::new(loaded.settings.lang);
        let pack = packs::chosen(&loaded, &texts)?;
        Ok((loaded, Arc::new(pack), texts))
    }
}

impl Outfit for Configured {
    fn fittings(&self, desk: &DeskChoice) -> Result<Fittings, String> {
        let (loaded, pack, _) = self.load(desk)?;
        fittings(&loaded, pack).map_err(|error| error.to_string())
    }

    fn desk(&self, choice: &DeskChoice) -> Result<NewDesk, String> {
        let (loaded, pack, texts) = self.load(choice)?;
        let settings = &loaded.settings;
        if let Some(why) = wrong_context(settings, &texts) {
            return Err(why.lines().next().unwrap_or_default().to_owned());
        }
        let plan = plan(settings, &pack);
        let inputs = Inputs {
            desk: choice.clone(),
            ..self.inputs.clone()
        };
        let plan = Plan {
            means: Some(acting::means(&inputs, &loaded, &pack, &plan)),
            ..plan
        };
        Ok(NewDesk {
            desk: desk_of(settings, &pack, &plan),
            links: first_links(settings.names_prometheus(), settings.names_alertmanager()),
            fittings: fittings(&loaded, pack).map_err(|error| error.to_string())?,
            plan,
        })
    }

    fn offers(&self) -> DeskOffers {
        desks::offers(&self.inputs)
    }
}

fn fittings(loaded: &Loaded, pack: Arc<Pack>) -> color_eyre::Result<Fittings> {
    let settings = &loaded.settings;
    let keymap = Keymap::new(&settings.keys)
        .map_err(|_| eyre!("the keys of a checked configuration bind"))?;
    let mut watched = loaded.watched_files.clone();
    watched.extend(Themes::of_user().folder().map(std::path::Path::to_owned));
    // One that can't be read is watched too: it may be mended.
    let wanted = settings
        .pack
        .as_deref()
        .filter(|id| *id != pack.id.as_str());
    let ids = std::iter::once(pack.id.as_str()).chain(wanted);
    watched.extend(ids.filter_map(packs::folder_of));
    Ok(Fittings {
        theme: settings.theme.clone(),
        theme_said: theme_is_said(loaded),
        depth: settings.colours,
        glyphs: settings.glyphs,
        lang: settings.lang,
        mouse: settings.mouse,
        attention: settings.attention.clone(),
        keymap,
        read_only: settings.read_only,
        policy: loaded.policy.clone(),
        records: settings.records,
        reads: Reads {
            context: settings.context.clone(),
            kubeconfig: settings.kubeconfig.clone(),
            namespaces: settings.namespaces.clone(),
            prometheus: settings.prometheus.clone(),
            alertmanager: settings.alertmanager.clone(),
            services: settings.services.clone(),
            kubernetes: settings.kubernetes,
            poll: settings.poll,
            of_pack: pack.desk.clone(),
        },
        watched,
        pack,
    })
}

fn theme_is_said(loaded: &Loaded) -> bool {
    use crate::config::path::KeyPath;
    loaded.origins.place(&KeyPath::dotted("theme")).is_some()
}

fn look(fittings: &Fittings) -> Look {
    Look {
        lang: fittings.lang,
        glyphs: fittings.glyphs,
        theme: fittings.theme.clone(),
        themes: Themes::of_user().names(),
        mouse: fittings.mouse,
        titles: Lang::ALL.map(|lang| Arc::new(titles(lang))),
        zone: jiff::tz::TimeZone::system(),
    }
}

fn titles(lang: Lang) -> BTreeMap<Command, String> {
    let texts = Texts::new(lang);
    Command::ALL
        .iter()
        .map(|command| (*command, texts.t(&format!("command-{command}")).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_policy_that_comes_and_another_place_to_read_are_seen_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let outfit = Configured {
            inputs: Inputs {
                policy_file: at("policy.toml"),
                policy_owner: std::os::unix::fs::MetadataExt::uid(
                    &fs::metadata(folder.path()).unwrap(),
                ),
                system_file: at("system.toml"),
                user_file: Some(at("config.toml")),
                env: Vec::new(),
                flags: crate::config::Flags::default(),
                ..inputs(&DeskArgs::default())
            },
        };
        let fitted = || outfit.fittings(&DeskChoice::default()).unwrap();
        let before = fitted();
        assert!(!before.read_only);
        fs::write(at("policy.toml"), "read_only = true").unwrap();
        let after = fitted();
        assert!(after.read_only);
        assert_eq!(after.reads, before.reads);
        assert!(after.watched.contains(&at("policy.toml")));
        let config = "theme = 'light'\n[prometheus]\nurl = 'http://elsewhere:9090'\n";
        fs::write(at("config.toml"), config).unwrap();
        let elsewhere = fitted();
        assert!(elsewhere.read_only);
        assert_ne!(elsewhere.reads, before.reads);
    }
}
