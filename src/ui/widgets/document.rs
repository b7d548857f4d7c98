//! A text longer than its place, scrolled by lines.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::layout::Area;
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::canvas::{below, put, row, title_rule};

/// Draws a title rule and below it the lines from `scroll` on; the rule says which of them are seen.
pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    area: Area,
    title: Line<'_>,
    lines: Vec<Line<'_>>,
    scroll: usize,
) -> usize {
    draw_noted(buffer, scene, area, (title, Vec::new()), lines, scroll)
}

/// The same with something to say of the lines at the end of the rule.
pub fn draw_noted(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    area: Area,
    (title, note): (Line<'_>, Vec<Span<'_>>),
    lines: Vec<Line<'_>>,
    scroll: usize,
) -> usize {
    let body = below(area, 1);
    let height = usize::from(body.height);
    let first = scroll.min(lines.len().saturating_sub(height));
    scene.paint.scrolled.set(Some(first));
    let mut tail = Line::from(note);
    if lines.len() > height {
        let last = (first + height).min(lines.len());
        tail.push_span(scene.span(
            Role::Dim,
            format!(
                " {}{}{}/{} ",
                first + 1,
                scene.glyph.dash,
                last,
                lines.len()
            ),
        ));
    }
    title_rule(
        buffer,
        scene,
        row(area, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    for (index, line) in lines.into_iter().skip(first).take(height).enumerate() {
        put(buffer, row(body, index as u16), line, scene.glyphs());
    }
    first
}

/// The title of a screen that lies over the panes.
pub fn title<'t>(scene: &Scene<'_>, text: impl Into<std::borrow::Cow<'t, str>>) -> Line<'t> {
    Line::from(vec![
        scene.span(Role::TitleFocused, scene.glyph.bar),
        scene.span(Role::TitleFocused, text),
        scene.span(Role::TitleFocused, " "),
    ])
}
