//! Actions as text.

use std::fmt::Write as _;

use crate::{actions::catalogue::Item, domain::light::Light};

use super::{
    super::headless::{
        face::Face,
        table::{Cell, Table, Tint},
    },
    entry::ActionEntry,
};

/// All of them in a table, those that can't be done with their reasons.
pub(super) fn list(face: &Face, entries: &[ActionEntry]) -> String {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("actions-col-tier", 0),
        face.left("actions-col-id", 0),
        face.left("actions-col-title", 2),
        face.left("actions-col-target", 3),
        face.left("actions-col-reason", 1),
    ]);
    for entry in entries {
        let tint = if entry.available {
            Tint::Plain
        } else {
            Tint::Dim
        };
        let (sign, light) = match (entry.available, entry.later) {
            (true, false) => (face.glyph.ok, Light::Green),
            (true, true) => (face.glyph.unknown, Light::Unknown),
            (false, _) => ("", Light::Green),
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table.rows.push(vec![
            Cell::new(sign, Tint::Of(light)),
            Cell::new(entry.tier.name(), tint),
            Cell::new(entry.id.as_str(), tint),
            Cell::new(entry.title.as_str(), tint),
            Cell::new(text(&entry.target), tint),
            Cell::new(text(&entry.reason), tint),
        ]);
    }
    table.draw(face.room, true)
}

/// One of them, line by line.
pub(super) fn one(face: &Face, item: &Item<'_>, entry: &ActionEntry) -> String {
    let mut out = format!("{} {} · {}\n", entry.tier, entry.id, entry.title);
    let mut line = |key: &str, text: &str| {
        let _ = writeln!(out, "  {}  {text}", face.t(key));
    };
    let Some(detail) = &entry.detail else {
        return out;
    };
    if let Some(about) = &detail.about {
        line("actions-about", about);
    }
    if let Some(target) = &entry.target {
        line("actions-target", target);
    }
    match &entry.reason {
        Some(reason) => line("actions-not-now", reason),
        None if entry.later => line("actions-now", face.t("actions-later")),
        None => line("actions-now", face.glyph.ok),
    }
    for (key, text) in [
        ("actions-when", &detail.when),
        ("actions-because", &detail.because),
    ] {
        if let Some(text) = text {
            line(key, text);
        }
    }
    if detail.persons > 1 {
        line("actions-persons", &detail.persons.to_string());
    }
    for param in &detail.params {
        let mut text = format!("{} ({}) {}", param.name, param.of, param.title);
        if !param.choices.is_empty() {
            let _ = write!(text, ": {}", param.choices.join(", "));
        }
        if let Some(default) = &param.default {
            let _ = write!(text, " = {default}");
        }
        line("actions-param", &text);
    }
    for step in &detail.by_hand {
        line("actions-step", step);
    }
    for (key, text) in [
        ("actions-verify", &detail.verify),
        ("actions-helped", &detail.helped),
        ("actions-remind", &detail.remind),
    ] {
        if let Some(text) = text {
            line(key, text);
        }
    }
    line(
        "actions-undo",
        face.t(match detail.undo {
            "before" => "actions-undo-before",
            "stated" => "actions-undo-stated",
            _ => "actions-undo-none",
        }),
    );
    if item.spec.undo_is_blind() {
        line("actions-undo", face.t("actions-undo-blind"));
    }
    out
}
