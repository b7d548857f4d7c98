//! Who sits here, in the words of the screen.

use ratatui::text::Span;

use crate::domain::identity::Mismatch;
use crate::i18n::width::{cells, truncate};
use crate::theme::Role;

use super::scene::Scene;
use super::widgets::fit::Part;

/// A longer name is cut in the header.
const NAME: usize = 32;

/// What is another than it was, in full.
pub fn mismatch(scene: &Scene<'_>, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Cluster => scene.t("mismatch-cluster").to_owned(),
        Mismatch::User {
            was,
            now: Some(now),
        } => scene.with(
            "mismatch-user",
            &[("was", was.as_str().into()), ("now", now.as_str().into())],
        ),
        Mismatch::User { was, now: None } => {
            scene.with("mismatch-nobody", &[("was", was.as_str().into())])
        }
    }
}

/// The mark in front of the header while it is another.
pub fn mark<'a>(scene: &Scene<'a>) -> Option<Part<'a>> {
    let key = match scene.model.actor.mismatch.as_ref()? {
        Mismatch::Cluster => "mismatch-cluster-mark",
        Mismatch::User { .. } => "mismatch-user-mark",
    };
    Some(Part::fixed(vec![
        scene.span(Role::Error, scene.t(key)),
        Span::raw("  "),
    ]))
}

/// The user at the end of the header: in full, then what follows the last `:` or `/` of a long name, then nothing.
pub fn user<'a>(scene: &Scene<'a>) -> Option<Part<'a>> {
    let name = scene.model.actor.who()?.name.as_str();
    let short = name.rsplit([':', '/']).next().unwrap_or(name);
    let form = |name: &str| {
        let name = truncate(name, NAME, scene.glyphs()).into_owned();
        vec![
            scene.span(Role::Header, format!(" {} ", scene.glyph.dot)),
            scene.span(Role::Header, name),
        ]
    };
    let mut forms = Vec::new();
    if cells(name) <= NAME {
        forms.push(form(name));
    }
    if short != name || forms.is_empty() {
        forms.push(form(short));
    }
    forms.push(Vec::new());
    Some(Part::forms(5, forms))
}
