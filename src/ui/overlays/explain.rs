//! Why a pod is sick: in two lines, with where it was read and what is worth opening next.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    command::Command, explaining::fellows, layout::Area, overlay::ExplainScreen, subject::Subject,
};
use crate::domain::{
    explain::{Cause, Clause, Explanation, Next, Seen, Unread, Value},
    freshness::{SourceId, TroubleKind},
};
use crate::i18n::{
    time,
    width::{pad_right, truncate},
};
use crate::theme::Role;
use crate::ui::{
    figure, panes,
    scene::Scene,
    widgets::{document, wrap::wrap_most},
};

/// Cells of a field's name.
const KEY: usize = 12;
/// Lines that a field takes at most.
const MOST: usize = 6;
/// Cells of somebody else's words.
const WORDS: usize = 200;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &ExplainScreen) {
    let width = usize::from(body.width).saturating_sub(2);
    let known = scene.model.view.explaining.as_deref();
    let known = known.filter(|known| known.key.uid == screen.key.uid);
    let mut lines = vec![state_line(scene, screen)];
    match known.and_then(|known| known.explanation(scene.model)) {
        None => {
            let text = format!(" {} {}", scene.glyph.broken, scene.t("pod-loading"));
            lines.push(scene.line(Role::Info, text));
        }
        Some(Err(trouble)) => {
            lines.extend(panes::trouble_lines(
                scene,
                SourceId::Pods,
                trouble,
                None,
                width,
            ));
        }
        Some(Ok(explanation)) => lines.extend(explanation_lines(scene, &explanation, width)),
    }
    lines.extend(fellow_lines(scene, screen, width));
    let title = format!("{}/{}", screen.key.namespace, screen.key.name);
    let title = document::title(scene, title);
    document::draw(buffer, scene, body, title, lines, screen.scroll);
}

/// What the row says of it, as long as there is one.
fn state_line<'t>(scene: &Scene<'t>, screen: &ExplainScreen) -> Line<'t> {
    let Some(pod) = scene.model.cluster.pods.get(&screen.key.uid) else {
        let text = format!(" {} {}", scene.glyph.warn, scene.t("pod-gone"));
        return scene.line(Role::Warn, text);
    };
    let (sign, role) = panes::health_mark(scene, pod.health);
    let sign = if sign == " " { scene.glyph.ok } else { sign };
    let role = if role == Role::Text { Role::Ok } else { role };
    let mut spans = vec![scene.span(role, format!(" {sign} {}", pod.status))];
    if let Some(death) = pod
        .last_death
        .as_deref()
        .filter(|death| **death != *pod.status)
    {
        let was = scene.with("pod-was", &[("death", death.into())]);
        spans.push(scene.span(role, format!(" ({was})")));
    }
    if pod.restarts > 0 {
        spans.push(scene.dot());
        let text = scene.with("pod-restarts", &[("count", pod.restarts.into())]);
        spans.push(scene.span(role, text));
    }
    if let Some(created) = pod.created {
        spans.push(scene.dot());
        let text = scene.with("pod-age", &[("age", scene.age(created).into())]);
        spans.push(scene.span(Role::Dim, text));
    }
    Line::from(spans)
}

/// The three fields of an explanation: why, seen, next.
pub(super) fn explanation_lines<'t>(
    scene: &Scene<'_>,
    explanation: &Explanation,
    width: usize,
) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let role = match explanation.finding.cause {
        Cause::Unknown => Role::Unknown,
        _ => Role::Text,
    };
    let mut add = |key: &str, role: Role, text: &str| {
        let room = width.saturating_sub(KEY + 4);
        let parts = wrap_most(text, room, MOST, scene.glyphs());
        for (index, part) in parts.into_iter().enumerate() {
            let key = if index == 0 { key } else { "" };
            let key = pad_right(key, KEY, scene.glyphs());
            lines.push(Line::from(vec![
                scene.span(Role::Dim, format!("   {key} ")),
                scene.span(role, part),
            ]));
        }
    };
    add(scene.t("pod-why"), role, &why(scene, explanation));
    add(
        scene.t("explain-seen"),
        Role::Text,
        &seen(scene, explanation),
    );
    if !explanation.unread.is_empty() {
        add(
            scene.t("explain-unread"),
            Role::Warn,
            &unread(scene, explanation),
        );
    }
    add(
        scene.t("explain-next"),
        Role::Text,
        &next(scene, explanation),
    );
    lines
}

