//! Whom one reaches and where one looks.

use ratatui::{buffer::Buffer, text::Line};

use crate::{
    app::{
        directory::{Entry, Part, Reach, entries},
        layout::Area,
    },
    i18n::width::pad_right,
    theme::Role,
    ui::scene::Scene,
};

use super::pickers::list;

/// Cells of the popup.
const WIDE: u16 = 110;
/// Cells of the name of a part.
const PART: usize = 9;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, selected: usize) {
    let entries = entries(&scene.model.pack, scene.model.now.wall);
    let first = |at: usize, part: Part| at == 0 || entries[at - 1].part != part;
    let rows = entries.iter().enumerate();
    let rows: Vec<_> = rows
        .map(|(at, entry)| row(scene, entry, first(at, entry.part)))
        .collect();
    let selected = selected.min(rows.len().saturating_sub(1));
    let title = scene.t("directory-title");
    list(buffer, scene, body, (title, WIDE), rows, selected);
}

fn row<'a>(scene: &Scene<'a>, entry: &Entry, first: bool) -> (Line<'a>, Line<'a>) {
    let part = match entry.part {
        _ if !first => "",
        Part::People => scene.t("directory-people"),
        Part::Groups => scene.t("directory-groups"),
        Part::Vendors => scene.t("directory-vendors"),
        Part::Pages => scene.t("directory-pages"),
    };
    let part = pad_right(part, PART, scene.glyphs());
    let mut left = vec![
        scene.span(Role::Dim, part),
        scene.span(Role::Text, scene.pick(&entry.title).to_owned()),
    ];
    for way in &entry.ways {
        left.push(scene.span(Role::Info, format!("  {way}")));
    }
    if let Some(query) = &entry.query {
        left.push(scene.span(Role::Dim, format!("  {query}")));
    }
    if !entry.roles.is_empty() {
        let roles: Vec<&str> = entry.roles.iter().map(|role| scene.pick(role)).collect();
        let dot = format!(" {} ", scene.glyph.dot);
        left.push(scene.span(Role::Dim, format!("  {}", roles.join(&dot))));
    }
    let right = match (entry.reach, entry.part) {
        (Reach::Now, _) => Line::default(),
        (Reach::Outside, _) => scene.line(Role::Warn, scene.t("escalate-outside")),
        (Reach::NotGiven, Part::Pages) => scene.line(Role::Warn, scene.t("directory-no-link")),
        (Reach::NotGiven, _) => scene.line(Role::Warn, scene.t("escalate-no-contact")),
    };
    (Line::from(left), right)
}
