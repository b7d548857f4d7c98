//! `pack.toml`.

use super::super::shape::{
    AUTHORITIES_FORM, DAYS_FORM, FOLDER_FORM, HOUR_FORM, Key, PACK_ID_FORM, POD_FORM, Record, Rule,
    SERIES_FORM, SOURCE_FORM, SPAN, Shape, URL_FORM, form, may, must, record,
};

static IDENTITY: Record = record(
    "pack",
    "Whose runbook it is.",
    &[&[
        must(
            "id",
            form(&PACK_ID_FORM),
            "The pack's id: lower case letters, digits and `-`, not `generic`.",
        ),
        must("title", Shape::Text, "The team's name."),
        must(
            "time_zone",
            Shape::Str,
            "The zone of its clocks, days and windows: `Asia/Shanghai`.",
        ),
        may(
            "incident_id",
            form(&SERIES_FORM),
            "How incidents are numbered.",
        )
        .or("INC and a number"),
        may("drill_id", form(&SERIES_FORM), "How drills are numbered.").or("DRILL and a number"),
    ]],
);

static DESK: Record = record(
    "desk",
    "Where the cockpit looks when nothing else is said.",
    &[&[
        may(
            "cluster",
            Shape::Bool,
            "`false`: there is no cluster, and none is read.",
        )
        .or("true"),
        may(
            "context",
            Shape::Str,
            "The context of the kubeconfig; which one is current there changes nothing.",
        ),
        may(
            "namespaces",
            Shape::OneOrMore(&Shape::Str),
            "The namespaces; `*` is all of them.",
        ),
        may(
            "prometheus",
            Shape::Str,
            "The name of a Prometheus in the configuration.",
        )
        .or("the one that is found"),
        may(
            "alertmanager",
            Shape::Str,
            "The name of an Alertmanager in the configuration.",
        )
        .or("the one that is found"),
        may(
            "environment",
            Shape::Of("environment"),
            "The environment this desk is.",
        ),
    ]],
);

static SEVERITY: Record = record(
    "severity",
    "How grave something is; at most four, the gravest first.",
    &[&[
        may("title", Shape::Text, "How the team calls it.").or("its id"),
        must("respond", SPAN, "The time to respond in."),
        may("restore", SPAN, "The time to restore in."),
        may(
            "criteria",
            Shape::Text,
            "What makes an incident one of these.",
        ),
        may("may", Shape::Text, "What may be done under it."),
        may(
            "channels",
            Shape::OneOrMore(&Shape::Str),
            "Where it is told.",
        ),
        may(
            "maps_from",
            Shape::Map("label", &Shape::OneOrMore(&Shape::Str)),
            "Labels of alerts that have it: each, one of its values.",
        ),
    ]],
);

static DAYS: Shape = form(&DAYS_FORM);

/// Times of day and the days they are of.
const HOURS: &[Key] = &[
    must("from", form(&HOUR_FORM), "When it begins."),
    must("to", form(&HOUR_FORM), "When it ends; earlier than `from` is the next day."),
    may("days", Shape::OneOrMore(&DAYS), "On which days: `mon-fri`, `workdays`, `days-off`, `15th`, `last-day`, `2nd mon`, `last fri`, `quarter-end`.").or("each day"),
    may("holidays", Shape::OneOrMore(&Shape::Of("calendar of holidays")), "The calendars by which a day is a workday."),
];

static HOURS_ALONE: Record = record("hours", "Times of day, and the days they are of.", &[HOURS]);

static SHIFT: Record = record(
    "shift",
    "Hours in which the same people answer.",
    &[
        HOURS,
        &[may("title", Shape::Text, "How the team calls it.").or("its id")],
    ],
);

static WINDOW: Record = record(
    "window",
    "Hours with a name, which conditions ask for: `in_window('maintenance')`.",
    &[
        HOURS,
        &[may("title", Shape::Text, "How the team calls them.").or("its id")],
    ],
);

static ROLE: Record = record(
    "role",
    "What somebody is on a shift or in an incident.",
    &[&[
        must("title", Shape::Text, "How the team calls it."),
        may("duty", Shape::Text, "What it has to do."),
        may(
            "escalates_to",
            Shape::OneOrMore(&Shape::Of("role")),
            "Whom it calls when it does not get on, first called first.",
        ),
    ]],
);

static CONTACT: Record = record(
    "contact",
    "A way to reach people.",
    &[&[
        must("title", Shape::Text, "Who is reached."),
        must(
            "via",
            Shape::OneOrMore(&Shape::Str),
            "How: `tel:+86…`, `im:#ops`, `pagerduty:…`, `mailto:…`.",
        ),
        may(
            "roles",
            Shape::OneOrMore(&Shape::Of("role")),
            "The roles it reaches.",
        )
        .or("a room for all, of no role by itself"),
        may("hours", Shape::Table(&HOURS_ALONE), "When it is answered.").or("always"),
    ]],
);

static CHAIN: Record = record(
    "chain",
    "Who is called after whom.",
    &[&[
        must(
            "severities",
            Shape::OneOrMore(&Shape::Of("severity")),
            "For which severities.",
        ),
        may("contact", Shape::Of("contact"), "What calls them."),
        must(
            "roles",
            Shape::OneOrMore(&Shape::Of("role")),
            "The roles, first called first.",
        ),
    ]],
);

static VENDOR: Record = record(
    "vendor",
    "Somebody outside of the team.",
    &[&[
        must("title", Shape::Text, "Who is meant."),
        may(
            "via",
            Shape::OneOrMore(&Shape::Str),
            "How they are reached.",
        )
        .or("no contact given"),
    ]],
);

