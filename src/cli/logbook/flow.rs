//! `quarterdeck flow`: begin one, see how it stands, settle its steps.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::{
    app::{
        flows::{StageState, Standing, StepStanding, StepState, is_freezing, standing, start},
        running::{actor, state_id},
    },
    domain::{
        id::LineId,
        logbook::{
            AlertMark, FlowNoted, Noted,
            flow::{FlowLog, Settled},
        },
        time::since,
    },
    i18n::{action_words, incident_words, time},
    pack::{StepKind, Truth},
};

use super::{Book, Exit, json as print, maybe_said, refused, said, say};
use crate::cli::args::{DeskArgs, FlowDoneArgs, FlowVerb};

/// Answers what is asked of flows.
pub fn flow(desk: &DeskArgs, verb: &FlowVerb) -> color_eyre::Result<Exit> {
    let patience = match verb {
        FlowVerb::List { .. } | FlowVerb::Leave { .. } | FlowVerb::Resume { .. } => None,
        FlowVerb::Start { alert, look, .. } => alert.is_some().then_some(look.timeout),
        FlowVerb::Show { look, .. } | FlowVerb::Lift { look, .. } | FlowVerb::End { look, .. } => {
            Some(look.timeout)
        }
        FlowVerb::Done(args) => Some(args.look.timeout),
    };
    let book = match Book::open(desk, patience)? {
        Ok(book) => book,
        Err(exit) => return Ok(exit),
    };
    let done = match verb {
        FlowVerb::List { json } => Ok(list(&book, *json)),
        FlowVerb::Start { flow, alert, look } => begin(book, flow, alert.as_deref(), look.json),
        FlowVerb::Show { flow, look } => show(&book, flow.as_deref(), look.json),
        FlowVerb::Lift { flow, why, look } => lift(book, flow, why, look.json),
        FlowVerb::Done(args) => settle(book, args),
        FlowVerb::Leave { flow, note, json } => maybe_said(&book.face.texts, note.as_deref())
            .and_then(|note| follow(book, flow, *json, |of| FlowNoted::Left { of, note })),
        FlowVerb::Resume { flow, json } => {
            follow(book, flow, *json, |of| FlowNoted::Resumed { of })
        }
        FlowVerb::End { flow, why, look } => end(book, flow, why.as_deref(), look.json),
    };
    Ok(done.unwrap_or_else(|exit| exit))
}

fn list(book: &Book, as_json: bool) -> Exit {
    let model = &book.model;
    let lang = model.look.lang;
    let open: Vec<&FlowLog> = model.logbook.flows.open().collect();
    if as_json {
        let flows = model.pack.flows().iter();
        let flows = flows.map(|spec| {
            json!({
                "kind": "flow",
                "id": spec.id,
                "title": spec.title.get(lang),
                "stages": spec.stages.len(),
                "seconds": spec.whole().map(|whole| whole.as_secs()),
            })
        });
        let open = open.into_iter().map(|log| brief(book, log));
        print(&book.document(&open.chain(flows).collect::<Vec<Json>>()));
        return Exit::Fine;
    }
    let mut page = String::new();
    for log in open {
        let title = model
            .pack
            .flow(&log.flow)
            .map_or("", |it| it.title.get(lang));
        let age = time::short(since(log.started_at, model.clocked));
        // Writing to a text does not fail.
        let _ = writeln!(page, "{}  {}  {title}  {age}", log.id, log.flow);
    }
    for spec in model.pack.flows() {
        let whole = spec.whole().map(time::short).unwrap_or_default();
        let _ = writeln!(page, "{}  {}  {whole}", spec.id, spec.title.get(lang));
    }
    say::out(&page);
    Exit::Fine
}

fn brief(book: &Book, log: &FlowLog) -> Json {
    let known = standing(&book.model, log);
    json!({
        "kind": "begun",
        "id": log.id,
        "flow": log.flow,
        "started_at": log.started_at,
        "started_by": actor(&log.started_by),
        "followed_by": log.followed_by.as_ref().map(actor),
        "alert": log.alert,
        "incident": log.incident,
        "due": known.as_ref().and_then(|it| it.due),
        "done": known.as_ref().is_some_and(Standing::is_done),
        "open": log.is_open(),
    })
}

fn begin(mut book: Book, flow: &str, alert: Option<&str>, as_json: bool) -> Result<Exit, Exit> {
    if book.model.pack.flow(flow).is_none() {
        return Err(book.usage("flow-unknown", flow));
    }
    let line = alert.map(|name| book.alert(name)).transpose()?;
    let mark = line.map(|line| AlertMark::of(&line.alert));
    let noted = start(&book.model, flow, mark);
    let id = book.write(Noted::Flow(noted))?;
    if as_json {
        let log = meant(&book, Some(id.as_str()))?;
        print(&brief(&book, log));
    } else {
        say::out(&format!("{id}\n"));
    }
    Ok(Exit::Fine)
}

