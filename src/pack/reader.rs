//! Reading TOML by hand: every mistake of a file in one go, each with its place, none stopping the others.

use std::{cell::RefCell, collections::BTreeSet, ops::Range, str::FromStr};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    diagnostic::{PackError, SourceFile},
    nearest::suggestion,
};
use crate::domain::{
    action::value::Value,
    text::{EachText, Text},
};

/// Where mistakes of one file go.
pub(super) struct Sink<'e> {
    pub file: SourceFile,
    pub errors: &'e RefCell<Vec<PackError>>,
}

impl Sink<'_> {
    pub fn report(
        &self,
        span: Range<usize>,
        key: &str,
        what: impl Into<String>,
        help: Option<String>,
    ) {
        self.errors
            .borrow_mut()
            .push(PackError::new(&self.file, span, key, what, help));
    }
}

/// One table, which knows the keys it was asked for: what nobody asked for is an error.
pub(super) struct Table<'t> {
    pub sink: &'t Sink<'t>,
    pub path: String,
    pub span: Range<usize>,
    entries: &'t DeTable<'t>,
    asked: RefCell<BTreeSet<String>>,
}

/// One value and where it stands.
#[derive(Clone)]
pub(super) struct Node<'t> {
    pub sink: &'t Sink<'t>,
    pub path: String,
    value: &'t Spanned<DeValue<'t>>,
}

/// A key that is an id, with its place.
pub(super) struct Key {
    pub name: String,
    pub span: Range<usize>,
}

impl<'t> Table<'t> {
    pub fn root(sink: &'t Sink<'t>, table: &'t Spanned<DeTable<'t>>) -> Self {
        Self::new(sink, String::new(), table.span(), table.get_ref())
    }

    fn new(sink: &'t Sink<'t>, path: String, span: Range<usize>, entries: &'t DeTable<'t>) -> Self {
        Self {
            sink,
            path,
            span,
            entries,
            asked: RefCell::default(),
        }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn node(&self, key: &str, value: &'t Spanned<DeValue<'t>>) -> Node<'t> {
        Node {
            sink: self.sink,
            path: self.below(key),
            value,
        }
    }

    /// The value of a key that may be absent.
    pub fn get(&self, key: &str) -> Option<Node<'t>> {
        #[cfg(test)]
        super::schema::asked::note(|| self.asked_for(key));
        self.asked.borrow_mut().insert(key.to_owned());
        let entry = self.entries.iter().find(|(name, _)| *name.get_ref() == key);
        entry.map(|(_, value)| self.node(key, value))
    }

    /// What a test notes of a key that is asked for.
    #[cfg(test)]
    fn asked_for(&self, key: &str) -> super::schema::asked::Asked {
        let file = self.sink.file.path.rsplit('/').next().unwrap_or_default();
        let present = self.entries.iter().map(|(name, value)| {
            let text = match value.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            };
            (name.get_ref().to_string(), text)
        });
        super::schema::asked::Asked {
            file: file.trim_end_matches(".toml").to_owned(),
            path: self.path.clone(),
            key: key.to_owned(),
            present: present.collect(),
        }
    }

    /// The value of a key that must be there.
    pub fn require(&self, key: &str) -> Option<Node<'t>> {
        let found = self.get(key);
        if found.is_none() {
            self.error(format!("`{key}` is missing"), None);
        }
        found
    }

    /// All entries of this table, in the order they were written; the keys are ids.
    pub fn entries(&self) -> Vec<(Key, Node<'t>)> {
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value): (&Spanned<DeString<'t>>, _)| {
                self.asked.borrow_mut().insert(key.get_ref().to_string());
                let name = key.get_ref().to_string();
                let node = self.node(&name, value);
                let span = key.span();
                (Key { name, span }, node)
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// The tables below a key, in the order they were written: `[gauge.a]`, `[gauge.b]`.
    pub fn tables(&self, key: &str) -> Vec<(Key, Table<'t>)> {
        let Some(parent) = self.get(key).and_then(|node| node.table()) else {
            return Vec::new();
        };
        parent
            .entries()
            .into_iter()
            .filter_map(|(key, node)| {
                check_id(&node, &key);
                node.table().map(|table| (key, table))
            })
            .collect()
    }

    pub fn error(&self, what: impl Into<String>, help: Option<String>) {
        self.sink.report(self.span.clone(), &self.path, what, help);
    }

    /// Reports the keys nobody asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !asked.contains(name) {
                self.sink.report(
                    key.span(),
                    &self.below(name),
                    "unknown key",
                    suggestion(name, asked.iter().map(String::as_str)),
                );
            }
        }
    }
}

/// Ids are parts of query ids and of keys people type: no slash, space, quote or control character.
fn check_id(node: &Node<'_>, key: &Key) {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if key.name.is_empty() || !key.name.chars().all(plain) {
        node.sink.report(
            key.span.clone(),
            &node.path,
            format!("`{}` is not an id", key.name.escape_debug()),
            Some("letters, digits, `-`, `_` and `.`".to_owned()),
        );
    }
}

impl<'t> Node<'t> {
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    pub fn error(&self, what: impl Into<String>, help: Option<String>) {
        self.sink.report(self.span(), &self.path, what, help);
    }

    fn wrong_kind(&self, wanted: &str) {
        let got = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(format!("{wanted} is wanted here, this is {got}"), None);
    }

