//! One key of a file of configuration, by what the file's name says it is.

use crate::{
    actions::parse::{of_json, scalar},
    domain::action::value::Value,
};

/// The value of a key; absent where the file does not speak of it, or says `null`.
pub(super) fn find(path: &str, text: &str, key: &str) -> Result<Value, String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    let document: serde_json::Value = match kind {
        _ if name.starts_with(".env") => return Ok(line(text, key)),
        "env" | "properties" => return Ok(line(text, key)),
        // A file of nothing but comments is one that says nothing.
        "yaml" | "yml" => serde_saphyr::from_str::<Option<serde_json::Value>>(text)
            .map_err(|error| format!("it is not YAML: {}", first_line(&error.to_string())))?
            .unwrap_or_default(),
        "json" => serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?,
        "toml" => toml::from_str(text)
            .map_err(|error| format!("it is not TOML: {}", first_line(&error.to_string())))?,
        _ => return Err("only YAML, JSON, TOML, .env and .properties can be read".to_owned()),
    };
    Ok(below(&document, key))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// `database.pool`, or a key that is written with its dots.
fn below(document: &serde_json::Value, key: &str) -> Value {
    if let Some(value) = document.get(key) {
        return of_json(value);
    }
    let mut splits = key
        .match_indices('.')
        .map(|(at, _)| (&key[..at], &key[at + 1..]));
    let found = splits.find_map(|(first, rest)| {
        let inner = document.get(first)?;
        let value = below(inner, rest);
        (value != Value::Absent).then_some(value)
    });
    found.unwrap_or(Value::Absent)
}

/// The last line that gives the key a value wins, as it does for whoever reads such a file.
fn line(text: &str, key: &str) -> Value {
    let mut pairs = text.lines().rev().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        (!line.starts_with('#')).then(|| line.split_once('='))?
    });
    let value = pairs.find(|(name, _)| name.trim() == key);
    let Some((_, value)) = value else {
        return Value::Absent;
    };
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    });
    quoted.map_or_else(|| scalar(value), Value::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_each_kind_of_file() {
        for (path, text) in [
            (
                "config/prod.yaml",
                "# ours\nlog:\n  level: INFO\ndatabase: { pool: 8 }\n",
            ),
            ("prod.yml", "log.level: INFO\ndatabase:\n  pool: 8\n"),
            (
                "prod.json",
                r#"{"log": {"level": "INFO"}, "database": {"pool": 8}}"#,
            ),
            (
                "prod.toml",
                "[log]\nlevel = \"INFO\"\n[database]\npool = 8\n",
            ),
            (
                ".env",
                "log.level=DEBUG\nexport log.level=\"INFO\"\n#log.level=x\ndatabase.pool = 8\n",
            ),
            ("app.properties", "log.level=INFO\ndatabase.pool=8\n"),
        ] {
            assert_eq!(
                find(path, text, "log.level"),
                Ok(Value::text("INFO")),
                "{path}"
            );
            assert_eq!(
                find(path, text, "database.pool"),
                Ok(Value::Int(8)),
                "{path}"
            );
            assert_eq!(
                find(path, text, "database.size"),
                Ok(Value::Absent),
                "{path}"
            );
        }
    }

    #[test]
    fn what_says_nothing_is_not_what_can_t_be_read() {
        assert_eq!(find("a.yaml", "# nothing\n", "level"), Ok(Value::Absent));
        assert_eq!(find("a.yaml", "level: null\n", "level"), Ok(Value::Absent));
        assert!(
            find("a.yaml", "a: [1\n", "level")
                .unwrap_err()
                .contains("not YAML")
        );
        assert!(
            find("a.json", "{", "level")
                .unwrap_err()
                .contains("not JSON")
        );
        assert!(
            find("a.toml", "a = ", "level")
                .unwrap_err()
                .contains("not TOML")
        );
        assert!(
            find("app.ini", "", "level")
                .unwrap_err()
                .contains("only YAML")
        );
    }
}
