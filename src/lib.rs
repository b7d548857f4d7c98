//! Quarterdeck, the on-call cockpit for the terminal.
//!
//! The module map; arrows go one way: `domain` ← `pack` ← `app` ← {`ui`, `keymap`, `runtime`, `cli`}.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod keymap;
pub mod pack;
pub mod runtime;
pub mod sim;
pub mod sources;
pub mod theme;
pub mod ui;
