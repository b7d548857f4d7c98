//! `quarterdeck queues`: how deep, how old, in and out, and where each is heading.

use crate::{
    app::snapshot::{Entry, QueueEntry, What},
    domain::gauge::Unit,
    ui::figure,
};

use super::{
    face::Face,
    table::{Cell, Table, Tint},
};

pub(super) fn table<'a>(face: &Face, entries: impl Iterator<Item = &'a Entry>) -> Table {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("col-queue", 0),
        face.right("col-depth", 0),
        face.left("col-depth-limit", 3),
        face.right("col-oldest", 1),
        face.right("col-in", 2),
        face.right("col-out", 2),
        face.left("col-course", 4),
    ]);
    for entry in entries {
        if let What::Queue(queue) = &entry.what {
            table.rows.push(row(face, entry, queue));
        }
    }
    table
}

fn row(face: &Face, entry: &Entry, queue: &QueueEntry) -> Vec<Cell> {
    let tint = entry.light.map_or(Tint::Plain, Tint::Of);
    let text = |text: Option<String>| text.unwrap_or_default();
    let bad = queue
        .depth_limit
        .map(|limit| face.limit(limit, Unit::Count));
    let why = face.belief(&entry.belief);
    vec![
        face.sign(entry),
        Cell::plain(queue.title.as_str()),
        Cell::new(text(queue.depth.map(figure::count)), tint),
        Cell::new(text(bad), Tint::Dim),
        Cell::plain(text(queue.oldest_seconds.map(figure::seconds_old))),
        Cell::plain(text(queue.in_per_second.map(figure::rate))),
        Cell::plain(text(queue.out_per_second.map(figure::rate))),
        Cell::new(why.unwrap_or_else(|| face.course(queue)), tint),
    ]
}
