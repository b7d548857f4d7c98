//! Pods: the sick ones with kubectl's own words, then workloads with how much of them is ready.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    view::{Column, Item, Pane},
};
use crate::domain::{
    desk::Namespaces,
    pod::{Health, PodRow, WorkloadKey},
};
use crate::i18n::{time, width::cells};
use crate::theme::Role;
use crate::ui::{
    figure,
    scene::Scene,
    widgets::{
        canvas::{put, put_sides},
        columns::{Col, Table, Width, name},
    },
};

use super::Place;

/// From this width on kubectl's columns are there; below it, the name and what is wrong.
const WIDE: u16 = 60;

/// The columns; where pods of several namespaces stand side by side, a name says little without its own.
const fn cols(many: bool) -> [Col; 9] {
    let namespace = if many { 1 } else { 9 };
    let (node, cpu, memory) = if many { (6, 8, 7) } else { (8, 6, 7) };
    [
        Col::left(
            "col-namespace",
            Width::Fixed(12),
            namespace,
            Some(Column::Namespace),
        ),
        Col::left("col-pod", Width::Flex(22, 42), 0, None),
        Col::right("col-ready", Width::Fixed(6), 3, Some(Column::Ready)),
        Col::left("col-status", Width::Flex(16, 26), 2, Some(Column::Status)),
        Col::left("col-restarts", Width::Fixed(12), 4, Some(Column::Restarts)),
        Col::right("col-age", Width::Fixed(5), 5, Some(Column::Age)),
        Col::left("col-node", Width::Flex(12, 24), node, Some(Column::Node)),
        Col::right("col-cpu", Width::Fixed(6), cpu, Some(Column::Cpu)),
        Col::right("col-memory", Width::Fixed(7), memory, Some(Column::Memory)),
    ]
}

/// Whether the desk looks at more than one namespace.
fn many_namespaces(scene: &Scene<'_>) -> bool {
    !matches!(&scene.model.desk.namespaces, Namespaces::Some(names) if names.len() == 1)
}

/// How pods are drawn at one width.
pub(super) struct Rows {
    table: Option<Table>,
}

impl Rows {
    pub fn new(scene: &Scene<'_>, width: u16, headed: bool) -> Self {
        let hidden = &scene.model.view.list(Pane::Pods).hidden;
        let cols = cols(many_namespaces(scene));
        let table =
            (headed || width >= WIDE).then(|| Table::fit(&cols, width.saturating_sub(3), hidden));
        Self { table }
    }

    pub fn heads(&self, buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
        if let Some(table) = &self.table {
            table.draw_heads(buffer, scene, after_sign(at));
        }
    }

    pub fn row(&self, buffer: &mut Buffer, scene: &Scene<'_>, item: &Item, place: &Place) {
        let at = Area::new(place.inner.x, place.inner.y, place.inner.width, 1);
        match item {
            Item::Pod(uid) => {
                let Some(pod) = scene.model.cluster.pods.get(uid) else {
                    return;
                };
                let (sign, role) = health_mark(scene, pod.health);
                put(buffer, at, scene.line(role, sign), scene.glyphs());
                match &self.table {
                    Some(table) => table.draw_row(buffer, scene, after_sign(at), |head| {
                        pod_cell(scene, table, pod, head)
                    }),
                    None => short_pod(buffer, scene, pod, after_sign(at)),
                }
            }
            Item::Workload(key) => self.workload(buffer, scene, key, at),
            _ => {}
        }
    }

    fn workload(&self, buffer: &mut Buffer, scene: &Scene<'_>, key: &WorkloadKey, at: Area) {
        let counts = Counts::of(scene, key);
        let (sign, role) = counts.mark(scene);
        put(buffer, at, scene.line(role, sign), scene.glyphs());
        let at = after_sign(at);
        let ready_role = if sign == " " { Role::Text } else { role };
        let Some(table) = &self.table else {
            let ready = counts.ready_text();
            let mut right = Vec::new();
            if counts.sick > 0 {
                let text = scene.with("pods-sick", &[("count", counts.sick.into())]);
                right.push(scene.span(Role::Error, format!("{text}  ")));
            }
            right.push(scene.span(ready_role, format!("{ready:>7}")));
            let right = Line::from(right);
            let room = usize::from(at.width).saturating_sub(right.width() + 1);
            let left = full_name(scene, &key.namespace, &key.name, room);
            put_sides(buffer, at, left, right, scene.glyphs());
            return;
        };
        table.draw_row(buffer, scene, at, |head| {
            let width = usize::from(table.width(head));
            match head {
                "col-namespace" => vec![name(scene, Role::Dim, &key.namespace, width)],
                "col-pod" => vec![name(scene, Role::Text, &key.name, width)],
                "col-ready" => vec![scene.span(ready_role, counts.ready_text())],
                "col-status" if counts.sick > 0 => {
                    let text = scene.with("pods-sick", &[("count", counts.sick.into())]);
                    vec![scene.span(Role::Error, text)]
                }
                "col-status" => vec![scene.span(Role::Dim, key.kind.to_string())],
                "col-restarts" if counts.restarts > 0 => {
                    vec![scene.span(Role::Dim, counts.restarts.to_string())]
                }
                _ => Vec::new(),
            }
        });
    }
}

