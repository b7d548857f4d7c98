//! A hook with its windows, or a light with what makes it.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    guards::{self, GuardDetail, GuardOf},
    layout::Area,
};
use crate::domain::{
    hook::HookSpec,
    id::{HookId, LightId},
    light::Light,
};
use crate::i18n::{saying, time, width::pad_right};
use crate::pack::{HookWindow, LightPart, Truth};
use crate::theme::Role;
use crate::ui::{
    figure,
    scene::Scene,
    widgets::{document, wrap::wrap},
};

use super::{
    on_colour,
    words::{good_row, value},
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, detail: &GuardDetail) {
    let width = usize::from(body.width).saturating_sub(2);
    let (title, lines) = match &detail.of {
        GuardOf::Hook(id) => of_hook(scene, id, width),
        GuardOf::Light(id) => of_light(scene, id, width),
    };
    let title = document::title(scene, title);
    document::draw(buffer, scene, body, title, lines, detail.scroll);
}

fn head<'a>(scene: &Scene<'a>, text: &'a str) -> Line<'a> {
    scene.line(Role::Title, format!(" {text}"))
}

fn gone<'a>(scene: &Scene<'a>, id: &str) -> (String, Vec<Line<'a>>) {
    let line = scene.line(
        Role::Dim,
        format!(" {} {}", scene.glyph.dash, scene.t("guards-gone")),
    );
    (id.to_owned(), vec![Line::default(), line])
}

fn of_hook<'a>(scene: &Scene<'a>, id: &HookId, width: usize) -> (String, Vec<Line<'a>>) {
    let model = scene.model;
    let spec = model.pack.hooks().find(|spec| spec.id == *id);
    let state = model.board.hooks.iter().find(|hook| hook.id == *id);
    let (Some(spec), Some(state)) = (spec, state) else {
        return gone(scene, id.as_str());
    };
    let title = format!("{id} {} {}", scene.glyph.dot, scene.pick(&spec.title));
    let (windows, good) = guards::windows(model, id);
    let light = Scene::light_role(state.light);
    let sign = scene.glyph.light(state.light);
    let mut lines = vec![Line::from(vec![
        scene.span(light, format!(" {sign} {}", scene.light_name(state.light))),
        scene.dot(),
        scene.span(Role::Text, good_row(scene, good)),
    ])];
    let window = match state.window_end {
        None => scene.t("guards-no-window").to_owned(),
        Some(end) => {
            let args = [
                ("clock", time::clock(end, scene.zone()).into()),
                ("length", figure::window(spec.window).into()),
            ];
            scene.with("guards-window-to", &args)
        }
    };
    lines.push(scene.line(Role::Dim, format!(" {window}")));
    lines.push(Line::default());
    lines.push(head(scene, scene.t("guards-conditions")));
    let mut say = |role: Role, text: &str| {
        let wrapped = wrap(text, width.saturating_sub(3)).into_iter();
        lines.extend(wrapped.map(|part| scene.line(role, format!("   {part}"))));
    };
    for part in model.pack.hook_parts(id) {
        let args = [
            ("light", scene.light_name(part.light).into()),
            ("says", part.says.into()),
        ];
        say(
            Scene::light_role(part.light),
            &scene.with("guards-makes", &args),
        );
    }
    lines.push(Line::default());
    lines.push(head(scene, scene.t("guards-observes")));
    for (name, query) in model.pack.hook_queries(id) {
        let read = state.observed.iter().find(|(known, _)| known == name);
        let read = read.and_then(|(_, value)| *value);
        let args = [
            ("name", name.into()),
            ("value", value(scene, read, spec.unit(name)).into()),
        ];
        lines.push(scene.line(
            Role::Text,
            format!("   {}", scene.with("guards-query", &args)),
        ));
        let wrapped = wrap(query, width.saturating_sub(5)).into_iter();
        lines.extend(wrapped.map(|part| scene.line(Role::Dim, format!("     {part}"))));
    }
    lines.push(Line::default());
    lines.push(head(scene, scene.t("guards-windows")));
    lines.extend(
        windows
            .iter()
            .map(|window| window_line(scene, spec, window)),
    );
    (title, lines)
}

