//! Moving in lists: by item, never by row number alone.

use std::collections::HashSet;

use crate::{
    app::{
        derive,
        effect::{Effect, Effects, Redraw},
        layout::{items_visible, layout},
        model::Model,
        overlay::Overlay,
        update::tables,
        view::{Item, List, Pane, PodsShown, Sort},
    },
    domain::id::Uid,
};

/// How far to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    By(isize),
    Pages(isize),
    HalfPages(isize),
    Top,
    Bottom,
}

/// How many items of the focused list can be seen.
pub(super) fn visible(model: &Model, pane: Pane) -> usize {
    layout(model.size, &model.view)
        .and_then(|layout| layout.pane(pane))
        .map_or(0, |area| items_visible(pane, area, model.view.zoomed))
}

/// Where an item of `len` is after a step from `at`.
pub(super) fn stepped(at: usize, len: usize, page: usize, step: Step) -> usize {
    let last = len.saturating_sub(1);
    let by = |n: isize| at.saturating_add_signed(n).min(last);
    let page = isize::try_from(page.max(1)).unwrap_or(1);
    match step {
        Step::By(n) => by(n),
        Step::Pages(n) => by(n.saturating_mul(page)),
        Step::HalfPages(n) => by(n.saturating_mul((page / 2).max(1))),
        Step::Top => 0,
        Step::Bottom => last,
    }
}

fn moved(list: &mut List, page: usize, step: Step) {
    if list.items.is_empty() {
        return;
    }
    let to = stepped(list.position().unwrap_or(0), list.items.len(), page, step);
    list.selected = list.items.get(to).cloned();
    list.chosen = true;
    list.stood = to;
    keep_in_view(list, page);
}

/// Scrolls as little as it takes to see what is selected, and never past the end.
pub(super) fn keep_in_view(list: &mut List, page: usize) {
    let page = page.max(1);
    if let Some(at) = list.position() {
        list.stood = at;
        list.offset = list.offset.clamp((at + 1).saturating_sub(page), at);
    }
    list.offset = list.offset.min(list.items.len().saturating_sub(page));
}

pub(super) fn keep_all_in_view(model: &mut Model) {
    for pane in Pane::ALL {
        let page = visible(model, pane);
        keep_in_view(model.view.list_mut(pane), page);
    }
}

/// How many rows a list that fills the body shows, below its title.
pub(super) fn overlay_page(model: &Model) -> usize {
    layout(model.size, &model.view).map_or(1, |layout| {
        usize::from(layout.body.height.saturating_sub(1))
    })
}

/// Moves in the list that has the keys: the open time line, or the focused pane.
pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    if tables::on_top(model) {
        return tables::step(model, step);
    }
    if super::flows::on_top(model) {
        return super::flows::step(model, step);
    }
    if super::runs::on_top(model) {
        return super::runs::step(model, step);
    }
    if super::routine::on_top(model) {
        return super::routine::step(model, step);
    }
    if super::guards::on_top(model) {
        return super::guards::step(model, step);
    }
    if super::logs::step(model, step) {
        return Effects::draw(Redraw::Now);
    }
    let rows = overlay_page(model);
    if let Some(Overlay::Changes(list)) = model.view.overlays.last_mut() {
        moved(list, rows, step);
    } else {
        let pane = model.view.focus;
        let page = visible(model, pane);
        moved(model.view.list_mut(pane), page, step);
    }
    Effects::draw(Redraw::Now)
}

/// Gives a pane its items anew; the selection stays on its item, or on the row where it was when the item is gone.
pub(crate) fn refresh(model: &mut Model, pane: Pane) {
    let items = derive::items(model, pane);
    let stood = model.view.list(pane).position();
    replace(model, pane, items, stood);
}

/// Gives all panes their items anew; until a person did something, the first that has rows has the focus.
pub(in crate::app) fn refresh_panes(model: &mut Model) {
    for pane in Pane::ALL {
        refresh(model, pane);
    }
    focus_on_rows(model);
}

/// Until a person did something, the first pane that has rows has the focus.
pub(super) fn focus_on_rows(model: &mut Model) {
    if !model.view.touched {
        let with_rows = Pane::ALL
            .into_iter()
            .find(|pane| !model.view.list(*pane).items.is_empty());
        model.view.focus = with_rows.unwrap_or(model.view.focus);
    }
}

/// The same for pods, of which only those in `moved` may have come, gone or changed their place.
pub(super) fn refresh_pods(model: &mut Model, moved: &HashSet<Uid>) {
    let list = model.view.list_mut(Pane::Pods);
    let stood = list.position();
    let before = std::mem::take(&mut list.items);
    let items = derive::pods_after(model, before, moved);
    replace(model, Pane::Pods, items, stood);
}

fn replace(model: &mut Model, pane: Pane, items: Vec<Item>, stood: Option<usize>) {
    let page = visible(model, pane);
    let list = model.view.list_mut(pane);
    list.items = items;
    if !list.chosen {
        list.selected = list.items.first().cloned();
    } else if list.position().is_none() {
        let row = stood.unwrap_or(0).min(list.items.len().saturating_sub(1));
        list.selected = list.items.get(row).cloned();
    }
    keep_in_view(list, page);
}

pub(super) fn sort(model: &mut Model) -> Effects {
    if tables::on_top(model) {
        return tables::sort(model);
    }
    let pane = model.view.focus;
    let offered = Sort::of(pane);
    let list = model.view.list_mut(pane);
    let at = offered
        .iter()
        .position(|sort| *sort == list.sort)
        .unwrap_or(0);
    list.sort = offered[(at + 1) % offered.len()];
    list.reverse = false;
    refresh(model, pane);
    Effects::draw(Redraw::Now)
}

pub(super) fn reverse(model: &mut Model) -> Effects {
    if tables::on_top(model) {
        return tables::reverse(model);
    }
    let pane = model.view.focus;
    let list = model.view.list_mut(pane);
    list.reverse = !list.reverse;
    refresh(model, pane);
    Effects::draw(Redraw::Now)
}

pub(super) fn clear_filter(model: &mut Model) -> Effects {
    let pane = model.view.focus;
    let list = model.view.list_mut(pane);
    // The pods of one workload were opened out of the roll-up; leaving them goes back there.
    let opened = list.filter.text().starts_with("workload=");
    list.filter = crate::app::filter::Filter::default();
    if pane == Pane::Pods && opened {
        model.view.pods_shown = PodsShown::RolledUp;
    }
    refresh(model, pane);
    Effects::draw(Redraw::Now)
}

pub(super) fn show_pods(model: &mut Model, shown: PodsShown) -> Effects {
    let now = if model.view.pods_shown == shown {
        PodsShown::RolledUp
    } else {
        shown
    };
    model.view.pods_shown = now;
    refresh(model, Pane::Pods);
    Effects::draw(Redraw::Now).and(usage(model))
}

/// Asks for the usage of the pods that can be seen.
pub(super) fn usage(model: &Model) -> Effects {
    let pods = derive::visible_pods(model, visible(model, Pane::Pods));
    if pods.is_empty() {
        Effects::none()
    } else {
        Effects::one(Effect::ReadUsage(pods))
    }
}
