//! A silence that is to be made: what it would cover, and how it comes to be on every peer.

use jiff::SignedDuration;
use reqwest::Method;

use super::{
    AGAIN, GOSSIP, NAMED, SAVED_AS,
    alerts::{Matchers, matchers_of},
    peers::Peers,
    wire::{Alert, Made, Posted, Silence},
};
use crate::{
    domain::{
        action::{
            fact::{Fact, FactName},
            fault::ValueFault,
            plan::Count,
            preflight::{Change, Preflight, Preflighted, Warning},
            refusal::Refusal,
            step::{Hole, Piece, Planned, StepKind, Template},
            target::Target,
            value::Value,
            verdict::{Said, StepEnd},
        },
        id::RunId,
    },
    runtime::executors::{
        Doing,
        step::{failed, not_mine, said},
    },
    sources::http::{HttpClient, Question},
};

/// A silence that is to be made.
pub(super) struct Asked {
    matchers: Matchers,
    lasts: SignedDuration,
    comment: String,
}

impl Asked {
    pub fn of(step: &Planned) -> Result<Self, Refusal> {
        let StepKind::Silence {
            matchers,
            seconds,
            comment,
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        let bad = |param: &str, value: String, why| Refusal::BadValue {
            param: param.to_owned(),
            value,
            why,
        };
        if *seconds <= 0 {
            let least = "1".to_owned();
            return Err(bad(
                "seconds",
                seconds.to_string(),
                ValueFault::TooSmall { least },
            ));
        }
        let comment = comment
            .whole()
            .ok_or_else(|| Refusal::unfilled("comment"))?;
        if comment.trim().is_empty() {
            return Err(bad("comment", comment, ValueFault::Empty));
        }
        Ok(Self {
            matchers: matchers_of(matchers)?,
            lasts: SignedDuration::from_secs(*seconds),
            comment,
        })
    }

    fn target(&self) -> Target {
        Target::Alerts {
            matchers: self.matchers.to_string(),
        }
    }

    /// That nobody has made the same meanwhile.
    pub fn fact(&self, silences: &[Silence]) -> Fact {
        let equal = silences.iter().find(|one| one.is_equal(&self.matchers));
        Fact::new(
            self.target(),
            FactName::Field("silence".to_owned()),
            equal.map_or(Value::Absent, |one| Value::text(&one.id)),
        )
    }
}

impl Peers {
    /// What a new silence would cover.
    pub async fn look_at_new(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        self.may(&Method::POST).await?;
        let silences = self.silences().await?;
        let mut alerts: Vec<Alert> = Vec::new();
        let covers = asked.matchers.cover();
        for (_, more, _) in self.all::<Vec<Alert>>("api/v2/alerts").await? {
            for alert in more {
                let known = alerts
                    .iter()
                    .any(|one| one.fingerprint == alert.fingerprint);
                if !known && covers(&alert.labels) {
                    alerts.push(alert);
                }
            }
        }
        alerts.sort_by_key(Alert::name);
        let changes = alerts.iter().take(NAMED).map(|alert| Change {
            of: asked.target(),
            field: alert.name(),
            from: Some(alert.status.state.clone()),
            to: Some("suppressed".to_owned()),
        });
        let warnings = silences.iter().filter(|one| one.is_equal(&asked.matchers));
        Ok(Preflight {
            facts: vec![asked.fact(&silences)],
            changes: changes.collect(),
            warnings: warnings
                .map(|one| Warning::Server { text: one.words() })
                .collect(),
            count: Some(Count {
                of: "alerts".to_owned(),
                number: alerts.len() as u64,
            }),
            undo: vec![undo(step)],
            ..Preflight::default()
        })
    }

