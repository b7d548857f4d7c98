//! A confirmation: what would be done to what, on which facts, and the answer. The panes behind it go on moving.

mod answer;
mod blast;
mod body;
mod others;
mod second;

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    layout::Position,
    text::{Line, Span},
};

pub use self::body::{allowed, from_to};
use crate::actions::prompt::{Confirming, Phase, Prompt};
use crate::app::{layout::Area, prompting::PromptScreen};
use crate::domain::action::{refusal::Refusal, target::Target};
use crate::i18n::{
    action_words, by_hand, time,
    width::{cells, pad_right},
};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::{put, put_sides, row},
        fit::spans_cells,
        popup::{self, Place},
        wrap::wrap,
    },
};

/// The widest it gets: longer lines are hard to read.
const WIDEST: u16 = 104;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    screen: &PromptScreen,
) -> Option<Position> {
    let width = body.width.min(WIDEST);
    let inner = usize::from(width.saturating_sub(4));
    let prompt = &screen.prompt;
    let lines = lines(scene, screen, inner);
    let answer = answer::lines(scene, prompt, inner);
    let rows = lines.len() + answer.len() + 4;
    let height = u16::try_from(rows).unwrap_or(u16::MAX).min(body.height);
    let title = title(scene, screen);
    let area = popup::draw(buffer, scene, body, Place::Top, (width, height), &title);
    if area.height < 3 {
        return None;
    }
    let frame = Area::new(area.x - 1, area.y - 1, area.width + 2, 1);
    let used = cells(&title) + 3;
    let tail = tail(scene, screen, usize::from(frame.width).saturating_sub(used));
    let wide = u16::try_from(spans_cells(&tail.spans)).unwrap_or(u16::MAX);
    let at = Area::new(frame.x + frame.width.saturating_sub(wide), frame.y, wide, 1);
    put(buffer, at, tail, scene.glyphs());
    put_sides(
        buffer,
        row(area, 0),
        where_line(scene, &prompt.draft.target),
        read_line(scene, prompt),
        scene.glyphs(),
    );
    let foot = u16::try_from(answer.len()).unwrap_or(u16::MAX);
    let room = area.height.saturating_sub(foot + 1);
    scrolled(
        buffer,
        scene,
        Area::new(area.x, area.y + 1, area.width, room),
        lines,
        screen.scroll,
    );
    let foot_at = Area::new(
        area.x,
        area.y + area.height.saturating_sub(foot),
        area.width,
        foot.min(area.height),
    );
    if foot_at.height == foot {
        scene.paint.asking.set(true);
    }
    answer::draw(buffer, scene, foot_at, prompt, answer)
}

/// The lines from `scroll` on; the last row says how many more there are.
fn scrolled(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, lines: Vec<Line<'_>>, scroll: usize) {
    let height = usize::from(at.height);
    let first = scroll.min(lines.len().saturating_sub(height));
    scene.paint.scrolled.set(Some(first));
    let count = lines.len();
    for (index, line) in lines.into_iter().skip(first).take(height).enumerate() {
        put(buffer, row(at, index as u16), line, scene.glyphs());
    }
    if count > height && height > 0 {
        let last = (first + height).min(count);
        let text = format!(" {}{}{last}/{count}", first + 1, scene.glyph.dash);
        let wide = (cells(&text) as u16).min(at.width);
        let corner = row(at, at.height - 1);
        let corner = Area::new(corner.x + corner.width - wide, corner.y, wide, 1);
        put(buffer, corner, scene.line(Role::Dim, text), scene.glyphs());
    }
}

fn title(scene: &Scene<'_>, screen: &PromptScreen) -> String {
    let title = scene.pick(&screen.title);
    let title = if title.is_empty() {
        screen.prompt.draft.action.as_str()
    } else {
        title
    };
    if screen.prompt.undo_of.is_some() {
        return scene.with("prompt-undo", &[("title", title.into())]);
    }
    title.to_owned()
}

