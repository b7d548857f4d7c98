//! Hooks, lights and gates: one row for each part, and all there is to the selected one below.

mod detail;
mod words;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    guards::{self, FOOT, GuardDetail, GuardRow, GuardScreen},
    layout::Area,
};
use crate::domain::{hook::HookState, id::LightId, light::Light};
use crate::i18n::{
    saying,
    width::{cells, pad_right, truncate},
};
use crate::pack::{GateHook, GateState, GateTick, Proposal};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        document,
        wrap::wrap_most,
    },
};

use self::words::{good_row, observed, told};

/// Cells of the name of a hook, light or gate.
const NAME: usize = 10;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &GuardScreen) {
    let gates = guards::states(scene.model);
    let rows = guards::rows(&gates, scene.model);
    let title = document::title(scene, scene.t("guards-title"));
    let rule = row(body, 0);
    title_rule(
        buffer,
        scene,
        rule,
        title,
        Line::default(),
        Role::BorderFocused,
    );
    let list = below(body, 1);
    let chosen = screen.at(&rows);
    let Some(selected) = rows.get(chosen) else {
        return;
    };
    let height = usize::from(list.height).saturating_sub(FOOT).max(1);
    let width = usize::from(list.width);
    for (index, line) in foot(scene, &gates, selected, width).into_iter().enumerate() {
        let y = height + index;
        if y < usize::from(list.height) {
            put(buffer, row(list, y as u16), line, scene.glyphs());
        }
    }
    let first = screen
        .offset
        .clamp((chosen + 1).saturating_sub(height), chosen);
    for (index, entry) in rows.iter().enumerate().skip(first).take(height) {
        let place = row(list, (index - first) as u16);
        put(
            buffer,
            place,
            line(scene, &gates, entry, width),
            scene.glyphs(),
        );
        if index == chosen {
            buffer.set_style(rect(place), scene.style(Role::Selection));
            buffer[(place.x, place.y)].set_symbol(scene.glyph.bar);
        }
    }
}

pub fn draw_detail(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, of: &GuardDetail) {
    detail::draw(buffer, scene, body, of);
}

fn gate<'g>(gates: &'g [GateState], row: &GuardRow) -> Option<&'g GateState> {
    let id = row.gate()?;
    gates.iter().find(|gate| gate.id == *id)
}

fn hook_of<'g>(gates: &'g [GateState], row: &GuardRow) -> Option<&'g GateHook> {
    let GuardRow::GateHook(_, id) = row else {
        return None;
    };
    gate(gates, row)?.hooks.iter().find(|hook| hook.id == *id)
}

fn tick_of<'g>(gates: &'g [GateState], row: &GuardRow) -> Option<&'g GateTick> {
    let GuardRow::Tick(_, id) = row else {
        return None;
    };
    gate(gates, row)?
        .ticks
        .iter()
        .find(|tick| tick.spec.id == *id)
}

fn line<'a>(scene: &Scene<'a>, gates: &[GateState], entry: &GuardRow, width: usize) -> Line<'a> {
    match entry {
        GuardRow::Hook(id) => {
            let hooks = &scene.model.board.hooks;
            let hook = hooks.iter().find(|hook| hook.id == *id);
            hook.map_or_else(Line::default, |hook| hook_line(scene, hook, width))
        }
        GuardRow::Light(id) => {
            let lights = &scene.model.board.lights;
            let Some(state) = lights.iter().find(|light| light.id == *id) else {
                return Line::default();
            };
            let title = scene.pick(&state.title).to_owned();
            let args = [("count", state.reasons.len().into())];
            let reasons = scene.with("guards-reasons", &args);
            headed(
                scene,
                state.light,
                &title,
                vec![
                    scene.span(
                        Scene::light_role(state.light),
                        scene.light_name(state.light),
                    ),
                    scene.span(Role::Dim, format!("  {reasons}")),
                ],
            )
        }
        GuardRow::Gate(_) => {
            let state = gate(gates, entry);
            state.map_or_else(Line::default, |state| gate_line(scene, state, width))
        }
        GuardRow::GateHook(..) => {
            let hook = hook_of(gates, entry);
            hook.map_or_else(Line::default, |hook| gate_hook_line(scene, hook))
        }
        GuardRow::Limit(_, place) => {
            let limits = gate(gates, entry).map_or([].as_slice(), |gate| &gate.limits);
            let Some(limit) = limits.get(*place) else {
                return Line::default();
            };
            let says = saying::readings(scene.paint.texts, std::slice::from_ref(&limit.says));
            part(scene, limit.light, &says, width)
        }
        GuardRow::Tick(..) => {
            let Some(tick) = tick_of(gates, entry) else {
                return Line::default();
            };
            let ask = scene.pick(&tick.spec.ask);
            part(scene, tick.state.light(), ask, width)
        }
    }
}

