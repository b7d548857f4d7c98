//! One pod: its state and why, containers, conditions, events, owners, labels.

mod container;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{layout::Area, overlay::PodScreen};
use crate::domain::{
    description::{is_bad_when_true, is_neutral},
    event::EventRow,
    explain::Cause,
    freshness::SourceId,
    pod_detail::{ConditionDetail, PodDetail},
};
use crate::i18n::width::pad_right;
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{
        document,
        wrap::{wrap, wrap_most},
    },
};

use super::explain::explanation_lines;
pub(super) use container::template_lines;
use container::{container_lines, said, setting_lines, why};

/// Cells of a field's name.
const KEY: usize = 12;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &PodScreen) {
    let width = usize::from(body.width).saturating_sub(2);
    let mut lines = Vec::new();
    if screen.gone {
        let text = format!(" {} {}", scene.glyph.warn, scene.t("pod-gone"));
        lines.push(scene.line(Role::Warn, text));
    }
    match &screen.detail {
        None => {
            let text = format!(" {} {}", scene.glyph.broken, scene.t("pod-loading"));
            lines.push(scene.line(Role::Info, text));
        }
        Some(Err(trouble)) => {
            lines.extend(panes::trouble_lines(
                scene,
                SourceId::Pods,
                trouble,
                None,
                width,
            ));
        }
        Some(Ok(detail)) => lines.extend(detail_lines(scene, screen, detail, width)),
    }
    let title = format!("{}/{}", screen.key.namespace, screen.key.name);
    let title = document::title(scene, title);
    document::draw(buffer, scene, body, title, lines, screen.scroll);
}

fn detail_lines<'t>(
    scene: &Scene<'t>,
    screen: &PodScreen,
    detail: &'t PodDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let mut lines = vec![state_line(scene, screen, detail)];
    lines.extend(explained(scene, screen, detail, width));
    lines.push(Line::default());
    lines.extend(place_lines(scene, detail));
    for container in &detail.containers {
        lines.push(Line::default());
        lines.extend(container_lines(scene, container, width));
    }
    if !detail.conditions.is_empty() {
        lines.push(Line::default());
        lines.push(heading(scene, scene.t("pod-conditions")));
        for condition in &detail.conditions {
            lines.extend(condition_lines(scene, condition, width));
        }
    }
    lines.push(Line::default());
    lines.extend(event_lines(scene, detail.events.as_deref(), width));
    for container in &detail.containers {
        let settings = setting_lines(scene, container, width);
        if !settings.is_empty() {
            lines.push(Line::default());
            lines.push(heading(scene, &container.name));
            lines.extend(settings);
        }
    }
    for (key, pairs) in [
        ("pod-labels", &detail.labels),
        ("pod-annotations", &detail.annotations),
    ] {
        if !pairs.is_empty() {
            lines.push(Line::default());
            lines.extend(pair_lines(scene, scene.t(key), pairs, width));
        }
    }
    lines
}

/// Names with their values under a heading, each on lines of its own.
pub(super) fn pair_lines<'t>(
    scene: &Scene<'_>,
    title: &str,
    pairs: &[(String, String)],
    width: usize,
) -> Vec<Line<'t>> {
    let mut lines = vec![heading(scene, title)];
    for (name, value) in pairs {
        for (index, text) in wrap(&format!("{name}={value}"), width.saturating_sub(3))
            .into_iter()
            .enumerate()
        {
            let role = if index == 0 { Role::Text } else { Role::Dim };
            lines.push(scene.line(role, format!("   {text}")));
        }
    }
    lines
}

pub(super) fn heading<'t>(scene: &Scene<'_>, text: &str) -> Line<'t> {
    scene.line(Role::Title, format!(" {text}"))
}

fn field<'t>(scene: &Scene<'_>, key: &str, mut value: Vec<Span<'t>>) -> Line<'t> {
    let key = pad_right(key, KEY, scene.glyphs());
    let mut spans = vec![scene.span(Role::Dim, format!("   {key} "))];
    spans.append(&mut value);
    Line::from(spans)
}

/// The row's own words, the last ones of a pod that is gone: they move while the detail is read again.
fn state_line<'t>(scene: &Scene<'t>, screen: &PodScreen, detail: &'t PodDetail) -> Line<'t> {
    let mut spans = Vec::new();
    let row = scene.model.cluster.pods.get(&screen.key.uid);
    match row.or(screen.last.as_deref()) {
        Some(pod) => {
            let (sign, role) = panes::health_mark(scene, pod.health);
            let sign = if sign == " " { scene.glyph.ok } else { sign };
            let role = if role == Role::Text { Role::Ok } else { role };
            // What it was is nobody's state any more.
            let (sign, role) = if row.is_some() {
                (sign, role)
            } else {
                (scene.glyph.dash, Role::Text)
            };
            spans.push(scene.span(role, format!(" {sign} {}", pod.status)));
            spans.push(scene.dot());
            let ready = scene.with(
                "pod-ready",
                &[
                    ("ready", u32::from(pod.ready).into()),
                    ("all", u32::from(pod.containers).into()),
                ],
            );
            spans.push(scene.span(Role::Text, ready));
            if pod.restarts > 0 {
                spans.push(scene.dot());
                let text = scene.with("pod-restarts", &[("count", pod.restarts.into())]);
                spans.push(scene.span(role, text));
            }
        }
        None => spans.push(scene.span(
            Role::Text,
            format!(" {} {}", scene.glyph.dash, detail.phase),
        )),
    }
    if let Some(created) = detail.created {
        spans.push(scene.dot());
        let text = scene.with("pod-age", &[("age", scene.age(created).into())]);
        spans.push(scene.span(Role::Text, text));
    }
    spans.push(scene.dot());
    let read = scene.with("pod-read", &[("age", scene.age(detail.read_at).into())]);
    spans.push(scene.span(Role::Dim, read));
    Line::from(spans)
}

