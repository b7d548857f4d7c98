//! Temporary changes that stand: a line on the strip, and the list of all.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    debts::{Debt, Release, place},
    layout::Area,
    running::actor,
};
use crate::domain::{action::value::Value, clean::clean, id::RunId};
use crate::i18n::{time, width::truncate};
use crate::theme::Role;

use super::overlays::list;
use super::scene::Scene;

/// Cells of the list.
const WIDE: u16 = 78;
/// Cells of a value somebody else set.
const VALUE: usize = 16;

/// `⚑ glancy.regenerate.enabled since 09:32 by li · 0 of 3 good windows`.
pub fn line<'a>(scene: &Scene<'a>, debt: &Debt) -> Line<'a> {
    let (left, right) = sides(scene, debt);
    let mut spans = vec![Span::raw(" ")];
    spans.extend(left.spans);
    spans.push(scene.dot());
    spans.extend(right.spans);
    Line::from(spans)
}

fn sides<'a>(scene: &Scene<'a>, debt: &Debt) -> (Line<'a>, Line<'a>) {
    let plan = &debt.run.intent.plan;
    let args = [
        ("title", scene.pick(&plan.title).into()),
        ("target", plan.target.to_string().into()),
        ("clock", time::clock(debt.since, scene.zone()).into()),
        ("who", actor(&debt.run.actor).into()),
    ];
    let text = scene.with("debt-stands", &args);
    let left = scene.line(Role::Debt, format!("{} {text}", scene.glyph.debt));
    let (role, text) = if let Some(changed) = debt.changed.first() {
        let args = [
            ("field", clean(&changed.field).into_owned().into()),
            ("left", shown(scene, &changed.left).into()),
            ("now", shown(scene, &changed.now).into()),
        ];
        (Role::Error, scene.with("debt-changed", &args))
    } else if debt.is_overdue(scene.clocked()) {
        (Role::Error, scene.t("debt-overdue").to_owned())
    } else {
        match debt.release {
            Release::Free => (Role::Ok, scene.t("debt-free").to_owned()),
            Release::NotYet(Some((good, all))) => {
                let args = [("good", good.into()), ("all", all.into())];
                (Role::Dim, scene.with("debt-windows", &args))
            }
            Release::NotYet(None) => (Role::Dim, scene.t("debt-not-yet").to_owned()),
            Release::Unknown => (Role::Unknown, scene.t("debt-unknown").to_owned()),
        }
    };
    (left, scene.line(role, text))
}

/// A value in a few cells.
fn shown(scene: &Scene<'_>, value: &Value) -> String {
    match value {
        Value::Absent => scene.t("debt-absent").to_owned(),
        value => truncate(&clean(&value.to_string()), VALUE, scene.glyphs()).into_owned(),
    }
}

/// The list of all that stand.
pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, selected: Option<&RunId>) {
    let all = &scene.model.debts;
    let mut rows: Vec<_> = all.iter().map(|debt| sides(scene, debt)).collect();
    if rows.is_empty() {
        rows.push((scene.line(Role::Dim, scene.t("debt-none")), Line::default()));
    }
    let title = (scene.t("debt-title"), WIDE);
    list(buffer, scene, body, title, rows, place(all, selected));
}
