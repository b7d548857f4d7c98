//! A step as a person reads what exactly would be done.

use crate::domain::{
    action::{
        step::{ComposeTask, Matcher, Planned, Reach, StepKind, Template},
        value::Value,
    },
    clean::clean,
};

use super::{Texts, action_words, time};

/// What stands between the parts of a step; a terminal may have no arrow.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    pub arrow: &'a str,
    pub dot: &'a str,
}

/// Where nothing is drawn.
pub const PRINTED: Signs<'static> = Signs {
    arrow: "→",
    dot: "·",
};

/// A step with all that it says.
pub fn whole(texts: &Texts, signs: Signs<'_>, planned: &Planned) -> String {
    let dot = signs.dot;
    let mut text = action_words::step_line(texts, planned);
    if let Some(detail) = detail(texts, signs.arrow, planned) {
        text = format!("{text} {dot} {detail}");
    }
    if let Some(seconds) = planned.again {
        let every = texts.with("step-again", &[("every", span(seconds.into()).into())]);
        text = format!("{text} {dot} {every}");
    }
    text
}

/// What a step says beside its kind and its target.
fn detail(texts: &Texts, arrow: &str, planned: &Planned) -> Option<String> {
    let text = match &planned.kind {
        StepKind::Scale { replicas, .. } => format!("{arrow} {replicas}"),
        StepKind::Rollback { revision, .. } => {
            let revision = (*revision)?;
            texts.with("step-revision", &[("number", revision.into())])
        }
        StepKind::SetEnv {
            container,
            name,
            value,
            ..
        } => {
            let value = value
                .as_ref()
                .map_or_else(|| texts.t("value-absent").to_owned(), ToString::to_string);
            let container = container.as_ref().map(|it| format!("{it}: "));
            format!("{}{name} {arrow} {value}", container.unwrap_or_default())
        }
        StepKind::Exec { .. } | StepKind::Command { .. } | StepKind::Sql { .. } => {
            told(texts, planned)?
        }
        StepKind::Redis { connection, argv } => format!("{connection}: {}", line(argv)),
        StepKind::Tcp { address } => address.to_string(),
        StepKind::Logs { pattern, .. } => one_line(pattern),
        StepKind::Env { name, pattern, .. } => one_line(&format!("{name} =~ {pattern}")),
        StepKind::Object { fields, .. } => {
            let pointers: Vec<&str> = fields.values().map(String::as_str).collect();
            pointers.join(" ")
        }
        StepKind::View { view, .. } => texts.with(&format!("step-view-{}", view.name()), &[]),
        StepKind::Inspect(inspection) => line(&inspection.subject()),
        StepKind::Http { method, url, .. } => format!("{method} {url}"),
        StepKind::Systemd { place, verb, unit } => {
            let place = place.as_ref().map(|place| format!("{place}: "));
            let verb = format!("{verb:?}").to_lowercase();
            format!("{}{verb} {unit}", place.unwrap_or_default())
        }
        StepKind::Compose { .. } | StepKind::InCompose { .. } => composed(planned)?,
        StepKind::Silence {
            matchers, seconds, ..
        } => {
            let matchers: Vec<String> = matchers.iter().map(matched).collect();
            format!("{} {}", matchers.join(" "), span(*seconds))
        }
        StepKind::ExpireSilence { id } => id.to_string(),
        StepKind::Ask { text } => text.get(texts.lang()).to_owned(),
        StepKind::Wait { seconds } => span(*seconds),
        StepKind::Until { is, within, .. } => {
            format!("{} ({})", one_line(is), span((*within).into()))
        }
        StepKind::Patch { patch, .. } => {
            let text = serde_json::to_string(&plain(patch)).unwrap_or_default();
            one_line(&text)
        }
        StepKind::Restart { .. }
        | StepKind::DeletePod { .. }
        | StepKind::Evict { .. }
        | StepKind::Cordon { .. }
        | StepKind::Uncordon { .. }
        | StepKind::RunCronjob { .. } => return None,
    };
    let text = match planned.batch {
        Some(number) => {
            let batch = texts.with("step-batch", &[("number", number.into())]);
            format!("{text} ({batch})")
        }
        None => text,
    };
    Some(clean(&text).into_owned())
}

