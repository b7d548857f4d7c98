//! The second line: guard hooks over their last whole window, and the lights at the right.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::layout::Area;
use crate::domain::{gauge::Unit, hook::HookState, light::Light};
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
    let full: Vec<Part<'a>> = hooks.iter().map(|hook| part(scene, hook)).collect();
    let gap = Span::raw("  ");
    let line = fit(full, width, &gap);
    if spans_cells(&line.spans) <= width {
        return line;
    }
    // Too many for the line: those that are well become a count.
    let well = hooks
        .iter()
        .filter(|hook| hook.light == Light::Green)
        .count();
    let mut parts: Vec<Part<'a>> = hooks
        .iter()
        .filter(|hook| hook.light != Light::Green)
        .map(|hook| part(scene, hook))
        .collect();
    if well > 0 {
        let text = scene.with("strip-hooks-ok", &[("count", well.into())]);
        parts.push(Part::optional(
            9,
            vec![scene.span(Role::Ok, format!("{} {text}", scene.glyph.ok))],
        ));
    }
    fit(parts, width, &gap)
}

fn part<'a>(scene: &Scene<'a>, hook: &'a HookState) -> Part<'a> {
    let role = Scene::light_role(hook.light);
    let id = || scene.span(Role::Text, hook.id.as_str());
    let sign = scene.glyph.light(hook.light);
    let word = scene.light_word(hook.light);
    let running = running(scene, hook);
    if hook.light == Light::Green {
        let mut all = vec![id(), scene.span(role, format!(" {word}"))];
        let mut short = vec![id(), scene.span(role, sign)];
        all.extend(running.clone());
        short.extend(running);
        return Part::forms(4, vec![all, short]);
    }
    let value = hook
        .observed
        .first()
        .and_then(|(_, value)| *value)
        .map(|value| format!(" {}", figure::number(value, Unit::None, None)))
        .unwrap_or_default();
    let with = |text: String| {
        let mut spans = vec![id(), scene.span(role, text)];
        spans.extend(running.clone());
        spans
    };
    Part::forms(
        3,
        vec![
            with(format!(" {sign}{value} {word}")),
            with(format!(" {sign} {word}")),
            vec![id(), scene.span(role, sign)],
        ],
    )
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
            let role = Scene::light_role(state.light);
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
