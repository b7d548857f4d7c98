//! From an action that was chosen to its form, to its prompt.

use tui_input::Input;

use crate::{
    actions::{
        draft::{draft, look},
        offer::offer_with,
    },
    app::{
        acting::Act,
        command::Command,
        effect::{Effect, Effects, Redraw},
        event::Notice,
        form::{Field, FormScreen, in_force},
        incidents::alert_meant,
        model::Model,
        offering::Offered,
        overlay::Overlay,
        planning,
        prompting::{Proposal, Proposed},
        silences,
        update::{fields::Filling, prompt, runs, say},
        watching::with_world,
    },
    domain::{
        action::{
            preflight::Preflighted,
            record::Entry,
            refusal::Refusal,
            step::{Hole, Piece, StepKind, TargetName, Written},
            target::Target,
            value::Values,
        },
        id::ActionId,
        question::{Question, RequestId},
        rollout::Revision,
    },
    pack::{ActionSpec, ParamKind},
};

/// An action was chosen. What can't be done is told, and kept as refused.
pub(super) fn choose(model: &mut Model, offered: Offered) -> Effects {
    if let Err(refusal) = offered.available {
        return refuse(model, offered.id, offered.target, Values::new(), refusal);
    }
    let catalogue = model.acts.catalogue.clone();
    let Some(item) = catalogue.item(offered.id.as_str()) else {
        return Effects::none();
    };
    let target = offered.target;
    if item.spec.params.is_empty() {
        let id = offered.id;
        return propose(model, &id, target.as_ref(), &Values::new())
            .unwrap_or_else(|refusal| refuse(model, id, None, Values::new(), refusal));
    }
    let params = item.spec.params.iter();
    let fields = params.map(|spec| {
        let now = in_force(model, spec, target.as_ref());
        let mut field = Field::new(spec.clone(), now);
        if let (ParamKind::Matchers, Some(line)) = (&spec.kind, alert_meant(model)) {
            field.input = Input::new(silences::of_alert(&line.alert));
        }
        field
    });
    let fields = fields.collect();
    let mut form = FormScreen {
        action: offered.id,
        title: offered.title,
        tier: offered.tier,
        target,
        fields,
        at: 0,
        refused: None,
        asked: None,
        revisions: None,
        looking: None,
        variables: variables(item.spec),
    };
    let mut effects = Effects::draw(Redraw::Now);
    let site = planning::site(model, &item);
    let look = form
        .target
        .as_ref()
        .and_then(|target| look(&item, target, site));
    if let Some(draft) = look {
        let request = model.next_request();
        form.looking = Some(request);
        let draft = Box::new(draft);
        effects = effects.with(Effect::Act(Act::Preflight { request, draft }));
    }
    let key = form.target.as_ref().and_then(Target::key);
    if let Some(key) = key.filter(|_| form.wants_revisions()) {
        let request = model.next_request();
        form.asked = Some(request);
        let question = Question::Rollouts(key);
        effects = effects.with(Effect::Ask { request, question });
    }
    model.view.overlays.push(Overlay::Form(Box::new(form)));
    effects
}

/// Opens the prompt of an action that was asked for by its name, where it may be done.
pub fn ask(model: &mut Model, proposal: &Proposal) -> Result<Effects, Refusal> {
    if let Some(back) = &proposal.back {
        return runs::ask_back(model, back);
    }
    let catalogue = model.acts.catalogue.clone();
    let Some(item) = catalogue.item(proposal.action.as_str()) else {
        let target = proposal.action.to_string();
        return Err(Refusal::NotFound { target });
    };
    let target = proposal.target.as_ref();
    let offered = with_world(model, |world| {
        let offer = offer_with(&catalogue, item, world, target, &proposal.params);
        offer.available.map(|()| offer.target)
    })?;
    propose(model, &item.spec.id, offered.as_ref(), &proposal.params)
}

/// It is not done, which is said and kept.
pub(super) fn refuse(
    model: &mut Model,
    action: ActionId,
    target: Option<Target>,
    params: Values,
    refusal: Refusal,
) -> Effects {
    say(model, Notice::Refused(refusal.clone()));
    let entry = Entry::Refused {
        action,
        target,
        params,
        refusal,
    };
    let act = Act::Record {
        run: None,
        entry: Box::new(entry),
    };
    Effects::draw(Redraw::Now).with(Effect::Act(act))
}

