//! What can be asked of incidents and flows on the command line.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::{AskArgs, patience};

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
        /// The pack's severity, by its id or its title; that of the alert where one is named
        #[arg(long, value_name = "SEVERITY")]
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
    /// Reach the next rung of the ladder back: its gate must hold
    #[command(
        after_help = "Exit codes: 0 written down, 4 it is closed, all rungs are reached, or what the rung asks for does not hold or is unknown."
    )]
    Rung {
        incident: String,
        /// What shows that it is reached
        #[arg(long, value_name = "TEXT")]
        evidence: String,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Begin to watch whether it stays well, or say how a period went
    #[command(
        after_help = "Exit codes: 0 written down, 2 no such period, 4 it is closed, the rungs come first, or all periods are told of."
    )]
    Watch {
        incident: String,
        /// The period that is over; without it watching begins
        #[arg(long, value_name = "ID", requires = "evidence")]
        period: Option<String>,
        /// How it went
        #[arg(long, value_name = "TEXT", requires = "period")]
        evidence: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write down what is to be done after it, and by whom
    FollowUp {
        incident: String,
        text: String,
        #[arg(long, value_name = "NAME")]
        owner: String,
        /// The pack's term
        #[arg(long, value_name = "ID")]
        term: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Open a closed one again
    #[command(after_help = "Exit codes: 0 open again, 4 it is open.")]
    Reopen {
        incident: String,
        #[arg(long, value_name = "TEXT")]
        why: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the draft of its review
    Review {
        incident: String,
        #[command(flatten)]
        look: AskArgs,
    },
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
    /// The severity it has now, by its id or its title
    #[arg(long, value_name = "SEVERITY")]
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

/// What is asked of the handover.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 printed or written down, 2 no such field, 4 it is not for you to give or sign, or an incident wants a reservation."
)]
pub struct HandoverArgs {
    /// Print the draft as things stand now, in the form of the pack
    #[arg(long, group = "does")]
    pub draft: bool,
    /// Hand the shift over with that text
    #[arg(long, group = "does")]
    pub give: bool,
    /// Who is to take it
    #[arg(long, value_name = "NAME", requires = "give")]
    pub to: Option<String>,
    /// Sign what was handed over
    #[arg(long, group = "does")]
    pub sign: bool,
    /// What you do not take over
    #[arg(long, value_name = "TEXT", requires = "sign")]
    pub with_reservation: Option<String>,
    /// Fill in a field of the form or the person of a role; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub fill: Vec<String>,
    /// As plain text instead of Markdown
    #[arg(long, conflicts_with = "json")]
    pub plain: bool,
    /// The language of the text
    #[arg(long, value_name = "LANG", value_enum)]
    pub lang: Option<PaperLang>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// How long the servers may take to give their first answers
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
}

/// A language a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperLang {
    En,
    Zh,
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
    /// Lift for a while what one freezes, because of an emergency
    #[command(after_help = "Exit codes: 0 written down, 4 it freezes nothing that may be lifted.")]
    Lift {
        /// Its id, or the name of an open one
        flow: String,
        /// What the emergency is
        #[arg(long, value_name = "TEXT")]
        why: String,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Settle a step: a check that holds, what a person did, or one that is left out
    #[command(
        after_help = "Exit codes: 0 written down, 2 no such step or no evidence, 4 the check does not hold or is unknown, another stage comes first."
    )]
    Done(FlowDoneArgs),
    /// Leave one: others see that nobody follows it
    Leave {
        /// Its id, or the name of an open one
        flow: String,
        /// What who takes it up should know
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take one up that was left, or that another follows
    Resume {
        /// Its id, or the name of an open one
        flow: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one: its steps are done, or why it ends before
    #[command(after_help = "Exit codes: 0 ended, 4 steps are open and no reason is given.")]
    End {
        /// Its id, or the name of an open one
        flow: String,
        /// Why it ends before all is done
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
        #[command(flatten)]
        look: AskArgs,
    },
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

const LIGHT_CODES: &str = "Exit codes: 0 green, 1 red, 2 no such one, 3 yellow or unknown.";

/// What is asked of gates.
#[derive(Debug, Clone, Subcommand)]
pub enum GateVerb {
    /// Print all gates with how many of their parts hold
    #[command(after_help = LIGHT_CODES)]
    List {
        #[command(flatten)]
        look: AskArgs,
    },
    /// Print one with each hook, limit and tick, and what is proposed where it does not hold
    #[command(after_help = LIGHT_CODES)]
    Show {
        gate: String,
        #[command(flatten)]
        look: AskArgs,
    },
    /// Say of a part that no series tells that it holds, or does not
    #[command(after_help = "Exit codes: 0 written down, 2 no such gate or tick, or no evidence.")]
    Tick(GateTickArgs),
}

/// Which tick, and what is said of it.
#[derive(Debug, Clone, Args)]
pub struct GateTickArgs {
    pub gate: String,
    /// As the gate calls it
    pub tick: String,
    /// What shows it
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
    /// It is not as the gate wants it
    #[arg(long)]
    pub fails: bool,
    #[command(flatten)]
    pub look: AskArgs,
}

/// What is asked of hooks.
#[derive(Debug, Clone, Subcommand)]
pub enum HookVerb {
    /// Print all hooks over their last whole window
    #[command(after_help = LIGHT_CODES)]
    List {
        #[command(flatten)]
        look: AskArgs,
    },
    /// Print one with its conditions, queries and windows
    #[command(after_help = LIGHT_CODES)]
    Show {
        hook: String,
        #[command(flatten)]
        look: AskArgs,
    },
}

/// What is asked of lights.
#[derive(Debug, Clone, Subcommand)]
pub enum LightVerb {
    /// Print all lights
    #[command(after_help = LIGHT_CODES)]
    List {
        #[command(flatten)]
        look: AskArgs,
    },
    /// Print one with every condition and what it reads
    #[command(after_help = LIGHT_CODES)]
    Show {
        light: String,
        #[command(flatten)]
        look: AskArgs,
    },
}
