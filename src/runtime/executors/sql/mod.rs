//! SQL: statements in one transaction, their variables bound, stopped by the first error.

mod address;
mod job;
mod pgpass;
mod psql;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};

use self::job::{Answer, Came, Job, Mode, values};
use crate::{
    actions::sql::{Statement, statements},
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        place::{ConnectionKind, ConnectionSpec, Reached},
        plan::{Count, Plan},
        preflight::{Change, Draft, Preflight, Preflighted, Warning},
        refusal::Refusal,
        step::{Planned, StepKind},
        target::Target,
        value::{Value, Values},
        verdict::{StepEnd, Stream},
    },
    runtime::executors::{
        self as executors, Doing, Executor,
        inside::Inside,
        output::{Ears, Written},
        program::{differs, limit, no_secret, said},
        redactor::Redactor,
        secrets::{Secret, Secrets},
    },
};

/// The longest statements may take that nobody gave a limit.
const LONGEST: Duration = Duration::from_secs(60);
/// The same for what only looks.
const LONGEST_LOOK: Duration = Duration::from_secs(15);
/// How long a person's wish to stop waits for an end that is certain.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which database it is, and that it takes writes.
const WHICH: &str = "SELECT oid, pg_is_in_recovery() AS standby FROM pg_database WHERE datname = current_database()";

/// Puts statements to the databases of a pack's connections.
#[derive(Clone)]
pub struct Databases {
    connections: BTreeMap<String, ConnectionSpec>,
    secrets: Secrets,
    /// The way into pods; without one, what is reached there refuses.
    inside: Option<Arc<dyn Inside>>,
}

/// A database, and who asks it.
struct Door<'a> {
    spec: &'a ConnectionSpec,
    database: String,
    secret: Option<Secret>,
}

impl Door<'_> {
    fn target(&self) -> Target {
        Target::Database {
            connection: self.spec.name.clone(),
            database: self.database.clone(),
        }
    }
}

/// The statements of a step; their values where all of them are known.
struct Asked {
    statements: Vec<Statement>,
    values: Option<BTreeMap<String, String>>,
    transaction: bool,
}

impl Asked {
    fn of(step: &Planned) -> Result<Self, Refusal> {
        let StepKind::Sql {
            text,
            values,
            transaction,
            ..
        } = &step.kind
        else {
            return Err(executors::not_mine(step));
        };
        let names = values.keys().map(String::as_str);
        let statements = statements(text, names).map_err(|fault| Refusal::Unreadable {
            what: "sql".to_owned(),
            why: fault.to_string(),
        })?;
        let filled = values
            .iter()
            .map(|(name, value)| Some((name.clone(), value.whole()?)));
        let filled: Option<BTreeMap<String, String>> = filled.collect();
        if let Some(filled) = &filled
            && let Some((name, value)) = filled.iter().find(|(_, value)| value.contains('\0'))
        {
            return Err(Refusal::BadValue {
                param: name.clone(),
                value: value.replace('\0', " "),
                why: ValueFault::NotPlain,
            });
        }
        Ok(Self {
            statements,
            values: filled,
            transaction: *transaction,
        })
    }

    fn job(&self, values: BTreeMap<String, String>, mode: Mode, limit: Duration) -> Job {
        Job {
            statements: self.statements.clone(),
            values,
            transaction: self.transaction,
            mode,
            limit,
            most_rows: None,
        }
    }
}

impl Databases {
    pub fn new(
        connections: impl IntoIterator<Item = ConnectionSpec>,
        secrets: Secrets,
        inside: Option<Arc<dyn Inside>>,
    ) -> Self {
        Self {
            connections: connections
                .into_iter()
                .filter(|spec| spec.kind == ConnectionKind::Postgres)
                .map(|spec| (spec.name.clone(), spec))
                .collect(),
            secrets,
            inside,
        }
    }

