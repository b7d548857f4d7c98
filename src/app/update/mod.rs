//! The one way in: `update(&mut Model, Event) -> Effects`, pure.

mod acting;
mod alerts;
mod care;
mod chart;
mod command;
mod departures;
mod desks;
mod document;
mod explain;
mod fields;
mod flows;
mod guards;
mod handover;
mod incidents;
mod kinds;
mod lists;
mod logs;
mod mouse;
mod observed;
mod output;
mod palette;
mod picker;
mod prompt;
mod propose;
mod routine;
mod runs;
mod sheet;
mod switches;
mod tables;
mod time;
mod triage;
mod typing;
mod walk;

pub use self::{document::why_not, prompt::vouch, propose::ask as propose, walk::walk_through};
pub(in crate::app) use care::available as care_available;
pub(in crate::app) use flows::{available as flow_available, on_top as flow_on_top};
pub(in crate::app) use guards::{available as guards_available, on_top as guards_on_top};
pub(in crate::app) use handover::available as handover_available;
pub(in crate::app) use incidents::available as incident_available;
pub(in crate::app) use lists::refresh_panes;
pub(in crate::app) use logs::available as logs_available;
pub(in crate::app) use output::available as output_available;
pub(in crate::app) use routine::available as routine_available;
pub(in crate::app) use runs::{
    available as run_available, meant as run_meant, on_top as journal_on_top,
};
pub(in crate::app) use walk::available as walk_available;

use super::{
    attention, drilling,
    effect::{Effects, Redraw},
    event::{DesksRead, Event, Notice, Reload},
    model::{Model, Size},
};
use crate::domain::{action::refusal::Refusal, frame::Recording};

/// Changes the model by a fact that happened and says what is to be done about it.
pub fn update(model: &mut Model, event: Event) -> Effects {
    let followed = triage::followed(model);
    if matches!(
        event,
        Event::Command(_) | Event::Typed(_) | Event::Pasted(_) | Event::Mouse(_)
    ) {
        model.attention.touched = model.now.mono;
    }
    let effects = take(model, event);
    walk::settle(model);
    let effects = explain::settle(model)
        .and(departures::settle(model))
        .and(attention::watch(model))
        .and(prompt::settle(model))
        .and(effects);
    // Whatever closed a screen, what still ran for it ends.
    triage::end(model, &followed, effects)
}

fn take(model: &mut Model, event: Event) -> Effects {
    match event {
        Event::Tick(now) => time::tick(model, now).and(drilling::watch(model)),
        Event::Command(command) => {
            model.view.touched = true;
            // What was said of the last key is not said of this one.
            model.view.notice = None;
            command::run(model, command)
        }
        Event::Typed(text) => typing::typed(model, &text),
        Event::Pasted(text) => typing::pasted(model, &text),
        Event::Drawn => {
            prompt::drawn(model);
            runs::drawn(model);
            Effects::none()
        }
        Event::Chord(keys) => {
            model.view.chord = keys;
            Effects::draw(Redraw::Now)
        }
        Event::Mouse(mouse) => {
            model.view.touched = true;
            mouse::moved(model, mouse)
        }
        Event::Resized { columns, rows } => {
            model.size = Size { columns, rows };
            prompt::undrawn(model);
            lists::keep_all_in_view(model);
            tables::refresh(model);
            Effects::draw(Redraw::Now).with(super::effect::Effect::Repaint)
        }
        Event::ScrolledTo(line) => {
            if !logs::scrolled(model, line)
                && let Some(scroll) = command::scroll_of(model)
            {
                *scroll = line;
            }
            Effects::none()
        }
        Event::Leaving => {
            let why = "another desk".to_owned();
            prompt::void(model, Refusal::Identity { why })
        }
        Event::Focused(focused) => {
            model.view.terminal_focused = focused;
            model.attention.focus = Some(focused);
            Effects::none()
        }
        Event::Observed(observations) => observed::observed(model, observations),
        Event::Acted(acted) => acting::acted(model, acted),
        Event::Reloaded(reload) => reloaded(model, *reload),
        Event::Walked(told) => walk::told(model, *told),
        Event::Recording(recording) => recording_is(model, recording),
        Event::Desks(DesksRead::Listed(offers)) => desks::listed(model, offers),
        Event::Desks(DesksRead::Refused(why)) => desks::refused(model, why),
        Event::Noticed(notice) => {
            if let Notice::ExportFailed { path, why } = &notice {
                logs::export_failed(model, path, why);
            }
            say(model, notice);
            Effects::draw(Redraw::Now)
        }
    }
}

/// How recording goes; that it stopped is said once.
fn recording_is(model: &mut Model, recording: Recording) -> Effects {
    if let Recording::Stopped { why } = &recording {
        say(model, Notice::RecordingStopped(why.clone()));
    }
    model.recording = recording;
    Effects::draw(Redraw::Now)
}

/// A short message for the last line; it goes by itself.
fn say(model: &mut Model, notice: Notice) {
    model.view.notice = Some((notice, model.now.mono));
}

fn reloaded(model: &mut Model, reload: Reload) -> Effects {
    match reload {
        Reload::Settings {
            glyphs,
            lang,
            mouse,
        } => {
            model.look.glyphs = glyphs;
            model.look.lang = lang;
            model.look.mouse = mouse;
            say(model, Notice::Reloaded("config".to_owned()));
        }
        Reload::Pack(pack) => {
            let id = pack.id.to_string();
            // What stood in for it goes, and the desk is that of the pack again.
            if model.unread_pack.take().is_some() {
                model.desk.pack = Some(pack.id.clone());
            }
            model.acts.use_pack(&pack);
            observed::take_pack(model, pack);
            routine::work_out(model);
            switches::work_out(model);
            say(model, Notice::Reloaded(id));
            return prompt::void(model, Refusal::PackChanged).and(Effects::draw(Redraw::Now));
        }
        Reload::Policy(policy) => {
            if *model.acts.catalogue.policy() == *policy {
                return Effects::none();
            }
            model.acts.use_policy(&policy);
            let rule = "reloaded".to_owned();
            return prompt::void(model, Refusal::Policy { rule });
        }
        Reload::ReadOnly(read_only) => model.desk.read_only = read_only,
        Reload::Attention(settings) => model.attention.settings = settings,
        Reload::Themes(names) => model.look.themes = names,
        Reload::Failed { what, why } => say(model, Notice::ReloadFailed { what, why }),
    }
    Effects::draw(Redraw::Now)
}
