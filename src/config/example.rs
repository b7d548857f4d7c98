//! `config.example.toml`: every key with its default, commented out.

/// The file as it is shipped.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The example with its defaults in force: `#key = value` lines lose their mark, prose (`# …`) stays.
pub fn uncommented() -> String {
    let mut out = String::with_capacity(EXAMPLE.len());
    for line in EXAMPLE.lines() {
        let bare = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        out.push_str(bare.unwrap_or(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::config::diagnostic::Source;
    use crate::config::layer::{self, Paths};
    use crate::config::schema;

    #[test]
    fn the_example_is_the_defaults() {
        let source = Source::file(Path::new("config.example.toml"), uncommented());
        let (example, errors) = layer::from_file(
            &source,
            Paths {
                base: None,
                home: None,
            },
        );
        assert_eq!(errors, []);
        let values = |layer: layer::Layer| -> BTreeMap<String, _> {
            layer
                .entries
                .into_iter()
                .map(|(path, entry)| (path.to_string(), entry.value))
                .collect()
        };
        assert_eq!(values(example), values(layer::defaults()));
    }

    #[test]
    fn as_it_is_the_example_sets_nothing() {
        let source = Source::file(Path::new("config.example.toml"), EXAMPLE.to_owned());
        let (example, errors) = layer::from_file(
            &source,
            Paths {
                base: None,
                home: None,
            },
        );
        assert_eq!(errors, []);
        assert!(example.entries.is_empty());
    }

    #[test]
    fn the_example_mentions_every_key() {
        let mut table = String::new();
        let mut mentioned = Vec::new();
        for line in EXAMPLE.lines() {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                table = format!("{name}.");
            } else if let Some((name, _)) = line.trim_start_matches(['#', ' ']).split_once(" = ") {
                mentioned.push(format!("{table}{name}"));
            }
        }
        for key in &schema::KEYS {
            let fits = |path: &String| match key.path.split_once(".*") {
                Some((table, _)) => path.starts_with(table),
                None => path == key.path,
            };
            assert!(
                mentioned.iter().any(fits),
                "config.example.toml says nothing of {}",
                key.path
            );
        }
    }
}
