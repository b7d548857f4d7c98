//! Reading conditions: a CEL text, or one with the time it must hold for.

use std::time::Duration;

use super::super::{
    condition::{Condition, Fact, Over, Scope},
    manifest::span_of,
    reader::{Node, Table},
    views::stored_queries,
};

/// The grid of stored values that conditions over time are judged on.
pub(in crate::pack) const GRID: Duration = Duration::from_secs(60);
/// The window of the runbooks' boards, where a condition names none.
pub(in crate::pack) const WINDOW: Duration = Duration::from_secs(300);
/// How far back a condition may reach.
pub(in crate::pack) const REACH: Duration = Duration::from_secs(6 * 3_600);
/// How many windows of a hook are kept.
pub(in crate::pack) const HOOK_WINDOWS: u32 = 36;

/// A list of conditions.
pub(super) fn conditions(node: Option<Node<'_>>, scope: Scope<'_>) -> Vec<Condition> {
    let items = node.and_then(|node| node.array()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| condition(item, scope, None))
        .collect()
}

/// One condition; `hook` is the window of the hook it belongs to.
pub(in crate::pack) fn condition(
    node: &Node<'_>,
    scope: Scope<'_>,
    hook: Option<Duration>,
) -> Option<Condition> {
    if node.if_str().is_some() {
        return compile(node, Over::Once, scope);
    }
    let Some(table) = node.if_table() else {
        let help = "write a string of CEL, or { is = '…', for = '5m' }".to_owned();
        node.error("a condition is wanted here", Some(help));
        return None;
    };
    let over = over(&table, hook);
    let is = table.require("is");
    table.finish();
    compile(&is?, over?, scope)
}

fn over(table: &Table<'_>, hook: Option<Duration>) -> Option<Over> {
    match (table.get("for"), table.get("windows"), hook) {
        (Some(node), _, Some(_)) => {
            let help = "a hook judges whole windows: write `windows = 2`".to_owned();
            node.error("a hook has no `for`", Some(help));
            None
        }
        (Some(_), Some(node), None) => {
            node.error("`for` or `windows`, not both", None);
            None
        }
        (Some(node), None, None) => {
            let time = span_of(&node)?;
            if time > REACH {
                node.error("values are kept for 6 h, this reaches further back", None);
                return None;
            }
            Some(Over::For(time))
        }
        (None, Some(node), hook) => {
            let count = u32::try_from(node.integer()?).unwrap_or(0);
            if !(1..HOOK_WINDOWS).contains(&count) {
                node.error("from 1 to 35 windows in a row can be asked for", None);
                return None;
            }
            let length = match hook {
                Some(length) => length,
                None => table
                    .get("window")
                    .map_or(Some(WINDOW), |node| grid(&node))?,
            };
            if hook.is_none() && length * (count + 1) > REACH {
                node.error("values are kept for 6 h, this reaches further back", None);
                return None;
            }
            Some(Over::Windows { count, length })
        }
        (None, None, _) => {
            let help = "add `for = '5m'` or `windows = 3`, or write the string alone".to_owned();
            table.error(
                "a condition over time doesn't say over what time",
                Some(help),
            );
            None
        }
    }
}

/// The length of a window, which must lie on the grid all bastions share.
pub(super) fn grid(node: &Node<'_>) -> Option<Duration> {
    let length = span_of(node)?;
    let seconds = length.as_secs();
    if seconds % GRID.as_secs() != 0 || 86_400 % seconds != 0 {
        let help = "whole minutes that divide a day: `1m`, `5m`, `15m`, `1h`".to_owned();
        node.error(
            format!("a window of {seconds} s is not on the grid"),
            Some(help),
        );
        return None;
    }
    Some(length)
}

/// A probe that is judged over time though nobody keeps its past.
fn unkept<'i>(condition: &Condition, scope: Scope<'i>) -> Option<&'i str> {
    let ids = match scope {
        Scope::Watch(ids) | Scope::Action(ids, _) => ids,
        // A hook observes queries of its own.
        Scope::Hook(_) => return None,
    };
    let mut found = None;
    if condition.over == Over::Once {
        condition.statement.visit(
            &mut |fact| {
                if let Fact::Change(id) = fact {
                    found = found.or_else(|| ids.unkept.iter().find(|it| *it == id));
                }
            },
            &mut |_| {},
        );
    } else {
        stored_queries(condition, ids, &mut |id| {
            found = found.or_else(|| ids.unkept.iter().find(|it| *it == id));
        });
    }
    let id = found?;
    let named = ids.probes.iter().find(|(_, probe)| probe == id);
    named.map(|(name, _)| name.as_str())
}

fn compile(node: &Node<'_>, over: Over, scope: Scope<'_>) -> Option<Condition> {
    let text = node.str()?;
    match Condition::compile(text, over, scope) {
        Ok(condition) => {
            if let Some(probe) = unkept(&condition, scope) {
                let what = format!(
                    "the past of probe `{probe}` is not kept: only queries are judged over time"
                );
                let help = "judge it as it is now, or read it by `promql`".to_owned();
                node.error(what, Some(help));
                return None;
            }
            Some(condition)
        }
        Err(complaints) => {
            for complaint in complaints {
                let place = node.place(complaint.at);
                node.sink
                    .report(place, &node.path, complaint.what, complaint.help);
            }
            None
        }
    }
}