/// What a program or a database is told, with all that it reads.
fn told(texts: &Texts, planned: &Planned) -> Option<String> {
    Some(match &planned.kind {
        StepKind::Exec {
            reach, argv, stdin, ..
        } => {
            let reach = match reach {
                Reach::One => texts.t("step-reach-one"),
                Reach::Each => texts.t("step-reach-each"),
                Reach::Primary { .. } => texts.t("step-reach-primary"),
            };
            format!("{reach}: {}{}", line(argv), streams(stdin.as_ref(), None))
        }
        StepKind::Command {
            place,
            argv,
            stdin,
            stdout,
            follow,
            ..
        } => {
            let mut line = line(argv) + &streams(stdin.as_ref(), stdout.as_ref());
            if let Some(path) = follow {
                let follows = texts.with("step-follow", &[("path", path.as_str().into())]);
                line = format!("{line} ({follows})");
            }
            match place {
                Some(place) => format!("{place}: {line}"),
                None => line,
            }
        }
        StepKind::Sql {
            connection,
            text,
            values,
            ..
        } => {
            let values = values
                .iter()
                .map(|(name, value)| format!("; :{name} = {value}"));
            format!(
                "{connection}: {}{}",
                one_line(text),
                values.collect::<String>()
            )
        }
        _ => return None,
    })
}

/// What a program reads, and where what it writes goes: as a shell would have it.
fn streams(stdin: Option<&Template>, stdout: Option<&Template>) -> String {
    let stdin = stdin.map(|text| format!(" < '{}'", one_line(&text.to_string())));
    let stdout = stdout.map(|path| format!(" > {path}"));
    stdin.unwrap_or_default() + &stdout.unwrap_or_default()
}

/// What compose is told, or what is run or looked at in its services.
fn composed(planned: &Planned) -> Option<String> {
    Some(match &planned.kind {
        StepKind::Compose {
            place,
            verb,
            service,
            scale,
        } => {
            let scale = scale.map(|count| format!(" = {count}"));
            let scale = scale.unwrap_or_default();
            format!("{place}: {} {service}{scale}", verb.word())
        }
        StepKind::InCompose { place, task } => {
            let service = task.service().map(ToString::to_string).unwrap_or_default();
            let argv = match task {
                ComposeTask::Exec { argv, .. } | ComposeTask::Run { argv, .. } => line(argv),
                ComposeTask::Logs { .. } | ComposeTask::Ps { .. } | ComposeTask::Stats => {
                    String::new()
                }
            };
            let text = format!("{place}: {} {service} {argv}", task.word());
            text.trim_end().to_owned()
        }
        _ => return None,
    })
}

/// `severity=~S[12]`
fn matched(matcher: &Matcher) -> String {
    let sign = match (matcher.is_equal, matcher.is_regex) {
        (true, false) => "=",
        (true, true) => "=~",
        (false, false) => "!=",
        (false, true) => "!~",
    };
    format!("{}{sign}{}", matcher.name, matcher.value)
}

fn span(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    time::short(std::time::Duration::from_secs(seconds))
}

/// A program's arguments; one with blanks stands in quotes, so that what is one argument is seen as one.
fn line(argv: &[Template]) -> String {
    let quoted = |template: &Template| {
        let text = template.to_string();
        if text.is_empty() || text.contains(char::is_whitespace) {
            format!("'{text}'")
        } else {
            text
        }
    };
    argv.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(patch: &crate::domain::action::step::Patch) -> serde_json::Value {
    use crate::domain::action::step::Patch;
    match patch {
        Patch::Fields(fields) => fields
            .iter()
            .map(|(name, part)| (name.clone(), plain(part)))
            .collect(),
        Patch::List(items) => items.iter().map(plain).collect(),
        Patch::Text(template) => template.to_string().into(),
        Patch::Value(Value::Absent) => serde_json::Value::Null,
        Patch::Value(value) => serde_json::to_value(value).unwrap_or_default(),
    }
}
