//! One container: what it is doing, how it last ended, what it asked for.

use std::fmt::Write as _;

use ratatui::text::Line;

use crate::domain::pod_detail::{ContainerDetail, ContainerKind, ContainerState};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{scene::Scene, widgets::wrap::wrap};

use super::{KEY, field};

/// Why a container is not well, the cause first: how it last died, then what it waits for.
pub(super) fn why(scene: &Scene<'_>, container: &ContainerDetail) -> Option<String> {
    let mut parts = Vec::new();
    let waits = matches!(container.state, ContainerState::Waiting { .. });
    for state in [&container.state].into_iter().chain(&container.last_state) {
        let ContainerState::Terminated { code, .. } = state else {
            continue;
        };
        if *code != 0 || (waits && container.restarts > 0) {
            parts.push(cause(scene, container, state));
        }
    }
    if let ContainerState::Waiting { reason, message } = &container.state {
        parts.push(said(reason, &without_names(message)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `OOMKilled, exit 137, limit 512Mi, 2m ago`, then the container's own words.
fn cause(scene: &Scene<'_>, container: &ContainerDetail, state: &ContainerState) -> String {
    let ContainerState::Terminated {
        reason,
        message,
        code,
        at,
    } = state
    else {
        return String::new();
    };
    let mut parts = Vec::new();
    if !reason.is_empty() {
        parts.push(reason.clone());
    }
    parts.push(scene.with("pod-exit", &[("code", (*code).to_string().into())]));
    if reason == "OOMKilled"
        && let (_, Some(limit)) = &container.memory
    {
        parts.push(scene.with("container-limit", &[("value", limit.as_str().into())]));
    }
    if let Some(at) = at {
        parts.push(scene.with("ago", &[("age", scene.age(*at).into())]));
    }
    let how = parts.join(", ");
    said(&how, &without_names(message))
}

/// What the kubelet says without the names it repeats: `container=main pod=x_prod(uid)` stand on the same screen.
fn without_names(message: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for word in message.split(' ') {
        if word.starts_with("pod=") && word.contains('_') {
            continue;
        }
        if word.starts_with("container=") {
            // "restarting failed container=main": the word itself belongs to the sentence.
            if out.last() == Some(&"failed") {
                out.push("container");
            }
            continue;
        }
        out.push(word);
    }
    out.join(" ")
}

pub(super) fn said(reason: &str, message: &str) -> String {
    match (reason.is_empty(), message.is_empty()) {
        (_, true) => reason.to_owned(),
        (true, false) => message.to_owned(),
        (false, false) => format!("{reason}: {message}"),
    }
}

/// How a container ended: reason, code, when, and the limit it had when it ran out of memory.
pub(super) fn death(
    scene: &Scene<'_>,
    container: &ContainerDetail,
    state: &ContainerState,
) -> String {
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

pub(super) fn container_lines<'t>(
    scene: &Scene<'_>,
    container: &'t ContainerDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let kind = scene.t(kind_text(container.kind));
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
    lines.extend(spec_lines(scene, container, width));
    lines
}

/// A container of a template: it has no state.
pub(in crate::ui::overlays) fn template_lines<'t>(
    scene: &Scene<'_>,
    container: &ContainerDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let kind = scene.t(kind_text(container.kind));
    let head = vec![
        scene.span(Role::Text, "   "),
        scene.span(Role::Title, container.name.clone()),
        scene.span(Role::Dim, format!(" {kind}")),
    ];
    let mut lines = vec![Line::from(head)];
    lines.extend(spec_lines(scene, container, width));
    lines.extend(setting_lines(scene, container, width));
    lines
}

const fn kind_text(kind: ContainerKind) -> &'static str {
    match kind {
        ContainerKind::Init => "container-init",
        ContainerKind::Sidecar => "container-sidecar",
        ContainerKind::Main => "container-main",
        ContainerKind::Ephemeral => "container-ephemeral",
    }
}

/// Fields of a container, those that say nothing left out; a field's name stands beside its first line only.
fn field_lines<'t>(scene: &Scene<'_>, fields: Vec<(&str, String)>, width: usize) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let mut before = "";
    for (key, value) in fields {
        if value.is_empty() {
            continue;
        }
        for text in wrap(&value, width.saturating_sub(KEY + 4)) {
            let shown = if key == before { "" } else { key };
            lines.push(field(scene, shown, vec![scene.span(Role::Text, text)]));
            before = key;
        }
    }
    lines
}

fn spec_lines<'t>(scene: &Scene<'_>, container: &ContainerDetail, width: usize) -> Vec<Line<'t>> {
    let last = container.last_state.as_ref().map(|last| match last {
        ContainerState::Terminated { .. } => death(scene, container, last),
        other => state_text(scene, other),
    });
    let mut fields = vec![
        (scene.t("container-image"), container.image.clone()),
        (scene.t("container-last"), last.unwrap_or_default()),
        (scene.t("container-cpu"), asked(scene, &container.cpu)),
        (scene.t("container-memory"), asked(scene, &container.memory)),
        (scene.t("container-ports"), container.ports.join(", ")),
    ];
    let probes = container.probes.iter();
    fields.extend(probes.map(|probe| (scene.t("container-probe"), probe.clone())));
    field_lines(scene, fields, width)
}

/// What it is started with: command, environment, mounts.
pub(super) fn setting_lines<'t>(
    scene: &Scene<'_>,
    container: &ContainerDetail,
    width: usize,
) -> Vec<Line<'t>> {
    let mut fields = vec![(scene.t("container-command"), container.command.join(" "))];
    for (key, values) in [
        (scene.t("container-env"), &container.env),
        (scene.t("container-mounts"), &container.mounts),
    ] {
        fields.extend(values.iter().map(|value| (key, value.clone())));
    }
    field_lines(scene, fields, width)
}

pub(super) fn container_mark(
    scene: &Scene<'_>,
    container: &ContainerDetail,
) -> (&'static str, Role) {
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

pub(super) fn state_text(scene: &Scene<'_>, state: &ContainerState) -> String {
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
pub(super) fn asked(
    scene: &Scene<'_>,
    (request, limit): &(Option<String>, Option<String>),
) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_screen_has_already_are_left_out() {
        assert_eq!(
            without_names(
                "back-off 2m40s restarting failed container=main pod=export-worker-7d9f_prod(1f2e-aa)"
            ),
            "back-off 2m40s restarting failed container"
        );
        let own = "set pod=none and try again\nwith  two spaces";
        assert_eq!(without_names(own), own);
    }
}
