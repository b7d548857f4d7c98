//! Commands of Redis: over the network, or by its own client inside a pod.

mod cli;
mod reply;
mod resp;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};

pub use self::reply::RedisReply;

use crate::{
    actions::parse::{parse, scalar},
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        place::{ConnectionKind, ConnectionSpec, Reached},
        plan::Plan,
        preflight::{Draft, Preflight, Preflighted, Warning},
        refusal::Refusal,
        step::{Planned, Save, StepKind, Template},
        target::Target,
        value::{Value, Values},
        verdict::{StepEnd, Stream},
    },
    runtime::executors::{
        self as executors, Doing, Executor,
        inside::Inside,
        output::{Ears, Written},
        program::{differs, limit, no_secret, said},
        secrets::{Secret, Secrets},
    },
};

/// The longest a command may take.
const LONGEST: Duration = Duration::from_secs(15);
/// Commands that don't answer once, or that speak to the connection itself.
const NOT_ONCE: &[&str] = &[
    "MONITOR",
    "SUBSCRIBE",
    "PSUBSCRIBE",
    "SSUBSCRIBE",
    "SYNC",
    "PSYNC",
    "REPLCONF",
    "AUTH",
    "HELLO",
    "SELECT",
    "QUIT",
    "RESET",
    "CLIENT",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH",
];

/// Sends commands to the Redis of a pack's connections.
#[derive(Clone)]
pub struct Redises {
    connections: BTreeMap<String, ConnectionSpec>,
    secrets: Secrets,
    /// The way into pods; without one, what is reached there refuses.
    inside: Option<Arc<dyn Inside>>,
}

/// What became of commands that were sent one after the other.
#[derive(Debug, Clone, PartialEq)]
enum Spoken {
    /// As many answers as commands, or up to the first that failed before ours.
    Replies(Vec<RedisReply>),
    /// Nothing of ours was sent.
    Unsent(String),
    /// Ours was sent, and its answer is not known.
    Lost(String),
}

/// A Redis, and who asks it.
struct Door<'a> {
    spec: &'a ConnectionSpec,
    database: u32,
    secret: Option<Secret>,
}

impl Redises {
    pub fn new(
        connections: impl IntoIterator<Item = ConnectionSpec>,
        secrets: Secrets,
        inside: Option<Arc<dyn Inside>>,
    ) -> Self {
        Self {
            connections: connections
                .into_iter()
                .filter(|spec| spec.kind == ConnectionKind::Redis)
                .map(|spec| (spec.name.clone(), spec))
                .collect(),
            secrets,
            inside,
        }
    }

