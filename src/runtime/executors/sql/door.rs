//! The way into one database: which one is meant, what opens it, and what it says of itself.

use std::collections::BTreeMap;

use rustls::ClientConfig;

use super::{
    LONGEST_LOOK, address,
    job::{Answer, Came, Job, Mode, values},
    pgpass, psql,
};
use crate::{
    domain::{
        action::{
            fact::{Fact, FactName},
            fault::ValueFault,
            place::{ConnectionSpec, Reached},
            refusal::Refusal,
            step::{Planned, StepKind},
            target::Target,
            value::Value,
        },
        sql::statements,
    },
    runtime::executors::{
        connections::Connections, inside::Room, redactor::Redactor, secrets::Secret, step::not_mine,
    },
};

/// Which database it is, and that it takes writes.
const WHICH: &str = "SELECT oid, pg_is_in_recovery() AS standby FROM pg_database WHERE datname = current_database()";

/// Whether a server follows another one.
const ROLE: &str = "SELECT pg_is_in_recovery() AS standby";

/// A database, and who asks it.
pub(super) struct Door<'a> {
    connections: &'a Connections,
    spec: &'a ConnectionSpec,
    /// The way to it; of several servers that to the primary.
    by: Reached,
    database: String,
    pub secret: Option<Secret>,
    seal: Option<ClientConfig>,
}

