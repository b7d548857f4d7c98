//! One layer of settings: the values of one file, of the environment or of the flags, each with its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::diagnostic::{Diagnostic, Place, Say, Source, SourceKind};
use super::document;
use super::kind::{Kind, Mismatch, Value};
use super::path::KeyPath;
use super::schema::{self, Room};
use crate::domain::nearest::nearest;

/// A value and where it was set; no place means the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub value: Value,
    pub place: Option<Place>,
    /// The key itself, in a file.
    pub key: Option<Place>,
}

/// The values one layer sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    pub entries: BTreeMap<KeyPath, Entry>,
    /// The headers of tables, so that a table as a whole can be pointed at.
    pub tables: BTreeMap<KeyPath, Place>,
}

/// What a file layer needs to know about where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    /// Relative paths count from here.
    pub base: Option<&'a Path>,
    /// `~/` counts from here.
    pub home: Option<&'a Path>,
}

/// The defaults, out of the schema.
pub fn defaults() -> Layer {
    let entries = schema::KEYS.iter().filter_map(|key| {
        let source = Source::embedded("defaults", &format!("value = {}", key.default?));
        let (table, _) = document::parse(&source);
        let value = table.get_ref().get("value")?;
        let value = key
            .kind
            .from_toml(value, &source)
            .expect("the defaults of the schema are of their kind");
        Some((
            KeyPath::dotted(key.path),
            Entry {
                value,
                place: None,
                key: None,
            },
        ))
    });
    Layer {
        entries: entries.collect(),
        ..Layer::default()
    }
}

/// The layer of one file's text, and all that is wrong in it.
pub fn from_file(source: &Arc<Source>, paths: Paths<'_>) -> (Layer, Vec<Diagnostic>) {
    let (table, mut errors) = document::parse(source);
    let mut reader = Reader {
        source,
        paths,
        layer: Layer::default(),
        errors: Vec::new(),
    };
    // After a syntax error the tables are a guess: keys may seem to stand where they don't.
    if errors.is_empty() {
        reader.table(table.get_ref(), &KeyPath::default());
        errors = reader.errors;
    }
    errors.sort_by_key(|error| error.place.as_ref().map(|place| place.span.start));
    (reader.layer, errors)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    paths: Paths<'a>,
    layer: Layer,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &KeyPath) {
        // In the order of the file, which is how a person reads the errors.
        let mut rows: Vec<_> = table.iter().collect();
        rows.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in rows {
            let path = path.child(key.get_ref());
            match (schema::at(&path), value.get_ref()) {
                (Room::Nothing, _) => self
                    .errors
                    .push(unknown(&path).at(Place::new(self.source, key.span()))),
                (Room::Table, toml::de::DeValue::Table(inner)) => {
                    let header = Place::new(self.source, key.span());
                    self.layer.tables.insert(path.clone(), header);
                    self.table(inner, &path);
                }
                (Room::Table, _) => {
                    let label = expected_found(
                        Say::new("config-kind-table"),
                        document::found(value, self.source),
                    );
                    let what = Say::new("config-wrong-value").arg("key", path.to_string());
                    self.errors.push(
                        Diagnostic::new(what)
                            .at(Place::new(self.source, value.span()))
                            .label(label),
                    );
                }
                (Room::Leaf(leaf), _) => {
                    let place = Place::new(self.source, value.span());
                    if leaf.kind == Kind::Header
                        && http::HeaderName::from_bytes(path.last().as_bytes()).is_err()
                    {
                        let what = Say::new("config-bad-header-name").arg("key", path.to_string());
                        self.errors
                            .push(Diagnostic::new(what).at(Place::new(self.source, key.span())));
                        continue;
                    }
                    match leaf.kind.from_toml(value, self.source) {
                        Ok(value) => {
                            let value = if leaf.kind == Kind::Path {
                                self.paths.resolve(value)
                            } else {
                                value
                            };
                            self.layer.entries.insert(
                                path,
                                Entry {
                                    value,
                                    place: Some(place),
                                    key: Some(Place::new(self.source, key.span())),
                                },
                            );
                        }
                        Err(mismatch) => {
                            let span = mismatch.span.clone().unwrap_or(value.span());
                            let place = Place::new(self.source, span);
                            self.errors.push(wrong(&path, *mismatch).at(place));
                        }
                    }
                }
            }
        }
    }
}

impl Paths<'_> {
    fn resolve(&self, value: Value) -> Value {
        let Value::Text(text) = value else {
            return value;
        };
        let path = match (text.strip_prefix("~/"), self.home, self.base) {
            (Some(rest), Some(home), _) => home.join(rest),
            (None, _, Some(base)) => base.join(&text),
            _ => PathBuf::from(&text),
        };
        Value::Text(path.to_string_lossy().into_owned())
    }
}

fn expected_found(expected: Say, found: Say) -> Say {
    Say::new("config-expected-found")
        .arg("expected", expected)
        .arg("found", found)
}

/// A value that is not of its key's kind.
fn wrong(path: &KeyPath, mismatch: Mismatch) -> Diagnostic {
    Diagnostic::new(Say::new("config-wrong-value").arg("key", path.to_string()))
        .label(expected_found(mismatch.expected, mismatch.found))
        .nearest(mismatch.nearest.as_deref())
}

/// A key that does not exist, with the one that was probably meant.
fn unknown(path: &KeyPath) -> Diagnostic {
    let parent = path.parent();
    let siblings = schema::children(&parent);
    let near = nearest(path.last(), siblings.iter().copied());
    let near = near.map(|name| parent.child(name).to_string());
    let near = near.or_else(|| schema::elsewhere(path.last()).map(str::to_owned));
    let one = Diagnostic::new(Say::new("config-unknown-key").arg("key", path.to_string()))
        .label(Say::new("config-unknown-key-label").arg("names", siblings.join(", ")));
    one.nearest(near.as_deref())
}

