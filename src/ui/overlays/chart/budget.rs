//! What an SLO's chart says of its error budget: what is left, how fast it burns, when it is gone.

use ratatui::text::{Line, Span};

use crate::app::{board::SloLine, overlay::Chart};
use crate::domain::slo::SloState;
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{figure, scene::Scene};

/// How many lines it takes.
pub const LINES: u16 = 2;

/// The SLO a chart was opened from.
pub fn slo_of<'m>(scene: &Scene<'m>, chart: &Chart) -> Option<&'m SloLine> {
    let id = chart.slo.as_ref()?;
    scene
        .model
        .board
        .slos
        .iter()
        .find(|line| line.spec.id == *id)
}

pub fn lines<'t>(scene: &Scene<'t>, slo: &SloLine) -> [Line<'t>; LINES as usize] {
    [budget(scene, &slo.state), burns(scene, &slo.state)]
}

fn budget<'t>(scene: &Scene<'t>, state: &SloState) -> Line<'t> {
    let mut spans = vec![Span::raw(" ")];
    if state.no_traffic {
        spans.push(scene.span(Role::Unknown, scene.t("slo-no-traffic")));
        return spans.into();
    }
    match state.budget_left {
        Some(left) => {
            let role = match left {
                _ if state.budget_unread => Role::Stale,
                _ if left <= 0.0 => Role::Error,
                _ => Role::Text,
            };
            let text = scene.with(
                "slo-budget-left",
                &[("left", figure::whole_percent(left).into())],
            );
            spans.push(scene.span(role, text));
        }
        None => spans.push(scene.span(Role::Unknown, scene.t("slo-budget-unknown"))),
    }
    if let Some(left) = state.exhaustion {
        let text = scene.with("budget-gone-in", &[("left", time::short(left).into())]);
        spans.push(scene.span(Role::Warn, format!(" {} {text}", scene.glyph.dot)));
    }
    if let Some(left) = state.net_exhaustion.filter(|left| !left.is_zero()) {
        let text = scene.with("budget-gone-net", &[("left", time::short(left).into())]);
        spans.push(scene.span(Role::Dim, format!(" {} {text}", scene.glyph.dot)));
    }
    if let Some(count) = state.low_sample {
        let text = scene.with("low-sample", &[("count", figure::count(count).into())]);
        spans.push(scene.span(Role::Dim, format!(" {} {text}", scene.glyph.dot)));
    }
    spans.into()
}

/// Every window's burn rate; those of the pair that burns stand out, those of before are dim.
fn burns<'t>(scene: &Scene<'t>, state: &SloState) -> Line<'t> {
    let mut spans = vec![scene.span(Role::Dim, format!(" {} ", scene.t("burns")))];
    for burn in &state.burns {
        let window = burn.window;
        let hot = state
            .burning
            .is_some_and(|pair| pair.long == window || pair.short == window);
        let value = burn.rate.map_or_else(
            || scene.glyph.unknown.to_owned(),
            |rate| format!("{rate:.1}{}", scene.glyph.times),
        );
        let role = if hot {
            Role::Error
        } else if burn.unread {
            Role::Stale
        } else {
            Role::Text
        };
        spans.push(scene.span(Role::Dim, format!(" {window} ")));
        spans.push(scene.span(role, value));
    }
    if let Some(pair) = state.burning {
        let text = scene.with(
            "slo-pair-burns",
            &[
                ("factor", format!("{}", pair.factor).into()),
                ("long", pair.long.into()),
                ("short", pair.short.into()),
            ],
        );
        spans.push(scene.span(Role::Error, format!("  {} {text}", scene.glyph.error)));
    }
    spans.into()
}
