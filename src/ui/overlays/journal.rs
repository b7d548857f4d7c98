//! The journal: runs by time, with what was refused and noted between them.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use super::run;
use crate::app::{
    command::Command,
    journal::{JournalRow, JournalScreen},
    layout::Area,
    running::{actor, is_unsettled},
};
use crate::domain::{
    action::{
        record::{Entry, Run, RunState},
        refusal::Refusal,
        verdict::Verdict,
    },
    clean::clean,
    time::since,
};
use crate::i18n::{
    action_words, time,
    width::{pad_right, truncate},
};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        document,
        wrap::wrap_most,
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &JournalScreen) {
    let rows = screen.rows(scene.model);
    let tail = tail(scene, screen, rows.len());
    let title = document::title(scene, scene.t("journal-title"));
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    let list = below(body, 1);
    if rows.is_empty() {
        let key = if screen.filter.is_empty() {
            "journal-empty"
        } else {
            "journal-filtered"
        };
        let text = format!(" {} {}", scene.glyph.dash, scene.t(key));
        put(
            buffer,
            row(list, 0),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
        return;
    }
    let at = screen.at(&rows);
    let foot = foot(scene, &rows[at], usize::from(list.width).saturating_sub(4));
    let height = usize::from(list.height).saturating_sub(foot.len()).max(1);
    for (index, line) in foot.into_iter().enumerate() {
        let y = height + index;
        if y < usize::from(list.height) {
            put(buffer, row(list, y as u16), line, scene.glyphs());
        }
    }
    let first = screen.offset.clamp((at + 1).saturating_sub(height), at);
    for (index, entry) in rows.iter().enumerate().skip(first).take(height) {
        let place = row(list, (index - first) as u16);
        let line = line(scene, entry, usize::from(place.width));
        put(buffer, place, line, scene.glyphs());
        if index == at {
            buffer.set_style(rect(place), scene.style(Role::Selection));
            buffer[(place.x, place.y)].set_symbol(scene.glyph.bar);
        }
    }
}

/// Of a row that can't be opened all there is to it.
fn foot<'a>(scene: &Scene<'a>, entry: &JournalRow, width: usize) -> Vec<Line<'a>> {
    let JournalRow::Aside(_, aside) = entry else {
        return Vec::new();
    };
    wrap_most(&told(scene, &aside.entry), width, 4, scene.glyphs())
        .into_iter()
        .map(|part| scene.line(Role::Text, format!("  {part}")))
        .collect()
}

fn told(scene: &Scene<'_>, entry: &Entry) -> String {
    match entry {
        Entry::Refused {
            refusal, params, ..
        } => {
            let mut text = action_words::refusal(scene.paint.texts, refusal);
            for (name, value) in params {
                let value = action_words::value(scene.paint.texts, value);
                for part in [" ", scene.glyph.dot, " ", name, " = ", &value] {
                    text.push_str(part);
                }
            }
            text
        }
        Entry::Note { text, .. } => clean(text).into_owned(),
        other => action_words::entry(scene.paint.texts, other),
    }
}

/// What is filtered and what the ledger says of itself.
fn tail<'a>(scene: &Scene<'a>, screen: &JournalScreen, count: usize) -> Line<'a> {
    let mut spans = Vec::new();
    if let Some(Err(why)) = &scene.model.acts.ledger {
        let text = scene.with("ledger-away-why", &[("why", why.as_str().into())]);
        spans.push(scene.span(Role::Error, format!(" {text} ")));
    }
    if !screen.filter.is_empty() {
        spans.push(scene.span(Role::Match, format!(" /{} ", screen.filter.text())));
    }
    if count > 0 {
        spans.push(scene.span(Role::Dim, format!(" {count} ")));
    }
    Line::from(spans)
}

fn line<'a>(scene: &Scene<'a>, entry: &'a JournalRow, width: usize) -> Line<'a> {
    match entry {
        JournalRow::Run(run) => run_line(scene, run, width),
        JournalRow::Aside(_, aside) => {
            let (role, sign, word) = match &aside.entry {
                Entry::Refused {
                    refusal: Refusal::Declined,
                    ..
                } => (Role::Dim, scene.glyph.silenced, "journal-declined"),
                Entry::Refused { .. } => (Role::Warn, scene.glyph.silenced, "journal-refused"),
                _ => (Role::Dim, scene.glyph.mark, "journal-note"),
            };
            let mut spans = lead(scene, entry, width, (sign, role, scene.t(word)));
            if let (None, None) = entry.about(None) {
                // What is about nothing of the desk needs no columns for it.
                spans.truncate(3);
            }
            let text = told(scene, &aside.entry);
            spans.push(scene.span(Role::Dim, format!(" {text}")));
            Line::from(spans)
        }
    }
}

/// When, how it stands, who, what on what.
fn lead<'a>(
    scene: &Scene<'a>,
    entry: &JournalRow,
    width: usize,
    (sign, role, word): (&'a str, Role, &str),
) -> Vec<Span<'a>> {
    let wide = width >= 120;
    let (who, state, action, target) = if wide {
        (16, 18, 30, 34)
    } else {
        (8, 13, 19, 22)
    };
    let cell = |text: &str, width: usize| pad_right(text, width, scene.glyphs());
    let short = |text: Option<String>, width: usize| {
        let text = text.unwrap_or_default();
        cell(&truncate(&text, width, scene.glyphs()), width)
    };
    let (act, on) = entry.about(scene.model.desk.namespaces.only());
    // The pack's name is left out where room is short.
    let act = act.map(|act| match act.split_once('/') {
        Some((_, name)) if !wide => name.to_owned(),
        _ => act,
    });
    // It stands before the name: what comes last is cut off first.
    let act = act.map(|act| match entry {
        JournalRow::Run(run) if run.intent.undo_of.is_some() => {
            format!("{} {act}", scene.t("run-is-undo"))
        }
        _ => act,
    });
    vec![
        scene.span(
            Role::Dim,
            format!(" {} ", time::day_and_clock(entry.at(), scene.zone())),
        ),
        scene.span(role, format!("{sign} {} ", cell(word, state))),
        scene.span(Role::Text, format!("{} ", cell(&actor(entry.actor()), who))),
        scene.span(Role::Accent, format!("{} ", short(act, action))),
        scene.span(Role::Text, short(on, target)),
    ]
}

fn run_line<'a>(scene: &Scene<'a>, run: &'a std::sync::Arc<Run>, width: usize) -> Line<'a> {
    let (sign, role) = run::mark(scene, run);
    let state = action_words::state(scene.paint.texts, &run.state);
    let entry = JournalRow::Run(std::sync::Arc::clone(run));
    let mut spans = lead(scene, &entry, width, (sign, role, &state));
    let end = run.ended_at.unwrap_or_else(|| scene.clocked());
    let took = time::short(since(run.asked_at, end));
    spans.push(scene.span(Role::Dim, format!(" {took}")));
    if run.intent.plan.helped.is_some()
        && let RunState::Ended(end) = &run.state
    {
        let word = match end.verdict {
            Verdict::Verified => Some((Role::Ok, "journal-helped")),
            Verdict::NotHelped => Some((Role::Warn, "journal-not-helped")),
            _ => None,
        };
        if let Some((role, key)) = word {
            spans.push(scene.span(role, format!(" {}", scene.t(key))));
        }
    }
    if is_unsettled(run) {
        let key = scene
            .paint
            .keys
            .key(Command::RunAcknowledge)
            .unwrap_or_default();
        let text = scene.with("journal-unsettled", &[("key", key.into())]);
        spans.push(scene.span(Role::Error, format!(" {text}")));
    }
    Line::from(spans)
}
