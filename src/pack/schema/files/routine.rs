//! `routine.toml`: what is looked at, step by step.

use super::super::shape::{
    CONDITION, DATE_FORM, DAYS_FORM, HOUR_FORM, Key, Record, Rule, SPAN, Shape, form, may, must,
    record,
};
use super::{params::PARAMS_KEY, reads::READ};

const TITLE: &[Key] = &[may("title", Shape::Text, "How the team calls it.").or("its id")];
const ROLE: &[Key] = &[may("role", Shape::Of("role"), "Who does it.").or("anybody")];
const DUE: &[Key] = &[
    may(
        "due",
        Shape::Either(&[WHEN, Shape::List(&WHEN)]),
        "When it comes due, once or several times.",
    )
    .or("never by itself"),
    may("within", SPAN, "How long after it comes due it may take."),
];
const WHEN: Shape = Shape::Kinds(&[&AT, &EVERY, &EDGE, &AFTER, &BEFORE]);

static AT: Record = record(
    "due-at",
    "At times of day.",
    &[&[
        must(
            "at",
            Shape::OneOrMore(&form(&HOUR_FORM)),
            "The times, in the pack's zone.",
        ),
        may("on", Shape::OneOrMore(&form(&DAYS_FORM)), "On which days.").or("each day"),
        may(
            "holidays",
            Shape::OneOrMore(&Shape::Of("calendar of holidays")),
            "The calendars by which a day is a workday.",
        ),
        may("every", SPAN, "Instead of `on`: every so many days, `14d`."),
        may("from", form(&DATE_FORM), "The first of those days."),
    ]],
);
static EVERY: Record = record(
    "due-every",
    "Every so many minutes of a shift.",
    &[&[
        must("every", SPAN, "How often."),
        may(
            "in",
            Shape::OneOrMore(&Shape::Of("shift")),
            "In which shifts.",
        )
        .or("in each"),
    ]],
);
static EDGE: Record = record(
    "due-shift",
    "When a shift begins or ends.",
    &[&[
        must("shift", Shape::Word(&["start", "end"]), "Which end of it."),
        may(
            "of",
            Shape::OneOrMore(&Shape::Of("shift")),
            "Of which shifts.",
        )
        .or("of each"),
    ]],
);
static AFTER: Record = record(
    "due-after",
    "After an action.",
    &[&[
        must("after", Shape::Of("action"), "Which action."),
        must("within", SPAN, "How soon."),
    ]],
);
static BEFORE: Record = record(
    "due-before",
    "Before an action.",
    &[&[
        must("before", Shape::Of("action"), "Which action."),
        must("within", SPAN, "How long before at most."),
    ]],
);

static CHECK: Record = record(
    "check",
    "Something that is looked at again and again: judged, or asked.",
    &[
        TITLE,
        ROLE,
        &[
            may("expect", CONDITION, "What is well."),
            may("warn", CONDITION, "What is not quite."),
            may(
                "ask",
                Shape::Text,
                "What a person looks at, and what shows it.",
            ),
            may(
                "read",
                Shape::Map("name", &READ),
                "What is read for it: `before.name.field`.",
            ),
            may(
                "proposes",
                Shape::OneOrMore(&Shape::Of("action")),
                "Actions that are offered where it is not well.",
            ),
            may(
                "links",
                Shape::OneOrMore(&Shape::Of("link")),
                "Pages that show it.",
            ),
        ],
        DUE,
    ],
)
.with(Rule::One(&["expect", "ask"]));

static CHECKLIST: Record = record(
    "checklist",
    "Checks that are done together.",
    &[
        TITLE,
        ROLE,
        &[must(
            "items",
            Shape::OneOrMore(&Shape::Of("check")),
            "The checks, in order.",
        )],
        DUE,
    ],
);

