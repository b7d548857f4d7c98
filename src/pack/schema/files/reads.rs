//! What is only read: `read.x` of actions, checks and the handover, and `preview`.

use super::super::shape::{
    FOLDER_FORM, Key, MOUNT_FORM, OBJECT_FORM, POINTER_FORM, REGEX_FORM, Record, Rule, SPAN, Shape,
    form, may, must, record,
};
use super::{
    probes::UNIT,
    steps::{CODES, COMMAND, COMPOSED, ENV, EXEC, HTTP, OBJECT_FIELDS, PROOFS, REDIS, SQL, VIEW},
};

/// One reading.
pub(super) const READ: Shape = Shape::Kinds(&READS);
/// One probe.
pub(super) const PROBE: Shape = Shape::Kinds(&PROBES);

/// Until when it must have ended.
pub(super) const LIMIT: &[Key] = &[may("limit", SPAN, "For how long it may run.")];
static POINTER: Shape = form(&POINTER_FORM);

/// What is taken from what it prints.
pub(super) const PARSE: &[Key] = &[
    may(
        "json",
        Shape::Map("name", &POINTER),
        "Names and the JSON pointers they are taken by.",
    ),
    may(
        "regex",
        form(&REGEX_FORM),
        "Names are the named groups: `(?<count>\\d+)`.",
    ),
    may("lines", Shape::Bool, "All lines, as a list."),
];
const PLACE: &[Key] =
    &[may("place", Shape::Of("place"), "Where it is looked at.").or("the bastion")];
const CONTAINER: &[Key] =
    &[may("container", Shape::Str, "The container.").or("the only one, or the first")];

/// What is read is saved under its own name.
const SAVED: &[&str] = &["save"];
/// What it gives is known, so nothing is parsed.
const GIVES: &[&str] = &["save", "json", "regex", "lines"];

static TLS: Record = record(
    "tls",
    "Whose certificate.",
    &[
        &[
            may("host", Shape::Filled, "The host that serves it."),
            may("port", Shape::Whole(1, 65_535), "Its port.").or("443"),
            may("name", Shape::Str, "The name it is asked for.").or("the host"),
            may("file", Shape::Filled, "The file it is in."),
        ],
        PLACE,
    ],
)
.with(Rule::One(&["host", "file"]));

static HOST: Record = record(
    "host",
    "Which machine.",
    &[
        PLACE,
        &[may(
            "disk",
            Shape::OneOrMore(&form(&MOUNT_FORM)),
            "The mounts that are looked at.",
        )
        .or("/")],
    ],
);

static OBJECTS: Record = record(
    "objects",
    "Which files or objects.",
    &[
        PLACE,
        &[
            may(
                "url",
                Shape::Filled,
                "A bucket and prefix: `s3://…`, `oss://…`; the bucket may be the environment's: `s3://$env.dumps`.",
            ),
            may("program", form(&FOLDER_FORM), "The program that lists it.").or("that of its kind"),
            may(
                "secrets",
                Shape::OneOrMore(&Shape::Of("secret")),
                "What that program is given.",
            ),
            may("folder", Shape::Filled, "A folder."),
            may(
                "date",
                Shape::Str,
                "How the day stands in names: `%Y-%m-%d`.",
            ),
            may("name", form(&REGEX_FORM), "What names must be like."),
            may(
                "written",
                Shape::Word(&["today"]),
                "Only what was written today, in the pack's zone.",
            ),
        ],
    ],
)
.with(Rule::One(&["url", "folder"]));

static ENV_OF: Record = record(
    "env-of",
    "Whose environment: that of the service counts.",
    &[&[
        may("unit", Shape::Str, "A unit of systemd."),
        may(
            "service",
            Shape::Str,
            "A service of compose, at the `place`.",
        ),
    ]],
)
.with(Rule::One(&["unit", "service"]));

static CONFIG: Record = record(
    "config",
    "Which setting.",
    &[
        PLACE,
        &[
            must("key", Shape::Str, "The setting: `database.pool`."),
            may(
                "files",
                Shape::OneOrMore(&Shape::Str),
                "Files it may be in, later ones win.",
            ),
            may("env", Shape::Str, "The variable that goes before them.").or("the key"),
            may(
                "env_of",
                Shape::Table(&ENV_OF),
                "Whose environment it is in.",
            ),
            may(
                "secrets",
                Shape::OneOrMore(&Shape::Str),
                "Folders of secrets, by their whole paths, that go before everything: a file has the name of the key or of its variable, as it is or in lower case. In a container where the environment is that of a service. Its value is never shown; an empty file says nothing.",
            ),
            may("default", Shape::Str, "What holds where nothing says it."),
            may(
                "secret",
                Shape::Bool,
                "Whether only a digest of it is shown.",
            )
            .or("false"),
        ],
    ],
);

static UNIT_OF: Record = record(
    "unit",
    "A unit of systemd.",
    &[&[must("unit", Shape::Filled, "Its name.")], PLACE],
);

static SERVICE: Record = record(
    "service",
    "A service of compose.",
    &[&[
        must("place", Shape::Of("place"), "Where it runs."),
        must("service", Shape::Filled, "Its name."),
    ]],
);

