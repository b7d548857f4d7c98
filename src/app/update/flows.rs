//! Following a flow: beginning it, doing its steps, leaving it and taking it up again.

use tui_input::Input;

use crate::{
    app::{
        command::{Command, WhyNot},
        effect::{Effects, Redraw},
        event::Notice,
        flows::{
            FlowMeant, FlowPicker, FlowRow, FlowScreen, StageState, StepState, given, is_freezing,
            meant, rows, start,
        },
        model::Model,
        offering::offered,
        overlay::Overlay,
        sheet::{Sheet, SheetOf, words},
        update::{
            command::opened,
            lists::{Step, stepped},
            prompt, propose, say,
            sheet::{self, maybe, text},
        },
    },
    domain::{
        action::{refusal::Refusal, saying::Stated, value::Values},
        id::{ActionId, LineId, RunId},
        logbook::{
            AlertMark, FlowNoted, Noted,
            flow::{FlowLog, Settled},
        },
    },
    pack::{Judged, StepKind, Truth},
};

pub(super) fn list(model: &mut Model) -> Effects {
    let rows = rows(model);
    opened(model, Overlay::Flows(FlowPicker { selected: 0, rows }))
}

/// Opens the selected flow, or begins it.
pub(super) fn pick(model: &mut Model, picker: FlowPicker) -> Effects {
    match picker.rows.into_iter().nth(picker.selected) {
        Some(FlowRow::Open(id)) => show(model, FlowMeant::Line(id)),
        Some(FlowRow::Start { flow, alert }) => begin(model, &flow, alert),
        None => Effects::draw(Redraw::Now),
    }
}

fn show(model: &mut Model, of: FlowMeant) -> Effects {
    let mut screen = FlowScreen::new(of);
    screen.at = first_open(model, &screen);
    model
        .view
        .overlays
        .retain(|it| !matches!(it, Overlay::Flow(_)));
    model.view.overlays.push(Overlay::Flow(screen));
    Effects::draw(Redraw::Now)
}

/// Where the step stands that waits for somebody.
fn first_open(model: &Model, screen: &FlowScreen) -> usize {
    let Some(standing) = screen.standing(model) else {
        return 0;
    };
    let name = standing.next().map(|(_, step)| step.name.clone());
    let mut steps = standing.steps();
    name.and_then(|name| steps.position(|(_, step)| step.name == name))
        .unwrap_or(0)
}

/// Begins a flow; one that is open for the same alert is followed on.
pub(super) fn begin(model: &mut Model, flow: &str, alert: Option<AlertMark>) -> Effects {
    let noted = start(model, flow, alert);
    if let FlowNoted::Started { alert, .. } = &noted {
        let mut open = model.logbook.flows.open();
        let same = open.find(|log| log.flow == flow && log.alert.is_some() && log.alert == *alert);
        let same = same.map(|log| log.id.clone());
        drop(open);
        if let Some(id) = same {
            return show(model, FlowMeant::Line(id));
        }
    }
    let of = FlowMeant::Started {
        noted: Box::new(noted.clone()),
        before: (model.logbook.flows.all().iter())
            .map(|log| log.id.clone())
            .collect(),
    };
    show(model, of).and(model.writes(Noted::Flow(noted)))
}

/// Whether a flow has the keys.
pub(in crate::app) fn on_top(model: &Model) -> bool {
    matches!(model.view.overlays.last(), Some(Overlay::Flow(_)))
}

pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    let Some(Overlay::Flow(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let count = screen.standing(model).map_or(0, |it| it.steps().count());
    let page = super::lists::overlay_page(model) / 2;
    let to = stepped(screen.at, count, page, step);
    if let Some(Overlay::Flow(screen)) = model.view.overlays.last_mut() {
        screen.at = to;
    }
    Effects::draw(Redraw::Now)
}

fn log(model: &Model) -> Option<&FlowLog> {
    match model.view.overlays.last() {
        Some(Overlay::Flow(screen)) => screen.log(model),
        _ => meant(model),
    }
}

/// Why a command on a flow can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let Some(Overlay::Flow(screen)) = super::super::availability::top(model) else {
        return Err(WhyNot::NotHere);
    };
    let log = screen.log(model).ok_or(WhyNot::NoFlow)?;
    if !log.is_open() {
        return Err(WhyNot::FlowEnded);
    }
    if command == Command::FlowLift {
        let freezes = is_freezing(model, log);
        return freezes.then_some(()).ok_or(WhyNot::NotFrozen);
    }
    if matches!(command, Command::FlowPause | Command::FlowEnd) {
        return Ok(());
    }
    let standing = screen.standing(model).ok_or(WhyNot::FlowGone)?;
    let Some((stage, step)) = standing.steps().nth(screen.at) else {
        return Err(WhyNot::NothingSelected);
    };
    // A run that answered a step can still be looked at.
    if command == Command::FlowDo && matches!(step.state, StepState::Ran(_) | StepState::Running(_))
    {
        return Ok(());
    }
    if step.state.is_settled() {
        return Err(WhyNot::StepSettled);
    }
    match stage.state {
        StageState::Ahead => return Err(WhyNot::StageAhead),
        StageState::NotCalled => return Err(WhyNot::NotCalled),
        StageState::On | StageState::Over => {}
    }
    if command == Command::FlowDo
        && let Some(check) = &step.check
    {
        return match check.truth {
            Truth::True => Ok(()),
            Truth::False => Err(WhyNot::CheckFails),
            Truth::Unknown => Err(WhyNot::CheckUnknown),
        };
    }
    Ok(())
}

/// What was just done is not looked at any longer: the next step is.
fn go_on(model: &mut Model, command: Command) {
    if command == Command::FlowDo {
        // Where it stays is the step that was last.
        let _ = step(model, Step::By(1));
    }
}

/// What a key on a flow does.
enum Next {
    Sheet(Sheet),
    Write(FlowNoted),
    Run(RunId),
    Act(ActionId, Values),
    Go(String, Option<AlertMark>, FlowNoted),
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let Some(next) = next(model, command) else {
        return Effects::none();
    };
    match next {
        Next::Sheet(sheet) => sheet::open(model, sheet),
        Next::Write(noted) => {
            let written = model.writes(Noted::Flow(noted));
            go_on(model, command);
            Effects::draw(Redraw::Now).and(written)
        }
        Next::Run(id) => prompt::show(model, id),
        Next::Act(action, params) => act(model, &action, &params),
        Next::Go(flow, alert, noted) => {
            let written = model.writes(Noted::Flow(noted));
            written.and(begin(model, &flow, alert))
        }
    }
}

fn next(model: &Model, command: Command) -> Option<Next> {
    let log = log(model)?;
    let of = log.id.clone();
    match command {
        Command::FlowPause if log.followed_by.is_none() => {
            return Some(Next::Write(FlowNoted::Resumed { of }));
        }
        Command::FlowPause => {
            let fields = vec![words("remark", true, "")];
            let about = title(model, log);
            return Some(Next::Sheet(Sheet::new(SheetOf::Leave(of), about, fields)));
        }
        Command::FlowEnd => return Some(end(model, log)),
        Command::FlowLift => {
            let about = title(model, log);
            let fields = vec![words("why", false, "")];
            return Some(Next::Sheet(Sheet::new(SheetOf::Lift(of), about, fields)));
        }
        _ => {}
    }
    let Some(Overlay::Flow(screen)) = model.view.overlays.last() else {
        return None;
    };
    let standing = screen.standing(model)?;
    let (_, step) = standing.steps().nth(screen.at)?;
    let name = step.name.clone();
    let about = Some(step.spec.title.get(model.look.lang).to_owned());
    if command == Command::FlowSkip {
        let of = SheetOf::StepSkipped { of, step: name };
        return Some(Next::Sheet(Sheet::new(
            of,
            about,
            vec![words("why", false, "")],
        )));
    }
    match &step.state {
        StepState::Running(run) | StepState::Ran(run) => return Some(Next::Run(run.id.clone())),
        _ => {}
    }
    Some(match &step.spec.kind {
        StepKind::Check => {
            let held = step.check.as_ref().map(told).map(Box::new);
            Next::Write(done(of, name, None, held))
        }
        StepKind::Action { action, .. } => {
            let params = given(step.spec).cloned().unwrap_or_default();
            Next::Act(action.clone(), params)
        }
        StepKind::Ask => {
            let of = SheetOf::StepDone { of, step: name };
            Next::Sheet(Sheet::new(of, about, vec![words("evidence", false, "")]))
        }
        StepKind::Go(flow) => {
            let noted = done(of, name, Some(flow.clone()), None);
            Next::Go(flow.clone(), log.alert.clone(), noted)
        }
    })
}

