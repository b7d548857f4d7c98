//! Palettes, roles and how a role becomes a style on this terminal.
