//! The second line: guard hooks over their last whole window, and the lights at the right.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::layout::Area;
use crate::domain::{
    freshness::{Link, SourceId},
    gauge::Unit,
    hook::HookState,
    light::Light,
};
use crate::i18n::time;
use crate::theme::Role;

use super::figure;
use super::scene::Scene;
use super::widgets::{
    canvas::put,
    fit::{Part, fit, spans_cells},
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
    let width = usize::from(at.width).saturating_sub(2);
    let lights = lights(scene, width / 2);
    let taken = spans_cells(&lights.spans);
    let hooks = hooks(
        scene,
        width.saturating_sub(taken + usize::from(taken > 0) * 2),
    );
    put(
        buffer,
        Area::new(at.x + 1, at.y, at.width.saturating_sub(1), 1),
        hooks,
        scene.glyphs(),
    );
    let wide = taken as u16;
    let x = at.x + at.width.saturating_sub(wide + 1);
    put(buffer, Area::new(x, at.y, wide, 1), lights, scene.glyphs());
}

fn hooks<'a>(scene: &Scene<'a>, width: usize) -> Line<'a> {
    let hooks = &scene.model.board.hooks;
    if hooks.is_empty() {
        if scene.model.board.lights.is_empty() {
            return scene.line(Role::Dim, scene.t("strip-empty"));
        }
        return Line::default();
    }
    let gap = Span::raw("  ");
    for detail in [Detail::Full, Detail::Signs] {
        let parts = as_of(scene)
            .into_iter()
            .chain(hooks.iter().map(|hook| part(scene, hook, detail)))
            .collect();
        let line = fit(parts, width, &gap);
        if spans_cells(&line.spans) <= width {
            return line;
        }
    }
    // Too many for the line: those that are well become a count.
    let well = hooks.iter().filter(|hook| is_quiet(hook)).count();
    let calling = hooks.iter().filter(|hook| !is_quiet(hook));
    let mut parts: Vec<Part<'a>> = as_of(scene)
        .into_iter()
        .chain(calling.map(|hook| part(scene, hook, Detail::Least)))
        .collect();
    if well > 0 {
        let text = scene.with("strip-hooks-ok", &[("count", well.into())]);
        parts.push(Part::optional(
            9,
            vec![scene.span(
                role(scene, Light::Green),
                format!("{} {text}", scene.glyph.ok),
            )],
        ));
    }
    fit(parts, width, &gap)
}

/// Whether hooks and lights can follow what happens: the source of their numbers answers.
fn is_live(scene: &Scene<'_>) -> bool {
    matches!(
        scene.model.link(SourceId::Prometheus),
        Link::Live { .. } | Link::Partial { .. }
    )
}

/// The role of a light; one that was, and may be no longer, has no colour of its own.
fn role(scene: &Scene<'_>, light: Light) -> Role {
    if is_live(scene) {
        Scene::light_role(light)
    } else {
        Role::Stale
    }
}

/// Until when the hooks are known, where no newer window comes: of all their windows the oldest end.
fn as_of<'a>(scene: &Scene<'a>) -> Option<Part<'a>> {
    if is_live(scene) {
        return None;
    }
    let ends = scene.model.board.hooks.iter();
    let end = ends.filter_map(|hook| hook.window_end).min()?;
    let clock = time::clock(end, scene.zone());
    let text = scene.with("strip-as-of", &[("clock", clock.as_str().into())]);
    Some(Part::forms(
        2,
        vec![
            vec![scene.span(Role::Stale, text)],
            vec![scene.span(Role::Stale, clock)],
        ],
    ))
}

/// How much is said of each hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    /// A sign in place of `ok`.
    Signs,
    /// What is not well may give up its detail.
    Least,
}

/// Nothing to say but that it is well.
fn is_quiet(hook: &HookState) -> bool {
    hook.light == Light::Green && hook.running.is_none_or(|running| running == Light::Green)
}

fn part<'a>(scene: &Scene<'a>, hook: &'a HookState, detail: Detail) -> Part<'a> {
    let role = role(scene, hook.light);
    let id = || scene.span(Role::Text, hook.id.as_str());
    let sign = scene.glyph.light(hook.light);
    let word = scene.light_word(hook.light);
    let running = running(scene, hook);
    let with = |text: String| {
        let mut spans = vec![id(), scene.span(role, text)];
        spans.extend(running.clone());
        spans
    };
    if hook.light == Light::Green {
        let text = match detail {
            Detail::Full => format!(" {word}"),
            Detail::Signs | Detail::Least => format!(" {sign}"),
        };
        return Part::fixed(with(text));
    }
    let value = hook
        .observed
        .first()
        .and_then(|(name, value)| Some(observed(scene, hook, name, (*value)?)))
        .map(|value| format!(" {value}"))
        .unwrap_or_default();
    let full = with(match hook.light {
        Light::Unknown => format!(" {sign}"),
        _ => format!(" {sign}{value} {word}"),
    });
    if detail == Detail::Least {
        let short = with(format!(" {sign} {word}"));
        let bare = vec![id(), scene.span(role, format!(" {sign}"))];
        return Part::forms(3, vec![full, short, bare]);
    }
    Part::fixed(full)
}

/// What was observed, in the unit the pack gives it; without one, in two digits behind the point.
fn observed(scene: &Scene<'_>, hook: &HookState, name: &str, value: f64) -> String {
    let spec = scene.model.pack.hooks().find(|spec| spec.id == hook.id);
    let unit = spec.map_or(Unit::None, |spec| spec.unit(name));
    if unit != Unit::None {
        return figure::with_unit(value, unit, None, scene.glyph);
    }
    let unit = if value.abs() < 100.0 && value.fract() != 0.0 {
        Unit::Times
    } else {
        Unit::Count
    };
    figure::number(value, unit, None)
}

/// The running window where it says something else than the last whole one; in brackets, since it may change yet.
fn running<'a>(scene: &Scene<'a>, hook: &HookState) -> Option<Span<'a>> {
    let light = hook.running.filter(|light| *light != hook.light)?;
    let text = format!(
        " ({} {})",
        scene.glyph.light(light),
        scene.light_word(light)
    );
    Some(scene.span(Role::Dim, text))
}

fn lights<'a>(scene: &Scene<'a>, width: usize) -> Line<'a> {
    let parts = scene
        .model
        .board
        .lights
        .iter()
        .map(|state| {
            let role = role(scene, state.light);
            let sign = scene.glyph.light(state.light);
            let name = scene.light_name(state.light);
            let title = scene.pick(&state.title);
            let title = if title.is_empty() {
                state.id.as_str()
            } else {
                title
            };
            Part::forms(
                1,
                vec![
                    vec![
                        scene.span(Role::Text, format!("{title} ")),
                        scene.span(role, format!("{sign} {name}")),
                    ],
                    vec![scene.span(role, format!("{sign} {name}"))],
                    vec![scene.span(role, sign)],
                ],
            )
        })
        .collect();
    fit(parts, width, &Span::raw("  "))
}
