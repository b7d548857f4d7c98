//! How a step ended, as an answer: `rc = [0, 1]`, `up = "rc == 0"`, `down = "rc == 1 || rc == 2 || absent"`, `any = true`.

use super::super::holes::fields_of;
use crate::{
    domain::action::step::{ComposeTask, Count, Ending, Parse, Sign, StepKind, TargetName},
    pack::reader::{Node, Table},
};

/// What is parsed of a step, with how it ended where the pack asks for that.
pub(super) fn with_ending(
    kind: &str,
    shape: Option<&StepKind<TargetName, Count>>,
    table: &Table<'_>,
    output: Option<Parse>,
) -> Option<Parse> {
    let in_compose = matches!(
        shape,
        Some(StepKind::InCompose {
            task: ComposeTask::Exec { .. },
            ..
        })
    );
    let program = ["exec", "command"].contains(&kind) || in_compose;
    let proves = program || kind == "redis";
    let node = |key: &str, here: bool| if here { table.get(key) } else { None };
    let (rc, any) = (node("rc", program), node("any", kind == "http"));
    let (up, down) = (node("up", proves), node("down", proves));
    if rc.is_none() && any.is_none() && up.is_none() && down.is_none() {
        return output;
    }
    if let (Some(at), None) | (None, Some(at)) = (&up, &down) {
        let help = "write both: `up = \"…\"`, `down = \"…\"`; what is neither is not known";
        at.error("one of the two is not said", Some(help.to_owned()));
    }
    let signs = |node: Option<&Node<'_>>| node.map_or_else(Vec::new, |node| signs(node, kind));
    let ending = Ending {
        rc: rc
            .as_ref()
            .map(|node| codes(node, kind))
            .unwrap_or_default(),
        up: signs(up.as_ref()),
        down: signs(down.as_ref()),
        any: any.as_ref().and_then(Node::boolean).unwrap_or_default(),
        output,
    };
    if let Some(node) = &up {
        let never = |sign: &Sign| matches!(sign, Sign::Absent | Sign::Refused | Sign::Crashed);
        if ending.up.iter().any(never) {
            node.error("what is not there is not up", None);
        }
        if ending.up.iter().any(|sign| ending.down.contains(sign)) {
            node.error("the same is said to be up and down", None);
        }
    }
    if let (Some(node), Some(StepKind::Http { method, .. })) = (&any, shape)
        && !matches!(method.as_str(), "GET" | "HEAD")
    {
        let what = "a status that is no success is an answer only to who reads";
        node.error(what, Some("`GET` or `HEAD`, or `expect`".to_owned()));
    }
    let own = ending.fields();
    for field in ending.output.iter().flat_map(fields_of) {
        if own.contains(&field.as_str()) {
            table.error(format!("two things are called `{field}`"), None);
        }
    }
    Some(Parse::Ending(Box::new(ending)))
}

/// Whether compose or docker may itself end with this code where the program never ran: then it says nothing of the program.
const fn of_compose(code: i32) -> bool {
    matches!(code, 1 | 14..=18 | 125..=127)
}

fn says_nothing(node: &Node<'_>, code: i32) {
    let what =
        format!("compose itself ends with {code} where it can't go in, so that proves nothing");
    let help = "a code of the program's own, which is none of 1, 14 to 18 and 125 to 127";
    node.error(what, Some(help.to_owned()));
}

/// Exit codes.
fn codes(node: &Node<'_>, kind: &str) -> Vec<i32> {
    let items = node.array().unwrap_or_default();
    if items.is_empty() {
        node.error("no exit code is named", Some("`rc = [0, 1]`".to_owned()));
    }
    let code = |item: &Node<'_>| {
        let code = item.integer().and_then(|code| u8::try_from(code).ok());
        if code.is_none() {
            item.error("it is no exit code", Some("0 to 255".to_owned()));
        }
        let code = code.map(i32::from);
        if let Some(code) = code.filter(|code| kind == "compose" && of_compose(*code)) {
            says_nothing(item, code);
        }
        code
    };
    items.iter().filter_map(code).collect()
}

/// `rc == 1 || rc == 2 || absent`: what any of these proves.
fn signs(node: &Node<'_>, kind: &str) -> Vec<Sign> {
    let known: &[&str] = match kind {
        "redis" => &["answers", "refused", "crashed", "absent"],
        "exec" | "compose" => &["rc == 2", "absent"],
        _ => &["rc == 2"],
    };
    let Some(text) = node.str() else {
        return Vec::new();
    };
    let sign = |part: &str| match part {
        "absent" if known.contains(&"absent") => Some(Sign::Absent),
        "answers" if kind == "redis" => Some(Sign::Answers),
        "refused" if kind == "redis" => Some(Sign::Refused),
        "crashed" if kind == "redis" => Some(Sign::Crashed),
        part if kind != "redis" => {
            let code = part.strip_prefix("rc")?.trim_start().strip_prefix("==")?;
            code.trim().parse::<u8>().ok().map(|rc| Sign::Rc(rc.into()))
        }
        _ => None,
    };
    let mut signs = Vec::new();
    for part in text.split("||").map(str::trim) {
        if let Some(sign) = sign(part) {
            if let Sign::Rc(code) = sign
                && kind == "compose"
                && of_compose(code)
            {
                says_nothing(node, code);
            }
            signs.push(sign);
        } else {
            let help = format!("of a `{kind}`: {}, joined by `||`", known.join(", "));
            node.error(format!("`{part}` proves nothing"), Some(help));
        }
    }
    signs
}
