//! What others do and did: who acts on the target now, and what came of runs like this one.

use std::sync::Arc;

use ratatui::text::Line;

use super::{body::from_to, field};
use crate::app::running::actor;
use crate::domain::{
    action::{
        plan::Plan,
        record::{Run, RunState},
    },
    time::since,
};
use crate::i18n::{action_words, time};
use crate::theme::Role;
use crate::ui::scene::Scene;

/// How many runs of the past are told.
const LATELY: usize = 3;

/// Who acts on this target now, or left it in an unknown state.
pub(super) fn acting_now<'a>(scene: &Scene<'a>, plan: &Plan, width: usize) -> Vec<Line<'a>> {
    let blocking = scene.model.in_the_way(&plan.target);
    blocking
        .flat_map(|run| {
            let text = scene.with(
                "prompt-acting",
                &[
                    ("who", actor(&run.actor).into()),
                    ("what", scene.pick(&run.intent.plan.title).into()),
                    (
                        "state",
                        action_words::state(scene.paint.texts, &run.state).into(),
                    ),
                ],
            );
            let spans = vec![scene.span(Role::Error, text)];
            field(scene, scene.t("prompt-acting-key"), spans, width)
        })
        .collect()
}

/// Runs of the same action, or on the same target, and what came of them.
pub(super) fn lately<'a>(scene: &Scene<'a>, plan: &Plan, width: usize) -> Vec<Line<'a>> {
    let runs = scene.model.acts.runs.iter();
    let alike = |run: &&Arc<Run>| {
        run.is_over()
            && scene.model.is_here(run)
            && (run.intent.plan.action == plan.action || run.intent.plan.target == plan.target)
    };
    let mut lines = Vec::new();
    for (place, run) in runs.filter(alike).take(LATELY).enumerate() {
        let key = if place == 0 {
            scene.t("prompt-lately")
        } else {
            ""
        };
        let spans = vec![scene.span(Role::Text, past(scene, plan, run))];
        lines.extend(field(scene, key, spans, width));
    }
    lines
}

/// `wang, 11-14 09:12: 24 → 36, verified in 3m`
fn past(scene: &Scene<'_>, plan: &Plan, run: &Run) -> String {
    let own = &run.intent.plan;
    let mut what = Vec::new();
    if own.action != plan.action {
        what.push(scene.pick(&own.title).to_owned());
    }
    if own.target != plan.target {
        what.push(own.target.to_string());
    }
    let changes = run.intent.preflight.changes.iter().take(2);
    what.extend(changes.map(|change| from_to(scene, change)));
    let mut ended = action_words::state(scene.paint.texts, &run.state);
    if let (RunState::Ended(_), Some(at)) = (&run.state, run.ended_at) {
        let took = time::short(since(run.asked_at, at));
        ended = scene.with(
            "prompt-took",
            &[("ended", ended.into()), ("took", took.into())],
        );
    }
    what.push(ended);
    let at = time::day_and_clock(run.asked_at, scene.zone());
    format!(
        "{}, {at}: {}",
        actor(&run.actor),
        what.join(scene.t("saying-list"))
    )
}
