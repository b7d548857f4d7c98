//! The last line: what the keys do here, what was just done, or what is being typed.

use ratatui::{buffer::Buffer, layout::Position, text::Line};
use tui_input::Input;

use crate::app::{
    command::Command,
    event::Notice,
    guards::TickAsked,
    layout::Area,
    overlay::Overlay,
    view::{AlertsLine, CheckAsked, LogsLine, Pane, Typing, TypingWhat},
};
use crate::domain::logbook::Outcome;
use crate::i18n::action_words;
use crate::i18n::width::{cells, truncate};
use crate::theme::Role;

use super::hints::hints;
use super::scene::Scene;
use super::widgets::{
    canvas::{clip, put, put_sides},
    fit::spans_cells,
};

/// Draws the line and gives the cell of the cursor where something is typed on it.
pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) -> Option<Position> {
    let inner = Area::new(at.x + 1, at.y, at.width.saturating_sub(2), 1);
    if let Some(typing) = &scene.model.view.typing {
        return Some(typed(buffer, scene, typing, inner));
    }
    let right = right(scene, usize::from(inner.width));
    let taken = spans_cells(&right.spans);
    let room = usize::from(inner.width).saturating_sub(taken + usize::from(taken > 0) * 2);
    let left = hints(scene, room);
    put_sides(buffer, inner, left, right, scene.glyphs());
    None
}

/// The chord so far, else the last notice.
fn right<'a>(scene: &Scene<'a>, all: usize) -> Line<'a> {
    let width = all * 2 / 3;
    let view = &scene.model.view;
    if !view.chord.is_empty() {
        return clip(
            scene.line(
                Role::Accent,
                format!("{} {}", view.chord, scene.glyph.ellipsis),
            ),
            width,
            scene.glyphs(),
        );
    }
    match &view.notice {
        Some((notice, _)) => {
            let (role, text) = notice_text(scene, notice);
            // What went wrong, or why a key did nothing, may take the whole line: the hints come back with the next key.
            let width = if matches!(role, Role::Error | Role::Warn) {
                all
            } else {
                width
            };
            clip(scene.line(role, text), width, scene.glyphs())
        }
        None => ledger(scene),
    }
}

/// Whether what is done can be kept: without that nothing is.
fn ledger<'a>(scene: &Scene<'a>) -> Line<'a> {
    let sign = scene.glyph.ledger;
    match &scene.model.acts.ledger {
        None => Line::default(),
        Some(Ok(())) => scene.line(Role::Dim, format!("{sign} {}", scene.t("ledger-ok"))),
        Some(Err(_)) => scene.line(Role::Error, format!("{sign} {}", scene.t("ledger-away"))),
    }
}

fn notice_text(scene: &Scene<'_>, notice: &Notice) -> (Role, String) {
    let glyph = scene.glyph;
    let good = |text: String| (Role::Ok, format!("{} {text}", glyph.ok));
    let bad = |text: String| (Role::Error, format!("{} {text}", glyph.error));
    match notice {
        Notice::Copied(text) => {
            let what = text.split_whitespace().collect::<Vec<_>>().join(" ");
            // Enough to know it by; the keys beside it stay in sight.
            let what = truncate(&what, 36, scene.glyphs());
            good(scene.with("notice-copied", &[("what", (&*what).into())]))
        }
        Notice::CopyFailed(why) => {
            bad(scene.with("notice-copy-failed", &[("why", why.as_str().into())]))
        }
        Notice::Reloaded(what) => {
            good(scene.with("notice-reloaded", &[("what", what.as_str().into())]))
        }
        Notice::ReloadFailed { what, why } => bad(scene.with(
            "notice-reload-failed",
            &[("what", what.as_str().into()), ("why", why.as_str().into())],
        )),
        Notice::PackUnread { pack, why } => bad(scene.with(
            "notice-pack-unread",
            &[("pack", pack.as_str().into()), ("why", why.as_str().into())],
        )),
        Notice::SaveFailed(why) => {
            bad(scene.with("notice-save-failed", &[("why", why.as_str().into())]))
        }
        Notice::DeskRefused(why) => {
            bad(scene.with("notice-desk-refused", &[("why", why.as_str().into())]))
        }
        Notice::RecordingStopped(why) => {
            bad(scene.with("notice-recording-stopped", &[("why", why.as_str().into())]))
        }
        Notice::DeskOpened => {
            let back = scene.paint.keys.key(Command::PreviousDesk);
            good(match back.filter(|_| scene.model.desks.before.is_some()) {
                Some(key) => scene.with("notice-desk-opened", &[("key", key.into())]),
                None => scene.t("notice-desk-open").to_owned(),
            })
        }
        Notice::Exported { path, lines } => good(scene.with(
            "notice-exported",
            &[
                ("lines", lines.to_string().into()),
                ("path", path.as_str().into()),
            ],
        )),
        Notice::ExportFailed { path, why } => bad(scene.with(
            "notice-export-failed",
            &[("path", path.as_str().into()), ("why", why.as_str().into())],
        )),
        Notice::WhyNot(command, why) => {
            let title = command_title(scene, *command);
            let reason = why_not(scene, why.id());
            (Role::Warn, format!("{} {title}: {reason}", glyph.warn))
        }
        Notice::Mismatch(mismatch) => bad(super::actor::mismatch(scene, mismatch)),
        Notice::SignedIn => good(scene.t("notice-signed-in").to_owned()),
        Notice::SignInFailed(why) => {
            bad(scene.with("notice-sign-in-failed", &[("why", why.as_str().into())]))
        }
        Notice::TemplateBroken(why) => {
            bad(scene.with("notice-template", &[("why", why.as_str().into())]))
        }
        Notice::Refused(refusal) => {
            let why = scene.refusal(refusal);
            (Role::Warn, format!("{} {why}", glyph.warn))
        }
        Notice::Acknowledged(count) => {
            good(scene.with("notice-acknowledged", &[("count", (*count).into())]))
        }
        Notice::NotRecorded(refusal) => {
            let why = action_words::refusal(scene.paint.texts, refusal);
            bad(scene.with("notice-not-recorded", &[("why", why.into())]))
        }
        Notice::BadFilter(why) => {
            bad(scene.with("notice-bad-filter", &[("why", why.as_str().into())]))
        }
    }
}

