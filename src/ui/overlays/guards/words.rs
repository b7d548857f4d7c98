//! What is said of windows, of what they observed and of ticks.

use crate::app::running::actor;
use crate::domain::{clean::clean, gauge::Unit, hook::HookState};
use crate::i18n::{time, width::cells};
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
pub fn observed(scene: &Scene<'_>, hook: &HookState, room: usize) -> String {
    let spec = scene.model.pack.hooks().find(|spec| spec.id == hook.id);
    let parts = hook.observed.iter().map(|(name, read)| {
        let unit = spec.map_or(Unit::None, |spec| spec.unit(name));
        format!("{name} {}", value(scene, *read, unit))
    });
    whole(&parts.collect::<Vec<_>>(), room, scene.glyph.ellipsis)
}

/// As many as there is room for, each of them whole: the beginning of a number is another number.
fn whole(parts: &[String], room: usize, ellipsis: &str) -> String {
    let mut said = String::new();
    for (at, part) in parts.iter().enumerate() {
        let lead = if at == 0 { "" } else { ", " };
        let rest = if at + 1 == parts.len() { "" } else { ", …" };
        if at > 0 && cells(&said) + cells(lead) + cells(part) + cells(rest) > room {
            said.push_str(lead);
            said.push_str(ellipsis);
            break;
        }
        said.push_str(lead);
        said.push_str(part);
    }
    said
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_there_whole_or_not_at_all() {
        let parts = ["success 100.00 %", "errors 0.00 %", "probe 100.00 %"].map(str::to_owned);
        let all = "success 100.00 %, errors 0.00 %, probe 100.00 %";
        assert_eq!(whole(&parts, all.len(), "…"), all);
        let two = "success 100.00 %, errors 0.00 %, …";
        assert_eq!(whole(&parts, all.len() - 1, "…"), two);
        assert_eq!(whole(&parts, cells(two), "…"), two);
        assert_eq!(whole(&parts, cells(two) - 1, "…"), "success 100.00 %, …");
        assert_eq!(
            whole(&parts, 4, "…"),
            "success 100.00 %, …",
            "one is there always"
        );
    }
}
