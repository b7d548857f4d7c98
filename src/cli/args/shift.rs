//! What a shift does without a screen: temporary changes, the directory, checks.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::patience;

/// What is asked of temporary changes.
#[derive(Debug, Clone, Subcommand)]
pub enum SwitchVerb {
    /// Print all that stand: who made them, since when, whether they may be taken back, what others changed of them
    List(SwitchArgs),
    /// Print one of them
    Show {
        /// The run that made it
        run: String,
        #[command(flatten)]
        how: SwitchArgs,
    },
}

/// How the directory is printed.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit codes: 0 printed, 2 the desk's configuration is wrong.")]
pub struct ContactsArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// How temporary changes are printed.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 all is well, 1 one is overdue or was changed by others, 2 there is no such run, 5 no server answered. To take one back: run --undo RUN."
)]
pub struct SwitchArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}

/// What is asked of the routine.
#[derive(Debug, Clone, Subcommand)]
pub enum CheckVerb {
    /// Print what is open, missed, next and done
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look, and write down what was found
    #[command(
        after_help = "Exit codes: 0 passed or left out, 1 failed, 3 near a limit, unknown, or a person is asked, 5 no server answered."
    )]
    Run(CheckArgs),
}

/// Which check is run, and what a person says of it.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// A check, a checklist, or one check of a list: LIST/CHECK
    pub id: String,
    /// What was seen; without it a check that asks a person is not answered
    #[arg(long, value_name = "TEXT")]
    pub evidence: Option<String>,
    /// It is not well: the evidence says how
    #[arg(long, requires = "evidence", conflicts_with = "skip")]
    pub failed: bool,
    /// Leave it out, and why
    #[arg(long, value_name = "REASON", conflicts_with = "evidence")]
    pub skip: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}
