//! What a person means, done.

use crate::app::{
    availability, clip,
    command::{Command, Context, WhyNot},
    effect::{Effect, Effects, Redraw},
    event::Notice,
    filter::Filter,
    model::Model,
    overlay::Overlay,
    subject::{Subject, key_of, subject},
    triaging,
    update::{
        care, chart, desks, document, explain, flows, guards, handover, incidents, kinds,
        lists::{self, Step},
        logs, output, palette, picker, prompt, propose, routine, runs, say, sheet, tables, typing,
        walk,
    },
    view::{Item, List, Pane, PodsShown, Sort},
    walk::is_of_past,
};
use crate::domain::{
    alert_pods::concerns,
    change::What,
    pod::{PodRow, WorkloadKey},
    settings::Glyphs,
    text::Lang,
};

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    if let Err(why) = availability::available(model, command) {
        say(model, Notice::WhyNot(command, why));
        return Effects::draw(Redraw::Now);
    }
    if walk::is_on_top(model) && is_of_past(command) {
        return walk::pass(model, command);
    }
    match command.context() {
        Context::Global => global(model, command),
        Context::Chart => on_chart(model, command),
        Context::Logs => logs::run(model, command),
        Context::Run => runs::run(model, command),
        Context::Output => output::type_filter(model),
        Context::Incident => incidents::run(model, command),
        Context::Flow => flows::run(model, command),
        Context::Routine => routine::run(model, command),
        Context::Guard => guards::run(model, command),
        Context::Handover => handover::run(model, command),
        Context::Walk => walk::run(model, command),
        Context::Picker => on_picker(model, command),
        Context::Text => on_text(model, command),
        Context::Detail | Context::Help => on_detail(model, command),
        Context::Document | Context::Rollouts => document::run(model, command),
        Context::Alerts if command != Command::ToggleGroup => care::run(model, command),
        _ => on_list(model, command),
    }
}

fn global(model: &mut Model, command: Command) -> Effects {
    let drawn = Effects::draw(Redraw::Now);
    match command {
        // Nobody leaves a drill without having seen how it went.
        Command::Quit if ends_drill_first(model) => opened(model, Overlay::Drill { scroll: 0 }),
        Command::Quit => {
            model.quitting = true;
            Effects::one(Effect::Quit)
        }
        Command::Suspend => Effects::one(Effect::Suspend),
        Command::Redraw => drawn.with(Effect::Repaint),
        Command::Help => help(model),
        Command::Palette => palette::open(model, false),
        Command::Act => palette::open(model, true),
        Command::NextPane => focus(model, 1),
        Command::PreviousPane => focus(model, -1),
        Command::FocusAlerts => focus_on(model, Pane::Alerts),
        Command::FocusSlos => focus_on(model, Pane::Slos),
        Command::FocusQueues => focus_on(model, Pane::Queues),
        Command::FocusPods => focus_on(model, Pane::Pods),
        Command::Zoom => {
            model.view.zoomed = !model.view.zoomed;
            lists::keep_all_in_view(model);
            drawn.and(lists::usage(model))
        }
        Command::Changes => changes(model),
        Command::Theme => picker::themes(model),
        Command::Language | Command::Glyphs | Command::Mouse => look(model, command),
        Command::SignIn => Effects::one(Effect::SignIn),
        Command::Browse => kinds::open(model),
        Command::Nodes => tables::nodes(model),
        Command::Usage => tables::usage(model),
        Command::Sources => opened(model, Overlay::Sources { scroll: 0 }),
        Command::Explain => explain::open(model),
        Command::Desks => desks::open(model),
        Command::PreviousDesk => desks::back(model),
        Command::Namespaces => desks::namespaces(model),
        Command::Logs => logs::open(model),
        Command::Journal => runs::journal(model),
        Command::Declare => incidents::declare(model),
        Command::Incidents => incidents::list(model),
        Command::Flows => flows::list(model),
        Command::Routine => routine::open(model),
        Command::Guards => guards::open(model),
        Command::Handover => handover::open(model),
        Command::Walkthrough => walk::open(model),
        Command::Drill => opened(model, Overlay::Drill { scroll: 0 }),
        Command::Escalate => care::escalate(model),
        Command::Directory => opened(model, Overlay::Directory { selected: 0 }),
        Command::Silences => opened(model, Overlay::Silences { scroll: 0 }),
        Command::Switches => opened(model, Overlay::Switches(None)),
        Command::Back => back(model),
        Command::Copy => copy(clip::text(model)),
        Command::CopyCommand => copy(clip::command(model)),
        Command::Describe
        | Command::Manifest
        | Command::Events
        | Command::EventsAll
        | Command::Rollouts => document::open(model, command),
        _ => Effects::none(),
    }
}

