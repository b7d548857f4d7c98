//! PURE: runbook TOML to Pack (watchlist, lights, hooks), CEL.

/// A team's runbook as data.
#[derive(Debug)]
pub struct Pack;

impl Pack {
    pub fn id(&self) -> &'static str {
        "x"
    }
}
