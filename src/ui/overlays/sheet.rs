//! A sheet for the logbook: what is asked, what may be put in, and what is wrong with it.

use ratatui::{
    buffer::Buffer,
    layout::Position,
    text::{Line, Span},
};

use crate::app::{
    form::Field,
    incidents::{self, severity_title},
    layout::Area,
    sheet::{Sheet, SheetOf, SheetRefused},
};
use crate::i18n::{action_words, incident_words, width::pad_right};
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
/// Cells of a field's name.
const NAME: usize = 18;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, sheet: &Sheet) -> Option<Position> {
    let width = usize::from(body.width.min(WIDE)).saturating_sub(4);
    let title = scene.with(&format!("sheet-{}", sheet.of.id()), &[]);
    let mut lines: Vec<Line<'_>> = Vec::new();
    if let Some(about) = &sheet.about {
        for part in wrap(about, width) {
            lines.push(scene.line(Role::HeaderDesk, part));
        }
    }
    for (role, text) in told(scene, sheet) {
        for part in wrap(&text, width) {
            lines.push(scene.line(role, part));
        }
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    let mut typed: Vec<(usize, &Field)> = Vec::new();
    for (at, field) in sheet.fields.iter().enumerate() {
        let name = name(scene, field);
        // A question longer than its place stands above its field.
        if crate::i18n::width::cells(&name) > NAME {
            let role = if at == sheet.at {
                Role::Accent
            } else {
                Role::Dim
            };
            lines.extend(
                wrap(&name, width)
                    .into_iter()
                    .map(|part| scene.line(role, part)),
            );
        }
        typed.push((lines.len(), field));
        lines.push(name_line(scene, &name, at == sheet.at));
        lines.extend(below(scene, sheet, field, at == sheet.at, width));
    }
    if let Some(refused) = sheet.refused {
        let key = match refused {
            SheetRefused::Sheet(id) => format!("sheet-refused-{id}"),
            SheetRefused::Command(why) => format!("why-not-{}", why.id()),
        };
        let text = scene.with(&key, &[]);
        for part in wrap(&text, width.saturating_sub(2)) {
            lines.push(scene.line(Role::Error, format!("{} {part}", scene.glyph.error)));
        }
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let wished = (WIDE, height.min(body.height));
    let area = popup::draw(buffer, scene, body, Place::Top, wished, &title);
    let rows = usize::from(area.height);
    // The field that is filled in stays in sight, with what stands below it.
    let own = typed.get(sheet.at).map_or(0, |(line, _)| *line);
    let first = (own + 6)
        .saturating_sub(rows)
        .min(lines.len().saturating_sub(rows));
    for (index, line) in lines.into_iter().enumerate().skip(first).take(rows) {
        let at = row(area, (index - first) as u16);
        put(buffer, at, line, scene.glyphs());
    }
    let mut cursor = None;
    for (at, (line, field)) in typed.into_iter().enumerate() {
        if line < first || line - first >= rows {
            continue;
        }
        let place = row(area, (line - first) as u16);
        let lead = (NAME + 3) as u16;
        let room = place.width.saturating_sub(lead);
        let at_field = Area::new(place.x + lead, place.y, room, 1);
        let found = input(buffer, scene, &field.input, at_field);
        if at == sheet.at {
            cursor = Some(found);
        }
    }
    cursor
}

/// What one should know before filling it in.
fn told(scene: &Scene<'_>, sheet: &Sheet) -> Vec<(Role, String)> {
    let id = match &sheet.of {
        SheetOf::Close(id) => id,
        SheetOf::HandoverGive(_) | SheetOf::HandoverTake(_) => return super::handover::told(scene),
        _ => return Vec::new(),
    };
    let Some(incident) = scene.model.logbook.incidents.get(id) else {
        return Vec::new();
    };
    let (recovery, judged) = incidents::recovery(scene.model, incident);
    let mut told = vec![(
        super::incident::recovery_role(recovery),
        incident_words::recovery(scene.paint.texts, recovery).to_owned(),
    )];
    told.extend(judged.map(|judged| {
        let text = incident_words::reading(scene.paint.texts, &judged.says);
        (Role::Text, text)
    }));
    told.extend(incidents::unfinished(scene.model, incident).map(|open| {
        let text = scene.with(&format!("sheet-refused-{}", open.id()), &[]);
        (Role::Warn, text)
    }));
    told
}

fn name(scene: &Scene<'_>, field: &Field) -> String {
    match &field.spec.title {
        Some(title) if !title.is_empty() => scene.pick(title).to_owned(),
        _ => {
            let key = format!("field-{}", field.spec.name);
            if scene.paint.texts.has(&key) {
                scene.paint.texts.t(&key).to_owned()
            } else {
                field.spec.name.clone()
            }
        }
    }
}

fn name_line<'a>(scene: &Scene<'a>, name: &str, on: bool) -> Line<'a> {
    let (role, sign) = if on {
        (Role::Accent, scene.glyph.bar)
    } else {
        (Role::Dim, " ")
    };
    let name = if crate::i18n::width::cells(name) > NAME {
        " ".repeat(NAME)
    } else {
        pad_right(name, NAME, scene.glyphs())
    };
    Line::from(vec![
        scene.span(role, format!("{sign} ")),
        scene.span(role, format!("{name} ")),
    ])
}

