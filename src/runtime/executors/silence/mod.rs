//! Silences in Alertmanager: made on one peer, seen on all, ended before their time.

mod alerts;
mod ending;
mod making;
mod peers;
#[cfg(test)]
mod tests;
mod wire;

use std::{sync::Arc, time::Duration};

use self::{ending::ending_fact, making::Asked, peers::Peers};
use crate::{
    domain::{
        action::{
            fact::Fact,
            preflight::{Preflight, Preflighted},
            refusal::Refusal,
            step::{Planned, StepKind},
            verdict::StepEnd,
        },
        time::Clock,
    },
    runtime::executors::{Doing, family::Family},
    sources::http::HttpEndpoint,
};

/// How long the other peers may take to hear of a silence.
const GOSSIP: Duration = Duration::from_secs(10);
/// How often they are asked.
const AGAIN: Duration = Duration::from_millis(200);
/// How many alerts are named that a silence would cover.
const NAMED: usize = 50;
/// Under which name a silence gives its id to later steps where the pack gives it none.
pub const SAVED_AS: &str = "silence";

/// Makes and ends silences on the Alertmanager of a desk.
pub struct Silences(Peers);

impl Silences {
    /// On the peers of one Alertmanager.
    pub fn new(endpoints: Vec<HttpEndpoint>, clock: Arc<dyn Clock>) -> Self {
        Self(Peers::new(endpoints, clock))
    }
}

impl Family for Silences {
    async fn look(&self, step: &Planned) -> Preflighted {
        let StepKind::ExpireSilence { id } = &step.kind else {
            return self.0.look_at_new(step).await;
        };
        match id.whole() {
            Some(id) => self.0.look_at_old(&id).await,
            None => Ok(Preflight::default()),
        }
    }

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        let StepKind::ExpireSilence { id } = &step.kind else {
            let asked = Asked::of(step)?;
            return Ok(vec![asked.fact(&self.0.silences().await?)]);
        };
        let Some(id) = id.whole() else {
            return Ok(Vec::new());
        };
        let found = self.0.state(&id).await?;
        found
            .map(|silence| vec![ending_fact(&silence)])
            .ok_or_else(|| Refusal::NotFound {
                target: format!("silence/{id}"),
            })
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let StepKind::ExpireSilence { id } = &doing.step.kind else {
            return Ok(self.0.make(&doing, &Asked::of(doing.step)?).await);
        };
        let id = id.whole().ok_or_else(|| Refusal::unfilled("id"))?;
        Ok(self.0.end(&id).await)
    }
}
