//! The one box: a small screen over the panes.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::layout::Area;
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::canvas::{clear, inset, put, row, title_rule};

/// Where it stands over the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Top,
    /// At the right, so that what is previewed stays in sight.
    Right,
}

/// Draws the box of a wished size and gives the area inside it.
pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    place: Place,
    wished: (u16, u16),
    title: &str,
) -> Area {
    let width = wished.0.min(body.width);
    let height = wished.1.min(body.height);
    let (x, y) = match place {
        Place::Top => (
            body.x + (body.width - width) / 2,
            body.y + (body.height - height).min(2),
        ),
        Place::Right => (body.x + body.width - width, body.y),
    };
    let area = Area::new(x, y, width, height);
    clear(buffer, scene, area, Role::Overlay);
    if width < 4 || height < 3 {
        return area;
    }
    let set = scene.glyph;
    let style = scene.style(Role::OverlayBorder);
    for index in [0, height - 1] {
        title_rule(
            buffer,
            scene,
            row(area, index),
            Line::default(),
            Line::default(),
            Role::OverlayBorder,
        );
    }
    for line in y + 1..y + height - 1 {
        for column in [x, x + width - 1] {
            buffer[(column, line)]
                .set_symbol(set.vertical)
                .set_style(style);
        }
    }
    let ends = [
        (x, y),
        (x + width - 1, y),
        (x, y + height - 1),
        (x + width - 1, y + height - 1),
    ];
    for (at, corner) in ends.into_iter().zip(set.corners) {
        buffer[at].set_symbol(corner).set_style(style);
    }
    put(
        buffer,
        Area::new(x + 1, y, width - 2, 1),
        scene.line(Role::TitleFocused, format!(" {title} ")),
        scene.glyphs(),
    );
    inset(area, 2, 1)
}
