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

#[cfg(test)]
mod tests {
    use super::*;

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
