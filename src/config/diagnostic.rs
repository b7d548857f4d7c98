//! What is wrong in a file, a variable or a flag, and where: ids and arguments, made into text on demand.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::domain::{
    clean::clean,
    toml_mask::{Shown, masked, value_at},
};
use crate::i18n::Texts;

pub use super::say::{Say, Word};

/// A text that was read, and where it came from; shared by all that points into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub kind: SourceKind,
    pub text: String,
}

/// Where a text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    File(PathBuf),
    /// A file that has no place for secrets, such as a theme.
    Open(PathBuf),
    /// A file inside the binary, such as a theme.
    Embedded(&'static str),
    Env(String),
    Flag(String),
}

impl Source {
    pub fn file(path: &Path, text: String) -> Arc<Self> {
        Arc::new(Self {
            kind: SourceKind::File(path.to_owned()),
            text,
        })
    }

    /// The same text, which may be shown whole.
    #[must_use]
    pub fn opened(&self) -> Arc<Self> {
        let kind = match &self.kind {
            SourceKind::File(path) => SourceKind::Open(path.clone()),
            kind => kind.clone(),
        };
        let text = self.text.clone();
        Arc::new(Self { kind, text })
    }

    pub fn embedded(name: &'static str, text: &str) -> Arc<Self> {
        Arc::new(Self {
            kind: SourceKind::Embedded(name),
            text: text.to_owned(),
        })
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    /// The text as it may be shown: of a file, keys and the value that is meant, where it may be seen; what stands before the `@` of an address is a secret, and a terminal obeys C1
    /// controls (the renderer replaces the others). Every byte keeps its place.
    fn shown(&self, open: Shown) -> String {
        let text = match self.kind {
            SourceKind::File(_) => masked(&self.text, open),
            SourceKind::Open(_)
            | SourceKind::Embedded(_)
            | SourceKind::Env(_)
            | SourceKind::Flag(_) => self.text.clone(),
        };
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find("://") {
            let (before, address) = rest.split_at(at + 3);
            out.push_str(before);
            let end = address
                .find(|c: char| c.is_whitespace() || "/\"'?#".contains(c))
                .unwrap_or(address.len());
            let secret = address[..end].rfind('@').unwrap_or(0);
            out.extend(std::iter::repeat_n('*', secret));
            rest = &address[secret..];
        }
        out.push_str(rest);
        out.replace(|c| matches!(c, '\u{80}'..='\u{9f}'), "·")
    }

    fn name(&self) -> String {
        match &self.kind {
            SourceKind::File(path) | SourceKind::Open(path) => {
                clean(&path.display().to_string()).into_owned()
            }
            SourceKind::Embedded(name) => format!("<{name}>"),
            SourceKind::Env(name) => format!("${name}"),
            SourceKind::Flag(name) => name.clone(),
        }
    }
}

/// A part of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Range<usize>,
}

impl Place {
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// The whole of a variable or flag.
    pub fn whole(kind: SourceKind, text: &str) -> Self {
        Self {
            span: 0..text.len(),
            source: Arc::new(Source {
                kind,
                text: text.to_owned(),
            }),
        }
    }
}

/// `file:line`, `$VARIABLE` or `--flag`.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source.name())?;
        if matches!(
            self.source.kind,
            SourceKind::File(_) | SourceKind::Open(_) | SourceKind::Embedded(_)
        ) {
            write!(f, ":{}", self.source.line_column(self.span.start).0)?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, with the key in it.
    pub what: Say,
    /// Where; `None` where there is nothing to point at, such as a missing file.
    pub place: Option<Place>,
    /// What was expected and found, written under the place.
    pub label: Option<Say>,
    /// Another place that has to do with it.
    pub other: Option<(Place, Say)>,
    /// What to do, such as the nearest right key.
    pub help: Vec<Say>,
}

impl Diagnostic {
    pub fn new(what: Say) -> Self {
        Self {
            what,
            place: None,
            label: None,
            other: None,
            help: Vec::new(),
        }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn label(mut self, label: Say) -> Self {
        self.label = Some(label);
        self
    }

    #[must_use]
    pub fn other(mut self, place: Place, label: Say) -> Self {
        self.other = Some((place, label));
        self
    }

    #[must_use]
    pub fn help(mut self, help: Say) -> Self {
        self.help.push(help);
        self
    }

    /// `did you mean …?`, where something is near.
    #[must_use]
    pub fn nearest(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(Say::new("config-did-you-mean").arg("near", near)),
            None => self,
        }
    }

    /// The line for a place with room for one line only.
    pub fn short(&self, texts: &Texts) -> String {
        self.in_one_line(texts, |name| name)
    }

