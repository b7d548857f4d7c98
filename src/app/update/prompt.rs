//! The open prompt: what happens reaches the machine, what the machine asks for becomes effects.

use std::sync::Arc;

use tui_input::InputRequest;

use crate::{
    actions::{
        left,
        prompt::{self, Now, Phase, Prompt, Ready},
    },
    app::{
        acting::Act,
        command::Command,
        effect::{Effect, Effects, Redraw},
        model::Model,
        overlay::Overlay,
        planning,
        prompting::{PromptScreen, Proposed, stance},
        running::RunScreen,
        standing::standing,
    },
    domain::{
        action::{
            approval::Approval,
            fact::Fact,
            plan::Plan,
            preflight::{Draft, Preflighted},
            record::{Entry, Intent},
            refusal::Refusal,
            tier::Tier,
        },
        id::RunId,
        identity::Mismatch,
        question::RequestId,
        text::Text,
    },
};

/// Opens the prompt of what is proposed.
pub(super) fn open(
    model: &mut Model,
    of: Proposed,
    (title, tier): (Text, Tier),
    draft: Draft,
) -> Effects {
    let undo_of = match &of {
        Proposed::Undo(run) => Some(run.id.clone()),
        Proposed::Action(_) => None,
    };
    let stance = stance(model, &draft.target);
    let mut now = Now {
        mono: model.now.mono,
        requests: &mut model.requests,
    };
    let (prompt, asked) = Prompt::open(draft, undo_of, &mut now);
    let screen = PromptScreen {
        prompt,
        of,
        title,
        tier,
        emergency: None,
        stance,
        scroll: 0,
    };
    model.view.overlays.push(Overlay::Prompt(Box::new(screen)));
    let asked = carry(model, asked);
    asked.and(Effects::draw(Redraw::Now))
}

/// Why what is proposed is done although a rule that should be asked can't be.
pub(super) fn in_emergency(model: &mut Model, reason: String) {
    if let Some(screen) = screen_mut(model) {
        screen.emergency = Some(reason);
    }
}

fn screen(model: &Model) -> Option<&PromptScreen> {
    let mut overlays = model.view.overlays.iter();
    overlays.find_map(|overlay| match overlay {
        Overlay::Prompt(screen) => Some(&**screen),
        _ => None,
    })
}

fn screen_mut(model: &mut Model) -> Option<&mut PromptScreen> {
    let mut overlays = model.view.overlays.iter_mut();
    overlays.find_map(|overlay| match overlay {
        Overlay::Prompt(screen) => Some(&mut **screen),
        _ => None,
    })
}

/// Whether the prompt has the keys.
pub(super) fn is_on_top(model: &Model) -> bool {
    model.view.typing.is_none() && matches!(model.view.overlays.last(), Some(Overlay::Prompt(_)))
}

/// Gives the machine something that happened.
pub(super) fn handle(model: &mut Model, event: prompt::Event) -> Effects {
    let mut requests = model.requests;
    let mono = model.now.mono;
    let Some(screen) = screen_mut(model) else {
        return Effects::none();
    };
    let mut now = Now {
        mono,
        requests: &mut requests,
    };
    let asked = screen.prompt.handle(event, &mut now);
    model.requests = requests;
    let effects = carry(model, asked);
    effects.and(follow(model))
}

/// What the end of a prompt means for the screens.
fn follow(model: &mut Model) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    let next = match &screen.prompt.phase {
        Phase::Launched(run) => Some(run.clone()),
        Phase::Closed => None,
        _ => return Effects::draw(Redraw::Now),
    };
    let is_prompt = |overlay: &Overlay| matches!(overlay, Overlay::Prompt(_));
    model.view.overlays.retain(|overlay| !is_prompt(overlay));
    match next {
        Some(run) => show(model, run),
        None => Effects::draw(Redraw::Now),
    }
}

/// Attaches to a run.
pub(super) fn show(model: &mut Model, run: RunId) -> Effects {
    // Of what is over, what its steps wrote is read when somebody looks.
    let over = model.acts.run(&run).is_some_and(|run| run.is_over());
    let overlays = &mut model.view.overlays;
    overlays.retain(|overlay| !matches!(overlay, Overlay::Run(_)));
    overlays.push(Overlay::Run(Box::new(RunScreen::new(run.clone()))));
    let drawn = Effects::draw(Redraw::Now);
    if over {
        drawn.with(Effect::Act(Act::ReadRun(run)))
    } else {
        drawn
    }
}

