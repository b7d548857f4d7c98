//! `holidays.toml`.

use super::super::shape::{DATES_FORM, Record, Shape, form, may, must, record};

const DAYS: Shape = Shape::List(&form(&DATES_FORM));

static YEAR: Record = record(
    "holidays",
    "Days off and the days worked for them, of one span of days.",
    &[&[
        must(
            "covers",
            form(&DATES_FORM),
            "The days it knows of; outside of them nobody knows.",
        ),
        may("off", DAYS, "Days on which nobody works.").or("none"),
        may(
            "worked",
            DAYS,
            "Days of a weekend that are worked for them.",
        )
        .or("none"),
    ]],
);

pub(super) static ROOT: Record = record(
    "holidays.toml",
    "Which days are holidays; a pack without rules on workdays needs none.",
    &[&[may(
        "holidays",
        Shape::Map("id", &Shape::Table(&YEAR)),
        "Calendars of holidays.",
    )]],
);
