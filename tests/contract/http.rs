//! Questions over HTTP as they are on the wire: nothing between the test and the server that could mend an answer.

use std::time::Duration;

use futures::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// How long a server may take for anything a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, which the server must have given with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// The reason of a refusal, which must be a `Status` with the code that it travels under.
    #[track_caller]
    pub fn refused(&self, code: u16) -> (String, String) {
        let said = self.expect(code);
        assert_eq!(said["kind"], "Status", "{said}");
        assert_eq!(said["apiVersion"], "v1", "{said}");
        assert_eq!(said["status"], "Failure", "{said}");
        assert_eq!(said["code"], code, "{said}");
        let word = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        (word("reason"), word("message"))
    }
}

/// A question on its way.
pub struct Call {
    pub request: reqwest::RequestBuilder,
}

impl Call {
    pub fn new(client: &reqwest::Client, method: Method, url: &str) -> Self {
        Self {
            request: client.request(method, url),
        }
    }

    pub fn token(mut self, token: Option<&str>) -> Self {
        if let Some(token) = token {
            self.request = self.request.bearer_auth(token);
        }
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn body(mut self, kind: &str, body: &Value) -> Self {
        self.request = self
            .request
            .header("content-type", kind)
            .body(body.to_string());
        self
    }

    pub async fn answer(self) -> Answer {
        let response = self.request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the answer ends").to_vec();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// The lines of an answer that goes on.
    pub async fn lines(self) -> Lines {
        let response = self.request.send().await.expect("the server answers");
        let status = response.status();
        Lines {
            status,
            rest: Box::pin(response.bytes_stream()),
            held: Vec::new(),
        }
    }
}

type Pieces = std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>;

/// Lines as they come.
pub struct Lines {
    pub status: StatusCode,
    rest: Pieces,
    held: Vec<u8>,
}

impl Lines {
    /// The next line; `None` when the server ended the answer.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.held.drain(..=end).collect();
                return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            let piece = tokio::time::timeout(PATIENCE, self.rest.next())
                .await
                .expect("something comes before patience ends")?;
            self.held.extend(piece.expect("the answer is not cut"));
        }
    }

    /// The next event of a watch: its type and its object.
    pub async fn event(&mut self) -> Option<(String, Value)> {
        let line = self.next().await?;
        let mut event: Value = serde_json::from_str(&line).expect("a watch speaks JSON");
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        Some((kind, event["object"].take()))
    }

    /// Events until one is as wanted, which is given.
    pub async fn until(&mut self, wanted: impl Fn(&str, &Value) -> bool) -> Value {
        loop {
            let (kind, object) = self.event().await.expect("the watch goes on");
            if wanted(&kind, &object) {
                return object;
            }
        }
    }
}
