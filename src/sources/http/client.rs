//! The client: one server, one connection pool, rebuilt when its certificates may have changed.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde::de::DeserializeOwned;

use super::{
    carrier::{Carried, Through},
    endpoint::{Auth, HttpEndpoint},
    failure::Failure,
};
use crate::domain::{clean::clean, freshness::TroubleKind, time::since};

/// The largest answer that is read; a pane needs a thousandth of it.
const LARGEST: usize = 64 << 20;

/// One request, below the endpoint's prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub method: Method,
    pub path: String,
    /// In the address for GET, a form in the body for POST.
    pub fields: Vec<(&'static str, String)>,
    /// A body instead of a form; the fields stand in the address then.
    pub json: Option<serde_json::Value>,
}

impl Question {
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            fields: Vec::new(),
            json: None,
        }
    }

    /// One that asks for a change.
    pub fn of(method: Method, path: impl Into<String>, json: Option<serde_json::Value>) -> Self {
        Self {
            method,
            json,
            ..Self::get(path)
        }
    }

    /// Whether the fields stand in the address.
    fn in_address(&self) -> bool {
        self.json.is_some() || self.method == Method::GET || self.fields.is_empty()
    }
}

/// A whole answer, whatever its status says.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// When the server says it answered.
    pub date: Option<Timestamp>,
    content_type: String,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Reply {
    fn of(status: u16, headers: &HeaderMap, body: Vec<u8>, now: Timestamp) -> Self {
        let header = |name: HeaderName| {
            let value = headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let date = header(DATE).and_then(|text| http_date(&text));
        let retry_after = header(RETRY_AFTER).and_then(|text| wait_of(&text, date.unwrap_or(now)));
        Self {
            status,
            date,
            content_type: header(CONTENT_TYPE).unwrap_or_default(),
            retry_after,
            body,
        }
    }

    /// What the body says, shortened and clean.
    pub fn words(&self) -> String {
        super::words::words(&self.body)
    }

    /// The body as what it should be, or why it is not that.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if !(200..300).contains(&self.status) {
            return Err(Failure::from_status(
                self.status,
                &self.content_type,
                &self.body,
                self.retry_after,
            ));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::not_the_api(
                self.status,
                &self.content_type,
                &self.body,
                &error.to_string(),
            )
        })
    }
}

/// Asks one server.
#[derive(Debug)]
pub struct HttpClient {
    endpoint: HttpEndpoint,
    /// Built at the first question, and again after the server could not be reached: its files may have been renewed.
    built: Mutex<Option<reqwest::Client>>,
}

impl HttpClient {
    pub const fn new(endpoint: HttpEndpoint) -> Self {
        Self {
            endpoint,
            built: Mutex::new(None),
        }
    }

    pub const fn endpoint(&self) -> &HttpEndpoint {
        &self.endpoint
    }

