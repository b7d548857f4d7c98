//! A long text being read: scrolled down and to the side, wrapped or not, searched.

use std::{borrow::Cow, ops::Range};

use ratatui::{
    buffer::Buffer,
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::{document::Search, layout::Area};
use crate::domain::manifest::{CodeLine, Ink};
use crate::i18n::width::{cells, expand_tabs};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::{
    canvas::{below, put, row, title_rule},
    fit::spans_cells,
};

/// What is read. Code is styled only where it is seen.
pub enum Body<'t> {
    Lines(Vec<Line<'t>>),
    Code(&'t [CodeLine]),
}

/// How it is looked at, and what stands around it.
pub struct Reader<'s> {
    pub title: Line<'s>,
    /// The lines that always stand below the title.
    pub head: Vec<Line<'s>>,
    /// What is told of the text at the end of the title.
    pub tail: String,
    pub scroll: usize,
    pub column: usize,
    pub wrap: bool,
    pub search: Option<&'s Search>,
}

/// One place of what is looked for: its line and its bytes there.
type Hit = (usize, Range<usize>);

impl Body<'_> {
    const fn len(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.len(),
            Self::Code(lines) => lines.len(),
        }
    }

    fn text(&self, index: usize) -> Cow<'_, str> {
        match self {
            Self::Lines(lines) => match lines[index].spans.as_slice() {
                [one] => Cow::Borrowed(&*one.content),
                spans => spans.iter().map(|span| &*span.content).collect(),
            },
            Self::Code(lines) => match lines[index].0.as_slice() {
                [(_, one)] => Cow::Borrowed(one.as_str()),
                _ => lines[index].text().into(),
            },
        }
    }

    fn line(&self, scene: &Scene<'_>, index: usize) -> Line<'_> {
        match self {
            Self::Lines(lines) => lines[index].clone(),
            Self::Code(lines) => styled(scene, &lines[index]),
        }
    }

    /// The same in lines of so many cells.
    fn wrapped(self, scene: &Scene<'_>, width: usize) -> Self {
        match self {
            Self::Lines(lines) => Self::Lines(lines),
            Self::Code(lines) => Self::Lines(
                lines
                    .iter()
                    .flat_map(|line| wrapped(styled(scene, line), width))
                    .collect(),
            ),
        }
    }
}

