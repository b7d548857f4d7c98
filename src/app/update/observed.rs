//! What sources saw, taken into the model.

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        board,
        derive::{self, changes},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        model::{Cluster, Model},
        overlay::Overlay,
        update::{alerts, chart, departures, document, explain, lists, say, tables, triage},
        view::{Item, Pane, Sort},
    },
    domain::{
        change::{Change, What},
        freshness::{Link, Reading, SourceId},
        id::Uid,
        identity::{Identity, Mismatch},
        node::NodeRow,
        observation::{Answers, Observation, Rows},
        pod::{PodRow, PodUsage},
        pod_detail::{PodDetail, PodKey},
        workload::WorkloadRow,
    },
    pack::Pack,
};

/// How long the usage of a pod may be drawn.
const USAGE_LASTS: Duration = Duration::from_secs(60);

/// What has to be worked out again after a batch.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing to do again, and any of them may be due"
)]
struct Touched {
    /// The whole list of pods.
    pods: bool,
    /// Single pods that may stand elsewhere now.
    moved: HashSet<Uid>,
    alerts: bool,
    silences: bool,
    numbers: bool,
    windows: bool,
    changes: bool,
    /// Rows of pods or nodes.
    rows: bool,
    effects: Effects,
}

pub(super) fn observed(model: &mut Model, observations: Vec<Observation>) -> Effects {
    let mut touched = Touched::default();
    for observation in observations {
        take(model, observation, &mut touched);
    }
    if touched.numbers {
        work_out(model);
    }
    if touched.windows {
        let found = board::hook_history(model);
        changes::add(model, found);
        touched.changes = true;
    }
    if touched.pods {
        lists::refresh(model, Pane::Pods);
    } else if !touched.moved.is_empty() {
        lists::refresh_pods(model, &touched.moved);
    }
    if touched.rows {
        tables::refresh_nodes(model);
    }
    if touched.alerts {
        touched.changes |= alerts::join(model);
        lists::refresh(model, Pane::Alerts);
    }
    if touched.silences || touched.alerts {
        super::switches::count_silences(model);
    }
    if touched.changes {
        relist_changes(model);
    }
    lists::focus_on_rows(model);
    Effects::draw(Redraw::Soon).and(touched.effects)
}

fn take(model: &mut Model, observation: Observation, touched: &mut Touched) {
    touched.rows |= matches!(observation, Observation::Pods(_) | Observation::Nodes(_));
    match observation {
        Observation::Link { source, link } => take_link(model, source, link, touched),
        Observation::Skew { source, ahead } => {
            model.skew.insert(source, ahead);
        }
        Observation::Identity(told) => take_identity(model, told, touched),
        Observation::SignIn(wants) => model.actor.sign_in = wants,
        Observation::Place { source, place } => {
            model.places.insert(source, place);
        }
        Observation::Pods(rows) => {
            take_pods(model, rows, touched);
            let asked = triage::pods_changed(model).list;
            touched.effects.list.extend(asked);
        }
        Observation::Workloads(rows) => take_workloads(model, rows, touched),
        Observation::Nodes(rows) => take_nodes(model, rows, touched),
        Observation::Events(rows) => model.cluster.events.apply(rows, |_, _| {}),
        Observation::Usage(usage) => take_usage(model, usage, touched),
        Observation::Changes(found) => {
            changes::add(model, found);
            touched.changes = true;
        }
        Observation::Answers(answers) => take_answers(model, answers, touched),
        Observation::Reads(answers) => {
            let answers = by_the_servers(model.ahead(), answers);
            take_answers(model, answers, touched);
        }
        Observation::Series(series) => {
            for (id, reading) in series {
                let reading = board::newer(model.readings.series.remove(&id), reading);
                model.readings.series.insert(id, reading);
            }
            touched.numbers = true;
            touched.windows = true;
        }
        Observation::Alerts { from, at, alerts } => {
            let at = at.saturating_add(model.ahead()).unwrap_or(at);
            model.alerts.heard.insert(from, at);
            alerts::take(model, from, alerts);
            touched.alerts = true;
        }
        Observation::Rules(rules) => model.alerts.rules = rules,
        Observation::Silences(silences) => {
            model.alerts.silences = Some(silences);
            touched.silences = true;
        }
        Observation::Discovered(found) => {
            board::adopt(model, found);
            model.watched.discovered = true;
            touched.numbers = true;
        }
        Observation::PodDetail { key, detail } => take_detail(model, &key, &detail),
        Observation::Answered { request, answer } => {
            let Effects { list, .. } = triage::answered(model, request, *answer);
            touched.effects.list.extend(list);
        }
        Observation::Chart { request, answer } => {
            if !explain::measured(model, request, &answer)
                && !departures::measured(model, request, &answer)
            {
                chart::answered(model, request, answer);
            }
        }
    }
}