    /// Sends one question and reads the whole answer, at most the endpoint's time-out long. `now` dates `Retry-After`.
    pub async fn ask(&self, question: &Question, now: Timestamp) -> Result<Reply, Failure> {
        let answer = self.exchange(question, now).await;
        if answer
            .as_ref()
            .is_err_and(|failure| failure.trouble.kind == TroubleKind::Unreachable)
        {
            *self.built.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        answer
    }

    async fn exchange(&self, question: &Question, now: Timestamp) -> Result<Reply, Failure> {
        let timeout = self.endpoint.timeout;
        if let Some(Through(carrier)) = &self.endpoint.through {
            let carried = carrier.carry(self.request(question)?, LARGEST);
            let carried = tokio::time::timeout(timeout, carried).await.map_err(|_| {
                let said = format!("no answer within {timeout:?}");
                Failure::new(TroubleKind::TimedOut, said)
            })??;
            let Carried {
                status,
                headers,
                body,
            } = carried;
            return Ok(Reply::of(status, &headers, body.into(), now));
        }
        let client = self.client().await?;
        let mut request =
            client.request(question.method.clone(), self.endpoint.url(&question.path));
        request = if question.in_address() {
            request.query(&question.fields)
        } else {
            request.form(&question.fields)
        };
        if let Some(json) = &question.json {
            request = request.json(json);
        }
        request = match &self.endpoint.auth {
            Auth::None => request,
            Auth::BearerFile(file) => request.bearer_auth(secret(file, "token").await?),
            Auth::Basic {
                username,
                password_file,
            } => request.basic_auth(username, Some(secret(password_file, "password").await?)),
        };
        let transport = |error: reqwest::Error| Failure::from_transport(&error, timeout);
        let mut response = request.send().await.map_err(transport)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Failure::new(
                    TroubleKind::NotTheApi,
                    format!("an answer of more than {} MiB", LARGEST >> 20),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply::of(status, &headers, body, now))
    }

    /// The question as it is carried.
    fn request(&self, question: &Question) -> Result<http::Request<Vec<u8>>, Failure> {
        let fields = |fields: &[(&'static str, String)]| {
            let mut url = reqwest::Url::parse("http://carried/").ok()?;
            url.query_pairs_mut().extend_pairs(fields);
            url.query().filter(|it| !it.is_empty()).map(str::to_owned)
        };
        let mut path = self.endpoint.url(&question.path);
        let mut request = http::Request::builder().method(question.method.clone());
        let mut body = Vec::new();
        if let Some(json) = &question.json {
            request = request.header(CONTENT_TYPE, "application/json");
            body = json.to_string().into_bytes();
        }
        if let Some(fields) = fields(&question.fields) {
            if question.in_address() {
                path = format!("{path}?{fields}");
            } else {
                let form = "application/x-www-form-urlencoded";
                request = request.header(CONTENT_TYPE, form);
                body = fields.into_bytes();
            }
        }
        let built = request.uri(path).body(body);
        let mut built = built.map_err(|error| {
            Failure::new(
                TroubleKind::BadQuestion,
                format!("it can't be asked: {error}"),
            )
        })?;
        built.headers_mut().extend(headers(&self.endpoint.headers)?);
        Ok(built)
    }

    async fn client(&self) -> Result<reqwest::Client, Failure> {
        if let Some(client) = &*self.built.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(client.clone());
        }
        let client = build(&self.endpoint)
            .await
            .map_err(Failure::before_it_was_sent)?;
        *self.built.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
        Ok(client)
    }
}

async fn build(endpoint: &HttpEndpoint) -> Result<reqwest::Client, Failure> {
    // Two providers may be linked by way of dependencies; the process wide one is ours, whoever comes first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unreachable = |what: &str| {
        let what = what.to_owned();
        move |error: reqwest::Error| {
            Failure::new(TroubleKind::Unreachable, format!("{what}: {error}"))
        }
    };
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
        .timeout(endpoint.timeout)
        .connect_timeout(endpoint.timeout.min(Duration::from_secs(5)))
        .default_headers(headers(&endpoint.headers)?)
        .redirect(same_server())
        .no_proxy();
    if !endpoint.is_loopback() {
        for rule in endpoint.proxy.rules()? {
            builder = builder.proxy(rule);
        }
    }
    if let Some(file) = &endpoint.ca_file {
        let pem = read(file, "authorities").await?;
        let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(unreachable(
            &format!("the authorities in {}", file.display()),
        ))?;
        builder = builder.tls_certs_only(authorities);
    }
    if let Some(cert) = &endpoint.client_cert {
        let mut pem = read(&cert.cert_file, "client certificate").await?;
        pem.push(b'\n');
        pem.extend(read(&cert.key_file, "client key").await?);
        let identity = reqwest::Identity::from_pem(&pem).map_err(unreachable(&format!(
            "the client certificate in {}",
            cert.cert_file.display()
        )))?;
        builder = builder.identity(identity);
    }
    builder
        .build()
        .map_err(unreachable("the client can't be built"))
}

/// Follows a server's redirects to itself, never to another: a login page is no data, and a token goes nowhere else.
fn same_server() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let same = attempt.previous().first().is_some_and(|first| {
            first.scheme() == attempt.url().scheme()
                && first.host() == attempt.url().host()
                && first.port_or_known_default() == attempt.url().port_or_known_default()
        });
        if same && attempt.previous().len() <= 3 {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let (Ok(key), Ok(mut value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>())
        else {
            return Err(Failure::new(
                TroubleKind::Unreachable,
                format!("`{}` is not a header that can be sent", clean(name)),
            ));
        };
        value.set_sensitive(true);
        map.insert(key, value);
    }
    Ok(map)
}

async fn read(file: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(file).await.map_err(|error| {
        Failure::new(
            TroubleKind::Unreachable,
            format!("the {what} can't be read from {}: {error}", file.display()),
        )
    })
}

/// A token or password from its file, without the line end an editor leaves.
async fn secret(file: &Path, what: &str) -> Result<String, Failure> {
    let unusable = |why: String| {
        Failure::new(
            TroubleKind::Unauthorized,
            format!("the {what} can't be read from {}: {why}", file.display()),
        )
    };
    let text = tokio::fs::read_to_string(file)
        .await
        .map_err(|error| unusable(error.to_string()))?;
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(unusable("it is empty or has several lines".to_owned()));
    }
    Ok(text.to_owned())
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()
}

/// `Retry-After` is seconds or a date; the date is the server's clock, so it is measured against it.
fn wait_of(text: &str, now: Timestamp) -> Option<Duration> {
    text.trim()
        .parse::<u64>()
        .map(Duration::from_secs)
        .ok()
        .or_else(|| Some(since(now, http_date(text)?)))
        .map(|wait| wait.min(Duration::from_secs(3_600)))
}
