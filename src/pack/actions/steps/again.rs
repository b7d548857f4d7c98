//! `again = "5s"`: the last steps, which only read, are read again while `verify` does not hold.

use std::time::Duration;

use crate::{
    domain::action::step::{Count, StepKind, TargetName, Template, Written},
    pack::{
        manifest::span_of,
        reader::{Node, Table},
    },
};

/// Steps that may do no more than read.
const STEPS: [&str; 8] = [
    "exec", "command", "sql", "redis", "http", "env", "object", "view",
];

/// What of Redis changes nothing.
const REDIS_READS: [&str; 26] = [
    "DBSIZE",
    "EXISTS",
    "GET",
    "HEXISTS",
    "HGET",
    "HGETALL",
    "HLEN",
    "INFO",
    "LASTSAVE",
    "LLEN",
    "LPOS",
    "LRANGE",
    "MGET",
    "PING",
    "PTTL",
    "ROLE",
    "SCAN",
    "SCARD",
    "SISMEMBER",
    "STRLEN",
    "TTL",
    "TYPE",
    "XLEN",
    "XPENDING",
    "ZCARD",
    "ZSCORE",
];

/// What of Redis reads by its second word.
const REDIS_LOOKS: [[&str; 2]; 12] = [
    ["CLIENT", "LIST"],
    ["CLUSTER", "INFO"],
    ["CLUSTER", "NODES"],
    ["CONFIG", "GET"],
    ["LATENCY", "LATEST"],
    ["MEMORY", "DOCTOR"],
    ["MEMORY", "STATS"],
    ["MEMORY", "USAGE"],
    ["OBJECT", "ENCODING"],
    ["OBJECT", "IDLETIME"],
    ["SLOWLOG", "GET"],
    ["SLOWLOG", "LEN"],
];

/// Whether these words to Redis change nothing.
pub(in crate::pack::actions) fn only_reads(argv: &[Template]) -> bool {
    let word = |at: usize| argv.get(at).and_then(Template::whole).unwrap_or_default();
    let [first, second] = [word(0), word(1)].map(|it| it.to_ascii_uppercase());
    REDIS_READS.contains(&first.as_str()) || REDIS_LOOKS.contains(&[&first, &second])
}

/// How often a step is read again, in seconds.
pub(super) fn of(
    table: &Table<'_>,
    kind: &str,
    shape: Option<&StepKind<TargetName, Count>>,
    saves: bool,
    is_read: bool,
) -> Option<u32> {
    let may_read = STEPS.contains(&kind) || matches!(shape, Some(StepKind::InCompose { .. }));
    if is_read || !may_read {
        return None;
    }
    let node = table.get("again")?;
    match shape {
        Some(StepKind::Http { method, .. }) if !["GET", "HEAD"].contains(&method.as_str()) => {
            let help = "do it once, and read again what comes of it".to_owned();
            node.error("this may change something each time", Some(help));
        }
        Some(StepKind::Redis { argv, .. }) => {
            let first = argv.first().and_then(Template::whole).unwrap_or_default();
            if !only_reads(argv) {
                let help = format!("what reads: {}", REDIS_READS.join(", "));
                node.error(
                    format!("`{first}` may change something each time"),
                    Some(help),
                );
            }
        }
        Some(StepKind::Command {
            stdout: Some(_), ..
        }) => node.error("this writes a file each time", None),
        Some(StepKind::Command {
            follow: Some(_), ..
        }) => {
            node.error("what only reads writes no log that could be followed", None);
        }
        Some(StepKind::Command { bounded: true, .. }) => {
            node.error("this goes on by itself: it is done once", None);
        }
        _ => {}
    }
    if !saves {
        let help = "add `save = \"name\"`, and ask for `saved.name.…` in `verify`".to_owned();
        node.error("read again for what? nothing of it is saved", Some(help));
    }
    let often = u32::try_from(span_of(&node)?.as_secs()).ok()?;
    if often == 0 {
        node.error("too often: a second is the least", None);
    }
    Some(often)
}

/// `verify` waits for all that is read again, and long enough that it is: what it holds for is read twice.
pub(in crate::pack::actions) fn in_verify(
    verify: &Table<'_>,
    run: &[Written],
    (is, within, hold): (&str, Option<Duration>, Option<Duration>),
) {
    for step in run {
        let (Some(often), Some(save)) = (step.again, &step.save) else {
            continue;
        };
        let often = Duration::from_secs(often.into());
        if !is.contains(&format!("saved.{}.", save.name)) {
            let what = format!("`{}` is read again and not waited for", save.name);
            let help = format!("ask for `saved.{}.…` in `is`, or read it once", save.name);
            verify.error(what, Some(help));
        }
        if within.is_some_and(|within| within <= often) {
            let help = "a longer `within`, or `again` more often".to_owned();
            verify.error(
                format!("`{}` would never be read again", save.name),
                Some(help),
            );
        }
        if hold.is_some_and(|hold| !hold.is_zero() && hold < often * 2) {
            let help = "a longer `hold`, or `again` more often".to_owned();
            verify.error(
                format!("`{}` would be read once while it holds", save.name),
                Some(help),
            );
        }
    }
}

/// After what is read again nothing else comes: it would not know what that said last.
pub(super) fn last_of(steps: &[(&Node<'_>, Written)]) {
    let mut began = false;
    for (node, step) in steps {
        if began && step.again.is_none() {
            let help = "steps with `again` are the last".to_owned();
            node.error("this comes after what is read again", Some(help));
        }
        began |= step.again.is_some();
    }
}
