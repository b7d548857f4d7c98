//! `quarterdeck status`: the whole desk on a page, or on one line for a status bar.

use std::fmt::Write as _;

use crate::{
    app::{
        incidents,
        links::Links,
        model::Model,
        snapshot::{Entry, HookEntry, Snapshot, Verdict, What},
    },
    domain::{clean::clean, desk::Namespaces, freshness::SourceId, gauge::Unit, light::Light},
    i18n::{time, words},
    ui::figure,
};

use super::{
    alerts,
    face::Face,
    pods, queues, slos,
    table::{Table, Tint},
};

/// `glancy ✖2 ▲1 pods 42/44 LIVE`: what is bad, warns and is unknown, pods apart; no colours, no width.
pub(super) fn short(face: &Face, model: &Model, snapshot: &Snapshot) -> String {
    let mut parts = vec![desk(face, model).to_owned()];
    parts.extend(top_incident(model));
    let count = |light: Light| {
        let judged = snapshot.items.iter().filter(|entry| {
            entry.light == Some(light) && !matches!(entry.what, What::Pod(_) | What::Source(_))
        });
        judged.count()
    };
    let mut quiet = true;
    for light in [Light::Red, Light::Yellow, Light::Unknown] {
        let count = count(light);
        if count > 0 {
            quiet = false;
            parts.push(format!("{}{count}", face.glyph.light(light)));
        }
    }
    if quiet {
        // Pods and sources are told apart, but a sign that all is well speaks for them too.
        parts.push(match snapshot.verdict() {
            Verdict::Fine => face.glyph.ok.to_owned(),
            Verdict::Bad => face.glyph.light(Light::Red).to_owned(),
            Verdict::Unsure | Verdict::Unreachable => face.glyph.light(Light::Unknown).to_owned(),
        });
    }
    parts.push(pods_counted(face, model, face.source(SourceId::Pods)));
    parts.push(links(face, model).0);
    parts.join(" ") + "\n"
}

/// `pods 42/44`, with how many of them are sick.
fn pods_counted(face: &Face, model: &Model, name: &str) -> String {
    if !model.cluster.pods.is_filled() {
        return format!("{name} ?");
    }
    let count = model.cluster.count;
    let mut text = format!("{name} {}/{}", count.ready, count.total);
    if count.sick > 0 {
        let sick = face.with("pods-sick", &[("count", count.sick.into())]);
        let _ = write!(text, " {sick}");
    }
    text
}

/// `SEV-1 INC-2026-1121-01`, where an incident of the gravest severity is open.
fn top_incident(model: &Model) -> Option<String> {
    let incident = incidents::top(model)?;
    let severity = incidents::severity_title(model, &incident.severity);
    let number = clean(&incident.number);
    Some(format!("{} {number}", severity.to_uppercase()))
}

/// The desk's name.
fn desk<'a>(face: &'a Face, model: &'a Model) -> &'a str {
    model
        .desk
        .pack
        .as_ref()
        .map_or_else(|| face.t("desk-generic"), |pack| pack.as_str())
}

/// What all links come to, in a word, with how bad that is.
fn links(face: &Face, model: &Model) -> (String, Light) {
    let counted = |key, count: usize, all: usize| {
        face.with(key, &[("count", count.into()), ("all", all.into())])
    };
    match Links::of(model) {
        Links::None => (face.t("links-none").to_owned(), Light::Unknown),
        Links::Live => (face.t("links-live").to_owned(), Light::Green),
        Links::Partial => (face.t("links-partial").to_owned(), Light::Yellow),
        Links::Connecting { left, all } => (counted("links-connecting", left, all), Light::Unknown),
        Links::Failing { count, all } => (counted("links-failing", count, all), Light::Red),
        Links::Stale { since } => {
            let age = face.age(since);
            (face.with("links-stale", &[("age", age.into())]), Light::Red)
        }
    }
}

/// The page: the desk, what fails, hooks and lights, then of each pane its counts and what is not well in it.
pub(super) fn page(face: &Face, model: &Model, snapshot: &Snapshot) -> String {
    let mut out = head(face, model);
    if let Some(text) = top_incident(model) {
        let sign = face.paint(Tint::Of(Light::Red), face.glyph.error);
        // Writing to a text does not fail.
        let _ = writeln!(out, "{sign} {text}");
    }
    for source in model.links.keys() {
        let absent = matches!(model.link(*source), crate::domain::freshness::Link::Absent);
        if let Some(text) = face.trouble(model, *source).filter(|_| !absent) {
            let sign = face.paint(Tint::Of(Light::Red), face.glyph.error);
            let _ = writeln!(out, "{sign} {text}");
        }
    }
    strip(&mut out, face, snapshot);
    let sections: [(&str, Part, Draw); 4] = [
        ("pane-alerts", Part::Alerts, |face, items| {
            alerts::table(face, items.iter().copied())
        }),
        ("pane-slos", Part::Slos, |face, items| {
            slos::table(face, items.iter().copied())
        }),
        ("pane-queues", Part::Queues, |face, items| {
            queues::table(face, items.iter().copied())
        }),
        ("pane-pods", Part::Pods, |face, items| {
            pods::table(face, items.iter().copied())
        }),
    ];
    for (title, part, draw) in sections {
        section(&mut out, face, model, snapshot, (title, part, draw));
    }
    out
}