/// A row that begins something: its light, its name, and what is said of it.
fn headed<'a>(scene: &Scene<'a>, light: Light, name: &str, said: Vec<Span<'a>>) -> Line<'a> {
    let name = truncate(name, NAME, scene.glyphs()).into_owned();
    let mut spans = vec![
        scene.span(
            Scene::light_role(light),
            format!(" {} ", scene.glyph.light(light)),
        ),
        scene.span(
            Role::Text,
            format!("{} ", pad_right(&name, NAME, scene.glyphs())),
        ),
    ];
    spans.extend(said);
    Line::from(spans)
}

/// A part of a gate.
fn part<'a>(scene: &Scene<'a>, light: Light, text: &str, width: usize) -> Line<'a> {
    let room = width.saturating_sub(7);
    let text = truncate(text, room, scene.glyphs()).into_owned();
    Line::from(vec![
        scene.span(
            Scene::light_role(light),
            format!("    {} ", scene.glyph.light(light)),
        ),
        scene.span(Role::Text, text),
    ])
}

fn hook_line<'a>(scene: &Scene<'a>, hook: &HookState, width: usize) -> Line<'a> {
    let title = scene.pick(&hook.title).to_owned();
    let word = scene.light_word(hook.light);
    // The sign, the name and the gaps.
    let lead = NAME + 4 + cells(word) + 1 + cells(&title) + 2;
    let read = observed(scene, hook, width.saturating_sub(lead));
    let (_, good) = guards::windows(scene.model, &hook.id);
    let mut said = vec![
        scene.span(Scene::light_role(hook.light), format!("{word} ")),
        scene.span(Role::Text, format!("{title}  ")),
        scene.span(Role::Text, read),
    ];
    if let Some(running) = hook.running.filter(|running| *running != hook.light) {
        let sign = scene.glyph.light(running);
        let text = format!(" ({sign} {})", scene.light_word(running));
        said.push(scene.span(Role::Dim, text));
    }
    if width >= 110 {
        said.push(scene.span(Role::Dim, format!("  {}", good_row(scene, good))));
    }
    headed(scene, hook.light, hook.id.as_str(), said)
}

fn gate_line<'a>(scene: &Scene<'a>, state: &GateState, width: usize) -> Line<'a> {
    let spec = scene.model.pack.gate(&state.id);
    let (held, all) = state.held();
    let counted = scene.with("guards-held", &[("held", held.into()), ("all", all.into())]);
    let mut said = Vec::new();
    if let Some(weight) = spec.and_then(|spec| spec.weight) {
        let text = scene.with("guards-weight", &[("weight", weight.to_string().into())]);
        said.push(scene.span(
            Role::Text,
            format!("{} ", pad_right(&text, 6, scene.glyphs())),
        ));
    }
    said.push(scene.span(Scene::light_role(state.light), counted));
    let about = spec.and_then(|spec| spec.about.as_ref());
    if let Some(about) = about.filter(|_| width >= 60) {
        said.push(scene.span(Role::Dim, format!("  {}", scene.pick(about))));
    }
    let title = spec
        .map_or(state.id.as_str(), |spec| scene.pick(&spec.title))
        .to_owned();
    headed(scene, state.light, &title, said)
}

