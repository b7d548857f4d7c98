//! What a plan says: what changes, who feels it, why it is allowed, when it is well, how it is taken back.

use std::time::Duration;

use ratatui::text::Line;

use super::{
    blast::{blast, names},
    drift_lines, field,
    others::{acting_now, lately},
    second,
};
use crate::actions::prompt::Confirming;
use crate::app::{
    planning,
    prompting::{PromptScreen, Proposed},
};
use crate::domain::action::{
    fact::FactName,
    plan::{GuardVerdict, Plan, Undo},
    preflight::{Change, Preflight},
    target::LockKey,
};
use crate::domain::clean::clean;
use crate::i18n::{Texts, action_words, saying, step_words, time};
use crate::theme::Role;
use crate::ui::scene::Scene;

pub(super) fn lines<'a>(
    scene: &Scene<'a>,
    screen: &'a PromptScreen,
    asked: &'a Confirming,
    width: usize,
) -> Vec<Line<'a>> {
    let (plan, found) = (&*asked.ready.plan, &asked.ready.preflight);
    let mut lines = acting_now(scene, plan, width);
    lines.extend(second::lines(scene, plan, asked, width));
    lines.extend(changes(scene, screen, plan, found, width));
    lines.extend(steps(scene, plan, found, width));
    lines.extend(blast(scene, plan, &found.blast, width));
    lines.extend(items(scene, plan, width));
    let texts = scene.paint.texts;
    for owner in &found.owners {
        let role = if owner.reverts {
            Role::Warn
        } else {
            Role::Text
        };
        let spans = vec![scene.span(role, action_words::owner(texts, owner))];
        lines.extend(field(scene, scene.t("prompt-owner"), spans, width));
    }
    for warning in &found.warnings {
        let spans = vec![scene.span(Role::Warn, action_words::warning(texts, warning))];
        lines.extend(field(scene, scene.t("prompt-warning"), spans, width));
    }
    lines.extend(judged(scene, screen, asked, width));
    // What takes something back is not taken back itself.
    if !matches!(screen.of, Proposed::Undo(_)) {
        lines.extend(undo(scene, plan, width));
    }
    lines.extend(lately(scene, plan, width));
    lines.extend(lock(scene, plan, width));
    lines
}

/// Each field with its value from and to, and what drifted of it meanwhile.
fn changes<'a>(
    scene: &Scene<'a>,
    screen: &'a PromptScreen,
    plan: &Plan,
    found: &'a Preflight,
    width: usize,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for change in &found.changes {
        let mut spans = Vec::new();
        if change.of != plan.target {
            spans.push(scene.span(Role::Dim, format!("{} ", change.of)));
        }
        spans.push(scene.span(Role::Text, from_to(scene, change)));
        let drifted = screen
            .prompt
            .drifts
            .iter()
            .enumerate()
            .find(|(_, (drift, _))| {
                drift.was.of == change.of && is_field(&drift.was.name, &change.field)
            });
        if let Some((place, (drift, at))) = drifted {
            told.push(place);
            let by = drift.now.as_ref().and_then(|now| now.by.as_deref());
            let by = by.map(clean);
            let by = by.as_deref();
            let ago = scene.model.now.mono.saturating_sub(*at);
            spans.push(scene.span(Role::Warn, format!(", {}", changed(scene, by, ago))));
        }
        lines.extend(field(scene, &clean(&change.field), spans, width));
    }
    // What drifted of no field that is shown is told by itself.
    if told.len() < screen.prompt.drifts.len() {
        let mut rest = screen.prompt.clone();
        let mut place = 0;
        rest.drifts.retain(|_| {
            let keep = !told.contains(&place);
            place += 1;
            keep
        });
        lines.extend(drift_lines(scene, &rest, width));
    }
    lines
}

fn changed(scene: &Scene<'_>, by: Option<&str>, ago: Duration) -> String {
    let age = time::short(ago);
    match by {
        Some(by) => scene.with(
            "prompt-changed-by",
            &[("by", by.into()), ("age", age.into())],
        ),
        None => scene.with("prompt-changed", &[("age", age.into())]),
    }
}

/// Whether a fact is about a field, however its path is written.
fn is_field(name: &FactName, field: &str) -> bool {
    match name {
        FactName::Field(path) => path.trim_start_matches('/').replace('/', ".") == field,
        _ => false,
    }
}

pub fn from_to(scene: &Scene<'_>, change: &Change) -> String {
    let shown = |side: &Option<String>| action_words::side(scene.paint.texts, side.as_deref());
    format!(
        "{} {} {}",
        shown(&change.from),
        scene.glyph.arrow,
        shown(&change.to)
    )
}

/// The steps where they are several or change no field that could be shown.
fn steps<'a>(scene: &Scene<'a>, plan: &Plan, found: &Preflight, width: usize) -> Vec<Line<'a>> {
    if plan.steps.len() < 2 && !found.changes.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (place, planned) in plan.steps.iter().enumerate() {
        let key = if plan.steps.len() == 1 {
            scene.t("prompt-step").to_owned()
        } else {
            scene.with("prompt-step-of", &[("number", (place + 1).into())])
        };
        let text = step_words::whole(scene.paint.texts, scene.step_signs(), planned);
        let spans = vec![scene.span(Role::Text, text)];
        lines.extend(field(scene, &key, spans, width));
    }
    lines
}

