//! Tables that lie over the panes: objects of any kind, nodes, usage. What keys do in them, and what fills them.

use tui_input::Input;

use crate::{
    app::{
        browser::Browser,
        effect::{Effect, Effects, Redraw},
        filter::Filter,
        layout::{self, layout},
        model::Model,
        nodes::NodeTable,
        overlay::Overlay,
        subject::{self, Subject, key_of},
        update::{
            kinds,
            lists::{Step, stepped},
        },
        usage::UsageScreen,
        view::{Typing, TypingWhat},
    },
    domain::{
        pod_detail::PodKey,
        question::{Answer, Answered, Question, RequestId},
        table::KindInfo,
    },
};

/// How many kinds are remembered as looked at lately.
const RECENT: usize = 12;

/// The rows a table over the panes has room for.
fn page(model: &Model) -> usize {
    let body = layout(model.size, &model.view).map_or(1, |layout| usize::from(layout.body.height));
    let heads = match table(model) {
        Some(Overlay::Browser(browser)) => browser.head_lines(),
        _ => 3,
    };
    body.saturating_sub(heads).max(1)
}

/// Whether there is room for the wide columns.
fn wide(model: &Model) -> bool {
    model.size.columns >= layout::WIDE
}

/// The innermost table.
fn table(model: &Model) -> Option<&Overlay> {
    model
        .view
        .overlays
        .iter()
        .rev()
        .find(|overlay| is_table(overlay))
}

fn table_mut(model: &mut Model) -> Option<&mut Overlay> {
    let overlays = &mut model.view.overlays;
    overlays.iter_mut().rev().find(|overlay| is_table(overlay))
}

/// Whether it is a table of this file.
pub(super) const fn is_table(overlay: &Overlay) -> bool {
    matches!(
        overlay,
        Overlay::Browser(_) | Overlay::Nodes(_) | Overlay::Usage(_)
    )
}

/// Whether a table has the keys.
pub(super) fn on_top(model: &Model) -> bool {
    model.view.overlays.last().is_some_and(is_table)
}

/// Works out anew what the open tables show, of rows that may have changed.
pub(super) fn refresh(model: &mut Model) {
    let rows = page(model);
    let cluster = &model.cluster;
    for overlay in &mut model.view.overlays {
        match overlay {
            Overlay::Browser(browser) => browser.refresh(rows),
            Overlay::Nodes(table) => table.refresh(cluster, rows),
            _ => {}
        }
    }
}

/// The same for nodes alone, of which pods are counted.
pub(super) fn refresh_nodes(model: &mut Model) {
    let rows = page(model);
    let cluster = &model.cluster;
    for overlay in &mut model.view.overlays {
        if let Overlay::Nodes(table) = overlay {
            table.refresh(cluster, rows);
        }
    }
}

/// Opens the table of a kind; it replaces another one.
pub(super) fn browse(model: &mut Model, info: KindInfo) -> Effects {
    let resource = info.kind.resource();
    let recent = &mut model.remembered.recent_kinds;
    recent.retain(|it| *it != resource);
    recent.insert(0, resource);
    recent.truncate(RECENT);
    let request = model.next_request();
    let question = Question::Table(info.clone());
    let overlays = &mut model.view.overlays;
    overlays.retain(|overlay| !matches!(overlay, Overlay::Browser(_)));
    overlays.push(Overlay::Browser(Box::new(Browser::new(info, request))));
    Effects::draw(Redraw::Now)
        .with(Effect::Ask { request, question })
        .with(Effect::Remember(model.remembered.clone()))
}

/// Opens the table of nodes.
pub(super) fn nodes(model: &mut Model) -> Effects {
    let overlays = &mut model.view.overlays;
    overlays.retain(|overlay| !matches!(overlay, Overlay::Nodes(_)));
    overlays.push(Overlay::Nodes(Box::<NodeTable>::default()));
    refresh(model);
    Effects::draw(Redraw::Now).and(ask_usage(model))
}

/// Opens what the selected thing uses.
pub(super) fn usage(model: &mut Model) -> Effects {
    let Some(subject) = subject::subject(model) else {
        return Effects::none();
    };
    let overlays = &mut model.view.overlays;
    overlays.retain(|overlay| !matches!(overlay, Overlay::Usage(_)));
    overlays.push(Overlay::Usage(Box::new(UsageScreen::new(subject))));
    Effects::draw(Redraw::Now).and(ask_usage(model))
}

/// Asks what the open screens show of usage, unless that is being asked.
pub(super) fn ask_usage(model: &mut Model) -> Effects {
    let mut effects = Effects::none();
    for at in 0..model.view.overlays.len() {
        let question = match &model.view.overlays[at] {
            Overlay::Nodes(table) if table.usage.asked.is_none() => Question::NodesUse,
            Overlay::Usage(screen) if screen.asked.is_none() => {
                let subject = screen.subject.clone();
                let pods = pods_of(model, &subject);
                let generation = |key: &PodKey| {
                    let row = model.cluster.pods.get(&key.uid);
                    row.map_or(0, |row| row.generation)
                };
                let pods = pods.into_iter().map(|key| (generation(&key), key));
                let pods = pods.map(|(generation, key)| (key, generation)).collect();
                let now = model.now.mono;
                let Overlay::Usage(screen) = &mut model.view.overlays[at] else {
                    continue;
                };
                Question::Usage(screen.question(pods, now))
            }
            _ => continue,
        };
        let request = model.next_request();
        match &mut model.view.overlays[at] {
            Overlay::Nodes(table) => table.usage.asked = Some(request),
            Overlay::Usage(screen) => screen.asked = Some(request),
            _ => {}
        }
        effects = effects.with(Effect::Ask { request, question });
    }
    effects
}

