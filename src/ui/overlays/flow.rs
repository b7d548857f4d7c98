//! One flow: its stages with their clocks, and each step with what it waits for.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    flows::{
        FlowPicker, FlowRow, FlowScreen, StageStanding, StageState, Standing, StepStanding,
        StepState, standing,
    },
    layout::Area,
    running::actor,
};
use crate::domain::{clean::clean, logbook::flow::Settled, time::since};
use crate::i18n::{action_words, incident_words, time};
use crate::pack::{FlowSpec, StepKind, Truth};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{canvas::put_sides, document, wrap::wrap},
};

use super::{incident::clock, pickers::list, run_mark};

/// Cells of the picker.
const WIDE: u16 = 72;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &FlowScreen) {
    let width = usize::from(body.width).saturating_sub(2);
    let Some(log) = screen.log(scene.model) else {
        let title = document::title(scene, scene.t("flow-title"));
        let text = format!(" {} {}", scene.glyph.broken, scene.t("flow-waits"));
        let lines = vec![Line::default(), scene.line(Role::Info, text)];
        document::draw(buffer, scene, body, title, lines, 0);
        return;
    };
    let Some(standing) = screen.standing(scene.model) else {
        let title = document::title(scene, log.flow.clone());
        let text = format!(" {} {}", scene.glyph.warn, scene.t("flow-gone"));
        let lines = vec![Line::default(), scene.line(Role::Warn, text)];
        document::draw(buffer, scene, body, title, lines, 0);
        return;
    };
    let title = document::title(scene, scene.pick(&standing.spec.title).to_owned());
    let mut lines = head(scene, &standing, width);
    let (mut from, mut to) = (0, 0);
    let mut place = 0;
    for (number, stage) in standing.stages.iter().enumerate() {
        lines.push(Line::default());
        lines.push(stage_line(scene, stage, number + 1));
        for text in stage_notes(scene, stage) {
            for part in wrap(&text, width.saturating_sub(6)) {
                lines.push(scene.line(Role::Dim, format!("     {part}")));
            }
        }
        for step in &stage.steps {
            let on = place == screen.at;
            if on {
                from = lines.len();
            }
            lines.extend(step_lines(scene, stage, step, on, width));
            if on {
                to = lines.len();
            }
            place += 1;
        }
    }
    // What is selected is in sight, with what is said of it and what comes before.
    let height = usize::from(body.height.saturating_sub(1));
    let scroll = to
        .saturating_sub(height)
        .max(from.saturating_sub(height / 2));
    let scroll = if to <= height { 0 } else { scroll.min(from) };
    document::draw(buffer, scene, body, title, lines, scroll);
}

fn head<'a>(scene: &Scene<'a>, standing: &Standing<'_>, width: usize) -> Vec<Line<'a>> {
    let log = standing.log;
    let mut first = Vec::new();
    match (&log.ended, standing.is_done()) {
        (Some(end), _) => {
            let args = [
                ("clock", time::day_and_clock(end.at, scene.zone()).into()),
                ("who", actor(&end.by).into()),
            ];
            let text = scene.with("flow-ended", &args);
            first.push(scene.span(Role::Dim, format!(" {} {text}", scene.glyph.silenced)));
        }
        (None, true) => {
            let text = scene.t("flow-done");
            first.push(scene.span(Role::Ok, format!(" {} {text}", scene.glyph.ok)));
        }
        (None, false) => {
            let lasts = time::short(since(log.started_at, scene.clocked()));
            let text = scene.with("flow-lasts", &[("time", lasts.into())]);
            first.push(scene.span(Role::Info, format!(" {} {text}", scene.glyph.moving)));
            if let Some(due) = standing.due {
                let (role, text) = clock(scene, due);
                first.push(scene.dot());
                first.push(scene.span(role, text));
            }
        }
    }
    if let Some(alert) = &log.alert {
        first.push(scene.dot());
        first.push(scene.span(Role::Text, alert.name.clone()));
        if is_ours(scene, &alert.name, &log.flow) {
            first.push(scene.dot());
            first.push(scene.span(Role::Dim, scene.t("flow-ours")));
        }
    }
    let incident = log.incident.as_ref();
    let incident = incident.and_then(|id| scene.model.logbook.incidents.get(id));
    if let Some(incident) = incident {
        first.push(scene.dot());
        first.push(scene.span(Role::HeaderDesk, incident.number.clone()));
    }
    let who = log.followed_by.as_ref().map(actor);
    let second = match who {
        _ if !log.is_open() => None,
        Some(who) => Some((
            Role::Dim,
            scene.with("flow-followed", &[("who", who.into())]),
        )),
        None => {
            let note = log.note.clone().unwrap_or_default();
            Some((
                Role::Warn,
                scene.with("flow-left", &[("note", clean(&note).into_owned().into())]),
            ))
        }
    };
    let mut lines = vec![Line::from(first)];
    let mut say = |role: Role, text: &str| {
        for part in wrap(text, width.saturating_sub(3)) {
            lines.push(scene.line(role, format!("   {part}")));
        }
    };
    if let Some((role, text)) = second {
        say(role, text.trim_end_matches([' ', ':', '：']));
    }
    if let Some(why) = log.ended.as_ref().and_then(|end| end.why.as_ref()) {
        say(Role::Text, &clean(why));
    }
    if let (Some(why), Some(total)) = (&standing.spec.clocks_differ, standing.spec.total) {
        let args = [
            ("sum", time::short(standing.spec.sum()).into()),
            ("total", time::short(total).into()),
            ("why", scene.pick(why).into()),
        ];
        say(Role::Dim, &scene.with("flow-clocks-differ", &args));
    }
    lines
}

