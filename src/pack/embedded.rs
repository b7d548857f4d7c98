//! The packs that come with the program.

use std::sync::LazyLock;

use super::{actions::ActionSpec, diagnostic::PackErrors, load, manifest::GENERIC, runbook::Pack};

/// A pack's files: names and texts.
type Files = &'static [(&'static str, &'static str)];

/// A pack that comes with the program, by its files.
macro_rules! pack {
    ($id:literal, $($file:literal),+ $(,)?) => {
        ($id, &[$((
            concat!("packs/", $id, "/", $file),
            include_str!(concat!("../../packs/", $id, "/", $file)),
        )),+])
    };
}

const PACKS: [(&str, Files); 5] = [
    pack!(
        "after-sales",
        "pack.toml",
        "probes.toml",
        "watch.toml",
        "actions.toml",
        "routine.toml",
        "holidays.toml",
        "tests.toml",
        "templates/handover.en.md",
        "templates/handover.zh.md",
        "templates/incident-review.en.md",
        "templates/incident-review.zh.md",
        "templates/incident-update.en.md",
        "templates/incident-update.zh.md",
    ),
    pack!(
        "glancy",
        "pack.toml",
        "probes.toml",
        "watch.toml",
        "actions.toml",
        "routine.toml",
        "templates/drill-record.en.md",
        "templates/drill-record.zh.md",
        "templates/handover.en.md",
        "templates/handover.zh.md",
        "templates/incident-review.en.md",
        "templates/incident-review.zh.md",
        "templates/incident-update.en.md",
        "templates/incident-update.zh.md",
        "tests.toml",
    ),
    pack!(
        "lawsker",
        "pack.toml",
        "probes.toml",
        "watch.toml",
        "actions.toml",
        "routine.toml",
        "templates/incident-review.en.md",
        "templates/incident-review.zh.md",
        "templates/incident-update.en.md",
        "templates/incident-update.zh.md",
        "tests.toml",
    ),
    pack!(
        "module",
        "pack.toml",
        "probes.toml",
        "watch.toml",
        "actions.toml",
        "routine.toml",
        "tests.toml",
    ),
    pack!(
        "tuheg",
        "pack.toml",
        "probes.toml",
        "watch.toml",
        "actions.toml",
        "routine.toml",
        "tests.toml",
        "templates/incident-review.en.md",
        "templates/incident-review.zh.md",
        "templates/incident-update.en.md",
        "templates/incident-update.zh.md",
    ),
];

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
