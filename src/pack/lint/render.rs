//! A finding as a person reads it: file, line, the text with carets, the rule, the mend.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::finding::{Finding, Rule, Severity, rules};
use crate::domain::{
    text::Lang,
    toml_mask::{Shown, masked},
};

/// A finding with the file it is in.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub finding: &'a Finding,
    pub path: &'a str,
    pub text: &'a str,
}

impl<'a> Found<'a> {
    pub fn rule(&self) -> &'static Rule {
        &rules()[self.finding.rule]
    }

    pub fn severity(&self) -> Severity {
        self.rule().severity
    }

    /// From 1.
    pub fn line(&self) -> usize {
        self.before().matches('\n').count() + 1
    }

    /// From 1, in characters.
    pub fn column(&self) -> usize {
        let before = self.before();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        before[line..].chars().count() + 1
    }

    fn before(&self) -> &'a str {
        let mut at = self.finding.place.start.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        &self.text[..at]
    }

    fn filled(&self, lang: Lang, mend: bool) -> String {
        let rule = self.rule();
        let text = if mend { &rule.mend } else { &rule.what };
        text.get(lang).replace("{}", &self.finding.subject)
    }

    pub fn what(&self, lang: Lang) -> String {
        self.filled(lang, false)
    }

    pub fn mend(&self, lang: Lang) -> String {
        self.filled(lang, true)
    }

    /// The file with the line's own value to be seen and, where it may be a secret, that covered.
    fn shown(&self) -> String {
        let place = self.finding.place;
        let mut text = masked(self.text, Shown::ValueAt(place.start)).into_bytes();
        if self.finding.secret {
            let end = place.end.min(text.len());
            text[place.start.min(end)..end].fill(b'*');
        }
        String::from_utf8(text).unwrap_or_default()
    }

    /// With carets, in colour or plain.
    pub fn render(&self, lang: Lang, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let title = format!("{}: {}", self.finding.at, self.what(lang));
        let mend = format!("{} [{}]", self.mend(lang), self.finding.rule);
        let level = match self.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let shown = self.shown();
        let start = self.finding.place.start.min(shown.len());
        let line_end = shown[start..]
            .find('\n')
            .map_or(shown.len(), |at| start + at);
        let span = start..self.finding.place.end.clamp(start, line_end);
        let group: Group<'_> = level
            .primary_title(title.as_str())
            .element(
                Snippet::source(shown.as_str())
                    .path(self.path)
                    .annotation(AnnotationKind::Primary.span(span)),
            )
            .element(Level::HELP.message(mend.as_str()));
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}
