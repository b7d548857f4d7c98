//! What the steps of a run wrote: a filter leaves of its lines those that match.

use tui_input::Input;

use crate::{
    app::{
        command::WhyNot,
        effect::{Effects, Redraw},
        logs::pattern::Pattern,
        model::Model,
        overlay::Overlay,
        running::RunScreen,
        view::{Typing, TypingWhat},
    },
    domain::action::verdict::Stream,
};

fn top(model: &mut Model) -> Option<&mut RunScreen> {
    match model.view.overlays.last_mut() {
        Some(Overlay::Run(screen)) => Some(screen),
        _ => None,
    }
}

/// Whether a run is open that wrote something.
pub(in crate::app) fn available(model: &Model) -> Result<(), WhyNot> {
    let overlays = model.view.overlays.iter().rev();
    let mut open = overlays.filter_map(|overlay| match overlay {
        Overlay::Run(screen) => Some(screen),
        _ => None,
    });
    let screen = open.next().ok_or(WhyNot::NotHere)?;
    let run = model.acts.run(&screen.id).ok_or(WhyNot::NoRun)?;
    let mut pieces = screen.steps(run).iter().flat_map(|step| &step.output);
    let wrote = pieces.any(|piece| piece.stream != Stream::Note);
    wrote.then_some(()).ok_or(WhyNot::NoLines)
}

/// Starts typing which lines are shown.
pub(super) fn type_filter(model: &mut Model) -> Effects {
    let Some(screen) = top(model) else {
        return Effects::none();
    };
    let before = screen.filter.as_ref().map_or("", Pattern::text).to_owned();
    model.view.typing = Some(Typing {
        input: Input::new(before.clone()),
        what: TypingWhat::Output { before },
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Filters the lines at once; what is wrong with the filter.
pub(super) fn filter(model: &mut Model, text: &str) -> Result<(), String> {
    let filter = Pattern::parse(text)?;
    if let Some(screen) = top(model) {
        screen.filter = filter;
        // What was scrolled past may be hidden now.
        screen.scroll = 0;
    }
    Ok(())
}

/// `esc` takes the filter away first; `false` where there is none.
pub(super) fn back(model: &mut Model) -> bool {
    top(model).is_some_and(|screen| screen.filter.take().is_some())
}