fn stage_line<'a>(scene: &Scene<'a>, stage: &StageStanding<'_>, number: usize) -> Line<'a> {
    let role = match stage.state {
        StageState::On => Role::TitleFocused,
        StageState::Over => Role::Title,
        StageState::Ahead | StageState::NotCalled => Role::Dim,
    };
    let lead = if stage.spec.within.is_some() {
        "   "
    } else {
        " "
    };
    let title = scene.pick(&stage.spec.title).to_owned();
    let mut spans = vec![scene.span(role, format!("{lead}{number}. {title}"))];
    if stage.spec.optional {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Dim, scene.t("flow-optional")));
    }
    let told = match (stage.state, stage.due, stage.began, stage.ended) {
        (StageState::On, Some(due), ..) => Some(clock(scene, due)),
        (StageState::Over, due, Some(began), Some(ended)) => {
            let took = time::short(since(began, ended));
            let late = due.is_some_and(|due| ended > due);
            let key = if late {
                "stage-took-late"
            } else {
                "stage-took"
            };
            let role = if late { Role::Warn } else { Role::Ok };
            Some((role, scene.with(key, &[("time", took.into())])))
        }
        (StageState::NotCalled, ..) => Some((Role::Dim, scene.t("flow-not-called").to_owned())),
        _ => stage
            .spec
            .clock
            .map(|clock| (Role::Dim, time::short(clock))),
    };
    if let Some((role, text)) = told {
        spans.push(scene.dot());
        spans.push(scene.span(role, text));
    }
    Line::from(spans)
}

/// Why a stage is called for, where that is a question.
fn stage_notes(scene: &Scene<'_>, stage: &StageStanding<'_>) -> Vec<String> {
    let called = stage.called.iter();
    called
        .filter(|judged| judged.truth != Truth::True)
        .map(|judged| incident_words::reading(scene.paint.texts, &judged.says))
        .collect()
}

pub const fn truth_role(truth: Truth) -> Role {
    match truth {
        Truth::True => Role::Ok,
        Truth::False => Role::Warn,
        Truth::Unknown => Role::Unknown,
    }
}

fn step_lines<'a>(
    scene: &Scene<'a>,
    stage: &StageStanding<'_>,
    step: &StepStanding<'_>,
    on: bool,
    width: usize,
) -> Vec<Line<'a>> {
    let open = stage.state == StageState::On;
    let (sign, role) = step_mark(scene, step, open);
    let bar = if on { scene.glyph.bar } else { " " };
    let indent = if stage.spec.within.is_some() {
        "    "
    } else {
        "  "
    };
    let title = scene.pick(&step.spec.title).to_owned();
    let text_role = match (on, step.state.is_settled(), open) {
        (true, ..) => Role::Selection,
        (_, false, true) => Role::Text,
        _ => Role::Dim,
    };
    let mut lines = Vec::new();
    if let Some(text) = choice(scene, stage, step) {
        lines.push(Line::from(vec![
            Span::raw(" "),
            scene.span(Role::Dim, format!("{indent}{text}")),
        ]));
    }
    for (index, part) in wrap(&title, width.saturating_sub(indent.len() + 6))
        .into_iter()
        .enumerate()
    {
        let lead = if index == 0 {
            scene.span(role, format!("{sign} "))
        } else {
            Span::raw("  ")
        };
        lines.push(Line::from(vec![
            scene.span(Role::Accent, bar),
            Span::raw(indent),
            lead,
            scene.span(text_role, part),
        ]));
    }
    let mut note = |role: Role, text: &str| {
        for part in wrap(text, width.saturating_sub(indent.len() + 8)) {
            lines.push(Line::from(vec![
                scene.span(Role::Accent, bar),
                scene.span(role, format!("{indent}    {part}")),
            ]));
        }
    };
    for (role, text) in step_notes(scene, step, on) {
        note(role, &text);
    }
    lines
}

