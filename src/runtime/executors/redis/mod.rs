//! Commands of Redis: over the network, or by its own client inside a pod.

mod asked;
mod cli;
mod door;
mod reply;
mod resp;
mod scan;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

pub use self::reply::RedisReply;

use self::{
    asked::{asked, check},
    door::{Door, Spoken, refused},
};
use crate::{
    actions::parse::{parse, scalar},
    domain::action::{
        fact::{Fact, FactName},
        place::{ConnectionKind, ConnectionSpec},
        preflight::{Preflight, Preflighted, Warning},
        refusal::Refusal,
        scan::to_its_end,
        step::{Ending, Planned, Save, Sign, StepKind, Template},
        value::{Value, Values},
        verdict::{StepEnd, Stream},
    },
    runtime::executors::{
        Doing,
        connections::Connections,
        family::Family,
        inside::Inside,
        output::Written,
        secrets::Secrets,
        step::{limit, not_mine, said},
    },
};

/// The longest a command may take.
const LONGEST: Duration = Duration::from_secs(15);

/// Sends commands to the Redis of a pack's connections.
#[derive(Clone)]
pub struct Redises(Connections);

impl Redises {
    pub fn new(
        connections: impl IntoIterator<Item = ConnectionSpec>,
        secrets: Secrets,
        inside: Option<Arc<dyn Inside>>,
    ) -> Self {
        let kind = ConnectionKind::Redis;
        Self(Connections::new(kind, connections, secrets, inside))
    }

    async fn door(&self, connection: &str) -> Result<Door<'_>, Refusal> {
        Door::of(&self.0, connection).await
    }

    /// What a step rests on. Who only asks whether it is there need not be let in beforehand: what it is told is the answer.
    async fn found(
        &self,
        connection: &str,
        argv: &[Template],
    ) -> Result<(Vec<Fact>, Vec<Warning>), Refusal> {
        let door = self.door(connection).await?;
        match door.found().await {
            Err(Refusal::Unreadable { what, why }) if only_asks(argv) => {
                Ok((Vec::new(), vec![Warning::NotSeen { what, why }]))
            }
            found => found,
        }
    }
}

impl Family for Redises {
    async fn look(&self, step: &Planned) -> Preflighted {
        let StepKind::Redis { connection, argv } = &step.kind else {
            return Err(not_mine(step));
        };
        check(argv.first().and_then(Template::whole).as_deref())?;
        let (facts, warnings) = self.found(connection, argv).await?;
        let role = FactName::Field("role".to_owned());
        if facts
            .iter()
            .any(|fact| fact.name == role && fact.value == Value::text("slave"))
        {
            return Err(Refusal::DryRun {
                why: "this Redis is a replica: it takes no writes".to_owned(),
            });
        }
        Ok(Preflight {
            facts,
            warnings,
            ..Preflight::default()
        })
    }

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        let StepKind::Redis { connection, argv } = &step.kind else {
            return Err(not_mine(step));
        };
        Ok(self.found(connection, argv).await?.0)
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let (connection, argv) = asked(step)?;
        let door = self.door(connection).await?;
        let unreadable = |why| door.unreadable(why);
        let spoken = said_to(&door, argv, limit(step, LONGEST)).await;
        let ending = step.save.as_ref().and_then(Save::ending);
        if let Some(ending) = ending.filter(|ending| ending.proves()) {
            return Ok(proved(ending, &spoken));
        }
        match spoken {
            Spoken::Replies(replies) => match replies.first() {
                Some(RedisReply::Error(error)) => Err(unreadable(refused(error))),
                Some(reply) => {
                    values(reply, &reply.lines(), step.save.as_ref()).map_err(unreadable)
                }
                None => Err(unreadable("it gave no answer".to_owned())),
            },
            Spoken::Unsent(why) | Spoken::Shut(_, why) | Spoken::Lost(why) => Err(unreadable(why)),
        }
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let (connection, argv) = asked(doing.step)?;
        let door = self.door(connection).await?;
        let spoken = tokio::select! {
            biased;
            spoken = said_to(&door, argv, limit(doing.step, LONGEST)) => spoken,
            () = doing.cancel.cancelled() => return Ok(StepEnd::Cancelled {
                done: Some("it may have been sent, and what came of it is not known".to_owned()),
            }),
        };
        Ok(match spoken {
            Spoken::Replies(replies) => match replies.first() {
                Some(RedisReply::Error(error)) => StepEnd::Failed {
                    why: refused(error),
                },
                Some(reply) => {
                    let mut out = Written::new(doing.ears(), Stream::Out, door.secret.as_slice());
                    out.feed(reply.lines().as_bytes());
                    let text = out.end().text;
                    done(reply, &text, doing.step.save.as_ref())
                }
                None => StepEnd::Unknown {
                    why: "it gave no answer".to_owned(),
                },
            },
            Spoken::Unsent(why) | Spoken::Shut(_, why) => StepEnd::Failed { why },
            Spoken::Lost(why) => StepEnd::Unknown { why },
        })
    }
}

/// Says a command; a scan goes on to its end.
async fn said_to(door: &Door<'_>, argv: Vec<String>, within: Duration) -> Spoken {
    match to_its_end(&argv) {
        Some(options) => scan::to_its_end(door, options, within).await,
        None => door.speak(&[argv], within).await,
    }
}

/// Whether nothing could come of it wherever it is said.
fn only_asks(argv: &[Template]) -> bool {
    let first = argv.first().and_then(Template::whole);
    first.is_some_and(|first| ["PING", "INFO"].contains(&first.to_ascii_uppercase().as_str()))
}

/// Whether it is up: whatever answers is, be it that it is loading or lets nobody in.
fn proved(ending: &Ending, spoken: &Spoken) -> Values {
    match spoken {
        Spoken::Replies(replies) => {
            let Some(reply) = replies.first() else {
                return ending.untold("it gave no answer");
            };
            let text = reply.lines();
            let output = ending.output.as_ref();
            let mut values = output
                .and_then(|output| parse(output, &text).ok())
                .unwrap_or_default();
            values.extend(ending.told(Sign::Answers, text.lines().next().unwrap_or_default()));
            values
        }
        Spoken::Shut(sign, why) => ending.told(*sign, why),
        Spoken::Unsent(why) | Spoken::Lost(why) => ending.untold(why),
    }
}

fn done(reply: &RedisReply, text: &str, save: Option<&Save>) -> StepEnd {
    let saved = match save {
        None => Ok(Values::new()),
        Some(_) => values(reply, text, save),
    };
    match saved {
        Ok(saved) => StepEnd::Done {
            said: vec![said("reply", short(text))],
            saved,
        },
        Err(why) => StepEnd::Unknown {
            why: format!("it was done, but what it said can't be used: {why}"),
        },
    }
}

/// The first line of an answer.
fn short(text: &str) -> Value {
    let line = text.lines().next().unwrap_or_default();
    scalar(&line.chars().take(120).collect::<String>())
}

/// What a pack reads out of an answer; by itself it is the answer as a value.
fn values(reply: &RedisReply, text: &str, save: Option<&Save>) -> Result<Values, String> {
    match save {
        Some(save) => parse(&save.parse, text).map_err(|error| error.to_string()),
        // What is not there is written as nothing, which a condition can be told of.
        None if *reply == RedisReply::Nil => Ok([("value".to_owned(), Value::text(""))].into()),
        None => Ok([("value".to_owned(), reply.value())].into()),
    }
}
