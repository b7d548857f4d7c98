//! All layers on top of each other, and the settings they make.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::diagnostic::{Diagnostic, Place, Say};
use super::kind::Value;
use super::layer::{Entry, Layer};
use super::path::KeyPath;
use super::schema;
use crate::domain::settings::{BaseUrl, KeyBindings};

/// The effective value of every key that is set, with its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    entries: BTreeMap<KeyPath, Entry>,
    tables: BTreeMap<KeyPath, Place>,
}

impl Merged {
    /// Lays the layers on each other, the first below.
    pub fn of(layers: Vec<Layer>) -> (Self, Vec<Diagnostic>) {
        let mut merged = Self::default();
        let mut errors = Vec::new();
        for layer in layers {
            merged.put(layer, &mut errors);
        }
        merged.check_needs(&mut errors);
        (merged, errors)
    }

    fn put(&mut self, layer: Layer, errors: &mut Vec<Diagnostic>) {
        for (one, other) in schema::EXCLUSIVE {
            let (one, other) = (KeyPath::dotted(one), KeyPath::dotted(other));
            let says = |path: &KeyPath| layer.entries.get(path).filter(|entry| speaks(entry));
            match (says(&one), says(&other)) {
                (Some(a), Some(b)) => {
                    if let (Some(at), Some(with)) = (&a.place, &b.place) {
                        errors.push(conflict(&one, at, &other, with));
                    }
                }
                (Some(_), None) => self.forget(&other),
                (None, Some(_)) => self.forget(&one),
                (None, None) => {}
            }
        }
        self.entries.extend(layer.entries);
        self.tables.extend(layer.tables);
    }

    /// Back to the default, or to nothing.
    fn forget(&mut self, path: &KeyPath) {
        match super::layer::defaults().entries.remove(path) {
            Some(default) => self.entries.insert(path.clone(), default),
            None => self.entries.remove(path),
        };
    }

    fn check_needs(&self, errors: &mut Vec<Diagnostic>) {
        let mut missing = |path: &KeyPath, needed: &str| {
            let Some(place) = self.place(path) else {
                return;
            };
            let what = Say::new("config-needs")
                .arg("key", path.to_string())
                .arg("needed", needed);
            let label = Say::new("config-needs-label").arg("needed", needed);
            errors.push(Diagnostic::new(what).at(place.clone()).label(label));
        };
        for (key, needed) in schema::NEEDS {
            let (key, path) = (KeyPath::dotted(key), KeyPath::dotted(needed));
            if self.entries.contains_key(&key) && !self.entries.contains_key(&path) {
                missing(&key, needed);
            }
        }
        for (table, needed, absent) in [
            (
                "prometheus",
                "prometheus.url",
                self.text("prometheus.url").is_none()
                    && self.text("prometheus.service").is_none()
                    && self.text("discover") != Some("on"),
            ),
            (
                "alertmanager",
                "alertmanager.urls",
                self.list("alertmanager.urls").is_empty()
                    && self.list("alertmanager.services").is_empty()
                    && self.text("discover") != Some("on"),
            ),
        ] {
            let first = self.entries.iter().find(|(path, entry)| {
                path.parts()[0] == table && path.to_string() != needed && entry.place.is_some()
            });
            if let (true, Some((path, _))) = (absent, first) {
                missing(path, needed);
            }
        }
    }

    pub fn entries(&self) -> &BTreeMap<KeyPath, Entry> {
        &self.entries
    }

    pub fn get(&self, path: &KeyPath) -> Option<&Entry> {
        self.entries.get(path)
    }

    pub fn place(&self, path: &KeyPath) -> Option<&Place> {
        self.entries.get(path)?.place.as_ref()
    }

    /// Where the key itself stands, else its value.
    pub fn key_place(&self, path: &KeyPath) -> Option<&Place> {
        let entry = self.entries.get(path)?;
        entry.key.as_ref().or(entry.place.as_ref())
    }

    /// Where a table was last opened.
    pub fn table_place(&self, path: &KeyPath) -> Option<&Place> {
        self.tables.get(path)
    }

    /// Sets a value that policy forces.
    pub fn force(&mut self, path: KeyPath, value: Value, place: Option<Place>) {
        self.entries.insert(
            path,
            Entry {
                value,
                place,
                key: None,
            },
        );
    }

