//! Who is called next, and by which channel.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    escalating::{self, EscalationScreen, Rung},
    layout::Area,
};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::pickers::list;

/// Cells of the popup.
const WIDE: u16 = 76;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &EscalationScreen) {
    let rungs = escalating::rungs(scene.model, screen);
    let next = escalating::next(&rungs);
    let rows = rungs
        .iter()
        .enumerate()
        .map(|(at, rung)| row(scene, rung, at == next))
        .collect();
    let title = match escalating::about(scene.model, screen) {
        Some(line) => {
            let name = line.alert.name.as_str();
            scene.with("escalate-title", &[("alert", name.into())])
        }
        None => scene.t("escalate-title-none").to_owned(),
    };
    let selected = escalating::selected(screen, &rungs);
    list(buffer, scene, body, (&title, WIDE), rows, selected);
}

fn row<'a>(scene: &Scene<'a>, rung: &Rung, next: bool) -> (Line<'a>, Line<'a>) {
    let mut left = vec![scene.span(Role::Text, scene.pick(&rung.title).to_owned())];
    let ways: Vec<&str> = rung
        .ways
        .iter()
        .map(|(title, _)| scene.pick(title))
        .collect();
    let ways = if ways.is_empty() {
        scene.t("escalate-no-contact").to_owned()
    } else {
        ways.join(" · ")
    };
    left.push(scene.span(Role::Dim, format!("  {ways}")));
    if rung.outside {
        let outside = scene.t("escalate-outside");
        left.push(scene.span(Role::Warn, format!(" · {outside}")));
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
