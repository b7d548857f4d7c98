//! What is kept with a run: the plan, and the domain when it was confirmed and when it was judged.

use std::collections::BTreeMap;

use ratatui::text::Line;

use crate::domain::{
    action::{
        record::{Run, RunState},
        value::Value,
    },
    clean::clean,
};
use crate::i18n::action_words;
use crate::theme::Role;
use crate::ui::{
    overlays::prompt::{allowed, from_to},
    scene::Scene,
    widgets::wrap::wrap,
};

/// What was confirmed, and the domain as it was then and at the verdict.
pub(super) fn kept<'a>(scene: &Scene<'a>, run: &'a Run, width: usize) -> Vec<Line<'a>> {
    let plan = &run.intent.plan;
    let texts = scene.paint.texts;
    let colon = scene.t("action-colon");
    let mut lines = vec![Line::default(), title(scene, "run-plan")];
    let mut add = |text: String| {
        for part in wrap(&text, width.saturating_sub(3)) {
            lines.push(scene.line(Role::Text, format!("   {part}")));
        }
    };
    for change in &run.intent.preflight.changes {
        add(format!(
            "{}  {}",
            clean(&change.field),
            from_to(scene, change)
        ));
    }
    for (name, value) in &plan.params {
        add(format!("{name} = {}", action_words::value(texts, value)));
    }
    for fact in &plan.facts {
        add(if fact.of == plan.target {
            action_words::fact_alone(texts, fact)
        } else {
            action_words::fact(texts, fact)
        });
    }
    if let Some(guard) = &plan.guard {
        let text = allowed(texts, guard);
        add(format!("{}{colon}{text}", scene.t("prompt-allowed")));
    }
    add(format!(
        "{}{colon}{}",
        scene.t("run-digest"),
        run.intent.digest
    ));
    lines.extend(snapshots(scene, run, width));
    lines
}

fn title<'a>(scene: &Scene<'a>, key: &'a str) -> Line<'a> {
    scene.line(Role::Title, format!(" {}", scene.t(key)))
}

/// The domain at the confirmation and at the verdict, side by side where both are kept; what differs stands out.
fn snapshots<'a>(scene: &Scene<'a>, run: &'a Run, width: usize) -> Vec<Line<'a>> {
    let before = &run.intent.snapshot;
    let after = match &run.state {
        RunState::Ended(end) => Some(&end.snapshot),
        _ => None,
    };
    if before.is_empty() && after.is_none_or(BTreeMap::is_empty) {
        return Vec::new();
    }
    let mut lines = vec![Line::default(), title(scene, "run-snapshots")];
    let mut names: Vec<&String> = before.keys().collect();
    names.extend(after.into_iter().flat_map(|after| after.keys()));
    names.sort();
    names.dedup();
    for name in names {
        let was = before.get(name).map(|value| shown(scene, value));
        let is = after
            .and_then(|after| after.get(name))
            .map(|value| shown(scene, value));
        let differs = is.is_some() && was != is;
        let was = was.unwrap_or_else(|| scene.glyph.dash.to_owned());
        // A run that was over in a moment ended before anything was read again: nothing is said of what it became.
        let text = match is {
            Some(is) => format!("   {name}  {was} {} {is}", scene.glyph.arrow),
            None => format!("   {name}  {was}"),
        };
        let role = if differs { Role::Text } else { Role::Dim };
        lines.extend(
            wrap(&text, width)
                .into_iter()
                .map(|part| scene.line(role, part)),
        );
    }
    lines
}

/// A reading as a person reads it: what a float has beyond that is not meant.
fn shown(scene: &Scene<'_>, value: &Value) -> String {
    match value {
        Value::Float(number) if number.is_finite() => {
            let text = format!("{number:.4}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            text.to_owned()
        }
        other => action_words::value(scene.paint.texts, other),
    }
}