type Draw = fn(&Face, &[&Entry]) -> Table;

/// One part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Alerts,
    Slos,
    Queues,
    Pods,
}

impl Part {
    const fn holds(self, what: &What) -> bool {
        matches!(
            (self, what),
            (Self::Alerts, What::Alert(_))
                | (Self::Slos, What::Slo(_) | What::Gauge(_))
                | (Self::Queues, What::Queue(_))
                | (Self::Pods, What::Pod(_))
        )
    }
}

/// `glancy · prod/prod · Day 07–19 · 14:32 +08 · LIVE`
fn head(face: &Face, model: &Model) -> String {
    let namespaces = match &model.desk.namespaces {
        Namespaces::All => face.t("namespaces-all").to_owned(),
        Namespaces::Some(names) => names.join(","),
    };
    let mut parts = Vec::new();
    if let Some(demo) = &model.desk.demo {
        parts.push(format!("{} {}", face.t("demo-mark"), demo.scenario));
    }
    parts.push(desk(face, model).to_owned());
    parts.push(format!("{}/{namespaces}", model.desk.context));
    if model.is_read_only() {
        parts.push(face.t("read-only").to_owned());
    }
    if let Some(shift) = &model.shift {
        let title = shift.title.get(model.look.lang);
        let clock = |at| time::clock(at, &face.zone);
        let dash = face.glyph.dash;
        parts.push(format!(
            "{title} {}{dash}{}",
            clock(shift.from),
            clock(shift.to)
        ));
    }
    parts.push(time::clock_with_offset(face.now, &face.zone));
    let (links, light) = links(face, model);
    parts.push(face.paint(Tint::Of(light), &links));
    parts.join(&format!(" {} ", face.glyph.dot)) + "\n"
}

/// Hooks, then lights, each on a line of its own.
fn strip(out: &mut String, face: &Face, snapshot: &Snapshot) {
    let mut hooks = Vec::new();
    let mut lights = Vec::new();
    for entry in &snapshot.items {
        let light = entry.light.unwrap_or(Light::Unknown);
        match &entry.what {
            What::Hook(hook) => hooks.push(hook_text(face, hook, light)),
            What::Light(lamp) => {
                let sign = face.glyph.light(light);
                let text = format!("{sign} {}", face.t(words::light(light)));
                let text = face.paint(Tint::Of(light), &text);
                lights.push(format!("{} {text}", lamp.title));
            }
            _ => {}
        }
    }
    for line in [hooks, lights] {
        if !line.is_empty() {
            let _ = writeln!(out, "{}", line.join("  "));
        }
    }
}

/// `HK-03 ▲ 0.83 warn`; what is well needs no sign.
fn hook_text(face: &Face, hook: &HookEntry, light: Light) -> String {
    let word = face.light_word(light);
    let value = hook.observed.first().and_then(|observed| observed.value);
    let text = match (light, value) {
        (Light::Green, _) => word.to_owned(),
        (Light::Unknown, _) => face.glyph.unknown.to_owned(),
        (light, Some(value)) => {
            let unit = if value.abs() < 100.0 && value.fract() != 0.0 {
                Unit::Times
            } else {
                Unit::Count
            };
            let number = figure::number(value, unit, None);
            format!("{} {number} {word}", face.glyph.light(light))
        }
        (light, None) => format!("{} {word}", face.glyph.light(light)),
    };
    format!("{} {}", hook.id, face.paint(Tint::Of(light), &text))
}

fn section(
    out: &mut String,
    face: &Face,
    model: &Model,
    snapshot: &Snapshot,
    (title, part, draw): (&str, Part, Draw),
) {
    let here: Vec<&Entry> = snapshot
        .items
        .iter()
        .filter(|entry| part.holds(&entry.what))
        .collect();
    if here.is_empty() && part != Part::Pods {
        return;
    }
    let mut counts = match part {
        Part::Pods => vec![pods_counted(face, model, face.t(title))],
        _ => vec![format!("{} {}", face.t(title), here.len())],
    };
    for (light, key) in [
        (Light::Red, "count-red"),
        (Light::Yellow, "count-warn"),
        (Light::Unknown, "count-unknown"),
    ] {
        let count = here.iter().filter(|entry| entry.light == Some(light));
        let count = count.count();
        if count > 0 && part != Part::Pods {
            let text = face.with(key, &[("count", count.into())]);
            counts.push(face.paint(Tint::Of(light), &text));
        }
    }
    let _ = writeln!(out, "\n{}", counts.join(&format!(" {} ", face.glyph.dot)));
    let calling: Vec<&Entry> = here
        .into_iter()
        .filter(|entry| entry.light.is_some_and(|light| light != Light::Green))
        .collect();
    if !calling.is_empty() {
        out.push_str(&draw(face, &calling).draw(face.room, false));
    }
}
