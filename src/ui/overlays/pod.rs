//! One pod: its state and why, containers, conditions, events, owners, labels.

use std::fmt::Write as _;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{layout::Area, overlay::PodScreen};
use crate::domain::{
    freshness::SourceId,
    pod_detail::{ConditionDetail, ContainerDetail, ContainerKind, ContainerState, PodDetail},
};
use crate::i18n::{time, width::pad_right};
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{document, wrap::wrap},
};

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
    lines.extend(why_lines(scene, detail, width));
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
    lines.extend(event_lines(scene, detail, width));
    for (key, pairs) in [
        ("pod-labels", &detail.labels),
        ("pod-annotations", &detail.annotations),
    ] {
        if pairs.is_empty() {
            continue;
        }
        lines.push(Line::default());
        lines.push(heading(scene, scene.t(key)));
        for (name, value) in pairs {
            for (index, text) in wrap(&format!("{name}={value}"), width.saturating_sub(3))
                .into_iter()
                .enumerate()
            {
                let role = if index == 0 { Role::Text } else { Role::Dim };
                lines.push(scene.line(role, format!("   {text}")));
            }
        }
    }
    lines
}

fn heading<'t>(scene: &Scene<'_>, text: &'t str) -> Line<'t> {
    scene.line(Role::Title, format!(" {text}"))
}

fn field<'t>(scene: &Scene<'_>, key: &str, mut value: Vec<Span<'t>>) -> Line<'t> {
    let key = pad_right(key, KEY, scene.glyphs());
    let mut spans = vec![scene.span(Role::Dim, format!("   {key} "))];
    spans.append(&mut value);
    Line::from(spans)
}