const WHICH: &[Key] = &[
    may("title", Shape::Text, "What it is called.").or("what it does"),
    may("id", Shape::Str, "Its id in the stage.").or("its number"),
    may("optional", Shape::Bool, "Whether it may be left out.").or("false"),
    may(
        "either",
        Shape::Str,
        "A word it shares with others, of which one is enough.",
    ),
    may("link", Shape::Of("link"), "A page to it."),
    may("when", CONDITION, "When it is to be done.").or("always"),
];
static S_CHECK: Record = record(
    "flow-check",
    "Something that must hold.",
    &[&[must("check", CONDITION, "What.")], WHICH],
);
static S_ACTION: Record = record(
    "flow-action",
    "An action.",
    &[
        &[
            must("action", Shape::Of("action"), "Which."),
            may(
                "params",
                Shape::Map("name", &Shape::Plain),
                "What it is given.",
            ),
        ],
        WHICH,
    ],
);
static S_ASK: Record = record(
    "flow-ask",
    "Something a person does.",
    &[&[must("ask", Shape::Text, "What.")], WHICH],
);
static S_GO: Record = record(
    "flow-go",
    "Another flow.",
    &[&[must("go", Shape::Of("flow"), "Which.")], WHICH],
);

static STAGE: Record = record(
    "stage",
    "A part of a flow, with its clock.",
    &[
        TITLE,
        &[
            must(
                "steps",
                Shape::List(&Shape::Kinds(&[&S_CHECK, &S_ACTION, &S_ASK, &S_GO])),
                "What is done, in order.",
            ),
            may("clock", SPAN, "How long it may take."),
            may(
                "within",
                Shape::Of("stage"),
                "The stage above within whose clock it runs.",
            )
            .or("after the one above"),
            may("optional", Shape::Bool, "Whether it may be left out.").or("false"),
            may("when", CONDITION, "When it is to be done.").or("always"),
        ],
    ],
);

static FREEZE: Record = record(
    "freeze",
    "What may not be done while the flow runs.",
    &[&[
        may("from", Shape::Of("stage"), "From which stage on.").or("the first"),
        may("until", Shape::Of("stage"), "Up to which stage.").or("the last"),
        may(
            "actions",
            Shape::OneOrMore(&Shape::Of("action")),
            "Actions that are refused.",
        ),
        may("because", Shape::Text, "Why."),
        may("lift", SPAN, "How long one who lifts it has."),
    ]],
);

static FLOW: Record = record(
    "flow",
    "What is done one after the other, with clocks.",
    &[
        TITLE,
        &[
            may("about", Shape::Text, "What it is for."),
            must(
                "stage",
                Shape::Map("id", &Shape::Table(&STAGE)),
                "Its stages, in order.",
            ),
            may(
                "total",
                SPAN,
                "The sum of its clocks, as the runbook says it.",
            ),
            may("clocks_differ", Shape::Text, "Why the sum is another."),
            may(
                "freeze",
                Shape::Table(&FREEZE),
                "What may not be done meanwhile.",
            ),
        ],
    ],
);

static TICK: Record = record(
    "handover-tick",
    "A box that is ticked by what is seen.",
    &[
        TITLE,
        &[
            may("is", CONDITION, "What must hold."),
            may(
                "no",
                Shape::Word(&["alerts", "incidents"]),
                "What must be absent.",
            ),
            may("within", SPAN, "Of incidents: how far back is looked.").or("24h"),
        ],
    ],
)
.with(Rule::One(&["is", "no"]));

static HANDOVER: Record = record(
    "handover",
    "How the shift is handed over.",
    &[
        &[
            may("goes_to", Shape::Text, "Where the paper goes."),
            may(
                "roles",
                Shape::OneOrMore(&Shape::Of("role")),
                "Who hands over, and to whom.",
            ),
            may(
                "read",
                Shape::Map("name", &READ),
                "What is read for its fields.",
            ),
            may("params", PARAMS_KEY, "Fields people fill in."),
            may(
                "tick",
                Shape::Map("id", &Shape::Table(&TICK)),
                "Boxes that are ticked by what is seen.",
            ),
            may(
                "two_persons",
                Shape::Bool,
                "Whether somebody else has to take it.",
            )
            .or("false"),
            may(
                "blocks",
                Shape::OneOrMore(&Shape::Of("severity")),
                "Open incidents of these keep it from being handed over.",
            ),
        ],
        DUE,
    ],
);

static LIMITS: Record = record(
    "drill-limits",
    "What a drill measures.",
    &[&[
        may(
            "acknowledge",
            SPAN,
            "Until the alert is seen; of one that is played.",
        ),
        may(
            "act",
            SPAN,
            "Until something right is done; of one that is played.",
        ),
        may(
            "recover",
            SPAN,
            "Until it is over: from T0 to T1, also of one that is not played.",
        ),
    ]],
);

