//! A silence that is to be ended before its time.

use reqwest::Method;

use super::{AGAIN, GOSSIP, peers::Peers, wire::Silence};
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        preflight::{Change, Preflight, Preflighted},
        target::Target,
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::step::said,
    sources::http::Question,
};

impl Peers {
    /// What ends with a silence.
    pub async fn look_at_old(&self, id: &str) -> Preflighted {
        self.may(&Method::DELETE).await?;
        let silence = self.ending(id).await?;
        let fact = ending_fact(&silence);
        Ok(Preflight {
            changes: vec![Change {
                of: fact.of.clone(),
                field: "silence".to_owned(),
                from: Some(silence.words()),
                to: None,
            }],
            facts: vec![fact],
            ..Preflight::default()
        })
    }

    /// Ends one, on the first peer that can be reached.
    pub async fn end(&self, id: &str) -> StepEnd {
        let question = Question::of(Method::DELETE, format!("api/v2/silence/{id}"), None);
        let mut lost = Vec::new();
        for peer in &self.clients {
            let host = peer.endpoint().host();
            let failure = match self.ask(peer, &question).await {
                Ok(reply) if (200..300).contains(&reply.status) => return self.ended(id).await,
                Ok(reply) if (400..500).contains(&reply.status) => {
                    let why = format!("{host}: HTTP {}: {}", reply.status, reply.words());
                    return StepEnd::Failed { why };
                }
                Ok(reply) => format!("{host}: HTTP {}: {}", reply.status, reply.words()),
                Err(failure) if failure.unsent => {
                    lost.push(format!("{host}: {failure}"));
                    continue;
                }
                Err(failure) => format!("{host}: {failure}"),
            };
            return match self.state(id).await {
                Ok(Some(silence)) if silence.is_over() => self.ended(id).await,
                _ => StepEnd::Unknown { why: failure },
            };
        }
        StepEnd::Failed {
            why: lost.join("; "),
        }
    }

    /// Waits until no peer that answers has it in force.
    async fn ended(&self, id: &str) -> StepEnd {
        let until = tokio::time::Instant::now() + GOSSIP;
        let mut words = vec![said("silence", Value::text(id))];
        loop {
            match self.silences().await {
                Ok(silences) if !silences.iter().any(|one| one.id == id) => break,
                _ if tokio::time::Instant::now() >= until => {
                    words.push(said("missing", Value::text(id)));
                    break;
                }
                _ => tokio::time::sleep(AGAIN).await,
            }
        }
        StepEnd::Done {
            said: words,
            saved: Values::new(),
        }
    }
}

/// That it still holds, until the same time.
pub(super) fn ending_fact(silence: &Silence) -> Fact {
    Fact::new(
        Target::Alerts {
            matchers: silence.matchers_shown(),
        },
        FactName::Field("silence".to_owned()),
        if silence.is_over() {
            Value::Absent
        } else {
            Value::text(format!("{} until {}", silence.id, silence.ends_at))
        },
    )
}
