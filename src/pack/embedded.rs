//! The packs that come with the program.

use std::sync::LazyLock;

use super::{actions::ActionSpec, diagnostic::PackErrors, load, manifest::GENERIC, runbook::Pack};

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
        (
            "packs/glancy/actions.toml",
            include_str!("../../packs/glancy/actions.toml"),
        ),
        (
            "packs/glancy/routine.toml",
            include_str!("../../packs/glancy/routine.toml"),
        ),
        (
            "packs/glancy/templates/incident-update.en.md",
            include_str!("../../packs/glancy/templates/incident-update.en.md"),
        ),
        (
            "packs/glancy/templates/incident-update.zh.md",
            include_str!("../../packs/glancy/templates/incident-update.zh.md"),
        ),
        (
            "packs/glancy/templates/incident-review.en.md",
            include_str!("../../packs/glancy/templates/incident-review.en.md"),
        ),
        (
            "packs/glancy/templates/incident-review.zh.md",
            include_str!("../../packs/glancy/templates/incident-review.zh.md"),
        ),
        (
            "packs/glancy/templates/handover.en.md",
            include_str!("../../packs/glancy/templates/handover.en.md"),
        ),
        (
            "packs/glancy/templates/handover.zh.md",
            include_str!("../../packs/glancy/templates/handover.zh.md"),
        ),
        (
            "packs/glancy/templates/drill-record.en.md",
            include_str!("../../packs/glancy/templates/drill-record.en.md"),
        ),
        (
            "packs/glancy/templates/drill-record.zh.md",
            include_str!("../../packs/glancy/templates/drill-record.zh.md"),
        ),
    ],
)];

const GENERIC_ACTIONS: (&str, &str) = (
    "packs/generic/actions.toml",
    include_str!("../../packs/generic/actions.toml"),
);

/// The safe actions of every desk, and their digest.
pub(super) fn generic() -> &'static (Vec<ActionSpec>, String) {
    // A test holds that it reads; without it there would be no generic action, which harms nobody.
    static READ: LazyLock<(Vec<ActionSpec>, String)> =
        LazyLock::new(|| load::actions_alone(GENERIC, GENERIC_ACTIONS).unwrap_or_default());
    &READ
}

impl Pack {
    /// The ids of the packs that come with the program.
    pub fn embedded_ids() -> impl Iterator<Item = &'static str> {
        PACKS.iter().map(|(id, _)| *id)
    }

    /// The names and texts of a pack that comes with the program.
    pub fn embedded_files(id: &str) -> Option<&'static [(&'static str, &'static str)]> {
        let (_, files) = PACKS.iter().find(|(known, _)| *known == id)?;
        Some(files)
    }

    /// A pack that comes with the program; `None` where there is none of this id.
    pub fn embedded(id: &str) -> Option<Result<Self, PackErrors>> {
        Self::embedded_files(id).map(Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_can_be_read() {
        if let Err(errors) = load::actions_alone(GENERIC, GENERIC_ACTIONS) {
            panic!("{errors}");
        }
        for id in Pack::embedded_ids() {
            if let Some(Err(errors)) = Pack::embedded(id) {
                panic!("{errors}");
            }
        }
    }
}
