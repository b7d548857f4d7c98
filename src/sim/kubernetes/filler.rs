//! Filler pods.

/// x
#[derive(Debug, Default)]
pub struct Filler {}
