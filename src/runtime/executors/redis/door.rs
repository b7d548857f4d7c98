//! The way into one Redis: which database is meant, what opens it, and what it says of itself.

use std::time::Duration;

use rustls::ClientConfig;

use super::{LONGEST, RedisReply, cli, resp};
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        place::{ConnectionSpec, Reached},
        preflight::Warning,
        refusal::Refusal,
        step::Sign,
        target::Target,
        value::Value,
    },
    runtime::executors::{
        connections::Connections, inside::Room, redactor::Redactor, secrets::Secret,
    },
};

/// What became of commands that were sent one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spoken {
    /// As many answers as commands, or up to the first that failed before ours.
    Replies(Vec<RedisReply>),
    /// Nothing of ours was sent.
    Unsent(String),
    /// The same, and it was said why: a server that lets nobody in, nothing that listens, no such pod.
    Shut(Sign, String),
    /// Ours was sent, and its answer is not known.
    Lost(String),
}

/// A Redis, and who asks it.
pub(super) struct Door<'a> {
    connections: &'a Connections,
    spec: &'a ConnectionSpec,
    database: u32,
    pub secret: Option<Secret>,
    seal: Option<ClientConfig>,
}

impl<'a> Door<'a> {
    pub async fn of(connections: &'a Connections, connection: &str) -> Result<Self, Refusal> {
        let spec = connections.find(connection)?;
        // Database 0 by default is how the wrong one is read: it has to be said.
        let text = spec.database.as_deref().unwrap_or_default();
        let database = text.parse().map_err(|_| Refusal::BadValue {
            param: format!("connection {connection} database"),
            value: text.to_owned(),
            why: ValueFault::NotWhole,
        })?;
        Ok(Self {
            connections,
            spec,
            database,
            secret: connections.secret(spec).await?,
            seal: connections.seal(spec).await?,
        })
    }

    fn target(&self) -> Target {
        Target::Redis {
            connection: self.spec.name.clone(),
        }
    }

    pub fn unreadable(&self, why: String) -> Refusal {
        Refusal::unreadable(self.target().to_string(), why)
    }

    /// Opens the door and says the commands; the answers are to those alone.
    pub async fn speak(&self, commands: &[Vec<String>], within: Duration) -> Spoken {
        let mut all: Vec<Vec<String>> = Vec::new();
        if let Some(secret) = &self.secret {
            let mut auth = vec!["AUTH".to_owned()];
            auth.extend(self.spec.user.clone());
            auth.push(secret.expose().to_owned());
            all.push(auth);
        }
        all.push(vec!["SELECT".to_owned(), self.database.to_string()]);
        let opening = all.len();
        all.extend_from_slice(commands);
        let spoken = match &self.spec.by {
            Reached::Address { host, port, .. } => {
                let server = resp::Server {
                    host,
                    port: port.unwrap_or(6379),
                    seal: self.seal.as_ref(),
                };
                resp::speak(server, &all, opening, within).await
            }
            by @ (Reached::Exec { .. } | Reached::Compose { .. } | Reached::Primary { .. }) => {
                match (self.connections.inside(), Room::of(by)) {
                    (Ok(inside), Some(room)) => {
                        cli::speak(inside, &room, &all, opening, within).await
                    }
                    (Err(why), _) => Spoken::Unsent(why),
                    (_, None) => Spoken::Unsent("there is no way into it".to_owned()),
                }
            }
        };
        let hide = Redactor::new(self.secret.as_slice());
        match spoken {
            Spoken::Replies(mut replies) => {
                if let Some(error) = replies.iter().take(opening).find_map(RedisReply::error) {
                    return Spoken::Shut(Sign::Answers, refused(&hide.whole(error)));
                }
                let ours = replies.split_off(opening.min(replies.len()));
                let hidden = ours
                    .into_iter()
                    .map(|reply| reply.map(&|text| hide.whole(text)));
                Spoken::Replies(hidden.collect())
            }
            Spoken::Unsent(why) => Spoken::Unsent(hide.whole(&why)),
            Spoken::Shut(sign, why) => Spoken::Shut(sign, hide.whole(&why)),
            Spoken::Lost(why) => Spoken::Lost(hide.whole(&why)),
        }
    }

    /// Which Redis it is, and that it takes writes.
    pub async fn found(&self) -> Result<(Vec<Fact>, Vec<Warning>), Refusal> {
        let what = self.target();
        let asked = vec![vec!["INFO".to_owned()]];
        let unreadable = |why: String| self.unreadable(why);
        let replies = match self.speak(&asked, LONGEST).await {
            Spoken::Replies(replies) => replies,
            Spoken::Unsent(why) | Spoken::Shut(_, why) | Spoken::Lost(why) => {
                return Err(unreadable(why));
            }
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
}

/// A server that lets nobody in lives all the same.
pub(super) fn refused(error: &str) -> String {
    let closed = ["NOAUTH", "WRONGPASS", "NOPERM"];
    if closed.iter().any(|word| error.starts_with(word)) {
        return format!("it is alive, but not allowed: {error}");
    }
    error.to_owned()
}