/// The title of a command in the language of the screen.
pub fn command_title(scene: &Scene<'_>, command: Command) -> String {
    let key = format!("command-{}", command.id());
    scene.paint.texts.t(&key).to_owned()
}

/// Why a command can't be done, by its id.
pub fn why_not(scene: &Scene<'_>, id: &str) -> String {
    let key = format!("why-not-{id}");
    scene.paint.texts.t(&key).to_owned()
}

/// What is asked of a person about a check.
fn check_prompt(scene: &Scene<'_>, asked: &CheckAsked) -> String {
    let spec = scene.model.pack.check(&asked.check);
    let title = spec.map_or(asked.check.as_str(), |spec| scene.pick(&spec.title));
    let key = match asked.outcome {
        Outcome::Failed => "prompt-check-failed",
        Outcome::Skipped => "prompt-check-skipped",
        _ => "prompt-check-passed",
    };
    scene.with(key, &[("title", title.into())])
}

/// What is asked of a person about a part of a gate.
fn tick_prompt(scene: &Scene<'_>, asked: &TickAsked) -> String {
    let key = if asked.holds {
        "prompt-tick-holds"
    } else {
        "prompt-tick-fails"
    };
    let args = [
        ("gate", asked.gate.as_str().into()),
        ("tick", asked.tick.as_str().into()),
    ];
    scene.with(key, &args)
}

/// What stands before a line that is typed.
fn asked_for(scene: &Scene<'_>, what: &TypingWhat) -> String {
    match what {
        TypingWhat::Filter { .. }
        | TypingWhat::Rows { .. }
        | TypingWhat::Search { .. }
        | TypingWhat::EventFilter { .. }
        | TypingWhat::Journal { .. }
        | TypingWhat::Output { .. } => "/".to_owned(),
        TypingWhat::Acknowledge(_) => scene.t("prompt-acknowledge").to_owned(),
        TypingWhat::Emergency(_) => scene.t("prompt-emergency").to_owned(),
        TypingWhat::Evidence { .. } => scene.t("prompt-evidence").to_owned(),
        TypingWhat::Check(asked) => check_prompt(scene, asked),
        TypingWhat::Tick(asked) => tick_prompt(scene, asked),
        TypingWhat::Alerts { what, about } => {
            let key = match (what, about.len()) {
                (AlertsLine::Note, 1) => "prompt-alert-note",
                (AlertsLine::Note, _) => "prompt-alerts-note",
                (AlertsLine::Assign, 1) => "prompt-alert-assign",
                (AlertsLine::Assign, _) => "prompt-alerts-assign",
            };
            scene.with(key, &[("count", about.len().into())])
        }
        TypingWhat::Query => scene.t("prompt-query").to_owned(),
        TypingWhat::Namespaces => scene.t("prompt-namespaces").to_owned(),
        TypingWhat::Logs { what, .. } => match what {
            LogsLine::Filter => "/".to_owned(),
            LogsLine::Search => scene.t("prompt-logs-search").to_owned(),
            LogsLine::Time => scene.t("prompt-logs-time").to_owned(),
            LogsLine::Export => scene.t("prompt-logs-export").to_owned(),
        },
    }
}

