//! `actions.toml`.

use super::super::shape::{CONDITION, Record, Rule, SPAN, Shape, may, must, record};
use super::{params::PARAMS_KEY, reads::READ, steps::STEP};

const STEPS: Shape = Shape::Many(&STEP);

static KINDS: Record = record(
    "target-kinds",
    "An action for any object of some kinds.",
    &[&[must(
        "kinds",
        Shape::OneOrMore(&Shape::Str),
        "The kinds: `deployment`, `pod`, `node`.",
    )]],
);

static NEED: Record = record(
    "need",
    "An action that must have ended well before.",
    &[&[
        must("action", Shape::Of("action"), "Which."),
        must("within", SPAN, "How long ago at most."),
    ]],
);

static VERIFY: Record = record(
    "verify",
    "When it counts as done.",
    &[&[
        must("is", Shape::Cel, "What must hold then."),
        must("within", SPAN, "How long that may take."),
        may("hold", SPAN, "For how long it must stay so.").or("a moment"),
    ]],
);

static UNDO: Record = record(
    "undo",
    "How it is taken back, where its steps don't know that themselves.",
    &[&[
        may("when", CONDITION, "When it may be taken back.").or("always"),
        must("run", STEPS, "The steps."),
    ]],
);

static REMIND: Record = record(
    "remind",
    "What is said later.",
    &[&[
        must("after", SPAN, "After what time."),
        may(
            "since",
            Shape::Word(&["recovered", "run"]),
            "Counted from when.",
        )
        .or("run"),
        must("say", Shape::Text, "What is said."),
    ]],
);

static TEMPORARY: Record = record(
    "temporary",
    "An action that is to be taken back, and when.",
    &[&[
        may("release", CONDITION, "When it is proposed to take it back."),
        may("expires", SPAN, "When it is overdue."),
    ]],
)
.with(Rule::Some(&["release", "expires"]));

static ACTION: Record = record(
    "action",
    "Something that may be done, when, and how one knows it helped.",
    &[&[
        may("title", Shape::Text, "How the team calls it.").or("its id"),
        may("about", Shape::Text, "What it does and what it costs."),
        must(
            "tier",
            Shape::Word(&["T0", "T1", "T2", "T3"]),
            "T0 reads, T1 can be taken back, T2 touches production, T3 can lose data or cut everyone off.",
        ),
        must(
            "target",
            Shape::Either(&[Shape::Str, Shape::Table(&KINDS)]),
            "What it is aimed at: `deployment/web`, `flag/$id`, `database/connection/name`, `unit/place/name`, `compose/place/service`, `named/words`, or kinds of objects.",
        ),
        may("params", PARAMS_KEY, "What it is given."),
        may(
            "when",
            CONDITION,
            "The guard: false refuses, unknown refuses too.",
        )
        .or("always"),
        may("because", Shape::Text, "Why the guard is there."),
        may(
            "needs",
            Shape::List(&Shape::Table(&NEED)),
            "What must have been done before.",
        ),
        may("persons", Shape::Whole(1, 2), "How many people it takes.").or("1"),
        may(
            "envs",
            Shape::OneOrMore(&Shape::Of("environment")),
            "In which environments it may be run.",
        )
        .or("each"),
        may(
            "read",
            Shape::Map("name", &READ),
            "What is read first: `before.name.field`.",
        ),
        may(
            "preview",
            READ,
            "A list of what is touched: `$preview.items` is exactly that.",
        ),
        must("run", STEPS, "The steps, one after the other."),
        may(
            "verify",
            Shape::Table(&VERIFY),
            "When it counts as done; a T2 or T3 that changes something must say it.",
        ),
        may("helped", CONDITION, "Whether the world got better."),
        may("undo", Shape::Table(&UNDO), "How it is taken back."),
        may("remind", Shape::Table(&REMIND), "What is said later."),
        may(
            "temporary",
            Shape::Table(&TEMPORARY),
            "When it is to be taken back.",
        ),
        may(
            "by_hand",
            Shape::List(&Shape::Text),
            "The same as a person would type it.",
        ),
    ]],
);

pub(super) static ROOT: Record = record(
    "actions.toml",
    "What may be done.",
    &[&[may(
        "action",
        Shape::Map("id", &Shape::Table(&ACTION)),
        "Actions by their ids.",
    )]],
);