    async fn door(&self, step: &Planned) -> Result<Door<'_>, Refusal> {
        let StepKind::Sql {
            connection,
            database,
            ..
        } = &step.kind
        else {
            return Err(executors::not_mine(step));
        };
        let spec = self
            .connections
            .get(connection)
            .ok_or_else(|| Refusal::NotFound {
                target: format!("connection {connection}"),
            })?;
        let unfilled = || Refusal::Unfilled {
            param: "database".to_owned(),
        };
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
        let secret = match &spec.secret {
            Some(name) => {
                let secret = self
                    .secrets
                    .get(name)
                    .await
                    .map_err(|error| no_secret(&error))?;
                Some(pgpass::password(secret, spec, &database)?)
            }
            None => None,
        };
        Ok(Door {
            spec,
            database,
            secret,
        })
    }

    async fn put(&self, door: &Door<'_>, job: &Job) -> Came {
        let secret = door.secret.as_ref();
        let user = door.spec.user.as_deref();
        let database = &door.database;
        let came = match &door.spec.by {
            Reached::Exec { pod, container } => match &self.inside {
                Some(inside) => {
                    let pod = psql::Pod {
                        name: pod,
                        container: container.as_deref(),
                        user,
                        database,
                    };
                    psql::put(&**inside, pod, secret, job).await
                }
                None => Came::Undone("there is no way into pods from here".to_owned()),
            },
            Reached::Address { host, port } => {
                let server = address::Server {
                    host,
                    port: port.unwrap_or(5432),
                    user,
                    database,
                };
                address::put(server, secret, job).await
            }
        };
        let hide = Redactor::new(door.secret.as_slice());
        match came {
            Came::Done(answers) => Came::Done(answers),
            Came::Undone(why) => Came::Undone(hide.whole(&why)),
            Came::Partly(why) => Came::Partly(hide.whole(&why)),
            Came::Unknown(why) => Came::Unknown(hide.whole(&why)),
        }
    }

    /// What a job that keeps nothing gave.
    async fn ask(&self, door: &Door<'_>, job: &Job) -> Result<Vec<Answer>, String> {
        match self.put(door, job).await {
            Came::Done(answers) => Ok(answers),
            Came::Undone(why) | Came::Partly(why) | Came::Unknown(why) => Err(why),
        }
    }

    async fn which(&self, door: &Door<'_>) -> Result<Vec<Fact>, Refusal> {
        let unreadable = |why: String| Refusal::Unreadable {
            what: door.target().to_string(),
            why,
        };
        let job = Job {
            statements: statements(WHICH, []).map_err(|fault| unreadable(fault.to_string()))?,
            values: BTreeMap::new(),
            transaction: true,
            mode: Mode::Read,
            limit: LONGEST_LOOK,
            most_rows: None,
        };
        let answers = self.ask(door, &job).await.map_err(unreadable)?;
        let found = values(&answers, None).map_err(unreadable)?;
        let fact = |name: &str| {
            let value = found.get(name).cloned().unwrap_or(Value::Absent);
            Fact::new(door.target(), FactName::Field(name.to_owned()), value)
        };
        let (oid, mut standby) = (fact("oid"), fact("standby"));
        // One way in writes `t`, the other `true`.
        let is_standby = matches!(standby.value.as_str(), Some("t" | "true"));
        standby.value = Value::Bool(is_standby);
        Ok(vec![oid, standby])
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        let door = self.door(step).await?;
        let facts = self.which(&door).await?;
        if facts.iter().any(|fact| fact.value == Value::Bool(true)) {
            return Err(Refusal::DryRun {
                why: format!("{} is a standby: it takes no writes", door.target()),
            });
        }
        let mut preflight = Preflight {
            facts,
            ..Preflight::default()
        };
        let tried = asked.transaction && asked.statements.iter().all(Statement::can_be_tried);
        let Some(values) = asked.values.clone().filter(|_| tried) else {
            preflight.warnings.push(Warning::NotSeen {
                what: "rows".to_owned(),
                why: "it can't be tried and taken back".to_owned(),
            });
            return Ok(preflight);
        };
        let job = asked.job(values, Mode::Try, LONGEST_LOOK);
        let answers = self.ask(&door, &job).await;
        let answers = answers.map_err(|why| Refusal::DryRun { why })?;
        preflight.count = Some(Count {
            of: "rows".to_owned(),
            number: job.changed(&answers),
        });
        let changes = job.statements.iter().zip(&answers);
        preflight.changes = changes
            .filter(|(statement, _)| statement.changes_rows())
            .map(|(statement, answer)| Change {
                of: door.target(),
                field: statement.verb().to_owned(),
                from: None,
                to: answer.rows.map(|rows| rows.to_string()),
            })
            .collect();
        Ok(preflight)
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        let (asked, door) = match (Asked::of(doing.step), self.door(doing.step).await) {
            (Ok(asked), Ok(door)) => (asked, door),
            (Err(refusal), _) | (_, Err(refusal)) => return executors::failed(&refusal),
        };
        match self.which(&door).await {
            Ok(now) => {
                if let Some(why) = differs(doing.plan, &now) {
                    return StepEnd::Failed { why };
                }
            }
            Err(refusal) => return executors::failed(&refusal),
        }
        let Some(values) = asked.values.clone() else {
            return executors::failed(&Refusal::Unfilled {
                param: "values".to_owned(),
            });
        };
        let rows = |count: &&Count| count.of == "rows";
        let job = Job {
            most_rows: doing
                .plan
                .count
                .as_ref()
                .filter(rows)
                .map(|count| count.number),
            ..asked.job(values, Mode::Do, limit(doing.step, LONGEST))
        };
        let putting = self.put(&door, &job);
        tokio::pin!(putting);
        let came = tokio::select! {
            biased;
            came = &mut putting => came,
            () = doing.cancel.cancelled() => match tokio::time::timeout(PATIENCE, putting).await {
                Ok(came) => came,
                Err(_) => return StepEnd::Cancelled {
                    done: Some("it was sent; whether it is kept is not known, and the server may still work on it".to_owned()),
                },
            },
        };
        end(&doing, &door, &job, came)
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let asked = Asked::of(step)?;
        let door = self.door(step).await?;
        let unreadable = |why: String| Refusal::Unreadable {
            what: door.target().to_string(),
            why,
        };
        if asked.statements.iter().any(Statement::acts) {
            return Err(unreadable("a read calls nothing that acts".to_owned()));
        }
        let bound = asked.values.clone().ok_or_else(|| Refusal::Unfilled {
            param: "values".to_owned(),
        })?;
        let job = Job {
            transaction: true,
            ..asked.job(bound, Mode::Read, limit(step, LONGEST_LOOK))
        };
        let answers = self.ask(&door, &job).await.map_err(unreadable)?;
        values(&answers, step.save.as_ref()).map_err(unreadable)
    }
}

