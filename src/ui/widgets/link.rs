//! Links that terminals can open (OSC 8), only to places that are safe to name.

use std::num::NonZeroU16;

use ratatui::{
    buffer::{Buffer, CellDiffOption},
    style::Style,
};

use crate::app::layout::Area;
use crate::domain::settings::Glyphs;
use crate::i18n::width::{cells, truncate};

/// Longer addresses are shown but can't be opened: terminals cut them.
const LONGEST: usize = 2_000;

/// Whether an address from outside may become a link: http or https, and nothing in it but what an address is made of.
pub fn is_safe(url: &str) -> bool {
    let web = url.starts_with("https://") || url.starts_with("http://");
    web && url.len() <= LONGEST && url.chars().all(|c| c.is_ascii_graphic())
}

/// Draws the address at the left of one row, as a link where it may be one.
pub fn put(buffer: &mut Buffer, at: Area, url: &str, style: Style, glyphs: Glyphs) {
    let shown = truncate(url, usize::from(at.width), glyphs).into_owned();
    let wide = cells(&shown) as u16;
    let Some(forced) = NonZeroU16::new(wide) else {
        return;
    };
    if !is_safe(url) {
        buffer.set_stringn(at.x, at.y, &shown, usize::from(at.width), style);
        return;
    }
    // One cell carries the whole link; those it covers hold the plain text, so that a later frame finds them changed.
    buffer.set_stringn(at.x, at.y, &shown, usize::from(at.width), style);
    buffer[(at.x, at.y)]
        .set_symbol(&format!("\u{1b}]8;;{url}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\"))
        .set_style(style)
        .set_diff_option(CellDiffOption::ForcedWidth(forced));
}

/// Makes plain text of a link at the left that reaches into this column: something is about to lie over a part of it.
pub fn cover(buffer: &mut Buffer, x: u16, y: u16) {
    let reaching = (0..x).rev().find_map(|left| {
        let wide = match buffer[(left, y)].diff_option {
            CellDiffOption::ForcedWidth(wide) => wide.get(),
            _ => return None,
        };
        Some((left, left + wide > x))
    });
    let Some((left, true)) = reaching else { return };
    let cell = &mut buffer[(left, y)];
    let first = cell
        .symbol()
        .split("\u{1b}\\")
        .nth(1)
        .and_then(|it| it.chars().next());
    cell.set_char(first.unwrap_or(' '))
        .set_diff_option(CellDiffOption::None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_over_a_link_is_not_written_over_by_it() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 30, 1));
        let url = "https://runbooks.example/a";
        put(
            &mut buffer,
            Area::new(1, 0, 28, 1),
            url,
            Style::new(),
            Glyphs::Unicode,
        );
        cover(&mut buffer, 29, 0);
        assert!(buffer[(1, 0)].symbol().contains(url), "it ends before that");
        cover(&mut buffer, 10, 0);
        let row: String = buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert_eq!(row.trim(), url);
        assert_eq!(buffer[(1, 0)].diff_option, CellDiffOption::None);
    }

    #[test]
    fn only_clean_web_addresses_are_links() {
        assert!(is_safe("https://runbooks.example/export?x=1#top"));
        assert!(is_safe("http://prom:9090/graph"));
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://x\u{1b}]0;title\u{7}",
            "https://x/ y",
            "https://例.中国",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