/// The clauses, one after the other, and the other causes that hold.
fn why(scene: &Scene<'_>, explanation: &Explanation) -> String {
    let clauses = explanation.finding.clauses.iter();
    let mut parts: Vec<String> = clauses.map(|clause| said(scene, clause)).collect();
    if !explanation.also.is_empty() {
        let also = explanation.also.iter();
        let names: Vec<&str> = also
            .map(|cause| named(scene, "explain-cause", cause.id()))
            .collect();
        let names = names.join(scene.t("explain-and"));
        parts.push(scene.with("explain-also", &[("names", names.into())]));
    }
    parts.join(scene.t("explain-join"))
}

fn said(scene: &Scene<'_>, clause: &Clause) -> String {
    let args: Vec<(&str, crate::i18n::Arg<'_>)> = clause
        .args
        .iter()
        .map(|(name, value)| (*name, written(scene, value).into()))
        .collect();
    scene.with(&format!("explain-{}", clause.say.id()), &args)
}

fn written(scene: &Scene<'_>, value: &Value) -> String {
    match value {
        Value::Text(text) => text.replace('→', scene.glyph.arrow),
        Value::Words(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            truncate(&text, WORDS, scene.glyphs()).into_owned()
        }
        Value::Number(number) => number.to_string(),
        Value::Bytes(bytes) | Value::Rate(bytes) => figure::bytes(*bytes as f64),
        Value::At(at) => time::clock_seconds(*at, scene.zone()),
        Value::Span(span) => time::short(*span),
    }
}

/// A text whose key is built from an id.
fn named<'s>(scene: &Scene<'s>, family: &str, id: &str) -> &'s str {
    let key = format!("{family}-{id}");
    scene.paint.texts.plain(&key).unwrap_or_default()
}

/// Where it was read, and the last line that was written.
fn seen(scene: &Scene<'_>, explanation: &Explanation) -> String {
    let seen = explanation.finding.seen.iter();
    let mut names: Vec<&str> = seen
        .map(|seen: &Seen| named(scene, "explain-seen", seen.id()))
        .collect();
    names.dedup();
    let mut text = names.join(scene.t("explain-and"));
    if let Some((line, container, before)) = &explanation.last_line {
        let key = if *before {
            "explain-last-line-before"
        } else {
            "explain-last-line"
        };
        let line = truncate(line, WORDS, scene.glyphs()).into_owned();
        text.push_str(scene.t("explain-join"));
        text.push_str(&scene.with(
            key,
            &[
                ("line", line.into()),
                ("container", container.as_str().into()),
            ],
        ));
    }
    if explanation.waiting {
        text.push_str(scene.t("explain-join"));
        text.push_str(scene.t("explain-waiting"));
    }
    text
}

/// What could not be read, and why in a word.
fn unread(scene: &Scene<'_>, explanation: &Explanation) -> String {
    let parts: Vec<String> = explanation
        .unread
        .iter()
        .map(|(part, trouble): &(Unread, _)| {
            let name = named(scene, "explain-part", part.id());
            let why = match trouble.kind {
                TroubleKind::Forbidden | TroubleKind::Unauthorized => scene.t("explain-forbidden"),
                TroubleKind::TimedOut => scene.t("explain-timed-out"),
                TroubleKind::Unreachable => scene.t("explain-unreachable"),
                _ => trouble.detail.as_str(),
            };
            scene.with(
                "explain-not-read",
                &[("part", name.into()), ("why", why.into())],
            )
        })
        .collect();
    parts.join(scene.t("explain-join"))
}