impl<'a> Door<'a> {
    pub async fn of(connections: &'a Connections, step: &Planned) -> Result<Self, Refusal> {
        let StepKind::Sql {
            connection,
            database,
            ..
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        let spec = connections.find(connection)?;
        let unfilled = || Refusal::unfilled("database");
        // Whatever a client would take by default is how the wrong one is changed: it has to be said.
        let database = match database {
            Some(template) => template.whole().ok_or_else(unfilled)?,
            None => spec.database.clone().ok_or_else(unfilled)?,
        };
        // psql reads a name with these as an address.
        if database.is_empty() || database.contains(['=', '\0', '\n']) || database.contains("://") {
            return Err(Refusal::BadValue {
                param: "database".to_owned(),
                value: database,
                why: ValueFault::NotName,
            });
        }
        let secret = connections.secret(spec).await?;
        let secret = secret.map(|secret| pgpass::password(secret, spec, &database));
        let mut door = Self {
            connections,
            spec,
            by: spec.by.clone(),
            secret: secret.transpose()?,
            seal: connections.seal(spec).await?,
            database,
        };
        if let Reached::Primary { pods, container } = &spec.by {
            door.by = door.primary(pods, container.as_ref()).await?;
        }
        Ok(door)
    }

    /// The way to that server of several which says that it is the primary. A standby would answer with what is old, and of two
    /// primaries one is wrong: both are refused.
    async fn primary(
        &self,
        pods: &[String],
        container: Option<&String>,
    ) -> Result<Reached, Refusal> {
        let by = |pod: &String| Reached::Exec {
            pod: pod.clone(),
            container: container.cloned(),
        };
        let asking = pods.iter().map(|pod| async move {
            let said = self.is_standby(&by(pod)).await;
            (pod, said)
        });
        let mut primaries = Vec::new();
        let mut told = Vec::new();
        for (pod, said) in futures::future::join_all(asking).await {
            told.push(match said {
                Ok(true) => format!("{pod}: standby"),
                Ok(false) => {
                    primaries.push(pod);
                    format!("{pod}: primary")
                }
                Err(why) => format!("{pod}: {why}"),
            });
        }
        match primaries[..] {
            [pod] => Ok(by(pod)),
            [] => {
                let why = format!("none of its servers is the primary: {}", told.join("; "));
                Err(self.unreadable(why))
            }
            _ => {
                let why = format!("it has more than one primary: {}", told.join("; "));
                Err(self.unreadable(why))
            }
        }
    }

    async fn is_standby(&self, by: &Reached) -> Result<bool, String> {
        let job = look(ROLE)?;
        let answers = match self.put_by(by, &job).await {
            Came::Done(answers) => answers,
            Came::Undone(why) | Came::Partly(why) | Came::Unknown(why) => return Err(why),
        };
        let found = values(&answers, None)?;
        match found.get("standby").and_then(Value::as_str) {
            Some("t" | "true") => Ok(true),
            Some("f" | "false") => Ok(false),
            _ => Err("it does not say what it is".to_owned()),
        }
    }

    pub fn target(&self) -> Target {
        Target::Database {
            connection: self.spec.name.clone(),
            database: self.database.clone(),
        }
    }

    pub fn unreadable(&self, why: String) -> Refusal {
        Refusal::unreadable(self.target().to_string(), why)
    }

    /// Puts a job to it, once.
    pub async fn put(&self, job: &Job) -> Came {
        self.put_by(&self.by, job).await
    }

    async fn put_by(&self, by: &Reached, job: &Job) -> Came {
        let secret = self.secret.as_ref();
        let user = self.spec.user.as_deref();
        let database = &self.database;
        let came = match by {
            Reached::Exec { .. } | Reached::Primary { .. } | Reached::Compose { .. } => {
                match (self.connections.inside(), Room::of(by)) {
                    (Ok(inside), Some(room)) => {
                        let pod = psql::Pod {
                            room: &room,
                            user,
                            database,
                        };
                        psql::put(inside, pod, secret, job).await
                    }
                    (Err(why), _) => Came::Undone(why),
                    (_, None) => Came::Undone("there is no way into it".to_owned()),
                }
            }
            Reached::Address { host, port, .. } => {
                let server = address::Server {
                    host,
                    port: port.unwrap_or(5432),
                    user,
                    database,
                    seal: self.seal.as_ref(),
                };
                address::put(server, secret, job).await
            }
        };
        let hide = Redactor::new(self.secret.as_slice());
        match came {
            Came::Done(answers) => {
                let hidden = answers
                    .into_iter()
                    .map(|it| it.map(&|cell| hide.whole(cell)));
                Came::Done(hidden.collect())
            }
            Came::Undone(why) => Came::Undone(hide.whole(&why)),
            Came::Partly(why) => Came::Partly(hide.whole(&why)),
            Came::Unknown(why) => Came::Unknown(hide.whole(&why)),
        }
    }

    /// What a job that keeps nothing gave.
    pub async fn ask(&self, job: &Job) -> Result<Vec<Answer>, String> {
        match self.put(job).await {
            Came::Done(answers) => Ok(answers),
            Came::Undone(why) | Came::Partly(why) | Came::Unknown(why) => Err(why),
        }
    }

    /// Which database it is, and whether it is a standby.
    pub async fn facts(&self) -> Result<Vec<Fact>, Refusal> {
        let unreadable = |why| self.unreadable(why);
        let job = look(WHICH).map_err(unreadable)?;
        let answers = self.ask(&job).await.map_err(unreadable)?;
        let found = values(&answers, None).map_err(unreadable)?;
        let fact = |name: &str| {
            let value = found.get(name).cloned().unwrap_or(Value::Absent);
            Fact::new(self.target(), FactName::Field(name.to_owned()), value)
        };
        let (oid, mut standby) = (fact("oid"), fact("standby"));
        // One way in writes `t`, the other `true`.
        let is_standby = matches!(standby.value.as_str(), Some("t" | "true"));
        standby.value = Value::Bool(is_standby);
        let mut facts = vec![oid, standby];
        // Which of several servers it is may change between a plan and its run.
        if let (Reached::Primary { .. }, Reached::Exec { pod, .. }) = (&self.spec.by, &self.by) {
            let name = FactName::Field("server".to_owned());
            facts.push(Fact::new(self.target(), name, Value::text(pod.as_str())));
        }
        Ok(facts)
    }
}

/// A question that changes nothing.
fn look(text: &str) -> Result<Job, String> {
    Ok(Job {
        statements: statements(text, []).map_err(|fault| fault.to_string())?,
        values: BTreeMap::new(),
        transaction: true,
        mode: Mode::Read,
        limit: LONGEST_LOOK,
        most_rows: None,
    })
}
