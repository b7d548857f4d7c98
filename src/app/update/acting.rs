//! Actions: what came back of what was asked for around them.

use crate::app::{
    acting::Acted,
    effect::{Effects, Redraw},
    event::Notice,
    model::Model,
    update::{handover, incidents, palette, prompt, propose, routine, runs, say, switches},
};

/// Takes what came of an effect around actions.
pub(super) fn acted(model: &mut Model, acted: Acted) -> Effects {
    match acted {
        Acted::Reviewed(answers) => {
            model.acts.allowed.extend(answers);
            palette::follow(model);
        }
        Acted::Told(all) => {
            let each = all.into_iter().map(|it| self::acted(model, it));
            return each.fold(Effects::none(), Effects::and);
        }
        Acted::Runs(runs) => {
            model.acts.runs = runs;
            routine::work_out(model);
            switches::work_out(model);
            palette::follow(model);
        }
        Acted::Run(run) => runs::read(model, &run),
        Acted::Asides(asides) => {
            model.acts.asides = asides;
            return prompt::look_for_second(model).and(Effects::draw(Redraw::Soon));
        }
        Acted::Ledger(state) => {
            model.acts.ledger = Some(state);
            palette::follow(model);
        }
        Acted::Shared(state) => {
            model.acts.shared = Some(state);
            palette::follow(model);
        }
        Acted::Log(lines) => {
            model.acts.log = lines.into();
            model.read_log();
            routine::work_out(model);
        }
        // Nothing on the screen says it before somebody signs.
        Acted::Heads(heads) => {
            model.acts.heads = heads.into();
            return Effects::none();
        }
        Acted::Preflighted { request, answer } => {
            if let Some(effects) = handover::read(model, request, &answer) {
                return effects;
            }
            if let Some(effects) = routine::read(model, request, &answer) {
                return effects;
            }
            if let Some(effects) = switches::looked(model, request, &answer) {
                return effects;
            }
            if propose::looked(model, request, &answer) {
                return Effects::draw(Redraw::Now);
            }
            return prompt::preflighted(model, request, *answer);
        }
        Acted::Rechecked { request, answer } => return prompt::rechecked(model, request, answer),
        Acted::Agreed { plan, answer } => {
            let agreed = crate::actions::prompt::Event::Agreed { plan, answer };
            return prompt::handle(model, agreed);
        }
        Acted::Launched { request, answer } => {
            return prompt::handle(
                model,
                crate::actions::prompt::Event::Launched { request, answer },
            );
        }
        Acted::NotRecorded(refusal) => {
            incidents::not_written(model);
            say(model, Notice::NotRecorded(refusal));
            return Effects::draw(Redraw::Now);
        }
    }
    Effects::draw(Redraw::Soon)
}
