//! Who is called next about an alert, by which channel, and with which words.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use crate::{
    domain::{id::Fingerprint, logbook::alert::Escalation, text::Text, time::since},
    pack::{Chain, Contact, Pack},
};

use super::{
    availability::top,
    model::{AlertLine, Model},
    overlay::Overlay,
    triaging,
    view::{Item, Pane},
};

/// What is further back is told with its day.
const DAY: Duration = Duration::from_secs(86_400);

/// The open screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EscalationScreen {
    /// The alert it is about; `None` where none calls.
    pub about: Option<Fingerprint>,
    /// The rung that is selected; `None` until a person chose one: the next to call.
    pub selected: Option<usize>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// The role, by its key in the pack.
    pub role: String,
    pub title: Text,
    /// Ways to reach them, the chain's own first.
    pub ways: Vec<Way>,
    /// No chain names it: it stands beside the way up, and is nobody's turn.
    pub beside: bool,
    /// When they were called about this alert, and by whom.
    pub called: Option<Escalation>,
}

/// One way to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub title: Text,
    /// A number, a group, an address.
    pub via: String,
    /// It reaches nobody at this hour.
    pub outside: bool,
}

/// The alert that is meant: the open or selected one, else the gravest that calls.
pub(in crate::app) fn meant(model: &Model) -> Option<Fingerprint> {
    if let Some(Overlay::Alert { fingerprint, .. }) = top(model) {
        return Some(fingerprint.clone());
    }
    let on_alerts = model.view.focus == Pane::Alerts && model.view.overlays.is_empty();
    if let (true, Some(Item::Alert(of))) = (on_alerts, &model.view.list(Pane::Alerts).selected) {
        return Some(of.clone());
    }
    let lines = model.alerts.alerts.values();
    let calling = lines.filter(|line| line.alert.state.calls());
    let gravest = calling.min_by_key(|line| (line.severity, line.alert.starts_at))?;
    Some(gravest.alert.fingerprint.clone())
}

/// The alert of the screen, as long as it is there.
pub fn about<'a>(model: &'a Model, screen: &EscalationScreen) -> Option<&'a AlertLine> {
    model.alerts.alerts.get(screen.about.as_ref()?)
}

/// Who is called, in order: the chains of the alert's severity, else as roles escalate to each other.
pub fn rungs(model: &Model, screen: &EscalationScreen) -> Vec<Rung> {
    let pack = &model.pack;
    let line = about(model, screen);
    let severity = line.and_then(|line| pack.severity(line.severity));
    let chains: Vec<&Chain> = pack
        .chains()
        .iter()
        .filter(|chain| severity.is_none_or(|own| chain.severities.contains(&own.id)))
        .collect();
    let mut roles: Vec<&str> = Vec::new();
    for role in chains.iter().flat_map(|chain| &chain.roles) {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    if roles.is_empty() {
        roles = by_roles(pack);
    }
    let log = line.and_then(|line| triaging::log(model, line));
    let beside = beside(pack, &roles);
    let roles = roles.into_iter().map(|role| (role, false));
    roles
        .chain(beside.into_iter().map(|role| (role, true)))
        .map(|(role, beside)| {
            let spec = pack.roles().iter().find(|spec| spec.id == role);
            let calls = log.into_iter().flat_map(|log| &log.escalations);
            let contacts = contacts(pack, &chains, role);
            Rung {
                role: role.to_owned(),
                beside,
                title: spec.map_or_else(|| Text::from(role), |spec| spec.title.clone()),
                ways: ways(pack, &contacts, model.now.wall),
                called: calls.rev().find(|call| call.to == role).cloned(),
            }
        })
        .collect()
}

/// Roles that no chain names and nobody escalates to: vendors, and whom else the team may want to call.
fn beside<'a>(pack: &'a Pack, shown: &[&str]) -> Vec<&'a str> {
    let chains = pack.chains().iter().flat_map(|chain| &chain.roles);
    let above = pack.roles().iter().flat_map(|role| &role.escalates_to);
    let named: Vec<&String> = chains.chain(above).collect();
    let roles = pack.roles().iter().map(|role| &role.id);
    roles
        .filter(|id| !named.contains(id) && !shown.contains(&id.as_str()))
        .map(String::as_str)
        .collect()
}

