//! Steps of actions, each known by the key of its kind.

use super::super::shape::{
    HOLE_FORM, HTTP_FORM, Key, MATCHER_FORM, OBJECT_FORM, POINTER_FORM, REGEX_FORM, Record, SPAN,
    Shape, WAIT_FORM, form, may, must, record,
};
use super::reads::{LIMIT, PARSE};

/// One step.
pub(super) const STEP: Shape = Shape::Kinds(&STEPS);

const OBJECT: Shape = form(&OBJECT_FORM);
/// A number, or the parameter that has it.
const COUNT: Shape = Shape::Either(&[Shape::Whole(0, i64::MAX), form(&HOLE_FORM)]);
const ARGV: Shape = Shape::Many(&Shape::Filled);

/// What every step may have.
const SAVE: &[Key] = &[may(
    "save",
    Shape::Str,
    "The name under which later steps find what is parsed: `$saved.name.field`.",
)];
/// What only reads may be read again.
const AGAIN: &[Key] = &[may(
    "again",
    SPAN,
    "It only reads, and is read again this often until `verify` holds; that it fails meanwhile ends nothing. Such steps are the last.",
)];
/// What takes what was previewed may take it in parts.
const BATCH: &[Key] = &[may(
    "batch",
    Shape::Whole(1, 100_000),
    "How many of `$preview.items` are passed at a time: it is done once for each so many, one after another, and `limit` is of each. What fails ends it.",
)
.or("all at once")];
const CONTAINER: &[Key] =
    &[may("container", Shape::Str, "The container.").or("the only one, or the first")];
const PLACE: &[Key] = &[may("place", Shape::Of("place"), "Where it runs.").or("the bastion")];

/// How a program ended, as an answer.
pub(super) const CODES: &[Key] = &[may(
    "rc",
    Shape::List(&Shape::Whole(0, 255)),
    "Exit codes that are answers: `.rc` tells which it was; any other is none.",
)];
/// What proves that something is up, or down.
pub(super) const PROOFS: &[Key] = &[
    may(
        "up",
        Shape::Str,
        "What proves that it is up: `rc == 0`, of Redis `answers`; `.up` tells it.",
    ),
    may(
        "down",
        Shape::Str,
        "What proves that it is down: `rc == 2`, `absent`, of Redis `refused` and `crashed` (its container does not run); all else is unknown.",
    ),
];
/// The input of a program: a text, or a file of the place.
static INPUT: Record = record(
    "input",
    "What a program reads on its input.",
    &[&[must("file", Shape::Filled, "A file of the place.")]],
);
const STDIN: Shape = Shape::Either(&[Shape::Filled, Shape::Table(&INPUT)]);

/// What compose is told beside its first word.
pub(super) const COMPOSED: &[Key] = &[
    may(
        "argv",
        ARGV,
        "Of `exec` and `run`: the program and its arguments.",
    ),
    may("stdin", STDIN, "Of `exec`: what it reads on its input."),
    may(
        "tail",
        Shape::Whole(1, 10_000),
        "Of `logs`: how many lines, from the end.",
    ),
];
pub(super) const OBJECT_FIELDS: &[Key] = &[
    must("object", OBJECT, "Which object of the cluster."),
    must(
        "fields",
        Shape::Map("name", &POINTER),
        "Names and the JSON pointers of the fields they are of.",
    ),
];
static POINTER: Shape = form(&POINTER_FORM);
pub(super) const VIEW: &[Key] = &[
    must(
        "view",
        Shape::Word(&["pods", "events", "lines", "cronjob"]),
        "What is looked at: the pods or events of a namespace, what was logged, how a CronJob is doing.",
    ),
    must("of", OBJECT, "Whose; of `pods` and `events` beside what."),
    may(
        "tail",
        Shape::Whole(1, 10_000),
        "Of `events` and `lines`: how many of the newest, of `lines` of each container.",
    ),
    may("since", SPAN, "Of `lines`: how far back."),
    may("container", Shape::Str, "Of `lines`: of which container.").or("each"),
];
pub(super) const ENV: &[Key] = &[
    must("env", OBJECT, "Beside which workload it is looked."),
    must("name", Shape::Str, "The variable."),
    must(
        "is",
        form(&REGEX_FORM),
        "What its value must be like; it is never shown.",
    ),
];