fn help(model: &mut Model) -> Effects {
    let contexts = model.contexts();
    opened(
        model,
        Overlay::Help {
            contexts,
            scroll: 0,
        },
    )
}

/// Another way the screen looks, or is pointed at.
fn look(model: &mut Model, command: Command) -> Effects {
    let drawn = Effects::draw(Redraw::Now);
    match command {
        Command::Language => {
            model.look.lang = match model.look.lang {
                Lang::En => Lang::Zh,
                Lang::Zh => Lang::En,
            };
            drawn
        }
        Command::Glyphs => {
            model.look.glyphs = match model.look.glyphs {
                Glyphs::Unicode => Glyphs::Ascii,
                Glyphs::Ascii => Glyphs::Unicode,
            };
            drawn
        }
        _ => {
            model.look.mouse = !model.look.mouse;
            drawn.with(Effect::SetMouse(model.look.mouse))
        }
    }
}

/// Whether a drill has begun whose score is not on the screen.
fn ends_drill_first(model: &Model) -> bool {
    let seen = matches!(model.view.overlays.last(), Some(Overlay::Drill { .. }));
    model.drill.as_ref().is_some_and(|drill| drill.said.began) && !seen
}

pub(super) fn opened(model: &mut Model, overlay: Overlay) -> Effects {
    // The same screen is not opened over itself.
    let same = |open: &Overlay| std::mem::discriminant(open) == std::mem::discriminant(&overlay);
    if !model.view.overlays.last().is_some_and(same) {
        model.view.overlays.push(overlay);
    }
    Effects::draw(Redraw::Now)
}

fn copy(text: Option<String>) -> Effects {
    text.map_or_else(Effects::none, |text| Effects::one(Effect::Copy(text)))
}

fn focus(model: &mut Model, by: isize) -> Effects {
    let at = Pane::ALL
        .iter()
        .position(|pane| *pane == model.view.focus)
        .unwrap_or(0);
    let len = Pane::ALL.len();
    let to = (at + len).saturating_add_signed(by) % len;
    focus_on(model, Pane::ALL[to])
}

fn focus_on(model: &mut Model, pane: Pane) -> Effects {
    model.view.focus = pane;
    lists::keep_all_in_view(model);
    Effects::draw(Redraw::Now)
}

/// `esc` undoes the innermost thing: an overlay, then the zoom, then the filter.
fn back(model: &mut Model) -> Effects {
    if logs::back(model) || output::back(model) {
        return Effects::draw(Redraw::Now);
    }
    if let Some(overlay) = model.view.overlays.pop() {
        return picker::cancelled(model, overlay);
    }
    if model.view.zoomed {
        model.view.zoomed = false;
        lists::keep_all_in_view(model);
        return Effects::draw(Redraw::Now);
    }
    lists::clear_filter(model)
}

fn changes(model: &mut Model) -> Effects {
    let mut list = List::new(Sort::Age);
    list.items = model
        .time_line
        .changes
        .iter()
        .map(|(number, _)| Item::Change(*number))
        .collect();
    list.selected = list.items.first().cloned();
    opened(model, Overlay::Changes(list))
}