/// That one of several ways is enough, said of the first of them while none is gone.
fn choice(scene: &Scene<'_>, stage: &StageStanding<'_>, step: &StepStanding<'_>) -> Option<String> {
    let name = step.spec.either.as_ref()?;
    let ways = || {
        let steps = stage.steps.iter();
        steps.filter(|it| it.spec.either.as_ref() == Some(name))
    };
    let first = ways().next().is_some_and(|it| it.name == step.name);
    let open = ways().all(|it| !it.state.is_settled());
    let count = ways().count();
    (first && open && count > 1).then(|| scene.with("step-either", &[("count", count.into())]))
}

fn step_mark(scene: &Scene<'_>, step: &StepStanding<'_>, open: bool) -> (&'static str, Role) {
    match &step.state {
        StepState::Settled(settled) => match settled.settled {
            Settled::Done { .. } => (scene.glyph.ok, Role::Ok),
            Settled::Skipped { .. } => (scene.glyph.silenced, Role::Warn),
        },
        StepState::Ran(run) if run.looked_in_part().is_some() => (scene.glyph.warn, Role::Warn),
        StepState::Ran(run) | StepState::Running(run) | StepState::Failed(run) => {
            run_mark(scene, run)
        }
        StepState::NotCalled | StepState::Otherwise => (scene.glyph.dash, Role::Dim),
        StepState::Open if !open => (scene.glyph.dot, Role::Dim),
        StepState::Open => match (&step.spec.kind, &step.check) {
            (StepKind::Check, Some(judged)) => match judged.truth {
                Truth::True => (scene.glyph.pending, Role::Ok),
                Truth::False => (scene.glyph.warn, Role::Warn),
                Truth::Unknown => (scene.glyph.unknown, Role::Unknown),
            },
            _ => (scene.glyph.unchecked, Role::Accent),
        },
    }
}

/// What of a step that only looked could not be seen, where it is settled all the same.
fn run_in_part(scene: &Scene<'_>, step: &StepStanding<'_>) -> Option<String> {
    let StepState::Ran(run) = &step.state else {
        return None;
    };
    let why = action_words::why(scene.paint.texts, run.looked_in_part()?);
    Some(scene.with("step-looked", &[("why", why.into())]))
}

/// What is known of a step; more of the selected one.
fn step_notes(scene: &Scene<'_>, step: &StepStanding<'_>, on: bool) -> Vec<(Role, String)> {
    let texts = scene.paint.texts;
    let mut notes = Vec::new();
    match &step.state {
        StepState::Settled(settled) => {
            let clock = time::clock_seconds(settled.at, scene.zone());
            let who = actor(&settled.by);
            let text = match &settled.settled {
                Settled::Done { evidence, held, .. } => {
                    let held = held.as_ref().and_then(|held| held.says.as_ref());
                    let held = held.map(|says| incident_words::reading(texts, says));
                    evidence.clone().or(held).unwrap_or_default()
                }
                Settled::Skipped { why } => {
                    scene.with("step-left-out", &[("why", why.as_str().into())])
                }
            };
            let dot = scene.glyph.dot;
            notes.push((
                Role::Dim,
                clean(&format!("{clock} {dot} {who} {dot} {text}")).into_owned(),
            ));
        }
        StepState::Running(run) | StepState::Ran(run) | StepState::Failed(run) => {
            let (role, state) = match run_in_part(scene, step) {
                Some(why) => (Role::Warn, why),
                None => (
                    run_mark(scene, run).1,
                    action_words::state(texts, &run.state),
                ),
            };
            notes.push((role, format!("{} {} {state}", run.id, scene.glyph.dot)));
        }
        StepState::Otherwise => notes.push((Role::Dim, scene.t("step-otherwise").to_owned())),
        StepState::NotCalled => notes.push((Role::Dim, scene.t("flow-not-called").to_owned())),
        StepState::Open => {
            if let Some(judged) = &step.check {
                let text = incident_words::reading(texts, &judged.says);
                notes.push((truth_role(judged.truth), text));
            }
            if step.spec.optional {
                notes.push((Role::Dim, scene.t("flow-optional").to_owned()));
            }
        }
    }
    if !on {
        return notes;
    }
    if let Some(judged) = &step.called
        && !step.state.is_settled()
    {
        let text = incident_words::reading(texts, &judged.says);
        let text = scene.with("step-because", &[("why", text.into())]);
        notes.push((Role::Dim, text));
    }
    if let StepKind::Action { action, params } = &step.spec.kind {
        let params = params.iter();
        let params: Vec<String> = params
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        notes.push((Role::Dim, format!("{action} {}", params.join(" "))));
    }
    if let Some((title, url)) = &step.spec.link {
        let url = url.as_deref().unwrap_or_else(|| scene.t("flow-no-link"));
        let text = format!("{} {} {url}", scene.pick(title), scene.glyph.dot);
        notes.push((Role::Info, text));
    }
    notes
}