/// What came of it, as the end of a step; its rows are told.
fn end(doing: &Doing<'_>, door: &Door<'_>, job: &Job, came: Came) -> StepEnd {
    let answers = match came {
        Came::Done(answers) => answers,
        Came::Undone(why) => return StepEnd::Failed { why },
        Came::Partly(why) | Came::Unknown(why) => return StepEnd::Unknown { why },
    };
    let ears = Ears {
        tell: Some(doing.output),
        step: doing.place,
        of: None,
    };
    let mut out = Written::new(ears, Stream::Out, door.secret.as_slice());
    for (statement, answer) in job.statements.iter().zip(&answers) {
        if let Some(rows) = answer.rows {
            out.feed(format!("{} {rows}\n", statement.verb()).as_bytes());
        }
        if let Some(table) = &answer.table {
            out.feed(table.lines().as_bytes());
        }
    }
    drop(out.end());
    let save = doing.step.save.as_ref();
    let saved = match save {
        Some(_) => values(&answers, save),
        None => Ok(Values::new()),
    };
    let changed = i64::try_from(job.changed(&answers)).unwrap_or(i64::MAX);
    match saved {
        Ok(saved) => StepEnd::Done {
            said: vec![said("rows", Value::Int(changed))],
            saved,
        },
        Err(why) => StepEnd::Unknown {
            why: format!("it is kept, but what it said can't be used: {why}"),
        },
    }
}

impl Executor for Databases {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.look(step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move {
            let door = self.door(step).await?;
            self.which(&door).await
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
