//! Every source: its link, since when, how far its clock is off, when it is tried again.

use std::time::Duration;

use jiff::SignedDuration;
use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::layout::Area;
use crate::domain::{
    clean::clean,
    freshness::{Link, SourceId},
    place::{Place, ServicePlace},
};
use crate::i18n::{time, width::pad_right};
use crate::theme::Role;
use crate::ui::{actor as ui_actor, panes, scene::Scene, widgets::document, widgets::wrap::wrap};

/// A clock that is off by less is not worth a word.
const SKEW: Duration = Duration::from_secs(2);

/// Cells of a source's name.
const NAME: usize = 18;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, scroll: usize) {
    let width = usize::from(body.width).saturating_sub(2);
    let mut lines = vec![Line::default()];
    lines.extend(actor_lines(scene, width));
    for source in SourceId::ALL {
        lines.extend(source_lines(scene, source, width));
    }
    let title = document::title(scene, scene.t("sources-title"));
    document::draw(buffer, scene, body, title, lines, scroll);
}

/// Who asks of which cluster, where the server says so.
fn actor_lines<'t>(scene: &Scene<'_>, width: usize) -> Vec<Line<'t>> {
    let actor = &scene.model.actor;
    let mut lines = Vec::new();
    let indent = " ".repeat(3);
    let room = width.saturating_sub(NAME + 3);
    let mut entry = |key: &str, text: &str| {
        let mut name = scene.t(key).to_owned();
        for piece in wrap(text, room) {
            let padded = pad_right(&name, NAME, scene.glyphs());
            lines.push(Line::from(vec![
                Span::raw(indent.clone()),
                scene.span(Role::Dim, padded),
                scene.span(Role::Text, piece),
            ]));
            name.clear();
        }
    };
    let untold = scene.t("actor-untold");
    if let Some(who) = actor.who() {
        entry("actor-user", &who.name);
        entry("actor-groups", &who.groups.join(", "));
        entry(
            "actor-cluster",
            actor.now.cluster.as_ref().map_or(untold, |it| it.as_str()),
        );
    } else if let Some(cluster) = &actor.now.cluster {
        entry("actor-user", untold);
        entry("actor-cluster", cluster.as_str());
    }
    if let Some(mismatch) = &actor.mismatch {
        let text = ui_actor::mismatch(scene, mismatch);
        for piece in wrap(&text, width.saturating_sub(3)) {
            lines.push(scene.line(Role::Error, format!("{indent}{piece}")));
        }
    }
    if let Some(program) = &actor.sign_in {
        let text = scene.with("sign-in-wanted", &[("program", program.as_str().into())]);
        for piece in wrap(&text, width.saturating_sub(3)) {
            lines.push(scene.line(Role::Warn, format!("{indent}{piece}")));
        }
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

fn source_lines<'t>(scene: &Scene<'_>, source: SourceId, width: usize) -> Vec<Line<'t>> {
    let glyph = scene.glyph;
    let heard = scene.model.links.get(&source);
    let link = heard.unwrap_or(&Link::Absent);
    let (sign, role) = match link {
        Link::Absent if heard.is_none() => (glyph.pending, Role::Dim),
        Link::Absent => (glyph.dash, Role::Dim),
        Link::Connecting => (glyph.broken, Role::Info),
        Link::Live { .. } => (glyph.live, Role::Ok),
        Link::Partial { .. } => (glyph.warn, Role::Warn),
        Link::Failed { .. } => (glyph.error, Role::Error),
    };
    let name = pad_right(panes::source_name(scene, source), NAME, scene.glyphs());
    let name_role = if *link == Link::Absent {
        Role::Dim
    } else {
        Role::Text
    };
    let mut first = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(name_role, name),
        scene.span(
            role,
            heard.map_or_else(
                || scene.t("link-unheard").to_owned(),
                |link| state(scene, link),
            ),
        ),
    ];
    if let Some(skew) = skew(scene, source) {
        first.push(scene.dot());
        first.push(skew);
    }
    let mut lines = vec![Line::from(first)];
    let indent = " ".repeat(NAME + 3);
    let room = width.saturating_sub(NAME + 3);
    if let Some(place) = scene.model.places.get(&source) {
        for text in place_words(scene, place) {
            for text in wrap(&text, room) {
                lines.push(scene.line(Role::Dim, format!("{indent}{text}")));
            }
        }
    }
    match link {
        Link::Failed {
            trouble, retry_at, ..
        } => {
            let says = scene.with(
                panes::trouble_text(trouble.kind),
                &[("source", panes::source_name(scene, source).into())],
            );
            for text in [says, trouble.detail.clone()] {
                for text in wrap(&text, room) {
                    if !text.is_empty() {
                        lines.push(scene.line(Role::Dim, format!("{indent}{text}")));
                    }
                }
            }
            if let Some(hint) = panes::mending(scene, source, trouble) {
                for text in wrap(hint, room) {
                    lines.push(scene.line(Role::Text, format!("{indent}{text}")));
                }
            }
            if let Some(left) = retry_at.and_then(|at| scene.until(at)) {
                let text = scene.with("pane-next-try", &[("left", left.into())]);
                lines.push(scene.line(Role::Text, format!("{indent}{text}")));
            } else if retry_at.is_some() {
                let text = scene.t("pane-trying");
                lines.push(scene.line(Role::Text, format!("{indent}{text}")));
            }
        }
        Link::Partial { detail, .. } => {
            for text in wrap(detail, room) {
                lines.push(scene.line(Role::Dim, format!("{indent}{text}")));
            }
        }
        _ => {}
    }
    lines
}

/// Where it is read, or what came of looking for it.
fn place_words(scene: &Scene<'_>, place: &Place) -> Vec<String> {
    let service = |key: &str, service: &ServicePlace| {
        scene.with(key, &[("service", service.to_string().into())])
    };
    match place {
        Place::Address(address) => vec![clean(address).into_owned()],
        Place::Service {
            service: at,
            found: false,
        } => vec![service("place-service", at)],
        Place::Service {
            service: at,
            found: true,
        } => vec![service("place-found", at)],
        Place::Nowhere { tried, denied } => {
            let mut lines = vec![scene.t("place-nowhere").to_owned()];
            lines.extend(
                tried
                    .iter()
                    .map(|(service, why)| format!("{service}: {why}")),
            );
            lines.extend(
                denied
                    .iter()
                    .map(|why| scene.with("place-denied", &[("why", why.as_str().into())])),
            );
            lines
        }
    }
}

fn state(scene: &Scene<'_>, link: &Link) -> String {
    let since = |key, at| {
        scene.with(
            key,
            &[
                ("age", scene.age(at).into()),
                ("clock", time::clock(at, scene.zone()).into()),
            ],
        )
    };
    match link {
        Link::Absent => scene.t("link-absent").to_owned(),
        Link::Connecting => scene.t("link-connecting").to_owned(),
        Link::Live { since: at } => since("link-live", *at),
        Link::Partial { since: at, .. } => since("link-partial", *at),
        Link::Failed { since: at, .. } => since("link-failed", *at),
    }
}

fn skew<'t>(scene: &Scene<'_>, source: SourceId) -> Option<Span<'t>> {
    let ahead = *scene.model.skew.get(&source)?;
    let off = ahead.unsigned_abs();
    if off < SKEW {
        return None;
    }
    let key = if ahead > SignedDuration::ZERO {
        "skew-ahead"
    } else {
        "skew-behind"
    };
    let text = scene.with(key, &[("span", time::short(off).into())]);
    Some(scene.span(Role::Warn, text))
}