/// What the machine asks for, as effects.
fn carry(model: &Model, asked: Vec<prompt::Effect>) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    let mut acts = Vec::new();
    for one in asked {
        let act = match one {
            prompt::Effect::Second { plan } => {
                // The second person sees by it what is signed.
                let asked = Entry::Asked {
                    digest: plan.digest(),
                    plan: Box::new((*plan).clone()),
                };
                let entry = Box::new(asked);
                acts.push(Act::Record { run: None, entry });
                Act::Agreed(plan)
            }
            prompt::Effect::Preflight { request } => Act::Preflight {
                request,
                draft: Box::new(screen.prompt.draft.clone()),
            },
            prompt::Effect::Recheck { request, plan } => Act::Recheck { request, plan },
            prompt::Effect::Launch { request, ready } => {
                if let (Some(reason), Proposed::Undo(run)) = (&screen.emergency, &screen.of) {
                    let draft = &screen.prompt.draft;
                    let note = Entry::Note {
                        text: format!("{reason} [run {}]", run.id),
                        action: Some(draft.action.clone()),
                        target: Some(draft.target.clone()),
                    };
                    let entry = Box::new(note);
                    acts.push(Act::Record { run: None, entry });
                }
                Act::Launch {
                    request,
                    intent: Box::new(intent(model, &screen.prompt, *ready)),
                }
            }
            prompt::Effect::Record(refusal) => Act::Record {
                run: None,
                entry: Box::new(refused(&screen.prompt.draft, refusal)),
            },
            prompt::Effect::Forget(request) => Act::Forget(request),
        };
        acts.push(act);
    }
    let acts = acts.into_iter().map(Effect::Act);
    acts.fold(Effects::none(), Effects::with)
}

/// That it was asked for and is not done.
pub(super) fn refused(draft: &Draft, refusal: Refusal) -> Entry {
    Entry::Refused {
        action: draft.action.clone(),
        target: Some(draft.target.clone()),
        params: draft.params.clone(),
        refusal,
    }
}

fn intent(model: &Model, prompt: &Prompt, ready: Ready) -> Intent {
    let plan = Arc::unwrap_or_clone(ready.plan);
    Intent {
        digest: plan.digest(),
        plan,
        preflight: ready.preflight,
        snapshot: standing(model),
        desk_args: planning::desk_args(model),
        undo_of: prompt.undo_of.clone(),
    }
}

/// A key that the prompt is answered with.
pub(super) fn key(model: &mut Model, command: Command) -> Effects {
    let edit = prompt::Event::Edited;
    let page = isize::try_from(model.size.rows / 2).unwrap_or(8);
    let over = screen(model).is_some_and(|screen| screen.prompt.is_over());
    let event = match command {
        // A prompt that says why it is void is left with either.
        Command::TextAccept if over => prompt::Event::Declined,
        Command::TextAccept => prompt::Event::Accepted,
        Command::TextCancel => prompt::Event::Declined,
        Command::TextLeft if !types(model) => prompt::Event::Stepped { onward: false },
        Command::TextRight if !types(model) => prompt::Event::Stepped { onward: true },
        Command::TextNext => prompt::Event::Stepped { onward: true },
        Command::TextPrevious => prompt::Event::Stepped { onward: false },
        Command::TextUp => return scroll(model, -1),
        Command::TextDown => return scroll(model, 1),
        Command::TextPageUp => return scroll(model, -page),
        Command::TextPageDown => return scroll(model, page),
        Command::TextLeft => edit(InputRequest::GoToPrevChar),
        Command::TextRight => edit(InputRequest::GoToNextChar),
        Command::TextHome => edit(InputRequest::GoToStart),
        Command::TextEnd => edit(InputRequest::GoToEnd),
        Command::TextBackspace => edit(InputRequest::DeletePrevChar),
        Command::TextDelete => edit(InputRequest::DeleteNextChar),
        Command::TextDeleteWord => edit(InputRequest::DeletePrevWord),
        Command::TextDeleteToStart => edit(InputRequest::DeleteLine),
        Command::TextDeleteToEnd => edit(InputRequest::DeleteTillEnd),
        _ => return Effects::none(),
    };
    handle(model, event)
}

/// What was written for this very plan was given back, which stands for what a person would type.
pub fn vouch(model: &mut Model) -> Effects {
    handle(model, prompt::Event::Vouched)
}

/// Whether the prompt takes a text: then the arrows move in it.
fn types(model: &Model) -> bool {
    screen(model)
        .and_then(|screen| screen.prompt.confirming())
        .is_some_and(|asked| asked.answer.typed().is_some())
}

fn scroll(model: &mut Model, by: isize) -> Effects {
    if let Some(screen) = screen_mut(model) {
        screen.scroll = screen.scroll.saturating_add_signed(by);
    }
    Effects::draw(Redraw::Now)
}

/// Characters of one key.
pub(super) fn typed(model: &mut Model, text: &str) -> Effects {
    let mut effects = Effects::none();
    for c in text.chars().filter(|c| !c.is_control()) {
        effects = effects.and(handle(model, prompt::Event::Typed(c)));
    }
    effects
}

