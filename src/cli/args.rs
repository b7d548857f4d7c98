//! What can be written on the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

mod alerts;
mod shift;

pub use self::alerts::{AlertsArgs, AlertsVerb, CareVerb, SilenceArgs, WhichAlert};
pub use self::shift::{CheckArgs, CheckVerb, ContactsArgs, SwitchArgs, SwitchVerb};
pub use super::drill::args::DrillArgs;
pub use super::logbook::args::{
    FlowDoneArgs, FlowVerb, GateTickArgs, GateVerb, HandoverArgs, HookVerb, IncidentUpdateArgs,
    IncidentVerb, LightVerb, PaperLang,
};
pub use super::pack::args::{LintArgs, PackVerb};
use crate::config::Flags;

use super::beginning::Beginning;

/// The on-call cockpit: what is wrong, how long is left, and what may be done about it.
#[derive(Debug, Parser)]
#[command(
    name = "quarterdeck",
    version,
    about,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 fine, 1 red or failed, 2 usage, 3 unknown, 4 refused, 5 cannot connect."
)]
pub struct Cli {
    #[command(flatten)]
    pub desk: DeskArgs,
    #[command(subcommand)]
    pub command: Option<Verb>,
}

/// What is looked at and how; these go over every configuration file.
#[derive(Debug, Clone, Default, Args)]
pub struct DeskArgs {
    /// Read this configuration file too, over the others
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A desk that the configuration names: `[desks.NAME]`
    #[arg(long, global = true, value_name = "NAME")]
    pub desk: Option<String>,
    /// The team's pack; none means a generic desk
    #[arg(long, global = true, value_name = "ID")]
    pub pack: Option<String>,
    /// The kubeconfig file to use
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig context to use
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Look at this namespace; may be given several times
    #[arg(short = 'n', long = "namespace", global = true, value_name = "NAME")]
    pub namespaces: Vec<String>,
    /// Look at all namespaces
    #[arg(short = 'A', long, global = true, conflicts_with = "namespaces")]
    pub all_namespaces: bool,
    /// Prometheus' address, with its path prefix
    #[arg(long, global = true, value_name = "URL")]
    pub prometheus: Option<String>,
    /// An Alertmanager's address; may be given several times
    #[arg(long, global = true, value_name = "URL")]
    pub alertmanager: Vec<String>,
    /// Allow no action
    #[arg(long, global = true)]
    pub read_only: bool,
    /// The theme's name
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// The signs to draw with: unicode or ascii
    #[arg(long, global = true, value_name = "SET")]
    pub glyphs: Option<String>,
    /// The language: auto, en or zh-CN
    #[arg(long, global = true, value_name = "TAG")]
    pub locale: Option<String>,
    /// The colours: auto, truecolor, 256, 16 or none
    #[arg(long, global = true, value_name = "DEPTH")]
    pub colours: Option<String>,
    /// Take the mouse
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub mouse: Option<bool>,
    /// How much is logged: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

impl DeskArgs {
    /// The same as the uppermost layer of the configuration.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            desk: self.desk.clone(),
            pack: self.pack.clone(),
            context: self.context.clone(),
            kubeconfig: self.kubeconfig.clone(),
            namespaces: self.namespaces.clone(),
            all_namespaces: self.all_namespaces,
            read_only: self.read_only,
            theme: self.theme.clone(),
            glyphs: self.glyphs.clone(),
            locale: self.locale.clone(),
            mouse: self.mouse,
            colours: self.colours.clone(),
            prometheus: self.prometheus.clone(),
            alertmanager: self.alertmanager.clone(),
            log_level: self.log_level.clone(),
        }
    }
}

