//! One request to a server: sent once, followed nowhere else, its answer bounded like any output.

mod request;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures::{FutureExt, future::BoxFuture};

use self::request::{Asked, Sent, Server};
use crate::{
    domain::action::{
        fact::Fact,
        plan::Plan,
        preflight::{Draft, Preflight, Preflighted},
        refusal::Refusal,
        step::{Parse, Planned, Save},
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::{
        self as executors, Doing, Executor,
        output::Ears,
        program::{limit, no_secret, said, saved},
        secrets::Secrets,
    },
    sources::http::ProxyEnv,
};

/// The longest a server may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Sends requests that packs write.
#[derive(Debug, Clone)]
pub struct Requests {
    secrets: Secrets,
    proxy: ProxyEnv,
}

impl Requests {
    pub const fn new(secrets: Secrets, proxy: ProxyEnv) -> Self {
        Self { secrets, proxy }
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let asked = Asked::of(step)?;
        asked.check()?;
        // That they can be had is found out now; they are read again when they are needed.
        let secrets = self
            .secrets
            .all(asked.secrets())
            .await
            .map_err(|error| no_secret(&error))?;
        Asked::check_secrets(&secrets)?;
        Ok(Preflight::default())
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let sent = match self.send(doing.step, ears, Some(doing.run.as_str())).await {
            Ok(sending) => {
                tokio::select! {
                    biased;
                    sent = sending => sent,
                    () = doing.cancel.cancelled() => return StepEnd::Cancelled {
                        done: Some("it was sent, and what the server made of it is not known".to_owned()),
                    },
                }
            }
            Err(refusal) => return executors::failed(&refusal),
        };
        end(sent, doing.step.save.as_ref())
    }

    /// Everything up to the first packet may refuse; what follows is the request itself.
    async fn send<'a>(
        &'a self,
        step: &'a Planned,
        ears: Ears<'a>,
        run: Option<&'a str>,
    ) -> Result<BoxFuture<'a, Sent>, Refusal> {
        let asked = Asked::of(step)?;
        asked.check()?;
        let secrets = self
            .secrets
            .all(asked.secrets())
            .await
            .map_err(|error| no_secret(&error))?;
        Asked::check_secrets(&secrets)?;
        let server = Server::of(&asked, &self.proxy, limit(step, LONGEST))?;
        Ok(async move { server.send(&asked, &secrets, ears, run).await }.boxed())
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let unreadable = |why: String| Refusal::Unreadable {
            what: "http".to_owned(),
            why,
        };
        match self.send(step, Ears::default(), None).await?.await {
            Sent::Answered {
                good: true, body, ..
            } => {
                let lines = Save {
                    name: String::new(),
                    parse: Parse::Lines,
                };
                saved(Some(step.save.as_ref().unwrap_or(&lines)), &body).map_err(unreadable)
            }
            Sent::Answered { status, body, .. } => {
                let line = body.last_line().unwrap_or_default();
                Err(unreadable(format!("HTTP {status}: {line}")))
            }
            Sent::Unsent(why) | Sent::Lost(why) => Err(unreadable(why)),
        }
    }
}

fn end(sent: Sent, save: Option<&Save>) -> StepEnd {
    match sent {
        Sent::Answered {
            status,
            good: true,
            body,
        } => match saved(save, &body) {
            Ok(saved) => StepEnd::Done {
                said: vec![said("status", Value::Int(i64::from(status)))],
                saved,
            },
            Err(why) => StepEnd::Unknown {
                why: format!("HTTP {status}, but what it said can't be used: {why}"),
            },
        },
        Sent::Answered { status, body, .. } => {
            let line = body
                .text
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty());
            let why = match line {
                Some(line) => format!("HTTP {status}: {line}"),
                None => format!("HTTP {status}"),
            };
            // The server says itself that it did not do what it was asked; what broke inside it, or on the way, does not.
            if (300..500).contains(&status) && status != 408 {
                StepEnd::Failed { why }
            } else {
                StepEnd::Unknown { why }
            }
        }
        Sent::Unsent(why) => StepEnd::Failed { why },
        Sent::Lost(why) => StepEnd::Unknown { why },
    }
}

impl Executor for Requests {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.look(step).boxed()
    }

    /// A server that is asked for a change tells nothing by itself; what it rests on is a `read` of the pack.
    fn facts<'a>(
        &'a self,
        _step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        self.read(step).boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