fn take_answers(model: &mut Model, answers: Answers, touched: &mut Touched) {
    for (id, reading) in answers {
        let reading = board::newer(model.readings.instants.remove(&id), reading);
        model.readings.instants.insert(id, reading);
    }
    touched.numbers = true;
}

/// What was read at times of our own clock, at those of the servers.
fn by_the_servers(ahead: SignedDuration, answers: Answers) -> Answers {
    let answers = answers.into_iter().map(|(id, reading)| match reading {
        Reading::Known { value, as_of } => {
            let as_of = as_of.saturating_add(ahead).unwrap_or(as_of);
            (id, Reading::Known { value, as_of })
        }
        other => (id, other),
    });
    answers.collect()
}

fn take_link(model: &mut Model, source: SourceId, mut link: Link, touched: &mut Touched) {
    // Sources tell these times by our clock; the model's is the world's.
    let ahead = model.ahead();
    let of_world = |at: &mut Timestamp| *at = at.saturating_add(ahead).unwrap_or(*at);
    match &mut link {
        Link::Live { since } | Link::Partial { since, .. } => of_world(since),
        Link::Failed {
            since, retry_at, ..
        } => {
            of_world(since);
            retry_at.as_mut().map(of_world);
        }
        Link::Absent | Link::Connecting => {}
    }
    if source == SourceId::Prometheus {
        touched.numbers = true;
    }
    model.links.insert(source, link);
}

/// Another user or cluster: nothing that was known of the old one stays, and it is said.
fn take_identity(model: &mut Model, told: Identity, touched: &mut Touched) {
    let Some(changed) = model.actor.take(told) else {
        return;
    };
    model.cluster = Cluster::default();
    touched.effects.list.extend(triage::leave_cluster(model));
    if changed == Mismatch::Cluster {
        let changes = &mut model.time_line.changes;
        changes.retain(|(_, change)| !change.what.is_of_cluster());
        touched.changes = true;
    }
    touched.pods = true;
    say(model, Notice::Mismatch(changed));
}

fn take_pods(model: &mut Model, rows: Rows<PodRow>, touched: &mut Touched) {
    let open = open_pod(model);
    let documents = document::open_uids(model);
    let mut read_again: Vec<(Uid, bool)> = Vec::new();
    let mut pods = std::mem::take(&mut model.cluster.pods);
    let (cluster, list) = (&mut model.cluster, model.view.list(Pane::Pods));
    let (mut open_changed, mut open_gone) = (false, None);
    touched.pods |= !pods.is_filled();
    let mut gone: Vec<Uid> = Vec::new();
    pods.apply(rows, |before, after| {
        if before == after {
            return;
        }
        if derive::order_may_change(list, before, after)
            && let Some(row) = after.or(before)
        {
            touched.moved.insert(row.uid.clone());
        }
        derive::count_pod(cluster, before, after);
        if let (Some(before), None) = (before, after) {
            gone.push(before.uid.clone());
        }
        if let Some(row) = after.or(before)
            && documents.contains(&row.uid)
        {
            read_again.push((row.uid.clone(), after.is_none()));
        }
        if let Some(key) = &open {
            let is_open = |row: Option<&PodRow>| row.is_some_and(|row| row.uid == key.uid);
            open_changed |= is_open(after);
            if is_open(before) && after.is_none() {
                open_gone = before.cloned();
            }
        }
    });
    model.cluster.pods = pods;
    seen(model, &read_again);
    for uid in gone {
        model.cluster.usage.remove(&uid);
        model.cluster.usage_told.remove(&uid);
    }
    if let Some(Overlay::Pod(screen)) = model
        .view
        .overlays
        .iter_mut()
        .find(|o| matches!(o, Overlay::Pod(_)))
        && let Some(last) = open_gone
    {
        screen.gone = true;
        screen.last = Some(Box::new(last));
    }
    if let (true, Some(key)) = (open_changed, open) {
        touched.effects.list.push(Effect::ReadPod(key));
    }
}

fn take_usage(model: &mut Model, usage: Vec<(Uid, PodUsage)>, touched: &mut Touched) {
    let now = model.now.mono;
    let Cluster {
        pods,
        usage: known,
        usage_told,
        ..
    } = &mut model.cluster;
    // An answer may come after its pod is gone.
    for (uid, used) in usage.into_iter().filter(|(uid, _)| pods.get(uid).is_some()) {
        usage_told.insert(uid.clone(), now);
        known.insert(uid, used);
    }
    touched.pods |= matches!(model.view.list(Pane::Pods).sort, Sort::Cpu | Sort::Memory);
}

