//! The packs that come with the program.

use super::{diagnostic::PackErrors, runbook::Pack};

/// A pack's files: names and texts.
type Files = &'static [(&'static str, &'static str)];

const PACKS: [(&str, Files); 1] = [(
    "glancy",
    &[
        (
            "packs/glancy/pack.toml",
            include_str!("../../packs/glancy/pack.toml"),
        ),
        (
            "packs/glancy/probes.toml",
            include_str!("../../packs/glancy/probes.toml"),
        ),
        (
            "packs/glancy/watch.toml",
            include_str!("../../packs/glancy/watch.toml"),
        ),
    ],
)];

impl Pack {
    /// The ids of the packs that come with the program.
    pub fn embedded_ids() -> impl Iterator<Item = &'static str> {
        PACKS.iter().map(|(id, _)| *id)
    }

    /// A pack that comes with the program; `None` where there is none of this id.
    pub fn embedded(id: &str) -> Option<Result<Self, PackErrors>> {
        let (_, files) = PACKS.iter().find(|(known, _)| *known == id)?;
        Some(Self::parse(files))
    }
}
