//! Where two persons must agree: who does, and how the second one signs from a session of their own.

use ratatui::text::Line;

use super::field;
use crate::actions::prompt::Confirming;
use crate::domain::action::{approval, plan::Plan};
use crate::domain::clean::clean;
use crate::i18n::action_words;
use crate::theme::Role;
use crate::ui::{scene::Scene, widgets::wrap::wrap};

pub(super) fn lines<'a>(
    scene: &Scene<'a>,
    plan: &Plan,
    asked: &Confirming,
    width: usize,
) -> Vec<Line<'a>> {
    if plan.persons <= 1 {
        return Vec::new();
    }
    let mut lines = vec![];
    let mut names = vec![clean(&plan.principal).into_owned()];
    names.extend(
        asked
            .second
            .names
            .iter()
            .map(|name| clean(name).into_owned()),
    );
    let text = scene.with(
        "prompt-persons",
        &[
            ("agreed", names.len().into()),
            ("wanted", plan.persons.into()),
            ("names", names.join(", ").into()),
        ],
    );
    let role = if asked.is_agreed() {
        Role::Ok
    } else {
        Role::Warn
    };
    let key = scene.t("prompt-persons-key");
    lines.extend(field(scene, key, vec![scene.span(role, text)], width));
    if let Some(refusal) = &asked.second.refused {
        let text = action_words::refusal(scene.paint.texts, refusal);
        for part in wrap(&text, width.saturating_sub(4)) {
            let text = format!("  {} {part}", scene.glyph.error);
            lines.push(scene.line(Role::Error, text));
        }
    }
    if !asked.is_agreed() {
        for part in wrap(scene.t("prompt-second"), width.saturating_sub(2)) {
            lines.push(scene.line(Role::Dim, format!("  {part}")));
        }
        let by_hand = approval::by_hand(&plan.digest());
        lines.extend(by_hand.map(|text| scene.line(Role::Text, format!("  {text}"))));
    }
    lines.push(Line::default());
    lines
}
