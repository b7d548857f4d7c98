//! The form of an action: each parameter with what is in force now, what may be put in, and what is wrong with it.

use ratatui::{
    buffer::Buffer,
    layout::Position,
    text::{Line, Span},
};

use crate::app::{
    form::{Field, FormScreen},
    incidents::alert_meant,
    layout::Area,
    silences,
};
use crate::i18n::{
    action_words,
    width::{cells, pad_right},
};
use crate::pack::ParamKind;
use crate::theme::Role;
use crate::ui::{
    footer::input,
    scene::Scene,
    widgets::{
        canvas::{put, row},
        popup::{self, Place},
        wrap::wrap,
    },
};

const WIDE: u16 = 78;
/// Cells of a parameter's name: as many as the longest needs, between these.
const NAME: usize = 18;
const LONG_NAME: usize = 30;
/// So many names of alerts that a silence would hide are written out.
const HIDDEN_NAMES: usize = 6;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    form: &FormScreen,
) -> Option<Position> {
    let width = usize::from(body.width.min(WIDE)).saturating_sub(4);
    let title = format!(
        "{} {} {}",
        scene.pick(&form.title),
        scene.glyph.dot,
        form.tier
    );
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut typed: Vec<(usize, &Field)> = Vec::new();
    if let Some(target) = &form.target {
        lines.push(scene.line(Role::HeaderDesk, target.to_string()));
        lines.push(Line::default());
    }
    let names = form.fields.iter().map(|field| cells(name(scene, field)));
    let named = names.max().unwrap_or(0).clamp(NAME, LONG_NAME);
    for (at, field) in form.fields.iter().enumerate() {
        typed.push((lines.len(), field));
        let name = name(scene, field);
        if cells(name) > named {
            let role = if at == form.at {
                Role::Accent
            } else {
                Role::Dim
            };
            let parts = wrap(name, width).into_iter();
            lines.extend(parts.map(|part| scene.line(role, part)));
            typed[at].0 = lines.len();
        }
        lines.push(name_line(scene, (name, named), at == form.at));
        lines.extend(below(scene, form, field, at == form.at, (width, named)));
    }
    if let Some(refusal) = &form.refused {
        let text = scene.refusal(refusal);
        for part in wrap(&text, width.saturating_sub(2)) {
            lines.push(scene.line(Role::Error, format!("{} {part}", scene.glyph.error)));
        }
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let wished = (WIDE, height.min(body.height));
    let area = popup::draw(buffer, scene, body, Place::Top, wished, &title);
    let rows = usize::from(area.height);
    // The field that is filled in stays in sight, with what stands below it.
    let own = typed.get(form.at).map_or(0, |(line, _)| *line);
    let first = (own + 5)
        .saturating_sub(rows)
        .min(lines.len().saturating_sub(rows));
    for (index, line) in lines.into_iter().enumerate().skip(first).take(rows) {
        put(
            buffer,
            row(area, (index - first) as u16),
            line,
            scene.glyphs(),
        );
    }
    let mut cursor = None;
    for (at, (line, field)) in typed.into_iter().enumerate() {
        if line < first || line - first >= rows {
            continue;
        }
        let place = row(area, (line - first) as u16);
        let lead = (named + 3) as u16;
        let now = now(scene, form, field).map_or(0, |text| cells(&text) as u16 + 2);
        let room = place.width.saturating_sub(lead + now);
        let found = input(
            buffer,
            scene,
            &field.input,
            Area::new(place.x + lead, place.y, room, 1),
        );
        if let Some(text) = self::now(scene, form, field) {
            let wide = cells(&text) as u16;
            let right = place.x + place.width.saturating_sub(wide);
            let cell = Area::new(right, place.y, wide.min(place.width), 1);
            put(buffer, cell, scene.line(Role::Dim, text), scene.glyphs());
        }
        if at == form.at {
            cursor = Some(found);
        }
    }
    cursor
}

/// The value in force, which stands beside the new one.
fn now(scene: &Scene<'_>, form: &FormScreen, field: &Field) -> Option<String> {
    let Some(value) = &field.now else {
        field.spec.now.as_ref()?;
        let key = if form.is_looking() {
            "form-now-reading"
        } else {
            "form-now-unknown"
        };
        return Some(scene.t(key).to_owned());
    };
    let value = action_words::value(scene.paint.texts, value);
    Some(scene.with("form-now", &[("value", value.into())]))
}

fn name<'a>(scene: &Scene<'_>, field: &'a Field) -> &'a str {
    let title = field.spec.title.as_ref().map(|title| scene.pick(title));
    title
        .filter(|title| !title.is_empty())
        .unwrap_or(&field.spec.name)
}

fn name_line<'a>(scene: &Scene<'a>, (name, named): (&str, usize), on: bool) -> Line<'a> {
    let (role, sign) = if on {
        (Role::Accent, scene.glyph.bar)
    } else {
        (Role::Dim, " ")
    };
    // What is longer stands above its field.
    let name = if cells(name) > named { "" } else { name };
    let name = pad_right(name, named, scene.glyphs());
    Line::from(vec![
        scene.span(role, format!("{sign} ")),
        scene.span(role, format!("{name} ")),
    ])
}

