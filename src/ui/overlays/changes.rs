//! What changed in the last hour, on one time line.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    view::{Item, List},
};
use crate::domain::{
    change::{Change, What},
    departure::Cause,
    pod::{Name, WorkloadKey},
};
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::{below, put, put_sides, rect, row, title_rule},
        document,
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, list: &List) {
    let mut title = document::title(scene, scene.t("changes-title"));
    title.spans.insert(
        2,
        scene.span(Role::TitleFocused, format!(" {}", list.items.len())),
    );
    if !list.filter.is_empty() {
        let text = format!("/{} ", list.filter.text());
        title.spans.push(scene.span(Role::Match, text));
    }
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        Line::default(),
        Role::BorderFocused,
    );
    let rows = below(body, 1);
    if list.items.is_empty() {
        let text = format!(" {} {}", scene.glyph.dash, scene.t("changes-empty"));
        put(
            buffer,
            row(rows, 0),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
        return;
    }
    let height = usize::from(rows.height);
    let at = list.position().unwrap_or(0);
    let first = list
        .offset
        .clamp((at + 1).saturating_sub(height), at.max(list.offset.min(at)))
        .min(list.items.len().saturating_sub(1));
    for (index, item) in list.items.iter().skip(first).take(height).enumerate() {
        let Item::Change(number) = item else { continue };
        // Newest first, each with its number: numbers fall along the list.
        let changes = &scene.model.time_line.changes;
        let Some((_, change)) = changes.iter().find(|(own, _)| own == number) else {
            continue;
        };
        let place = row(rows, index as u16);
        draw_row(buffer, scene, place, change);
        if list.selected.as_ref() == Some(item) {
            buffer.set_style(rect(place), scene.style(Role::Selection));
            buffer[(place.x, place.y)].set_symbol(scene.glyph.bar);
        }
    }
}

fn draw_row(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, change: &Change) {
    let (sign, role) = sign(scene, &change.what);
    let left = Line::from(vec![
        Span::raw(" "),
        scene.span(Role::Dim, time::clock_seconds(change.at, scene.zone())),
        scene.span(role, format!(" {sign} ")),
        scene.span(Role::Text, text(scene, &change.what)),
    ]);
    let ago = scene.with("ago", &[("age", scene.age(change.at).into())]);
    let right = scene.line(Role::Dim, format!("{ago} "));
    put_sides(buffer, at, left, right, scene.glyphs());
}

pub(super) fn sign(scene: &Scene<'_>, what: &What) -> (&'static str, Role) {
    let glyph = scene.glyph;
    match what {
        What::RolledOut { .. } => (glyph.rolled_out, Role::Accent),
        What::Scaled { .. } => (glyph.scaled, Role::Accent),
        What::ConfigChanged { .. } => (glyph.config, Role::Accent),
        What::NodeReady { ready: true, .. } => (glyph.node, Role::Ok),
        What::NodeReady { ready: false, .. } => (glyph.node, Role::Error),
        What::NodeCordoned { .. } => (glyph.node, Role::Warn),
        What::AlertCame { .. } => (glyph.mark, Role::Error),
        What::AlertLeft { cause, .. } => super::alert::left_sign(scene, *cause),
        What::LightChanged { to, .. }
        | What::HookChanged { to, .. }
        | What::GateChanged { to, .. } => (glyph.light(*to), Scene::light_role(*to)),
        What::Warned { .. } => (glyph.warn, Role::Warn),
    }
}

fn workload(key: &WorkloadKey) -> String {
    format!("{}/{}", key.namespace, key.name)
}