fn typed(buffer: &mut Buffer, scene: &Scene<'_>, typing: &Typing, at: Area) -> Position {
    let prompt = asked_for(scene, &typing.what);
    let lead = cells(&prompt) as u16;
    put(
        buffer,
        at,
        scene.line(Role::KeyHintKey, prompt),
        scene.glyphs(),
    );
    let error = typing.error.as_deref().map(|error| {
        // What is no time is told by the id of the reason; the others in the words of an expression's parser.
        let error = match &typing.what {
            TypingWhat::Logs {
                what: LogsLine::Time,
                ..
            } => why_not(scene, error),
            _ => error.to_owned(),
        };
        let text = format!("{} {error}", scene.glyph.error);
        let most = usize::from(at.width) / 2;
        truncate(&text, most, scene.glyphs()).into_owned()
    });
    let taken = error.as_deref().map_or(0, |text| cells(text) as u16 + 2);
    let field = Area::new(at.x + lead, at.y, at.width.saturating_sub(lead + taken), 1);
    let cursor = input(buffer, scene, &typing.input, field);
    let short = scene.t("hint-language");
    let names = match &typing.what {
        TypingWhat::Filter { pane, .. } => Some(pane_labels(*pane)),
        TypingWhat::Journal { .. } => Some("  state= actor= action= target="),
        TypingWhat::EventFilter { .. } => Some("  reason= kind= name= type="),
        TypingWhat::Rows { .. } => match scene.model.view.overlays.last() {
            Some(Overlay::Nodes(_)) => Some("  role= version="),
            _ => Some("  namespace= column="),
        },
        _ => None,
    };
    let forms = match (&typing.what, names) {
        (_, Some(names)) => vec![format!("{short}{names}"), short.to_owned()],
        (
            TypingWhat::Logs {
                what: LogsLine::Filter | LogsLine::Search,
                ..
            }
            | TypingWhat::Output { .. },
            None,
        ) => vec![scene.t("hint-logs-language").to_owned()],
        (TypingWhat::Search { .. }, None) => vec![scene.t("hint-search-language").to_owned()],
        _ => Vec::new(),
    };
    if error.is_none() {
        language(buffer, scene, forms, &typing.input, field);
    }
    if let Some(error) = error {
        let wide = cells(&error) as u16;
        let x = at.x + at.width.saturating_sub(wide);
        put(
            buffer,
            Area::new(x, at.y, wide, 1),
            scene.line(Role::Error, error),
            scene.glyphs(),
        );
    }
    cursor
}

/// What can be asked of the items of a pane beside their labels.
const fn pane_labels(pane: Pane) -> &'static str {
    match pane {
        Pane::Pods => "  namespace= node= status= workload=",
        Pane::Alerts => "  state=",
        Pane::Slos | Pane::Queues => "",
    }
}

/// What a filter can be written in, at the end of the line it is typed on, while there is room for it.
fn language(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    forms: impl IntoIterator<Item = String>,
    input: &Input,
    at: Area,
) {
    let room = usize::from(at.width).saturating_sub(cells(input.value()) + 3);
    let Some(text) = forms.into_iter().find(|text| cells(text) <= room) else {
        return;
    };
    let wide = cells(&text) as u16;
    let area = Area::new(at.x + at.width - wide, at.y, wide, 1);
    put(
        buffer,
        area,
        scene.line(Role::KeyHint, text),
        scene.glyphs(),
    );
}

/// Draws a line of text with its cursor in sight and gives the cursor's cell.
pub fn input(buffer: &mut Buffer, scene: &Scene<'_>, input: &Input, at: Area) -> Position {
    let width = usize::from(at.width).max(1);
    let value = input.value();
    let split = value
        .char_indices()
        .nth(input.cursor())
        .map_or(value.len(), |(index, _)| index);
    let before = &value[..split];
    // One cell is kept for the cursor behind the last character.
    let (skipped, lead) = tail_from(before, width.saturating_sub(1));
    let shown = &value[skipped..];
    let style = scene.style(Role::Input);
    buffer.set_stringn(at.x, at.y, shown, width, style);
    Position::new(at.x + lead as u16, at.y)
}

/// From which byte on the end of a text fits into so many cells, and how many it takes.
fn tail_from(text: &str, width: usize) -> (usize, usize) {
    let mut from = 0;
    let mut wide = cells(text);
    for (index, c) in text.char_indices() {
        if wide <= width {
            break;
        }
        from = index + c.len_utf8();
        wide = cells(&text[from..]);
    }
    (from, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_line_stays_in_sight() {
        assert_eq!(tail_from("abcdef", 4), (2, 4));
        assert_eq!(tail_from("导出队列", 5), (6, 4));
        assert_eq!(tail_from("ab", 4), (0, 2));
    }
}
