//! Silences in Alertmanager: made on one peer, seen on all, ended before their time.

mod alerts;
#[cfg(test)]
mod tests;
mod wire;

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;

use self::{
    alerts::{Matchers, matchers_of},
    wire::{Alert, Made, Posted, Silence},
};
use crate::{
    domain::{
        action::{
            fact::{Fact, FactName},
            fault::ValueFault,
            plan::{Count, Plan},
            preflight::{Change, Draft, Preflight, Preflighted, Warning},
            refusal::Refusal,
            step::{Hole, Piece, Planned, StepKind, Template},
            target::Target,
            value::{Value, Values},
            verdict::{Said, StepEnd},
        },
        id::RunId,
        time::Clock,
    },
    runtime::executors::{self as executors, Doing, Executor, program::said},
    sources::http::{Failure, HttpClient, HttpEndpoint, Question, Reply, Through},
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
pub struct Silences {
    peers: Vec<HttpClient>,
    clock: Arc<dyn Clock>,
}

/// A silence that is to be made.
struct Asked {
    matchers: Matchers,
    lasts: SignedDuration,
    comment: String,
}

impl Asked {
    fn of(step: &Planned) -> Result<Self, Refusal> {
        let StepKind::Silence {
            matchers,
            seconds,
            comment,
        } = &step.kind
        else {
            return Err(executors::not_mine(step));
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
        let comment = comment.whole().ok_or_else(|| unfilled("comment"))?;
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
    fn fact(&self, silences: &[Silence]) -> Fact {
        let equal = silences.iter().find(|one| one.is_equal(&self.matchers));
        Fact::new(
            self.target(),
            FactName::Field("silence".to_owned()),
            equal.map_or(Value::Absent, |one| Value::text(&one.id)),
        )
    }
}

fn unfilled(param: &str) -> Refusal {
    Refusal::Unfilled {
        param: param.to_owned(),
    }
}

impl Silences {
    /// On the peers of one Alertmanager.
    pub fn new(endpoints: Vec<HttpEndpoint>, clock: Arc<dyn Clock>) -> Self {
        Self {
            peers: endpoints.into_iter().map(HttpClient::new).collect(),
            clock,
        }
    }

    async fn ask(&self, peer: &HttpClient, question: &Question) -> Result<Reply, Failure> {
        peer.ask(question, self.clock.now().wall).await
    }

    /// What each peer that answers says to a question.
    async fn all<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Vec<(&HttpClient, T, Option<Timestamp>)>, Refusal> {
        let question = Question::get(path);
        let question = &question;
        let asked = self.peers.iter().map(|peer| async move {
            let reply = self.ask(peer, question).await?;
            Ok::<_, Failure>((peer, reply.json::<T>()?, reply.date))
        });
        let answers = futures::future::join_all(asked).await;
        let mut good = Vec::new();
        let mut lost = Vec::new();
        for (peer, answer) in self.peers.iter().zip(answers) {
            match answer {
                Ok(answer) => good.push(answer),
                Err(failure) => lost.push(format!("{}: {failure}", peer.endpoint().host())),
            }
        }
        if good.is_empty() {
            let why = if lost.is_empty() {
                "none is known here: set alertmanager.urls or alertmanager.services, or discover = \"on\"".to_owned()
            } else {
                lost.join("; ")
            };
            return Err(Refusal::Unreadable {
                what: "Alertmanager".to_owned(),
                why,
            });
        }
        Ok(good)
    }

    /// The silences that hold, of all peers.
    async fn silences(&self) -> Result<Vec<Silence>, Refusal> {
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

    /// What is known to be refused on the way is said before anybody confirms it.
    async fn may(&self, method: &Method) -> Result<(), Refusal> {
        for peer in &self.peers {
            if let Some(Through(carrier)) = &peer.endpoint().through
                && let Some(failure) = carrier.denied(method.clone()).await
            {
                let why = failure.to_string();
                return Err(Refusal::DryRun { why });
            }
        }
        Ok(())
    }

    async fn look_at_new(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        self.may(&Method::POST).await?;
        let silences = self.silences().await?;
        let mut alerts: Vec<Alert> = Vec::new();
        for (_, more, _) in self.all::<Vec<Alert>>("api/v2/alerts").await? {
            for alert in more {
                let known = alerts
                    .iter()
                    .any(|one| one.fingerprint == alert.fingerprint);
                if !known && asked.matchers.cover(&alert.labels) {
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

    async fn make(&self, doing: &Doing<'_>, asked: &Asked) -> StepEnd {
        let answered = match self.all::<Vec<Silence>>("api/v2/silences").await {
            Ok(answered) => answered,
            Err(refusal) => return executors::failed(&refusal),
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
        let mut waiting: Vec<&HttpClient> = self.peers.iter().collect();
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

    async fn state(&self, id: &str) -> Result<Option<Silence>, Refusal> {
        let found = self.all::<Vec<Silence>>("api/v2/silences").await?;
        let mut found = found.into_iter().flat_map(|(_, silences, _)| silences);
        Ok(found.find(|one| one.id == id))
    }

    /// The silence that is to be ended, where it still holds.
    async fn ending(&self, id: &str) -> Result<Silence, Refusal> {
        let found = self.state(id).await?;
        found
            .filter(|one| !one.is_over())
            .ok_or_else(|| Refusal::NotFound {
                target: format!("silence/{id}"),
            })
    }

    async fn end(&self, id: &str) -> StepEnd {
        let question = Question::of(Method::DELETE, format!("api/v2/silence/{id}"), None);
        let mut lost = Vec::new();
        for peer in &self.peers {
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

    async fn look(&self, step: &Planned) -> Preflighted {
        let StepKind::ExpireSilence { id } = &step.kind else {
            return self.look_at_new(step).await;
        };
        let Some(id) = id.whole() else {
            return Ok(Preflight::default());
        };
        self.may(&Method::DELETE).await?;
        let silence = self.ending(&id).await?;
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

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        let now = match self.facts(doing.step, doing.plan).await {
            Ok(now) => now,
            Err(refusal) => return executors::failed(&refusal),
        };
        if let Some(why) = executors::program::differs(doing.plan, &now) {
            return StepEnd::Failed { why };
        }
        if let StepKind::ExpireSilence { id } = &doing.step.kind {
            return match id.whole() {
                Some(id) => self.end(&id).await,
                None => executors::failed(&unfilled("id")),
            };
        }
        match Asked::of(doing.step) {
            Ok(asked) => self.make(&doing, &asked).await,
            Err(refusal) => executors::failed(&refusal),
        }
    }
}

/// The run stands in the comment, so that a silence whose answer was lost is found again.
fn marked(comment: &str, run: &RunId) -> String {
    format!("{comment} [run {run}]")
}

fn ending_fact(silence: &Silence) -> Fact {
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
    }
}

impl Executor for Silences {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.look(step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move {
            if let StepKind::ExpireSilence { id } = &step.kind {
                let Some(id) = id.whole() else {
                    return Ok(Vec::new());
                };
                let found = self.state(&id).await?;
                return found
                    .map(|silence| vec![ending_fact(&silence)])
                    .ok_or_else(|| Refusal::NotFound {
                        target: format!("silence/{id}"),
                    });
            }
            let asked = Asked::of(step)?;
            Ok(vec![asked.fact(&self.silences().await?)])
        }
        .boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move { Err(executors::not_mine(step)) }.boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