/// What to do instead of opening the cockpit.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open the cockpit on a cluster that comes with it and touches nothing else
    Demo(DemoArgs),
    /// Practise: play a scenario against the pack's clocks, and score it
    Drill(DrillArgs),
    /// Print the whole desk: hooks, lights and what is not well
    Status(StatusArgs),
    /// Print the pods
    Pods(PaneArgs),
    /// Print the SLOs and gauges
    Slos(PaneArgs),
    /// Print the queues
    Queues(PaneArgs),
    /// Print the alerts, or write down who takes care of one
    Alerts(AlertsArgs),
    /// Print what may be done here, to what, and why not
    Actions {
        #[command(subcommand)]
        verb: ActionsVerb,
    },
    /// Watch without a screen until a signal comes: record the shift, run checks, remind; change nothing
    #[command(
        after_help = "Ends with 128 and the number of the signal. What it says goes to standard error, with --json to standard output."
    )]
    Watch(WatchArgs),
    /// Walk through a recorded shift
    Walkthrough(WalkthroughArgs),
    /// Look whether everything is there that a watch needs, and say how to mend what is not
    Doctor(DoctorArgs),
    /// Agree to a plan as a second person, with a signature of your SSH key
    Approve(ApproveArgs),
    /// Print what was done, refused and noted, the newest first
    Journal(JournalArgs),
    /// Show which settings hold and where they come from
    Config {
        #[command(subcommand)]
        question: ConfigVerb,
    },
    /// Print the packs there are and what they say, look for mistakes, begin one
    Pack {
        #[command(subcommand)]
        verb: PackVerb,
    },
    /// Run an action: ask first, or confirm what --plan said
    Run(RunArgs),
    /// Print what goes on and what came of it; follow, stop or acknowledge a run
    Runs(RunsArgs),
    /// Do a recorded run
    #[command(hide = true)]
    Runner(RunnerArgs),
    /// Print the temporary changes that stand
    Switch {
        #[command(subcommand)]
        verb: SwitchVerb,
    },
    /// Print whom one reaches and where one looks: people, groups, vendors, pages
    Contacts(ContactsArgs),
    /// Print what is due, and run checks
    Check {
        #[command(subcommand)]
        verb: CheckVerb,
    },
    /// Declare an incident, say what becomes of it, close it
    Incident {
        #[command(subcommand)]
        verb: IncidentVerb,
    },
    /// Begin a flow, see how it stands, settle its steps
    Flow {
        #[command(subcommand)]
        verb: FlowVerb,
    },
    /// Print gates with each of their parts, and say what no series tells
    Gate {
        #[command(subcommand)]
        verb: GateVerb,
    },
    /// Print hooks with their windows
    Hook {
        #[command(subcommand)]
        verb: HookVerb,
    },
    /// Print lights with what makes them
    Light {
        #[command(subcommand)]
        verb: LightVerb,
    },
    /// Print how the handover of the shift stands or its draft, give it, sign it
    Handover(HandoverArgs),
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the manual page
    Man,
}

/// What is to be done, and who says yes to it.
#[derive(Debug, Clone, Args)]
#[command(after_help = RUN_CODES)]
pub struct RunArgs {
    /// The action, by its id: glancy/scale-export-workers, or its own name
    #[arg(required_unless_present = "undo")]
    pub action: Option<String>,
    /// Take back what this run did
    #[arg(long, value_name = "RUN", conflicts_with_all = ["action", "params", "target"])]
    pub undo: Option<String>,
    /// Take it back although it can't be told whether its time is over, or what it left is another by now, and why
    #[arg(long, value_name = "REASON", requires = "undo", conflicts_with = "action", value_parser = reason)]
    pub emergency: Option<String>,
    /// A parameter; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// What it is done to, where the action takes any: deployment/backend
    #[arg(long, value_name = "KIND/NAME")]
    pub target: Option<String>,
    /// Only say what would be done, and give a challenge that confirms it once
    #[arg(long, conflicts_with = "confirm")]
    pub plan: bool,
    /// Do what --plan said: its challenge is on standard input
    #[arg(long, value_name = "-", value_parser = ["-"])]
    pub confirm: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}

/// A reason says something, in a few lines at most.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        1..=1_000 => Ok(text.to_owned()),
        _ => Err("1 to 1000 characters".to_owned()),
    }
}

const RUN_CODES: &str = "Exit codes: 0 done and verified, 1 failed, not verified or no help, 3 nobody knows what was done, 4 refused or stopped, 5 no server answers.";

/// Which runs, and what is said to them.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit codes: 0 fine, 4 refused; with --attach those of `run`.")]
pub struct RunsArgs {
    /// Follow this run to its end
    #[arg(long, value_name = "RUN", group = "said")]
    pub attach: Option<String>,
    /// Ask this run to stop
    #[arg(long, value_name = "RUN", group = "said")]
    pub cancel: Option<String>,
    /// Say that you saw this run's unknown end: its target may be acted on again
    #[arg(long, value_name = "RUN", group = "said")]
    pub acknowledge: Option<String>,
    /// What you found
    #[arg(long, value_name = "TEXT", requires = "acknowledge")]
    pub note: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which run, and the ledger it is in.
#[derive(Debug, Clone, Args)]
pub struct RunnerArgs {
    pub run: String,
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,
}

/// How a desk is looked at without a screen.
#[derive(Debug, Clone, Args)]
#[command(after_help = LOOK_CODES)]
pub struct LookArgs {
    /// Print JSON; with --watch one document on each line
    #[arg(long)]
    pub json: bool,
    /// Go on looking, and print again whenever something changed
    #[arg(short, long)]
    pub watch: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}

const LOOK_CODES: &str = "Exit codes: 0 all is well, 1 something is bad, 3 something warns or is unknown, 5 no server answers.";

/// How a watch tells what it does.
#[derive(Debug, Clone, Args)]
pub struct WatchArgs {
    /// Print each thing it says as one line of JSON
    #[arg(long)]
    pub json: bool,
}

/// How the whole desk is printed.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// One line for a status bar
    #[arg(long, conflicts_with = "json")]
    pub short: bool,
    #[command(flatten)]
    pub look: LookArgs,
}

