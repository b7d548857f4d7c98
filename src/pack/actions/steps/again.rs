//! `again = "5s"`: the last steps, which only read, are read again while `verify` does not hold.

use super::READS;
use crate::{
    domain::action::step::{Count, StepKind, TargetName, Written},
    pack::{
        manifest::span_of,
        reader::{Node, Table},
    },
};

/// How often a step is read again, in seconds.
pub(super) fn of(
    table: &Table<'_>,
    kind: &str,
    shape: Option<&StepKind<TargetName, Count>>,
    saves: bool,
    is_read: bool,
) -> Option<u32> {
    let node = table.get("again")?;
    if is_read {
        node.error("what is under `read` is read before each step anyway", None);
        return None;
    }
    let reads = READS.contains(&kind) || matches!(shape, Some(StepKind::InCompose { .. }));
    let asks = match shape {
        Some(StepKind::Http { method, .. }) => matches!(method.as_str(), "GET" | "HEAD"),
        _ => true,
    };
    if shape.is_some() && !(reads && asks) {
        let help = "do it once, and read again what comes of it".to_owned();
        node.error("this may change something each time", Some(help));
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