/// The pods of a workload, counted; where none is left, what its spec wants.
struct Counts {
    ready: u32,
    total: u32,
    sick: u32,
    restarts: u32,
    worst: Health,
}

impl Counts {
    fn of(scene: &Scene<'_>, key: &WorkloadKey) -> Self {
        let cluster = &scene.model.cluster;
        if let Some(roll_up) = cluster.roll_ups.get(key) {
            return Self {
                ready: roll_up.ready,
                total: roll_up.total,
                sick: roll_up.sick,
                restarts: roll_up.restarts,
                worst: roll_up.worst,
            };
        }
        let row = cluster.workloads.iter().find(|row| row.key == *key);
        let (ready, total) = row.map_or((0, 0), |row| (row.ready, row.desired));
        Self {
            ready,
            total,
            sick: 0,
            restarts: 0,
            worst: if ready < total {
                Health::Shaky
            } else {
                Health::Well
            },
        }
    }

    fn ready_text(&self) -> String {
        format!("{}/{}", self.ready, self.total)
    }

    const fn mark(&self, scene: &Scene<'_>) -> (&'static str, Role) {
        match self.worst {
            // Its pods are the ones that are sick; the workload is degraded.
            Health::Sick | Health::Shaky => (scene.glyph.warn, Role::Warn),
            Health::Moving => (scene.glyph.moving, Role::Info),
            Health::Well | Health::Done => (" ", Role::Text),
        }
    }
}

fn after_sign(at: Area) -> Area {
    Area::new(at.x + 2, at.y, at.width.saturating_sub(3), at.height)
}

/// The sign and the role of a health; nothing where all is well.
pub const fn health_mark(scene: &Scene<'_>, health: Health) -> (&'static str, Role) {
    match health {
        Health::Sick => (scene.glyph.error, Role::Error),
        Health::Shaky => (scene.glyph.warn, Role::Warn),
        Health::Moving => (scene.glyph.moving, Role::Info),
        Health::Well => (" ", Role::Text),
        Health::Done => (" ", Role::Dim),
    }
}

/// What is wrong with a pod, from the fullest text to the barest: kubectl's own word, and why it last died where that
/// says more. `CrashLoopBackOff` hides `OOMKilled`, and so does `Running` until the next time.
fn why(scene: &Scene<'_>, pod: &PodRow) -> Vec<String> {
    let status = pod.status.to_string();
    let sick = matches!(pod.health, Health::Sick | Health::Shaky);
    match &pod.last_death {
        Some(death)
            if sick
                && **death != *pod.status
                && matches!(&*pod.status, "CrashLoopBackOff" | "Running") =>
        {
            // Where there is room for one of them: a running pod died before, one that backs off is down of it now; a
            // bare `Error` says less than the loop it is in.
            let brief = match (&*pod.status, &**death) {
                ("Running", death) => scene.with("pod-was", &[("death", death.into())]),
                (_, "Error") => "CrashLoop".to_owned(),
                (_, death) => death.to_owned(),
            };
            vec![format!("{status}, {death}"), brief]
        }
        _ => vec![status],
    }
}

/// Cells that a shortened namespace takes at least, where there are so many.
const SHORT: usize = 5;

