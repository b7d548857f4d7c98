//! What a service is configured with: files by their order, and the environment of the service over them.

use std::collections::BTreeMap;

use super::{Inspections, documents, whole};
use crate::{
    actions::parse::scalar,
    domain::action::{
        inspection::{Config, EnvOf, MASKED, Variable},
        refusal::Refusal,
        value::{Value, Values},
    },
    runtime::executors::program::{ASKING, has_text},
};

/// Names of keys whose values are nobody's business, whatever the pack says of them.
const SECRETS: [&str; 8] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
];

impl Inspections {
    pub(super) async fn config(&self, config: &Config) -> Result<Values, Refusal> {
        if let Some(file) = self.secret(config).await? {
            return Ok([
                ("value".to_owned(), Value::text(MASKED)),
                ("source".to_owned(), Value::Text(file)),
                ("set".to_owned(), Value::Bool(true)),
            ]
            .into());
        }
        let (value, source) = self.effective(config).await?;
        let set = value != Value::Absent;
        Ok([
            ("value".to_owned(), shown(config, value)),
            ("source".to_owned(), Value::Text(source)),
            ("set".to_owned(), Value::Bool(set)),
        ]
        .into())
    }

    async fn effective(&self, config: &Config) -> Result<(Value, String), Refusal> {
        if let Some(variable) = &config.env {
            let environment = self.environment(config.place.as_deref(), variable).await?;
            if let Some(value) = environment.get(&variable.name) {
                return Ok((scalar(value), "environment".to_owned()));
            }
        }
        // The last that speaks of it wins.
        for file in config.files.iter().rev() {
            let path = whole(file, "files")?;
            let text = self.file(config.place.as_deref(), &path).await?;
            let found = documents::find(&path, &text, &config.key);
            let found = found.map_err(|why| Refusal::unreadable(path.as_str(), why))?;
            if found != Value::Absent {
                return Ok((found, path));
            }
        }
        Ok(match &config.default {
            Some(default) => (scalar(default), "default".to_owned()),
            None => (Value::Absent, "none".to_owned()),
        })
    }

    /// The file of the secrets that has something to say of the key; what it says goes nowhere.
    async fn secret(&self, config: &Config) -> Result<Option<String>, Refusal> {
        let files = secret_files(config);
        if files.is_empty() {
            return Ok(None);
        }
        if let Some(EnvOf::Service(service)) = config.env.as_ref().map(|it| &it.of) {
            let place = config.place.as_deref().unwrap_or_default();
            return self.composes.says(place, service, files).await;
        }
        let place = self.host.places.anywhere(config.place.as_deref())?;
        for file in files {
            let found = if self.by_another(place) {
                let cat = self.programs.cat.to_string_lossy();
                let program = self.host.known_at(place, &cat).await?;
                let args = vec!["--".to_owned(), file.clone()];
                has_text(&self.host.call(place, &program, args, ASKING)).await
            } else {
                has_text_here(file.clone()).await
            };
            let found = found.map_err(|why| Refusal::unreadable(file.as_str(), why))?;
            if found == Some(true) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    async fn environment(
        &self,
        place: Option<&str>,
        variable: &Variable,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        match &variable.of {
            EnvOf::Unit(unit) => self.process_environment(place, unit, &variable.name).await,
            EnvOf::Service(service) => {
                let place = place.unwrap_or_default();
                self.composes.environment(place, service).await
            }
        }
    }
}

/// Where a secret of the key may lie, what wins first.
fn secret_files(config: &Config) -> Vec<String> {
    let variable = config.env.as_ref().map(|it| it.name.as_str());
    let mut names = Vec::new();
    for name in variable.into_iter().chain([config.key.as_str()]) {
        names.extend([name.to_owned(), name.to_ascii_lowercase()]);
    }
    let mut files = Vec::new();
    for folder in config.secrets.iter().rev() {
        for name in names.iter().filter(|name| !name.contains('/')) {
            let file = format!("{folder}/{name}");
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files
}

/// Whether a file of ours says anything; `None` where it is not there.
async fn has_text_here(file: String) -> Result<Option<bool>, String> {
    match tokio::fs::read(file).await {
        Ok(text) => Ok(Some(!text.trim_ascii().is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The value as it may be seen.
fn shown(config: &Config, value: Value) -> Value {
    if value == Value::Absent {
        return value;
    }
    let variable = config.env.as_ref().map_or("", |it| it.name.as_str());
    let secret = config.secret
        || [config.key.as_str(), variable]
            .into_iter()
            .any(names_secret);
    if secret {
        return Value::text(MASKED);
    }
    match value {
        Value::Text(text) => Value::Text(without_password(&text)),
        value => value,
    }
}

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    SECRETS.iter().any(|word| name.contains(word))
}

/// An address without the password in it.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    // A password may have what else ends it, so the last sign counts.
    let Some((who, host)) = rest.rsplit_once('@') else {
        return text.to_owned();
    };
    let user = who.split(':').next().unwrap_or_default();
    if who.contains(':') {
        format!("{scheme}://{user}:{MASKED}@{host}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(key: &str, secret: bool) -> Config {
        Config {
            place: None,
            files: Vec::new(),
            key: key.to_owned(),
            env: None,
            secrets: Vec::new(),
            default: None,
            secret,
        }
    }

    // row: G5, B2
    #[test]
    fn what_is_secret_is_never_shown() {
        let value = || Value::text("hunter2");
        assert_eq!(shown(&config("level", false), value()), value());
        for (key, secret) in [
            ("level", true),
            ("db.password", false),
            ("API_KEY", false),
            ("auth-token", false),
        ] {
            assert_eq!(
                shown(&config(key, secret), value()),
                Value::text(MASKED),
                "{key}"
            );
        }
        assert_eq!(
            shown(&config("API_KEY", true), Value::Absent),
            Value::Absent
        );
        let url = Value::text("postgres://app:p@ss:w@db:5432/orders");
        let seen = shown(&config("DATABASE_URL", false), url);
        assert_eq!(seen, Value::text("postgres://app:***@db:5432/orders"));
    }
}
