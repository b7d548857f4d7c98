//! `quarterdeck pods`: each pod as kubectl names it, the sick ones first.

use crate::app::snapshot::{Entry, PodEntry, What};

use super::{
    face::Face,
    table::{Cell, Table, Tint},
};

pub(super) fn table<'a>(face: &Face, entries: impl Iterator<Item = &'a Entry>) -> Table {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("col-namespace", 3),
        face.left("col-pod", 0),
        face.right("col-ready", 2),
        face.left("col-status", 0),
        face.left("col-restarts", 1),
        face.right("col-age", 4),
        face.left("col-node", 5),
    ]);
    for entry in entries {
        if let What::Pod(pod) = &entry.what {
            table.rows.push(row(face, entry, pod));
        }
    }
    table
}

fn row(face: &Face, entry: &Entry, pod: &PodEntry) -> Vec<Cell> {
    let tint = entry.light.map_or(Tint::Plain, Tint::Of);
    let status = pod.status.to_string();
    let restarts = match pod.last_restart.filter(|_| pod.restarts > 0) {
        Some(at) => {
            let ago = face.with("ago", &[("age", face.age(at).into())]);
            format!("{} ({ago})", pod.restarts)
        }
        None => pod.restarts.to_string(),
    };
    let age = pod.created.map_or_else(String::new, |at| face.age(at));
    vec![
        face.sign(entry),
        Cell::new(&*pod.namespace, Tint::Dim),
        Cell::plain(&*pod.name),
        Cell::plain(format!("{}/{}", pod.ready, pod.containers)),
        Cell::new(status, tint),
        Cell::plain(restarts),
        Cell::plain(age),
        Cell::new(pod.node.as_deref().unwrap_or_default(), Tint::Dim),
    ]
}