/// The flow of this id, or the open one of this name; without a name the only open one.
fn meant<'b>(book: &'b Book, name: Option<&str>) -> Result<&'b FlowLog, Exit> {
    let flows = &book.model.logbook.flows;
    let Some(name) = name else {
        let mut open = flows.open();
        return match (open.next(), open.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(book.usage("flow-which", "")),
        };
    };
    let by_id = flows.get(&LineId::from(name));
    let found = by_id.or_else(|| flows.open().rev().find(|log| log.flow == name));
    found.ok_or_else(|| book.usage("flow-unknown", name))
}

fn show(book: &Book, name: Option<&str>, as_json: bool) -> Result<Exit, Exit> {
    let log = meant(book, name)?;
    let Some(standing) = standing(&book.model, log) else {
        return Err(refused(book.face.t("flow-gone")));
    };
    if as_json {
        print(&whole(book, &standing));
    } else {
        say::told(&page(book, &standing));
    }
    Ok(Exit::Fine)
}

const fn stage_id(state: StageState) -> &'static str {
    match state {
        StageState::Ahead => "ahead",
        StageState::On => "on",
        StageState::Over => "over",
        StageState::NotCalled => "not-called",
    }
}

const fn step_id(state: &StepState<'_>) -> &'static str {
    match state {
        StepState::Open => "open",
        StepState::Running(_) => "running",
        StepState::Failed(_) => "failed",
        StepState::Ran(_) => "done",
        StepState::Settled(step) => match step.settled {
            Settled::Done { .. } => "done",
            Settled::Skipped { .. } => "skipped",
        },
        StepState::NotCalled => "not-called",
        StepState::Otherwise => "otherwise",
    }
}

const fn kind_id(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Check => "check",
        StepKind::Action { .. } => "action",
        StepKind::Ask => "ask",
        StepKind::Go(_) => "go",
    }
}