/// Variables that begin like ours and are not settings.
const NOT_SETTINGS: [&str; 2] = ["QUARTERDECK_CONFIG", "QUARTERDECK_BLESS"];

/// The layer of the environment: `QUARTERDECK_THEME`, `QUARTERDECK_PROMETHEUS__URL`; an empty one says nothing.
pub fn from_env(variables: &[(String, String)], home: Option<&Path>) -> (Layer, Vec<Diagnostic>) {
    let mut layer = Layer::default();
    let mut errors = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name
            .strip_prefix("QUARTERDECK_")
            .filter(|_| !text.is_empty())
        else {
            continue;
        };
        if NOT_SETTINGS.contains(&name.as_str()) || rest.starts_with("TEST_") {
            continue;
        }
        let path: KeyPath = rest.to_lowercase().split("__").map(str::to_owned).collect();
        let kind = SourceKind::Env(name.clone());
        // A header's name has dashes, a variable's can't.
        let (path, room) = match schema::at(&path) {
            Room::Leaf(key) if key.kind == Kind::Header => (
                path.parent().child(&path.last().replace('_', "-")),
                Room::Leaf(key),
            ),
            room => (path, room),
        };
        match room {
            Room::Leaf(key) if key.kind != Kind::Command => {
                insert(
                    &mut layer,
                    &mut errors,
                    key.kind,
                    path,
                    Place::whole(kind, text),
                    home,
                );
            }
            _ => {
                let names: Vec<String> =
                    schema::KEYS.iter().map(|key| variable(key.path)).collect();
                let near = nearest(name, names.iter().map(String::as_str));
                let what = Say::new("config-unknown-variable").arg("name", name.as_str());
                errors.push(
                    Diagnostic::new(what)
                        .at(Place::whole(kind, text))
                        .nearest(near),
                );
            }
        }
    }
    (layer, errors)
}

/// The variable that sets a key.
fn variable(path: &str) -> String {
    format!("QUARTERDECK_{}", path.replace('.', "__").to_uppercase())
}

/// What the command line sets, as (flag, dotted key, text).
pub type FlagValues = Vec<(&'static str, &'static str, String)>;

/// The layer of the flags.
pub fn from_flags(flags: &FlagValues, home: Option<&Path>) -> (Layer, Vec<Diagnostic>) {
    let mut layer = Layer::default();
    let mut errors = Vec::new();
    for (flag, key, text) in flags {
        let path = KeyPath::dotted(key);
        if let Room::Leaf(key) = schema::at(&path) {
            let place = Place::whole(SourceKind::Flag((*flag).to_owned()), text);
            insert(&mut layer, &mut errors, key.kind, path, place, home);
        }
    }
    (layer, errors)
}

fn insert(
    layer: &mut Layer,
    errors: &mut Vec<Diagnostic>,
    kind: Kind,
    path: KeyPath,
    place: Place,
    home: Option<&Path>,
) {
    match kind.from_text(&place.source.text) {
        Ok(value) => {
            let paths = Paths { base: None, home };
            let value = if kind == Kind::Path {
                paths.resolve(value)
            } else {
                value
            };
            layer.entries.insert(
                path,
                Entry {
                    value,
                    place: Some(place),
                    key: None,
                },
            );
        }
        Err(mismatch) => errors.push(wrong(&path, *mismatch).at(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_count_from_their_file_and_tilde_from_home() {
        let source = Source::file(
            Path::new("/etc/q/config.toml"),
            "kubeconfig = \"kube/config\"\nprometheus.ca_file = \"~/ca.pem\"\nlog.file = \"/var/log/q\"".to_owned(),
        );
        let paths = Paths {
            base: Some(Path::new("/etc/q")),
            home: Some(Path::new("/home/li")),
        };
        let (layer, errors) = from_file(&source, paths);
        assert_eq!(errors, []);
        for (key, path) in [
            ("kubeconfig", "/etc/q/kube/config"),
            ("prometheus.ca_file", "/home/li/ca.pem"),
            ("log.file", "/var/log/q"),
        ] {
            assert_eq!(
                layer.entries[&KeyPath::dotted(key)].value,
                Value::Text(path.into())
            );
        }
    }

    #[test]
    fn variables_reach_into_tables_and_headers() {
        let variables = [
            ("QUARTERDECK_PROMETHEUS__URL", "https://prom/x/"),
            ("QUARTERDECK_PROMETHEUS__HEADERS__X_SCOPE_ORGID", "a"),
            ("QUARTERDECK_TEST_ANYTHING", "a"),
            ("QUARTERDECK_THEME", ""),
            ("PATH", "/bin"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
        let (layer, errors) = from_env(&variables, None);
        assert_eq!(errors, []);
        assert_eq!(layer.entries.len(), 2);
        assert_eq!(
            layer.entries[&KeyPath::dotted("prometheus.url")].value,
            Value::Text("https://prom/x".into())
        );
        assert!(
            layer
                .entries
                .contains_key(&KeyPath::dotted("prometheus.headers.x-scope-orgid"))
        );
    }

    #[test]
    fn an_unknown_variable_is_named_with_the_nearest() {
        let (_, errors) = from_env(&[("QUARTERDECK_THEM".into(), "light".into())], None);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].help[0].args[0].1, "QUARTERDECK_THEME".into());
    }

    #[test]
    fn every_default_is_of_its_kind() {
        let layer = defaults();
        assert_eq!(
            layer.entries.len(),
            schema::KEYS
                .iter()
                .filter(|key| key.default.is_some())
                .count()
        );
    }
}