fn on_list(model: &mut Model, command: Command) -> Effects {
    match command {
        Command::Up => lists::step(model, Step::By(-1)),
        Command::Down => lists::step(model, Step::By(1)),
        Command::PageUp => lists::step(model, Step::Pages(-1)),
        Command::PageDown => lists::step(model, Step::Pages(1)),
        Command::HalfPageUp => lists::step(model, Step::HalfPages(-1)),
        Command::HalfPageDown => lists::step(model, Step::HalfPages(1)),
        Command::Top => lists::step(model, Step::Top),
        Command::Bottom => lists::step(model, Step::Bottom),
        Command::Open => open(model),
        Command::Filter => typing::filter(model),
        Command::ClearFilter if tables::on_top(model) => tables::clear_filter(model),
        Command::ClearFilter if runs::on_top(model) => {
            // No filter is one that can be taken.
            let _ = runs::filter(model, "");
            Effects::draw(Redraw::Now)
        }
        Command::ClearFilter if logs::clear_filter(model) => Effects::draw(Redraw::Now),
        Command::ClearFilter => lists::clear_filter(model),
        Command::NodePods => pods_of_node(model),
        Command::Sort => lists::sort(model),
        Command::SortReverse => lists::reverse(model),
        Command::Columns => picker::columns(model),
        Command::ToggleRollUp => lists::show_pods(model, PodsShown::Each),
        Command::ToggleSickOnly => lists::show_pods(model, PodsShown::SickOnly),
        Command::ToggleGroup => {
            model.view.alerts_grouped = Some(!triaging::is_folded(model));
            lists::refresh(model, Pane::Alerts);
            Effects::draw(Redraw::Now)
        }
        _ => Effects::none(),
    }
}

/// Opens what is selected: its detail, its chart, or what it stands for.
fn open(model: &mut Model) -> Effects {
    if let Some(Overlay::Changes(list)) = model.view.overlays.last() {
        return match list.selected.clone() {
            Some(Item::Change(number)) => open_change(model, number),
            _ => Effects::none(),
        };
    }
    match model.view.overlays.last() {
        Some(Overlay::Journal(_)) => return runs::open(model),
        Some(Overlay::Usage(_)) => return chart::of_usage(model),
        Some(Overlay::Browser(_) | Overlay::Nodes(_)) => return open_row(model),
        _ => {}
    }
    let Some(item) = model.view.list(model.view.focus).selected.clone() else {
        return Effects::none();
    };
    match item {
        Item::Alert(fingerprint) => opened(
            model,
            Overlay::Alert {
                fingerprint,
                scroll: 0,
            },
        ),
        Item::AlertGroup(_) => {
            model.view.alerts_grouped = Some(false);
            lists::refresh(model, Pane::Alerts);
            Effects::draw(Redraw::Now)
        }
        Item::Slo(_) | Item::Gauge(_) | Item::Queue(_) => chart::open(model, &item),
        Item::Workload(key) => pods_of(model, &key),
        Item::Pod(uid) => {
            let Some(pod) = model.cluster.pods.get(&uid) else {
                return Effects::none();
            };
            let key = key_of(pod);
            document::open_pod(model, key)
        }
        Item::Change(_) => Effects::none(),
    }
}

/// Opens the object of a table's selected row.
fn open_row(model: &mut Model) -> Effects {
    match subject(model) {
        Some(Subject::Pod(key)) => document::open_pod(model, key),
        _ => document::open(model, Command::Describe),
    }
}

/// Goes from a node to the pods on it.
fn pods_of_node(model: &mut Model) -> Effects {
    let Some(filter) = tables::node_filter(model) else {
        return Effects::none();
    };
    model.view.overlays.clear();
    show_filtered_pods(model, &filter)
}

