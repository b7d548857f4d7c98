//! Wires it: the loop, the drivers of effects, clock, terminal, clipboard.

pub mod actor;
pub mod acts;
pub mod approval;
pub mod clipboard;
pub mod clock;
pub mod cockpit;
pub mod discovery;
pub mod duties;
pub mod executors;
pub mod export;
pub mod files;
pub mod finding;
pub mod headless;
pub mod hooks;
pub mod ledger;
pub mod locks;
pub mod log;
pub mod memory;
pub mod readers;
pub mod recording;
pub mod rehearsal;
pub mod runner;
pub mod signals;
pub mod terminal;
pub mod walking;
pub mod watch;