/// The exact items that were listed.
fn items<'a>(scene: &Scene<'a>, plan: &Plan, width: usize) -> Vec<Line<'a>> {
    if plan.items.is_empty() {
        return Vec::new();
    }
    let text = format!("{}: {}", plan.items.len(), names(scene, &plan.items));
    let spans = vec![scene.span(Role::Text, text)];
    field(scene, scene.t("prompt-items"), spans, width)
}

/// Why it is allowed, when it counts as done, and how one would know that it helped.
fn judged<'a>(
    scene: &Scene<'a>,
    screen: &PromptScreen,
    asked: &Confirming,
    width: usize,
) -> Vec<Line<'a>> {
    let plan = &*asked.ready.plan;
    let mut lines = Vec::new();
    if let Some(guard) = &plan.guard {
        // What it reads moves freely; that it says no by now is told before anybody confirms.
        let (role, text) = match planning::guard(scene.model, screen, &asked.ready) {
            Ok(now) => {
                let now = now.unwrap_or_else(|| guard.clone());
                (Role::Text, allowed(scene.paint.texts, &now))
            }
            Err(refusal) => (
                Role::Error,
                action_words::refusal(scene.paint.texts, &refusal),
            ),
        };
        let spans = vec![scene.span(role, text)];
        lines.extend(field(scene, scene.t("prompt-allowed"), spans, width));
    }
    if let Some(verify) = &plan.verify {
        let span = |seconds: u32| time::short(Duration::from_secs(u64::from(seconds)));
        let text = scene.with(
            "prompt-verify-within",
            &[
                (
                    "condition",
                    saying::demand(scene.paint.texts, &verify.condition).into(),
                ),
                ("hold", span(verify.hold).into()),
                ("within", span(verify.within).into()),
            ],
        );
        let spans = vec![scene.span(Role::Text, text)];
        lines.extend(field(scene, scene.t("prompt-verify"), spans, width));
    }
    if let Some(helped) = &plan.helped {
        let spans = vec![scene.span(Role::Text, saying::demand(scene.paint.texts, helped))];
        lines.extend(field(scene, scene.t("prompt-helped"), spans, width));
    }
    lines
}

/// Why a guard says yes: what was read by which it holds, else what it demands.
pub fn allowed(texts: &Texts, guard: &GuardVerdict) -> String {
    if guard.read.is_empty() {
        saying::demand(texts, &guard.condition)
    } else {
        saying::readings(texts, &guard.read)
    }
}

fn undo<'a>(scene: &Scene<'a>, plan: &Plan, width: usize) -> Vec<Line<'a>> {
    let told = |steps: &[crate::domain::action::step::Planned]| {
        let parts: Vec<String> = steps
            .iter()
            .map(|planned| step_words::whole(scene.paint.texts, scene.step_signs(), planned))
            .collect();
        parts.join(scene.t("saying-list"))
    };
    let (role, text) = match &plan.undo {
        Undo::None => (Role::Warn, scene.t("prompt-no-undo").to_owned()),
        Undo::FromBefore(steps) | Undo::Stated { when: None, steps } => (Role::Text, told(steps)),
        Undo::Stated {
            when: Some(when),
            steps,
        } => {
            let args = [
                ("steps", told(steps).into()),
                ("when", saying::demand(scene.paint.texts, when).into()),
            ];
            (Role::Text, scene.with("prompt-undo-when", &args))
        }
    };
    let mut spans = vec![scene.span(role, text)];
    for text in afterwards(scene, plan) {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Text, text));
    }
    field(scene, scene.t("prompt-undo-key"), spans, width)
}

/// What the person is reminded of afterwards, and when a temporary change is due to be taken back.
fn afterwards(scene: &Scene<'_>, plan: &Plan) -> Vec<String> {
    let catalogue = &scene.model.acts.catalogue;
    let Some(spec) = catalogue.spec(&plan.action) else {
        return Vec::new();
    };
    let remind = spec.remind.as_ref().map(|remind| {
        let key = if remind.since_recovered {
            "prompt-remind-recovered"
        } else {
            "prompt-remind"
        };
        scene.with(key, &[("after", time::short(remind.after).into())])
    });
    let temporary = spec.temporary.as_ref().and_then(|it| it.expires);
    let temporary = temporary.map(|expires| {
        let args = [("after", time::short(expires).into())];
        scene.with("prompt-temporary", &args)
    });
    remind.into_iter().chain(temporary).collect()
}

/// What keeps others away while it runs.
fn lock<'a>(scene: &Scene<'a>, plan: &Plan, width: usize) -> Vec<Line<'a>> {
    let text = match plan.target.lock() {
        LockKey::Lease { namespace, name } => {
            let name = namespace.map_or_else(|| name.clone(), |own| format!("{own}/{name}"));
            scene.with("prompt-lock-lease", &[("name", name.into())])
        }
        LockKey::Host { name } => scene.with("prompt-lock-host", &[("name", name.into())]),
        LockKey::Shared { name } => scene.with("prompt-lock-shared", &[("name", name.into())]),
    };
    let spans = vec![scene.span(Role::Text, text)];
    field(scene, scene.t("prompt-lock"), spans, width)
}