    fn in_one_line(&self, texts: &Texts, named: impl Fn(&str) -> &str) -> String {
        let mut out = String::new();
        if let Some(place) = &self.place {
            let (line, column) = place.source.line_column(place.span.start);
            match place.source.kind {
                SourceKind::File(_) | SourceKind::Open(_) | SourceKind::Embedded(_) => {
                    let _ = write!(out, "{}:{line}:{column}: ", named(&place.source.name()));
                }
                SourceKind::Env(_) | SourceKind::Flag(_) => {
                    let _ = write!(out, "{}: ", place.source.name());
                }
            }
        }
        out.push_str(&self.what.text(texts));
        if let Some(label) = &self.label {
            let _ = write!(out, ": {}", label.text(texts));
        }
        for help in &self.help {
            let _ = write!(out, "; {}", help.text(texts));
        }
        out
    }

    /// The whole of it, with the line it is about and a mark under the place.
    pub fn render(&self, texts: &Texts, colour: bool) -> String {
        let title = self.what.text(texts);
        let mut group = Group::with_title(
            Level::ERROR
                .with_name(texts.t("config-level-error"))
                .primary_title(title.clone()),
        );
        if let Some(place) = &self.place {
            // What the words quote may be seen, any other value may be a secret.
            let label = self.label.as_ref().map(|label| label.text(texts));
            let value = value_at(&place.source.text, &place.span);
            let is_number = value.parse::<f64>().is_ok();
            let said = |text: &str| {
                text.contains(&format!("\"{value}\"")) || (is_number && text.contains(value))
            };
            let quoted = said(&title) || label.as_deref().is_some_and(said);
            let own = place.source.shown(if quoted {
                Shown::Just(place.span.clone())
            } else {
                Shown::Nothing
            });
            let mut snippet = Snippet::source(own.clone())
                .path(place.source.name())
                .annotation(
                    AnnotationKind::Primary
                        .span(whole_characters(&own, &place.span))
                        .label(label),
                );
            let mut elsewhere = None;
            if let Some((other, label)) = &self.other {
                let mark = AnnotationKind::Context
                    .span(whole_characters(&other.source.text, &other.span))
                    .label(label.text(texts));
                if Arc::ptr_eq(&other.source, &place.source) {
                    snippet = snippet.annotation(mark);
                } else {
                    let text = other.source.shown(Shown::Nothing);
                    elsewhere = Some(
                        Snippet::source(text)
                            .path(other.source.name())
                            .annotation(mark),
                    );
                }
            }
            group = group.element(snippet);
            if let Some(elsewhere) = elsewhere {
                group = group.element(elsewhere);
            }
        }
        for help in &self.help {
            group = group.element(
                Level::HELP
                    .with_name(texts.t("config-level-help"))
                    .message(help.text(texts)),
            );
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }
}

/// The span widened to whole characters inside the text, which is what the renderer insists on.
fn whole_characters(text: &str, span: &Range<usize>) -> Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Everything that is wrong, never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|one| one.short(&Texts::new(crate::i18n::Lang::En))).collect::<Vec<_>>().join("\n"))]
pub struct Errors(Vec<Diagnostic>);

impl Errors {
    /// `Err` where anything is wrong.
    pub fn check(found: Vec<Diagnostic>) -> Result<(), Self> {
        if found.is_empty() {
            Ok(())
        } else {
            Err(Self(found))
        }
    }

    /// Of everything that was found, which must not be nothing.
    pub(crate) fn of(found: Vec<Diagnostic>) -> Self {
        debug_assert!(!found.is_empty(), "errors are made of at least one");
        Self(found)
    }

    pub fn all(&self) -> &[Diagnostic] {
        &self.0
    }

    /// All of them one after the other, and how many there are.
    pub fn render(&self, texts: &Texts, colour: bool) -> String {
        let mut out = String::new();
        for one in &self.0 {
            out.push_str(&one.render(texts, colour));
            out.push_str("\n\n");
        }
        let _ = writeln!(
            out,
            "{}",
            texts.with("config-error-count", &[("n", self.0.len().into())])
        );
        out
    }

    /// The first of them in one line, and how many more there are.
    pub fn short(&self, texts: &Texts) -> String {
        let first = self
            .0
            .first()
            .map(|one| one.in_one_line(texts, file_name))
            .unwrap_or_default();
        match self.0.len() {
            0 | 1 => first,
            n => texts.with(
                "config-error-and-more",
                &[("first", first.into()), ("n", (n - 1).into())],
            ),
        }
    }
}

/// The last part of a path: where a line is short, its folders would hide what is wrong.
fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

impl From<Diagnostic> for Errors {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}
