//! The objects of one kind in the server's own columns.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    browser::{Browser, NOTES, Order},
    layout::{self, Area},
};
use crate::domain::table::{Beyond, Column, Part, PartState, Row, Sheet};
use crate::i18n::width::{cells, truncate};
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        fit::{self, fit as fitted},
        grid,
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, browser: &Browser) {
    let (title, tail) = title(scene, browser, body.width);
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    let rest = below(body, 1);
    let Some(sheet) = &browser.sheet else {
        let lines = match &browser.trouble {
            Some(trouble) => {
                let name = browser.info.kind.resource();
                panes::trouble_of(scene, &name, trouble, None, usize::from(body.width))
            }
            None => vec![reading(scene)],
        };
        return put_lines(buffer, scene, rest, lines);
    };
    let nothing_read = sheet.rows.is_empty() && !sheet.parts.iter().any(|part| part.listed);
    let notes = if nothing_read {
        Vec::new()
    } else {
        notes(scene, sheet, usize::from(body.width))
    };
    let used = notes.len() as u16;
    put_lines(buffer, scene, rest, notes);
    let rest = below(rest, used);
    if browser.shown.is_empty() {
        let lines = why_empty(scene, browser, sheet, usize::from(body.width));
        return put_lines(buffer, scene, rest, lines);
    }
    rows(buffer, scene, rest, browser, sheet);
}

fn put_lines(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, lines: Vec<Line<'_>>) {
    for (index, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        put(buffer, row(area, index as u16), line, scene.glyphs());
    }
}

fn reading<'t>(scene: &Scene<'_>) -> Line<'t> {
    let text = format!(" {} {}", scene.glyph.broken, scene.t("browser-reading"));
    scene.line(Role::Info, text)
}

/// What is shown of how many, the filter, the order; at the right how fresh it is.
fn title<'t>(scene: &Scene<'_>, browser: &Browser, width: u16) -> (Line<'t>, Line<'t>) {
    let resource = browser.info.kind.resource();
    let mut parts = vec![fit::Part::fixed(vec![
        scene.span(Role::TitleFocused, scene.glyph.bar),
        scene.span(Role::TitleFocused, resource),
    ])];
    let Some(sheet) = &browser.sheet else {
        parts.push(fit::Part::fixed(vec![Span::raw(" ")]));
        return (
            fitted(parts, usize::from(width), &Span::raw("")),
            Line::default(),
        );
    };
    let (shown, total) = (browser.shown.len(), sheet.rows.len());
    let count = if total == 0 && !sheet.parts.iter().any(|part| part.listed) {
        // Nothing was read, so nobody knows how many there are.
        " ?".to_owned()
    } else if shown == total {
        format!(" {total}")
    } else {
        let args = [("shown", shown.into()), ("total", total.into())];
        format!(" {}", scene.with("title-shown", &args))
    };
    parts.push(fit::Part::fixed(vec![
        scene.span(Role::TitleFocused, count),
    ]));
    if !browser.filter.is_empty() {
        let text = format!(" /{}", browser.filter.text());
        parts.push(fit::Part::optional(1, vec![scene.span(Role::Match, text)]));
    }
    if let Order::Column(at) = browser.order
        && let Some(column) = sheet.columns.get(at)
    {
        let args = [("column", (&*column.name).into())];
        let text = format!(" {}", scene.with("browser-by", &args));
        parts.push(fit::Part::optional(2, vec![scene.span(Role::Dim, text)]));
    }
    parts.push(fit::Part::fixed(vec![Span::raw(" ")]));
    let tail = freshness(scene, sheet);
    let room = usize::from(width).saturating_sub(tail.width() + 4);
    (fitted(parts, room, &Span::raw("")), tail)
}