static LINK: Record = record(
    "link",
    "A page in a browser, or the name of one the runbook gives no address of.",
    &[&[
        must("title", Shape::Text, "What is there."),
        may("url", form(&URL_FORM), "Its address."),
        may("query", Shape::Str, "What to ask there."),
    ]],
);

static PLACE: Record = record(
    "place",
    "Where programs run; without `ssh` that is the bastion itself.",
    &[&[
        may("ssh", Shape::Str, "The host, `user@host`."),
        may(
            "ssh-config",
            form(&FOLDER_FORM),
            "Settings of ssh other than the usual ones.",
        ),
        may("cwd", form(&FOLDER_FORM), "The folder they run in."),
        may("user", Shape::Str, "As whom they run, by `sudo -n`."),
        may(
            "env",
            Shape::Map("name", &Shape::Str),
            "Variables they see beside the few they always do.",
        ),
    ]],
);

static DELIVERY: Record = record(
    "delivery",
    "How a secret is given: never in an argument.",
    &[&[
        may("env", Shape::Str, "In a variable of this name."),
        may(
            "file",
            Shape::Str,
            "In a file whose path is in a variable of this name.",
        ),
        may("header", Shape::Str, "In a header of this name."),
    ]],
)
.with(Rule::Some(&["env", "file", "header"]));

static SECRET: Record = record(
    "secret",
    "Something that is read when it is used and shown nowhere.",
    &[&[
        must("from", form(&SOURCE_FORM), "Where it is read."),
        must("deliver", Shape::Table(&DELIVERY), "How a program gets it."),
    ]],
);

const POD: Shape = form(&POD_FORM);

static CONNECTION: Record = record(
    "connection",
    "A database, and how it is reached.",
    &[&[
        must("kind", Shape::Word(&["postgres", "redis"]), "What it is."),
        may(
            "exec",
            Shape::Either(&[POD, Shape::Many(&POD)]),
            "The pod whose own client asks it; of a list the one whose PostgreSQL is the primary.",
        ),
        may("container", Shape::Str, "The container of that pod."),
        may("host", Shape::Str, "The host that is asked from here."),
        may("port", Shape::Whole(0, 65_535), "Its port.").or("the usual one"),
        may(
            "tls",
            Shape::Word(&["verify-full", "off"]),
            "Whether the line to a host is sealed.",
        )
        .or("verify-full"),
        may(
            "ca",
            form(&AUTHORITIES_FORM),
            "Who vouches for the host's name.",
        )
        .or("the system's authorities"),
        may("user", Shape::Str, "The user."),
        may(
            "database",
            Shape::Either(&[Shape::Str, Shape::Whole(0, 4_294_967_295)]),
            "The database; of Redis its number.",
        ),
        may(
            "db",
            Shape::Either(&[Shape::Str, Shape::Whole(0, 4_294_967_295)]),
            "The same under the name Redis has for it.",
        ),
        may("secret", Shape::Of("secret"), "The password."),
    ]],
)
.with(Rule::One(&["exec", "host"]));

static ACCEPT: Record = record(
    "accept",
    "What the linter finds and the team lets stand.",
    &[&[
        must("rule", Shape::Str, "The rule ([list](lint.md))."),
        must(
            "at",
            Shape::Str,
            "The key the finding names, or one above it.",
        ),
        must("because", Shape::Text, "Why it stands."),
    ]],
);

pub(super) static ROOT: Record = record(
    "pack.toml",
    "Who and where.",
    &[&[
        must("pack", Shape::Table(&IDENTITY), "Whose runbook it is."),
        may("desk", Shape::Table(&DESK), "Where the cockpit looks."),
        may(
            "severity",
            Shape::Map("id", &Shape::Table(&SEVERITY)),
            "The team's scale, the gravest first.",
        ),
        may(
            "shift",
            Shape::Map("id", &Shape::Table(&SHIFT)),
            "Who answers when.",
        ),
        may(
            "window",
            Shape::Map("id", &Shape::Table(&WINDOW)),
            "Hours with a name.",
        ),
        may("role", Shape::Map("id", &Shape::Table(&ROLE)), "Roles."),
        may(
            "contact",
            Shape::Map("id", &Shape::Table(&CONTACT)),
            "Ways to reach people.",
        ),
        may(
            "vendor",
            Shape::Map("id", &Shape::Table(&VENDOR)),
            "Those outside of the team.",
        ),
        may(
            "chain",
            Shape::Map("id", &Shape::Table(&CHAIN)),
            "Who is called after whom.",
        ),
        may(
            "link",
            Shape::Map("id", &Shape::Table(&LINK)),
            "Pages in a browser.",
        ),
        may(
            "place",
            Shape::Map("id", &Shape::Table(&PLACE)),
            "Where programs run.",
        ),
        may(
            "secret",
            Shape::Map("id", &Shape::Table(&SECRET)),
            "Secrets.",
        ),
        may(
            "connection",
            Shape::Map("id", &Shape::Table(&CONNECTION)),
            "Databases.",
        ),
        may(
            "environment",
            Shape::Map("id", &Shape::Map("name", &Shape::Str)),
            "Values by environment, which `env.name` and `$env.name` take.",
        ),
        may(
            "accept",
            Shape::List(&Shape::Table(&ACCEPT)),
            "What the linter finds and the team lets stand.",
        ),
    ]],
);
