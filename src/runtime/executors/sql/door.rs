//! The way into one database: which one is meant, what opens it, and what it says of itself.

use std::collections::BTreeMap;

use rustls::ClientConfig;

use super::{
    LONGEST_LOOK, address,
    job::{Answer, Came, Job, Mode, values},
    pgpass, psql,
};
use crate::{
    actions::sql::statements,
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        place::{ConnectionSpec, Reached},
        refusal::Refusal,
        step::{Planned, StepKind},
        target::Target,
        value::Value,
    },
    runtime::executors::{
        connections::Connections, inside::Room, redactor::Redactor, secrets::Secret, step::not_mine,
    },
};

/// Which database it is, and that it takes writes.
const WHICH: &str = "SELECT oid, pg_is_in_recovery() AS standby FROM pg_database WHERE datname = current_database()";

/// A database, and who asks it.
pub(super) struct Door<'a> {
    connections: &'a Connections,
    spec: &'a ConnectionSpec,
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
        Ok(Self {
            connections,
            spec,
            secret: secret.transpose()?,
            seal: connections.seal(spec).await?,
            database,
        })
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
        let secret = self.secret.as_ref();
        let user = self.spec.user.as_deref();
        let database = &self.database;
        let came = match &self.spec.by {
            by @ (Reached::Exec { .. } | Reached::Compose { .. }) => {
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
        let job = Job {
            statements: statements(WHICH, []).map_err(|fault| unreadable(fault.to_string()))?,
            values: BTreeMap::new(),
            transaction: true,
            mode: Mode::Read,
            limit: LONGEST_LOOK,
            most_rows: None,
        };
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
        Ok(vec![oid, standby])
    }
}
