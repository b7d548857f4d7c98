//! What the steps of a run wrote, as far as the filter lets it through.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::{
    app::logs::pattern::Pattern,
    domain::action::{
        record::StepLine,
        verdict::{Output, Stream},
    },
    i18n::{action_words, width::truncate},
    theme::Role,
    ui::scene::Scene,
};

/// Cells of a filter in the title: what it found has its place beside it.
const FILTER: usize = 16;

/// A line that a program wrote, or that was noted of it.
struct Wrote<'o> {
    role: Role,
    text: Cow<'o, str>,
    note: bool,
}

impl Wrote<'_> {
    /// What was noted of a program tells how it stands: no filter hides that.
    fn is_let_through(&self, filter: Option<&Pattern>) -> bool {
        self.note || filter.is_none_or(|filter| filter.matches(&self.text))
    }
}

fn all<'o>(scene: &Scene<'_>, output: &'o [Output]) -> Vec<Wrote<'o>> {
    let mut all = Vec::new();
    for piece in output {
        let role = match piece.stream {
            Stream::Out => Role::Dim,
            Stream::Err => Role::Warn,
            Stream::Note => Role::Info,
        };
        let note = piece.stream == Stream::Note;
        for line in piece.text.lines() {
            let text = if note {
                Cow::Owned(action_words::note(scene.paint.texts, line))
            } else {
                Cow::Borrowed(line)
            };
            let text = match &piece.of {
                Some(of) => Cow::Owned(format!("{of}: {text}")),
                None => text,
            };
            all.push(Wrote { role, text, note });
        }
    }
    all
}

/// The last lines a step's programs wrote, of those that the filter lets through.
pub(super) fn tail(
    scene: &Scene<'_>,
    output: &[Output],
    filter: Option<&Pattern>,
    most: usize,
) -> Vec<(Role, String)> {
    let mut all = all(scene, output);
    all.retain(|line| line.is_let_through(filter));
    let from = all.len().saturating_sub(most);
    let last = all.drain(from..);
    last.map(|line| (line.role, line.text.into_owned()))
        .collect()
}

/// A part of a line with what was looked for standing out.
pub(super) fn lit<'a>(
    scene: &Scene<'a>,
    role: Role,
    part: &str,
    filter: Option<&Pattern>,
) -> Line<'a> {
    let mut spans = vec![scene.span(role, "      ")];
    let mut at = 0;
    for found in filter.map(|it| it.found(part)).unwrap_or_default() {
        spans.push(scene.span(role, part[at..found.start].to_owned()));
        spans.push(scene.span(Role::Match, part[found.clone()].to_owned()));
        at = found.end;
    }
    spans.push(scene.span(role, part[at..].to_owned()));
    Line::from(spans)
}

/// The filter, and how many of all lines it lets through.
pub(super) fn hits<'a>(scene: &Scene<'a>, steps: &[StepLine], filter: &Pattern) -> Vec<Span<'a>> {
    let (mut hits, mut lines) = (0_usize, 0_usize);
    for step in steps {
        for line in all(scene, &step.output).iter().filter(|line| !line.note) {
            lines += 1;
            hits += usize::from(filter.matches(&line.text));
        }
    }
    let text = truncate(filter.text(), FILTER, scene.glyphs());
    let count = scene.with(
        "run-hits",
        &[("hits", hits.into()), ("lines", lines.into())],
    );
    vec![
        scene.span(Role::Match, format!(" /{text} ")),
        scene.span(Role::Dim, format!(" {count} ")),
    ]
}
