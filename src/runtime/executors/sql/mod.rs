//! SQL: statements in one transaction, their variables bound, stopped by the first error.

mod address;
mod asked;
mod door;
mod job;
mod pgpass;
mod psql;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use self::{
    asked::Asked,
    door::Door,
    job::{Came, Job, Mode, values},
};
use crate::{
    domain::{
        action::{
            fact::Fact,
            place::{ConnectionKind, ConnectionSpec},
            plan::Count,
            preflight::{Change, Preflight, Preflighted, Warning},
            refusal::Refusal,
            step::Planned,
            tier::Tier,
            value::{Value, Values},
            verdict::{StepEnd, Stream},
        },
        sql::Statement,
    },
    runtime::executors::{
        Doing,
        connections::Connections,
        family::Family,
        inside::Inside,
        output::Written,
        secrets::Secrets,
        step::{limit, said},
    },
};

/// The longest statements may take that nobody gave a limit.
const LONGEST: Duration = Duration::from_secs(60);
/// The same for what only looks.
const LONGEST_LOOK: Duration = Duration::from_secs(15);
/// How long a person's wish to stop waits for an end that is certain.
const PATIENCE: Duration = Duration::from_secs(5);

/// Puts statements to the databases of a pack's connections.
#[derive(Clone)]
pub struct Databases(Connections);

impl Databases {
    pub fn new(
        connections: impl IntoIterator<Item = ConnectionSpec>,
        secrets: Secrets,
        inside: Option<Arc<dyn Inside>>,
    ) -> Self {
        let kind = ConnectionKind::Postgres;
        Self(Connections::new(kind, connections, secrets, inside))
    }

    async fn door(&self, step: &Planned) -> Result<Door<'_>, Refusal> {
        Door::of(&self.0, step).await
    }
}

impl Family for Databases {
    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        let door = self.door(step).await?;
        let facts = door.facts().await?;
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
        let answers = door.ask(&job).await;
        let answers = answers.map_err(|why| Refusal::DryRun { why })?;
        // What only looks has no number that could be asked back.
        let changes = job.statements.iter().any(Statement::changes_rows);
        preflight.count = changes.then(|| Count {
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

    async fn facts(&self, step: &Planned) -> Result<Vec<Fact>, Refusal> {
        self.door(step).await?.facts().await
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let asked = Asked::of(step)?;
        let door = self.door(step).await?;
        let unreadable = |why| door.unreadable(why);
        if asked.statements.iter().any(Statement::acts) {
            return Err(unreadable("a read calls nothing that acts".to_owned()));
        }
        let bound = asked.values.clone();
        let bound = bound.ok_or_else(|| Refusal::unfilled("values"))?;
        let job = Job {
            transaction: true,
            ..asked.job(bound, Mode::Read, limit(step, LONGEST_LOOK))
        };
        let answers = door.ask(&job).await.map_err(unreadable)?;
        values(&answers, step.save.as_ref()).map_err(unreadable)
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let asked = Asked::of(doing.step)?;
        let door = self.door(doing.step).await?;
        let values = asked.values.clone();
        let values = values.ok_or_else(|| Refusal::unfilled("values"))?;
        // What is read again only reads, and so does a T0, whatever its pack wrote.
        let reads = doing.step.again.is_some() || doing.plan.tier == Tier::T0;
        if reads && asked.statements.iter().any(Statement::acts) {
            return Err(door.unreadable("a read calls nothing that acts".to_owned()));
        }
        let mode = if reads { Mode::Read } else { Mode::Do };
        let count = doing.plan.count.as_ref();
        let job = Job {
            most_rows: count
                .filter(|count| count.of == "rows")
                .map(|count| count.number),
            transaction: reads || asked.transaction,
            ..asked.job(values, mode, limit(doing.step, LONGEST))
        };
        let putting = door.put(&job);
        tokio::pin!(putting);
        let came = tokio::select! {
            biased;
            came = &mut putting => came,
            () = doing.cancel.cancelled() => match tokio::time::timeout(PATIENCE, putting).await {
                Ok(came) => came,
                Err(_) => return Ok(StepEnd::Cancelled {
                    done: Some("it was sent; whether it is kept is not known, and the server may still work on it".to_owned()),
                }),
            },
        };
        Ok(end(&doing, &door, &job, came))
    }
}

/// What came of it, as the end of a step; its rows are told.
fn end(doing: &Doing<'_>, door: &Door<'_>, job: &Job, came: Came) -> StepEnd {
    let answers = match came {
        Came::Done(answers) => answers,
        Came::Undone(why) => return StepEnd::Failed { why },
        Came::Partly(why) | Came::Unknown(why) => return StepEnd::Unknown { why },
    };
    let mut out = Written::new(doing.ears(), Stream::Out, door.secret.as_slice());
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
