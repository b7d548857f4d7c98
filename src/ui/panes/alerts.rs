//! Alerts: how grave, which, how long, and whether somebody hid them.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    model::AlertLine,
    view::{Column, Item, Pane},
};
use crate::domain::{
    alert::{AlertState, Severity},
    desk::Namespaces,
    light::Light,
};
use crate::i18n::width::cells;
use crate::theme::Role;
use crate::ui::scene::Scene;
use crate::ui::widgets::{
    canvas::{put, put_sides},
    columns::{Col, Table, Width, name},
};

use super::{Place, condition::alert};

/// From this width on an alert's state has a column of its own, and its labels too.
const WIDE: u16 = 64;

/// The columns; the one of severities is as wide as the pack's longest word for one.
fn cols(scene: &Scene<'_>, width: u16, headed: bool) -> [Col; 5] {
    let alerts = scene.model.alerts.alerts.values();
    let word = alerts
        .map(|line| cells(severity_word(line)))
        .max()
        .unwrap_or(0)
        .clamp(if headed { 8 } else { 2 }, 10) as u16;
    let name = if width < 100 { 24 } else { 40 };
    [
        Col::left(
            "col-severity",
            Width::Fixed(word),
            2,
            Some(Column::Severity),
        ),
        Col::left("col-alert", Width::Flex(16, name), 0, None),
        Col::right("col-age", Width::Fixed(5), 1, Some(Column::Age)),
        Col::left("col-state", Width::Fixed(18), 3, Some(Column::State)),
        Col::left("col-labels", Width::Flex(12, 200), 4, Some(Column::Labels)),
    ]
}

/// How alerts are drawn at one width.
pub(super) struct Rows {
    /// `None`: one line with what matters most.
    table: Option<Table>,
}

impl Rows {
    pub fn new(scene: &Scene<'_>, width: u16, headed: bool) -> Self {
        let hidden = &scene.model.view.list(Pane::Alerts).hidden;
        let table = (headed || width >= WIDE)
            .then(|| Table::fit(&cols(scene, width, headed), width.saturating_sub(3), hidden));
        Self { table }
    }

    pub fn heads(&self, buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
        if let Some(table) = &self.table {
            table.draw_heads(buffer, scene, after_sign(at));
        }
    }

    pub fn row(&self, buffer: &mut Buffer, scene: &Scene<'_>, item: &Item, place: &Place) {
        let at = Area::new(place.inner.x, place.inner.y, place.inner.width, 1);
        match item {
            Item::Alert(fingerprint) => {
                let Some(line) = alert(scene, fingerprint) else {
                    return;
                };
                put(buffer, at, sign(scene, line), scene.glyphs());
                match &self.table {
                    Some(table) => table_row(buffer, scene, table, line, after_sign(at)),
                    None => short_row(buffer, scene, line, after_sign(at)),
                }
            }
            Item::AlertGroup(name) => group_row(buffer, scene, name, at),
            _ => {}
        }
    }
}

fn after_sign(at: Area) -> Area {
    Area::new(at.x + 2, at.y, at.width.saturating_sub(3), at.height)
}

/// The role of a severity.
pub const fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::S1 => Role::Severity1,
        Severity::S2 => Role::Severity2,
        Severity::S3 => Role::Severity3,
        Severity::S4 => Role::Severity4,
        Severity::Unranked => Role::Unknown,
    }
}

/// The sign and the role of an alert.
pub fn mark(scene: &Scene<'_>, line: &AlertLine) -> (&'static str, Role) {
    let glyph = scene.glyph;
    match line.alert.state {
        AlertState::Silenced { .. } | AlertState::Inhibited { .. } => (glyph.silenced, Role::Dim),
        AlertState::Pending => (glyph.pending, Role::Info),
        AlertState::Firing | AlertState::FiringUnseen | AlertState::Unprocessed => {
            let light = line.light().unwrap_or(Light::Unknown);
            (glyph.light(light), severity_role(line.severity))
        }
    }
}

fn sign<'t>(scene: &Scene<'_>, line: &AlertLine) -> Line<'t> {
    let (sign, role) = mark(scene, line);
    scene.line(role, sign)
}

/// The pack's word for the severity; where it has none, the rank.
pub fn severity_word(line: &AlertLine) -> &str {
    if !line.severity_word.is_empty() {
        return &line.severity_word;
    }
    match line.severity {
        Severity::S1 => "S1",
        Severity::S2 => "S2",
        Severity::S3 => "S3",
        Severity::S4 => "S4",
        Severity::Unranked => "-",
    }
}

