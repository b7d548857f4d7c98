//! How the watch may remind people.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::diagnostic::{Diagnostic, Place, Say, Source};
use super::super::document;
use super::wrong;
use crate::domain::nearest::nearest;
use crate::domain::policy::{RemindBy, ReminderWay};
use crate::domain::reminder::ReminderKind;

type Value<'t> = Spanned<DeValue<'t>>;

/// What is wrong with a value, and what the key wants instead.
type Read<T> = Result<T, Box<Diagnostic>>;

/// The ways under `remind`.
pub(super) fn read(value: &Value<'_>, source: &Arc<Source>) -> Read<Vec<ReminderWay>> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err(refused(value, source, None));
    };
    items.iter().map(|item| way(item, source)).collect()
}

fn refused(value: &Value<'_>, source: &Arc<Source>, near: Option<&str>) -> Box<Diagnostic> {
    let place = Place::new(source, value.span());
    let found = document::found(value, source);
    let expected = Say::new("config-kind-remind");
    Box::new(wrong("remind", expected, found).at(place).nearest(near))
}

fn way(item: &Value<'_>, source: &Arc<Source>) -> Read<ReminderWay> {
    let DeValue::Table(table) = item.get_ref() else {
        return Err(refused(item, source, None));
    };
    for (key, value) in table {
        let known = ["program", "webhook", "token_file", "kinds"];
        if !known.contains(&key.get_ref().as_ref()) {
            let near = nearest(key.get_ref(), known);
            return Err(refused(value, source, near));
        }
    }
    let get = |key: &str| find(table, key);
    let by = match (get("program"), get("webhook"), get("token_file")) {
        (Some(program), None, None) => RemindBy::Program(program_of(program, source)?),
        (None, Some(webhook), token) => RemindBy::Webhook {
            url: address(webhook, source)?,
            token_file: token.map(|token| path(token, source)).transpose()?,
        },
        _ => return Err(refused(item, source, None)),
    };
    let kinds = match get("kinds") {
        Some(kinds) => kinds_of(kinds, source)?,
        None => Vec::new(),
    };
    Ok(ReminderWay { by, kinds })
}

fn find<'a, 't>(table: &'a DeTable<'t>, key: &str) -> Option<&'a Value<'t>> {
    let mut entries = table.iter();
    let found = entries.find(|(name, _)| name.get_ref().as_ref() == key);
    found.map(|(_, value)| value)
}

/// An absolute path that goes nowhere else.
fn is_plain(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(plain))
}

fn program_of(value: &Value<'_>, source: &Arc<Source>) -> Read<Vec<String>> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err(refused(value, source, None));
    };
    let text = |item: &Value<'_>| match item.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(refused(item, source, None)),
    };
    let argv: Vec<String> = items.iter().map(text).collect::<Result<_, _>>()?;
    if argv.first().is_some_and(|program| is_plain(program)) {
        Ok(argv)
    } else {
        Err(refused(value, source, None))
    }
}

/// What is told to a server stays between it and us: without a seal only a server of this host is told anything.
fn address(value: &Value<'_>, source: &Arc<Source>) -> Read<String> {
    let DeValue::String(text) = value.get_ref() else {
        return Err(refused(value, source, None));
    };
    let url = reqwest::Url::parse(text).ok().filter(|url| {
        let host = url.host_str().unwrap_or_default();
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
        let sealed = url.scheme() == "https" || (url.scheme() == "http" && here);
        sealed && !host.is_empty() && url.username().is_empty() && url.password().is_none()
    });
    match url {
        Some(_) => Ok(text.to_string()),
        None => Err(refused(value, source, None)),
    }
}

fn path(value: &Value<'_>, source: &Arc<Source>) -> Read<PathBuf> {
    match value.get_ref() {
        DeValue::String(text) if is_plain(text) => Ok(PathBuf::from(text.as_ref())),
        _ => Err(refused(value, source, None)),
    }
}

fn kinds_of(value: &Value<'_>, source: &Arc<Source>) -> Read<Vec<ReminderKind>> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err(refused(value, source, None));
    };
    let kind = |item: &Value<'_>| {
        let text = match item.get_ref() {
            DeValue::String(text) => text.as_ref(),
            _ => "",
        };
        let near = nearest(text, ReminderKind::ALL.map(ReminderKind::id));
        ReminderKind::of(text).ok_or_else(|| refused(item, source, near))
    };
    items.iter().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Source::file(Path::new("/etc/quarterdeck/policy.toml"), text.to_owned())
    }

    #[test]
    fn a_program_and_a_server_are_told_of_what_they_are_for() {
        let text = r#"
[[remind]]
program = ["/usr/local/bin/page", "--to", "on-call"]
kinds = ["respond-soon", "incident-due"]

[[remind]]
webhook = "https://hooks.example/quarterdeck"
token_file = "/etc/quarterdeck/hook.token"
"#;
        let ways = parse(&source(text)).unwrap().policy.remind;
        assert_eq!(ways.len(), 2);
        let argv = ["/usr/local/bin/page", "--to", "on-call"].map(str::to_owned);
        assert_eq!(ways[0].by, RemindBy::Program(argv.to_vec()));
        assert!(ways[0].takes(ReminderKind::IncidentDue));
        assert!(!ways[0].takes(ReminderKind::CheckDue));
        assert_eq!(
            ways[1].by,
            RemindBy::Webhook {
                url: "https://hooks.example/quarterdeck".to_owned(),
                token_file: Some("/etc/quarterdeck/hook.token".into()),
            }
        );
        assert!(
            ReminderKind::ALL
                .into_iter()
                .all(|kind| ways[1].takes(kind))
        );
        let here = r#"remind = [{ webhook = "http://127.0.0.1:9000/hook" }]"#;
        assert_eq!(parse(&source(here)).unwrap().policy.remind.len(), 1);
    }

    #[test]
    fn a_way_that_is_not_understood_is_an_error_at_its_place() {
        for (text, at) in [
            (r#"remind = "page""#, r#""page""#),
            (r#"remind = [{ program = ["page"] }]"#, r#"["page"]"#),
            (
                r#"remind = [{ program = ["/opt/../bin/page"] }]"#,
                r#"["/opt/../bin/page"]"#,
            ),
            (r#"remind = [{ program = "/bin/page" }]"#, r#""/bin/page""#),
            (
                r#"remind = [{ webhook = "http://hooks.example/x" }]"#,
                r#""http://hooks.example/x""#,
            ),
            (
                r#"remind = [{ webhook = "https://li:pw@hooks.example/x" }]"#,
                r#""https://li:pw@hooks.example/x""#,
            ),
            (
                r#"remind = [{ webhook = "https://x", token_file = "token" }]"#,
                r#""token""#,
            ),
            (
                r#"remind = [{ program = ["/bin/page"], kinds = ["tea"] }]"#,
                r#""tea""#,
            ),
            (
                r#"remind = [{ progam = ["/bin/page"] }]"#,
                r#"["/bin/page"]"#,
            ),
        ] {
            let errors = parse(&source(text)).unwrap_err();
            assert_eq!(errors.len(), 1, "{text}");
            let place = errors[0].place.as_ref().unwrap();
            assert_eq!(&text[place.span.clone()], at, "{text}");
        }
        for text in [
            r#"remind = [{ kinds = ["check-due"] }]"#,
            r#"remind = [{ program = ["/bin/page"], webhook = "https://x" }]"#,
            r#"remind = [{ program = ["/bin/page"], token_file = "/x" }]"#,
        ] {
            assert_eq!(parse(&source(text)).unwrap_err().len(), 1, "{text}");
        }
    }
}
