//! `psql` inside a pod. Statements, values and the password go to its input, where no other process sees them.
//!
//! Values are bound by psql's own quoting (`\set`, `:'name'`), which all of its versions have that are in use (13 to 17); its
//! `\bind` is there since 16 only.

mod script;
#[cfg(test)]
mod tests;
mod told;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

use tokio::time::timeout;

use self::{script::script, told::came};
use super::job::{Came, Job};
use crate::runtime::executors::{
    inside::{Inside, InsideCall, InsideError, InsideRan, Room},
    secrets::Secret,
};

/// How much longer than the server's own limit is waited.
const LATER: std::time::Duration = std::time::Duration::from_secs(5);

/// A database beside its own client, in a pod or the container of a service.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    pub room: &'a Room,
    pub user: Option<&'a str>,
    pub database: &'a str,
}

/// What parts the answers, and stands for what is not there: nothing that is read looks like it.
struct Marks {
    mark: String,
    null: String,
}

impl Marks {
    fn new() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self {
            mark: format!("quarterdeck-{random:016x}"),
            null: format!("null-{random:016x}"),
        }
    }
}

/// Puts a job to a database.
pub async fn put(inside: &dyn Inside, pod: Pod<'_>, secret: Option<&Secret>, job: &Job) -> Came {
    let marks = Marks::new();
    let mut stdin = String::new();
    if let Some(secret) = secret {
        stdin.push_str(secret.expose());
        stdin.push('\n');
    }
    stdin.push_str(&script(job, &marks));
    let within = job.limit + LATER;
    let call = InsideCall {
        room: pod.room.clone(),
        argv: argv(pod, secret.is_some()),
        stdin: stdin.into_bytes(),
        within,
    };
    match timeout(within, inside.run(call)).await {
        Ok(Ok(ran)) if ended_around(pod.room, &ran, &marks) => Came::Unknown(format!(
            "compose ended with {}, and psql said nothing of it",
            ran.rc
        )),
        Ok(Ok(ran)) => came(&ran, job, &marks),
        Ok(Err(InsideError::NotStarted(why) | InsideError::Absent(why))) => Came::Undone(why),
        Ok(Err(error @ InsideError::Crashed(_))) => Came::Undone(error.to_string()),
        Ok(Err(InsideError::Lost(why))) => Came::Unknown(why),
        Err(_) => Came::Unknown(format!("no answer within {} s", within.as_secs())),
    }
}

/// Whether it may be the way into the container alone that ended: it gives an exit code of its own, and what was put to psql goes on
/// to its end there.
fn ended_around(room: &Room, ran: &InsideRan, marks: &Marks) -> bool {
    let said = |bytes: &[u8], words: &str| String::from_utf8_lossy(bytes).contains(words);
    matches!(room, Room::Service { .. })
        && ran.rc != 0
        && !said(&ran.err, "psql:")
        && !said(&ran.out, &format!("{} error", marks.mark))
}

fn argv(pod: Pod<'_>, password: bool) -> Vec<String> {
    let mut argv = vec!["psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", pod.database];
    if let Some(user) = pod.user {
        argv.extend(["-U", user]);
    }
    // Without a terminal it reads the password from its input; without a password it never asks.
    argv.push(if password { "-W" } else { "-w" });
    argv.extend(["-f", "-"]);
    argv.into_iter().map(str::to_owned).collect()
}