static DRILL: Record = record(
    "drill",
    "An exercise: played on the embedded cluster, or done by hand.",
    &[
        TITLE,
        ROLE,
        &[
            may("kind", Shape::Text, "What sort of exercise it is."),
            may("script", Shape::Text, "What is done."),
            may(
                "ask",
                Shape::Text,
                "What is asked of one that is not played.",
            ),
            may("scenario", Shape::Str, "The scenario that plays it."),
            may(
                "alerts",
                Shape::OneOrMore(&Shape::Of("alert")),
                "The alerts it shows by.",
            ),
            may(
                "hooks",
                Shape::OneOrMore(&Shape::Of("hook")),
                "The hooks it shows by.",
            ),
            may(
                "right",
                Shape::OneOrMore(&Shape::Of("action")),
                "The actions that are right.",
            ),
            may(
                "also",
                Shape::OneOrMore(&Shape::Of("action")),
                "The actions that do no harm.",
            ),
            may("limits", Shape::Table(&LIMITS), "What is measured."),
            may("recovered", CONDITION, "When it is over.").or("what its first alert says"),
        ],
        DUE,
    ],
);

static PERSONS: Record = record(
    "incident-role",
    "A role of an incident.",
    &[&[
        must("role", Shape::Of("role"), "Which."),
        may(
            "persons",
            Shape::Whole(i64::MIN, i64::MAX),
            "How many people have it.",
        )
        .or("1"),
    ]],
);
static IMPACT: Record = record(
    "impact",
    "What is said about what an incident costs.",
    &[&[
        may("params", PARAMS_KEY, "The fields of the form."),
        may("due", SPAN, "When it must be there."),
    ]],
);
static RUNG: Record = record(
    "rung",
    "A rung of the way back.",
    &[
        TITLE,
        &[
            may("ask", Shape::Text, "What is asked before it is taken.").or("its title"),
            may("is", CONDITION, "What must hold first."),
        ],
    ],
);
static WATCH: Record = record(
    "incident-watch",
    "A time in which it is watched once it is over.",
    &[TITLE, &[must("lasts", SPAN, "How long.")]],
);
static PROPOSAL: Record = record(
    "proposal",
    "What severity is proposed, and when.",
    &[&[
        must("severity", Shape::Of("severity"), "Which."),
        must("is", CONDITION, "When; the form's fields are `params`."),
    ]],
);

static INCIDENT: Record = record(
    "incident",
    "How an incident is led.",
    &[&[
        may(
            "roles",
            Shape::List(&Shape::Either(&[Shape::Of("role"), Shape::Table(&PERSONS)])),
            "Who is named when one is opened.",
        ),
        may(
            "updates",
            Shape::Map("severity", &SPAN),
            "How often something is said, by severity.",
        ),
        may(
            "impact",
            Shape::Table(&IMPACT),
            "What is said about its cost.",
        ),
        may(
            "rung",
            Shape::Map("id", &Shape::Table(&RUNG)),
            "The way back, rung by rung.",
        ),
        may(
            "watch",
            Shape::Map("id", &Shape::Table(&WATCH)),
            "How long it is watched after.",
        ),
        may("review_due", SPAN, "When the review must be there."),
        may(
            "proposes",
            Shape::List(&Shape::Table(&PROPOSAL)),
            "Which severity is proposed when.",
        ),
        may(
            "questions",
            Shape::List(&Shape::Text),
            "What the review asks.",
        ),
        may(
            "terms",
            Shape::Map("word", &Shape::Text),
            "Words of papers as this team says them.",
        ),
    ]],
);

pub(super) static ROOT: Record = record(
    "routine.toml",
    "What is looked at again and again, and what is done then.",
    &[&[
        may("check", Shape::Map("id", &Shape::Table(&CHECK)), "Checks."),
        may(
            "checklist",
            Shape::Map("id", &Shape::Table(&CHECKLIST)),
            "Lists of checks.",
        ),
        may(
            "flow",
            Shape::Map("id", &Shape::Table(&FLOW)),
            "Flows ([guide](flows.md)).",
        ),
        may(
            "incident",
            Shape::Table(&INCIDENT),
            "How an incident is led ([guide](incidents.md)).",
        ),
        may(
            "handover",
            Shape::Table(&HANDOVER),
            "How the shift is handed over ([guide](handover.md)).",
        ),
        may(
            "drill",
            Shape::Map("id", &Shape::Table(&DRILL)),
            "Exercises ([guide](drill.md)).",
        ),
    ]],
);