/// What is wrong with a field, or what may be put into it.
fn below<'a>(
    scene: &Scene<'a>,
    sheet: &Sheet,
    field: &Field,
    on: bool,
    width: usize,
) -> Vec<Line<'a>> {
    let lead = " ".repeat(NAME + 3);
    let room = width.saturating_sub(NAME + 3);
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
        Err(fault) if field.refused || field.touched && (typed || !on) => {
            let text = action_words::fault(scene.paint.texts, &fault);
            add(Role::Error, &format!("{} {text}", scene.glyph.error));
        }
        Ok(None) if on => add(Role::Dim, scene.t("form-optional")),
        _ => {}
    }
    if !on {
        return lines;
    }
    if field.spec.name == "severity" {
        for (role, text) in criteria(scene, sheet, field.input.value().trim()) {
            add(role, &text);
        }
        return lines;
    }
    let choices: Vec<String> = sheet
        .choices()
        .into_iter()
        .map(
            |choice| match choice_title(scene, &field.spec.name, &choice) {
                Some(title) if title != choice => format!("{choice} ({title})"),
                _ => choice,
            },
        )
        .collect();
    if !choices.is_empty() {
        let joint = format!(" {} ", scene.glyph.dot);
        add(Role::Text, &choices.join(&joint));
    }
    lines
}

/// What a word stands for.
fn choice_title(scene: &Scene<'_>, field: &str, choice: &str) -> Option<String> {
    let pack = &scene.model.pack;
    match field {
        "role" => {
            let role = pack.roles().iter().find(|role| role.id == choice)?;
            Some(scene.pick(&role.title).to_owned())
        }
        "phase" => Some(scene.paint.texts.t(&format!("phase-{choice}")).to_owned()),
        "term" => {
            let terms = &pack.incident().terms;
            let (_, title) = terms.iter().find(|(id, _)| id == choice)?;
            Some(scene.pick(title).to_owned())
        }
        _ => None,
    }
}

/// Each severity with what makes an incident one, and what its conditions propose now.
fn criteria(scene: &Scene<'_>, sheet: &Sheet, typed: &str) -> Vec<(Role, String)> {
    let model = scene.model;
    // A new one has no impact yet, whatever other is open.
    let incident = match &sheet.of {
        SheetOf::Severity(id) => model.logbook.incidents.get(id),
        _ => None,
    };
    let proposed = incidents::proposed(model, incident);
    let mut lines = Vec::new();
    for id in incidents::severities(model) {
        let spec = model.pack.severities().iter().find(|spec| spec.id == id);
        let criteria = spec.and_then(|spec| spec.criteria.as_ref());
        let mut text = format!("{id} {}", scene.glyph.dot);
        if let Some(criteria) = criteria {
            text = format!("{text} {}", scene.pick(criteria));
        } else {
            text = format!("{text} {}", severity_title(model, &id));
        }
        let role = if id == typed {
            Role::Accent
        } else {
            Role::Text
        };
        lines.push((role, text));
        if let Some((_, judged)) = proposed.iter().find(|(of, _)| *of == id) {
            let reading = incident_words::reading(scene.paint.texts, &judged.says);
            let text = scene.with("severity-proposed", &[("why", reading.into())]);
            lines.push((Role::Warn, text));
        }
        if id == typed
            && let Some(may) = spec.and_then(|spec| spec.may.as_ref())
        {
            lines.push((Role::Dim, scene.pick(may).to_owned()));
        }
    }
    lines
}
