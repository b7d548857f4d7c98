//! What is only looked at of a service: whether it runs and is well, and the environment it was given.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Asked, Composes, state::worst};
use crate::{
    domain::action::{
        place::PlaceSpec,
        refusal::Refusal,
        step::ComposeVerb,
        value::{Value, Values},
    },
    runtime::executors::{
        program::{ASKING, has_text, hear},
        step::plain_name,
    },
};

/// What docker says of a container's health.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    health: Option<Health>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    status: String,
}

impl Composes {
    pub(super) fn looked_at(&self, place: &str, service: &str) -> Result<Asked<'_>, Refusal> {
        Ok(Asked {
            place: self.project(place)?,
            // Nothing is told to it.
            verb: ComposeVerb::Up,
            scale: None,
            service: plain_name("service", service.to_owned(), &['_', '.', '-'])?,
        })
    }

    /// `running`, `state`, `health`, `containers`.
    pub(in crate::runtime::executors) async fn seen(
        &self,
        place: &str,
        service: &str,
    ) -> Result<Values, Refusal> {
        let asked = self.looked_at(place, service)?;
        let (_, state) = self.found(&asked).await?;
        let health = match state.health() {
            Some(health) => Some(health.to_owned()),
            // The old program is silent about it, docker is not.
            None => self.health(asked.place, &state.running()).await,
        };
        let count = i64::try_from(state.count()).unwrap_or(i64::MAX);
        let runs = state.count() > 0 && state.running().len() == state.count();
        Ok([
            ("running".to_owned(), Value::Bool(runs)),
            ("state".to_owned(), Value::text(state.word())),
            (
                "health".to_owned(),
                health.map_or(Value::Absent, Value::Text),
            ),
            ("containers".to_owned(), Value::Int(count)),
        ]
        .into())
    }

    /// What docker says of the health of containers; `None` where it can't be asked.
    async fn health(&self, place: &PlaceSpec, ids: &[&str]) -> Option<String> {
        let text = self.inspect(place, "{{json .State}}", ids).await.ok()?;
        let told = text.lines().map(serde_json::from_str);
        let told: Vec<Inspected> = told.collect::<Result<_, _>>().ok()?;
        if told.len() != ids.len() {
            return None;
        }
        let words = told.iter();
        let words = words.map(|it| it.health.as_ref().map_or("", |it| it.status.as_str()));
        Some(worst(&words.collect::<Vec<_>>()).to_owned())
    }

    async fn inspect(
        &self,
        place: &PlaceSpec,
        format: &str,
        ids: &[&str],
    ) -> Result<String, Refusal> {
        if ids.is_empty() {
            return Ok(String::new());
        }
        let docker = self.docker(place).await?;
        let mut args = ["inspect", "--type", "container", "--format", format, "--"]
            .map(str::to_owned)
            .to_vec();
        args.extend(ids.iter().map(|id| (*id).to_owned()));
        let heard = hear(&self.host.call(place, &docker, args, ASKING)).await;
        let heard = heard.map_err(|why| Refusal::unreadable("docker inspect", why))?;
        Ok(heard.text)
    }

    /// The first of these files in a service that says anything; what it says goes nowhere.
    pub(in crate::runtime::executors) async fn says(
        &self,
        place: &str,
        service: &str,
        files: Vec<String>,
    ) -> Result<Option<String>, Refusal> {
        let asked = self.looked_at(place, service)?;
        let (compose, state) = self.found(&asked).await?;
        let unreadable = |why: &str| Refusal::unreadable(asked.target().to_string(), why);
        if state.running().is_empty() {
            return Err(unreadable("it does not run, so nothing can be read in it"));
        }
        for file in files {
            let own = ["exec", "-T", &asked.service, "cat", "--", &file];
            let args = compose.args(&own);
            let call = self.host.call(asked.place, &compose.program, args, ASKING);
            let says = has_text(&call).await;
            let says = says.map_err(|why| unreadable(&format!("{file}: {why}")))?;
            if says == Some(true) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    /// The variables the containers of a service were started with, those of the first that runs.
    pub(in crate::runtime::executors) async fn environment(
        &self,
        place: &str,
        service: &str,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        let asked = self.looked_at(place, service)?;
        let (_, state) = self.found(&asked).await?;
        let unreadable = |why: &str| Refusal::unreadable(asked.target().to_string(), why);
        let running = state.running();
        let Some(first) = running.first() else {
            return Err(unreadable("it does not run, so it has no environment"));
        };
        let text = self
            .inspect(asked.place, "{{json .Config.Env}}", &[first])
            .await?;
        let given: Option<Vec<String>> = serde_json::from_str(text.trim())
            .map_err(|_| unreadable("what docker says of its environment can't be read"))?;
        let pairs = given.into_iter().flatten();
        let pairs = pairs.filter_map(|it| {
            let (name, value) = it.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Ok(pairs.collect())
    }
}
