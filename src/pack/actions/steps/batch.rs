//! `batch = 500`: of what was previewed a step takes so many at a time, one batch after another.

use crate::{
    domain::action::step::{ComposeTask, Count, Hole, Save, StepKind, TargetName, Template},
    pack::reader::Table,
};

/// Steps whose arguments may be the items of a preview.
const STEPS: [&str; 3] = ["exec", "command", "redis"];
/// More at once fit into no command.
const MOST: u32 = 100_000;

/// How many items it takes at a time.
pub(super) fn of(
    table: &Table<'_>,
    kind: &str,
    shape: Option<&StepKind<TargetName, Count>>,
    save: Option<&Save>,
    is_read: bool,
) -> Option<u32> {
    let takes = STEPS.contains(&kind) || matches!(shape, Some(StepKind::InCompose { .. }));
    if is_read || !takes {
        return None;
    }
    let node = table.get("batch")?;
    let shape = shape?;
    let listed = |text: &Template| text.holes().any(|hole| *hole == Hole::Preview);
    if !argv(shape).iter().any(listed) {
        let help = "pass `$preview.items`".to_owned();
        node.error(
            "batches of what? no argument is what was previewed",
            Some(help),
        );
    }
    if save.is_some_and(|save| save.ending().is_some()) {
        let what = "how each of several batches ends is no one answer";
        node.error(what, None);
    }
    match shape {
        StepKind::Command {
            stdout: Some(_), ..
        } => node.error("each batch would write the file anew", None),
        StepKind::Command { bounded: true, .. } => {
            node.error("this goes on by itself: it is done once", None);
        }
        _ => {}
    }
    let count = u32::try_from(node.integer()?).ok();
    let count = count.filter(|count| (1..=MOST).contains(count));
    if count.is_none() {
        let help = "write `batch = 500`".to_owned();
        node.error(format!("from 1 to {MOST} at a time"), Some(help));
    }
    count
}

/// The arguments of a step that has some.
fn argv(shape: &StepKind<TargetName, Count>) -> &[Template] {
    match shape {
        StepKind::Exec { argv, .. }
        | StepKind::Command { argv, .. }
        | StepKind::Redis { argv, .. }
        | StepKind::InCompose {
            task: ComposeTask::Exec { argv, .. } | ComposeTask::Run { argv, .. },
            ..
        } => argv,
        _ => &[],
    }
}
