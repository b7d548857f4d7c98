//! From a line of the log to rows of the screen: time, where it comes from, how bad it is, and the text.

use std::{borrow::Cow, ops::Range};

use jiff::Timestamp;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::{
    layout::Area,
    logs::{JsonForm, LogScreen, buffer::Line as LogLine},
};
use crate::domain::log::{Level, Said};
use crate::i18n::width::{cells, pad_middle};
use crate::theme::Role;
use crate::ui::{scene::Scene, widgets::wrap::wrap};

use super::{json, note::note, space};

/// Rows that one line takes at most where it is not asked for in full.
const MOST_ROWS: usize = 40;

/// What all lines of one drawing share.
pub struct Form<'s> {
    width: usize,
    /// Cells of the label, none where nothing has to be told apart.
    label: usize,
    labels: &'s [String],
    millis: bool,
    /// Lines of other days say theirs.
    today: jiff::civil::Date,
    dated: bool,
}

impl<'s> Form<'s> {
    pub fn of(scene: &Scene<'_>, screen: &'s LogScreen, area: Area) -> Self {
        let width = usize::from(area.width);
        let labels = &screen.streams.labels;
        let widest = labels.iter().map(|label| cells(label)).max().unwrap_or(0);
        let today = scene.now().to_zoned(scene.zone().clone()).date();
        let day = |at: Timestamp| at.to_zoned(scene.zone().clone()).date();
        let dated = screen
            .visible
            .front()
            .is_some_and(|first| day(first.at) != today);
        Self {
            width,
            label: widest.min(if width >= 120 { 28 } else { 16 }),
            labels,
            millis: width >= 120,
            today,
            dated,
        }
    }