pub(super) const EXEC: &[Key] = &[
    must("exec", OBJECT, "In whose pods a program runs."),
    must(
        "in",
        Shape::Word(&["one", "each", "primary"]),
        "In one of its pods, in each, or in that of the primary.",
    ),
    may(
        "connection",
        Shape::Of("connection"),
        "Of `primary`: the connection whose `exec` lists the pods that may be it.",
    ),
    must(
        "argv",
        ARGV,
        "The program and its arguments, one by one: no shell sees them.",
    ),
    may("stdin", Shape::Filled, "What it reads on its input."),
    may("container", Shape::Str, "The container.").or("the only one, or the first"),
];
pub(super) const COMMAND: &[Key] = &[
    must(
        "command",
        ARGV,
        "A program by its path, and its arguments one by one: no shell sees them.",
    ),
    may("place", Shape::Of("place"), "Where it runs.").or("the bastion"),
    may("stdin", Shape::Filled, "What it reads on its input."),
    may(
        "ends",
        Shape::Word(&["limit"]),
        "It goes on by itself: its limit is its proper end.",
    ),
    may(
        "stdout",
        Shape::Filled,
        "The file what it prints is written to.",
    ),
    may(
        "secrets",
        Shape::OneOrMore(&Shape::Of("secret")),
        "What it is given.",
    ),
];
/// Of what does something: who only asks has nothing to show meanwhile.
const FOLLOW: &[Key] = &[may(
    "follow",
    Shape::Str,
    "A log at the place, by its whole path: what is added to it while the program runs is shown as it comes, and decides nothing.",
)];
pub(super) const SQL: &[Key] = &[
    must(
        "sql",
        Shape::Str,
        "The statement; values are bound: `:'name'`.",
    ),
    must(
        "connection",
        Shape::Of("connection"),
        "Which database server.",
    ),
    may("database", Shape::Filled, "Which database.").or("that of the connection"),
    may(
        "values",
        Shape::Map("name", &Shape::Filled),
        "What is bound.",
    ),
    may(
        "transaction",
        Shape::Bool,
        "Whether all of it is one transaction.",
    )
    .or("true"),
];
pub(super) const REDIS: &[Key] = &[
    must(
        "redis",
        ARGV,
        "The command and its arguments, one by one. `SCAN` without a cursor goes on to its end: `[\"SCAN\", \"MATCH\", \"cache:*\"]` gives all such keys.",
    ),
    must("connection", Shape::Of("connection"), "Which Redis."),
];
pub(super) const HTTP: &[Key] = &[
    must(
        "http",
        Shape::Word(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
        "The method.",
    ),
    must(
        "url",
        form(&HTTP_FORM),
        "The address; its host is no parameter, but may be a value of the environment: `$env.host`.",
    ),
    may("headers", Shape::Map("name", &Shape::Filled), "Headers."),
    may(
        "secrets",
        Shape::OneOrMore(&Shape::Of("secret")),
        "Secrets that are headers.",
    ),
    may("body", Shape::Filled, "What is sent."),
    may(
        "expect",
        Shape::List(&Shape::Whole(100, 599)),
        "Statuses that are well.",
    )
    .or("200 to 299"),
    may(
        "any",
        Shape::Bool,
        "Any status is an answer: `.status`, `.ms`, and `.open` for a door that is shut.",
    )
    .or("false"),
];

macro_rules! steps {
    ($count:literal; $($id:ident: $name:literal, $about:literal, [$($keys:expr),*];)*) => {
        $(static $id: Record = record($name, $about, &[$($keys,)* LIMIT, PARSE, SAVE]);)*
        static STEPS: [&Record; $count] = [$(&$id),*];
    };
}

steps! {
    25;
    RESTART: "step-restart", "Restarts a workload, pod by pod.", [&[must("restart", OBJECT, "Which workload.")]];
    SCALE: "step-scale", "Changes how many pods a workload has; undone from what was there.", [&[
        must("scale", OBJECT, "Which workload."),
        must("replicas", COUNT, "How many."),
    ]];
    ROLLBACK: "step-rollback", "Takes a workload back to a revision.", [&[
        must("rollback", OBJECT, "Which workload."),
        may("revision", COUNT, "To which revision.").or("the one before"),
    ]];
    SET_ENV: "step-set-env", "Sets a variable of a workload, or removes it.", [&[
        must("set-env", OBJECT, "Which workload."),
        must("name", Shape::Str, "The variable."),
        may("value", Shape::Filled, "Its value."),
        may("remove", Shape::Bool, "`true`: it is removed."),
    ], CONTAINER];
    PATCH: "step-patch", "Sets fields of an object; undone from what was there.", [&[
        must("patch", OBJECT, "Which object."),
        must("with", Shape::Map("field", &Shape::Any), "The fields, as they stand in the object."),
    ]];
    DELETE_POD: "step-delete-pod", "Deletes a pod, so that its controller makes another.", [&[must("delete-pod", OBJECT, "Which pod.")]];
    EVICT: "step-evict", "Asks a pod to go, if its disruption budget lets it.", [&[must("evict", OBJECT, "Which pod.")]];
    CORDON: "step-cordon", "Lets no new pods come to a node.", [&[must("cordon", OBJECT, "Which node.")]];
    UNCORDON: "step-uncordon", "Lets pods come to a node again.", [&[must("uncordon", OBJECT, "Which node.")]];
    RUN_CRONJOB: "step-run-cronjob", "Makes a job of a cron job now.", [&[must("run-cronjob", OBJECT, "Which cron job.")]];
    S_EXEC: "step-exec", "Runs a program in pods.", [EXEC, CODES, PROOFS, BATCH, AGAIN];
    S_COMMAND: "step-command", "Runs a program at a place.", [COMMAND, FOLLOW, CODES, PROOFS, BATCH, AGAIN];
    S_SQL: "step-sql", "Runs a statement; an error ends it.", [SQL, AGAIN];
    S_REDIS: "step-redis", "Sends a command to Redis.", [REDIS, PROOFS, BATCH, AGAIN];
    S_HTTP: "step-http", "Sends a request.", [HTTP, AGAIN];
    SYSTEMD: "step-systemd", "Starts, stops, restarts or reloads a unit.", [&[
        must("systemd", Shape::Word(&["start", "stop", "restart", "reload"]), "What is done."),
        must("unit", Shape::Filled, "To which unit."),
    ], PLACE];
    COMPOSE: "step-compose", "Changes a service of compose, or runs something beside it.", [&[
        must("compose", Shape::Word(&["up", "stop", "restart", "kill", "exec", "run", "logs", "ps", "stats"]), "What is done."),
        may("service", Shape::Filled, "To which service; `logs`, `ps` and `stats` may be of all."),
        must("place", Shape::Of("place"), "Where it runs."),
        may("scale", COUNT, "Of `up`: how many of it there are to be."),
    ], COMPOSED, CODES, PROOFS, BATCH, AGAIN];
    UNTIL: "step-until", "Waits for a condition, and fails where it does not come.", [&[
        must("until", Shape::Cel, "The condition."),
        must("within", SPAN, "How long it may take."),
        may("hold", SPAN, "For how long it must hold."),
    ]];
    S_OBJECT: "step-object", "Reads fields of an object of the cluster; what is not there is `''`. Changes nothing.", [OBJECT_FIELDS, AGAIN];
    S_VIEW: "step-view", "Shows what the cluster says of itself: `pods`, `events`, `lines` that were logged, a `cronjob`; changes nothing.", [VIEW, AGAIN];
    S_ENV: "step-env", "Lists which workloads have a variable whose value is like this; changes nothing.", [ENV, AGAIN];
    SILENCE: "step-silence", "Silences alerts; undone by ending the silence.", [&[
        must("silence", Shape::OneOrMore(&form(&MATCHER_FORM)), "Which: `alertname=X`, `pod=~\"a.*\"`."),
        must("for", form(&WAIT_FORM), "For how long."),
        must("comment", Shape::Filled, "Why."),
    ]];
    EXPIRE: "step-expire-silence", "Ends a silence.", [&[must("expire-silence", Shape::Filled, "The silence's id.")]];
    WAIT: "step-wait", "Waits.", [&[must("wait", form(&WAIT_FORM), "For how long.")]];
    ASK: "step-ask", "A person does something and says what shows it.", [&[must("ask", Shape::Text, "What is to be done.")]];
}
