//! From what the model knows to the entries of a snapshot.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    app::{
        board::{GaugeLine, QueueLine, SloLine},
        model::{AlertLine, Model},
        running::actor,
        triaging,
        view::Item,
    },
    domain::{
        freshness::{Link, Reading, SourceId, TroubleKind},
        hook::HookState,
        id::{Fingerprint, QueryId},
        light::{Light, LightState},
        pod::PodRow,
        text::Text,
    },
};

use super::{
    AlertEntry, Belief, Burning, Entry, Freshness, GaugeEntry, HookEntry, LightEntry, LinkWord,
    Observed, PodEntry, QueueEntry, Scope, SeenEntry, SloEntry, SourceEntry, What, WorkloadName,
    entry::{course_slug, severity_slug, source_slug, state_slug, trouble_slug},
};

/// Everything there is, in the order of the screen; no filter counts.
pub(super) fn everything(model: &Model) -> Vec<Entry> {
    let mut entries: Vec<Entry> = model.links.keys().map(|id| source(model, *id)).collect();
    entries.extend(signals(model));
    let origins = Origins::of(model);
    let mut alerts: Vec<&AlertLine> = model.alerts.alerts.values().collect();
    alerts.sort_by_key(|line| {
        (
            !line.alert.state.calls(),
            line.severity,
            line.alert.starts_at,
        )
    });
    entries.extend(alerts.into_iter().map(|line| alert(model, &origins, line)));
    entries.extend(numbers(model));
    let mut pods: Vec<&PodRow> = model.cluster.pods.iter().collect();
    pods.sort_unstable_by_key(|pod| (pod.health, &pod.namespace, &pod.name));
    entries.extend(pods.into_iter().map(|row| pod(model, row)));
    entries
}

/// The lights and hooks of the pack.
fn signals(model: &Model) -> impl Iterator<Item = Entry> {
    let board = &model.board;
    let lights = board.lights.iter().map(|state| light(model, state));
    lights.chain(board.hooks.iter().map(|state| hook(model, state)))
}

/// SLOs, gauges and queues.
fn numbers(model: &Model) -> impl Iterator<Item = Entry> {
    let board = &model.board;
    let slos = board.slos.iter().map(|line| slo(model, line));
    let gauges = board.gauges.iter().map(|line| gauge(model, line));
    let queues = board.queues.iter().map(|line| queue(model, line));
    slos.chain(gauges).chain(queues)
}

/// All that has a light of the board, as it may be believed now.
pub fn board(model: &Model) -> Vec<Entry> {
    signals(model).chain(numbers(model)).collect()
}

/// What stands in a pane, thing by thing; what only rolls things up is no thing.
pub(super) fn items(model: &Model, items: &[Item]) -> Vec<Entry> {
    let board = &model.board;
    let origins = Origins::of(model);
    let of = |item: &Item| match item {
        Item::Slo(id) => {
            let line = board.slos.iter().find(|line| line.spec.id == *id)?;
            Some(slo(model, line))
        }
        Item::Gauge(id) => {
            let line = board.gauges.iter().find(|line| line.spec.id == *id)?;
            Some(gauge(model, line))
        }
        Item::Queue(id) => {
            let line = board.queues.iter().find(|line| line.spec.id == *id)?;
            Some(queue(model, line))
        }
        Item::Alert(id) => Some(alert(model, &origins, model.alerts.alerts.get(id)?)),
        Item::Pod(uid) => Some(pod(model, model.cluster.pods.get(uid)?)),
        _ => None,
    };
    items.iter().filter_map(of).collect()
}

/// A source by its link.
pub(super) fn source(model: &Model, source: SourceId) -> Entry {
    let link = model.link(source);
    let (word, light) = match link {
        Link::Absent => (LinkWord::Absent, None),
        Link::Connecting => (LinkWord::Connecting, Some(Light::Unknown)),
        Link::Live { .. } => (LinkWord::Live, Some(Light::Green)),
        Link::Partial { .. } => (LinkWord::Partial, Some(Light::Yellow)),
        // A server without rules of its own is whole.
        Link::Failed { trouble, .. }
            if source == SourceId::Rules && trouble.kind == TroubleKind::Absent =>
        {
            (LinkWord::Failed, None)
        }
        Link::Failed { .. } => (LinkWord::Failed, Some(Light::Unknown)),
    };
    let as_of = match link {
        Link::Live { .. } | Link::Partial { .. } => Some(model.now.wall),
        Link::Failed { since, .. } => Some(*since),
        Link::Absent | Link::Connecting => None,
    };
    Entry {
        what: What::Source(SourceEntry {
            id: source_slug(source),
            link: word,
            trouble: link.trouble().map(|trouble| trouble_slug(trouble.kind)),
        }),
        // What no pane needs is told and judged by nobody: many may read pods and not nodes.
        light: light.filter(|_| Scope::All.sources().contains(&source)),
        belief: Belief::of_link(source, link, as_of),
    }
}