/// Goes from an alert to the pods its labels mean.
fn pods_of_alert(model: &mut Model) -> Effects {
    let Some(Overlay::Alert { fingerprint, .. }) = model.view.overlays.last() else {
        return Effects::none();
    };
    let Some(labels) = model
        .alerts
        .alerts
        .get(fingerprint)
        .map(|line| &line.alert.labels)
    else {
        return Effects::none();
    };
    let meant: Vec<&PodRow> = model
        .cluster
        .pods
        .iter()
        .filter(|pod| concerns(labels, pod))
        .collect();
    let Some(first) = meant.first() else {
        say(model, Notice::WhyNot(Command::DetailOpen, WhyNot::NoPods));
        return Effects::draw(Redraw::Now);
    };
    let workload = first
        .workload
        .as_ref()
        .filter(|key| meant.iter().all(|pod| pod.workload.as_ref() == Some(key)));
    let filter = match (meant.len(), workload) {
        (1, _) => format!("/^{} /", first.name),
        (_, Some(key)) => format!("workload={} namespace={}", key.name, key.namespace),
        _ => {
            let names: Vec<&str> = meant.iter().map(|pod| &*pod.name).collect();
            format!("/^({}) /", names.join("|"))
        }
    };
    model.view.overlays.clear();
    show_filtered_pods(model, &filter)
}

/// Goes to what a change is about.
fn open_change(model: &mut Model, number: u64) -> Effects {
    let changes = &model.time_line.changes;
    let Some((_, change)) = changes.iter().find(|(known, _)| *known == number) else {
        return Effects::none();
    };
    match change.what.clone() {
        What::AlertCame { fingerprint, .. } | What::AlertLeft { fingerprint, .. } => opened(
            model,
            Overlay::Alert {
                fingerprint,
                scroll: 0,
            },
        ),
        What::RolledOut { workload, .. } | What::Scaled { workload, .. } => {
            model.view.overlays.pop();
            pods_of(model, &workload)
        }
        _ => {
            say(model, Notice::WhyNot(Command::Open, WhyNot::NotHere));
            Effects::draw(Redraw::Now)
        }
    }
}

/// The pods of a workload, one by one.
pub(super) fn pods_of(model: &mut Model, key: &WorkloadKey) -> Effects {
    show_filtered_pods(
        model,
        &format!("workload={} namespace={}", key.name, key.namespace),
    )
}

fn show_filtered_pods(model: &mut Model, filter: &str) -> Effects {
    model.view.focus = Pane::Pods;
    model.view.pods_shown = PodsShown::Each;
    let list = model.view.list_mut(Pane::Pods);
    list.filter = Filter::parse(filter).unwrap_or_default();
    (list.selected, list.chosen) = (None, false);
    lists::refresh(model, Pane::Pods);
    Effects::draw(Redraw::Now).and(lists::usage(model))
}

fn on_chart(model: &mut Model, command: Command) -> Effects {
    match command {
        Command::ChartWider => chart::zoom(model, true),
        Command::ChartNarrower => chart::zoom(model, false),
        Command::ChartEarlier => chart::shift(model, false),
        Command::ChartLater => chart::shift(model, true),
        Command::ChartNow => chart::to_now(model),
        Command::ChartQuery => typing::query(model),
        _ => Effects::none(),
    }
}

