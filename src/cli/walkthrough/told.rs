//! What happened in a recorded shift, by ids and arguments.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    app::{departed::cause_slug, snapshot::DeskTag},
    domain::{
        action::verdict::Verdict,
        change::What,
        clean::clean,
        frame::{Frame, Mark, Marked, Outline},
        pod::WorkloadKey,
    },
    i18n::Texts,
    recorder::VERSION,
};

/// What was recorded and what happened, line by line.
pub fn lines(texts: &Texts, outline: &Outline, zone: &TimeZone) -> String {
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%F %T").to_string();
    let stretch = |key: &str, from: Timestamp, to: Timestamp| {
        let (from, to) = (clock(from), clock(to));
        let args = [("from", from.as_str().into()), ("to", to.as_str().into())];
        texts.with(key, &args)
    };
    let mut out = String::new();
    let mut before = None;
    // Writing to a string can't fail.
    for span in &outline.spans {
        if let Some(before) = before {
            let _ = writeln!(out, "{}", stretch("cli-walk-gap", before, span.from));
        }
        let _ = writeln!(out, "{}", stretch("cli-walk-span", span.from, span.to));
        before = Some(span.to);
    }
    if outline.torn > 0 {
        let bytes = outline.torn.to_string();
        let text = texts.with("cli-walk-torn", &[("bytes", bytes.as_str().into())]);
        let _ = writeln!(out, "{text}");
    }
    for mark in &outline.marks {
        let kind = mark.what.kind().id();
        // The file is another's, and the terminal is ours.
        let words = words(mark, texts);
        let _ = writeln!(out, "{}  {kind:<7} {}", clock(mark.at), clean(&words));
    }
    out
}

fn words(mark: &Mark, texts: &Texts) -> String {
    match &mark.what {
        Marked::Ran {
            title,
            target,
            who,
            verdict,
        } => {
            let verdict = verdict.map_or("-", Verdict::id);
            format!("{}  {target}  {who}  {verdict}", title.get(texts.lang()))
        }
        Marked::Noted {
            who,
            did,
            about,
            text,
        } => {
            let parts = [
                Some(who.as_str()),
                Some(did.id()),
                about.as_ref().map(|it| it.get(texts.lang())),
                text.as_deref(),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            parts.join("  ")
        }
        Marked::Changed(what) => {
            let Value::Object(fields) = change(what) else {
                return String::new();
            };
            let text = |value: &Value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{name}={}", text(value)))
                .collect();
            fields.join(" ")
        }
    }
}

/// The record as one document.
pub fn document(outline: &Outline, first: &Frame) -> Value {
    let spans = outline.spans.iter();
    let spans = spans.map(|span| json!({"from": span.from, "to": span.to}));
    let shift = first.shift.as_ref();
    json!({
        "record": outline.name,
        "format": VERSION,
        "desk": DeskTag::of(&first.desk),
        "zone": first.zone,
        "shift": shift.map(|shift| json!({
            "title": shift.title,
            "from": shift.from,
            "to": shift.to,
        })),
        "recorded": spans.collect::<Vec<_>>(),
        "torn_bytes": outline.torn,
        "marks": outline.marks.iter().map(mark_told).collect::<Vec<_>>(),
    })
}

fn mark_told(mark: &Mark) -> Value {
    let mut told = match &mark.what {
        Marked::Changed(what) => change(what),
        Marked::Ran {
            title,
            target,
            who,
            verdict,
        } => json!({
            "title": title,
            "target": target,
            "who": who,
            "verdict": verdict.map(Verdict::id),
        }),
        Marked::Noted {
            who,
            did,
            about,
            text,
        } => json!({"what": did.id(), "who": who, "about": about, "text": text}),
    };
    told["at"] = json!(mark.at);
    told["kind"] = json!(mark.what.kind().id());
    told
}

fn named(workload: &WorkloadKey) -> String {
    format!("{}/{}", workload.namespace, workload.name)
}

/// A change by its id and arguments.
fn change(what: &What) -> Value {
    match what {
        What::RolledOut {
            workload,
            revision,
            images,
            ..
        } => json!({
            "what": "rolled-out",
            "workload": named(workload),
            "revision": revision,
            "images": images,
        }),
        What::Scaled { workload, from, to } => json!({
            "what": "scaled",
            "workload": named(workload),
            "from": from,
            "to": to,
        }),
        What::ConfigChanged {
            namespace,
            name,
            by,
        } => json!({
            "what": "config-changed",
            "name": format!("{namespace}/{name}"),
            "by": &**by,
        }),
        What::NodeReady { node, ready } => {
            json!({"what": "node-ready", "node": &**node, "ready": ready})
        }
        What::NodeCordoned { node, cordoned } => {
            json!({"what": "node-cordoned", "node": &**node, "cordoned": cordoned})
        }
        What::AlertCame { fingerprint, name } => {
            json!({"what": "alert-came", "name": name, "id": fingerprint})
        }
        What::AlertLeft {
            fingerprint,
            name,
            cause,
        } => json!({
            "what": "alert-left",
            "name": name,
            "id": fingerprint,
            "cause": cause_slug(*cause),
        }),
        What::LightChanged { id, from, to } => {
            json!({"what": "light", "id": id, "from": from, "to": to})
        }
        What::HookChanged { id, from, to } => {
            json!({"what": "hook", "id": id, "from": from, "to": to})
        }
        What::GateChanged { id, from, to } => {
            json!({"what": "gate", "id": id, "from": from, "to": to})
        }
        What::Warned { object, reason, .. } => {
            json!({"what": "warned", "object": &**object, "reason": &**reason})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        frame::MarkKey,
        id::RunId,
        text::{Lang, Text},
    };

    #[test]
    fn what_a_file_says_can_t_steer_the_terminal() {
        let at = Timestamp::from_second(1_000).expect("a time");
        let outline = Outline {
            name: "2026-11-21".to_owned(),
            spans: Vec::new(),
            marks: vec![Mark {
                at,
                key: MarkKey::Run(RunId::from("run-1")),
                what: Marked::Ran {
                    title: Text::from("Restart\u{1b}]0;owned\u{7}"),
                    target: "api\u{9b}2J\nforged line".to_owned(),
                    who: "li\u{202e}".to_owned(),
                    verdict: None,
                },
            }],
            torn: 0,
        };
        let told = lines(&Texts::new(Lang::En), &outline, &TimeZone::UTC);
        assert_eq!(told.lines().count(), 1, "{told:?}");
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!told.contains(steers), "{told:?}");
        assert!(told.contains("Restart") && told.contains("forged line"));
    }
}
