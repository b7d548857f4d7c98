//! What can be asked of drills on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which drill is held, and how; without a name they are listed.
#[derive(Debug, Clone, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 passed, 1 too late, something wrong done or stuck in the script, 2 the pack has no such drill."
)]
pub struct DrillArgs {
    #[command(subcommand)]
    pub verb: Option<DrillVerb>,
    /// A drill of the pack, or the scenario it plays
    #[arg(value_name = "SCENARIO")]
    pub scenario: Option<String>,
    /// How many times faster than the clock
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub speed: f64,
    /// The seed of all that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Let this script press the keys, without a terminal; nobody held that drill, so nothing is written down
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Write the record of a scripted drill down all the same
    #[arg(long, requires = "script")]
    pub record: bool,
    /// Write the record here, too
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What is asked of the drills that were held.
#[derive(Debug, Clone, Subcommand)]
pub enum DrillVerb {
    /// Print the pack's drills, and those that were held
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the record of one in the words of the pack's template
    Show {
        /// Its number: DRILL-2026-1121-01
        drill: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write down a drill that was held elsewhere: from T0 to T1, by the pack's limit
    Record(RecordArgs),
    /// Write down what was otherwise than it should be, or what is to be done about it
    Note {
        /// Its number: DRILL-2026-1121-01
        drill: String,
        /// What was otherwise; may be given several times
        #[arg(long = "difference", value_name = "TEXT")]
        differences: Vec<String>,
        /// What is to be done; may be given several times
        #[arg(long = "follow-up", value_name = "TEXT", requires = "owner")]
        follow_ups: Vec<String>,
        /// Who does it
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// A drill that was held elsewhere. Times are 15:00 (of today) and 2026-11-21T15:00 in the pack's zone, or
/// 2026-11-21T07:00:00Z.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 in time, 1 too late or never recovered, 2 no such drill, no such time, or evidence that can't be read."
)]
pub struct RecordArgs {
    /// A drill of the pack
    pub drill: String,
    /// When it began to show
    #[arg(long, value_name = "TIME")]
    pub t0: String,
    /// When it was recovered; without it, it never was
    #[arg(long, value_name = "TIME")]
    pub t1: Option<String>,
    /// What was broken on purpose
    #[arg(long, value_name = "TEXT")]
    pub fault: Option<String>,
    /// By what it showed: a hook or an alert of the pack, or words; may be given several times
    #[arg(long = "trigger", value_name = "TEXT")]
    pub triggers: Vec<String>,
    /// A file whose digest is kept; may be given several times
    #[arg(long, value_name = "FILE")]
    pub evidence: Vec<PathBuf>,
    /// What was otherwise than it should be; may be given several times
    #[arg(long = "difference", value_name = "TEXT")]
    pub differences: Vec<String>,
    /// What is to be done; may be given several times
    #[arg(long = "follow-up", value_name = "TEXT", requires = "owner")]
    pub follow_ups: Vec<String>,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
