//! A database over the network: its own protocol, variables really bound.

use std::{error::Error, fmt::Write, time::Duration};

use bytes::BytesMut;
use rustls::ClientConfig;
use tokio::{task::JoinSet, time::timeout};
use tokio_postgres::{
    Client, Config, NoTls, Socket,
    config::SslMode,
    tls::MakeTlsConnect,
    types::{Format, IsNull, ToSql, Type, to_sql_checked},
};

use tokio_postgres_rustls::MakeRustlsConnect;

use super::job::{Answer, Came, Job, Mode, Table};
use crate::{
    domain::{
        clean::clean,
        sql::{SqlPiece, Statement},
    },
    runtime::executors::secrets::Secret,
};

/// How long a server may take to let us in.
const DOOR: Duration = Duration::from_secs(5);
/// How much longer than the server's own limit is waited.
const LATER: Duration = Duration::from_secs(5);

/// A database of a server.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    pub host: &'a str,
    pub port: u16,
    pub user: Option<&'a str>,
    pub database: &'a str,
    /// Without it the line is open.
    pub seal: Option<&'a ClientConfig>,
}

/// A value as text, whatever type the server takes it for: it reads it as it would read a literal.
#[derive(Debug)]
struct Bound<'a>(&'a str);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        _ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    fn encode_format(&self, _ty: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// Why a statement did not go through.
enum Fault {
    /// The server says no.
    Refused(String),
    /// The server is gone.
    Lost(String),
}

fn fault(error: &tokio_postgres::Error) -> Fault {
    match error.as_db_error() {
        // A connection that the server ends tells so, and is gone all the same.
        Some(db) if !db.code().code().starts_with("57P") => {
            Fault::Refused(clean(db.message()).into_owned())
        }
        Some(db) => Fault::Lost(clean(db.message()).into_owned()),
        None if error.is_closed() => Fault::Lost("the connection ended".to_owned()),
        None => {
            let cause = error.source().map(ToString::to_string);
            let why = cause.unwrap_or_else(|| error.to_string());
            Fault::Lost(clean(&why).into_owned())
        }
    }
}

/// Puts a job to a database. A dropped future ends the connection, and with it what was not kept.
pub async fn put(server: Server<'_>, secret: Option<&Secret>, job: &Job) -> Came {
    let mut config = Config::new();
    config
        .host(server.host)
        .port(server.port)
        .dbname(server.database)
        .application_name("quarterdeck")
        .connect_timeout(DOOR);
    if let Some(user) = server.user {
        config.user(user);
    }
    if let Some(secret) = secret {
        config.password(secret.expose());
    }
    let mut tasks = JoinSet::new();
    let entering = async {
        if let Some(seal) = server.seal {
            config.ssl_mode(SslMode::Require);
            enter(&config, MakeRustlsConnect::new(seal.clone()), &mut tasks).await
        } else {
            config.ssl_mode(SslMode::Disable);
            enter(&config, NoTls, &mut tasks).await
        }
    };
    let client = match timeout(DOOR, entering).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => {
            let (Fault::Refused(why) | Fault::Lost(why)) = fault(&error);
            return Came::Undone(why);
        }
        Err(_) => return Came::Undone(format!("{}:{} does not answer", server.host, server.port)),
    };
    match timeout(job.limit + LATER, work(&client, job)).await {
        Ok(came) => came,
        Err(_) => Came::Unknown(format!(
            "no answer within {} s",
            (job.limit + LATER).as_secs()
        )),
    }
}

/// Connects; what goes on on the line is done by a task that ends with its owner.
async fn enter<T>(
    config: &Config,
    tls: T,
    tasks: &mut JoinSet<()>,
) -> Result<Client, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await?;
    tasks.spawn(async move {
        // What went wrong with it is told by the question that failed.
        let _ = connection.await;
    });
    Ok(client)
}

