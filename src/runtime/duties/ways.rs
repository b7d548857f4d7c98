//! How people are reminded: programs of this host and servers, only those the policy names, each told once.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{
    Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::{
    domain::{
        clean::clean,
        logbook::duty::WayEnd,
        policy::{RemindBy, ReminderWay},
        reminder::Reminder,
    },
    runtime::executors::{ProgramRules, give},
    sources::http::{HttpEndpoint, ProxyEnv},
};

/// How long a program or a server may take.
const LIMIT: Duration = Duration::from_secs(15);
/// After how long a server that was not reached is tried again; one that may have heard is not.
const AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// The largest file a token is read from.
const LARGEST: u64 = 16 << 10;

/// What is told: the reminder, where it is about, and a sentence for a person.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// What it is known by: the same one is never sent twice.
    pub key: String,
    pub pack: String,
    pub context: String,
    pub text: String,
    #[serde(flatten)]
    pub reminder: Reminder,
}

/// The ways of a policy.
#[derive(Debug, Clone)]
pub struct Ways {
    all: Vec<ReminderWay>,
    proxy: ProxyEnv,
    limit: Duration,
    again: Vec<Duration>,
    /// Programs belong to root alone, as the policy does.
    roots: bool,
}

impl Ways {
    pub fn of(ways: Vec<ReminderWay>, proxy: ProxyEnv) -> Self {
        Self {
            all: ways,
            proxy,
            limit: LIMIT,
            again: AGAIN.to_vec(),
            roots: true,
        }
    }

    /// Whether anybody is told of anything.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Tells it by every way that is for it, all at once, and says what came of each.
    pub async fn tell(&self, message: &Message) -> Vec<WayEnd> {
        let kind = message.reminder.kind;
        let ways = self.all.iter().filter(|way| way.takes(kind));
        let told = ways.map(|way| async {
            let fault = match &way.by {
                RemindBy::Program(argv) => self.program(argv, message).await.err(),
                RemindBy::Webhook { url, token_file } => {
                    let token = token_file.as_deref();
                    self.webhook(url, token, message).await.err()
                }
            };
            WayEnd {
                way: name(&way.by),
                fault: fault.map(|why| clean(&why).into_owned()),
            }
        });
        futures::future::join_all(told).await
    }

    /// Runs a program, which reads the reminder as a line of JSON.
    async fn program(&self, argv: &[String], message: &Message) -> Result<(), String> {
        let rules = ProgramRules {
            allowed: (self.roots.then(|| argv.first().map(PathBuf::from)))
                .map(|path| path.into_iter().collect()),
        };
        give(argv, json(message)? + "\n", rules, self.limit).await
    }

    async fn webhook(
        &self,
        url: &str,
        token_file: Option<&Path>,
        message: &Message,
    ) -> Result<(), String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let client = self.client(&url)?;
        let body = json(message)?;
        let token = match token_file {
            Some(path) => Some(bearer(path).await?),
            None => None,
        };
        let mut waits = self.again.iter();
        loop {
            let mut request = client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                // A server that takes it twice after all can tell.
                .header("Idempotency-Key", header(&message.key)?)
                .body(body.clone());
            if let Some(token) = &token {
                request = request.header(AUTHORIZATION, token.clone());
            }
            let error = match request.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => return Err(format!("HTTP {}", answer.status().as_u16())),
                Err(error) => error,
            };
            let why = why(&error, self.limit);
            match waits.next().filter(|_| error.is_connect()) {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => return Err(why),
            }
        }
    }

    fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        // Two providers may be linked by way of dependencies; the process wide one is ours, whoever comes first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
            .timeout(self.limit)
            .connect_timeout(self.limit.min(Duration::from_secs(5)))
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .no_proxy();
        if !HttpEndpoint::new(url.as_str()).is_loopback() {
            for rule in self.proxy.rules().map_err(|failure| failure.to_string())? {
                builder = builder.proxy(rule);
            }
        }
        builder.build().map_err(|error| error.to_string())
    }
}

/// How a way is known in the ledger: never its arguments or its path, in which something secret may stand.
fn name(by: &RemindBy) -> String {
    match by {
        RemindBy::Program(argv) => {
            format!("program {}", argv.first().map_or("", String::as_str))
        }
        RemindBy::Webhook { url, .. } => {
            let url = Url::parse(url).ok();
            let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
            format!("webhook {host}")
        }
    }
}

fn json(message: &Message) -> Result<String, String> {
    serde_json::to_string(message).map_err(|error| error.to_string())
}

/// A header of a text that may be anything: what can't stand in one is left out.
fn header(text: &str) -> Result<HeaderValue, String> {
    let plain: String = text
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect();
    plain
        .parse()
        .map_err(|_| "its key can't stand in a header".to_owned())
}

/// What a server is shown, out of a file that nobody else may read.
async fn bearer(path: &Path) -> Result<HeaderValue, String> {
    let path = path.to_owned();
    let token = spawn_blocking(move || token(&path)).await;
    let token = token.map_err(|error| error.to_string())??;
    let mut value: HeaderValue = format!("Bearer {}", token.expose_secret())
        .parse()
        .map_err(|_| "the token can't stand in a header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn token(path: &Path) -> Result<SecretString, String> {
    let shown = path.display();
    let unread = |error: std::io::Error| format!("the token {shown} can't be read: {error}");
    let meta = fs::metadata(path).map_err(unread)?;
    if meta.mode() & 0o007 != 0 {
        return Err(format!(
            "anybody may read the token {shown}: chmod o-rwx {shown}"
        ));
    }
    if meta.len() > LARGEST {
        return Err(format!("the token {shown} is too large"));
    }
    let text = fs::read_to_string(path).map_err(unread)?;
    Ok(SecretString::from(text.trim().to_owned()))
}

/// The innermost cause, never the address: a secret may stand in it.
fn why(error: &reqwest::Error, limit: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", limit.as_secs());
    }
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut said = "the request failed".to_owned();
    while let Some(inner) = cause {
        said = inner.to_string();
        cause = inner.source();
    }
    said
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
