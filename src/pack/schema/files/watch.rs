//! `watch.toml`.

use super::super::shape::{
    CONDITION, HOOK_CONDITION, Key, LIMIT_FORM, Record, Rule, SECONDS_FORM, SHARE_FORM, SPAN,
    Shape, form, may, must, record,
};
use super::probes::UNIT;

const TITLE: &[Key] = &[may("title", Shape::Text, "How the team calls it.").or("its id")];
const CONDITIONS: Shape = Shape::List(&CONDITION);

static GAUGE: Record = record(
    "gauge",
    "A number with limits: outside `good` red, `warn` yellow; without `warn` yellow is less than 10 % of headroom.",
    &[
        TITLE,
        &[
            must("probe", Shape::Of("probe"), "What is read."),
            may(
                "good",
                form(&LIMIT_FORM),
                "Outside of this it is red: `<= 2.5`, `100 .. 2000`.",
            ),
            may("warn", form(&LIMIT_FORM), "Where this holds it is yellow."),
            may(
                "over",
                SPAN,
                "The window its query is over, as people read it.",
            ),
            may(
                "link",
                Shape::OneOrMore(&Shape::Of("link")),
                "The page that shows it.",
            ),
        ],
    ],
);

static SLO: Record = record(
    "slo",
    "What share must be good, and what may be lost of it.",
    &[
        TITLE,
        &[
            must(
                "objective",
                form(&SHARE_FORM),
                "The share that must be good.",
            ),
            must(
                "period",
                Shape::Word(&["month", "30d"]),
                "Over what time the budget is.",
            ),
            must(
                "errors",
                Shape::PromQl,
                "What was not good, with `[$window]`.",
            ),
            must("total", Shape::PromQl, "All of it, with `[$window]`."),
            may(
                "source",
                Shape::PromQl,
                "The series from which an answer's age comes.",
            ),
            may(
                "link",
                Shape::OneOrMore(&Shape::Of("link")),
                "The page that shows it.",
            ),
        ],
    ],
);

static QUEUE_LIMITS: Record = record(
    "queue-limits",
    "From where on a queue is yellow or red.",
    &[&[
        may("depth", form(&LIMIT_FORM), "How many wait."),
        may(
            "oldest",
            form(&SECONDS_FORM),
            "For how long the oldest has waited.",
        ),
    ]],
);

static QUEUE: Record = record(
    "queue",
    "Something that is worked off.",
    &[
        TITLE,
        &[
            must("depth", Shape::Of("probe"), "How many wait."),
            may(
                "oldest",
                Shape::Of("probe"),
                "The age of the oldest, in seconds.",
            ),
            may("rate_in", Shape::Of("probe"), "How many come in a second."),
            may(
                "rate_out",
                Shape::Of("probe"),
                "How many are worked off in a second.",
            ),
            may("warn", Shape::Table(&QUEUE_LIMITS), "Where it is yellow."),
            may("red", Shape::Table(&QUEUE_LIMITS), "Where it is red."),
        ],
    ],
);

static HOOK: Record = record(
    "hook",
    "A rule on whole windows of the clock, the same on every bastion.",
    &[
        TITLE,
        &[
            must(
                "observe",
                Shape::Map("name", &Shape::PromQl),
                "The names its conditions use, each with its query.",
            ),
            must(
                "window",
                SPAN,
                "How long a window is: whole minutes that divide a day.",
            ),
            may(
                "units",
                Shape::Map("name", &UNIT),
                "What the numbers count.",
            )
            .or("none"),
            may("warn", HOOK_CONDITION, "Where it is yellow."),
            may("red", HOOK_CONDITION, "Where it is red."),
        ],
    ],
)
.with(Rule::Some(&["warn", "red"]));

static TICK: Record = record(
    "gate-tick",
    "What a person has to say of a gate.",
    &[&[
        must("id", Shape::Str, "Its id among those of the gate."),
        must("ask", Shape::Text, "What is asked."),
        may(
            "stale_after",
            SPAN,
            "After what time it must be said again.",
        )
        .or("never"),
    ]],
);

