//! Palettes, roles and how a role becomes a style on this terminal.

pub mod catalogue;
pub mod colour;
pub mod file;
pub mod role;

#[cfg(test)]
mod tests;

use ratatui::style::{Modifier, Style};

pub use catalogue::Themes;
pub use colour::{Paint, Rgb};
pub use role::Role;

use crate::domain::settings::ColourDepth;

/// How every role looks on a terminal of one depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    pub name: String,
    pub depth: ColourDepth,
    /// The ground its colours are made for; the terminal's own is not painted over.
    pub background: Rgb,
    /// The colour of text that has none of its own.
    pub foreground: Rgb,
    looks: Vec<Look>,
    styles: Vec<Style>,
}

/// How one role looks before the terminal has its say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    pub fg: Option<Paint>,
    pub bg: Option<Paint>,
    pub modifiers: Modifier,
}

impl Theme {
    fn new(
        name: &str,
        depth: ColourDepth,
        background: Rgb,
        foreground: Rgb,
        looks: Vec<Look>,
    ) -> Self {
        let styles = Role::ALL
            .iter()
            .zip(&looks)
            .map(|(role, look)| look.style(*role, depth))
            .collect();
        Self {
            name: name.to_owned(),
            depth,
            background,
            foreground,
            looks,
            styles,
        }
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// How a role looks where every colour can be shown.
    pub fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }
}

impl Look {
    fn style(self, role: Role, depth: ColourDepth) -> Style {
        let mut style = Style::new().add_modifier(self.modifiers);
        style.fg = self.fg.and_then(|paint| paint.at(depth));
        if depth == ColourDepth::Ansi16 && role.is_bar() && self.bg.is_some() {
            // Sixteen colours have no quiet ground that every text colour stands out from.
            let bar = if role == Role::Selection {
                Modifier::REVERSED
            } else {
                Modifier::UNDERLINED
            };
            return style.add_modifier(bar);
        }
        style.bg = self.bg.and_then(|paint| paint.at(depth));
        style
    }
}
