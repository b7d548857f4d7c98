//! What can be asked of incidents and flows on the command line.

use clap::{Args, Subcommand};

use crate::cli::args::AskArgs;

/// What is asked of incidents.
#[derive(Debug, Clone, Subcommand)]
pub enum IncidentVerb {
    /// Print those that are open
    List {
        /// The closed ones too
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one with its time line, or the draft of its review
    Show {
        /// Its number: INC-2026-1121-01
        incident: String,
        /// Print the draft of the review
        #[arg(long, conflicts_with = "json")]
        review: bool,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Declare one; it gets the next free number
    #[command(after_help = "Exit codes: 0 declared, 4 its alert has one already.")]
    Declare {
        title: String,
        /// The pack's severity; that of the alert where one is named
        #[arg(long, value_name = "ID")]
        severity: Option<String>,
        /// The alert it is declared for, by name or fingerprint
        #[arg(long, value_name = "ALERT")]
        alert: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Write down what became of it; with --progress print the update in the words of the pack's template
    #[command(
        after_help = "Exit codes: 0 written down, 2 the pack does not know it, 4 it is closed."
    )]
    Update(IncidentUpdateArgs),
    /// Close it: recovered by what the pack says, or with a reservation
    #[command(
        after_help = "Exit codes: 0 closed, 4 not proven to be recovered, and no reservation."
    )]
    Close {
        incident: String,
        /// Why it may be closed although nothing proves that it is recovered
        #[arg(long, value_name = "TEXT")]
        reservation: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
}

/// What is written down about an incident.
#[derive(Debug, Clone, Args)]
pub struct IncidentUpdateArgs {
    /// Its number: INC-2026-1121-01
    pub incident: String,
    /// What the update tells of the progress
    #[arg(long, value_name = "TEXT")]
    pub progress: Option<String>,
    /// When it is expected to be over
    #[arg(long, value_name = "TEXT", requires = "progress")]
    pub expected: Option<String>,
    /// The severity it has now
    #[arg(long, value_name = "ID")]
    pub severity: Option<String>,
    /// Why its severity changes
    #[arg(long, value_name = "TEXT", requires = "severity")]
    pub why: Option<String>,
    /// Who takes a role; may be given several times
    #[arg(long = "role", value_name = "ROLE=PERSON")]
    pub roles: Vec<String>,
    /// A field of the impact form; may be given several times
    #[arg(long = "impact", value_name = "NAME=VALUE")]
    pub impact: Vec<String>,
    /// How far it has come
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Its review is written: where it is, once it is closed
    #[arg(long, value_name = "WHERE", conflicts_with_all = ["progress", "severity", "roles", "impact", "phase", "note"])]
    pub reviewed: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What is asked of flows.
#[derive(Debug, Clone, Subcommand)]
pub enum FlowVerb {
    /// Print those that are open, and those that can be begun
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Begin one, and print its id
    Start {
        flow: String,
        /// The alert it answers, by name or fingerprint
        #[arg(long, value_name = "ALERT")]
        alert: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Print how one stands: stages, clocks, steps and what they read
    Show {
        /// Its id, or the name of an open one; the only open one without it
        flow: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Settle a step: a check that holds, what a person did, or one that is left out
    #[command(
        after_help = "Exit codes: 0 written down, 2 no such step or no evidence, 4 the check does not hold or is unknown, another stage comes first."
    )]
    Done(FlowDoneArgs),
}

/// Which step is settled, and how.
#[derive(Debug, Clone, Args)]
pub struct FlowDoneArgs {
    /// Its id, or the name of an open one
    pub flow: String,
    /// look/depth
    pub step: String,
    /// What shows that it is done
    #[arg(long, value_name = "TEXT")]
    pub evidence: Option<String>,
    /// Leave it out, and why
    #[arg(long, value_name = "WHY", conflicts_with = "evidence")]
    pub skip: Option<String>,
    #[command(flatten)]
    pub look: AskArgs,
}
