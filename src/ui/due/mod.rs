//! What is due: the routine, runs that go on, those whose end nobody knows, open incidents and flows, temporary changes
//! that stand.

mod routine;

pub use self::routine::{GRACE, at, title as routine_title};

use std::sync::Arc;

use ratatui::{buffer::Buffer, text::Line};

use super::{
    debts,
    overlays::{flow_due, incident_due, incident_mark, run_mark},
};
use crate::app::{
    handover::standing,
    incidents::{self, severity_title},
    layout::Area,
    running::{actor, asked, is_unsettled},
    silences::{SilenceLine, ending},
};
use crate::domain::{action::record::Run, clean::clean, logbook::incident::Incident};
use crate::i18n::action_words;
use crate::theme::Role;

use super::scene::Scene;
use super::widgets::canvas::{put, row, title_rule};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
    if at.height == 0 {
        return;
    }
    let title = Line::from(vec![
        scene.span(Role::Border, scene.glyph.horizontal),
        scene.span(Role::Title, format!(" {} ", scene.t("due"))),
    ]);
    title_rule(
        buffer,
        scene,
        row(at, 0),
        title,
        Line::default(),
        Role::Border,
    );
    let rows = usize::from(at.height.saturating_sub(1));
    if rows == 0 {
        return;
    }
    // What is due by the clock stands first: there is one line of it, however much it is.
    let routine = routine::line(scene, usize::from(at.width));
    let lines: Vec<Line<'_>> = routine.into_iter().chain(lines(scene)).collect();
    if lines.is_empty() {
        put(
            buffer,
            row(at, 1),
            scene.line(Role::Dim, format!(" {}", scene.t("due-empty"))),
            scene.glyphs(),
        );
        return;
    }
    let more = lines.len().saturating_sub(rows);
    for (place, mut line) in lines.into_iter().take(rows).enumerate() {
        // The last row says how many there is no room for.
        if place + 1 == rows && more > 0 {
            line.spans.push(scene.dot());
            let text = scene.with("and-more", &[("count", more.into())]);
            line.spans.push(scene.span(Role::Warn, text));
        }
        put(buffer, row(at, place as u16 + 1), line, scene.glyphs());
    }
}

/// All that is due: runs that need somebody, what is overdue, incidents and flows, then what goes on by itself and what
/// stands.
fn lines<'a>(scene: &Scene<'a>) -> Vec<Line<'a>> {
    let mut lines: Vec<(u8, Line<'a>)> = Vec::new();
    for run in open_runs(scene) {
        let rank = if is_unsettled(run) {
            0
        } else if asked(run).is_some() {
            1
        } else {
            4
        };
        lines.push((rank, line(scene, run)));
    }
    let book = &scene.model.logbook;
    for incident in book.incidents.open().rev() {
        let (role, line) = incident_line(scene, incident);
        lines.push((if role == Role::Debt { 1 } else { 2 }, line));
    }
    for flow in book.flows.open().rev() {
        if let Some((role, line)) = flow_due(scene, flow) {
            lines.push((if role == Role::Debt { 1 } else { 3 }, line));
        }
    }
    lines.extend(handover_line(scene).map(|line| (1, line)));
    for silence in ending(scene.model) {
        lines.push((3, silence_line(scene, silence)));
    }
    for debt in &*scene.model.debts {
        let rank = if debt.changed.is_empty() { 5 } else { 1 };
        lines.push((rank, debts::line(scene, debt)));
    }
    lines.sort_by_key(|(rank, _)| *rank);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An open incident with what is due of it first.
fn incident_line<'a>(scene: &Scene<'a>, incident: &Incident) -> (Role, Line<'a>) {
    let (sign, role) = incident_mark(scene, incident);
    let args = [
        ("number", incident.number.as_str().into()),
        (
            "severity",
            severity_title(scene.model, &incident.severity).into(),
        ),
        ("title", clean(&incident.title).into_owned().into()),
    ];
    let mut spans = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(Role::Text, scene.with("due-incident", &args)),
    ];
    let mut urgent = Role::Info;
    if let Some(first) = incidents::due(scene.model, incident).first() {
        let (role, text) = incident_due(scene, first);
        urgent = role;
        spans.push(scene.dot());
        spans.push(scene.span(role, text));
    }
    (urgent, Line::from(spans))
}

/// `▲ handed over by li: it waits for a signature`.
fn handover_line<'a>(scene: &Scene<'a>) -> Option<Line<'a>> {
    let own = standing(scene.model);
    let given = own.given.as_ref().filter(|_| own.waits())?;
    let text = scene.with("due-handover-waits", &[("who", actor(&given.by).into())]);
    let sign = scene.glyph.pending;
    Some(scene.line(Role::Debt, format!(" {sign} {text}")))
}

/// `○ silence ends in 12m: alertname="BackupLate" · 1 will call`.
fn silence_line<'a>(scene: &Scene<'a>, line: &SilenceLine) -> Line<'a> {
    let left = scene.until(line.silence.ends_at).unwrap_or_default();
    let args = [
        ("left", left.into()),
        ("matchers", line.silence.shown().into()),
        ("count", line.hides.into()),
    ];
    let sign = scene.glyph.silenced;
    scene.line(
        Role::Warn,
        format!(" {sign} {}", scene.with("due-silence", &args)),
    )
}

/// Those a person must look at first, then those that wait for one, then the others that go on.
fn open_runs<'a>(scene: &Scene<'a>) -> Vec<&'a Arc<Run>> {
    let runs = scene.model.acts.runs.iter();
    let mut open: Vec<&Arc<Run>> = runs.filter(|run| run.blocks()).collect();
    open.sort_by_key(|run| (!is_unsettled(run), asked(run).is_none()));
    open
}

fn line<'a>(scene: &Scene<'a>, run: &'a Run) -> Line<'a> {
    let (sign, role) = run_mark(scene, run);
    let plan = &run.intent.plan;
    let args = [
        ("title", scene.pick(&plan.title).into()),
        ("target", plan.target.to_string().into()),
        ("who", actor(&run.actor).into()),
        (
            "state",
            action_words::state(scene.paint.texts, &run.state).into(),
        ),
    ];
    let (key, role) = if is_unsettled(run) {
        ("due-unsettled", Role::Debt)
    } else if asked(run).is_some() {
        ("due-asks", Role::Accent)
    } else {
        ("due-running", role)
    };
    Line::from(vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(role, scene.with(key, &args)),
    ])
}