/// What is wrong with a field, or what may be put into it.
fn below<'a>(
    scene: &Scene<'a>,
    form: &FormScreen,
    field: &Field,
    on: bool,
    (width, named): (usize, usize),
) -> Vec<Line<'a>> {
    let lead = " ".repeat(named + 3);
    let room = width.saturating_sub(named + 3);
    let mut lines = Vec::new();
    let mut add = |role: Role, text: &str| {
        for part in wrap(text, room) {
            lines.push(Line::from(vec![
                Span::raw(lead.clone()),
                scene.span(role, part),
            ]));
        }
    };
    let typed = !field.input.value().trim().is_empty();
    match field.value() {
        // An empty field is not blamed before anybody was there.
        Err(fault) if field.refused || field.touched && (typed || !on) => {
            let text = action_words::fault(scene.paint.texts, &fault);
            add(Role::Error, &format!("{} {text}", scene.glyph.error));
        }
        Ok(None) if on => add(Role::Dim, scene.t("form-optional")),
        _ => {}
    }
    if matches!(field.spec.kind, ParamKind::Matchers) {
        would_hide(scene, field, &mut add);
    }
    if !on {
        return lines;
    }
    let choices = form.choices(scene.model);
    if !choices.is_empty() {
        let told: Vec<String> = choices
            .into_iter()
            .map(|choice| match form.revision(&choice) {
                Some(revision) => format!("{choice} ({})", revision.images.join(", ")),
                None => choice,
            })
            .collect();
        add(Role::Text, &told.join(&format!(" {} ", scene.glyph.dot)));
    } else if form.asked.is_some() || (field.spec.from.is_some() && form.looking.is_some()) {
        add(Role::Info, scene.t("form-reading"));
    }
    lines
}

/// What a silence with these matchers would hide now, by name, and how much of it is not the alert that is meant.
fn would_hide(scene: &Scene<'_>, field: &Field, add: &mut impl FnMut(Role, &str)) {
    let of = alert_meant(scene.model).map(|line| line.alert.name.as_str());
    let Some(would) = silences::would_hide(scene.model, field.input.value(), of) else {
        return;
    };
    if would.count == 0 {
        add(Role::Warn, scene.t("form-hides-nothing"));
        return;
    }
    let shown = would.names.iter().take(HIDDEN_NAMES);
    let mut names: Vec<String> = shown
        .map(|(name, count)| format!("{name} {}{count}", scene.glyph.times))
        .collect();
    if would.names.len() > HIDDEN_NAMES {
        names.push(format!("+{}", would.names.len() - HIDDEN_NAMES));
    }
    let args = [
        ("count", would.count.into()),
        ("names", names.join(", ").into()),
    ];
    add(Role::Text, &scene.with("form-hides", &args));
    if would.others > 0 {
        let args = [("count", would.others.into())];
        add(Role::Warn, &scene.with("form-hides-others", &args));
    }
}
