//! Which scenario a demo plays: the one that is named, else the pack's own.

use crate::{
    i18n::Texts,
    sim::world::scenario::{ScenarioError, USUAL, list, of_pack},
};

use super::super::args::DemoArgs;

/// The pack of a demo whose pack nobody names: that of the scenario, else the first.
pub(super) fn pack_of(args: &DemoArgs) -> String {
    let named = args.scenario.as_deref();
    let known = named.and_then(|name| list().iter().find(|known| known.name == name));
    known.map_or("glancy", |known| known.pack).to_owned()
}

/// What is played.
pub(super) fn scenario_of(args: &DemoArgs, pack: Option<&str>) -> String {
    let own = || pack.and_then(of_pack).map_or(USUAL, |known| known.name);
    args.scenario.clone().unwrap_or_else(|| own().to_owned())
}

/// What is said before another pack's story is played.
pub(super) fn foreign(scenario: &str, pack: Option<&str>, texts: &Texts) -> Option<String> {
    let played = list().iter().find(|known| known.name == scenario)?;
    (pack != Some(played.pack)).then(|| {
        let args = [
            ("scenario", scenario.to_owned().into()),
            ("of", played.pack.into()),
            ("pack", pack.unwrap_or("generic").to_owned().into()),
        ];
        texts.with("demo-other-story", &args)
    })
}

/// Why a scenario can't be played, in the person's language where it is theirs to mend.
pub(super) fn refusal(error: &ScenarioError, texts: &Texts) -> String {
    let ScenarioError::Unknown {
        name,
        nearest,
        known,
    } = error
    else {
        return error.to_string();
    };
    let mut why = texts.with("error-unknown-scenario", &[("id", name.as_str().into())]);
    why.push_str(&texts.with("error-nearest", &[("near", nearest.as_str().into())]));
    why.push('\n');
    why.push_str(&texts.with("error-known-scenarios", &[("names", known.as_str().into())]));
    why
}
