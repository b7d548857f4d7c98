//! Quarterdeck, the on-call cockpit for the terminal.
//!
//! The module map; arrows go one way: `domain` ← `pack` ← `actions` ← `app` ← {`ui`, `keymap`, `runtime`, `cli`}.
//!
//! The map of the screen, with the module that draws each part:
//!
//! ```text
//! ┌ header ─ desk · context/namespaces · shift ················· clock · links ┐   ui/header
//! │ strip ── hooks · lights                                                    │   ui/strip
//! │▌Alerts ──────────────────────────────┬─ SLOs and gauges ───────────────────│   ui/panes/alerts, slos
//! │                                      │                                     │
//! │─ Queues ─────────────────────────────┼─ Pods ──────────────────────────────│   ui/panes/queues, pods
//! │                                      │                                     │
//! │─ Due ────────────────────────────────┴─────────────────────────────────────│   ui/due
//! │ footer ─ what the keys do here, or the line being typed                    │   ui/footer
//! └────────────────────────────────────────────────────────────────────────────┘   geometry: app/layout
//! ```

pub mod actions;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod keymap;
pub mod ledger;
pub mod pack;
pub mod recorder;
pub mod runtime;
pub mod sim;
pub mod sources;
pub mod theme;
pub mod trust;
pub mod ui;
