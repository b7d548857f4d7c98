//! One TOML text: its tables with spans, or every place where it is no TOML.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Place, Say, Source};

/// The tables of a text, as far as they can be read, and what can't.
pub fn parse(source: &Arc<Source>) -> (Spanned<DeTable<'_>>, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let diagnostics = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            let key = key_before(&source.text, span.start);
            let what = match key {
                Some(key) if error.message() == "duplicate key" => {
                    Say::new("config-duplicate-key").arg("key", key)
                }
                Some(key) => Say::new("config-syntax-at").arg("key", key),
                None => Say::new("config-syntax"),
            };
            Diagnostic::new(what)
                .at(Place::new(source, span))
                .label(Say::new("config-syntax-label").arg("message", error.message()))
        })
        .collect();
    (table, diagnostics)
}

/// The key that is written on the line of a byte, with its table: all one can say of a text that has no tables yet.
fn key_before(text: &str, byte: usize) -> Option<String> {
    let mut table = "";
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let bare = line.trim();
        if byte < end || end == text.len() {
            if let Some(header) = bare.strip_prefix('[') {
                return Some(header.trim_matches(['[', ']']).to_owned())
                    .filter(|header| !header.is_empty());
            }
            let (key, _) = bare.split_once('=')?;
            let key = key.trim_end();
            let dot = if table.is_empty() || key.is_empty() {
                ""
            } else {
                "."
            };
            return Some(format!("{table}{dot}{key}")).filter(|key| !key.is_empty());
        }
        if let Some(header) = bare
            .strip_prefix('[')
            .and_then(|header| header.split(']').next())
        {
            table = header.trim_start_matches('[');
        }
        start = end;
    }
    None
}

/// What a value is, for "found …": its type and, where it is short, its text.
pub fn found(value: &Spanned<DeValue<'_>>, source: &Source) -> Say {
    let raw = source.text.get(value.span()).unwrap_or_default();
    match value.get_ref() {
        DeValue::String(_) => Say::new("config-found-string").arg("value", raw),
        DeValue::Integer(_) => Say::new("config-found-integer").arg("value", raw),
        DeValue::Float(_) => Say::new("config-found-float").arg("value", raw),
        DeValue::Boolean(_) => Say::new("config-found-boolean").arg("value", raw),
        DeValue::Datetime(_) => Say::new("config-found-datetime").arg("value", raw),
        DeValue::Array(_) => Say::new("config-found-array"),
        DeValue::Table(_) => Say::new("config-found-table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_broken_line_is_named() {
        let text = "a = 1\n[poll]\nrange = = 2\n[log\n";
        assert_eq!(key_before(text, 4).as_deref(), Some("a"));
        assert_eq!(key_before(text, 21).as_deref(), Some("poll.range"));
        assert_eq!(key_before(text, 29).as_deref(), Some("log"));
        assert_eq!(key_before("", 0), None);
    }
}
