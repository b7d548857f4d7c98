//! What is wrong with a pack, where, and what was probably meant.

use std::{fmt, ops::Range, sync::Arc};

use crate::domain::toml_mask::{Shown, masked, value_at};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

/// One file of a pack: its name as errors show it, and its text.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    pub path: Arc<str>,
    pub text: Arc<str>,
}

/// One mistake in a pack.
#[derive(Debug, Clone)]
pub struct PackError {
    file: SourceFile,
    span: Range<usize>,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The dotted key, `gauge.lookup-p95.good`; empty where the file itself is wrong.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What was probably meant.
    pub help: Option<String>,
}

impl PackError {
    pub(super) fn new(
        file: &SourceFile,
        span: Range<usize>,
        key: impl Into<String>,
        what: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let span = on_one_line(&file.text, span);
        let before = &file.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            file: file.clone(),
            span,
            key: key.into(),
            what: what.into(),
            help,
        }
    }

    /// The file as it was named to the parser.
    pub fn file(&self) -> &str {
        &self.file.path
    }

    /// The file as it may be shown: a value stands only where the words above it quote it or it is a formula, since any
    /// other may be a secret that somebody wrote there.
    fn shown(&self) -> String {
        let value = value_at(&self.file.text, &self.span);
        let shown = if is_formula(&self.key) {
            Shown::ValueAt(self.span.start)
        } else if self.what.contains(&format!("`{value}`")) {
            Shown::Just(self.span.clone())
        } else {
            Shown::Nothing
        };
        masked(&self.file.text, shown)
    }

    /// The error with its line of text and carets, in colour or plain.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        }
        .decor_style(DecorStyle::Ascii);
        let title = if self.key.is_empty() {
            self.what.clone()
        } else {
            format!("{}: {}", self.key, self.what)
        };
        let mut group: Group<'_> = Level::ERROR.primary_title(title.as_str()).element(
            Snippet::source(self.shown())
                .path(&*self.file.path)
                .annotation(AnnotationKind::Primary.span(self.span.clone())),
        );
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// Whether a key holds a condition, a query, a limit or a span of time.
fn is_formula(key: &str) -> bool {
    const ROOMS: [&str; 9] = [
        "action", "alert", "gate", "gauge", "hook", "light", "probe", "queue", "slo",
    ];
    const FORMULAS: [&str; 31] = [
        "depth",
        "down",
        "errors",
        "expires",
        "fires_when",
        "for",
        "good",
        "green",
        "helped",
        "hold",
        "is",
        "ladder",
        "objective",
        "observe",
        "oldest",
        "over",
        "period",
        "promql",
        "range",
        "rate_in",
        "rate_out",
        "recovered",
        "red",
        "release",
        "source",
        "total",
        "until",
        "up",
        "warn",
        "when",
        "within",
    ];
    let mut parts = key
        .split('.')
        .map(|part| part.split('[').next().unwrap_or(part));
    let room = parts.next().is_some_and(|room| ROOMS.contains(&room));
    // The second part is a name that the pack chose.
    room && parts.skip(1).any(|part| FORMULAS.contains(&part))
}

/// Carets under a whole table help nobody: the first line of it does.
fn on_one_line(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    start..floor(span.end).clamp(start, line_end)
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file.path, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a pack, by file and line.
#[derive(Debug, Clone)]
pub struct PackErrors(Vec<PackError>);

impl PackErrors {
    /// `None` where there is nothing wrong.
    pub(super) fn new(mut errors: Vec<PackError>) -> Option<Self> {
        errors.sort_by(|a, b| (&a.file.path, a.span.start).cmp(&(&b.file.path, b.span.start)));
        (!errors.is_empty()).then_some(Self(errors))
    }

    pub fn errors(&self) -> &[PackError] {
        &self.0
    }

    /// All of them with their lines and carets.
    pub fn render(&self, colour: bool) -> String {
        let mut out = String::new();
        for error in &self.0 {
            out.push_str(&error.render(colour));
            out.push_str("\n\n");
        }
        out.truncate(out.trim_end().len());
        out
    }
}

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for PackErrors {}
