//! What can be asked of packs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is asked of packs.
#[derive(Debug, Clone, Subcommand)]
pub enum PackVerb {
    /// Print the packs there are, and whether each can be read
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what one pack says: what is read, what it means, what may be done
    Show {
        /// A pack's id, or its folder
        pack: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look for mistakes in a pack, each with its place, its rule and its mend
    Lint(LintArgs),
    /// Print what a pack says otherwise than the one of its id that comes with the program, or than another
    Diff {
        /// A pack's id, or its folder
        pack: String,
        /// What it is held against: an id, or a folder
        with: Option<String>,
    },
    /// Write a folder with a small pack that loads and has no mistake
    New {
        /// The id: lower case letters, digits and `-`
        id: String,
        /// Where the folder is made
        #[arg(long = "in", value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
}

/// Which pack is looked through, and how it is told.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 no mistake, 1 it does not load or has one, 2 there is no such pack, 3 only warnings."
)]
pub struct LintArgs {
    /// A folder, the id of a pack, or a runbook's commands as a file of TOML; the folder one is in, where nothing is said
    #[arg(value_name = "DIR|ID", default_value = ".")]
    pub pack: String,
    /// Also what the pack accepts, with its reasons
    #[arg(long)]
    pub all: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
