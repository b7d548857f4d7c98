//! Who would feel it: pods, budgets, quotas.

use ratatui::text::{Line, Span};

use super::field;
use crate::app::planning;
use crate::domain::{
    action::{plan::Plan, preflight::Blast},
    clean::clean,
};
use crate::theme::Role;
use crate::ui::scene::Scene;

/// How many names are spelled out.
const NAMES: usize = 6;

/// Who would feel it.
pub(super) fn blast<'a>(
    scene: &Scene<'a>,
    plan: &Plan,
    blast: &'a Blast,
    width: usize,
) -> Vec<Line<'a>> {
    let mut spans: Vec<Span<'a>> = Vec::new();
    let mut add = |role: Role, text: String| {
        if !spans.is_empty() {
            spans.push(scene.dot());
        }
        spans.push(scene.span(role, text));
    };
    if blast.pods_more != 0 {
        let sign = if blast.pods_more > 0 { "+" } else { "" };
        let number = format!("{sign}{}", blast.pods_more);
        add(
            Role::Text,
            scene.with("prompt-pods-more", &[("number", number.into())]),
        );
    }
    if !blast.pods.is_empty() {
        let names = names(scene, &blast.pods);
        let text = scene.with(
            "prompt-pods-end",
            &[("count", blast.pods.len().into()), ("names", names.into())],
        );
        add(Role::Text, text);
    }
    // How many are ready moves freely: the watch tells it live where it can.
    let live = planning::readiness(scene.model, &plan.target);
    if let Some((ready, desired)) = live.or(blast.ready.zip(blast.desired)) {
        let text = scene.with(
            "prompt-ready",
            &[("ready", ready.into()), ("desired", desired.into())],
        );
        let role = if ready < desired {
            Role::Warn
        } else {
            Role::Text
        };
        add(role, text);
    }
    for quota in &blast.quotas {
        let text = scene.with(
            "prompt-quota",
            &[
                ("resource", quota.resource.as_str().into()),
                ("before", quota.before.into()),
                ("arrow", scene.glyph.arrow.into()),
                ("after", quota.after.into()),
            ],
        );
        let role = if quota.after > 100 {
            Role::Error
        } else {
            Role::Text
        };
        add(role, text);
    }
    for budget in &blast.budgets {
        let text = scene.with(
            "prompt-budget",
            &[
                ("name", budget.name.as_str().into()),
                ("allowed", budget.allowed.into()),
            ],
        );
        let role = if budget.allowed <= 0 {
            Role::Warn
        } else {
            Role::Text
        };
        add(role, text);
    }
    if spans.is_empty() {
        return Vec::new();
    }
    field(scene, scene.t("prompt-blast"), spans, width)
}

pub(super) fn names(scene: &Scene<'_>, all: &[String]) -> String {
    let mut text = all
        .iter()
        .take(NAMES)
        .map(|name| clean(name).into_owned())
        .collect::<Vec<_>>()
        .join(", ");
    if all.len() > NAMES {
        text.push(' ');
        let more = all.len() - NAMES;
        text.push_str(&scene.with("and-more", &[("count", more.into())]));
    }
    text
}
