//! Locks beside the shared ledger: advisory ones of PostgreSQL, which live as long as the session that holds them.

use std::time::Duration;

use futures::{FutureExt as _, future::BoxFuture};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Held, Holder, Locks};
use crate::{
    domain::{
        action::{refusal::Refusal, target::LockKey},
        clean::clean,
    },
    ledger::postgres::{Away, Connected, Place, connect, version},
};

/// Takes locks in the database of the shared ledger.
#[derive(Debug, Clone)]
pub struct PostgresLocks {
    place: Place,
    /// After how long a session that asks nothing is ended by the server, and its locks with it.
    silent: Option<Duration>,
}

impl PostgresLocks {
    pub const fn at(place: Place) -> Self {
        Self {
            place,
            silent: None,
        }
    }

    /// The same, whose locks end where whoever holds them shows no sign of life for so long: a process that was stopped
    /// keeps its line open. A server that knows no such limit keeps them as long as the line is open.
    #[must_use]
    pub const fn for_the_living(mut self, silent: Duration) -> Self {
        self.silent = Some(silent);
        self
    }

    /// Takes a lock by its name, or says who has it.
    pub async fn hold(&self, name: &str, holder: &Holder) -> Result<Box<dyn Held>, Refusal> {
        self.try_take(name, holder).await
    }

    async fn try_take(&self, name: &str, holder: &Holder) -> Result<Box<dyn Held>, Refusal> {
        let away = |away: Away| Refusal::NoLock {
            why: away.to_string(),
        };
        let line = connect(&self.place, "quarterdeck lock")
            .await
            .map_err(away)?;
        version(&line.client).await.map_err(away)?;
        if let Some(silent) = self.silent {
            let limit = format!("SET idle_session_timeout = {}", silent.as_millis());
            if let Err(error) = line.client.batch_execute(&limit).await {
                tracing::info!(%error, "a watch that is stopped keeps the lead until its line breaks");
            }
        }
        let lock = PostgresLock {
            line,
            number: number_of(name),
            name: name.to_owned(),
        };
        if lock.ask().await.map_err(away)? {
            lock.sign(holder).await.map_err(away)?;
            return Ok(Box::new(lock));
        }
        Err(lock.busy().await.map_err(away)?)
    }
}

impl Locks for PostgresLocks {
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        async move {
            match key {
                LockKey::Shared { name } => self.try_take(name, holder).await,
                LockKey::Lease { .. } | LockKey::Host { .. } => Err(Refusal::NoLock {
                    why: "it is no lock of the shared ledger".to_owned(),
                }),
            }
        }
        .boxed()
    }
}

/// The number PostgreSQL knows a lock by.
fn number_of(name: &str) -> i64 {
    let hash = Sha256::digest(format!("quarterdeck {name}"));
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}

/// A lock of one session.
struct PostgresLock {
    line: Connected,
    number: i64,
    name: String,
}

impl PostgresLock {
    async fn ask(&self) -> Result<bool, Away> {
        let row = self
            .line
            .client
            .query_one("SELECT pg_try_advisory_lock($1)", &[&self.number])
            .await?;
        Ok(row.get(0))
    }

    /// Writes down who holds it, for those who come after.
    async fn sign(&self, holder: &Holder) -> Result<(), Away> {
        self.line
            .client
            .execute(
                "INSERT INTO quarterdeck.holders (name, who, host, run) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name) DO UPDATE SET who = excluded.who, host = excluded.host,
                     run = excluded.run, taken_at = clock_timestamp()",
                &[&self.name, &holder.who, &holder.host, &holder.run],
            )
            .await?;
        Ok(())
    }

    /// Who holds it, as it stands there: whoever has just taken it may not have written it yet.
    async fn busy(&self) -> Result<Refusal, Away> {
        let row = self
            .line
            .client
            .query_opt(
                "SELECT who, host, run, extract(epoch FROM taken_at)::bigint
                 FROM quarterdeck.holders WHERE name = $1",
                &[&self.name],
            )
            .await?;
        let Some(row) = row else {
            return Ok(Refusal::Busy {
                who: "somebody".to_owned(),
                run: None,
                since: None,
            });
        };
        // Anybody who may write there wrote it.
        let text = |place: usize| clean(row.get::<_, &str>(place)).into_owned();
        Ok(Refusal::Busy {
            who: format!("{} ({})", text(0), text(1)),
            run: Some(text(2)),
            since: Timestamp::from_second(row.get(3)).ok(),
        })
    }

    /// Whether this very session still holds it.
    async fn is_ours(&self) -> Result<bool, Away> {
        // A lock of 64 bits stands as two halves in the list of locks.
        let row = self
            .line
            .client
            .query_one(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
                     AND pid = pg_backend_pid() AND objsubid = 1
                     AND (classid::bigint << 32 | objid::bigint) = $1)",
                &[&self.number],
            )
            .await?;
        Ok(row.get(0))
    }
}

impl Held for PostgresLock {
    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        async move {
            match self.is_ours().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(match self.busy().await {
                    Ok(Refusal::Busy { who, .. }) => who,
                    Ok(_) => "somebody".to_owned(),
                    Err(away) => away.to_string(),
                }),
                Err(away) => Err(away.to_string()),
            }
        }
        .boxed()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        async move {
            // A session that ended has given it back already.
            let _ = self
                .line
                .client
                .execute("SELECT pg_advisory_unlock($1)", &[&self.number])
                .await;
        }
        .boxed()
    }

    fn name(&self) -> String {
        format!("PostgreSQL {}", self.name)
    }
}
