//! The thin binary: hooks, parse, exit code.

use std::process::ExitCode;

use quarterdeck::{cli, runtime::hooks, sources::kubernetes};

fn main() -> ExitCode {
    if let Some(exit) = kubernetes::own_session() {
        return exit;
    }
    // Where tests make this process die.
    #[cfg(feature = "failpoints")]
    let _points = fail::FailScenario::setup();
    hooks::install();
    match cli::run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            // The terminal was given back before this is printed.
            hooks::report(&error);
            cli::Exit::Failed.into()
        }
    }
}
