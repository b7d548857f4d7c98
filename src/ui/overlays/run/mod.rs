//! One run: where it stands, step by step with what its programs wrote, and what came of it.

mod kept;
mod outcome;
mod written;

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use self::{kept::kept, outcome::outcome};
use crate::actions::{
    prompt::Choice,
    run::{Filling, told},
    undo::saved_before,
};
use crate::app::{
    command::Command,
    layout::Area,
    logs::pattern::Pattern,
    running::{RunScreen, actor, asked, is_unsettled},
};
use crate::domain::{
    action::{
        record::{Run, RunState, StepLine},
        step::Planned,
        tier::Tier,
        verdict::{StepEnd, Verdict},
    },
    clean::clean,
    time::since,
};
use crate::i18n::{action_words, step_words, time};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{
        canvas::{put, row},
        document,
        fit::spans_cells,
        popup::{self, Place},
        wrap::{wrap, wrap_most},
    },
};

/// Lines of output that are shown of a step.
const TAIL: usize = 12;
/// As many where they are what one came for: they were asked for by a filter, or the action did nothing but read them.
const LONG_TAIL: usize = 100;
/// After this without a sign of life a runner is thought to be away.
const SILENT: Duration = Duration::from_secs(15);

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &RunScreen) {
    let width = usize::from(body.width).saturating_sub(2);
    let title = document::title(
        scene,
        scene.with("run-title", &[("id", screen.id.as_str().into())]),
    );
    let mut hits = Vec::new();
    let lines = if let Some(run) = scene.model.acts.run(&screen.id) {
        let steps = screen.steps(run);
        let filter = screen.filter.as_ref();
        hits.extend(filter.map(|filter| written::hits(scene, steps, filter)));
        lines(scene, run, (steps, filter), width)
    } else {
        let text = format!(" {} {}", scene.glyph.broken, scene.t("run-reading"));
        vec![scene.line(Role::Info, text)]
    };
    let hits = hits.into_iter().flatten().collect();
    document::draw_noted(buffer, scene, body, (title, hits), lines, screen.scroll);
    if let Some(stopping) = &screen.stopping {
        stop(buffer, scene, body, stopping.choice);
    }
}

/// The question whether it shall stop.
fn stop(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, choice: Choice) {
    let text = scene.t("run-stop-ask");
    let lines = wrap(text, 56);
    let height = lines.len() as u16 + 4;
    let area = popup::draw(
        buffer,
        scene,
        body,
        Place::Top,
        (60, height),
        scene.t("run-stop-title"),
    );
    for (index, line) in lines.iter().enumerate() {
        let at = row(area, index as u16);
        put(
            buffer,
            at,
            scene.line(Role::Text, line.as_str()),
            scene.glyphs(),
        );
    }
    if area.height < 2 {
        return;
    }
    let of = |own: Choice, key: &'static str| {
        let text = scene.t(key);
        if choice == own {
            scene.span(Role::Selection, format!(" {} {text} ", scene.glyph.pointer))
        } else {
            scene.span(Role::Text, format!("   {text} "))
        }
    };
    let line = Line::from(vec![
        of(Choice::No, "prompt-no"),
        of(Choice::Run, "run-stop-yes"),
    ]);
    put(buffer, row(area, area.height - 1), line, scene.glyphs());
    scene.paint.asking.set(true);
}

/// The sign and the role of a state.
pub fn mark(scene: &Scene<'_>, run: &Run) -> (&'static str, Role) {
    match &run.state {
        RunState::Intended => (scene.glyph.pending, Role::Info),
        RunState::Running { .. } | RunState::Verifying => (scene.glyph.moving, Role::Info),
        RunState::Ended(end) => match end.verdict {
            Verdict::Verified => (scene.glyph.ok, Role::Ok),
            Verdict::Done => (scene.glyph.ok, Role::Info),
            Verdict::NotHelped | Verdict::Unverified => (scene.glyph.warn, Role::Warn),
            Verdict::Failed => (scene.glyph.error, Role::Error),
            Verdict::Unknown => (scene.glyph.unknown, Role::Unknown),
            Verdict::Aborted => (scene.glyph.silenced, Role::Warn),
        },
    }
}

fn lines<'a>(
    scene: &Scene<'a>,
    run: &'a Run,
    (steps, filter): (&'a [StepLine], Option<&Pattern>),
    width: usize,
) -> Vec<Line<'a>> {
    let plan = &run.intent.plan;
    let mut lines = head(scene, run, width);
    lines.push(Line::default());
    for (place, planned) in plan.steps.iter().enumerate() {
        let line = steps.get(place);
        let saved = saved_before(run, place);
        let planned = told(planned, Filling::new(&run.id, plan, &saved));
        lines.extend(step(scene, run, (place, &planned), (line, filter), width));
    }
    lines.extend(outcome(scene, run, width));
    lines.extend(kept(scene, run, width));
    lines
}

