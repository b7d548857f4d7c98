//! The words of an SLO or gauge: its limit, what is left, how it burns, and why there is no value.

use ratatui::text::Span;

use crate::app::board::SloLine;
use crate::domain::{
    freshness::{Reading, Trouble},
    gauge::Unit,
    slo::{BurnPair, Period},
};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{figure, panes::is_denied, scene::Scene};

use super::Shown;

/// `≤ 2.50 s/5m`; the unit alone where there is no limit.
pub(super) fn limit_text(scene: &Scene<'_>, shown: &Shown<'_>) -> String {
    let Some(limit) = shown.limit else {
        return figure::suffix(shown.unit, scene.glyph).trim().to_owned();
    };
    let limit = figure::limit(limit, shown.unit, scene.glyph);
    match &shown.window {
        Some(window) => format!("{limit}/{window}"),
        None => limit,
    }
}

/// Why there is no value.
pub(super) fn absent<'t>(scene: &Scene<'_>, shown: &Shown<'_>) -> Span<'t> {
    let with_detail =
        |key, trouble: &Trouble| scene.with(key, &[("detail", trouble.detail.as_str().into())]);
    match shown.reading {
        Reading::Waiting => scene.span(Role::Dim, scene.t("value-waiting").to_owned()),
        Reading::Known { .. } if shown.stale => {
            scene.span(Role::Stale, stale_text(scene, shown.reading))
        }
        Reading::Failed(trouble) if is_denied(trouble) => {
            scene.span(Role::Warn, with_detail("value-denied", trouble))
        }
        Reading::Failed(trouble) | Reading::Lost { trouble, .. } => {
            scene.span(Role::Unknown, with_detail("value-failed", trouble))
        }
        Reading::Known { .. } if shown.slo.is_some_and(|slo| slo.state.no_traffic) => {
            scene.span(Role::Dim, scene.t("value-no-traffic").to_owned())
        }
        Reading::NoData | Reading::Known { .. } => {
            scene.span(Role::Unknown, scene.no_data(shown.trend))
        }
    }
}

pub(super) fn stale_text(scene: &Scene<'_>, reading: &Reading<f64>) -> String {
    match reading {
        Reading::Lost { as_of, trouble, .. } => scene.with(
            "value-stale-why",
            &[
                ("age", scene.age(*as_of).into()),
                ("detail", trouble.detail.as_str().into()),
            ],
        ),
        Reading::Known { as_of, .. } => {
            scene.with("value-stale", &[("age", scene.age(*as_of).into())])
        }
        _ => scene.t("value-no-data").to_owned(),
    }
}

/// What is left of the error budget, with the period it is of.
pub(super) fn budget(scene: &Scene<'_>, slo: &SloLine) -> Option<(String, Role)> {
    let left = slo.state.budget_left?;
    let period = match slo.spec.period {
        Period::Month => scene.t("period-month").to_owned(),
        Period::Rolling(span) => figure::window(span),
    };
    let role = match left {
        _ if slo.state.budget_unread => Role::Stale,
        _ if left <= 0.0 => Role::Error,
        _ if left < 0.1 => Role::Warn,
        _ => Role::Dim,
    };
    Some((format!("{period} {}", figure::whole_percent(left)), role))
}

/// How fast the pair burns, from the fullest text to the barest.
pub(super) fn burn_texts(scene: &Scene<'_>, slo: &SloLine, pair: BurnPair) -> Vec<String> {
    let rate = slo
        .state
        .burns
        .iter()
        .find(|burn| burn.window == pair.long)
        .and_then(|burn| burn.rate)
        .unwrap_or(pair.factor);
    let rate = figure::number(rate, Unit::PerSecond, None);
    let times = scene.glyph.times;
    let word = scene.t("burns");
    let mut texts = vec![
        format!("{word} {rate}{times} {}+{}", pair.long, pair.short),
        format!("{word} {rate}{times} {}", pair.long),
        format!("{word} {rate}{times}"),
        format!("{rate}{times} {}", pair.long),
    ];
    if let Some(left) = slo.state.exhaustion {
        let gone = scene.with("budget-gone-in", &[("left", time::short(left).into())]);
        texts.insert(0, format!("{} {} {gone}", texts[0], scene.glyph.dot));
    }
    texts
}

/// The windows that are not read now.
pub(super) fn unread(scene: &Scene<'_>, slo: &SloLine) -> Option<String> {
    let windows: Vec<&str> = slo.state.unread().collect();
    (!windows.is_empty())
        .then(|| scene.with("slo-unread", &[("windows", windows.join(" ").into())]))
}

/// The last column: staleness, burning, few samples.
pub(super) fn note<'t>(scene: &Scene<'_>, shown: &Shown<'_>, width: usize) -> Option<Span<'t>> {
    if shown.stale {
        return Some(scene.span(Role::Stale, stale_text(scene, shown.reading)));
    }
    let slo = shown.slo?;
    if let Some(pair) = slo.state.burning {
        return burn_texts(scene, slo, pair)
            .into_iter()
            .map(|text| scene.span(Role::Error, text))
            .find(|span| span.width() <= width);
    }
    if let Some(text) = unread(scene, slo) {
        return Some(scene.span(Role::Unknown, text));
    }
    if slo.state.no_traffic {
        return Some(scene.span(Role::Dim, scene.t("value-no-traffic").to_owned()));
    }
    slo.state.low_sample.map(|count| {
        let text = scene.with("low-sample", &[("count", figure::count(count).into())]);
        scene.span(Role::Dim, text)
    })
}

/// The limit without the spaces before its unit: `≥ 99.9%/5m`.
pub(super) fn short_limit(scene: &Scene<'_>, shown: &Shown<'_>) -> String {
    limit_text(scene, shown)
        .replace(" %", "%")
        .replace(" s/", "s/")
}