/// Roles from the first one on, each before those it escalates to.
fn by_roles(pack: &Pack) -> Vec<&str> {
    let mut order: Vec<&str> = Vec::new();
    let mut waiting: VecDeque<&str> = pack.roles().iter().take(1).map(|it| &*it.id).collect();
    while let Some(id) = waiting.pop_front() {
        if order.contains(&id) {
            continue;
        }
        order.push(id);
        let role = pack.roles().iter().find(|role| role.id == id);
        waiting.extend(
            role.into_iter()
                .flat_map(|it| &it.escalates_to)
                .map(|it| &**it),
        );
    }
    order
}

/// How a role is reached: by the contacts of its chains, then by its own.
fn contacts<'a>(pack: &'a Pack, chains: &[&Chain], role: &str) -> Vec<&'a Contact> {
    let of_chains = chains
        .iter()
        .filter(|chain| chain.roles.iter().any(|own| own == role))
        .filter_map(|chain| chain.contact.as_deref());
    let contacts = pack.contacts();
    let own = contacts
        .iter()
        .filter(|it| it.roles.iter().any(|own| own == role));
    let of_chains = of_chains.filter_map(|id| contacts.iter().find(|it| it.id == id));
    of_chains.chain(own).collect()
}

/// Titles and addresses, each once.
fn ways(pack: &Pack, contacts: &[&Contact], at: Timestamp) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for contact in contacts {
        let outside = !pack.is_reached(contact, at);
        for via in &contact.via {
            let same = |way: &&mut Way| way.title == contact.title && way.via == *via;
            if let Some(known) = ways.iter_mut().find(same) {
                known.outside &= outside;
                continue;
            }
            ways.push(Way {
                title: contact.title.clone(),
                via: via.clone(),
                outside,
            });
        }
    }
    ways
}

/// The one to call next: who comes after the last that was called.
pub fn next(rungs: &[Rung]) -> usize {
    let way = rungs.iter().take_while(|rung| !rung.beside).count();
    let last = rungs[..way].iter().rposition(|rung| rung.called.is_some());
    last.map_or(0, |at| (at + 1).min(way.saturating_sub(1)))
}

/// The rung that is selected now.
pub fn selected(screen: &EscalationScreen, rungs: &[Rung]) -> usize {
    let at = screen.selected.unwrap_or_else(|| next(rungs));
    at.min(rungs.len().saturating_sub(1))
}

/// The text that is sent along: what fires since when, who has seen it, where to look. It goes to people of any language.
pub fn words(model: &Model, line: &AlertLine) -> String {
    let alert = &line.alert;
    let zone = &model.look.zone;
    let stamp = |at: Timestamp| {
        // What is of another day says of which.
        let format = if since(at, model.now.wall) < DAY {
            "%H:%M %:z"
        } else {
            "%Y-%m-%d %H:%M %:z"
        };
        at.to_zoned(zone.clone()).strftime(format).to_string()
    };
    let head = format!(
        "[{}] {} · {} · {} {}",
        line.severity_word,
        alert.name,
        stamp(alert.starts_at),
        model.pack.id,
        model.desk.context
    );
    let log = triaging::log(model, line);
    let seen = match log.and_then(|log| log.acknowledged.as_ref()) {
        Some(ack) => format!("ack: {} {}", ack.by.shown(), stamp(ack.at)),
        None => "ack: -".to_owned(),
    };
    let summary = alert.annotations.get("summary").cloned();
    let lines = [Some(head), summary, Some(seen), line.runbook.clone()];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    lines.join("\n")
}