/// What happened, in words.
pub(super) fn text(scene: &Scene<'_>, what: &What) -> String {
    match what {
        What::RolledOut {
            workload: key,
            revision,
            images,
            before,
        } => rolled_out(scene, key, *revision, images, before),
        What::Scaled {
            workload: key,
            from,
            to,
        } => {
            let steps = match from {
                Some(from) => format!("{from} {} {to}", scene.glyph.arrow),
                None => format!("{} {to}", scene.glyph.arrow),
            };
            scene.with(
                "change-scaled",
                &[("name", workload(key).into()), ("steps", steps.into())],
            )
        }
        What::ConfigChanged {
            namespace,
            name,
            by,
        } => scene.with(
            "change-config",
            &[
                ("name", format!("{namespace}/{name}").into()),
                ("by", by.to_string().into()),
            ],
        ),
        What::NodeReady { node, ready } => {
            let key = if *ready {
                "change-node-ready"
            } else {
                "change-node-not-ready"
            };
            of_node(scene, key, node)
        }
        What::NodeCordoned { node, cordoned } => {
            let key = if *cordoned {
                "change-node-cordoned"
            } else {
                "change-node-uncordoned"
            };
            of_node(scene, key, node)
        }
        What::AlertCame { name, .. } => {
            scene.with("change-alert-came", &[("name", name.as_str().into())])
        }
        What::AlertLeft { name, cause, .. } => {
            let args = [("name", name.as_str().into())];
            scene.with(left_key(*cause), &args)
        }
        What::LightChanged { id, from, to } => {
            let steps = steps(scene, scene.light_name(*from), scene.light_name(*to));
            let args = [("id", id.as_str().into()), ("steps", steps.into())];
            scene.with("change-light", &args)
        }
        What::HookChanged { id, from, to } => {
            let steps = steps(scene, scene.light_word(*from), scene.light_word(*to));
            let args = [("id", id.as_str().into()), ("steps", steps.into())];
            scene.with("change-hook", &args)
        }
        What::GateChanged { id, from, to } => {
            let steps = steps(scene, scene.light_name(*from), scene.light_name(*to));
            let args = [("id", id.as_str().into()), ("steps", steps.into())];
            scene.with("change-gate", &args)
        }
        What::Warned { object, reason, .. } => scene.with(
            "change-warned",
            &[
                ("object", object.to_string().into()),
                ("reason", reason.to_string().into()),
            ],
        ),
    }
}

const fn left_key(cause: Cause) -> &'static str {
    match cause {
        Cause::Recovered => "change-alert-recovered",
        Cause::DataLost => "change-alert-data-lost",
        Cause::RuleGone => "change-alert-rule-gone",
        Cause::Silenced => "change-alert-silenced",
        Cause::Inhibited => "change-alert-inhibited",
        Cause::Unknown => "change-alert-left",
    }
}

fn of_node(scene: &Scene<'_>, key: &str, node: &Name) -> String {
    scene.with(key, &[("node", node.to_string().into())])
}

fn steps(scene: &Scene<'_>, from: &str, to: &str) -> String {
    format!("{from} {} {to}", scene.glyph.arrow)
}

fn rolled_out(
    scene: &Scene<'_>,
    key: &WorkloadKey,
    revision: Option<u64>,
    images: &[String],
    before: &[String],
) -> String {
    let head = match revision {
        Some(revision) => scene.with(
            "change-rolled-out-revision",
            &[
                ("name", workload(key).into()),
                ("revision", revision.to_string().into()),
            ],
        ),
        None => scene.with("change-rolled-out", &[("name", workload(key).into())]),
    };
    let changed: Vec<String> = images
        .iter()
        .enumerate()
        .filter_map(|(index, image)| match before.get(index) {
            Some(old) if old == image => None,
            Some(old) => Some(steps(scene, tag(old), tag(image))),
            None => Some(tag(image).to_owned()),
        })
        .collect();
    if changed.is_empty() {
        head
    } else {
        format!("{head} {} {}", scene.glyph.dot, changed.join(", "))
    }
}

/// What tells two images of one repository apart.
fn tag(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once('@')
        .map(|(_, digest)| digest)
        .or_else(|| name.rsplit_once(':').map(|(_, tag)| tag))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_apart_by_tag_or_digest() {
        assert_eq!(tag("reg.example:5000/glancy/export:2.4.0"), "2.4.0");
        assert_eq!(tag("glancy/export@sha256:abc"), "sha256:abc");
        assert_eq!(tag("nginx"), "nginx");
    }
}
