//! Silences: what each hides, until when, by whom and why; those that want a look first.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    layout::Area,
    silences::{SilenceLine, SilenceState},
};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{document, wrap::wrap},
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, scroll: usize) {
    let width = usize::from(body.width).saturating_sub(4);
    let lines = match scene.model.silences.as_deref() {
        None => vec![scene.line(Role::Dim, format!(" {}", scene.t("silences-unread")))],
        Some([]) => {
            vec![scene.line(Role::Dim, format!(" {}", scene.t("silences-none")))]
        }
        Some(all) => all.iter().flat_map(|it| block(scene, it, width)).collect(),
    };
    let title = document::title(scene, scene.t("silences-title"));
    document::draw(buffer, scene, body, title, lines, scroll);
}

/// Its state and end, its matchers, who made it and why.
fn block<'a>(scene: &Scene<'a>, line: &SilenceLine, width: usize) -> Vec<Line<'a>> {
    let silence = &line.silence;
    let (role, key) = match line.state {
        SilenceState::Ending => (Role::Warn, "silence-ending"),
        SilenceState::Unread => (Role::Unknown, "silence-unread"),
        SilenceState::HidesNothing => (Role::Warn, "silence-hides-nothing"),
        SilenceState::Pending => (Role::Info, "silence-pending"),
        SilenceState::On => (Role::Text, "silence-on"),
    };
    let at = match line.state {
        SilenceState::Pending => silence.starts_at,
        _ => silence.ends_at,
    };
    let args = [
        ("count", line.hides.into()),
        ("left", scene.until(at).unwrap_or_default().into()),
        ("clock", time::day_and_clock(at, scene.zone()).into()),
    ];
    let mut lines = vec![scene.line(
        role,
        format!(" {} {}", scene.glyph.silenced, scene.with(key, &args)),
    )];
    let mut say = |role, text: &str| {
        for text in wrap(text, width) {
            lines.push(scene.line(role, format!("   {text}")));
        }
    };
    say(Role::Text, &silence.shown());
    let by = [
        ("who", silence.created_by.as_str().into()),
        ("comment", silence.comment.as_str().into()),
    ];
    say(Role::Dim, &scene.with("silence-by", &by));
    lines.push(Line::default());
    lines
}