async fn work(client: &Client, job: &Job) -> Came {
    let milliseconds = job.limit.as_millis();
    let opening = match (job.transaction, job.mode) {
        (true, Mode::Read) => {
            format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}")
        }
        (true, Mode::Do) => format!("BEGIN; SET LOCAL statement_timeout = {milliseconds}"),
        (true, Mode::Try) => {
            format!(
                "BEGIN; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = 2000"
            )
        }
        (false, _) => format!("SET statement_timeout = {milliseconds}"),
    };
    if let Err(error) = client.batch_execute(&opening).await {
        let (Fault::Refused(why) | Fault::Lost(why)) = fault(&error);
        return Came::Undone(why);
    }
    let all = job.statements.len();
    let mut answers = Vec::new();
    for (place, statement) in job.statements.iter().enumerate() {
        match one(client, statement, job).await {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                let (why, lost) = match fault(&error) {
                    Fault::Refused(why) => (why, false),
                    Fault::Lost(why) => (why, true),
                };
                let why = match all {
                    1 => why,
                    _ => format!("statement {} of {all}: {why}", place + 1),
                };
                return match (job.transaction, lost, place) {
                    // What was not kept is rolled back by the server, be it that we are gone.
                    (true, ..) | (false, false, 0) => Came::Undone(why),
                    (false, true, _) => Came::Unknown(why),
                    (false, false, _) => Came::Partly(format!("{why}; those before it stay")),
                };
            }
        }
    }
    if !job.transaction {
        return Came::Done(answers);
    }
    let changed = job.changed(&answers);
    if let Some(most) = job.most_rows.filter(|most| changed > *most) {
        let why = format!(
            "it would have changed {changed} rows where {most} were agreed to, and was rolled back"
        );
        // Even if this does not go through: what is not kept is gone with the connection.
        let _ = client.batch_execute("ROLLBACK").await;
        return Came::Undone(why);
    }
    let closing = if job.mode == Mode::Do {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    match client.batch_execute(closing).await {
        Ok(()) => Came::Done(answers),
        Err(error) => match fault(&error) {
            Fault::Refused(why) => Came::Undone(why),
            Fault::Lost(why) => Came::Unknown(why),
        },
    }
}

async fn one(
    client: &Client,
    statement: &Statement,
    job: &Job,
) -> Result<Answer, tokio_postgres::Error> {
    let mut names: Vec<&str> = Vec::new();
    let mut sql = String::new();
    for piece in &statement.pieces {
        match piece {
            SqlPiece::Text(text) => sql.push_str(text),
            SqlPiece::Variable(name) => {
                let known = names.iter().position(|one| one == name);
                let number = known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
                // Writing to a string can't fail.
                let _ = write!(sql, "${}", number + 1);
            }
        }
    }
    let bound: Vec<Bound<'_>> = names
        .iter()
        .map(|name| Bound(job.values.get(*name).map_or("", String::as_str)))
        .collect();
    let values: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|one| one as _).collect();
    let prepared = client.prepare(&sql).await?;
    let columns: Vec<String> = prepared
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let wrapped = [
        "SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE",
    ]
    .contains(&statement.verb())
        // What changes rows may only stand at the top.
        || (statement.verb() == "WITH" && !statement.changes_rows());
    if columns.is_empty() || !wrapped {
        let rows = client.execute(&prepared, &values).await?;
        return Ok(Answer {
            rows: Some(rows),
            table: None,
        });
    }
    // The server writes the rows as JSON, so that no type has to be known here.
    let sql = format!(
        "WITH quarterdeck AS ({sql}\n) SELECT row_to_json(quarterdeck)::text FROM quarterdeck"
    );
    let rows = client.query(&sql, &values).await?;
    let cells = rows.iter().map(|row| {
        let text: String = row.get(0);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        columns
            .iter()
            .map(|name| cell(&object[name.as_str()]))
            .collect()
    });
    Ok(Answer {
        rows: Some(rows.len() as u64),
        table: Some(Table {
            rows: cells.collect(),
            columns,
        }),
    })
}

fn cell(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
