//! A request as it is checked, built and sent.

use std::{collections::BTreeMap, error::Error as _, time::Duration};

use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::{
    domain::{
        action::{
            fault::ValueFault,
            place::SecretDelivery,
            refusal::Refusal,
            step::{Planned, StepKind, Template},
            verdict::Stream,
        },
        clean::clean,
    },
    runtime::executors::{
        output::{Ears, Heard, Written},
        redactor::Redactor,
        secrets::Secret,
        step::{not_mine, why as words},
    },
    sources::http::{HttpEndpoint, ProxyEnv},
};

/// How often a server may send a question on to itself.
const HOPS: usize = 3;

/// A request, its holes filled.
#[derive(Debug)]
pub struct Asked<'a> {
    method: &'a str,
    /// `None` where a hole of it can't be filled yet.
    url: Option<String>,
    headers: &'a BTreeMap<String, Template>,
    body: Option<&'a Template>,
    secrets: &'a [String],
    expect: &'a [u16],
}

/// What became of a request.
pub enum Sent {
    Answered {
        status: u16,
        /// Whether it is what was expected.
        good: bool,
        body: Heard,
    },
    /// Nothing listens there.
    Refused(String),
    /// The server never saw it.
    Unsent(String),
    /// It may have seen it.
    Lost(String),
}

impl<'a> Asked<'a> {
    pub fn of(step: &'a Planned) -> Result<Self, Refusal> {
        let StepKind::Http {
            method,
            url,
            headers,
            body,
            secrets,
            expect,
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        Ok(Self {
            method,
            url: url.whole(),
            headers,
            body: body.as_ref(),
            secrets,
            expect,
        })
    }

    pub const fn secrets(&self) -> &'a [String] {
        self.secrets
    }

    fn method(&self) -> Result<Method, Refusal> {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        let found = known.contains(&self.method);
        let method = self.method.parse().ok().filter(|_| found);
        method.ok_or_else(|| Refusal::BadValue {
            param: "method".to_owned(),
            value: self.method.to_owned(),
            why: ValueFault::NotOneOf {
                known: known.join(", "),
            },
        })
    }

    fn url(&self) -> Result<Url, Refusal> {
        let text = self.url.as_ref().ok_or_else(|| Refusal::unfilled("url"))?;
        let url = Url::parse(text).ok().filter(|url| {
            // What stands before an @ is a name and a password, which belong into a secret.
            matches!(url.scheme(), "http" | "https")
                && url.host().is_some()
                && url.username().is_empty()
                && url.password().is_none()
        });
        url.ok_or_else(|| Refusal::BadValue {
            param: "url".to_owned(),
            value: clean(text).into_owned(),
            why: ValueFault::NotAddress,
        })
    }

    /// Whether it could be sent, as far as it is known.
    pub fn check(&self) -> Result<(), Refusal> {
        self.method()?;
        if self.url.is_some() {
            self.url()?;
        }
        for (name, value) in self.headers {
            if let Some(value) = value.whole() {
                header(name, &value)?;
            }
        }
        Ok(())
    }

    /// Whether its secrets go where a request has a place for them.
    pub fn check_secrets(secrets: &[Secret]) -> Result<(), Refusal> {
        for secret in secrets {
            let SecretDelivery::Header(name) = &secret.deliver else {
                return Err(Refusal::unreadable(
                    format!("secret {}", secret.name),
                    "a request gets it in a header, and it says none",
                ));
            };
            // What can't be a header is told without saying what it is.
            header(name, secret.expose()).map_err(|_| Refusal::Unreadable {
                what: format!("secret {}", secret.name),
                why: "it can't stand in a header".to_owned(),
            })?;
        }
        Ok(())
    }

    fn headers(&self, secrets: &[Secret], run: Option<&str>) -> Result<HeaderMap, Refusal> {
        let mut map = HeaderMap::new();
        if let Some(run) = run {
            let (name, value) = header("audit-id", run)?;
            map.insert(name, value);
        }
        for (name, value) in self.headers {
            let value = value.whole().ok_or_else(|| Refusal::unfilled(name))?;
            let (name, value) = header(name, &value)?;
            map.insert(name, value);
        }
        for secret in secrets {
            if let SecretDelivery::Header(name) = &secret.deliver {
                let (name, mut value) = header(name, secret.expose())?;
                value.set_sensitive(true);
                map.insert(name, value);
            }
        }
        Ok(map)
    }

