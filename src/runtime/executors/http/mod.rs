//! One request to a server: sent once, followed nowhere else, its answer bounded like any output.

mod request;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

use futures::{FutureExt, future::BoxFuture};

use self::request::{Asked, Sent, Server};
use crate::{
    actions::parse::parse,
    domain::action::{
        preflight::{Preflight, Preflighted},
        refusal::Refusal,
        step::{Ending, Planned, Save},
        value::{Value, Values},
        verdict::StepEnd,
    },
    runtime::executors::{
        Doing,
        family::Family,
        output::{Ears, read_out, saved},
        secrets::{Secret, Secrets},
        step::{limit, said},
        tcp,
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

    /// The secrets of a request, each of which it has a place for.
    async fn secrets(&self, asked: &Asked<'_>) -> Result<Vec<Secret>, Refusal> {
        asked.check()?;
        let secrets = self.secrets.all(asked.secrets()).await?;
        Asked::check_secrets(&secrets)?;
        Ok(secrets)
    }

    /// Everything up to the first packet may refuse; what follows is the request itself.
    async fn send<'a>(
        &'a self,
        step: &'a Planned,
        ears: Ears<'a>,
        run: Option<&'a str>,
    ) -> Result<BoxFuture<'a, Sent>, Refusal> {
        let asked = Asked::of(step)?;
        let secrets = self.secrets(&asked).await?;
        let server = Server::of(&asked, &self.proxy, limit(step, LONGEST))?;
        Ok(async move { server.send(&asked, &secrets, ears, run).await }.boxed())
    }
}

/// A server that is asked for a change tells nothing by itself; what it rests on is a `read` of the pack.
impl Family for Requests {
    async fn look(&self, step: &Planned) -> Preflighted {
        // That they can be had is found out now; they are read again when they are needed.
        self.secrets(&Asked::of(step)?).await?;
        Ok(Preflight::default())
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let unreadable = |why: String| Refusal::unreadable("http", why);
        let began = Instant::now();
        let sent = self.send(step, Ears::default(), None).await?.await;
        if let Some(any) = any(step) {
            return answered(any, &sent, began.elapsed()).map_err(unreadable);
        }
        match sent {
            Sent::Answered {
                good: true, body, ..
            } => read_out(step, &body).map_err(unreadable),
            Sent::Answered { status, body, .. } => {
                let line = body.last_line().unwrap_or_default();
                Err(unreadable(format!("HTTP {status}: {line}")))
            }
            Sent::Refused(why) | Sent::Unsent(why) | Sent::Lost(why) => Err(unreadable(why)),
        }
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        let run = Some(doing.run.as_str());
        let began = Instant::now();
        let sending = self.send(doing.step, doing.ears(), run).await?;
        let sent = tokio::select! {
            biased;
            sent = sending => sent,
            () = doing.cancel.cancelled() => return Ok(StepEnd::Cancelled {
                done: Some("it was sent, and what the server made of it is not known".to_owned()),
            }),
        };
        let any = any(doing.step);
        Ok(match any.map(|any| answered(any, &sent, began.elapsed())) {
            Some(Ok(saved)) => StepEnd::Done {
                said: saved
                    .get("status")
                    .map(|it| said("status", it.clone()))
                    .into_iter()
                    .collect(),
                saved,
            },
            _ => end(sent, doing.step.save.as_ref()),
        })
    }
}

/// What a step that takes any status for an answer makes of one.
fn any(step: &Planned) -> Option<&Ending> {
    let ending = step.save.as_ref()?.ending()?;
    ending.any.then_some(ending)
}

/// Status, time and door, and what of the body can be read: of an error page it may be nothing.
fn answered(ending: &Ending, sent: &Sent, took: Duration) -> Result<Values, String> {
    let (status, body) = match sent {
        Sent::Answered { status, body, .. } => (*status, body),
        Sent::Refused(_) => return Ok(tcp::values(false, took)),
        Sent::Unsent(why) | Sent::Lost(why) => return Err(why.clone()),
    };
    let output = ending.output.as_ref().filter(|_| !body.overflow);
    let mut values = output
        .and_then(|output| parse(output, &body.text).ok())
        .unwrap_or_default();
    values.extend(tcp::values(true, took));
    values.insert("status".to_owned(), Value::Int(status.into()));
    Ok(values)
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
        Sent::Refused(why) | Sent::Unsent(why) => StepEnd::Failed { why },
        Sent::Lost(why) => StepEnd::Unknown { why },
    }
}