/// The pods of a subject, by name.
fn pods_of(model: &Model, subject: &Subject) -> Vec<PodKey> {
    let mut pods: Vec<PodKey> = subject.pods(model).into_iter().map(key_of).collect();
    if let (Subject::Pod(key), true) = (subject, pods.is_empty()) {
        pods.push(key.clone());
    }
    pods.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    pods
}

/// The pods of the selected node, in their pane.
pub(super) fn node_filter(model: &Model) -> Option<String> {
    let Some(Overlay::Nodes(table)) = table(model) else {
        return None;
    };
    let node = model.cluster.nodes.get(table.cursor.selected.as_ref()?)?;
    Some(format!("node={}", node.name))
}

pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    let rows = page(model);
    match table_mut(model) {
        Some(Overlay::Browser(browser)) => {
            let to = stepped(browser.cursor.stood(), browser.shown.len(), rows, step);
            browser.choose(to, rows);
        }
        Some(Overlay::Nodes(table)) => {
            let to = stepped(table.cursor.stood(), table.lines.len(), rows, step);
            table.choose(to, rows);
        }
        Some(Overlay::Usage(screen)) => {
            let to = stepped(screen.cursor.stood(), screen.lines.len(), rows, step);
            screen.choose(to, rows);
        }
        _ => {}
    }
    Effects::draw(Redraw::Now)
}

pub(super) fn sort(model: &mut Model) -> Effects {
    let wide = wide(model);
    match table_mut(model) {
        Some(Overlay::Browser(browser)) => browser.order_by_next(wide),
        Some(Overlay::Nodes(table)) => {
            table.order = table.order.next();
            table.reverse = false;
        }
        _ => {}
    }
    refresh(model);
    Effects::draw(Redraw::Now)
}

pub(super) fn reverse(model: &mut Model) -> Effects {
    match table_mut(model) {
        Some(Overlay::Browser(browser)) => browser.reverse = !browser.reverse,
        Some(Overlay::Nodes(table)) => table.reverse = !table.reverse,
        _ => {}
    }
    refresh(model);
    Effects::draw(Redraw::Now)
}

/// The filter of the innermost table, where it has one.
pub(super) fn filter(model: &Model) -> Option<&Filter> {
    match table(model)? {
        Overlay::Browser(browser) => Some(&browser.filter),
        Overlay::Nodes(table) => Some(&table.filter),
        _ => None,
    }
}

/// Starts typing the filter of the table.
pub(super) fn type_filter(model: &mut Model) -> Effects {
    let before = filter(model)
        .map(|it| it.text().to_owned())
        .unwrap_or_default();
    let gap = if before.is_empty() || before.ends_with(' ') {
        ""
    } else {
        " "
    };
    model.view.typing = Some(Typing {
        input: Input::new(format!("{before}{gap}")),
        what: TypingWhat::Rows { before },
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Filters the table by what is typed; the error where it can't be taken.
pub(super) fn apply_filter(model: &mut Model, text: &str) -> Option<String> {
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => return Some(error.to_string()),
    };
    match table_mut(model) {
        Some(Overlay::Browser(browser)) => browser.filter = filter,
        Some(Overlay::Nodes(table)) => table.filter = filter,
        _ => {}
    }
    refresh(model);
    None
}

pub(super) fn clear_filter(model: &mut Model) -> Effects {
    apply_filter(model, "");
    Effects::draw(Redraw::Now)
}

/// Gives an answer to the screen that waits for it; one that none of these waits for comes back.
pub(super) fn answered(
    model: &mut Model,
    request: RequestId,
    answer: Answered,
) -> Option<Answered> {
    if model.kinds.asked == Some(request) {
        kinds::take(model, answer);
        return None;
    }
    let rows = page(model);
    let now = model.now.mono;
    for overlay in &mut model.view.overlays {
        match overlay {
            Overlay::Browser(browser) if browser.request == request => {
                match answer {
                    Ok(Answer::Table(sheet)) => {
                        browser.sheet = Some(sheet.into());
                        browser.trouble = None;
                    }
                    Ok(_) => {}
                    Err(trouble) => browser.trouble = Some(trouble),
                }
                browser.refresh(rows);
                return None;
            }
            Overlay::Nodes(table) if table.usage.asked == Some(request) => {
                table.take_usage(&answer, now);
                refresh(model);
                return None;
            }
            Overlay::Usage(screen) if screen.asked == Some(request) => {
                screen.take(&answer, now, rows);
                return None;
            }
            _ => {}
        }
    }
    Some(answer)
}

/// A question that was not taken, because there was no connection, is asked again.
pub(super) fn ask_again(model: &mut Model) -> Effects {
    let mut effects = Effects::none();
    let waits = matches!(model.view.overlays.last(), Some(Overlay::Kinds(_)));
    if waits && model.kinds.trouble.is_some() {
        effects = effects.and(kinds::ask(model));
    }
    for at in 0..model.view.overlays.len() {
        let info = match &model.view.overlays[at] {
            Overlay::Browser(browser) if browser.trouble.is_some() => browser.info.clone(),
            _ => continue,
        };
        let request = model.next_request();
        if let Overlay::Browser(browser) = &mut model.view.overlays[at] {
            browser.request = request;
        }
        let question = Question::Table(info);
        effects = effects.with(Effect::Ask { request, question });
    }
    effects
}