/// `T2 · prod · expires 1:42`, with less of it where there is no room.
fn tail<'a>(scene: &Scene<'a>, screen: &PromptScreen, room: usize) -> Line<'a> {
    let prompt = &screen.prompt;
    let tier = scene.span(tier_role(screen), format!(" {}", screen.tier));
    let mut spans = vec![tier];
    if let Some(demo) = &scene.model.desk.demo {
        spans.push(scene.dot());
        let mark = format!("{} {}", scene.t("demo-mark"), demo.scenario);
        spans.push(scene.span(Role::DemoMark, mark));
    } else {
        spans.push(scene.dot());
        spans.push(scene.span(Role::HeaderDesk, scene.model.desk.context.clone()));
    }
    let asks = matches!(prompt.phase, Phase::Preflighting(_) | Phase::Confirming(_));
    if asks {
        let left = prompt.deadline.saturating_sub(scene.model.now.mono);
        let role = if left < Duration::from_secs(20) {
            Role::Warn
        } else {
            Role::Dim
        };
        spans.push(scene.dot());
        let text = scene.with("prompt-expires", &[("left", time::countdown(left).into())]);
        spans.push(scene.span(role, text));
    }
    spans.push(Span::raw(" "));
    while spans.len() > 3 && spans_cells(&spans) > room {
        spans.remove(1);
        spans.remove(1);
    }
    Line::from(spans)
}

const fn tier_role(screen: &PromptScreen) -> Role {
    use crate::domain::action::tier::Tier;
    match screen.tier {
        Tier::T0 | Tier::T1 => Role::Accent,
        Tier::T2 => Role::Warn,
        Tier::T3 => Role::Error,
    }
}

/// `prod / prod / deployment/export-worker`
fn where_line<'a>(scene: &Scene<'a>, target: &Target) -> Line<'a> {
    let mut parts = vec![scene.model.desk.context.clone()];
    parts.extend(target.namespace().map(str::to_owned));
    let lead = format!("{} / ", parts.join(" / "));
    Line::from(vec![
        scene.span(Role::Dim, lead),
        scene.span(Role::HeaderDesk, target.to_string()),
    ])
}

/// When the facts were last read.
fn read_line<'a>(scene: &Scene<'a>, prompt: &Prompt) -> Line<'a> {
    let Some(asked) = prompt.confirming() else {
        return Line::default();
    };
    if asked.unread.is_some() {
        return scene.line(Role::Warn, scene.t("prompt-unread"));
    }
    let age = scene.model.now.mono.saturating_sub(asked.read);
    let age = format!("{:.1}", age.as_secs_f64());
    scene.line(Role::Dim, scene.with("prompt-read", &[("age", age.into())]))
}

fn lines<'a>(scene: &Scene<'a>, screen: &'a PromptScreen, width: usize) -> Vec<Line<'a>> {
    let prompt = &screen.prompt;
    match &prompt.phase {
        Phase::Preflighting(_) => {
            let text = format!("{} {}", scene.glyph.broken, scene.t("prompt-preflighting"));
            let mut lines = vec![Line::default(), scene.line(Role::Info, text)];
            lines.extend(drift_lines(scene, prompt, width));
            lines
        }
        Phase::Refused(refusal) => {
            let mut lines = refused_lines(scene, refusal, width);
            lines.extend(by_hand_lines(scene, prompt, refusal, width));
            lines
        }
        Phase::Confirming(asked) | Phase::Rechecking(asked, _) | Phase::Recording(asked, _) => {
            let mut lines = vec![Line::default()];
            lines.extend(body::lines(scene, screen, asked, width));
            lines.extend(unread_lines(scene, asked, width));
            lines
        }
        Phase::Launched(_) | Phase::Closed => Vec::new(),
    }
}