/// The explanation, and until there is one what the containers themselves say.
fn explained<'t>(
    scene: &Scene<'_>,
    screen: &PodScreen,
    detail: &PodDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let known = scene.model.view.explaining.as_deref();
    let known = known.filter(|known| known.key.uid == screen.key.uid);
    match known.and_then(|known| known.explanation(scene.model)) {
        Some(Ok(explanation)) if explanation.finding.cause != Cause::Well => {
            explanation_lines(scene, &explanation, width)
        }
        _ => why_lines(scene, detail, width),
    }
}

/// Lines that the reasons of one container take at most.
const MOST_WHY: usize = 5;

/// Why it is not well: how containers last died, and what they wait for.
fn why_lines<'t>(scene: &Scene<'_>, detail: &PodDetail, width: usize) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    for container in &detail.containers {
        let Some(why) = why(scene, container) else {
            continue;
        };
        let text = format!("{}: {why}", container.name);
        let room = width.saturating_sub(KEY + 4);
        for (index, part) in wrap_most(&text, room, MOST_WHY, scene.glyphs())
            .into_iter()
            .enumerate()
        {
            let key = if index == 0 && lines.is_empty() {
                scene.t("pod-why")
            } else {
                ""
            };
            lines.push(field(scene, key, vec![scene.span(Role::Text, part)]));
        }
    }
    lines
}

fn place_lines<'t>(scene: &Scene<'_>, detail: &'t PodDetail) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let mut add = |key: &str, value: Option<&'t str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(field(scene, key, vec![scene.span(Role::Text, value)]));
        }
    };
    add(scene.t("pod-node"), detail.node.as_deref());
    add(scene.t("pod-ip"), detail.ip.as_deref());
    add(scene.t("pod-account"), detail.service_account.as_deref());
    add(scene.t("pod-qos"), detail.qos.as_deref());
    if !detail.owners.is_empty() {
        let chain = detail.owners.join(&format!(" {} ", scene.glyph.arrow));
        lines.push(field(
            scene,
            scene.t("pod-owners"),
            vec![scene.span(Role::Text, chain)],
        ));
    }
    lines
}

pub(super) fn condition_lines<'t>(
    scene: &Scene<'_>,
    condition: &ConditionDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let as_meant = (condition.status == "True") != is_bad_when_true(&condition.kind);
    let (sign, role) = match condition.status.as_str() {
        "True" | "False" if is_neutral(&condition.kind) => (scene.glyph.dash, Role::Text),
        "True" | "False" if as_meant => (scene.glyph.ok, Role::Ok),
        "True" | "False" => (scene.glyph.error, Role::Error),
        _ => (scene.glyph.unknown, Role::Unknown),
    };
    let kind = pad_right(&condition.kind, 28.min(width / 2), scene.glyphs());
    let mut spans = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(Role::Text, kind),
        scene.span(role, format!(" {}", condition.status)),
    ];
    if let Some(since) = condition.since {
        let ago = scene.with("ago", &[("age", scene.age(since).into())]);
        spans.push(scene.span(Role::Dim, format!("  {ago}")));
    }
    let mut lines = vec![Line::from(spans)];
    let why = said(&condition.reason, &condition.message);
    if !why.is_empty() && role != Role::Ok {
        for text in wrap(&why, width.saturating_sub(5)) {
            lines.push(scene.line(Role::Dim, format!("     {text}")));
        }
    }
    lines
}

/// The events about one object; `None` where they may not be read.
pub(super) fn event_lines<'t>(
    scene: &Scene<'t>,
    events: Option<&[EventRow]>,
    width: usize,
) -> Vec<Line<'t>> {
    let mut lines = vec![heading(scene, scene.t("pod-events"))];
    let note = |sign: &str, role, key| {
        let text = format!(" {sign} {}", scene.t(key));
        scene.line(role, text)
    };
    match events {
        None => lines.push(note(scene.glyph.unknown, Role::Warn, "pod-events-denied")),
        Some([]) => {
            lines.push(note(scene.glyph.dash, Role::Dim, "pod-events-none"));
        }
        Some(events) => {
            for event in events {
                let (sign, role) = if event.warning {
                    (scene.glyph.warn, Role::Warn)
                } else {
                    (" ", Role::Text)
                };
                let age = event.last.or(event.first).map(|at| scene.age(at));
                let count = if event.count > 1 {
                    format!(" {}{}", scene.glyph.times, event.count)
                } else {
                    String::new()
                };
                let lead = format!("{:>6}  ", age.unwrap_or_default());
                let mut head = vec![
                    scene.span(role, format!(" {sign} ")),
                    scene.span(Role::Dim, lead),
                    scene.span(role, format!("{}{count}", event.reason)),
                ];
                let mut texts = wrap(&event.message, width.saturating_sub(11)).into_iter();
                let used: usize = head.iter().map(Span::width).sum();
                let short = crate::i18n::width::cells(&event.message) + used + 2 <= width;
                if short && let Some(text) = texts.next() {
                    head.push(scene.span(Role::Text, format!("  {text}")));
                }
                lines.push(Line::from(head));
                if !short {
                    lines.extend(
                        texts.map(|text| scene.line(Role::Text, format!("           {text}"))),
                    );
                }
            }
        }
    }
    lines
}
