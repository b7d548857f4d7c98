//! What is said of windows, of what they observed and of ticks.

use crate::app::running::actor;
use crate::domain::{clean::clean, gauge::Unit, hook::HookState};
use crate::i18n::time;
use crate::pack::{GateTick, Row, TickState};
use crate::ui::{figure, scene::Scene};

/// How many good windows in a row.
pub fn good_row(scene: &Scene<'_>, row: Row) -> String {
    let key = match row {
        Row::Of(_) => "guards-row-of",
        Row::AtLeast(_) => "guards-row-at-least",
        Row::Gap(_) => "guards-row-gap",
        Row::Unknown => return scene.t("guards-row-unknown").to_owned(),
    };
    scene.with(key, &[("count", row.count().into())])
}

/// A number with its unit, or that there was none.
pub fn value(scene: &Scene<'_>, value: Option<f64>, unit: Unit) -> String {
    value.map_or_else(
        || "?".to_owned(),
        |value| figure::with_unit(value, unit, None, scene.glyph),
    )
}

/// What a hook observed in its last whole window: `success 99.95 %, delay 2.1 s`.
pub fn observed(scene: &Scene<'_>, hook: &HookState) -> String {
    let spec = scene.model.pack.hooks().find(|spec| spec.id == hook.id);
    let parts = hook.observed.iter().map(|(name, read)| {
        let unit = spec.map_or(Unit::None, |spec| spec.unit(name));
        format!("{name} {}", value(scene, *read, unit))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What was last said of a tick.
pub fn told(scene: &Scene<'_>, tick: &GateTick) -> String {
    let lasts = tick.spec.stale_after.map(|after| {
        let args = [("time", time::short(after).into())];
        scene.with("guards-tick-lasts", &args)
    });
    let key = match tick.state {
        TickState::Open => "guards-tick-open",
        TickState::Stale => "guards-tick-stale",
        TickState::Holds => "guards-tick-holds",
        TickState::Fails => "guards-tick-fails",
    };
    let said = match &tick.said {
        None => scene.t(key).to_owned(),
        Some(said) => {
            let args = [
                ("who", actor(&said.by).into()),
                ("age", scene.ledger_age(said.at).into()),
                ("evidence", clean(&said.evidence).into_owned().into()),
            ];
            scene.with(key, &args)
        }
    };
    let parts: Vec<String> = std::iter::once(said).chain(lasts).collect();
    parts.join(&format!(" {} ", scene.glyph.dot))
}
