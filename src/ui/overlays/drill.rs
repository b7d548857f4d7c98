//! How a drill goes, and how it went: its clocks, and what was done in it.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{drilling::standing, layout::Area};
use crate::i18n::drill_words::{self, Tone};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{document, wrap::wrap},
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, scroll: usize) {
    let width = usize::from(body.width).saturating_sub(4);
    let title = scene.model.drill_spec().map(|spec| scene.pick(&spec.title));
    let title = title.map_or_else(
        || scene.t("drill-title").to_owned(),
        |of| format!("{} {} {of}", scene.t("drill-title"), scene.glyph.dot),
    );
    let title = document::title(scene, title);
    document::draw(buffer, scene, body, title, lines(scene, width), scroll);
}

fn lines<'a>(scene: &Scene<'a>, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut say = |role, lead: &str, text: &str| {
        for text in wrap(text, width) {
            lines.push(scene.line(role, format!("{lead}{text}")));
        }
    };
    let Some(record) = standing(scene.model) else {
        say(Role::Dim, " ", scene.t("drill-waits"));
        return lines;
    };
    let over = record.recovered.is_some();
    let head = if over {
        "drill-is-over"
    } else {
        "drill-goes-on"
    };
    say(Role::Info, " ", scene.t(head));
    for (tone, text) in drill_words::score(scene.paint.texts, &record, !over) {
        match tone {
            Tone::Heading => {
                say(Role::Text, "", " ");
                say(Role::Title, " ", &text);
            }
            Tone::Good => say(Role::Ok, "   ", &text),
            Tone::Bad => say(Role::Error, "   ", &text),
            Tone::Plain => say(Role::Text, "   ", &text),
        }
    }
    lines
}