const fn truth_id(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

fn whole(book: &Book, standing: &Standing<'_>) -> Json {
    let lang = book.model.look.lang;
    let texts = &book.face.texts;
    let step = |step: &StepStanding<'_>| {
        let run = match &step.state {
            StepState::Running(run) | StepState::Failed(run) | StepState::Ran(run) => Some(run),
            _ => None,
        };
        json!({
            "step": step.name,
            "title": step.spec.title.get(lang),
            "kind": kind_id(&step.spec.kind),
            "state": step_id(&step.state),
            "at": step.state.at(),
            "optional": step.spec.optional,
            "check": step.check.as_ref().map(|it| truth_id(it.truth)),
            "reads": step.check.as_ref().map(|it| incident_words::reading(texts, &it.says)),
            "run": run.map(|it| &it.id),
            "run_state": run.map(|it| state_id(&it.state)),
        })
    };
    let stages: Vec<Json> = standing
        .stages
        .iter()
        .map(|stage| {
            json!({
                "stage": stage.spec.id,
                "title": stage.spec.title.get(lang),
                "state": stage_id(stage.state),
                "began": stage.began,
                "ended": stage.ended,
                "due": stage.due,
                "optional": stage.spec.optional,
                "steps": stage.steps.iter().map(step).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut entry = brief(book, standing.log);
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("stages".to_owned(), Json::Array(stages));
    }
    entry
}

fn page(book: &Book, standing: &Standing<'_>) -> String {
    let lang = book.model.look.lang;
    let mut page = String::new();
    // Writing to a text does not fail.
    let _ = writeln!(
        page,
        "{}  {}",
        standing.log.id,
        standing.spec.title.get(lang)
    );
    for stage in &standing.stages {
        let clock = stage.due.map(|due| {
            let now = book.model.clocked;
            let (key, left) = if due <= now {
                ("clock-over", since(due, now))
            } else {
                ("clock-left", since(now, due))
            };
            book.face.with(key, &[("time", time::short(left).into())])
        });
        let clock = clock.filter(|_| stage.state == StageState::On);
        let _ = writeln!(
            page,
            "{}  {}  {}",
            stage.spec.title.get(lang),
            book.face
                .t(&format!("stage-state-{}", stage_id(stage.state))),
            clock.unwrap_or_default()
        );
        for step in &stage.steps {
            let title = step.spec.title.get(lang);
            let state = format!("step-state-{}", step_id(&step.state));
            let state = book.face.t(&state);
            let _ = writeln!(page, "  {}  {state}  {title}", step.name);
            if let StepState::Ran(run) = &step.state
                && let Some(why) = run.looked_in_part()
            {
                let why = action_words::why(&book.face.texts, why);
                let text = book.face.with("step-looked", &[("why", why.into())]);
                let _ = writeln!(page, "    {text}");
            }
            if let Some(judged) = step.check.as_ref().filter(|_| !step.state.is_settled()) {
                let reads = incident_words::reading(&book.face.texts, &judged.says);
                let truth = format!("step-check-{}", truth_id(judged.truth));
                let truth = book.face.t(&truth);
                let _ = writeln!(page, "    {truth}  {reads}");
            }
        }
    }
    page
}

/// Settles a step as the screen does: a check must hold, what a person does wants evidence, an action is run elsewhere.
fn settle(mut book: Book, args: &FlowDoneArgs) -> Result<Exit, Exit> {
    let log = meant(&book, Some(&args.flow))?;
    if !log.is_open() {
        return Err(refused(book.face.t("why-not-flow-ended")));
    }
    let of = log.id.clone();
    let Some(standing) = standing(&book.model, log) else {
        return Err(refused(book.face.t("flow-gone")));
    };
    let found = standing.steps().find(|(_, step)| step.name == args.step);
    let Some((stage, step)) = found else {
        return Err(book.usage("flow-no-step", &args.step));
    };
    let settled = settled(&book, stage.state, step, args)?;
    let noted = FlowNoted::Step {
        of: of.clone(),
        step: args.step.clone(),
        settled,
    };
    drop(standing);
    book.write(Noted::Flow(noted))?;
    show(&book, Some(of.as_str()), args.look.json)
}

/// Lifts what a flow freezes.
fn lift(mut book: Book, flow: &str, why: &str, as_json: bool) -> Result<Exit, Exit> {
    let log = meant(&book, Some(flow))?;
    let of = log.id.clone();
    if !is_freezing(&book.model, log) {
        return Err(refused(book.face.t("why-not-not-frozen")));
    }
    let noted = FlowNoted::Lifted {
        of: of.clone(),
        why: said(&book.face.texts, why)?,
    };
    book.write(Noted::Flow(noted))?;
    show(&book, Some(of.as_str()), as_json)
}

/// Writes down who follows an open flow.
fn follow(
    mut book: Book,
    name: &str,
    as_json: bool,
    noted: impl FnOnce(LineId) -> FlowNoted,
) -> Result<Exit, Exit> {
    let log = meant(&book, Some(name))?;
    if !log.is_open() {
        return Err(refused(book.face.t("why-not-flow-ended")));
    }
    let of = log.id.clone();
    book.write(Noted::Flow(noted(of.clone())))?;
    ended(&book, &of, as_json)
}

/// A flow whose steps are done ends so; one whose are not says why.
fn end(mut book: Book, name: &str, why: Option<&str>, as_json: bool) -> Result<Exit, Exit> {
    let log = meant(&book, Some(name))?;
    if !log.is_open() {
        return Err(refused(book.face.t("why-not-flow-ended")));
    }
    let done = standing(&book.model, log).is_some_and(|it| it.is_done());
    let why = maybe_said(&book.face.texts, why)?;
    if !done && why.is_none() {
        return Err(refused(book.face.t("flow-wants-why")));
    }
    let of = log.id.clone();
    let noted = FlowNoted::Ended {
        of: of.clone(),
        why,
    };
    book.write(Noted::Flow(noted))?;
    ended(&book, &of, as_json)
}

/// How it stands since, in short.
fn ended(book: &Book, of: &LineId, as_json: bool) -> Result<Exit, Exit> {
    let log = meant(book, Some(of.as_str()))?;
    if as_json {
        print(&brief(book, log));
    } else {
        say::out(&format!("{of}\n"));
    }
    Ok(Exit::Fine)
}

fn settled(
    book: &Book,
    stage: StageState,
    step: &StepStanding<'_>,
    args: &FlowDoneArgs,
) -> Result<Settled, Exit> {
    let refuse = |key: &str| Err(refused(book.face.texts.t(key)));
    if step.state.is_settled() {
        return refuse("why-not-step-settled");
    }
    match stage {
        StageState::Ahead => return refuse("why-not-stage-ahead"),
        StageState::NotCalled => return refuse("why-not-not-called"),
        StageState::On | StageState::Over => {}
    }
    if let Some(why) = &args.skip {
        let why = said(&book.face.texts, why)?;
        return Ok(Settled::Skipped { why });
    }
    let mut held = None;
    match (&step.spec.kind, &step.check) {
        (StepKind::Check, Some(judged)) => match judged.truth {
            Truth::False => return refuse("why-not-check-fails"),
            Truth::Unknown => return refuse("why-not-check-unknown"),
            Truth::True => {
                let mut stated = judged.condition.clone();
                stated.says = Some(judged.says.clone());
                held = Some(Box::new(stated));
            }
        },
        (StepKind::Action { action, .. }, _) => {
            return Err(book.usage("flow-run-it", action.as_str()));
        }
        _ if args.evidence.is_none() => return Err(book.usage("flow-wants-evidence", &args.step)),
        _ => {}
    }
    Ok(Settled::Done {
        evidence: maybe_said(&book.face.texts, args.evidence.as_deref())?,
        run: None,
        ended_at: None,
        held,
    })
}