/// How often a probe is read, and what it counts.
const PACE: &[Key] = &[
    may("every", SPAN, "How often it is read, every 5 s at most.").or("15s"),
    may("unit", UNIT, "What its numbers count.").or("none"),
];

macro_rules! reads {
    ($($id:ident, $probe:ident: $name:literal, $probe_name:literal, $about:literal, $refused:expr, [$($keys:expr),*];)*) => {
        $(
            static $id: Record = record($name, $about, &[$($keys,)* LIMIT]).refusing($refused);
            static $probe: Record = record($probe_name, $about, &[$($keys,)* LIMIT, PACE]).refusing($refused);
        )*
        static READS: [&Record; 16] = [$(&$id),*];
        static PROBES: [&Record; 17] = [&PROMQL, $(&$probe),*];
    };
}

static PROMQL: Record = record(
    "probe-promql",
    "A number of Prometheus: the only kind with a past, which conditions over time need.",
    &[&[
        must("promql", Shape::PromQl, "The query."),
        may(
            "source",
            Shape::PromQl,
            "The series from which an answer's age comes: where it is gone the value is unknown.",
        ),
        may("every", SPAN, "How often it is read.").or("15s"),
        may("unit", UNIT, "What the number counts.").or("none"),
    ]],
);

reads! {
    R_EXEC, P_EXEC: "read-exec", "probe-exec", "What a program in pods says.", SAVED, [EXEC, CODES, PROOFS, PARSE];
    R_COMMAND, P_COMMAND: "read-command", "probe-command", "What a program at a place says.", SAVED, [COMMAND, CODES, PROOFS, PARSE];
    R_SQL, P_SQL: "read-sql", "probe-sql", "What a statement says.", SAVED, [SQL, PARSE];
    R_REDIS, P_REDIS: "read-redis", "probe-redis", "What Redis says.", SAVED, [REDIS, PROOFS, PARSE];
    R_HTTP, P_HTTP: "read-http", "probe-http", "What an address says.", SAVED, [HTTP, PARSE];
    R_TCP, P_TCP: "read-tcp", "probe-tcp", "Whether a port answers: `before.x.open`, `before.x.ms`.", GIVES, [&[must("tcp", Shape::Filled, "`host:port`.")]];
    R_LOGS, P_LOGS: "read-logs", "probe-logs", "How often something stands in logs: `before.x.count`, `before.x.pods`.", GIVES, [&[
            must("logs", form(&OBJECT_FORM), "Whose logs, of all its pods."),
            must("count", form(&REGEX_FORM), "What is counted, line by line."),
            must("since", SPAN, "How far back, an hour at most."),
        ],
        CONTAINER];
    R_TLS, P_TLS: "read-tls", "probe-tls", "Days that a certificate is good for: `before.x.days`.", GIVES, [&[must("tls", Shape::Table(&TLS), "Whose certificate.")]];
    R_HOST, P_HOST: "read-host", "probe-host", "Shares of a machine that are in use: processor, memory, disks.", GIVES, [&[must("host", Shape::Table(&HOST), "Which machine.")]];
    R_OBJECTS, P_OBJECTS: "read-objects", "probe-objects", "What lies in a bucket or folder: how many, how large, how old.", GIVES, [&[must("objects", Shape::Table(&OBJECTS), "Which.")]];
    R_CONFIG, P_CONFIG: "read-config", "probe-config", "The effective value of a setting and where it comes from.", GIVES, [&[must("config", Shape::Table(&CONFIG), "Which setting.")]];
    R_SYSTEMD, P_SYSTEMD: "read-systemd", "probe-systemd", "How a unit is.", GIVES, [&[must("systemd", Shape::Table(&UNIT_OF), "Which unit.")]];
    R_COMPOSE, P_COMPOSE: "read-compose", "probe-compose", "How a service of compose is, or what is said beside it.", SAVED, [&[
            must(
                "compose",
                Shape::Either(&[
                    Shape::Table(&SERVICE),
                    Shape::Word(&["exec", "run", "logs", "ps", "stats"]),
                ]),
                "Which service, or what is asked of the service and place beside it."
            ),
            may("service", Shape::Filled, "Of which service."),
            may("place", Shape::Of("place"), "Where it runs."),
        ],
        COMPOSED, CODES, PROOFS, PARSE];
    R_OBJECT, P_OBJECT: "read-object", "probe-object", "Fields of an object of the cluster; what is not there is `''`.", GIVES, [OBJECT_FIELDS];
    R_VIEW, P_VIEW: "read-view", "probe-view", "What the cluster says of itself: `pods` gives `count`, `unwell`, `who`; `events` `count`, `warnings`; `lines` `count`, `pods`; `cronjob` `suspended`, `scheduled`, `succeeded` (seconds ago), `scheduled_today`, `succeeded_today`, `job`, `state` (`succeeded`, `failed`, `running`, `none`).", GIVES, [VIEW];
    R_ENV, P_ENV: "read-env", "probe-env", "Which workloads have a variable whose value is like this: `before.x.count`, `before.x.who`.", GIVES, [ENV];
}
