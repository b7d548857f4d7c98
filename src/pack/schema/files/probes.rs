//! `probes.toml`.

use super::{
    super::shape::{Record, Shape, may, record},
    reads::PROBE,
};

pub(super) const UNIT: Shape =
    Shape::Word(&["none", "s", "share", "times", "/s", "bytes", "count"]);

pub(super) static ROOT: Record = record(
    "probes.toml",
    "What is read: the place where outside data come in.",
    &[&[may(
        "probe",
        Shape::Map("id", &PROBE),
        "Probes by their ids.",
    )]],
);
