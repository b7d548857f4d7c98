//! Watching without a screen: for a unit of the user that goes on when nobody is there.

use crate::{
    domain::{desk::Desk, frame::Recording},
    i18n::Texts,
    runtime::{
        log,
        readers::Plan,
        recording::Keeping,
        watch::{Duty, Said, Watching},
    },
};

use super::{
    Exit, acting,
    args::DeskArgs,
    clock, headless,
    open::{self, Prepared},
    say,
};

/// Watches the desk that the configuration names until a signal comes.
pub(super) fn watch(desk: &DeskArgs) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let settings = &prepared.loaded.settings;
    log::start(settings.log.file.as_deref(), settings.log.level.name())?;
    if !settings.records.on {
        say::err(prepared.texts.t("cli-watch-off"));
        return Ok(Exit::Usage);
    }
    let Some(folder) = open::records() else {
        say::err(prepared.texts.t("cli-watch-no-folder"));
        return Ok(Exit::Failed);
    };
    let keeping = Keeping::new(Some(folder), settings.records);
    let mut model = headless::model(&prepared);
    // Nothing is done from here, whatever the settings allow.
    model.desk.read_only = true;
    let Prepared {
        inputs,
        loaded,
        pack,
        plan,
        texts,
        ..
    } = prepared;
    let plan = Plan {
        means: Some(acting::means(&inputs, &loaded, &pack, &plan)),
        ..plan
    };
    let watching = Watching {
        model,
        plan,
        clock: clock(),
    };
    let duties: Vec<Box<dyn Duty>> = vec![Box::new(keeping)];
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(crate::runtime::watch::watch(
        watching,
        duties,
        |model, said| tell(&texts, &model.desk, said),
    ));
    runtime.shutdown_timeout(open::PATIENCE);
    Ok(Exit::Signal(ended?))
}

/// One line for each thing that is another than it was: the journal of the unit keeps them.
fn tell(texts: &Texts, desk: &Desk, said: &Said) {
    let Said::Recording(recording) = said;
    let pack = desk.pack.as_ref();
    let pack = pack.map_or_else(|| texts.t("desk-generic"), |pack| pack.as_str());
    let desk = format!("{pack} {}", desk.context);
    let desk = ("desk", desk.as_str().into());
    say::err(&match recording {
        Recording::Idle => return,
        Recording::Elsewhere => texts.with("cli-watch-elsewhere", &[desk]),
        Recording::Here { path } => {
            let path = path.display().to_string();
            texts.with("cli-watch-here", &[desk, ("path", path.as_str().into())])
        }
        Recording::Stopped { why } => {
            texts.with("cli-watch-stopped", &[("why", why.as_str().into())])
        }
    });
}
