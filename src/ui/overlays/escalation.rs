//! Who is called next, and by which channel.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    escalating::{self, EscalationScreen, Rung},
    layout::Area,
};
use crate::domain::alert::Severity;
use crate::theme::Role;
use crate::ui::{scene::Scene, widgets::wrap::wrap};

use super::pickers::list_over;

/// Cells of the popup.
const WIDE: u16 = 76;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &EscalationScreen) {
    let rungs = escalating::rungs(scene.model, screen);
    let next = escalating::next(&rungs);
    let rows: Vec<_> = rungs
        .iter()
        .enumerate()
        .map(|(at, rung)| row(scene, rung, at == next))
        .collect();
    let title = match escalating::about(scene.model, screen) {
        Some(line) => {
            let name = line.alert.name.as_str();
            let title = scene.with("escalate-title", &[("alert", name.into())]);
            match channels(scene, line.severity) {
                words if words.is_empty() => title,
                words => format!("{title} {} {words}", scene.glyph.dot),
            }
        }
        None => scene.t("escalate-title-none").to_owned(),
    };
    let selected = escalating::selected(screen, &rungs);
    let below = rungs
        .get(selected)
        .map(|rung| whole(scene, rung, &rows[selected], body))
        .unwrap_or_default();
    list_over(buffer, scene, body, (&title, WIDE), (rows, selected), below);
}

/// All of a rung whose row is too short for it: nobody dials half a number.
fn whole<'a>(
    scene: &Scene<'a>,
    rung: &Rung,
    (left, right): &(Line<'_>, Line<'_>),
    body: Area,
) -> Vec<Line<'a>> {
    let room = usize::from(WIDE.min(body.width)).saturating_sub(4);
    if left.width() + 1 + right.width() <= room {
        return Vec::new();
    }
    let mut lines = vec![Line::default()];
    for way in &rung.ways {
        let dot = scene.glyph.dot;
        let mut text = format!("{} {dot} {}", way.via, scene.pick(&way.title));
        if way.outside {
            text = format!("{text} {dot} {}", scene.t("escalate-outside"));
        }
        let role = if way.outside { Role::Warn } else { Role::Info };
        let parts = wrap(&text, room).into_iter();
        lines.extend(parts.map(|part| scene.line(role, part)));
    }
    lines
}

/// The ways by which people are told of alerts of a severity, in words; empty where the pack names none.
pub(super) fn channels(scene: &Scene<'_>, severity: Severity) -> String {
    let Some(spec) = scene.model.pack.severity(severity) else {
        return String::new();
    };
    let words: Vec<&str> = spec
        .channels
        .iter()
        .map(|channel| match channel.as_str() {
            "phone" => scene.t("channel-phone"),
            "sms" => scene.t("channel-sms"),
            "mail" => scene.t("channel-mail"),
            "feishu" => scene.t("channel-feishu"),
            other => other,
        })
        .collect();
    words.join(" + ")
}

fn row<'a>(scene: &Scene<'a>, rung: &Rung, next: bool) -> (Line<'a>, Line<'a>) {
    let mut left = vec![scene.span(Role::Text, scene.pick(&rung.title).to_owned())];
    if rung.ways.is_empty() {
        let none = scene.t("escalate-no-contact");
        left.push(scene.span(Role::Dim, format!("  {none}")));
    }
    for (at, way) in rung.ways.iter().enumerate() {
        left.push(scene.span(Role::Info, format!("  {}", way.via)));
        // One person may be reached by several ways.
        let next = rung.ways.get(at + 1);
        if next.is_none_or(|next| next.title != way.title || next.outside != way.outside) {
            let title = scene.pick(&way.title);
            left.push(scene.span(Role::Dim, format!(" {title}")));
            if way.outside {
                let outside = scene.t("escalate-outside");
                left.push(scene.span(Role::Warn, format!(" · {outside}")));
            }
        }
    }
    let right = match &rung.called {
        Some(call) => {
            let args = [("age", scene.ledger_age(call.at).into())];
            scene.line(Role::Ok, scene.with("escalate-called", &args))
        }
        None if next => scene.line(Role::Accent, scene.t("escalate-next")),
        None => Line::default(),
    };
    (Line::from(left), right)
}
