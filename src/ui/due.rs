//! What is due: the room stands, with nothing in it until routines and actions fill it.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::layout::Area;
use crate::theme::Role;

use super::scene::Scene;
use super::widgets::canvas::{put, row, title_rule};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
    if at.height == 0 {
        return;
    }
    let title = Line::from(vec![
        scene.span(Role::Border, scene.glyph.horizontal),
        scene.span(Role::Title, format!(" {} ", scene.t("due"))),
    ]);
    title_rule(
        buffer,
        scene,
        row(at, 0),
        title,
        Line::default(),
        Role::Border,
    );
    if at.height > 1 {
        put(
            buffer,
            row(at, 1),
            scene.line(Role::Dim, format!(" {}", scene.t("due-empty"))),
            scene.glyphs(),
        );
    }
}
