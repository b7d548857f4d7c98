//! What happens when something goes wrong: the terminal is given back, then it is said.

use std::io::{IsTerminal, Write};

use color_eyre::{config::HookBuilder, eyre::Report};

use super::terminal;

/// Installs the crypto provider and the hooks; before anything else in `main`.
pub fn install() {
    // It is installed once; a second call in tests of one process is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = !std::io::stderr().is_terminal()
        || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut builder = HookBuilder::default().display_env_section(false);
    if plain {
        builder = builder.theme(color_eyre::config::Theme::new());
    }
    let (panics, reports) = builder.into_hooks();
    // Only the first of two calls in one process counts.
    let _ = reports.install();
    std::panic::set_hook(Box::new(move |panic| {
        // A worker's panic is a matter for the log: the cockpit goes on, and its screen stays whole.
        if terminal::on_ui_thread() {
            terminal::give_back();
            let _ = writeln!(std::io::stderr(), "{}", panics.panic_report(panic));
        } else {
            tracing::error!("a worker panicked: {panic}");
        }
    }));
}

/// Prints an error that ended the program.
pub fn report(error: &Report) {
    terminal::give_back();
    let _ = writeln!(std::io::stderr(), "{error:?}");
}
