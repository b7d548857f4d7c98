//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// How a terminal program does on a real API server, with kubectl beside it.
#[derive(Debug, Clone, Parser)]
pub struct Args {
    /// A bed that runs (`tests/real/bed/up DIR cluster`) instead of one that comes and goes with the measuring
    #[arg(long, value_name = "DIR")]
    pub bed: Option<PathBuf>,
    /// How often each figure is taken; the median counts
    #[arg(long, value_name = "COUNT", default_value_t = 5)]
    pub runs: usize,
    /// How many pods; the second stands still and then changes, the third is looked at in all namespaces
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 50_000])]
    pub pods: Vec<usize>,
    /// Measure this shell command instead: KUBECONFIG, CONTEXT and NAMESPACE (empty for all) are set for it
    #[arg(long, value_name = "COMMAND")]
    pub program: Option<String>,
    /// Keys to press on the other program as soon as it has drawn something
    #[arg(long, value_name = "KEYS", requires = "program")]
    pub keys: Option<String>,
    /// What the other program's screen shows with all rows, `{count}` being their number
    #[arg(long, value_name = "REGEX", default_value = r"\b{count}\b")]
    pub shows: String,
    /// Cargo adds this word.
    #[arg(long, hide = true)]
    pub bench: bool,
    #[command(subcommand)]
    pub part: Option<Part>,
}

/// What runs in a process of its own.
#[derive(Debug, Clone, Subcommand)]
pub enum Part {
    /// Changes pods for ever
    #[command(hide = true)]
    Change {
        kubeconfig: PathBuf,
        namespace: String,
        pods: usize,
        /// Changes a second
        rate: u32,
    },
}
