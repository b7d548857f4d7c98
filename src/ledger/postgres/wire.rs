//! What is asked of PostgreSQL and told to it.

use std::{collections::BTreeMap, time::SystemTime};

use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Client;

use super::Away;
use crate::ledger::{
    anchor::Head,
    chain::{Link, canonical},
};

/// The version of the tables this program knows.
const KNOWN: i32 = 1;

/// Whether the tables are there, and of a version that is known.
pub async fn version(client: &Client) -> Result<(), Away> {
    let there = client
        .query_one("SELECT to_regclass('quarterdeck.about') IS NOT NULL", &[])
        .await?;
    if !there.get::<_, bool>(0) {
        return Err(Away::new(
            "there is no ledger in this database: `quarterdeck journal setup-sql` prints what makes it",
        ));
    }
    let found: i32 = client
        .query_one("SELECT version FROM quarterdeck.about", &[])
        .await?
        .get(0);
    if found > KNOWN {
        return Err(Away::new(format!(
            "the shared ledger is of version {found}, this program knows up to {KNOWN}: use the newer program"
        )));
    }
    Ok(())
}

/// The end of each chain, by origin.
pub async fn heads(client: &Client) -> Result<BTreeMap<String, Head>, Away> {
    let rows = client
        .query("SELECT origin, sequence, hash FROM quarterdeck.heads", &[])
        .await?;
    rows.iter()
        .map(|row| {
            let origin: String = row.get(0);
            let head = Head {
                origin: origin.clone(),
                sequence: whole(row.get(1))?,
                hash: row.get(2),
            };
            Ok((origin, head))
        })
        .collect()
}

fn whole(number: i64) -> Result<u64, Away> {
    u64::try_from(number).map_err(|_| Away::new("the shared ledger has a number below 0"))
}

/// Adds entries, in order and all or none; `previous` stands before the first. The same ones again are nothing new.
pub async fn give(client: &mut Client, previous: &str, links: &[Link]) -> Result<(), Away> {
    let transaction = client.transaction().await?;
    let insert = transaction
        .prepare(
            "INSERT INTO quarterdeck.entries (origin, sequence, previous, body, hash)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    let mut previous = previous;
    for link in links {
        let sequence = i64::try_from(link.sequence)
            .map_err(|_| Away::new("an entry has a number that is too large"))?;
        transaction
            .execute(
                &insert,
                &[&link.origin, &sequence, &previous, &link.body(), &link.hash],
            )
            .await?;
        previous = &link.hash;
    }
    Ok(transaction.commit().await?)
}

/// Entries of another writer, with the hash that stands before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub previous: String,
    pub links: Vec<Link>,
}

/// Entries of a chain after a number, at most so many; `None` where there are none.
pub async fn fetch(
    client: &Client,
    origin: &str,
    after: u64,
    most: i64,
) -> Result<Option<Fetched>, Away> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = client
        .query(
            "SELECT previous, body, hash FROM quarterdeck.entries
             WHERE origin = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
            &[&origin, &after, &most],
        )
        .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let links = rows
        .iter()
        .map(|row| link(row.get(1), row.get(2)))
        .collect::<Result<_, _>>()?;
    Ok(Some(Fetched {
        previous: first.get(0),
        links,
    }))
}

/// An entry out of the text that was hashed.
fn link(body: &str, hash: &str) -> Result<Link, Away> {
    let odd = || Away::new("the shared ledger has an entry that does not read");
    let fields: Value = serde_json::from_str(body).map_err(|_| odd())?;
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let link = Link {
        origin: text("origin").ok_or_else(odd)?,
        sequence: fields["sequence"].as_u64().ok_or_else(odd)?,
        at: text("at").and_then(|at| at.parse().ok()).ok_or_else(odd)?,
        actor: canonical(&fields["actor"]).map_err(|_| odd())?,
        run: text("run"),
        entry: canonical(&fields["entry"]).map_err(|_| odd())?,
        hash: hash.to_owned(),
    };
    if link.body() == body {
        Ok(link)
    } else {
        Err(odd())
    }
}

/// Tells which runs live.
pub async fn give_beats(client: &Client, beats: &[(String, Timestamp)]) -> Result<(), Away> {
    for (run, at) in beats {
        client
            .execute(
                "INSERT INTO quarterdeck.beats AS known (run, at) VALUES ($1, $2)
                 ON CONFLICT (run) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at",
                &[run, &SystemTime::from(*at)],
            )
            .await?;
    }
    Ok(())
}

/// Which runs lived a short while ago.
pub async fn beats(client: &Client) -> Result<Vec<(String, Timestamp)>, Away> {
    let rows = client
        .query(
            "SELECT run, at FROM quarterdeck.beats WHERE at > now() - interval '10 minutes'",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let at: SystemTime = row.get(1);
            Some((row.get(0), Timestamp::try_from(at).ok()?))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        chain::START,
        testkit::{actor, intent},
    };

    #[test]
    fn an_entry_comes_back_out_of_its_text() {
        let at: Timestamp = "2026-11-21T06:32:05.5Z".parse().unwrap();
        let sent = Link::forge(
            "o",
            (7, START),
            at,
            &actor("li"),
            Some(&"r".into()),
            &intent("a", 1),
        )
        .unwrap();
        assert_eq!(link(&sent.body(), &sent.hash).unwrap(), sent);
        assert!(
            link(
                &sent.body().replace("\"sequence\":7", "\"sequence\": 7"),
                ""
            )
            .is_err()
        );
    }
}
