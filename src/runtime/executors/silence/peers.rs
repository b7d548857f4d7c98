//! The peers of one Alertmanager, asked together.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Method;

use super::wire::Silence;
use crate::{
    domain::{action::refusal::Refusal, time::Clock},
    sources::http::{Failure, HttpClient, HttpEndpoint, Question, Reply, Through},
};

/// What a person does where the desk has none.
const NONE: &str =
    "none is known here: set alertmanager.urls or alertmanager.services, or discover = \"on\"";

/// Every peer, each of which knows what the others know, a moment later.
pub(super) struct Peers {
    pub clients: Vec<HttpClient>,
    pub clock: Arc<dyn Clock>,
}

impl Peers {
    pub fn new(endpoints: Vec<HttpEndpoint>, clock: Arc<dyn Clock>) -> Self {
        Self {
            clients: endpoints.into_iter().map(HttpClient::new).collect(),
            clock,
        }
    }

    pub async fn ask(&self, peer: &HttpClient, question: &Question) -> Result<Reply, Failure> {
        peer.ask(question, self.clock.now().wall).await
    }

    /// What is known to be refused on the way is said before anybody confirms it.
    pub async fn may(&self, method: &Method) -> Result<(), Refusal> {
        for peer in &self.clients {
            if let Some(Through(carrier)) = &peer.endpoint().through
                && let Some(failure) = carrier.denied(method.clone()).await
            {
                let why = failure.to_string();
                return Err(Refusal::DryRun { why });
            }
        }
        Ok(())
    }

    /// What each peer that answers says to a question.
    pub async fn all<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Vec<(&HttpClient, T, Option<Timestamp>)>, Refusal> {
        let question = Question::get(path);
        let question = &question;
        let asked = self.clients.iter().map(|peer| async move {
            let reply = self.ask(peer, question).await?;
            Ok::<_, Failure>((peer, reply.json::<T>()?, reply.date))
        });
        let answers = futures::future::join_all(asked).await;
        let mut good = Vec::new();
        let mut lost = Vec::new();
        for (peer, answer) in self.clients.iter().zip(answers) {
            match answer {
                Ok(answer) => good.push(answer),
                Err(failure) => lost.push(format!("{}: {failure}", peer.endpoint().host())),
            }
        }
        if good.is_empty() {
            let why = if lost.is_empty() {
                NONE.to_owned()
            } else {
                lost.join("; ")
            };
            return Err(Refusal::unreadable("Alertmanager", why));
        }
        Ok(good)
    }

    /// The silences that hold, of all peers.
    pub async fn silences(&self) -> Result<Vec<Silence>, Refusal> {
        let mut known: Vec<Silence> = Vec::new();
        for (_, silences, _) in self.all::<Vec<Silence>>("api/v2/silences").await? {
            for silence in silences {
                if !silence.is_over() && !known.iter().any(|one| one.id == silence.id) {
                    known.push(silence);
                }
            }
        }
        known.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(known)
    }

    /// A silence as the first peer that knows it has it.
    pub async fn state(&self, id: &str) -> Result<Option<Silence>, Refusal> {
        let found = self.all::<Vec<Silence>>("api/v2/silences").await?;
        let mut found = found.into_iter().flat_map(|(_, silences, _)| silences);
        Ok(found.find(|one| one.id == id))
    }

    /// The silence that is to be ended, where it still holds.
    pub async fn ending(&self, id: &str) -> Result<Silence, Refusal> {
        let found = self.state(id).await?;
        found
            .filter(|one| !one.is_over())
            .ok_or_else(|| Refusal::NotFound {
                target: format!("silence/{id}"),
            })
    }
}
