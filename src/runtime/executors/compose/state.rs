//! What compose says of the containers of a service.

use serde::Deserialize;

use crate::domain::action::value::{Value, Values};

/// One container, as `ps --format json` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    state: String,
    /// Empty where nothing checks it; absent where it was not told.
    #[serde(default)]
    health: Option<String>,
}

/// The containers of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(Vec<Container>);

impl State {
    /// One list in older versions, one object a line in newer ones.
    pub fn of_json(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let read = if text.starts_with('[') {
            serde_json::from_str(text)
        } else {
            text.lines().map(serde_json::from_str).collect()
        };
        let mut containers: Vec<Container> =
            read.map_err(|_| "what compose says of it can't be read".to_owned())?;
        containers.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self(containers))
    }

    /// What the old one says: ids, and whether they run.
    pub fn of_ids(text: &str, runs: bool) -> Self {
        let state = if runs { "running" } else { "exited" };
        let mut ids: Vec<&str> = text.split_whitespace().collect();
        ids.sort_unstable();
        let containers = ids.into_iter().map(|id| Container {
            id: id.to_owned(),
            service: String::new(),
            state: state.to_owned(),
            health: None,
        });
        Self(containers.collect())
    }

    /// Those of one service alone.
    pub fn of_service(&self, service: &str) -> Self {
        let own = self.0.iter().filter(|it| it.service == service);
        Self(own.cloned().collect())
    }

    pub fn runs(&self) -> bool {
        self.0.iter().any(|container| container.state == "running")
    }

    /// Whether nothing of it is there but what has ended: one that is paused, or starts again and again, is neither up nor gone.
    pub fn is_gone(&self) -> bool {
        let ended = |state: &str| matches!(state, "exited" | "dead" | "created");
        self.0.iter().all(|container| ended(&container.state))
    }

    /// The ids of those that run.
    pub fn running(&self) -> Vec<&str> {
        let running = self.0.iter().filter(|it| it.state == "running");
        running.map(|it| it.id.as_str()).collect()
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// What is checked of its health, the worst of all; `None` where it is not told.
    pub fn health(&self) -> Option<&str> {
        let told: Option<Vec<&str>> = self.0.iter().map(|it| it.health.as_deref()).collect();
        Some(worst(&told?))
    }

    /// The state of the first that does not run, else of all.
    pub fn word(&self) -> &str {
        let odd = self.0.iter().find(|container| container.state != "running");
        odd.or(self.0.first())
            .map_or("absent", |container| container.state.as_str())
    }

    /// Which containers they are: another of that name is another.
    pub fn containers(&self) -> Value {
        if self.0.is_empty() {
            return Value::Absent;
        }
        let short = |id: &str| id.chars().take(12).collect::<String>();
        let ids = self
            .0
            .iter()
            .map(|container| Value::Text(short(&container.id)));
        Value::List(ids.collect())
    }

    pub fn before(&self) -> Values {
        [
            ("state".to_owned(), Value::text(self.word())),
            ("containers".to_owned(), self.containers()),
        ]
        .into()
    }
}

/// The worst of what is said of health; nothing where nothing checks it.
pub fn worst<'a>(all: &[&'a str]) -> &'a str {
    let gravity = |health: &str| match health {
        "healthy" => 1,
        "" | "none" => 0,
        "starting" => 2,
        _ => 3,
    };
    let worst = all.iter().copied().max_by_key(|health| gravity(health));
    worst.filter(|health| !health.is_empty()).unwrap_or("none")
}