    pub fn rows(
        &self,
        scene: &Scene<'_>,
        screen: &LogScreen,
        line: &'s LogLine,
        above: Option<&LogLine>,
    ) -> Vec<Line<'s>> {
        let mut lead = self.lead(scene, screen, line, above);
        let expanded = screen.expanded == Some(line.key);
        let (sign, role, text) = match &line.said {
            Said::Note(said) => {
                let (sign, role, text) = note(scene, said);
                (sign, role, Cow::Owned(text))
            }
            Said::Line { level, text } => {
                let (sign, role) = bad(scene, *level);
                (sign, role, Cow::Borrowed(&**text))
            }
        };
        lead.push(scene.span(role, format!("{sign} ")));
        let form = if expanded {
            JsonForm::Pretty
        } else {
            screen.json
        };
        if let (JsonForm::Pretty, Said::Line { text, .. }) = (form, &line.said)
            && let Some(members) = json::pretty(text)
        {
            let most = if expanded { usize::MAX } else { MOST_ROWS };
            return self.several(scene, screen, lead, members.into_iter().take(most), role);
        }
        let text = match (form, &line.said) {
            (JsonForm::Short, Said::Line { text, .. }) => {
                json::short(text).map_or(Cow::Borrowed(&**text), Cow::Owned)
            }
            _ => text,
        };
        if screen.wrap || expanded {
            return self.wrapped(scene, screen, lead, &text, role, expanded);
        }
        let text = match skipped(&text, screen.shift) {
            0 => text,
            from => Cow::Owned(text[from..].to_owned()),
        };
        lead.extend(lit(scene, screen, text, role));
        vec![Line::from(lead)]
    }

    fn wrapped(
        &self,
        scene: &Scene<'_>,
        screen: &LogScreen,
        lead: Vec<Span<'s>>,
        text: &str,
        role: Role,
        whole: bool,
    ) -> Vec<Line<'s>> {
        let used: usize = lead.iter().map(Span::width).sum();
        let indent = self.indent(used);
        let first_room = self.width.saturating_sub(used).max(8);
        let mut parts = wrap(text, first_room);
        if parts.len() > 1 && indent < used {
            // Rows after the first have more room.
            let first = parts.remove(0);
            let rest = text
                .trim_start()
                .strip_prefix(first.trim_start())
                .map(str::trim_start);
            if let Some(rest) = rest {
                parts = wrap(rest, self.width.saturating_sub(indent));
            }
            parts.insert(0, first);
        }
        let most = if whole { usize::MAX } else { MOST_ROWS };
        let parts = if parts.is_empty() {
            vec![String::new()]
        } else {
            parts
        };
        self.several(scene, screen, lead, parts.into_iter().take(most), role)
    }

    fn indent(&self, used: usize) -> usize {
        if used * 3 > self.width { 4 } else { used }
    }

    fn several(
        &self,
        scene: &Scene<'_>,
        screen: &LogScreen,
        mut lead: Vec<Span<'s>>,
        parts: impl Iterator<Item = String>,
        role: Role,
    ) -> Vec<Line<'s>> {
        let used: usize = lead.iter().map(Span::width).sum();
        let indent = self.indent(used);
        let mut rows = Vec::new();
        for part in parts {
            let mut spans = std::mem::replace(&mut lead, vec![space(indent)]);
            spans.extend(lit(scene, screen, Cow::Owned(part), role));
            rows.push(Line::from(spans));
        }
        rows
    }

    /// The bar's cell, the time and the label.
    fn lead(
        &self,
        scene: &Scene<'_>,
        screen: &LogScreen,
        line: &LogLine,
        above: Option<&LogLine>,
    ) -> Vec<Span<'s>> {
        let mut spans = vec![space(1)];
        if screen.stamps {
            let at = line.key.at.to_zoned(scene.zone().clone());
            let clock = if self.millis {
                "%H:%M:%S%.3f"
            } else {
                "%H:%M:%S"
            };
            let day = if self.dated { "%m-%d " } else { "" };
            let same = !self.dated || at.date() != self.today;
            let text = at.strftime(&format!("{day}{clock} ")).to_string();
            // Today's stand out where several days are shown.
            let role = if same { Role::Dim } else { Role::Text };
            spans.push(scene.span(role, text));
        }
        if self.label > 0 {
            let label = self.labels.get(line.stream).map_or("", String::as_str);
            let text = pad_middle(label, self.label, scene.glyphs());
            let same = above.is_some_and(|above| above.stream == line.stream);
            let role = if same { Role::Dim } else { Role::Accent };
            spans.push(scene.span(role, format!("{text} ")));
        }
        spans
    }
}

/// The sign and the role of a level.
fn bad(scene: &Scene<'_>, level: Option<Level>) -> (&'static str, Role) {
    match level {
        Some(Level::Error) => (scene.glyph.error, Role::Error),
        Some(Level::Warn) => (scene.glyph.warn, Role::Warn),
        Some(Level::Debug) => (" ", Role::Dim),
        Some(Level::Info) | None => (" ", Role::Text),
    }
}

/// The text with what was looked for standing out.
fn lit<'t>(scene: &Scene<'_>, screen: &LogScreen, text: Cow<'t, str>, role: Role) -> Vec<Span<'t>> {
    let mut found: Vec<Range<usize>> = [&screen.filter, &screen.search]
        .into_iter()
        .flatten()
        .flat_map(|pattern| pattern.found(&text))
        .collect();
    if found.is_empty() {
        return vec![scene.span(role, text)];
    }
    found.sort_by_key(|range| range.start);
    let mut spans = Vec::new();
    let mut at = 0;
    for range in found {
        let from = range.start.max(at);
        if range.end <= from {
            continue;
        }
        spans.push(scene.span(role, text[at..from].to_owned()));
        spans.push(scene.span(Role::Match, text[from..range.end].to_owned()));
        at = range.end;
    }
    spans.push(scene.span(role, text[at..].to_owned()));
    spans
}

/// The byte behind so many cells.
fn skipped(text: &str, shift: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if used >= shift {
            return at;
        }
        used += cells(grapheme);
    }
    if shift == 0 { 0 } else { text.len() }
}
