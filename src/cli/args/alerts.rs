//! What can be asked of alerts, and done about them.

use clap::{Args, Subcommand};

use super::{AskArgs, PaneArgs, RUN_CODES, reason};

/// What is asked of the alerts.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AlertsArgs {
    #[command(subcommand)]
    pub verb: Option<AlertsVerb>,
    #[command(flatten)]
    pub pane: PaneArgs,
}

/// What is done about an alert.
#[derive(Debug, Clone, Subcommand)]
pub enum AlertsVerb {
    /// Silence it, or whatever matchers say: through the same gate as any action
    Silence(SilenceArgs),
    #[command(flatten)]
    Care(CareVerb),
}

/// What is written down about an alert.
#[derive(Debug, Clone, Subcommand)]
pub enum CareVerb {
    /// You have seen it and take care of it: its clock stops, no pager does
    Ack {
        #[command(flatten)]
        which: WhichAlert,
        /// What the others should know
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// You take care of it no longer
    Release {
        #[command(flatten)]
        which: WhichAlert,
    },
    /// Give it to somebody
    Assign {
        #[command(flatten)]
        which: WhichAlert,
        #[arg(value_name = "NAME")]
        to: String,
    },
    /// Write a note on it
    Note {
        #[command(flatten)]
        which: WhichAlert,
        #[arg(value_name = "TEXT")]
        text: String,
    },
}

/// What is silenced, for how long and why.
#[derive(Debug, Clone, Args)]
#[command(after_help = RUN_CODES)]
pub struct SilenceArgs {
    /// Exactly this alert: its fingerprint as `alerts --json` prints it, or its name where only one has it
    #[arg(value_name = "FINGERPRINT", required_unless_present_any = ["matchers", "confirm"])]
    pub alert: Option<String>,
    /// What a label must be: alertname=Backlog, job=~"a|b"; may be given several times, all must hold
    #[arg(long = "matcher", value_name = "MATCHER", conflicts_with = "alert")]
    pub matchers: Vec<String>,
    /// For how long
    #[arg(long = "for", value_name = "DURATION")]
    pub lasts: String,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub comment: String,
    /// Only say what it would hide, and give a challenge that confirms it once
    #[arg(long, conflicts_with = "confirm")]
    pub dry_run: bool,
    /// Do what --dry-run said: its challenge is on standard input
    #[arg(long, value_name = "-", value_parser = ["-"])]
    pub confirm: Option<String>,
    #[command(flatten)]
    pub look: AskArgs,
}

/// Which alert is meant.
#[derive(Debug, Clone, Args)]
pub struct WhichAlert {
    /// Its fingerprint as `alerts --json` prints it, the beginning of one, or its name where only one has it
    #[arg(value_name = "FINGERPRINT")]
    pub alert: String,
    #[command(flatten)]
    pub look: AskArgs,
}
