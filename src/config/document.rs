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
            Diagnostic::new(Say::new("config-syntax"))
                .at(Place::new(source, span))
                .label(Say::new("config-syntax-label").arg("message", error.message()))
        })
        .collect();
    (table, diagnostics)
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