/// A paste never answers what is asked; a second person's signature is given over by one.
pub(super) fn pasted(model: &mut Model, text: &str) -> Effects {
    match together(model) {
        Some(plan) if Approval::is_meant(text) => {
            let text = text.to_owned();
            let sign = Effect::Act(Act::Sign { plan, text });
            Effects::draw(Redraw::Now).with(sign)
        }
        _ => handle(model, prompt::Event::Pasted),
    }
}

/// Somebody may have signed what is asked.
pub(super) fn look_for_second(model: &Model) -> Effects {
    together(model).map_or_else(Effects::none, |plan| {
        Effects::none().with(Effect::Act(Act::Agreed(plan)))
    })
}

/// The plan that is asked about, where several persons must agree to it.
fn together(model: &Model) -> Option<Arc<Plan>> {
    let prompt = &screen(model)?.prompt;
    match &prompt.phase {
        Phase::Confirming(asked) if asked.ready.plan.persons > 1 => {
            Some(Arc::clone(&asked.ready.plan))
        }
        _ => None,
    }
}

/// What is asked stands on the screen now.
pub(super) fn drawn(model: &mut Model) {
    let mono = model.now.mono;
    if let Some(screen) = screen_mut(model) {
        let mut nothing = 0;
        let mut now = Now {
            mono,
            requests: &mut nothing,
        };
        let asked = screen.prompt.handle(prompt::Event::Drawn, &mut now);
        debug_assert!(asked.is_empty(), "being drawn asks for nothing");
    }
}

/// What was found out: with the plan that is made of it, if one can be.
pub(super) fn preflighted(model: &mut Model, request: RequestId, answer: Preflighted) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    let undone = match &screen.of {
        Proposed::Undo(run) => Some(run.id.clone()),
        Proposed::Action(_) => None,
    };
    let contested = contested(screen, &answer);
    let answer = answer.and_then(|preflight| planning::ready(model, screen, preflight));
    match (&answer, contested) {
        (Err(_), Some(run)) => {
            model.contested.insert(run);
        }
        (Ok(_), None) => {
            if let Some(run) = undone {
                model.contested.remove(&run);
            }
        }
        _ => {}
    }
    let answer = Box::new(answer);
    handle(model, prompt::Event::Preflighted { request, answer })
}

/// The run that is to be taken back, where what it left is another by now or can't be read again.
fn contested(screen: &PromptScreen, answer: &Preflighted) -> Option<RunId> {
    let Proposed::Undo(run) = &screen.of else {
        return None;
    };
    let is_away = |refusal: &Refusal| {
        matches!(
            refusal,
            Refusal::Unreadable { .. } | Refusal::NotFound { .. }
        )
    };
    let is_so = match answer {
        Err(refusal) => is_away(refusal) && !screen.prompt.draft.reads.is_empty(),
        Ok(found) => left::is_another(run, &found.before),
    };
    is_so.then(|| run.id.clone())
}

/// Facts that were read again, with what else the plan rests on as it is now.
pub(super) fn rechecked(
    model: &mut Model,
    request: RequestId,
    answer: Result<Vec<Fact>, Refusal>,
) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    let Some(asked) = screen.prompt.confirming() else {
        return Effects::none();
    };
    let ready = &asked.ready;
    let answer = answer.map(|read| planning::with_own(model, &ready.plan, read));
    let guard = planning::guard(model, screen, ready);
    handle(
        model,
        prompt::Event::Rechecked {
            request,
            answer,
            guard,
        },
    )
}

/// Holds the open prompt against the ground it stands on: what may be done from here, and its target as it is seen.
pub(super) fn settle(model: &mut Model) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    if screen.prompt.is_over() {
        return Effects::none();
    }
    if let Some(mismatch) = &model.actor.mismatch {
        let why = told(mismatch);
        return handle(model, prompt::Event::Void(Refusal::Identity { why }));
    }
    if model.desk.read_only && screen.tier > Tier::T0 {
        return handle(model, prompt::Event::Void(Refusal::ReadOnly));
    }
    let seen = stance(model, &screen.prompt.draft.target);
    if seen == screen.stance {
        return Effects::none();
    }
    if let Some(screen) = screen_mut(model) {
        screen.stance = seen;
    }
    handle(model, prompt::Event::Moved)
}

fn told(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Cluster => "another-cluster".to_owned(),
        Mismatch::User { was, now } => {
            format!("{was} -> {}", now.as_deref().unwrap_or("?"))
        }
    }
}

/// The ground the open prompt stood on is gone.
pub(super) fn void(model: &mut Model, refusal: Refusal) -> Effects {
    handle(model, prompt::Event::Void(refusal))
}

/// What is asked may not be seen any more: the terminal has another size.
pub(super) fn undrawn(model: &mut Model) {
    if let Some(screen) = screen_mut(model) {
        screen.prompt.undrawn();
    }
    for overlay in &mut model.view.overlays {
        if let Overlay::Run(screen) = overlay
            && let Some(stopping) = &mut screen.stopping
        {
            stopping.drawn = None;
        }
    }
}
