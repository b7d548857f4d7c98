//! The small lists over the lines: how far back, which containers and pods.

use std::collections::BTreeMap;

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    layout::Area,
    logs::{Choice, LogScreen, Popup, label::shortened},
};
use crate::domain::{log::StreamState, pod_detail::ContainerKind};
use crate::theme::Role;
use crate::ui::{overlays::pickers, scene::Scene};

use super::status::span;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &LogScreen) {
    let (title, selected) = match screen.popup {
        Some(Popup::Range(at)) => ("logs-range-title", at),
        Some(Popup::Containers(at)) => ("logs-containers-title", at),
        None => return,
    };
    let choices = screen.choices();
    let names = choices.iter().filter_map(|choice| match choice {
        Choice::Pod(pod, _) => Some(pod.name.as_str()),
        _ => None,
    });
    let short = shortened(&names.collect());
    let rows = choices
        .iter()
        .map(|choice| choice_row(scene, screen, choice, &short))
        .collect();
    pickers::list(
        buffer,
        scene,
        body,
        (scene.paint.texts.t(title), 34),
        rows,
        selected,
    );
}

fn choice_row<'t>(
    scene: &Scene<'t>,
    screen: &LogScreen,
    choice: &Choice,
    short: &BTreeMap<&str, &str>,
) -> (Line<'t>, Line<'t>) {
    let chosen = screen.is_chosen(choice);
    let role = if chosen { Role::Text } else { Role::Dim };
    let sign = match (choice, chosen) {
        (Choice::Since(_) | Choice::Tail(_), true) => scene.glyph.pointer,
        (Choice::Since(_) | Choice::Tail(_), false) => " ",
        (_, true) => scene.glyph.checked,
        (_, false) => scene.glyph.unchecked,
    };
    let row = |text: String| scene.line(role, format!("{sign} {text}"));
    match choice {
        Choice::Since(Some(since)) => {
            let span = span(*since);
            let text = scene.with("logs-since", &[("span", span.into())]);
            (row(text), Line::default())
        }
        Choice::Since(None) => (row(scene.t("logs-since-all").to_owned()), Line::default()),
        Choice::Tail(tail) => {
            let text = scene.with("logs-tail", &[("count", tail.to_string().into())]);
            (row(text), Line::default())
        }
        Choice::Container(name, kind) => {
            let kind = match kind {
                ContainerKind::Main => "",
                ContainerKind::Init => scene.t("logs-kind-init"),
                ContainerKind::Sidecar => scene.t("logs-kind-sidecar"),
                ContainerKind::Ephemeral => scene.t("logs-kind-ephemeral"),
            };
            (row(name.to_string()), scene.line(Role::Dim, kind))
        }
        Choice::Pod(pod, state) => {
            let (role, word) = state_word(scene, state);
            let name = short.get(pod.name.as_str()).copied();
            let name = name.unwrap_or(&pod.name).to_owned();
            (row(name), scene.line(role, word))
        }
    }
}

fn state_word<'t>(scene: &Scene<'t>, state: &StreamState) -> (Role, &'t str) {
    match state {
        StreamState::Opening => (Role::Info, scene.t("logs-state-opening")),
        StreamState::Live => (Role::Ok, scene.t("logs-state-live")),
        StreamState::Waiting(_) => (Role::Warn, scene.t("logs-state-waiting")),
        StreamState::Broken(_) => (Role::Warn, scene.t("logs-state-broken")),
        StreamState::Refused(_) => (Role::Error, scene.t("logs-state-refused")),
        StreamState::Ended => (Role::Dim, scene.t("logs-state-ended")),
        StreamState::Gone => (Role::Dim, scene.t("logs-state-gone")),
    }
}