/// What is worth opening, with its key where it has one.
fn next(scene: &Scene<'_>, explanation: &Explanation) -> String {
    let parts: Vec<String> = explanation
        .finding
        .next
        .iter()
        .map(|next| {
            let name = named(scene, "explain-next", next.id());
            let keys: Option<Vec<_>> = commands_of(*next)
                .iter()
                .map(|command| scene.paint.keys.key(*command))
                .collect();
            match keys.filter(|keys| !keys.is_empty()) {
                Some(keys) => format!("{name} ({})", keys.join(" ")),
                None => name.to_owned(),
            }
        })
        .collect();
    parts.join(&format!(" {} ", scene.glyph.dot))
}

/// The commands that open it, one after the other; none where no key does.
const fn commands_of(next: Next) -> &'static [Command] {
    match next {
        Next::LogsBeforeDeath => &[Command::Logs, Command::LogsPrevious],
        Next::Logs => &[Command::Logs],
        Next::RolloutDiff => &[Command::Rollouts],
        Next::Events => &[Command::Events],
        Next::Describe => &[Command::Describe],
        Next::Node => &[],
    }
}

/// How many others of the same workload or alert are sick, and how many of them the same way.
fn fellow_lines<'t>(scene: &Scene<'_>, screen: &ExplainScreen, width: usize) -> Vec<Line<'t>> {
    let Some(fellows) = fellows(scene.model, &screen.subject, &screen.key) else {
        return Vec::new();
    };
    let of = match &screen.subject {
        Subject::Pod(_) | Subject::Object(_) => return Vec::new(),
        Subject::Workload(key) => key.name.to_string(),
        Subject::Alert(fingerprint) => {
            let alerts = &scene.model.alerts.alerts;
            alerts
                .get(fingerprint)
                .map_or_else(String::new, |line| line.alert.name.clone())
        }
    };
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let args = [
        ("of", of.as_str().into()),
        ("all", count(fellows.all).into()),
        ("sick", count(fellows.sick).into()),
        ("same", count(fellows.same).into()),
    ];
    let text = if fellows.sick == 0 {
        scene.with("explain-none-sick", &args)
    } else {
        scene.with("explain-fellows", &args)
    };
    let key = pad_right(scene.t("explain-others"), KEY, scene.glyphs());
    let room = width.saturating_sub(KEY + 4);
    let text = truncate(&text, room, scene.glyphs()).into_owned();
    vec![Line::from(vec![
        scene.span(Role::Dim, format!("   {key} ")),
        scene.span(Role::Text, text),
    ])]
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        explain::{Cause, Next, Say, Seen, Unread},
        text::Lang,
    };
    use crate::i18n::Texts;

    #[test]
    fn everything_that_can_be_said_has_its_words() {
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            let plain = Cause::ALL
                .iter()
                .map(|it| format!("explain-cause-{}", it.id()))
                .chain(
                    Seen::ALL
                        .iter()
                        .map(|it| format!("explain-seen-{}", it.id())),
                )
                .chain(
                    Next::ALL
                        .iter()
                        .map(|it| format!("explain-next-{}", it.id())),
                )
                .chain(
                    Unread::ALL
                        .iter()
                        .map(|it| format!("explain-part-{}", it.id())),
                );
            for key in plain {
                assert!(texts.plain(&key).is_some(), "{} {key}", lang.code());
            }
            for say in Say::ALL {
                let key = format!("explain-{}", say.id());
                let args: Vec<_> = say.args().iter().map(|arg| (*arg, "@".into())).collect();
                let said = texts.with(&key, &args);
                assert_ne!(said, key, "{}", lang.code());
                let told = said.matches('@').count();
                assert_eq!(told, args.len(), "{} {said}", lang.code());
            }
        }
    }
}