/// The condition with what was read of it.
fn told(judged: &Judged) -> Stated {
    let mut held = judged.condition.clone();
    held.says = Some(judged.says.clone());
    held
}

fn done(
    of: LineId,
    step: String,
    evidence: Option<String>,
    held: Option<Box<Stated>>,
) -> FlowNoted {
    FlowNoted::Step {
        of,
        step,
        settled: Settled::Done {
            evidence,
            run: None,
            held,
        },
    }
}

/// A flow whose steps are done ends so; one whose are not says why.
fn end(model: &Model, log: &FlowLog) -> Next {
    let standing = crate::app::flows::standing(model, log);
    let of = log.id.clone();
    if standing.is_some_and(|it| it.is_done()) {
        return Next::Write(FlowNoted::Ended { of, why: None });
    }
    let fields = vec![words("why", false, "")];
    Next::Sheet(Sheet::new(SheetOf::End(of), title(model, log), fields))
}

fn title(model: &Model, log: &FlowLog) -> Option<String> {
    let spec = model.pack.flow(&log.flow)?;
    Some(spec.title.get(model.look.lang).to_owned())
}

/// Opens an action the way the palette does, its parameters filled in as the flow says. The flow itself runs nothing.
fn act(model: &mut Model, action: &ActionId, params: &Values) -> Effects {
    let offer = offered(model).into_iter().find(|it| it.id == *action);
    let Some(offer) = offer else {
        let target = action.to_string();
        let refusal = Refusal::NotFound { target };
        say(model, Notice::Refused(refusal));
        return Effects::draw(Redraw::Now);
    };
    let effects = propose::choose(model, offer);
    if let Some(Overlay::Form(form)) = model.view.overlays.last_mut() {
        for field in &mut form.fields {
            if let Some(value) = params.get(&field.spec.name) {
                field.input = Input::new(field.spec.kind.spell(value));
            }
        }
    }
    effects
}

/// What a sheet says goes into the logbook.
pub(super) fn written(model: &mut Model, of: SheetOf, values: &Values) -> Effects {
    let noted = match of {
        SheetOf::StepDone { of, step } => done(of, step, maybe(values, "evidence"), None),
        SheetOf::StepSkipped { of, step } => FlowNoted::Step {
            of,
            step,
            settled: Settled::Skipped {
                why: text(values, "why"),
            },
        },
        SheetOf::Leave(of) => FlowNoted::Left {
            of,
            note: maybe(values, "remark"),
        },
        SheetOf::Lift(of) => FlowNoted::Lifted {
            of,
            why: text(values, "why"),
        },
        SheetOf::End(of) => FlowNoted::Ended {
            of,
            why: maybe(values, "why"),
        },
        _ => return Effects::none(),
    };
    if matches!(noted, FlowNoted::Step { .. }) {
        go_on(model, Command::FlowDo);
    }
    model.writes(Noted::Flow(noted))
}
