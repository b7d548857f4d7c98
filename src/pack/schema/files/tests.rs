//! `tests.toml`.

use super::super::shape::{Record, Shape, may, must, record};

const LIGHTS: Shape = Shape::Map("id", &Shape::Word(&["green", "yellow", "red", "unknown"]));
const GIVEN: Shape = Shape::Map("name", &Shape::Any);

static TRIED: Record = record(
    "tried",
    "An action that is offered, and what comes of it.",
    &[&[
        must("id", Shape::Of("action"), "Which."),
        may(
            "target",
            Shape::Str,
            "What it is aimed at, where it is for kinds of objects.",
        ),
        may("params", GIVEN, "What it is given."),
        may("before", GIVEN, "What its reads found."),
        must(
            "is",
            Shape::Word(&["allowed", "refused", "unknown"]),
            "What comes of it.",
        ),
    ]],
);
static LOOKED: Record = record(
    "looked",
    "A check that is run, and what comes of it.",
    &[&[
        must("id", Shape::Of("check"), "Which."),
        may("before", GIVEN, "What its reads found."),
        must(
            "is",
            Shape::Word(&["passed", "warned", "failed", "unknown", "asked"]),
            "What comes of it.",
        ),
    ]],
);
static PAPER: Record = record(
    "paper",
    "A paper that is written from made-up words.",
    &[&[
        must("paper", Shape::Str, "Which template."),
        must("lang", Shape::Word(&["en", "zh"]), "In which language."),
        must("has", Shape::List(&Shape::Filled), "What must stand in it."),
    ]],
);

static CASE: Record = record(
    "case",
    "A state of the world, and what must come of it; what is not named is not known.",
    &[&[
        may(
            "from",
            Shape::Of("case"),
            "Another case whose world this one begins with.",
        ),
        may("at", Shape::Str, "When it plays: `2026-11-20T06:20:00Z`.")
            .or("a Friday in the early afternoon, UTC"),
        may(
            "readings",
            Shape::Map(
                "probe",
                &Shape::Either(&[Shape::Number, Shape::Word(&["missing"])]),
            ),
            "Probes by id, `slo/…` and `hook/…` too, each with its steady value.",
        ),
        may(
            "objects",
            Shape::Map("object", &Shape::Map("field", &Shape::Number)),
            "Objects of the cluster and their numbers: `\"deployment/web\" = { ready = 2 }`.",
        ),
        may(
            "ticks",
            Shape::Map("gate/tick", &Shape::Bool),
            "What people said of gates.",
        ),
        may(
            "checks",
            Shape::Map(
                "check",
                &Shape::Word(&["passed", "warned", "failed", "unknown"]),
            ),
            "What checks came to last.",
        ),
        may(
            "incident",
            Shape::Str,
            "`none`, or the gravest severity that is open.",
        ),
        may(
            "done",
            Shape::Map("action", &Shape::Number),
            "Actions that ended well, and how many seconds ago.",
        ),
        may(
            "budgets",
            Shape::Map("slo", &Shape::Number),
            "What is left of the error budgets: `{ lookup = 0.8 }`.",
        ),
        may(
            "impact",
            GIVEN,
            "The impact of an incident, as its form has it: `{ users = 15.0 }`.",
        ),
        may(
            "environment",
            Shape::Str,
            "Which environment the desk is of: an action of another is refused.",
        )
        .or("each action is of it"),
        may(
            "env",
            Shape::Map("name", &Shape::Str),
            "Values of the environment.",
        ),
        may(
            "gauge",
            Shape::Map(
                "id",
                &Shape::Word(&["green", "yellow", "red", "unknown", "none"]),
            ),
            "What gauges must be; `none` has no limit.",
        ),
        may("queue", LIGHTS, "What queues must be."),
        may("hook", LIGHTS, "What hooks must be."),
        may("gate", Shape::Map("id", &Shape::Str), "What gates must be."),
        may("light", LIGHTS, "What lights must be."),
        may(
            "alert",
            Shape::Map(
                "id",
                &Shape::Word(&["fires", "quiet", "recovered", "goes-on", "unknown"]),
            ),
            "What alerts must come to.",
        ),
        may(
            "severity",
            Shape::Str,
            "The gravest severity that is proposed for an incident, or `none`.",
        ),
        may(
            "action",
            Shape::List(&Shape::Table(&TRIED)),
            "Actions that are offered.",
        ),
        may(
            "check",
            Shape::List(&Shape::Table(&LOOKED)),
            "Checks that are run.",
        ),
        may(
            "paper",
            Shape::List(&Shape::Table(&PAPER)),
            "Papers that are written.",
        ),
    ]],
);

pub(super) static ROOT: Record = record(
    "tests.toml",
    "Cases: what is read and what there is, and what must come of it.",
    &[&[may(
        "case",
        Shape::Map("id", &Shape::Table(&CASE)),
        "Cases by their ids.",
    )]],
);
