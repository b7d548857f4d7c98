//! Choosing another desk, or other namespaces of this one.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    desks::{DeskPicker, NamespacePicker, NamespaceRow},
    layout::Area,
};
use crate::domain::desk::{DeskOffer, DeskPlace, Namespaces};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::pickers::list;

/// Cells of the pickers, where there are so many.
const WIDE: u16 = 64;

pub fn draw_desks(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, picker: &DeskPicker) {
    let mut rows: Vec<(Line<'_>, Line<'_>)> = picker
        .rows()
        .map(|(offer, pack)| {
            let pack = pack.map_or_else(|| scene.t("desk-generic"), |pack| pack.as_str());
            let mut right = vec![scene.span(Role::Accent, pack)];
            if is_open(scene, offer) {
                right.push(scene.dot());
                right.push(scene.span(Role::Dim, scene.t("theme-current")));
            }
            (desk_line(scene, offer), Line::from(right))
        })
        .collect();
    let reading = picker.offers.is_none();
    if reading {
        let text = format!("{} {}", scene.glyph.broken, scene.t("desks-reading"));
        rows.push((scene.line(Role::Info, text), Line::default()));
    }
    if let Some(trouble) = picker.offers.as_ref().and_then(|it| it.trouble.as_ref()) {
        let text = format!("{} {trouble}", scene.glyph.warn);
        rows.push((scene.line(Role::Warn, text), Line::default()));
    }
    let title = scene.t("desks-title");
    list(buffer, scene, body, (title, WIDE), rows, picker.selected);
}

fn is_open(scene: &Scene<'_>, offer: &DeskOffer) -> bool {
    match (&offer.place, &scene.model.desks.now.place) {
        (DeskPlace::Context { context: a, .. }, DeskPlace::Context { context: b, .. }) => a == b,
        (a, b) => a == b,
    }
}

fn desk_line<'t>(scene: &Scene<'t>, offer: &'t DeskOffer) -> Line<'t> {
    let name = match &offer.place {
        DeskPlace::Configured => scene.t("desks-configured"),
        DeskPlace::Named(name) => name.as_str(),
        DeskPlace::Context { context, .. } => context.as_str(),
    };
    let mut spans = vec![scene.span(Role::Text, name)];
    let context = offer.context.as_deref();
    if let Some(context) = context.filter(|_| !matches!(offer.place, DeskPlace::Context { .. })) {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Dim, context));
    }
    if let Some(namespaces) = &offer.namespaces {
        let names = match namespaces {
            Namespaces::All => scene.t("namespaces-all").to_owned(),
            Namespaces::Some(names) => names.join(", "),
        };
        spans.push(Span::raw("/"));
        spans.push(scene.span(Role::Dim, names));
    }
    Line::from(spans)
}

pub fn draw_namespaces(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    picker: &NamespacePicker,
) {
    let mut rows: Vec<(Line<'_>, Line<'_>)> = picker
        .rows()
        .into_iter()
        .map(|row| (namespace_line(scene, picker, row), Line::default()))
        .collect();
    match &picker.names {
        None => {
            let text = format!("{} {}", scene.glyph.broken, scene.t("namespaces-reading"));
            rows.push((scene.line(Role::Info, text), Line::default()));
        }
        Some(Err(trouble)) => {
            let why = trouble.detail.as_str();
            let text = scene.with("namespaces-unread", &[("why", why.into())]);
            let text = format!("{} {text}", scene.glyph.warn);
            rows.push((scene.line(Role::Warn, text), Line::default()));
        }
        Some(Ok(_)) => {}
    }
    let title = scene.t("namespaces-title");
    list(buffer, scene, body, (title, WIDE), rows, picker.selected);
}

fn namespace_line<'t>(scene: &Scene<'t>, picker: &NamespacePicker, row: NamespaceRow) -> Line<'t> {
    match row {
        NamespaceRow::All => scene.line(Role::Text, scene.t("namespaces-all-of-them")),
        NamespaceRow::OfDesk => scene.line(Role::Text, scene.t("namespaces-of-desk")),
        NamespaceRow::Typed => scene.line(Role::Text, scene.t("namespaces-typed")),
        NamespaceRow::Name(name) => {
            let sign = if picker.marked.contains(&name) {
                scene.glyph.checked
            } else {
                scene.glyph.unchecked
            };
            scene.line(Role::Text, format!("{sign} {name}"))
        }
    }
}
