//! The command line: one file per subcommand, all over the same core.

pub mod config;