/// The flows there are.
pub fn draw_picker(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, picker: &FlowPicker) {
    let model = scene.model;
    let rows: Vec<(Line<'_>, Line<'_>)> = picker
        .rows
        .iter()
        .map(|row| match row {
            FlowRow::Open(id) => {
                let log = model.logbook.flows.get(id);
                let spec = log.and_then(|log| model.pack.flow(&log.flow));
                let title = spec.map_or("", |spec| scene.pick(&spec.title)).to_owned();
                let left = Line::from(vec![
                    scene.span(Role::Info, format!("{} ", scene.glyph.moving)),
                    scene.span(Role::Text, title),
                ]);
                let right = log.map(|log| match &log.followed_by {
                    Some(who) => scene.line(Role::Dim, actor(who)),
                    None => scene.line(Role::Warn, scene.t("flow-waiting")),
                });
                (left, right.unwrap_or_default())
            }
            FlowRow::Start { flow, alert } => {
                let spec = model.pack.flow(flow);
                let title = spec
                    .map_or(flow.as_str(), |spec| scene.pick(&spec.title))
                    .to_owned();
                let role = if alert.is_some() {
                    Role::Accent
                } else {
                    Role::Text
                };
                let left = Line::from(vec![
                    scene.span(Role::Dim, format!("{} ", scene.glyph.pointer)),
                    scene.span(role, title),
                ]);
                let right = alert
                    .as_ref()
                    .map(|it| scene.line(Role::Dim, answers(scene, &it.name, flow)));
                let whole = spec.and_then(FlowSpec::whole).map(time::short);
                let whole = whole.map(|it| scene.line(Role::Dim, it));
                (left, right.or(whole).unwrap_or_default())
            }
        })
        .collect();
    let title = scene.t("flows-title");
    list(buffer, scene, body, (title, WIDE), rows, picker.selected);
}

/// Whether that this flow answers this alert is the pack's own choice.
fn is_ours(scene: &Scene<'_>, alert: &str, flow: &str) -> bool {
    let spec = scene.model.pack.alert_spec(alert);
    spec.is_some_and(|spec| spec.flow_is_ours && spec.flow.as_deref() == Some(flow))
}

/// The alert a flow answers, marked where the runbook does not say so.
fn answers(scene: &Scene<'_>, alert: &str, flow: &str) -> String {
    if is_ours(scene, alert, flow) {
        format!("{alert} {} {}", scene.glyph.dot, scene.t("flow-ours"))
    } else {
        alert.to_owned()
    }
}

/// A flow of the palette, with the alert it would be begun for.
pub fn draw_offer(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    at: Area,
    left: Vec<Span<'_>>,
    alert: Option<&str>,
) {
    let mut spans = vec![scene.span(Role::Accent, format!("{} ", scene.glyph.pointer))];
    spans.extend(left);
    if let Some(alert) = alert {
        let flow = scene.model.pack.alert_spec(alert);
        let flow = flow
            .and_then(|spec| spec.flow.as_deref())
            .unwrap_or_default();
        let text = format!("  {}", answers(scene, alert, flow));
        spans.push(scene.span(Role::Dim, text));
    }
    let right = scene.line(Role::Accent, scene.t("palette-flow"));
    put_sides(buffer, at, Line::from(spans), right, scene.glyphs());
}

/// The line of the strip for a flow that is open.
pub fn due_line<'a>(
    scene: &Scene<'a>,
    log: &'a crate::domain::logbook::flow::FlowLog,
) -> Option<(Role, Line<'a>)> {
    let standing = standing(scene.model, log)?;
    let title = scene.pick(&standing.spec.title).to_owned();
    let mut role = Role::Info;
    let mut spans = Vec::new();
    if standing.is_done() {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Ok, scene.t("flow-done")));
    } else if let Some(stage) = standing.urgent() {
        let (clock_role, text) = clock(scene, stage.due?);
        role = clock_role;
        spans.push(scene.dot());
        let name = scene.pick(&stage.spec.title).to_owned();
        spans.push(scene.span(Role::Text, format!("{name} ")));
        spans.push(scene.span(clock_role, text));
    } else if let Some((_, step)) = standing.next() {
        spans.push(scene.dot());
        let name = scene.pick(&step.spec.title).to_owned();
        spans.push(scene.span(Role::Text, name));
    }
    if log.followed_by.is_none() {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Warn, scene.t("flow-waiting")));
    }
    let mut line = vec![
        scene.span(role, format!(" {} ", scene.glyph.moving)),
        scene.span(Role::Text, title),
    ];
    line.extend(spans);
    Some((role, Line::from(line)))
}
