//! The signs the screen is drawn with: one table, one column for each set.

use crate::domain::{light::Light, settings::Glyphs};

/// Every sign of ours; names and texts from outside are not in it.
#[derive(Debug)]
pub struct GlyphSet {
    pub ok: &'static str,
    pub warn: &'static str,
    pub error: &'static str,
    pub unknown: &'static str,
    pub live: &'static str,
    pub broken: &'static str,
    pub silenced: &'static str,
    pub pending: &'static str,
    pub moving: &'static str,
    /// Beside what is selected where the focus is.
    pub bar: &'static str,
    /// Beside what is selected elsewhere.
    pub bar_idle: &'static str,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub tee_down: &'static str,
    pub tee_up: &'static str,
    pub cross: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Between parts of a line.
    pub dot: &'static str,
    pub dash: &'static str,
    pub at_most: &'static str,
    pub at_least: &'static str,
    pub times: &'static str,
    pub arrow: &'static str,
    pub rising: &'static str,
    pub falling: &'static str,
    pub group: &'static str,
    pub pointer: &'static str,
    pub checked: &'static str,
    pub unchecked: &'static str,
    /// From low to high.
    pub levels: [&'static str; 8],
    pub gap: &'static str,
    pub limit_line: &'static str,
    /// On the time axis of a chart, where an alert began.
    pub mark: &'static str,
    pub axis: &'static str,
    pub axis_tick: &'static str,
    /// Dots of several series where there is no braille.
    pub dots: [&'static str; 5],
    pub braille: bool,
    pub rolled_out: &'static str,
    pub scaled: &'static str,
    pub config: &'static str,
    pub node: &'static str,
    /// A run of an action on a time line.
    pub run: &'static str,
    /// Before a temporary change that stands.
    pub debt: &'static str,
    /// Beside the ledger's state.
    pub ledger: &'static str,
    pub ellipsis: &'static str,
}

static UNICODE: GlyphSet = GlyphSet {
    ok: "✔",
    warn: "▲",
    error: "✖",
    unknown: "?",
    live: "●",
    broken: "◌",
    silenced: "○",
    pending: "◔",
    moving: "◐",
    bar: "▌",
    bar_idle: "▏",
    horizontal: "─",
    vertical: "│",
    tee_down: "┬",
    tee_up: "┴",
    cross: "┼",
    corners: ["┌", "┐", "└", "┘"],
    dot: "·",
    dash: "–",
    at_most: "≤",
    at_least: "≥",
    times: "×",
    arrow: "→",
    rising: "↑",
    falling: "↓",
    group: "▾",
    pointer: "▸",
    checked: "■",
    unchecked: "□",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    gap: "·",
    limit_line: "┄",
    mark: "▲",
    axis: "─",
    axis_tick: "┴",
    dots: ["•", "+", "o", "x", "#"],
    braille: true,
    rolled_out: "⟳",
    scaled: "⇅",
    config: "≡",
    node: "◆",
    run: "■",
    debt: "⚑",
    ledger: "⌁",
    ellipsis: "…",
};

static ASCII: GlyphSet = GlyphSet {
    ok: "+",
    warn: "!",
    error: "x",
    unknown: "?",
    live: "*",
    broken: "o",
    silenced: "-",
    pending: ".",
    moving: "~",
    bar: ">",
    bar_idle: " ",
    horizontal: "-",
    vertical: "|",
    tee_down: "+",
    tee_up: "+",
    cross: "+",
    corners: ["+", "+", "+", "+"],
    dot: "-",
    dash: "-",
    at_most: "<=",
    at_least: ">=",
    times: "x",
    arrow: "->",
    rising: "^",
    falling: "v",
    group: "v",
    pointer: ">",
    checked: "[x]",
    unchecked: "[ ]",
    levels: ["_", ".", ",", "-", "~", "=", "*", "#"],
    gap: " ",
    limit_line: "-",
    mark: "^",
    axis: "-",
    axis_tick: "+",
    dots: ["*", "+", "o", "x", "#"],
    braille: false,
    rolled_out: "@",
    scaled: "%",
    config: "=",
    node: "#",
    run: "=",
    debt: "P",
    ledger: "#",
    ellipsis: "~",
};

/// The table of a set.
pub fn set(glyphs: Glyphs) -> &'static GlyphSet {
    match glyphs {
        Glyphs::Unicode => &UNICODE,
        Glyphs::Ascii => &ASCII,
    }
}

impl GlyphSet {
    pub const fn light(&self, light: Light) -> &'static str {
        match light {
            Light::Green => self.ok,
            Light::Yellow => self.warn,
            Light::Unknown => self.unknown,
            Light::Red => self.error,
        }
    }

    /// As [`Self::light`], but nothing where all is well: panes are quiet then.
    pub const fn quiet_light(&self, light: Light) -> &'static str {
        match light {
            Light::Green => " ",
            other => self.light(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::width::cells;

    #[test]
    fn signs_that_stand_in_a_column_take_one_cell() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let set = set(glyphs);
            let single = [
                set.ok,
                set.warn,
                set.error,
                set.unknown,
                set.live,
                set.broken,
                set.silenced,
                set.pending,
                set.moving,
                set.bar,
                set.bar_idle,
                set.horizontal,
                set.vertical,
                set.tee_down,
                set.tee_up,
                set.cross,
                set.group,
                set.pointer,
                set.gap,
                set.mark,
                set.axis,
                set.axis_tick,
                set.limit_line,
                set.rolled_out,
                set.scaled,
                set.config,
                set.node,
                set.run,
            ];
            for sign in single.iter().chain(&set.levels).chain(&set.corners) {
                assert_eq!(cells(sign), 1, "{sign}");
            }
        }
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        assert!(format!("{ASCII:?}").is_ascii());
    }
}