/// What it is, whose it is, where it stands.
fn head<'a>(scene: &Scene<'a>, run: &'a Run, width: usize) -> Vec<Line<'a>> {
    let plan = &run.intent.plan;
    let (sign, role) = mark(scene, run);
    let state = action_words::state(scene.paint.texts, &run.state);
    let mut first = vec![
        scene.span(role, format!(" {sign} {state}")),
        scene.dot(),
        scene.span(Role::Text, scene.pick(&plan.title)),
        scene.dot(),
        scene.span(
            Role::HeaderDesk,
            plan.target.seen_from(scene.model.desk.namespaces.only()),
        ),
    ];
    if run.intent.undo_of.is_some() {
        first.push(scene.dot());
        first.push(scene.span(Role::Accent, scene.t("run-is-undo")));
    }
    let end = run.ended_at.unwrap_or_else(|| scene.clocked());
    let mut second = vec![
        scene.span(Role::Dim, format!("   {}", actor(&run.actor))),
        scene.dot(),
        scene.span(Role::Dim, time::day_and_clock(run.asked_at, scene.zone())),
        scene.dot(),
        scene.span(Role::Dim, time::short(since(run.asked_at, end))),
        scene.dot(),
        scene.span(Role::Dim, format!("{} {}", plan.tier, plan.action)),
    ];
    if let Some(owner) = &run.owner {
        second.push(scene.dot());
        let text = scene.with(
            "run-owner",
            &[
                ("host", owner.host.as_str().into()),
                ("pid", owner.pid.to_string().into()),
            ],
        );
        second.push(scene.span(Role::Dim, text));
    }
    let mut lines = vec![Line::from(first), Line::from(second)];
    let mut note = |role: Role, text: String| {
        for part in wrap(&text, width.saturating_sub(3)) {
            lines.push(scene.line(role, format!("   {part}")));
        }
    };
    if !run.is_over() {
        if run.cancel_asked {
            note(Role::Warn, scene.t("run-cancel-asked").to_owned());
        }
        let silent = run.beat_at.map(|at| since(at, scene.clocked()));
        if let Some(silent) = silent.filter(|silent| *silent > SILENT) {
            let text = scene.with("run-silent", &[("age", time::short(silent).into())]);
            note(Role::Warn, text);
        }
    }
    if let Some(place) = asked(run) {
        let key = scene
            .paint
            .keys
            .key(Command::RunEvidence)
            .unwrap_or_default();
        let args = [("number", (place + 1).into()), ("key", key.into())];
        note(Role::Accent, scene.with("run-asks", &args));
    }
    if is_unsettled(run) {
        let key = scene
            .paint
            .keys
            .key(Command::RunAcknowledge)
            .unwrap_or_default();
        note(
            Role::Error,
            scene.with("run-unsettled", &[("key", key.into())]),
        );
    }
    if run.acknowledged {
        note(Role::Dim, scene.t("run-acknowledged").to_owned());
    }
    lines
}

fn step<'a>(
    scene: &Scene<'a>,
    run: &'a Run,
    (place, planned): (usize, &Planned),
    (line, filter): (Option<&'a StepLine>, Option<&Pattern>),
    width: usize,
) -> Vec<Line<'a>> {
    let going = matches!(run.state, RunState::Running { step } if step == place);
    let end = line.and_then(|line| line.end.as_ref());
    let (sign, role) = match end {
        Some(StepEnd::Done { .. }) => (scene.glyph.ok, Role::Ok),
        Some(StepEnd::Failed { .. }) => (scene.glyph.error, Role::Error),
        Some(StepEnd::Unknown { .. }) => (scene.glyph.unknown, Role::Unknown),
        Some(StepEnd::Cancelled { .. }) => (scene.glyph.silenced, Role::Warn),
        None if going => (scene.glyph.moving, Role::Info),
        None => (scene.glyph.dot, Role::Dim),
    };
    let mut spans = vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(Role::Dim, format!("{}. ", place + 1)),
        scene.span(
            Role::Text,
            step_words::whole(scene.paint.texts, scene.step_signs(), planned),
        ),
    ];
    if let Some(started) = line.and_then(|line| line.started_at) {
        let end = line
            .and_then(|line| line.ended_at)
            .unwrap_or_else(|| scene.clocked());
        spans.push(scene.dot());
        spans.push(scene.span(Role::Dim, time::short(since(started, end))));
    }
    let mut lines = broken(spans, width);
    let mut note = |role: Role, text: &str, most: usize| {
        for part in wrap_most(text, width.saturating_sub(6), most, scene.glyphs()) {
            lines.push(scene.line(role, format!("      {part}")));
        }
    };
    if let Some(end) = end {
        note(role, &action_words::step_end(scene.paint.texts, end), 6);
    }
    let Some(line) = line else {
        return lines;
    };
    if let Some(evidence) = &line.evidence {
        note(
            Role::Text,
            &scene.with(
                "run-evidence",
                &[("text", clean(evidence).into_owned().into())],
            ),
            4,
        );
    }
    let read = filter.is_some() || run.intent.plan.tier == Tier::T0;
    let most = if read && end.is_some() {
        LONG_TAIL
    } else {
        TAIL
    };
    for (role, text) in written::tail(scene, &line.output, filter, most) {
        let parts = wrap_most(&text, width.saturating_sub(6), 2, scene.glyphs());
        lines.extend((parts.iter()).map(|part| written::lit(scene, role, part, filter)));
    }
    lines
}

/// A line of spans that may be longer than the screen.
fn broken(spans: Vec<Span<'_>>, width: usize) -> Vec<Line<'_>> {
    if spans_cells(&spans) <= width {
        return vec![Line::from(spans)];
    }
    let style = spans.last().map(|span| span.style).unwrap_or_default();
    let text: String = spans.iter().map(|span| &*span.content).collect();
    let first = spans.into_iter().next();
    let lead = first.as_ref().map_or(0, |span| span.content.len());
    let parts = wrap(&text[lead..], width.saturating_sub(6));
    let mut lines = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        match &first {
            Some(first) if index == 0 => {
                lines.push(Line::from(vec![first.clone(), Span::styled(part, style)]));
            }
            _ => lines.push(Line::from(Span::styled(format!("      {part}"), style))),
        }
    }
    lines
}
