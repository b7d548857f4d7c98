//! What can be asked of packs.

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::PossibleValuesParser};

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
    /// Run the cases of a pack's tests.toml: readings and objects in, lights, guards, checks and papers out
    #[command(
        after_help = "Exit codes: 0 all is as the cases say, 1 something is not, 2 there is no such pack or it has no cases, 3 something has no case."
    )]
    Test {
        /// A folder or the id of a pack; the folder one is in, where nothing is said
        #[arg(value_name = "DIR|ID", default_value = ".")]
        pack: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a folder with a pack made of what other tools know: rules of Prometheus, SLOs of sloth, pyrra and `OpenSLO`
    Import(ImportArgs),
    /// Print what the files of a pack may hold: for people, or as JSON Schema for editors
    Schema(SchemaArgs),
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
    after_help = "Exit codes: 0 no mistake, 1 it does not load or has one, 2 there is no such pack, 3 only warnings, 5 the server gave no answer."
)]
pub struct LintArgs {
    /// A folder, the id of a pack, or a runbook's commands as a file of TOML; the folder one is in, where nothing is said
    #[arg(value_name = "DIR|ID", default_value = ".")]
    pub pack: String,
    /// Also what the pack accepts, with its reasons
    #[arg(long)]
    pub all: bool,
    /// Put the queries to a Prometheus, and look whether their metrics are there; `desk` is that of the configuration
    #[arg(long, value_name = "URL|desk")]
    pub server: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which kind of file is told, and how.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 told or written, 1 it can't be written, 2 there is no such kind of file."
)]
pub struct SchemaArgs {
    /// The kind of file; all of them, where nothing is said
    #[arg(value_name = "FILE-KIND", value_parser = PossibleValuesParser::new(crate::pack::schema::kinds()))]
    pub kind: Option<String>,
    /// Print JSON Schema, draft 2020-12; of all kinds, an object of them by name
    #[arg(long)]
    pub json: bool,
    /// Write the JSON Schema of each kind into a folder, `KIND.schema.json`
    #[arg(long, value_name = "DIR", conflicts_with = "json")]
    pub to: Option<PathBuf>,
}

/// What is carried into a pack, and where it goes.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 all was carried, 1 nothing was, 2 the folder is there already, 3 something is left, and listed."
)]
pub struct ImportArgs {
    /// Files of YAML, of one or more documents
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The id of the pack: lower case letters, digits and `-`
    #[arg(long)]
    pub id: String,
    /// Where the folder is made
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
