//! PURE: runbook TOML to Pack (watchlist, lights, hooks), CEL.