fn styled<'c>(scene: &Scene<'_>, line: &'c CodeLine) -> Line<'c> {
    let spans = line.0.iter().map(|(ink, text)| {
        let role = match ink {
            Ink::Key | Ink::Mark => Role::Dim,
            Ink::Text => Role::Text,
            Ink::Word => Role::Accent,
            Ink::Masked => Role::Stale,
        };
        scene.span(role, expand_tabs(text, 4))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// A line broken where it is full; what is broken off stands a little deeper than the line began.
fn wrapped(line: Line<'_>, width: usize) -> Vec<Line<'_>> {
    if spans_cells(&line.spans) <= width {
        return vec![line];
    }
    let text: String = line.spans.iter().map(|span| &*span.content).collect();
    let indent = text.len() - text.trim_start().len();
    let indent = if indent + 4 < width / 2 {
        indent + 2
    } else {
        2
    };
    let mut done = Vec::new();
    let mut open: Vec<Span<'_>> = Vec::new();
    let mut used = 0;
    for span in line.spans {
        let mut kept = String::new();
        for grapheme in span.content.graphemes(true) {
            let wide = cells(grapheme);
            if used + wide > width {
                open.push(Span::styled(std::mem::take(&mut kept), span.style));
                done.push(Line::from(std::mem::take(&mut open)));
                open.push(Span::raw(" ".repeat(indent)));
                used = indent;
            }
            kept.push_str(grapheme);
            used += wide;
        }
        open.push(Span::styled(kept, span.style));
    }
    done.push(Line::from(open));
    done
}

/// Draws a title rule, the lines that always stand below it, and of the body what is looked at.
pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    area: Area,
    body: Body<'_>,
    reader: Reader<'_>,
) {
    let Reader { title, head, .. } = reader;
    let place = below(area, 1 + head.len() as u16);
    let (width, height) = (usize::from(place.width), usize::from(place.height));
    let body = if reader.wrap {
        body.wrapped(scene, width.saturating_sub(1))
    } else {
        body
    };
    let hits = reader
        .search
        .map(|search| hits(&body, search))
        .unwrap_or_default();
    let at = reader.search.and_then(|search| current(&hits, search));
    let most = body.len().saturating_sub(height);
    let first = match (reader.search, at) {
        (Some(search), Some(at)) if search.follows => {
            in_sight(reader.scroll.min(most), hits[at].0, height).min(most)
        }
        _ => reader.scroll.min(most),
    };
    scene.paint.scrolled.set(Some(first));
    let found = reader
        .search
        .map(|search| found(scene, search, at, hits.len()));
    let seen = (first, height, body.len());
    let room = usize::from(area.width).saturating_sub(spans_cells(&title.spans) + 3);
    let full = tail_of(scene, found.clone(), &reader.tail, seen);
    let tail = if spans_cells(&full.spans) <= room {
        full
    } else {
        tail_of(scene, found, "", seen)
    };
    title_rule(
        buffer,
        scene,
        row(area, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    for (index, line) in head.into_iter().enumerate() {
        put(
            buffer,
            row(below(area, 1), index as u16),
            line,
            scene.glyphs(),
        );
    }
    let last = (first + height).min(body.len());
    for (index, number) in (first..last).enumerate() {
        let mut line = body.line(scene, number);
        let here = hits.iter().enumerate().filter(|(_, hit)| hit.0 == number);
        let marks: Vec<(Range<usize>, Style)> = here
            .map(|(own, (_, range))| {
                let role = if Some(own) == at {
                    Role::Selection
                } else {
                    Role::Match
                };
                (range.clone(), scene.style(role))
            })
            .collect();
        if !marks.is_empty() {
            line = marked(line, &marks);
        }
        if reader.column > 0 && !reader.wrap {
            line = from_column(line, reader.column);
        }
        put(buffer, row(place, index as u16), line, scene.glyphs());
    }
}

fn hits(body: &Body<'_>, search: &Search) -> Vec<Hit> {
    /// More are not counted: nobody steps through them.
    const MOST: usize = 10_000;
    let mut hits = Vec::new();
    for index in 0..body.len() {
        let text = body.text(index);
        let found = search.regex.find_iter(&text);
        hits.extend(found.map(|found| (index, found.range())));
        if hits.len() >= MOST {
            break;
        }
    }
    hits
}

/// Which of the hits is meant: so many steps from the first one at or behind where the search began.
fn current(hits: &[Hit], search: &Search) -> Option<usize> {
    if hits.is_empty() {
        return None;
    }
    let first = hits.partition_point(|(line, _)| *line < search.from);
    let len = isize::try_from(hits.len()).ok()?;
    let first = isize::try_from(first).ok()?;
    usize::try_from((first + search.steps).rem_euclid(len)).ok()
}

/// The first line such that another one is seen, moved no more than needed.
const fn in_sight(first: usize, line: usize, height: usize) -> usize {
    if line >= first && line < first + height {
        first
    } else {
        line.saturating_sub(height / 3)
    }
}

fn found(scene: &Scene<'_>, search: &Search, at: Option<usize>, count: usize) -> (Role, String) {
    let text = search.text.as_str();
    if let Some(at) = at {
        return (Role::Match, format!("/{text} {}/{count}", at + 1));
    }
    let none = scene.with("document-not-found", &[("text", text.into())]);
    (Role::Warn, none)
}

/// What is found, what is told of the text, and which lines are seen.
fn tail_of<'t>(
    scene: &Scene<'_>,
    found: Option<(Role, String)>,
    told: &str,
    (first, height, len): (usize, usize, usize),
) -> Line<'t> {
    let mut spans = Vec::new();
    if let Some((role, text)) = found {
        spans.push(scene.span(role, format!(" {text} ")));
    }
    if !told.is_empty() {
        spans.push(scene.span(Role::Dim, format!(" {told} ")));
    }
    if len > height {
        let dash = scene.glyph.dash;
        let last = (first + height).min(len);
        let text = format!(" {}{dash}{last}/{len} ", first + 1);
        spans.push(scene.span(Role::Dim, text));
    }
    Line::from(spans)
}

/// The line with some of its bytes in another style.
fn marked<'t>(line: Line<'t>, marks: &[(Range<usize>, Style)]) -> Line<'t> {
    let mut out: Vec<Span<'t>> = Vec::new();
    let mut from = 0;
    for span in line.spans {
        let text = span.content.into_owned();
        let end = from + text.len();
        let mut cuts: Vec<usize> = marks
            .iter()
            .flat_map(|(range, _)| [range.start, range.end])
            .filter(|cut| *cut > from && *cut < end)
            .map(|cut| cut - from)
            .collect();
        cuts.push(text.len());
        let mut at = 0;
        for cut in cuts {
            let style = marks
                .iter()
                .find(|(range, _)| range.contains(&(from + at)))
                .map_or(span.style, |(_, style)| *style);
            out.push(Span::styled(text[at..cut].to_owned(), style));
            at = cut;
        }
        from = end;
    }
    Line::from(out)
}

/// The line without its first cells; half a wide character that is cut becomes a space.
pub fn from_column(line: Line<'_>, column: usize) -> Line<'_> {
    let mut left = column;
    let mut out = Vec::new();
    for span in line.spans {
        if left == 0 {
            out.push(span);
            continue;
        }
        let wide = cells(&span.content);
        if wide <= left {
            left -= wide;
            continue;
        }
        let mut kept = String::new();
        for grapheme in span.content.graphemes(true) {
            let wide = cells(grapheme);
            if left >= wide && wide > 0 {
                left -= wide;
            } else if left > 0 && wide > left {
                kept.push(' ');
                left = 0;
            } else if left == 0 {
                kept.push_str(grapheme);
            }
        }
        out.push(Span::styled(kept, span.style));
    }
    Line::from(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(line: &Line<'_>) -> String {
        line.spans.iter().map(|span| &*span.content).collect()
    }

    #[test]
    fn a_line_is_shown_from_a_column_on() {
        let line = || Line::from(vec![Span::raw("ab"), Span::raw("cd导x")]);
        assert_eq!(text(&from_column(line(), 3)), "d导x");
        assert_eq!(text(&from_column(line(), 5)), " x");
        assert_eq!(text(&from_column(line(), 6)), "x");
        assert_eq!(text(&from_column(line(), 60)), "");
    }

    #[test]
    fn what_was_found_is_marked_across_spans() {
        let style = Style::new().bold();
        let line = Line::from(vec![Span::raw("abc"), Span::raw("def")]);
        let marked = marked(line, &[(2..4, style)]);
        let told: Vec<(&str, bool)> = marked
            .spans
            .iter()
            .map(|span| (&*span.content, span.style == style))
            .collect();
        assert_eq!(
            told,
            [("ab", false), ("c", true), ("d", true), ("ef", false)]
        );
    }

    #[test]
    fn steps_go_round() {
        let hits: Vec<Hit> = [1, 4, 9].map(|line| (line, 0..1)).into();
        let at = |from, steps| {
            let mut search = Search::new("x", from).unwrap().unwrap();
            search.steps = steps;
            current(&hits, &search)
        };
        assert_eq!(at(0, 0), Some(0));
        assert_eq!(at(2, 0), Some(1));
        assert_eq!(at(2, -1), Some(0));
        assert_eq!(at(2, 2), Some(0));
        assert_eq!(at(10, 0), Some(0));
        assert_eq!(current(&[], &Search::new("x", 0).unwrap().unwrap()), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_wrapping(text_in in "[a-z导 é]{0,80}", width in 12_usize..40) {
            let lines = wrapped(Line::from(text_in.clone()), width);
            for line in &lines {
                prop_assert!(spans_cells(&line.spans) <= width);
            }
            let indent = text_in.len() - text_in.trim_start().len();
            let indent = if indent + 4 < width / 2 { indent + 2 } else { 2 };
            let back: String = lines
                .iter()
                .enumerate()
                .map(|(index, line)| text(line)[if index == 0 { 0 } else { indent }..].to_owned())
                .collect();
            prop_assert_eq!(back, text_in);
        }
    }
}