/// `14:30 ✔ ok  success 99.95 %  errors 0.05 %`.
fn window_line<'a>(scene: &Scene<'a>, spec: &HookSpec, window: &HookWindow) -> Line<'a> {
    let role = Scene::light_role(window.light);
    let clock = time::clock(window.end, scene.zone());
    let sign = scene.glyph.light(window.light);
    let word = pad_right(scene.light_word(window.light), 5, scene.glyphs());
    let mut spans: Vec<Span<'a>> = vec![
        scene.span(Role::Dim, format!("   {clock} ")),
        scene.span(role, format!("{sign} {word}")),
    ];
    for ((name, _), read) in spec.observe.iter().zip(&window.observed) {
        let read = value(scene, *read, spec.unit(name));
        spans.push(scene.span(Role::Text, format!("  {name} {read}")));
    }
    if window.running {
        let args = [("clock", clock.as_str().into())];
        spans.push(scene.span(
            Role::Dim,
            format!("  {}", scene.with("guards-running", &args)),
        ));
    }
    Line::from(spans)
}

fn of_light<'a>(scene: &Scene<'a>, id: &LightId, width: usize) -> (String, Vec<Line<'a>>) {
    let lights = &scene.model.board.lights;
    let Some(state) = lights.iter().find(|light| light.id == *id) else {
        return gone(scene, id.as_str());
    };
    let title = scene.pick(&state.title).to_owned();
    let args = [
        ("name", title.as_str().into()),
        ("light", scene.light_name(state.light).into()),
    ];
    let sign = scene.glyph.light(state.light);
    let now = scene.with("guards-light-now", &args);
    let mut lines = vec![scene.line(Scene::light_role(state.light), format!(" {sign} {now}"))];
    let parts = guards::parts(scene.model, id);
    for (of, key) in [
        (Light::Red, "guards-light-red"),
        (Light::Yellow, "guards-light-warn"),
        (Light::Green, "guards-light-green"),
    ] {
        let mut these = parts.iter().filter(|part| part.of == of).peekable();
        if these.peek().is_none() {
            continue;
        }
        lines.push(Line::default());
        lines.push(head(scene, scene.t(key)));
        for part in these {
            lines.extend(part_lines(scene, part, width));
        }
        let what = would_propose(scene, id, of);
        if let Some((key, say)) = what {
            let role = if state.light == of {
                Role::Accent
            } else {
                Role::Dim
            };
            let said = scene.with(key, &[("say", say.into())]);
            let wrapped = wrap(&said, width.saturating_sub(3)).into_iter();
            lines.extend(wrapped.map(|part| scene.line(role, format!("   {part}"))));
        }
    }
    (title, lines)
}

/// What the light would propose in a colour: the key of the sentence, and the words of the pack.
fn would_propose<'a>(
    scene: &Scene<'a>,
    id: &LightId,
    of: Light,
) -> Option<(&'static str, &'a str)> {
    let what = scene.model.pack.light_proposal(id, of)?;
    Some((on_colour(of)?, scene.pick(&what.say)))
}

/// One condition with what it reads; what makes the light as it is stands out.
fn part_lines<'a>(scene: &Scene<'a>, part: &LightPart, width: usize) -> Vec<Line<'a>> {
    let (sign, role) = match (part.truth, part.is_reason()) {
        (Truth::Unknown, _) => (scene.glyph.unknown, Role::Unknown),
        (_, true) if part.of == Light::Red => (scene.glyph.light(Light::Red), Role::Error),
        (_, true) => (scene.glyph.light(Light::Yellow), Role::Warn),
        (_, false) => (scene.glyph.ok, Role::Dim),
    };
    let key = match part.truth {
        Truth::True => "guards-part-holds",
        Truth::False => "guards-part-fails",
        Truth::Unknown => "guards-part-unknown",
    };
    let read = saying::found(scene.paint.texts, &part.says);
    let read = scene.with(key, &[("read", read.into())]);
    let wrapped = wrap(&read, width.saturating_sub(5)).into_iter().enumerate();
    let line = |(place, text): (usize, String)| {
        let sign = if place == 0 { sign } else { " " };
        scene.line(role, format!("   {sign} {text}"))
    };
    wrapped.map(line).collect()
}
