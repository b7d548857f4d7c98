//! Logs of many containers: a title, how they are read and chosen, and the lines.

mod json;
mod note;
mod popup;
mod rows;
mod status;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    logs::{LogScreen, buffer::Line as LogLine},
};
use crate::domain::freshness::SourceId;
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        document,
    },
};

use rows::Form;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &LogScreen) {
    title(buffer, scene, row(body, 0), screen);
    if body.height < 3 {
        return;
    }
    status::draw(buffer, scene, row(body, 1), screen);
    let area = below(body, 2);
    if screen.visible.is_empty() {
        nothing(buffer, scene, area, screen);
    } else {
        lines(buffer, scene, area, screen);
    }
    if screen.popup.is_some() {
        popup::draw(buffer, scene, below(body, 1), screen);
    }
}

fn title(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, screen: &LogScreen) {
    let text = scene.with("logs-title", &[("of", screen.title.as_str().into())]);
    let mut title = document::title(scene, text);
    let pods = screen.pods.len();
    let pods = scene.with("logs-pods", &[("count", pods.into())]);
    title
        .spans
        .push(scene.span(Role::Title, format!("{pods} ")));
    let (shown, all) = (screen.written_shown(), screen.buffer.written());
    let lines = if shown == all {
        scene.with("logs-lines", &[("count", all.into())])
    } else {
        scene.with(
            "logs-lines-of",
            &[("shown", shown.into()), ("all", all.into())],
        )
    };
    let tail = scene.line(Role::Dim, format!(" {lines} "));
    title_rule(buffer, scene, at, title, tail, Role::BorderFocused);
}

/// Why there is nothing to read.
fn nothing(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &LogScreen) {
    let glyph = scene.glyph;
    let width = usize::from(area.width).saturating_sub(2);
    let one = |role, sign: &str, text: String| vec![scene.line(role, format!(" {sign} {text}"))];
    let lines: Vec<Line<'_>> = if let Some(trouble) = &screen.failed {
        panes::trouble_lines(scene, SourceId::Pods, trouble, None, width)
    } else if screen.is_opening() {
        let text = scene.with("logs-opening", &[("count", screen.pods.len().into())]);
        one(Role::Info, glyph.broken, text)
    } else if !screen.buffer.is_empty() {
        let hidden = screen.buffer.written();
        let text = scene.with("pane-filtered-out", &[("hidden", hidden.into())]);
        one(Role::Dim, glyph.dash, text)
    } else if screen.previous {
        one(
            Role::Dim,
            glyph.dash,
            scene.t("logs-no-previous").to_owned(),
        )
    } else {
        let text = match screen.since {
            Some(since) => {
                let span = status::span(since);
                scene.with("logs-empty-since", &[("span", span.into())])
            }
            None => scene.t("logs-empty").to_owned(),
        };
        one(Role::Dim, glyph.dash, text)
    };
    for (index, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        put(buffer, row(area, index as u16), line, scene.glyphs());
    }
}

/// A line of the log with the rows it takes.
struct Drawn<'s> {
    line: &'s LogLine,
    rows: Vec<Line<'s>>,
}

fn lines(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &LogScreen) {
    let form = Form::of(scene, screen, area);
    let (first, drawn) = window(scene, screen, &form, usize::from(area.height));
    scene.paint.scrolled.set(Some(first));
    let mut y = 0;
    for Drawn { line, rows } in drawn {
        let selected = screen.selected == Some(line.key);
        for spans in rows {
            if y >= area.height {
                return;
            }
            let at = row(area, y);
            put(buffer, at, spans, scene.glyphs());
            if selected {
                buffer.set_style(rect(at), scene.style(Role::Selection));
                let bar = scene.span(Role::Accent, scene.glyph.bar);
                buffer[(at.x, at.y)].set_symbol(&bar.content);
            }
            y += 1;
        }
    }
}

/// Which lines are on the screen: from the one drawn first before, moved as little as it takes to see the one that is
/// read, and none of the rows empty while there are lines to fill them.
fn window<'s>(
    scene: &Scene<'_>,
    screen: &'s LogScreen,
    form: &Form<'s>,
    height: usize,
) -> (usize, Vec<Drawn<'s>>) {
    let at = screen.selected_place();
    let top = screen.top.map_or(0, |top| screen.place(top)).min(at);
    let get = |place: usize| {
        let key = *screen.visible.get(place)?;
        let line = screen.buffer.get(key)?;
        let above = place
            .checked_sub(1)
            .and_then(|above| screen.visible.get(above))
            .and_then(|key| screen.buffer.get(*key));
        let rows = form.rows(scene, screen, line, above);
        Some(Drawn { line, rows })
    };
    // Downwards from the top, until the line that is read is whole on the screen and the screen is full.
    let mut drawn = std::collections::VecDeque::new();
    let mut used = 0;
    let mut first = top;
    if screen.follows() || at - top > height {
        // It is further than a screen away: from there upwards.
        first = at + 1;
    } else {
        let mut next = top;
        while next <= at || used < height {
            let Some(one) = get(next) else { break };
            used += one.rows.len();
            drawn.push_back((next, one));
            next += 1;
        }
        while let Some((place, one)) = drawn.front()
            && *place < at
            && used_until(&drawn, at) > height
        {
            used -= one.rows.len();
            drawn.pop_front();
            first += 1;
        }
    }
    while used < height && first > 0 {
        let Some(one) = get(first - 1) else { break };
        let wide = one.rows.len();
        if used > 0 && used + wide > height && screen.selected.is_none() {
            // The newest line stays whole at the bottom: what is above it is cut at its beginning.
            let mut one = one;
            one.rows.drain(..used + wide - height);
            drawn.push_front((first - 1, one));
            break;
        }
        if used + wide > height && used > 0 {
            break;
        }
        used += wide;
        first -= 1;
        drawn.push_front((first, one));
    }
    (first, drawn.into_iter().map(|(_, one)| one).collect())
}

/// The rows down to the end of a line.
fn used_until(drawn: &std::collections::VecDeque<(usize, Drawn<'_>)>, at: usize) -> usize {
    drawn
        .iter()
        .take_while(|(place, _)| *place <= at)
        .map(|(_, one)| one.rows.len())
        .sum()
}

/// Spans of spaces.
fn space(cells: usize) -> Span<'static> {
    Span::raw(" ".repeat(cells))
}