/// The row's own words where the pod is still there: they move while the detail is read again.
fn state_line<'t>(scene: &Scene<'t>, screen: &PodScreen, detail: &'t PodDetail) -> Line<'t> {
    let mut spans = Vec::new();
    match scene.model.cluster.pods.get(&screen.key.uid) {
        Some(pod) => {
            let (sign, role) = panes::health_mark(scene, pod.health);
            let sign = if sign == " " { scene.glyph.ok } else { sign };
            let role = if role == Role::Text { Role::Ok } else { role };
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

/// Why it is not well: what containers wait for, and how they last died.
fn why_lines<'t>(scene: &Scene<'_>, detail: &PodDetail, width: usize) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    for container in &detail.containers {
        let Some(why) = why(scene, container) else {
            continue;
        };
        let text = format!("{}: {why}", container.name);
        for (index, part) in wrap(&text, width.saturating_sub(KEY + 4))
            .into_iter()
            .take(4)
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

fn why(scene: &Scene<'_>, container: &ContainerDetail) -> Option<String> {
    let mut parts = Vec::new();
    match &container.state {
        ContainerState::Waiting { reason, message } => {
            parts.push(said(reason, message));
        }
        ContainerState::Terminated { code, .. } if *code != 0 => {
            parts.push(death(scene, container, &container.state));
        }
        _ => {}
    }
    if let Some(last @ ContainerState::Terminated { code, .. }) = &container.last_state
        && (*code != 0 || !parts.is_empty())
    {
        let text = death(scene, container, last);
        parts.push(scene.with("pod-died", &[("how", text.into())]));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn said(reason: &str, message: &str) -> String {
    match (reason.is_empty(), message.is_empty()) {
        (_, true) => reason.to_owned(),
        (true, false) => message.to_owned(),
        (false, false) => format!("{reason}: {message}"),
    }
}

/// How a container ended: reason, code, when, and the limit it had when it ran out of memory.
fn death(scene: &Scene<'_>, container: &ContainerDetail, state: &ContainerState) -> String {
    let ContainerState::Terminated {
        reason,
        message,
        code,
        at,
    } = state
    else {
        return String::new();
    };
    let mut text = said(reason, message);
    let exit = scene.with("pod-exit", &[("code", (*code).to_string().into())]);
    let _ = write!(text, " ({exit}");
    if let Some(at) = at {
        let ago = scene.with("ago", &[("age", scene.age(*at).into())]);
        let clock = time::clock_seconds(*at, scene.zone());
        let _ = write!(text, ", {clock}, {ago}");
    }
    text.push(')');
    if reason == "OOMKilled"
        && let (_, Some(limit)) = &container.memory
    {
        let limit = scene.with("pod-memory-limit", &[("limit", limit.as_str().into())]);
        let _ = write!(text, ", {limit}");
    }
    text
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

fn container_lines<'t>(
    scene: &Scene<'_>,
    container: &'t ContainerDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let kind = match container.kind {
        ContainerKind::Init => scene.t("container-init"),
        ContainerKind::Sidecar => scene.t("container-sidecar"),
        ContainerKind::Main => scene.t("container-main"),
        ContainerKind::Ephemeral => scene.t("container-ephemeral"),
    };
    let (sign, role) = container_mark(scene, container);
    let mut head = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(Role::Title, container.name.as_str()),
        scene.span(Role::Dim, format!(" {kind}")),
        scene.dot(),
        scene.span(role, state_text(scene, &container.state)),
    ];
    if container.restarts > 0 {
        head.push(scene.span(
            role,
            format!(" {}{}", scene.glyph.times, container.restarts),
        ));
    }
    let mut lines = vec![Line::from(head)];
    let mut add = |key: &str, value: String| {
        if value.is_empty() {
            return;
        }
        for (index, text) in wrap(&value, width.saturating_sub(KEY + 4))
            .into_iter()
            .enumerate()
        {
            let key = if index == 0 { key } else { "" };
            lines.push(field(scene, key, vec![scene.span(Role::Text, text)]));
        }
    };
    add(scene.t("container-image"), container.image.clone());
    if let Some(last) = &container.last_state {
        let text = match last {
            ContainerState::Terminated { .. } => death(scene, container, last),
            other => state_text(scene, other),
        };
        add(scene.t("container-last"), text);
    }
    add(scene.t("container-cpu"), asked(scene, &container.cpu));
    add(scene.t("container-memory"), asked(scene, &container.memory));
    add(scene.t("container-ports"), container.ports.join(", "));
    for probe in &container.probes {
        add(scene.t("container-probe"), probe.clone());
    }
    lines
}

fn container_mark(scene: &Scene<'_>, container: &ContainerDetail) -> (&'static str, Role) {
    let glyph = scene.glyph;
    match &container.state {
        ContainerState::Running { .. } if container.ready => (glyph.ok, Role::Ok),
        ContainerState::Running { .. } => (glyph.warn, Role::Warn),
        ContainerState::Terminated { code: 0, .. } => (glyph.ok, Role::Dim),
        ContainerState::Waiting { reason, .. }
            if matches!(reason.as_str(), "ContainerCreating" | "PodInitializing") =>
        {
            (glyph.moving, Role::Info)
        }
        ContainerState::Terminated { .. } | ContainerState::Waiting { .. } => {
            (glyph.error, Role::Error)
        }
        ContainerState::Unknown => (glyph.unknown, Role::Unknown),
    }
}

fn state_text(scene: &Scene<'_>, state: &ContainerState) -> String {
    match state {
        ContainerState::Waiting { reason, .. } => {
            scene.with("state-waiting", &[("reason", reason.as_str().into())])
        }
        ContainerState::Running { since: Some(since) } => {
            scene.with("state-running-for", &[("age", scene.age(*since).into())])
        }
        ContainerState::Running { since: None } => scene.t("state-running").to_owned(),
        ContainerState::Terminated { reason, code, .. } => scene.with(
            "state-terminated",
            &[
                ("reason", reason.as_str().into()),
                ("code", (*code).to_string().into()),
            ],
        ),
        ContainerState::Unknown => scene.t("state-not-known").to_owned(),
    }
}

/// `256Mi, limit 512Mi`
fn asked(scene: &Scene<'_>, (request, limit): &(Option<String>, Option<String>)) -> String {
    let part = |key, value: &String| scene.with(key, &[("value", value.as_str().into())]);
    let parts: Vec<String> = [
        request
            .as_ref()
            .map(|value| part("container-request", value)),
        limit.as_ref().map(|value| part("container-limit", value)),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

fn condition_lines<'t>(
    scene: &Scene<'_>,
    condition: &ConditionDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let (sign, role) = match condition.status.as_str() {
        "True" => (scene.glyph.ok, Role::Ok),
        "False" => (scene.glyph.error, Role::Error),
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
    if !why.is_empty() && condition.status != "True" {
        for text in wrap(&why, width.saturating_sub(5)) {
            lines.push(scene.line(Role::Dim, format!("     {text}")));
        }
    }
    lines
}

fn event_lines<'t>(scene: &Scene<'t>, detail: &PodDetail, width: usize) -> Vec<Line<'t>> {
    let mut lines = vec![heading(scene, scene.t("pod-events"))];
    let note = |sign: &str, role, key| {
        let text = format!(" {sign} {}", scene.t(key));
        scene.line(role, text)
    };
    match &detail.events {
        None => lines.push(note(scene.glyph.unknown, Role::Warn, "pod-events-denied")),
        Some(events) if events.is_empty() => {
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