fn refused_lines<'a>(scene: &Scene<'a>, refusal: &Refusal, width: usize) -> Vec<Line<'a>> {
    let text = scene.refusal(refusal);
    let mut lines = vec![Line::default()];
    for (index, part) in wrap(&text, width.saturating_sub(2)).into_iter().enumerate() {
        let lead = if index == 0 { scene.glyph.error } else { " " };
        lines.push(scene.line(Role::Error, format!("{lead} {part}")));
    }
    lines
}

/// What can still be done where nothing may run from here: by hand, as the pack says or as the steps are.
fn by_hand_lines<'a>(
    scene: &Scene<'a>,
    prompt: &Prompt,
    refusal: &Refusal,
    width: usize,
) -> Vec<Line<'a>> {
    if !refusal.leaves_hands() {
        return Vec::new();
    }
    // What the pack says of an action is not how it is taken back.
    let spec = scene.model.acts.catalogue.spec(&prompt.draft.action);
    let own = spec.filter(|_| prompt.undo_of.is_none());
    let own = own.map_or(&[][..], |spec| &spec.by_hand);
    let texts = by_hand::lines(scene.paint.texts, &scene.model.desk, own, &prompt.draft);
    let mut lines = vec![
        Line::default(),
        scene.line(Role::Title, scene.t("prompt-by-hand")),
    ];
    for text in texts {
        for part in wrap(&text, width.saturating_sub(2)) {
            lines.push(scene.line(Role::Text, format!("  {part}")));
        }
    }
    lines
}

fn unread_lines<'a>(scene: &Scene<'a>, asked: &Confirming, width: usize) -> Vec<Line<'a>> {
    let Some(refusal) = &asked.unread else {
        return Vec::new();
    };
    let text = action_words::refusal(scene.paint.texts, refusal);
    wrap(&text, width)
        .into_iter()
        .map(|part| scene.line(Role::Warn, part))
        .collect()
}

/// The facts that drifted while it was open.
fn drift_lines<'a>(scene: &Scene<'a>, prompt: &Prompt, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (drift, _) in &prompt.drifts {
        let text = action_words::drift(scene.paint.texts, drift);
        for part in wrap(&text, width.saturating_sub(2)) {
            lines.push(scene.line(Role::Warn, format!("{} {part}", scene.glyph.warn)));
        }
    }
    lines
}

/// Cells of a field's name.
const KEY: usize = 14;

/// A field and what it says, in as many lines as it takes.
fn field<'a>(scene: &Scene<'a>, key: &str, spans: Vec<Span<'a>>, width: usize) -> Vec<Line<'a>> {
    let room = width.saturating_sub(KEY + 3).max(16);
    let key_cells = |first: bool| {
        let key = if first { key } else { "" };
        format!("  {} ", pad_right(key, KEY, scene.glyphs()))
    };
    if spans_cells(&spans) <= room && cells(key) <= KEY {
        let mut line = vec![scene.span(Role::Dim, key_cells(true))];
        line.extend(spans);
        return vec![Line::from(line)];
    }
    let mut lines = Vec::new();
    if cells(key) > KEY {
        // A name that is longer than its column stands on a line of its own.
        lines.push(scene.line(Role::Dim, format!("  {key}")));
    }
    let mut first = lines.is_empty();
    for group in groups(spans, room) {
        let mut line = vec![scene.span(Role::Dim, key_cells(first))];
        first = false;
        line.extend(group);
        lines.push(Line::from(line));
    }
    lines
}

/// Spans on lines of so many cells: one that does not fit beside others goes on a line of its own, wrapped.
fn groups(spans: Vec<Span<'_>>, room: usize) -> Vec<Vec<Span<'_>>> {
    let mut lines: Vec<Vec<Span<'_>>> = vec![Vec::new()];
    let mut used = 0;
    for span in spans {
        let wide = cells(&span.content);
        if used + wide <= room {
            used += wide;
            lines.last_mut().expect("there is always a line").push(span);
            continue;
        }
        let style = span.style;
        let text = span.content.trim_start();
        for part in wrap(text, room) {
            used = cells(&part);
            lines.push(vec![Span::styled(part, style)]);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