/// How fresh all of it is: the worst of its parts.
fn freshness<'t>(scene: &Scene<'_>, sheet: &Sheet) -> Line<'t> {
    let glyph = scene.glyph;
    let said = |role, sign: &str, text: &str| scene.line(role, format!(" {sign} {text} "));
    let failed = |part: &&Part| matches!(part.state, PartState::Failed { .. });
    let stale = sheet.parts.iter().find_map(|part| match &part.state {
        PartState::Failed { since, .. } if part.listed => Some(*since),
        _ => None,
    });
    if let Some(since) = stale {
        let text = scene.with("title-stale", &[("age", scene.age(since).into())]);
        return said(Role::Warn, glyph.warn, &text);
    }
    if sheet.parts.iter().any(|part| failed(&part)) {
        return said(Role::Warn, glyph.warn, scene.t("title-partial"));
    }
    let mut reading = false;
    let mut to_come = Some(0_u64);
    for part in &sheet.parts {
        if let PartState::Reading { left } = part.state {
            reading = true;
            to_come = to_come.zip(left).map(|(sum, left)| sum + left);
        }
    }
    if reading {
        let text = match to_come.filter(|left| *left > 0) {
            Some(left) => {
                let left = usize::try_from(left).unwrap_or(usize::MAX);
                scene.with("browser-to-come", &[("left", left.into())])
            }
            None => scene.t("browser-reading").to_owned(),
        };
        return said(Role::Info, glyph.broken, &text);
    }
    match sheet.listed_every {
        Some(seconds) => {
            let seconds = usize::try_from(seconds).unwrap_or(0);
            let text = scene.with("browser-listed-every", &[("seconds", seconds.into())]);
            said(Role::Dim, glyph.live, &text)
        }
        None if sheet.plain => said(Role::Dim, glyph.live, scene.t("browser-plain")),
        None => said(Role::Ok, glyph.live, scene.t("browser-live")),
    }
}

/// What is wrong, part by part, and what is left out.
fn notes<'t>(scene: &Scene<'_>, sheet: &Sheet, width: usize) -> Vec<Line<'t>> {
    let failed = sheet
        .parts
        .iter()
        .filter_map(|part| failure(scene, part, width));
    let mut lines: Vec<Line<'t>> = failed.take(NOTES).collect();
    let kept = ("kept", sheet.rows.len().into());
    match sheet.beyond {
        Some(Beyond::Exactly(beyond)) => {
            let beyond = usize::try_from(beyond).unwrap_or(usize::MAX);
            let text = scene.with("browser-beyond", &[kept, ("beyond", beyond.into())]);
            lines.push(scene.line(Role::Warn, format!(" {} {text}", scene.glyph.warn)));
        }
        Some(Beyond::Unknown) => {
            let text = scene.with("browser-beyond-unknown", &[kept]);
            lines.push(scene.line(Role::Warn, format!(" {} {text}", scene.glyph.warn)));
        }
        None => {}
    }
    lines
}

/// One line: where, what it means, the server's own words, when it is tried again.
fn failure<'t>(scene: &Scene<'_>, part: &Part, width: usize) -> Option<Line<'t>> {
    let PartState::Failed {
        trouble, retry_at, ..
    } = &part.state
    else {
        return None;
    };
    let (sign, role) = if panes::is_denied(trouble) {
        (scene.glyph.unknown, Role::Warn)
    } else {
        (scene.glyph.error, Role::Error)
    };
    let source = match &part.namespace {
        Some(namespace) => namespace.to_string(),
        None => scene.t("browser-all").to_owned(),
    };
    let says = scene.with(
        panes::trouble_text(trouble.kind),
        &[("source", source.into())],
    );
    let retry = match retry_at.and_then(|at| scene.until(at)) {
        Some(left) => scene.with("pane-next-try", &[("left", left.into())]),
        None => scene.t("pane-trying").to_owned(),
    };
    let dot = scene.glyph.dot;
    let room = width.saturating_sub(cells(&says) + cells(&retry) + 10);
    let detail = truncate(&trouble.detail, room, scene.glyphs()).into_owned();
    Some(Line::from(vec![
        scene.span(role, format!(" {sign} {says}")),
        scene.span(Role::Text, format!(" {dot} {retry}")),
        scene.span(Role::Dim, format!(" {dot} {detail}")),
    ]))
}