    async fn door(&self, connection: &str) -> Result<Door<'_>, Refusal> {
        let spec = self
            .connections
            .get(connection)
            .ok_or_else(|| Refusal::NotFound {
                target: format!("connection {connection}"),
            })?;
        // Database 0 by default is how the wrong one is read: it has to be said.
        let text = spec.database.as_deref().unwrap_or_default();
        let database = text.parse().map_err(|_| Refusal::BadValue {
            param: format!("connection {connection} database"),
            value: text.to_owned(),
            why: ValueFault::NotWhole,
        })?;
        let secret = match &spec.secret {
            Some(name) => Some(
                self.secrets
                    .get(name)
                    .await
                    .map_err(|error| no_secret(&error))?,
            ),
            None => None,
        };
        Ok(Door {
            spec,
            database,
            secret,
        })
    }

    /// Opens the door and says the commands; the answers are to those alone.
    async fn speak(&self, door: &Door<'_>, commands: &[Vec<String>], within: Duration) -> Spoken {
        let mut all: Vec<Vec<String>> = Vec::new();
        if let Some(secret) = &door.secret {
            let mut auth = vec!["AUTH".to_owned()];
            auth.extend(door.spec.user.clone());
            auth.push(secret.expose().to_owned());
            all.push(auth);
        }
        all.push(vec!["SELECT".to_owned(), door.database.to_string()]);
        let opening = all.len();
        all.extend_from_slice(commands);
        let spoken = match &door.spec.by {
            Reached::Address { host, port } => {
                resp::speak((host, port.unwrap_or(6379)), &all, opening, within).await
            }
            Reached::Exec { pod, container } => match &self.inside {
                Some(inside) => {
                    cli::speak(
                        &**inside,
                        (pod, container.as_deref()),
                        &all,
                        opening,
                        within,
                    )
                    .await
                }
                None => Spoken::Unsent("there is no way into pods from here".to_owned()),
            },
        };
        let hide = executors::redactor::Redactor::new(door.secret.as_slice());
        match spoken {
            Spoken::Replies(mut replies) => {
                if let Some(error) = replies.iter().take(opening).find_map(RedisReply::error) {
                    return Spoken::Unsent(refused(&hide.whole(error)));
                }
                Spoken::Replies(replies.split_off(opening.min(replies.len())))
            }
            Spoken::Unsent(why) => Spoken::Unsent(hide.whole(&why)),
            Spoken::Lost(why) => Spoken::Lost(hide.whole(&why)),
        }
    }

    /// Which Redis it is, and that it takes writes.
    async fn found(&self, connection: &str) -> Result<(Vec<Fact>, Vec<Warning>), Refusal> {
        let door = self.door(connection).await?;
        let what = Target::Redis {
            connection: connection.to_owned(),
        };
        let asked = vec![vec!["INFO".to_owned()]];
        let unreadable = |why: String| Refusal::Unreadable {
            what: what.to_string(),
            why,
        };
        let replies = match self.speak(&door, &asked, LONGEST).await {
            Spoken::Replies(replies) => replies,
            Spoken::Unsent(why) | Spoken::Lost(why) => return Err(unreadable(why)),
        };
        let info = match replies.first() {
            Some(RedisReply::Error(error)) if error.starts_with("NOPERM") => {
                let seen = Warning::NotSeen {
                    what: "INFO".to_owned(),
                    why: error.clone(),
                };
                return Ok((Vec::new(), vec![seen]));
            }
            Some(RedisReply::Error(error)) => return Err(unreadable(refused(error))),
            Some(RedisReply::Text(info)) => info.clone(),
            _ => {
                return Err(unreadable(
                    "what it says of itself can't be read".to_owned(),
                ));
            }
        };
        let facts = ["run_id", "role"].iter().filter_map(|field| {
            let value = info.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                (name == *field).then(|| value.trim())
            })?;
            let name = FactName::Field((*field).to_owned());
            Some(Fact::new(what.clone(), name, Value::text(value)))
        });
        Ok((facts.collect(), Vec::new()))
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        let (connection, argv) = match asked(doing.step) {
            Ok((connection, argv)) => (connection, argv),
            Err(refusal) => return executors::failed(&refusal),
        };
        match self.found(connection).await {
            Ok((now, _)) => {
                if let Some(why) = differs(doing.plan, &now) {
                    return StepEnd::Failed { why };
                }
            }
            Err(refusal) => return executors::failed(&refusal),
        }
        let door = match self.door(connection).await {
            Ok(door) => door,
            Err(refusal) => return executors::failed(&refusal),
        };
        let commands = [argv];
        let spoken = tokio::select! {
            biased;
            spoken = self.speak(&door, &commands, limit(doing.step, LONGEST)) => spoken,
            () = doing.cancel.cancelled() => return StepEnd::Cancelled {
                done: Some("it may have been sent, and what came of it is not known".to_owned()),
            },
        };
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let mut out = Written::new(ears, Stream::Out, door.secret.as_slice());
        match spoken {
            Spoken::Replies(replies) => match replies.first() {
                Some(RedisReply::Error(error)) => StepEnd::Failed {
                    why: refused(error),
                },
                Some(reply) => {
                    out.feed(reply.lines().as_bytes());
                    let text = out.end().text;
                    done(reply, &text, doing.step.save.as_ref())
                }
                None => StepEnd::Unknown {
                    why: "it gave no answer".to_owned(),
                },
            },
            Spoken::Unsent(why) => StepEnd::Failed { why },
            Spoken::Lost(why) => StepEnd::Unknown { why },
        }
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let (connection, argv) = asked(step)?;
        let door = self.door(connection).await?;
        let unreadable = |why: String| Refusal::Unreadable {
            what: format!("redis/{connection}"),
            why,
        };
        let spoken = self.speak(&door, &[argv], limit(step, LONGEST)).await;
        match spoken {
            Spoken::Replies(replies) => match replies.first() {
                Some(RedisReply::Error(error)) => Err(unreadable(refused(error))),
                Some(reply) => {
                    values(reply, &reply.lines(), step.save.as_ref()).map_err(unreadable)
                }
                None => Err(unreadable("it gave no answer".to_owned())),
            },
            Spoken::Unsent(why) | Spoken::Lost(why) => Err(unreadable(why)),
        }
    }
}

/// A server that lets nobody in lives all the same.
fn refused(error: &str) -> String {
    let closed = ["NOAUTH", "WRONGPASS", "NOPERM"];
    if closed.iter().any(|word| error.starts_with(word)) {
        return format!("it is alive, but not allowed: {error}");
    }
    error.to_owned()
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

/// The connection and the words of a command.
fn asked(step: &Planned) -> Result<(&str, Vec<String>), Refusal> {
    let StepKind::Redis { connection, argv } = &step.kind else {
        return Err(executors::not_mine(step));
    };
    let words: Option<Vec<String>> = argv.iter().map(Template::whole).collect();
    let words = words.ok_or_else(|| Refusal::Unfilled {
        param: "argv".to_owned(),
    })?;
    check(words.first().map(String::as_str))?;
    Ok((connection, words))
}

fn check(command: Option<&str>) -> Result<(), Refusal> {
    let command = command.unwrap_or_default();
    let upper = command.to_ascii_uppercase();
    let plain = !command.is_empty()
        && command
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if plain && !NOT_ONCE.contains(&upper.as_str()) {
        return Ok(());
    }
    Err(Refusal::BadValue {
        param: "redis".to_owned(),
        value: command.to_owned(),
        why: ValueFault::NotName,
    })
}

impl Executor for Redises {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        async move {
            let StepKind::Redis { connection, argv } = &step.kind else {
                return Err(executors::not_mine(step));
            };
            check(argv.first().and_then(Template::whole).as_deref())?;
            let (facts, warnings) = self.found(connection).await?;
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
        .boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move {
            let StepKind::Redis { connection, .. } = &step.kind else {
                return Err(executors::not_mine(step));
            };
            Ok(self.found(connection).await?.0)
        }
        .boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        self.read(step).boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