/// What there is to say of the state besides that it fires.
pub fn state_text(scene: &Scene<'_>, line: &AlertLine) -> Option<String> {
    let alert = &line.alert;
    match &alert.state {
        AlertState::Firing => None,
        AlertState::Pending => Some(scene.t("alert-pending").to_owned()),
        AlertState::FiringUnseen => Some(scene.t("alert-unseen").to_owned()),
        AlertState::Unprocessed => Some(scene.t("alert-unprocessed").to_owned()),
        AlertState::Inhibited { .. } => Some(scene.t("alert-inhibited").to_owned()),
        AlertState::Silenced { .. } => Some(
            match alert.silenced_until.and_then(|until| scene.until(until)) {
                Some(left) => scene.with("alert-silenced-left", &[("left", left.into())]),
                None => scene.t("alert-silenced").to_owned(),
            },
        ),
    }
}

/// `✖ S2 ExportBacklog    12m`; what is hidden says why in place of its age.
fn short_row(buffer: &mut Buffer, scene: &Scene<'_>, line: &AlertLine, at: Area) {
    let hidden = &scene.model.view.list(Pane::Alerts).hidden;
    let role = if line.alert.state.calls() {
        severity_role(line.severity)
    } else {
        Role::Dim
    };
    let age = (!hidden.contains(&Column::Age)).then(|| scene.age(line.alert.starts_at));
    let state = state_text(scene, line).filter(|_| !hidden.contains(&Column::State));
    let tail = match (state, age) {
        (Some(state), Some(age))
            if matches!(
                line.alert.state,
                AlertState::Pending | AlertState::FiringUnseen
            ) =>
        {
            scene.line(Role::Dim, format!("{state} {age}"))
        }
        (Some(state), _) => scene.line(Role::Dim, state),
        (None, Some(age)) => scene.line(Role::Text, age),
        (None, None) => Line::default(),
    };
    let mut spans: Vec<Span<'_>> = Vec::new();
    if !hidden.contains(&Column::Severity) {
        spans.push(scene.span(role, severity_word(line)));
        spans.push(Span::raw(" "));
    }
    let used = spans.iter().map(|span| cells(&span.content)).sum::<usize>() + tail.width() + 1;
    let room = usize::from(at.width).saturating_sub(used).max(8);
    let name_role = if line.alert.state.calls() {
        Role::Text
    } else {
        Role::Dim
    };
    spans.push(name(scene, name_role, &line.alert.name, room));
    put_sides(buffer, at, Line::from(spans), tail, scene.glyphs());
}

fn table_row(buffer: &mut Buffer, scene: &Scene<'_>, table: &Table, line: &AlertLine, at: Area) {
    let calling = line.alert.state.calls();
    let role = if calling {
        severity_role(line.severity)
    } else {
        Role::Dim
    };
    let text = if calling { Role::Text } else { Role::Dim };
    let name_width = usize::from(table.width("col-alert"));
    table.draw_row(buffer, scene, at, |head| match head {
        "col-severity" => vec![scene.span(role, severity_word(line))],
        "col-alert" => vec![name(scene, text, &line.alert.name, name_width)],
        "col-age" => vec![scene.span(text, scene.age(line.alert.starts_at))],
        "col-state" => {
            let state = state_text(scene, line);
            vec![scene.span(
                Role::Dim,
                state.unwrap_or_else(|| scene.t("alert-firing").to_owned()),
            )]
        }
        "col-labels" => vec![scene.span(Role::Dim, labels(scene, line))],
        _ => Vec::new(),
    });
}

/// The labels that tell alerts of one name apart.
fn labels(scene: &Scene<'_>, line: &AlertLine) -> String {
    let one_namespace =
        matches!(&scene.model.desk.namespaces, Namespaces::Some(names) if names.len() == 1);
    let mut out = String::new();
    for (key, value) in &line.alert.labels {
        if matches!(key.as_str(), "alertname" | "severity") || (one_namespace && key == "namespace")
        {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(key);
        out.push('=');
        out.push_str(value);
    }
    out
}

fn group_row(buffer: &mut Buffer, scene: &Scene<'_>, name: &str, at: Area) {
    let members = || {
        scene
            .model
            .alerts
            .alerts
            .values()
            .filter(|line| line.alert.name == name)
    };
    let Some(worst) = members().min_by_key(|line| (!line.alert.state.calls(), line.severity))
    else {
        return;
    };
    let count = members().count();
    let oldest = members().map(|line| line.alert.starts_at).min();
    let (sign, role) = mark(scene, worst);
    put(buffer, at, scene.line(role, sign), scene.glyphs());
    let left = Line::from(vec![
        scene.span(role, severity_word(worst)),
        Span::raw(" "),
        scene.span(Role::Text, name.to_owned()),
        scene.span(Role::Accent, format!(" {}{count}", scene.glyph.times)),
    ]);
    let right = oldest.map_or_else(Line::default, |at| scene.line(Role::Text, scene.age(at)));
    put_sides(buffer, after_sign(at), left, right, scene.glyphs());
}