static PROPOSAL: Record = record(
    "proposed",
    "What is proposed where a gate does not hold, or a light has a colour. Nothing of it is done by itself.",
    &[&[
        must("say", Shape::Text, "In words."),
        may(
            "actions",
            Shape::OneOrMore(&Shape::Of("action")),
            "Actions that are offered.",
        ),
        may("flow", Shape::Of("flow"), "The flow that is offered."),
    ]],
)
.refusing(&["en", "zh"]);

const PROPOSED: Shape = Shape::Either(&[Shape::Text, Shape::Table(&PROPOSAL)]);

static GATE: Record = record(
    "gate",
    "What has to hold before something goes on.",
    &[
        TITLE,
        &[
            may("about", Shape::Text, "What it stands before."),
            may(
                "weight",
                Shape::Number,
                "A share of the traffic in per cent, which actions may read.",
            ),
            may(
                "hooks",
                Shape::OneOrMore(&Shape::Of("hook")),
                "Hooks that decide.",
            ),
            may(
                "beside",
                Shape::OneOrMore(&Shape::Of("hook")),
                "Hooks that are shown and decide nothing.",
            ),
            may("limits", CONDITIONS, "Conditions that must hold."),
            may(
                "ticks",
                Shape::List(&Shape::Table(&TICK)),
                "What people have to say.",
            ),
            may(
                "on_fail",
                PROPOSED,
                "What is proposed where it does not hold.",
            ),
        ],
    ],
)
.with(Rule::Some(&["hooks", "limits", "ticks"]));

static LIGHT: Record = record(
    "light",
    "One colour of many conditions: red, then unknown, then yellow, then green.",
    &[
        TITLE,
        &[
            may("red", CONDITIONS, "Red where one holds."),
            may("warn", CONDITIONS, "Yellow where one holds."),
            may("green", CONDITIONS, "Green where all hold.").or("where nothing else does"),
            may("on_warn", PROPOSED, "What is proposed while it is yellow."),
            may("on_red", PROPOSED, "What is proposed while it is red."),
        ],
    ],
)
.with(Rule::Some(&["red", "warn", "green"]));

static ALERT: Record = record(
    "alert",
    "What an alert means to this team; its id is the alert's name.",
    &[&[
        may("title", Shape::Text, "How the team calls it.").or("what the alert says"),
        must("severity", Shape::Of("severity"), "How grave it is."),
        may(
            "match",
            Shape::Map("label", &Shape::OneOrMore(&Shape::Str)),
            "The labels it is known by.",
        )
        .or("alertname is its id"),
        may("respond", SPAN, "The time to respond in.").or("that of its severity"),
        may("flow", Shape::Of("flow"), "The flow that answers it."),
        may(
            "flow_from",
            Shape::Word(&["runbook", "pack"]),
            "Who says that it answers it; what is the pack's own choice is marked where the flow is opened.",
        )
        .or("runbook"),
        may(
            "links",
            Shape::OneOrMore(&Shape::Of("link")),
            "Boards and documents.",
        ),
        may("recovered", CONDITION, "When it is over."),
        may(
            "fires_when",
            CONDITION,
            "When it fires, where Alertmanager has no rule for it.",
        ),
    ]],
);

pub(super) static ROOT: Record = record(
    "watch.toml",
    "What the numbers mean.",
    &[&[
        may(
            "gauge",
            Shape::Map("id", &Shape::Table(&GAUGE)),
            "Numbers with limits.",
        ),
        may(
            "slo",
            Shape::Map("id", &Shape::Table(&SLO)),
            "Objectives and their budgets.",
        ),
        may(
            "queue",
            Shape::Map("id", &Shape::Table(&QUEUE)),
            "What is worked off.",
        ),
        may(
            "hook",
            Shape::Map("id", &Shape::Table(&HOOK)),
            "Rules on windows.",
        ),
        may(
            "gate",
            Shape::Map("id", &Shape::Table(&GATE)),
            "What has to hold; a light or an alert may ask for it.",
        ),
        may(
            "light",
            Shape::Map("id", &Shape::Table(&LIGHT)),
            "Colours; each sees those written above it.",
        ),
        may(
            "alert",
            Shape::Map("id", &Shape::Table(&ALERT)),
            "What alerts mean.",
        ),
    ]],
);
