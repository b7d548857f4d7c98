//! Time passes.

use std::time::Duration;

use crate::{
    app::{
        effect::{Effects, Redraw},
        model::Model,
        update::{lists, observed, switches, tables},
    },
    domain::time::Moment,
};

/// How long a notice stays on the last line.
const NOTICE_STAYS: Duration = Duration::from_secs(5);

/// How often what depends on time alone is worked out again: staleness, windows that end.
const BOARD_EVERY: u64 = 5;

/// How often the usage of visible pods is asked for.
const USAGE_EVERY: u64 = 15;

pub(super) fn tick(model: &mut Model, now: Moment) -> Effects {
    let before = model.ticked.mono.as_secs();
    model.set_now(now);
    model.ticked = now;
    let crossed = |every: u64| now.mono.as_secs() / every != before / every;
    if model
        .view
        .notice
        .as_ref()
        .is_some_and(|(_, at)| now.mono.saturating_sub(*at) > NOTICE_STAYS)
    {
        model.view.notice = None;
    }
    let mut effects = Effects::draw(Redraw::Soon).and(super::prompt::handle(
        model,
        crate::actions::prompt::Event::Ticked,
    ));
    if crossed(BOARD_EVERY) {
        observed::work_out(model);
        effects = effects
            .and(tables::ask_again(model))
            .and(switches::follow(model))
            .and(switches::note(model));
    }
    effects = effects
        .and(super::document::follow(model))
        .and(super::walk::tick(model))
        .and(super::walk::recall(model));
    if crossed(USAGE_EVERY) {
        observed::forget_old_usage(model);
        effects = effects
            .and(lists::usage(model))
            .and(super::chart::follow(model))
            .and(tables::ask_usage(model));
    }
    effects
}