    pub fn table(&self) -> Option<Table<'t>> {
        let table = self.if_table();
        if table.is_none() {
            self.wrong_kind("a table");
        }
        table
    }

    /// The table, where this is one.
    pub fn if_table(&self) -> Option<Table<'t>> {
        match self.value.get_ref() {
            DeValue::Table(entries) => Some(Table::new(
                self.sink,
                self.path.clone(),
                self.span(),
                entries,
            )),
            _ => None,
        }
    }

    pub fn array(&self) -> Option<Vec<Node<'t>>> {
        let DeValue::Array(items) = self.value.get_ref() else {
            self.wrong_kind("an array");
            return None;
        };
        let nodes = items.iter().enumerate().map(|(index, value)| Node {
            sink: self.sink,
            path: format!("{}[{index}]", self.path),
            value,
        });
        Some(nodes.collect())
    }

    /// The string, where this is one.
    pub fn if_str(&self) -> Option<&'t str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// A string with something in it.
    pub fn str(&self) -> Option<&'t str> {
        match self.if_str() {
            Some(text) if text.trim().is_empty() => {
                self.error("it is empty", None);
                None
            }
            Some(text) => Some(text),
            None => {
                self.wrong_kind("a string");
                None
            }
        }
    }

    /// One string, or several in an array.
    pub fn strings(&self) -> Vec<(Node<'t>, &'t str)> {
        let items = if self.if_str().is_some() {
            vec![self.clone()]
        } else {
            self.array().unwrap_or_default()
        };
        items
            .into_iter()
            .filter_map(|node| node.str().map(|text| (node, text)))
            .collect()
    }

    pub fn integer(&self) -> Option<i64> {
        let DeValue::Integer(number) = self.value.get_ref() else {
            self.wrong_kind("an integer");
            return None;
        };
        let parsed = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if parsed.is_none() {
            self.error("the number is too large", None);
        }
        parsed
    }

    pub fn boolean(&self) -> Option<bool> {
        let DeValue::Boolean(value) = self.value.get_ref() else {
            self.wrong_kind("`true` or `false`");
            return None;
        };
        Some(*value)
    }

    /// A number, whole or not.
    pub fn float(&self) -> Option<f64> {
        match self.value.get_ref() {
            DeValue::Integer(_) => self.integer().map(|number| number as f64),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => {
                self.wrong_kind("a number");
                None
            }
        }
    }

    /// A plain value: text, number, true or false, or a list of these.
    pub fn plain(&self) -> Option<Value> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(Value::text(text.as_ref())),
            DeValue::Integer(_) => self.integer().map(Value::Int),
            DeValue::Float(_) => self.float().map(Value::Float),
            DeValue::Boolean(value) => Some(Value::Bool(*value)),
            DeValue::Array(_) => {
                let items = self.array()?;
                let items: Option<Vec<Value>> = items.iter().map(Self::plain).collect();
                items.map(Value::List)
            }
            DeValue::Datetime(_) | DeValue::Table(_) => {
                self.wrong_kind("a plain value");
                None
            }
        }
    }

    pub fn is_array(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    pub fn is_integer(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Integer(_))
    }

    /// A string read as something else.
    pub fn parsed<T: FromStr>(&self) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        self.str()?
            .parse()
            .map_err(|error: T::Err| self.error(error.to_string(), None))
            .ok()
    }

    /// One of some words.
    pub fn one_of<T: Copy>(&self, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.str()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let names = words.iter().map(|(word, _)| *word);
            self.error(format!("`{text}` is no {what}"), suggestion(text, names));
        }
        found.map(|(_, value)| *value)
    }

    /// A text a person reads: a string, or one by language.
    pub fn text(&self) -> Option<Text> {
        if self.if_str().is_some() {
            return self.str().map(Text::from);
        }
        let Some(table) = self.if_table() else {
            self.wrong_kind("a string or { en = …, zh = … }");
            return None;
        };
        let each = EachText {
            en: table
                .get("en")
                .and_then(|node| node.str())
                .map(str::to_owned),
            zh: table
                .get("zh")
                .and_then(|node| node.str())
                .map(str::to_owned),
        };
        if each == EachText::default() {
            table.error("a text wants `en` or `zh`", None);
        }
        table.finish();
        Some(Text::Each(each))
    }

    /// Where a part of this string's value stands in the file.
    pub fn place(&self, part: Range<usize>) -> Range<usize> {
        let span = self.span();
        let raw = &self.sink.file.text[span.clone()];
        let Some(value) = self.if_str() else {
            return span;
        };
        match (
            raw_offset(raw, value, part.start),
            raw_offset(raw, value, part.end),
        ) {
            (Some(start), Some(end)) => span.start + start..span.start + end,
            _ => span,
        }
    }
}

/// Where byte `at` of a string's value stands in what was written, quotes and escapes counted; `None` where they are
/// of a kind that is not worth following.
fn raw_offset(raw: &str, value: &str, at: usize) -> Option<usize> {
    if let Some(base) = raw.find(value) {
        return Some(base + at);
    }
    let inner = raw
        .strip_prefix('"')
        .filter(|inner| !inner.starts_with("\"\""))?;
    let mut written = inner.char_indices();
    let mut decoded = 0;
    while decoded < at {
        let c = match written.next()?.1 {
            '\\' => match written.next()?.1 {
                c @ ('"' | '\\') => c,
                'n' | 't' => '\n',
                _ => return None,
            },
            c => c,
        };
        decoded += c.len_utf8();
    }
    Some(1 + written.offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_behind_escapes() {
        let found = |raw: &str, value: &str, at: usize| {
            raw_offset(raw, value, at).map(|at| raw[at..].to_owned())
        };
        assert_eq!(found("'a == b'", "a == b", 5).as_deref(), Some("b'"));
        assert_eq!(
            found(r#""x == \"red\" || y""#, r#"x == "red" || y"#, 14).as_deref(),
            Some("y\"")
        );
        assert_eq!(found("\"\"\"\na \\\" b\"\"\"", "a \" b", 4), None);
    }
}