fn title(model: &Model, title: &Text, id: &str) -> String {
    let title = title.get(model.look.lang);
    if title.is_empty() { id } else { title }.to_owned()
}

/// What may be believed of something that is worked out of many readings.
fn derived(model: &Model, known: bool, as_of: Option<Timestamp>) -> Belief {
    let link = model.link(SourceId::Prometheus);
    let mut belief = Belief::of_link(SourceId::Prometheus, link, as_of);
    belief.freshness = match (link.is_live(), known) {
        (true, true) => Freshness::Live,
        (true, false) => Freshness::NoData,
        (false, true) => Freshness::Stale,
        (false, false) => belief.freshness,
    };
    if !known {
        belief.as_of = None;
    }
    belief
}

/// A light that is not live is unknown, whatever it was.
fn if_live(belief: &Belief, light: Light) -> Light {
    if belief.freshness == Freshness::Live {
        light
    } else {
        Light::Unknown
    }
}

fn light(model: &Model, state: &LightState) -> Entry {
    let known = state.light != Light::Unknown;
    let belief = derived(model, known, Some(model.now.wall));
    Entry {
        light: Some(if_live(&belief, state.light)),
        what: What::Light(LightEntry {
            id: state.id.clone(),
            title: title(model, &state.title, state.id.as_str()),
            last_light: state.light,
            reasons: state.reasons.clone(),
        }),
        belief,
    }
}

fn hook(model: &Model, state: &HookState) -> Entry {
    let spec = model.pack.hooks().find(|spec| spec.id == state.id);
    let mut queries = spec.into_iter().flat_map(|spec| &spec.observe);
    let trouble = queries.find_map(|(_, id)| trouble_of(model, id));
    let known = state.light != Light::Unknown;
    let mut belief = derived(model, known, state.window_end);
    if let Some(trouble) = trouble
        && !known
    {
        belief = trouble;
    }
    Entry {
        light: Some(if_live(&belief, state.light)),
        what: What::Hook(HookEntry {
            id: state.id.clone(),
            title: title(model, &state.title, state.id.as_str()),
            window_end: state.window_end,
            window_light: state.light,
            running_light: state.running,
            observed: state
                .observed
                .iter()
                .map(|(name, value)| Observed {
                    name: name.clone(),
                    value: value.filter(|value| value.is_finite()),
                })
                .collect(),
        }),
        belief,
    }
}

/// Why a series could not be read.
fn trouble_of(model: &Model, id: &QueryId) -> Option<Belief> {
    let reading = model.readings.series.get(id)?;
    let link = model.link(SourceId::Prometheus);
    matches!(reading, Reading::Failed(_))
        .then(|| Belief::of_reading(SourceId::Prometheus, link, reading, false))
}

fn number(model: &Model, reading: &Reading<f64>, stale: bool) -> Belief {
    let link = model.link(SourceId::Prometheus);
    Belief::of_reading(SourceId::Prometheus, link, reading, stale)
}

fn slo(model: &Model, line: &SloLine) -> Entry {
    let state = &line.state;
    let burning = state.burning.map(|pair| {
        let burn = state.burns.iter().find(|burn| burn.window == pair.long);
        Burning {
            factor: pair.factor,
            long: pair.long,
            short: pair.short,
            rate: burn.and_then(|burn| burn.rate),
        }
    });
    Entry {
        light: Some(line.judged()),
        what: What::Slo(SloEntry {
            id: line.spec.id.clone(),
            title: title(model, &line.spec.title, line.spec.id.as_str()),
            objective: line.spec.objective,
            good: state.good,
            budget_left: state.budget_left,
            budget_seconds_left: state.exhaustion.map(|span| span.as_secs()),
            burning,
            no_traffic: state.no_traffic,
            unread: state.unread().collect(),
        }),
        belief: number(model, &line.reading, line.stale),
    }
}

