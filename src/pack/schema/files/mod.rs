//! The files of a pack, table by table.

mod actions;
mod holidays;
mod pack;
mod params;
mod probes;
mod reads;
mod routine;
mod steps;
mod tests;
mod watch;

use super::shape::Record;

/// One kind of file.
pub(super) struct FileShape {
    /// Its name without the ending.
    pub name: &'static str,
    pub root: &'static Record,
}

const fn file(name: &'static str, root: &'static Record) -> FileShape {
    FileShape { name, root }
}

/// Every kind of file, in the order they are read.
pub(super) static FILES: [FileShape; 7] = [
    file("pack", &pack::ROOT),
    file("holidays", &holidays::ROOT),
    file("probes", &probes::ROOT),
    file("watch", &watch::ROOT),
    file("actions", &actions::ROOT),
    file("routine", &routine::ROOT),
    file("tests", &tests::ROOT),
];