    /// Makes a silence on the first peer that can be reached.
    pub async fn make(&self, doing: &Doing<'_>, asked: &Asked) -> StepEnd {
        let answered = match self.all::<Vec<Silence>>("api/v2/silences").await {
            Ok(answered) => answered,
            Err(refusal) => return failed(&refusal),
        };
        let mut lost = Vec::new();
        for (peer, _, date) in answered {
            let now = date.unwrap_or_else(|| self.clock.now().wall);
            let Ok(until) = now.checked_add(asked.lasts) else {
                return StepEnd::Failed {
                    why: "it would end after the end of time".to_owned(),
                };
            };
            let posted = Posted {
                matchers: asked.matchers.to_wire(),
                starts_at: now,
                ends_at: until,
                created_by: doing.plan.principal.clone(),
                comment: marked(&asked.comment, doing.run),
            };
            let question = Question::of(
                Method::POST,
                "api/v2/silences",
                serde_json::to_value(&posted).ok(),
            );
            let host = peer.endpoint().host();
            match self.ask(peer, &question).await {
                Ok(reply) => match reply.json::<Made>() {
                    Ok(made) => return self.made(made.silence_id).await,
                    // It read the silence and will not have it.
                    Err(failure) if (400..500).contains(&reply.status) => {
                        return StepEnd::Failed {
                            why: format!("{host}: {failure}"),
                        };
                    }
                    Err(failure) => {
                        return self.perhaps(&posted, format!("{host}: {failure}")).await;
                    }
                },
                // This one never heard of it, so another may be asked.
                Err(failure) if failure.unsent => lost.push(format!("{host}: {failure}")),
                Err(failure) => return self.perhaps(&posted, format!("{host}: {failure}")).await,
            }
        }
        StepEnd::Failed {
            why: lost.join("; "),
        }
    }

    /// The answer was lost: whether the silence is there says whether it was made.
    async fn perhaps(&self, posted: &Posted, why: String) -> StepEnd {
        if let Ok(silences) = self.silences().await
            && let Some(found) = silences.iter().find(|one| one.comment == posted.comment)
        {
            return self.made(found.id.clone()).await;
        }
        StepEnd::Unknown {
            why: format!("{why}; no peer shows the silence now"),
        }
    }

    /// Waits until every peer that answers knows it, and says which do not.
    async fn made(&self, id: String) -> StepEnd {
        let until = tokio::time::Instant::now() + GOSSIP;
        let mut waiting: Vec<&HttpClient> = self.clients.iter().collect();
        let question = Question::get(format!("api/v2/silence/{id}"));
        let mut words = vec![said("silence", Value::text(&id))];
        loop {
            let question = &question;
            let asked = waiting.iter().map(|peer| async move {
                let reply = self.ask(peer, question).await;
                reply.is_ok_and(|reply| reply.json::<Silence>().is_ok_and(|one| !one.is_over()))
            });
            let knows = futures::future::join_all(asked).await;
            let mut knows = knows.into_iter();
            waiting.retain(|_| !knows.next().unwrap_or(false));
            if waiting.is_empty() || tokio::time::Instant::now() >= until {
                break;
            }
            tokio::time::sleep(AGAIN).await;
        }
        words.extend(waiting.iter().map(|peer| Said {
            name: "missing".to_owned(),
            of: Some(peer.endpoint().host()),
            value: Value::text(&id),
        }));
        StepEnd::Done {
            said: words,
            saved: [("id".to_owned(), Value::text(id))].into(),
        }
    }
}

/// The run stands in the comment, so that a silence whose answer was lost is found again.
fn marked(comment: &str, run: &RunId) -> String {
    format!("{comment} [run {run}]")
}

/// Ends the silence that the step will have made.
fn undo(step: &Planned) -> Planned {
    let name = step
        .save
        .as_ref()
        .map_or(SAVED_AS, |save| save.name.as_str());
    Planned {
        kind: StepKind::ExpireSilence {
            id: Template {
                pieces: vec![Piece::Hole(Hole::Saved {
                    step: name.to_owned(),
                    field: "id".to_owned(),
                })],
            },
        },
        limit: step.limit,
        save: None,
        again: None,
        batch: None,
    }
}