/// How one pane is printed.
#[derive(Debug, Clone, Args)]
pub struct PaneArgs {
    /// As typed in the pane: fuzzy words, label=value, !not, /regex/
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    #[command(flatten)]
    pub look: LookArgs,
}

/// What is asked of the actions.
#[derive(Debug, Clone, Subcommand)]
pub enum ActionsVerb {
    /// All of them, with their targets and whether they can be done now
    List {
        /// As if this object were selected: deployment/backend, pod/namespace/name
        #[arg(long, value_name = "KIND/NAME")]
        target: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
    /// One of them: parameters, guard, steps, what verifies it
    Show {
        /// glancy/scale-export-workers, or the name alone
        #[arg(value_name = "ID")]
        id: String,
        /// As if this object were selected: deployment/backend, pod/namespace/name
        #[arg(long, value_name = "KIND/NAME")]
        target: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
}

/// How one question is answered.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}

/// How everything is looked at.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 all is right, 1 something is wrong, 3 something is missing or unknown, 5 a server can't be connected to."
)]
pub struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long each check may take
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = patience)]
    pub timeout: Duration,
}

/// A span of time as settings write it: `10s`, `1m`.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "write it like 10s or 1m".to_owned())?;
    Duration::try_from(span)
        .ok()
        .filter(|span| !span.is_zero() && *span <= Duration::from_secs(3_600))
        .ok_or_else(|| "more than nothing and at most an hour".to_owned())
}

/// Which record is gone through, and how it is told.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Without a terminal, or with --json, what happened is printed. Exit codes: 0 fine, 1 the record can't be read."
)]
pub struct WalkthroughArgs {
    /// The record: a file of `$XDG_STATE_HOME/quarterdeck/records`, wherever it was copied to
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print what the panes showed then, too: 14:31, 14:31:40, 2026-11-21T14:31:40+08:00
    #[arg(long, value_name = "TIME", requires = "json")]
    pub at: Option<String>,
}

/// How the demo's cluster is played.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// What happens, as `--list` names it; the pack's own story, where nothing is said
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// How many times faster than the clock
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub speed: f64,
    /// When it begins, in the pack's time zone: 06:55, 2026-03-29T06:55; now, where nothing is said
    #[arg(long, value_name = "TIME", conflicts_with = "serve")]
    pub at: Option<Beginning>,
    /// The seed of all that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// So many more pods
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub pods: usize,
    /// So many pods change a second
    #[arg(long, value_name = "PER_SECOND", default_value_t = 0)]
    pub churn: usize,
    /// Run the cluster alone, in the foreground, and write its kubeconfig and config.toml here
    #[arg(long, value_name = "DIR")]
    pub serve: Option<PathBuf>,
    /// Let this script press the keys, without a terminal
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    pub script: Option<PathBuf>,
    /// List the scenarios
    #[arg(long)]
    pub list: bool,
}

/// Which plan is agreed to, and with which key.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit codes: 0 agreed, 1 it can't be signed or recorded, 4 you may not.")]
pub struct ApproveArgs {
    /// The digest the prompt shows, or a run
    pub plan: String,
    /// The key, or the public half of one your agent holds
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What is asked of the journal; without a word it is listed.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct JournalArgs {
    #[command(subcommand)]
    pub verb: Option<JournalVerb>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Only what is newer: 2h, 3d, 2026-11-20, 2026-11-20T14:30
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what is older, said likewise
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only what this user did, by the name the API server knows
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only runs of this action
    #[arg(long, value_name = "ID")]
    pub action: Option<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

/// What is asked of the journal besides a list.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalVerb {
    /// Print all of one run: its plan, steps, output and what it was judged by
    Show {
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look whether anything was changed, removed or put elsewhere since it was written
    #[command(
        after_help = "Exit codes: 0 it holds, 1 it does not, or it can't be read, 3 there is nothing to hold it to."
    )]
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Hold it to the heads in this file: a copy of the system's log, or of another's ledger
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Write all of it as lines of JSON with their hashes, for others to check
    Export {
        /// A new file; standard output without it
        file: Option<PathBuf>,
    },
    /// Print the SQL that makes the ledger a team shares, in PostgreSQL
    SetupSql,
    /// Write down what was done outside
    Note {
        text: String,
        /// The action it stands for
        #[arg(long, value_name = "ID")]
        action: Option<String>,
        /// What it was done to
        #[arg(long, value_name = "NAME")]
        target: Option<String>,
    },
}

/// What is asked of the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigVerb {
    /// Which files are read, and which of them exist
    Path,
    /// What holds, as TOML
    Show {
        /// Say for each key where it comes from
        #[arg(long)]
        sources: bool,
    },
    /// Whether all of it is right
    Check,
}
