//! What a run waits for once its steps are done, with what is read of it now; later what came of it.

use std::time::Duration;

use ratatui::text::Line;

use crate::actions::undo::saved;
use crate::app::judging::{Judging, judging};
use crate::domain::action::{
    record::{Run, RunState},
    saying::Span,
};
use crate::domain::time::since;
use crate::i18n::{action_words, saying, time};
use crate::pack::{Judged, Truth};
use crate::theme::Role;
use crate::ui::{scene::Scene, widgets::wrap::wrap};

/// The end of a run, or what is awaited of it.
pub(super) fn outcome<'a>(scene: &Scene<'a>, run: &'a Run, width: usize) -> Vec<Line<'a>> {
    let mut lines = vec![Line::default()];
    let RunState::Ended(end) = &run.state else {
        lines.extend(awaited(scene, run, width));
        return lines;
    };
    let (_, role) = super::mark(scene, run);
    let verdict = action_words::verdict(scene.paint.texts, end.verdict).to_owned();
    let text = match &end.why {
        Some(why) => {
            let why = action_words::why(scene.paint.texts, why);
            format!("{verdict}{}{why}", scene.t("saying-list"))
        }
        None => verdict,
    };
    lines.extend(told(scene, "run-verdict", role, &text, width));
    lines
}

/// The conditions that are judged after the last step; while they are, each with what this watch reads of it.
fn awaited<'a>(scene: &Scene<'a>, run: &'a Run, width: usize) -> Vec<Line<'a>> {
    let plan = &run.intent.plan;
    let judged = (run.state == RunState::Verifying)
        .then(|| judging(scene.model, plan, &saved(run)))
        .flatten();
    let role = if judged.is_some() {
        Role::Info
    } else {
        Role::Dim
    };
    let (verify, helped) =
        judged.map_or((None, None), |Judging { verify, helped }| (verify, helped));
    let done_at = run.steps.last().and_then(|step| step.ended_at);
    let done_for = done_at.map_or(Duration::ZERO, |at| since(at, scene.clocked()));
    let mut lines = Vec::new();
    if let Some(mark) = &plan.verify {
        let span = |seconds: u32| time::short(Duration::from_secs(u64::from(seconds)));
        let args = [
            (
                "condition",
                saying::demand(scene.paint.texts, &mark.condition).into(),
            ),
            ("hold", span(mark.hold).into()),
            ("within", span(mark.within).into()),
        ];
        let text = scene.with("prompt-verify-within", &args);
        lines.extend(told(scene, "prompt-verify", role, &text, width));
        let long = done_for >= Duration::from_secs(mark.hold.into());
        lines.extend(
            verify
                .map(|judged| now(scene, &judged, long, width))
                .unwrap_or_default(),
        );
    }
    if let Some(condition) = &plan.helped {
        let text = saying::demand(scene.paint.texts, condition);
        lines.extend(told(scene, "prompt-helped", role, &text, width));
        // What was so before the run is not its doing: the time counts from its end.
        let long = match condition.over {
            Span::For(seconds) => done_for >= Duration::from_secs(seconds),
            Span::Now | Span::Windows(..) => true,
        };
        lines.extend(
            helped
                .map(|judged| now(scene, &judged, long, width))
                .unwrap_or_default(),
        );
    }
    if done_at.is_some() && run.state == RunState::Verifying {
        let age = time::short(done_for);
        let text = scene.with("run-verifying-since", &[("age", age.into())]);
        lines.push(scene.line(Role::Dim, format!("   {text}")));
    }
    lines
}

/// What one of them reads now. The runner judges on its own watch; this is ours.
fn now<'a>(scene: &Scene<'a>, judged: &Judged, long: bool, width: usize) -> Vec<Line<'a>> {
    let holds = judged.says.held() == Some(true);
    let (sign, role, key) = match (judged.truth, holds) {
        (Truth::True, _) if long => (scene.glyph.ok, Role::Ok, "run-now"),
        // What must hold for a time holds at last.
        (Truth::True, _) | (_, true) => (scene.glyph.moving, Role::Info, "run-now-not-long"),
        (Truth::False, false) => (scene.glyph.warn, Role::Warn, "run-not-yet"),
        (Truth::Unknown, false) => (scene.glyph.unknown, Role::Unknown, "run-no-telling"),
    };
    let read = if holds {
        judged.says.reasons(true)
    } else {
        judged.says.unmet()
    };
    let read = saying::readings(scene.paint.texts, &read);
    let text = scene.with(key, &[("read", read.into())]);
    let parts = wrap(&text, width.saturating_sub(7));
    let lines = parts.into_iter().enumerate().map(|(place, part)| {
        let lead = if place == 0 { sign } else { " " };
        scene.line(role, format!("     {lead} {part}"))
    });
    lines.collect()
}

fn told<'a>(
    scene: &Scene<'a>,
    key: &'a str,
    role: Role,
    text: &str,
    width: usize,
) -> Vec<Line<'a>> {
    let text = format!("{}{}{text}", scene.t(key), scene.t("action-colon"));
    let parts = wrap(&text, width.saturating_sub(3));
    let lines = parts.into_iter();
    lines
        .map(|part| scene.line(role, format!("   {part}")))
        .collect()
}