/// What a pod used a while ago is not what it uses.
pub(super) fn forget_old_usage(model: &mut Model) {
    let now = model.now.mono;
    let Cluster {
        usage, usage_told, ..
    } = &mut model.cluster;
    usage_told.retain(|_, told| now.saturating_sub(*told) < USAGE_LASTS);
    usage.retain(|uid, _| usage_told.contains_key(uid));
}

fn open_pod(model: &Model) -> Option<PodKey> {
    model
        .view
        .overlays
        .iter()
        .find_map(|overlay| match overlay {
            Overlay::Pod(screen) => Some(screen.key.clone()),
            _ => None,
        })
}

fn take_detail(
    model: &mut Model,
    key: &PodKey,
    detail: &Result<PodDetail, crate::domain::freshness::Trouble>,
) {
    let now = model.now.wall;
    for overlay in &mut model.view.overlays {
        if let Overlay::Pod(screen) = overlay
            && screen.key.uid == key.uid
            // What was read once is kept when the pod can't be read any more.
            && (detail.is_ok() || !matches!(screen.detail, Some(Ok(_))))
        {
            screen.detail = Some(detail.clone().map(|detail| PodDetail {
                read_at: now,
                ..detail
            }));
        }
    }
}

fn take_workloads(model: &mut Model, rows: Rows<WorkloadRow>, touched: &mut Touched) {
    let mut found = Vec::new();
    let documents = document::open_uids(model);
    let mut read_again: Vec<(Uid, bool)> = Vec::new();
    let filled = model.cluster.workloads.is_filled();
    let Cluster {
        workloads,
        templates,
        ..
    } = &mut model.cluster;
    workloads.apply(rows, |before, after| {
        if before != after
            && let Some(row) = after.or(before)
            && documents.contains(&row.uid)
        {
            read_again.push((row.uid.clone(), after.is_none()));
        }
        match (before, after) {
            (Some(before), Some(after)) if filled => {
                found.extend(changes::of_workload(before, after, templates));
            }
            (Some(before), None) => drop(templates.remove(&before.key)),
            _ => {}
        }
    });
    seen(model, &read_again);
    note(model, found, touched);
}

fn take_nodes(model: &mut Model, rows: Rows<NodeRow>, touched: &mut Touched) {
    let mut found = Vec::new();
    let documents = document::open_uids(model);
    let mut read_again: Vec<(Uid, bool)> = Vec::new();
    model.cluster.nodes.apply(rows, |before, after| {
        if before != after
            && let Some(row) = after.or(before)
            && documents.contains(&row.uid)
        {
            read_again.push((row.uid.clone(), after.is_none()));
        }
        if let (Some(before), Some(after)) = (before, after) {
            found.extend(changes::of_node(before, after));
        }
    });
    seen(model, &read_again);
    note(model, found, touched);
}

/// Tells open documents what changed of theirs, and what went.
fn seen(model: &mut Model, objects: &[(Uid, bool)]) {
    for (uid, gone) in objects {
        document::seen(model, uid, *gone);
    }
}

/// Things seen just now.
fn note(model: &mut Model, found: Vec<What>, touched: &mut Touched) {
    if !found.is_empty() {
        let at = model.now.wall;
        changes::add(
            model,
            found.into_iter().map(|what| Change { at, what }).collect(),
        );
        touched.changes = true;
    }
}

/// Works out what the numbers mean, and notes which lights changed.
pub(super) fn work_out(model: &mut Model) {
    let found = board::work_out(model);
    super::routine::follow(model);
    super::switches::work_out(model);
    if alerts::take_stated(model) {
        alerts::join(model);
        lists::refresh(model, Pane::Alerts);
    }
    lists::refresh(model, Pane::Slos);
    lists::refresh(model, Pane::Queues);
    changes::prune(model);
    if !found.is_empty() {
        changes::add(model, found);
    }
    relist_changes(model);
}

/// Gives the open time line its items anew.
fn relist_changes(model: &mut Model) {
    let items: Vec<Item> = model
        .time_line
        .changes
        .iter()
        .map(|(number, _)| Item::Change(*number))
        .collect();
    let page = lists::overlay_page(model);
    for overlay in &mut model.view.overlays {
        if let Overlay::Changes(list) = overlay {
            list.items.clone_from(&items);
            if list.position().is_none() || !list.chosen {
                list.selected = list.items.first().cloned();
            }
            lists::keep_in_view(list, page);
        }
    }
}

/// Another version of the pack: what it means is worked out again, what was read stays.
pub(super) fn take_pack(model: &mut Model, pack: Arc<Pack>) {
    board::take_pack(model, pack);
    work_out(model);
}
