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

/// Every kind of file, in the order they are read.
pub(super) static FILES: [FileShape; 7] = [
    FileShape {
        name: "pack",
        root: &pack::ROOT,
    },
    FileShape {
        name: "holidays",
        root: &holidays::ROOT,
    },
    FileShape {
        name: "probes",
        root: &probes::ROOT,
    },
    FileShape {
        name: "watch",
        root: &watch::ROOT,
    },
    FileShape {
        name: "actions",
        root: &actions::ROOT,
    },
    FileShape {
        name: "routine",
        root: &routine::ROOT,
    },
    FileShape {
        name: "tests",
        root: &tests::ROOT,
    },
];