/// Opens the prompt of an action with its parameters.
fn propose(
    model: &mut Model,
    id: &ActionId,
    target: Option<&Target>,
    params: &Values,
) -> Result<Effects, Refusal> {
    let catalogue = model.acts.catalogue.clone();
    let Some(item) = catalogue.item(id.as_str()) else {
        return Err(Refusal::NotFound {
            target: id.to_string(),
        });
    };
    let made = draft(&item, target, params, planning::site(model, &item))?;
    let named = (item.spec.title.clone(), item.tier);
    Ok(prompt::open(
        model,
        Proposed::Action(id.clone()),
        named,
        made,
    ))
}

fn form(model: &mut Model) -> Option<&mut FormScreen> {
    match model.view.overlays.last_mut() {
        Some(Overlay::Form(form)) => Some(form),
        _ => None,
    }
}

/// Whether the form has the keys.
pub(super) fn is_on_top(model: &Model) -> bool {
    model.view.typing.is_none() && matches!(model.view.overlays.last(), Some(Overlay::Form(_)))
}

fn filling(form: &mut FormScreen) -> Filling<'_> {
    form.refused = None;
    Filling {
        fields: &mut form.fields,
        at: &mut form.at,
    }
}

/// The line of the field that is filled in.
pub(super) fn line(form: &mut FormScreen) -> Option<&mut Input> {
    filling(form).line()
}

/// A key on the form that is no edit; `None` for those that are.
pub(super) fn key(model: &mut Model, command: Command) -> Option<Effects> {
    let drawn = Effects::draw(Redraw::Now);
    match command {
        Command::TextNext => {
            let Some(Overlay::Form(open)) = model.view.overlays.last() else {
                return None;
            };
            let choices = open.choices(model);
            filling(form(model)?).complete_or_go(choices);
        }
        Command::TextPrevious | Command::TextUp => filling(form(model)?).go(false),
        Command::TextDown => filling(form(model)?).go(true),
        Command::TextAccept => return Some(accept(model)),
        Command::TextCancel => drop(model.view.overlays.pop()),
        _ => return None,
    }
    Some(drawn)
}

/// Enter goes on to the next field, and from the last one to the prompt.
fn accept(model: &mut Model) -> Effects {
    let Some(open) = form(model) else {
        return Effects::none();
    };
    let Some(values) = filling(open).accept() else {
        return Effects::draw(Redraw::Now);
    };
    let (id, target) = (open.action.clone(), open.target.clone());
    match propose(model, &id, target.as_ref(), &values) {
        Ok(effects) => {
            // The prompt lies where the form lay.
            let is_form = |overlay: &Overlay| matches!(overlay, Overlay::Form(_));
            model.view.overlays.retain(|overlay| !is_form(overlay));
            effects
        }
        Err(refusal) => {
            if let Some(form) = form(model) {
                form.refused = Some(refusal);
            }
            Effects::draw(Redraw::Now)
        }
    }
}

/// The revisions a form waits for; `false` where none does.
pub(super) fn answered(
    model: &mut Model,
    request: RequestId,
    revisions: Option<&Vec<Revision>>,
) -> bool {
    for overlay in &mut model.view.overlays {
        if let Overlay::Form(form) = overlay
            && form.asked == Some(request)
        {
            form.revised(revisions);
            return true;
        }
    }
    false
}

/// What a form looked at; `false` where none did.
pub(super) fn looked(model: &mut Model, request: RequestId, answer: &Preflighted) -> bool {
    for overlay in &mut model.view.overlays {
        if let Overlay::Form(form) = overlay
            && form.looking == Some(request)
        {
            let nothing = Values::new();
            form.looked(answer.as_ref().map_or(&nothing, |found| &found.before));
            return true;
        }
    }
    false
}

/// The variables that parameters of an action set: parameter, container, name.
fn variables(spec: &ActionSpec) -> Vec<(usize, Option<String>, String)> {
    let of = |step: &Written| match &step.kind {
        StepKind::SetEnv {
            target: TargetName::OfAction,
            container,
            name,
            value: Some(value),
        } => {
            let [Piece::Hole(Hole::Param(param))] = &value.pieces[..] else {
                return None;
            };
            let at = spec.params.iter().position(|it| it.name == *param)?;
            // What the pack reads by itself is what counts.
            let own = spec.params[at].now.as_deref() == Some("value");
            own.then(|| (at, container.clone(), name.clone()))
        }
        _ => None,
    };
    spec.run.iter().filter_map(of).collect()
}