    /// Takes a value away that policy refuses.
    pub fn refuse(&mut self, path: &KeyPath) {
        self.entries.remove(path);
    }

    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        self.entries
            .get(&KeyPath::dotted(path))
            .map(|entry| &entry.value)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.text_at(&KeyPath::dotted(path))
    }

    pub fn text_at(&self, path: &KeyPath) -> Option<&str> {
        match self.entries.get(path).map(|entry| &entry.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn flag(&self, path: &str) -> bool {
        matches!(self.value(path), Some(Value::Flag(true)))
    }

    pub(super) fn list(&self, path: &str) -> &[String] {
        match self.value(path) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    pub(super) fn span(&self, path: &str) -> Duration {
        match self.value(path) {
            Some(Value::Span(span)) => *span,
            _ => Duration::ZERO,
        }
    }

    pub(super) fn path(&self, path: &str) -> Option<PathBuf> {
        self.text(path).map(PathBuf::from)
    }

    pub(super) fn url(&self, path: &str) -> Option<BaseUrl> {
        self.text(path).and_then(|text| BaseUrl::parse(text).ok())
    }

    /// The rebinding alone.
    pub fn keys(&self) -> KeyBindings {
        let mut keys = KeyBindings::new();
        for (path, command) in self.under(&["keys"]) {
            if let [_, context, sequence] = path.parts() {
                keys.entry(context.clone())
                    .or_default()
                    .insert(sequence.clone(), command.to_owned());
            }
        }
        keys
    }

    pub(super) fn under<'a>(
        &'a self,
        table: &'a [&'a str],
    ) -> impl Iterator<Item = (&'a KeyPath, &'a str)> {
        self.entries.iter().filter_map(move |(path, entry)| {
            let inside = path.parts().len() > table.len()
                && path.parts().iter().zip(table).all(|(a, b)| a == b);
            match &entry.value {
                Value::Text(text) if inside => Some((path, text.as_str())),
                _ => None,
            }
        })
    }
}

/// Whether the entry says something that another can contradict.
fn speaks(entry: &Entry) -> bool {
    match &entry.value {
        Value::Flag(flag) => *flag,
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

fn conflict(one: &KeyPath, at: &Place, other: &KeyPath, with: &Place) -> Diagnostic {
    let what = Say::new("config-conflict")
        .arg("key", one.to_string())
        .arg("other", other.to_string());
    Diagnostic::new(what)
        .at(at.clone())
        .label(Say::new("config-conflict-label"))
        .other(with.clone(), Say::new("config-conflict-other"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ambient::Ambient;
    use crate::config::layer;
    use crate::domain::settings::{Credentials, NamespaceChoice};

    fn flags(values: &[(&'static str, &str)]) -> Layer {
        let values = values
            .iter()
            .map(|(key, text)| ("--flag", *key, (*text).to_owned()))
            .collect();
        let (layer, errors) = layer::from_flags(&values, None);
        assert_eq!(errors, []);
        layer
    }

    #[test]
    fn a_later_layer_displaces_what_it_contradicts() {
        let lower = flags(&[
            ("namespaces", "prod"),
            ("prometheus.url", "https://p"),
            ("prometheus.token_file", "/t"),
        ]);
        let upper = flags(&[
            ("all_namespaces", "true"),
            ("prometheus.username", "li"),
            ("prometheus.password_file", "/p"),
        ]);
        let (merged, errors) = Merged::of(vec![layer::defaults(), lower, upper]);
        assert_eq!(errors, []);
        let settings = merged.settings(Ambient::of(&[]));
        assert_eq!(settings.namespaces, NamespaceChoice::All);
        let basic = Credentials::Basic {
            username: "li".into(),
            password_file: "/p".into(),
        };
        assert_eq!(settings.prometheus.unwrap().access.credentials, basic);
    }

    #[test]
    fn one_layer_that_contradicts_itself_is_an_error() {
        let both = flags(&[("namespaces", "prod"), ("all_namespaces", "true")]);
        let (_, errors) = Merged::of(vec![layer::defaults(), both]);
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn half_a_certificate_is_an_error() {
        let half = flags(&[
            ("prometheus.url", "https://p"),
            ("prometheus.client_cert_file", "/c"),
        ]);
        let (_, errors) = Merged::of(vec![layer::defaults(), half]);
        assert_eq!(errors.len(), 1);
        let lost = flags(&[("alertmanager.ca_file", "/c")]);
        let (_, errors) = Merged::of(vec![layer::defaults(), lost]);
        assert_eq!(errors.len(), 1);
    }
}