fn gate_hook_line<'a>(scene: &Scene<'a>, hook: &GateHook) -> Line<'a> {
    let word = scene.light_name(hook.shows);
    let key = if hook.decides {
        "guards-wants-green"
    } else {
        "guards-beside"
    };
    let said = scene.with(key, &[("light", word.into())]);
    // One that decides nothing has the colour it shows, and no sign of its own.
    let (sign, role) = if hook.decides {
        let light = hook.light();
        (scene.glyph.light(light), Scene::light_role(light))
    } else {
        (scene.glyph.dot, Scene::light_role(hook.shows))
    };
    Line::from(vec![
        scene.span(role, format!("    {sign} ")),
        scene.span(Role::Text, format!("{} ", hook.id)),
        scene.span(role, said),
        scene.span(Role::Dim, format!("  {}", good_row(scene, hook.row))),
    ])
}

/// What a light proposes now, with the key of its sentence.
fn proposal_of<'m>(scene: &Scene<'m>, id: &LightId) -> Option<(&'static str, &'m Proposal)> {
    let what = guards::proposal(scene.model, &GuardRow::Light(id.clone()))?;
    let state = scene.model.board.lights.iter().find(|it| it.id == *id)?;
    Some((on_colour(state.light)?, what))
}

/// The key of the sentence that says what a light of this colour proposes.
const fn on_colour(light: Light) -> Option<&'static str> {
    match light {
        Light::Yellow => Some("guards-on-warn"),
        Light::Red => Some("guards-on-red"),
        Light::Green | Light::Unknown => None,
    }
}

/// All there is to the selected row.
fn foot<'a>(
    scene: &Scene<'a>,
    gates: &[GateState],
    entry: &GuardRow,
    width: usize,
) -> Vec<Line<'a>> {
    let mut lines = vec![Line::default()];
    let mut push = |role: Role, text: &str| {
        let wrapped = wrap_most(text, width.saturating_sub(4), 2, scene.glyphs());
        lines.extend(
            wrapped
                .into_iter()
                .map(|part| scene.line(role, format!("   {part}"))),
        );
    };
    match entry {
        GuardRow::Hook(id) | GuardRow::GateHook(_, id) => {
            let (_, good) = guards::windows(scene.model, id);
            push(Role::Text, &good_row(scene, good));
            for made in scene.model.pack.hook_parts(id) {
                let args = [
                    ("light", scene.light_name(made.light).into()),
                    ("says", made.says.as_str().into()),
                ];
                push(Role::Dim, &scene.with("guards-makes", &args));
            }
        }
        GuardRow::Light(id) => {
            if let Some((key, what)) = proposal_of(scene, id) {
                let say = scene.pick(&what.say);
                push(Role::Accent, &scene.with(key, &[("say", say.into())]));
            }
            let parts = guards::parts(scene.model, id);
            for reason in parts.iter().filter(|part| part.is_reason()).take(2) {
                let says = std::slice::from_ref(&reason.says);
                push(Role::Text, &saying::readings(scene.paint.texts, says));
            }
        }
        GuardRow::Limit(_, place) => {
            let limit = gate(gates, entry).and_then(|gate| gate.limits.get(*place));
            if let Some(limit) = limit {
                let says = saying::demand(scene.paint.texts, &limit.demands);
                push(
                    Role::Text,
                    &scene.with("guards-demands", &[("says", says.into())]),
                );
            }
        }
        GuardRow::Tick(..) => {
            if let Some(tick) = tick_of(gates, entry) {
                push(Role::Text, scene.pick(&tick.spec.ask));
                push(Scene::light_role(tick.state.light()), &told(scene, tick));
            }
        }
        GuardRow::Gate(_) => {
            let spec = entry.gate().and_then(|id| scene.model.pack.gate(id));
            if let Some(about) = spec.and_then(|spec| spec.about.as_ref()) {
                push(Role::Dim, scene.pick(about));
            }
        }
    }
    let failing = gate(gates, entry).is_some_and(|gate| gate.light == Light::Red);
    let spec = entry.gate().and_then(|id| scene.model.pack.gate(id));
    if let Some(what) = spec.and_then(|spec| spec.on_fail.as_ref()) {
        let role = if failing { Role::Accent } else { Role::Dim };
        push(
            role,
            &scene.with("guards-on-fail", &[("say", scene.pick(&what.say).into())]),
        );
    }
    lines.truncate(FOOT);
    lines
}