fn on_picker(model: &mut Model, command: Command) -> Effects {
    match command {
        Command::PickerUp | Command::PickerDown => {
            let by = if command == Command::PickerUp { -1 } else { 1 };
            if let Some(Overlay::Escalation(_)) = model.view.overlays.last() {
                return care::step(model, by);
            }
            if let Some(Overlay::Directory { .. }) = model.view.overlays.last() {
                return care::step_directory(model, by);
            }
            if let Some(Overlay::Switches(_)) = model.view.overlays.last() {
                return runs::step_switches(model, by);
            }
            if logs::pick(model, by) {
                return Effects::draw(Redraw::Now);
            }
            picker::step(model, by)
        }
        Command::PickerAccept
            if matches!(model.view.overlays.last(), Some(Overlay::Escalation(_))) =>
        {
            care::call(model)
        }
        Command::PickerAccept
            if matches!(model.view.overlays.last(), Some(Overlay::Directory { .. })) =>
        {
            copy(clip::text(model))
        }
        Command::PickerAccept
            if matches!(model.view.overlays.last(), Some(Overlay::Switches(_))) =>
        {
            runs::open_switch(model)
        }
        Command::PickerAccept => {
            logs::take_choice(model, true).unwrap_or_else(|| picker::accept(model))
        }
        Command::PickerToggle => {
            logs::take_choice(model, false).unwrap_or_else(|| picker::toggle(model))
        }
        _ => Effects::none(),
    }
}

fn on_text(model: &mut Model, command: Command) -> Effects {
    if prompt::is_on_top(model) {
        return prompt::key(model, command);
    }
    if runs::is_stopping(model) {
        return runs::answer(model, command);
    }
    if sheet::is_on_top(model)
        && let Some(effects) = sheet::key(model, command)
    {
        return effects;
    }
    if propose::is_on_top(model)
        && let Some(effects) = propose::key(model, command)
    {
        return effects;
    }
    match command {
        Command::TextAccept => typing::accept(model),
        Command::TextCancel => typing::cancel(model),
        Command::TextUp => step_text(model, -1),
        Command::TextDown => step_text(model, 1),
        _ => typing::edit(model, command),
    }
}

/// Moves in the list below a line of text.
fn step_text(model: &mut Model, by: isize) -> Effects {
    match model.view.overlays.last() {
        Some(Overlay::Kinds(_)) => kinds::step(model, by),
        _ => palette::step(model, by),
    }
}

fn on_detail(model: &mut Model, command: Command) -> Effects {
    let page = isize::try_from(model.size.rows.saturating_sub(6)).unwrap_or(1);
    match command {
        Command::DetailOpen => pods_of_alert(model),
        Command::DetailUp => scroll(model, -1),
        Command::DetailDown => scroll(model, 1),
        Command::DetailPageUp => scroll(model, -page),
        Command::DetailPageDown => scroll(model, page),
        Command::DetailTop => scroll(model, isize::MIN),
        Command::DetailBottom => scroll(model, isize::MAX),
        _ => Effects::none(),
    }
}

/// Scrolls the open screen; where its text ends only drawing knows, which says so with `Event::ScrolledTo`.
pub(super) fn scroll(model: &mut Model, by: isize) -> Effects {
    if let Some(stepped) = document::step(model, by) {
        return stepped;
    }
    match scroll_of(model) {
        Some(scroll) => {
            *scroll = scroll.saturating_add_signed(by);
            Effects::draw(Redraw::Now)
        }
        None => Effects::none(),
    }
}

/// The scroll of the open screen, if it is one that scrolls.
pub(super) fn scroll_of(model: &mut Model) -> Option<&mut usize> {
    match model.view.overlays.last_mut()? {
        Overlay::Help { scroll, .. }
        | Overlay::Alert { scroll, .. }
        | Overlay::Drill { scroll }
        | Overlay::Silences { scroll }
        | Overlay::Sources { scroll } => Some(scroll),
        Overlay::Pod(screen) => Some(&mut screen.scroll),
        Overlay::Prompt(screen) => Some(&mut screen.scroll),
        Overlay::Run(screen) => Some(&mut screen.scroll),
        Overlay::Incident(screen) => Some(&mut screen.scroll),
        Overlay::Paper(screen) => Some(&mut screen.scroll),
        Overlay::Handover(screen) => Some(&mut screen.scroll),
        Overlay::Document(screen) => Some(&mut screen.scroll),
        Overlay::Explain(screen) => Some(&mut screen.scroll),
        Overlay::Guard(detail) => Some(&mut detail.scroll),
        _ => None,
    }
}