fn why_empty<'t>(
    scene: &Scene<'_>,
    browser: &Browser,
    sheet: &Sheet,
    width: usize,
) -> Vec<Line<'t>> {
    let dim = |text: String| scene.line(Role::Dim, format!(" {} {text}", scene.glyph.dash));
    if !sheet.rows.is_empty() {
        let args = [("hidden", sheet.rows.len().into())];
        return vec![dim(scene.with("pane-filtered-out", &args))];
    }
    if sheet.parts.iter().any(|part| part.listed) {
        let kind = browser.info.kind.resource();
        if !browser.info.kind.namespaced {
            return vec![dim(
                scene.with("browser-empty-cluster", &[("kind", kind.into())])
            )];
        }
        let read = sheet.parts.iter().filter(|part| part.listed);
        let named = read.filter_map(|part| part.namespace.as_deref());
        let named: Vec<&str> = named.collect();
        let place = if named.is_empty() {
            scene.t("browser-all").to_owned()
        } else {
            named.join(", ")
        };
        let args = [("kind", kind.into()), ("where", place.into())];
        return vec![dim(scene.with("browser-empty", &args))];
    }
    let reading_on = |part: &Part| matches!(part.state, PartState::Reading { .. });
    if sheet.parts.iter().any(reading_on) {
        return vec![reading(scene)];
    }
    // Nothing was ever read: the server's words in full.
    let first = sheet.parts.iter().find_map(|part| match &part.state {
        PartState::Failed { trouble, .. } => Some(trouble),
        _ => None,
    });
    let lines = first.map(|trouble| {
        let kind = browser.info.kind.resource();
        panes::trouble_of(scene, &kind, trouble, None, width)
    });
    lines.unwrap_or_default()
}

fn rows(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, browser: &Browser, sheet: &Sheet) {
    let wide = scene.model.size.columns >= layout::WIDE;
    let several = sheet.several();
    let columns = browser.columns(wide);
    let height = usize::from(area.height).saturating_sub(1);
    let offset = browser
        .cursor
        .offset
        .min(browser.shown.len().saturating_sub(height));
    let seen = &browser.shown[offset..browser.shown.len().min(offset + height)];
    let texts: Vec<Vec<String>> = seen
        .iter()
        .map(|object| row_texts(scene, object, &columns, several))
        .collect();
    let heads = heads(scene, browser, &columns, several);
    let grid = grid::Grid::new(
        &heads,
        browser.widths(several, &columns),
        area.width.saturating_sub(1),
    );
    let heads_at = Area::new(area.x + 1, area.y, area.width.saturating_sub(1), 1);
    let names: Vec<String> = heads.iter().map(|head| head.name.clone()).collect();
    grid.draw(buffer, scene, heads_at, &names, Role::Dim);
    for (index, (object, texts)) in seen.iter().zip(&texts).enumerate() {
        let line = row(below(area, 1), index as u16);
        let inner = Area::new(line.x + 1, line.y, line.width.saturating_sub(1), 1);
        grid.draw(buffer, scene, inner, texts, Role::Text);
        if stale(sheet, object) {
            buffer.set_style(rect(line), scene.style(Role::Stale));
        }
        if browser.cursor.selected.as_ref() == Some(&object.uid) {
            buffer.set_style(rect(line), scene.style(Role::Selection));
            buffer[(line.x, line.y)].set_symbol(scene.glyph.bar);
        }
    }
}

/// Whether the part a row came from gives nothing new.
fn stale(sheet: &Sheet, object: &Row) -> bool {
    let of = |part: &&Part| part.namespace.is_none() || part.namespace == object.namespace;
    let part = sheet.parts.iter().find(of);
    part.is_some_and(|part| matches!(part.state, PartState::Failed { .. }))
}

fn heads(
    scene: &Scene<'_>,
    browser: &Browser,
    columns: &[(usize, &Column)],
    several: bool,
) -> Vec<grid::Head> {
    let namespace = several.then(|| grid::Head {
        name: "NAMESPACE".to_owned(),
        right: false,
    });
    let sign = if browser.reverse {
        scene.glyph.falling
    } else {
        scene.glyph.rising
    };
    let own = columns.iter().map(|(at, column)| {
        let mut name = column.name.to_uppercase();
        if browser.order == Order::Column(*at) {
            name.push_str(sign);
        }
        grid::Head {
            name,
            right: column.number,
        }
    });
    namespace.into_iter().chain(own).collect()
}

fn row_texts(
    scene: &Scene<'_>,
    object: &Row,
    columns: &[(usize, &Column)],
    several: bool,
) -> Vec<String> {
    let namespace = several.then(|| object.namespace.as_deref().unwrap_or_default().to_owned());
    let own = columns.iter().map(|(at, _)| {
        let cell = object.cells.get(*at);
        cell.map_or_else(String::new, |cell| cell.text(scene.now()).into_owned())
    });
    namespace.into_iter().chain(own).collect()
}
