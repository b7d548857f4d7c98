//! Alerts: how grave, which, how long, and whether somebody hid them.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    model::AlertLine,
    triaging::{self, Care, care},
    view::{Column, Item, Pane},
};
use crate::domain::{
    action::record::ActorMark,
    alert::{AlertState, Severity},
    desk::Namespaces,
    light::Light,
};
use crate::i18n::{
    time,
    width::{cells, truncate},
};
use crate::theme::Role;
use crate::ui::scene::Scene;
use crate::ui::widgets::{
    canvas::{put, put_sides},
    columns::{Col, Table, Width, name},
};

use super::{Place, condition::alert};

/// From this width on an alert's state has a column of its own, and its labels too.
const WIDE: u16 = 64;

/// The most cells the name of who takes care of an alert gets.
const WHO: usize = 10;

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

/// Whether somebody takes care of it, or by when somebody must: `ack 03:12`, `li 2m`.
pub fn care_text(scene: &Scene<'_>, line: &AlertLine) -> Option<(Role, String)> {
    match triaging::care(scene.model, line)? {
        Care::Open => None,
        Care::Waiting { by } => {
            let left = by.duration_since(scene.now());
            let span = time::countdown(left.unsigned_abs());
            Some(if left.is_negative() {
                let text = scene.with("care-overdue", &[("over", span.into())]);
                (Role::Error, text)
            } else {
                let text = scene.with("care-waiting", &[("left", span.into())]);
                (Role::Warn, text)
            })
        }
        Care::Taken(seen) => {
            let who = whose(scene, line, &seen.by);
            let args = [
                ("who", who.into()),
                ("age", scene.ledger_age(seen.at).into()),
            ];
            Some((Role::Ok, scene.with("care-taken", &args)))
        }
    }
}

/// Whose it is: whom it was given to, else who acknowledged it.
fn whose(scene: &Scene<'_>, line: &AlertLine, by: &ActorMark) -> String {
    let log = triaging::log(scene.model, line);
    let assigned = log.and_then(|log| log.assigned.clone());
    let name = assigned.or_else(|| by.principal.clone());
    let name = name.unwrap_or_else(|| format!("uid {}", by.uid));
    truncate(&name, WHO, scene.glyphs()).into_owned()
}

/// `✖ S2 ExportBacklog    12m  ack 03:12`; what is hidden says why in place of its age.
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
        (None, age) => {
            let mut tail = vec![scene.span(Role::Text, age.unwrap_or_default())];
            if let Some((role, text)) = care_text(scene, line) {
                tail.push(scene.span(role, format!("  {text}")));
            }
            Line::from(tail)
        }
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
    if is_marked(scene, line) {
        spans.push(scene.span(Role::Accent, format!("{} ", scene.glyph.checked)));
    }
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
        "col-alert" if is_marked(scene, line) => vec![
            scene.span(Role::Accent, format!("{} ", scene.glyph.checked)),
            name(scene, text, &line.alert.name, name_width.saturating_sub(2)),
        ],
        "col-alert" => vec![name(scene, text, &line.alert.name, name_width)],
        "col-age" => vec![scene.span(text, scene.age(line.alert.starts_at))],
        "col-state" => {
            let state = state_text(scene, line).map(|text| (Role::Dim, text));
            let (role, text) = state
                .or_else(|| care_text(scene, line))
                .unwrap_or_else(|| (Role::Dim, scene.t("alert-firing").to_owned()));
            vec![scene.span(role, text)]
        }
        "col-labels" => vec![scene.span(Role::Dim, labels(scene, line))],
        _ => Vec::new(),
    });
}

fn is_marked(scene: &Scene<'_>, line: &AlertLine) -> bool {
    let marked = &scene.model.view.marked_alerts;
    marked.contains(&line.alert.fingerprint)
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
    let waiting = members()
        .filter(|line| {
            matches!(
                care(scene.model, line),
                Some(Care::Open | Care::Waiting { .. })
            )
        })
        .count();
    let mut right = vec![scene.span(
        Role::Text,
        oldest.map_or_else(String::new, |at| scene.age(at)),
    )];
    if waiting > 0 {
        let text = scene.with("alerts-waiting", &[("count", waiting.into())]);
        right.push(scene.span(Role::Warn, format!("  {text}")));
    }
    let right = Line::from(right);
    put_sides(buffer, after_sign(at), left, right, scene.glyphs());
}