    fn is_good(&self, status: u16) -> bool {
        if self.expect.is_empty() {
            return (200..300).contains(&status);
        }
        self.expect.contains(&status)
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Refusal> {
    match (name.parse(), value.parse()) {
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err(Refusal::BadValue {
            param: clean(name).into_owned(),
            value: clean(value).into_owned(),
            why: ValueFault::NotPlain,
        }),
    }
}

/// The way to a server, built for one request.
pub struct Server {
    client: reqwest::Client,
    /// No proxy may stand in between, whose shut door would say nothing of the server.
    straight: bool,
    limit: Duration,
}

impl Server {
    pub fn of(asked: &Asked<'_>, proxy: &ProxyEnv, limit: Duration) -> Result<Self, Refusal> {
        // Two providers may be linked by way of dependencies; the process wide one is ours, whoever comes first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = asked.url()?;
        let reads = matches!(asked.method, "GET" | "HEAD");
        let unusable = |why: String| Refusal::Unreadable {
            what: url.host_str().unwrap_or_default().to_owned(),
            why,
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
            .timeout(limit)
            .connect_timeout(limit.min(Duration::from_secs(5)))
            .retry(reqwest::retry::never())
            .redirect(if reads {
                to_itself()
            } else {
                redirect::Policy::none()
            })
            .no_proxy();
        let mut straight = true;
        if !HttpEndpoint::new(url.as_str()).is_loopback() {
            let rules = proxy
                .rules()
                .map_err(|failure| unusable(failure.to_string()))?;
            for rule in rules {
                straight = false;
                builder = builder.proxy(rule);
            }
        }
        let client = builder
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            client,
            straight,
            limit,
        })
    }

    pub async fn send(
        &self,
        asked: &Asked<'_>,
        secrets: &[Secret],
        ears: Ears<'_>,
        run: Option<&str>,
    ) -> Sent {
        let parts = asked.url().and_then(|url| {
            let headers = asked.headers(secrets, run)?;
            let body = match asked.body {
                Some(body) => Some(body.whole().ok_or_else(|| Refusal::unfilled("body"))?),
                None => None,
            };
            Ok((url, asked.method()?, headers, body))
        });
        let (url, method, headers, body) = match parts {
            Ok(parts) => parts,
            Err(refusal) => return Sent::Unsent(words(&refusal)),
        };
        let hide = Redactor::new(secrets);
        let mut request = self.client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let lost = |error: reqwest::Error| {
            let why = hide.whole(&why(&error, self.limit));
            if self.straight && error.is_connect() && was_refused(&error) {
                Sent::Refused(why)
            } else if error.is_connect() || error.is_builder() {
                Sent::Unsent(why)
            } else {
                Sent::Lost(why)
            }
        };
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return lost(error),
        };
        let status = answer.status().as_u16();
        let mut body = Written::new(ears, Stream::Out, secrets);
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.feed(&chunk),
                Ok(None) => break,
                // The status stands; of the rest it is told that it is missing.
                Err(error) => {
                    return Sent::Lost(format!(
                        "HTTP {status}, but the answer broke off: {}",
                        hide.whole(&why(&error, self.limit))
                    ));
                }
            }
        }
        Sent::Answered {
            status,
            good: asked.is_good(status),
            body: body.end(),
        }
    }
}

/// The innermost cause, never the address: a secret may stand in it.
fn why(error: &reqwest::Error, limit: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", limit.as_secs());
    }
    let mut cause: Option<&dyn std::error::Error> = error.source();
    let mut said = "the request failed".to_owned();
    while let Some(inner) = cause {
        said = inner.to_string();
        cause = inner.source();
    }
    clean(&said).into_owned()
}

/// Whether the connection itself was refused.
fn was_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|it| it.kind() == std::io::ErrorKind::ConnectionRefused) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// What only reads may be sent on, by a server to itself: nothing of it goes to another.
fn to_itself() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let same = attempt.previous().first().is_some_and(|first| {
            first.scheme() == attempt.url().scheme()
                && first.host() == attempt.url().host()
                && first.port_or_known_default() == attempt.url().port_or_known_default()
        });
        if same && attempt.previous().len() <= HOPS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}
