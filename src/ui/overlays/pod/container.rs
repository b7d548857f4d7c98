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