/// A name with its namespace before it, where the desk has several: with too little room both are shortened, the namespace
/// first, since a name says little without its own.
fn full_name<'t>(scene: &Scene<'_>, namespace: &'t str, own: &'t str, room: usize) -> Line<'t> {
    if !many_namespaces(scene) || room < 3 * SHORT {
        return Line::from(name(scene, Role::Text, own, room));
    }
    let left = room.saturating_sub(cells(own) + 1);
    let space = name(scene, Role::Dim, namespace, left.max(SHORT.max(room / 4)));
    let left = room.saturating_sub(cells(&space.content) + 1);
    Line::from(vec![
        space,
        scene.span(Role::Dim, "/"),
        name(scene, Role::Text, own, left),
    ])
}

/// `export-worker-7d9f-x2k   OOMKilled ×6`
fn short_pod(buffer: &mut Buffer, scene: &Scene<'_>, pod: &PodRow, at: Area) {
    let hidden = &scene.model.view.list(Pane::Pods).hidden;
    let (_, role) = health_mark(scene, pod.health);
    let restarts = if pod.restarts > 0 && !hidden.contains(&Column::Restarts) {
        format!(" {}{}", scene.glyph.times, pod.restarts)
    } else {
        String::new()
    };
    // The name keeps at least half: without it the reason is nobody's.
    let width = usize::from(at.width);
    let least = width / 2;
    let mut forms = if hidden.contains(&Column::Status) {
        Vec::new()
    } else {
        why(scene, pod)
    };
    let most = width.saturating_sub(least + 1 + cells(&restarts));
    let fits = forms.iter().position(|text| cells(text) <= most);
    let text = match fits {
        Some(index) => forms.swap_remove(index),
        None => forms.pop().unwrap_or_default(),
    };
    let right = Line::from(scene.span(role, format!("{text}{restarts}")));
    let room = width.saturating_sub(right.width() + 1).max(least);
    let left = full_name(scene, &pod.namespace, &pod.name, room);
    put_sides(buffer, at, left, right, scene.glyphs());
}

fn pod_cell<'t>(
    scene: &Scene<'_>,
    table: &Table,
    pod: &'t PodRow,
    head: &'static str,
) -> Vec<Span<'t>> {
    let width = usize::from(table.width(head));
    let (_, role) = health_mark(scene, pod.health);
    let usage = scene.model.cluster.usage.get(&pod.uid);
    let dim = |text: String| vec![scene.span(Role::Dim, text)];
    match head {
        "col-namespace" => vec![name(scene, Role::Dim, &pod.namespace, width)],
        "col-pod" => vec![name(scene, Role::Text, &pod.name, width)],
        "col-ready" => {
            let role = if pod.ready < pod.containers && pod.health != Health::Done {
                role
            } else {
                Role::Text
            };
            vec![scene.span(role, format!("{}/{}", pod.ready, pod.containers))]
        }
        "col-status" => {
            let mut spans = vec![scene.span(role, &*pod.status)];
            if let Some(death) = &pod.last_death
                && **death != *pod.status
                && cells(death) + cells(&pod.status) < width
            {
                spans.push(scene.span(Role::Dim, format!(" {death}")));
            }
            spans
        }
        "col-restarts" => restarts(scene, pod, width),
        "col-age" => pod
            .created
            .map(|at| vec![scene.span(Role::Text, scene.age(at))])
            .unwrap_or_default(),
        "col-node" => pod
            .node
            .as_ref()
            .map(|node| vec![name(scene, Role::Dim, node, width)])
            .unwrap_or_default(),
        "col-cpu" => usage
            .map(|usage| dim(figure::cpu(usage.cpu_millicores)))
            .unwrap_or_default(),
        "col-memory" => usage
            .map(|usage| dim(figure::bytes(usage.memory_bytes as f64)))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// kubectl's RESTARTS: `5 (3m30s ago)`, with a shorter time where that has no room.
fn restarts<'t>(scene: &Scene<'_>, pod: &PodRow, width: usize) -> Vec<Span<'t>> {
    if pod.restarts == 0 {
        return vec![scene.span(Role::Dim, "0")];
    }
    let count = pod.restarts.to_string();
    let when = pod.last_restart.map(|at| {
        let ago = |age: String| format!(" ({})", scene.with("ago", &[("age", age.into())]));
        let full = ago(time::as_kubectl(scene.now().duration_since(at)));
        if cells(&count) + cells(&full) <= width {
            full
        } else {
            ago(scene.age(at))
        }
    });
    let mut spans = vec![scene.span(Role::Text, count)];
    spans.extend(when.map(|when| scene.span(Role::Dim, when)));
    spans
}
