//! The command line: one file per subcommand, all over the same core.

mod acting;
mod actions;
mod alerts;
mod approve;
pub mod args;
mod beginning;
mod checks;
pub mod config;
mod contacts;
mod demo;
mod desks;
mod doctor;
mod drill;
mod exit;
mod headless;
mod journal;
mod logbook;
mod monitoring;
mod open;
mod pack;
mod packs;
mod planning;
mod run;
mod runner;
mod runs;
mod say;
mod silence;
mod switches;
mod walkthrough;
mod watch;

use std::{io::IsTerminal, sync::Arc};

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::app::{snapshot::Scope, view::Pane};

use self::args::{AlertsVerb, Cli, ConfigVerb, PaneArgs, Verb};
pub use self::exit::Exit;

/// Reads the command line and does what it says.
pub fn run() -> color_eyre::Result<Exit> {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Fine,
                _ => Exit::Usage,
            };
            // A closed pipe is no error.
            let _ = error.print();
            return Ok(exit);
        }
    };
    let exit = answer(&cli)?;
    if let Some(why) = say::unprinted() {
        say::err(&format!("standard output: {why}"));
        if matches!(exit, Exit::Fine | Exit::Unsure) {
            return Ok(Exit::Failed);
        }
    }
    Ok(exit)
}

fn answer(cli: &Cli) -> color_eyre::Result<Exit> {
    match &cli.command {
        None => open::open(&cli.desk),
        Some(Verb::Demo(demo)) => demo::demo(&cli.desk, demo),
        Some(Verb::Drill(args)) => drill::drill(&cli.desk, args),
        Some(Verb::Status(status)) => {
            let question = headless::Question {
                scope: Scope::All,
                filter: &[],
                short: status.short,
                look: &status.look,
            };
            headless::answer(&cli.desk, question)
        }
        Some(Verb::Pods(args)) => pane(cli, Pane::Pods, args),
        Some(Verb::Slos(args)) => pane(cli, Pane::Slos, args),
        Some(Verb::Queues(args)) => pane(cli, Pane::Queues, args),
        Some(Verb::Alerts(args)) => match &args.verb {
            None => pane(cli, Pane::Alerts, &args.pane),
            Some(AlertsVerb::Care(verb)) => alerts::write(&cli.desk, verb),
            Some(AlertsVerb::Silence(args)) => silence::silence(&cli.desk, args),
        },
        Some(Verb::Doctor(args)) => doctor::doctor(&cli.desk, args),
        Some(Verb::Check { verb }) => checks::check(&cli.desk, verb),
        Some(Verb::Switch { verb }) => switches::switch(&cli.desk, verb),
        Some(Verb::Watch(args)) => watch::watch(&cli.desk, args),
        Some(Verb::Walkthrough(args)) => walkthrough::walkthrough(&cli.desk, args),
        Some(Verb::Approve(args)) => Ok(approve::approve(&cli.desk, args)),
        Some(Verb::Actions { verb }) => actions::actions(&cli.desk, verb),
        Some(Verb::Journal(args)) => Ok(journal::journal(&cli.desk, args)),
        Some(Verb::Incident { verb }) => logbook::incident(&cli.desk, verb),
        Some(Verb::Flow { verb }) => logbook::flow(&cli.desk, verb),
        Some(Verb::Gate { verb }) => logbook::gate(&cli.desk, verb),
        Some(Verb::Hook { verb }) => logbook::hook(&cli.desk, verb),
        Some(Verb::Light { verb }) => logbook::light(&cli.desk, verb),
        Some(Verb::Contacts(args)) => Ok(contacts::contacts(&cli.desk, args)),
        Some(Verb::Handover(args)) => logbook::handover(&cli.desk, args),
        Some(Verb::Run(args)) => run::run(&cli.desk, args),
        Some(Verb::Runs(args)) => runs::runs(&cli.desk, args),
        Some(Verb::Runner(args)) => runner::runner(args),
        Some(Verb::Pack { verb }) => Ok(pack::pack(&cli.desk, verb)),
        Some(Verb::Config { question }) => Ok(config(cli, *question)),
        Some(Verb::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "quarterdeck", &mut script);
            say::out(&String::from_utf8_lossy(&script));
            Ok(Exit::Fine)
        }
        Some(Verb::Man) => {
            say::out(&manual()?);
            Ok(Exit::Fine)
        }
    }
}

/// One pane without a screen.
fn pane(cli: &Cli, pane: Pane, args: &PaneArgs) -> color_eyre::Result<Exit> {
    let question = headless::Question {
        scope: Scope::Pane(pane),
        filter: &args.filter,
        short: false,
        look: &args.look,
    };
    headless::answer(&cli.desk, question)
}

fn config(cli: &Cli, question: ConfigVerb) -> Exit {
    let question = match question {
        ConfigVerb::Path => config::Question::Path,
        ConfigVerb::Show { sources } => config::Question::Show { sources },
        ConfigVerb::Check => config::Question::Check,
    };
    let inputs = open::inputs(&cli.desk);
    let answer = config::answer(question, &inputs, colour_on_stderr());
    say::out(&answer.out);
    if !answer.err.is_empty() {
        say::err(&answer.err);
    }
    if answer.exit == 0 {
        Exit::Fine
    } else {
        Exit::Usage
    }
}

/// Errors are coloured for a person at a terminal who did not say no.
fn colour_on_stderr() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The manual page, with every subcommand's.
fn manual() -> std::io::Result<String> {
    let mut page = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands() {
        let name: &'static str =
            Box::leak(format!("quarterdeck-{}", sub.get_name()).into_boxed_str());
        clap_mangen::Man::new(sub.clone().name(name)).render(&mut page)?;
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// A clock that can be shared.
fn clock() -> Arc<dyn crate::domain::time::Clock> {
    Arc::new(crate::runtime::clock::SystemClock::start())
}