fn gauge(model: &Model, line: &GaugeLine) -> Entry {
    Entry {
        light: line.judged(),
        what: What::Gauge(GaugeEntry {
            id: line.spec.id.clone(),
            title: title(model, &line.spec.title, line.spec.id.as_str()),
            value: line.state.value,
            unit: line.spec.unit,
            limit: line.spec.good,
            over_seconds: line.spec.over.map(|span| span.as_secs()),
            headroom: line.state.headroom,
        }),
        belief: number(model, &line.reading, line.stale),
    }
}

fn queue(model: &Model, line: &QueueLine) -> Entry {
    let state = &line.state;
    let (course, course_seconds) = course_slug(state.course);
    Entry {
        light: Some(line.judged()),
        what: What::Queue(QueueEntry {
            id: line.spec.id.clone(),
            title: title(model, &line.spec.title, line.spec.id.as_str()),
            depth: state.depth,
            depth_limit: line.spec.red.depth,
            oldest_seconds: state.oldest,
            in_per_second: state.rate_in,
            out_per_second: state.rate_out,
            course,
            course_seconds,
            heading: state.course,
        }),
        belief: number(model, &line.reading, line.stale),
    }
}

/// Which source each alert is from.
struct Origins<'m> {
    alertmanager: HashSet<&'m Fingerprint>,
    rules: HashSet<&'m Fingerprint>,
}

impl<'m> Origins<'m> {
    fn of(model: &'m Model) -> Self {
        let alerts = &model.alerts;
        let known = |alerts: &'m [crate::domain::alert::Alert]| {
            alerts.iter().map(|alert| &alert.fingerprint).collect()
        };
        Self {
            alertmanager: known(&alerts.by_alertmanager),
            rules: known(&alerts.by_rules),
        }
    }

    /// What neither has is stated by the pack, from what Prometheus says.
    fn source(&self, id: &Fingerprint) -> SourceId {
        if self.alertmanager.contains(id) {
            SourceId::Alertmanager
        } else if self.rules.contains(id) {
            SourceId::Rules
        } else {
            SourceId::Prometheus
        }
    }
}

fn alert(model: &Model, origins: &Origins<'_>, line: &AlertLine) -> Entry {
    let alert = &line.alert;
    let source = origins.source(&alert.fingerprint);
    let link = model.link(source);
    let heard = model.alerts.heard.get(&source).copied();
    let mut belief = Belief::of_link(source, link, heard.or(Some(model.now.wall)));
    if !link.is_live() {
        belief.freshness = Freshness::Stale;
    }
    let log = triaging::log(model, line);
    let seen = log.and_then(|log| log.acknowledged.as_ref());
    Entry {
        light: line.light().map(|light| if_live(&belief, light)),
        what: What::Alert(AlertEntry {
            id: alert.fingerprint.clone(),
            name: alert.name.clone(),
            severity: severity_slug(line.severity),
            severity_word: line.severity_word.clone(),
            state: state_slug(&alert.state),
            starts_at: alert.starts_at,
            silenced_until: alert.silenced_until,
            respond_by: triaging::respond_by(model, line),
            acknowledged: seen.map(|seen| SeenEntry {
                at: seen.at,
                by: actor(&seen.by),
                note: seen.note.clone(),
            }),
            assigned: log.and_then(|log| log.assigned.clone()),
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            expression: alert.expression.clone(),
            runbook: line.runbook.clone(),
        }),
        belief,
    }
}

fn pod(model: &Model, row: &PodRow) -> Entry {
    let link = model.link(SourceId::Pods);
    let as_of = match link {
        Link::Failed { since, .. } => *since,
        // A watch says what changes as it does.
        _ => model.now.wall,
    };
    let mut belief = Belief::of_link(SourceId::Pods, link, Some(as_of));
    if !link.is_live() {
        belief.freshness = Freshness::Stale;
    }
    Entry {
        light: row.health.light().map(|light| if_live(&belief, light)),
        what: What::Pod(PodEntry {
            id: row.uid.clone(),
            namespace: row.namespace.clone(),
            name: row.name.clone(),
            status: row.status.clone(),
            health: row.health.name(),
            ready: row.ready,
            containers: row.containers,
            restarts: row.restarts,
            last_restart: row.last_restart,
            last_death: row.last_death.clone(),
            created: row.created,
            node: row.node.clone(),
            workload: row.workload.as_ref().map(|key| WorkloadName {
                kind: key.kind.clone(),
                name: key.name.clone(),
            }),
            labels: row.labels.clone(),
        }),
        belief,
    }
}
