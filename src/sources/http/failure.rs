//! Why a question failed, classified once for all sources.

use std::{error::Error as _, time::Duration};

use super::words::{is_html, shorten, words};
use crate::domain::{
    clean::clean,
    freshness::{Trouble, TroubleKind},
};

/// A question that failed: what is wrong, and when the server wants to be asked again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", trouble.detail)]
pub struct Failure {
    pub trouble: Trouble,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    /// It is certain that the server never saw the question.
    pub unsent: bool,
}

impl Failure {
    pub fn new(kind: TroubleKind, detail: impl Into<String>) -> Self {
        Self {
            trouble: Trouble::new(kind, detail),
            status: None,
            retry_after: None,
            unsent: false,
        }
    }

    /// A failure that was told apart elsewhere.
    pub const fn of_trouble(trouble: Trouble) -> Self {
        Self {
            trouble,
            status: None,
            retry_after: None,
            unsent: false,
        }
    }

    /// The same, of a question that never left.
    #[must_use]
    pub fn before_it_was_sent(self) -> Self {
        Self {
            unsent: true,
            ..self
        }
    }

    /// The server understood who asks and what is asked, and refused this very question.
    pub fn is_bad_question(&self) -> bool {
        self.trouble.kind == TroubleKind::BadQuestion
    }

    /// No whole answer came.
    pub(super) fn from_transport(error: &reqwest::Error, timeout: Duration) -> Self {
        let failure = Self::of_transport(error, timeout);
        if error.is_connect() || error.is_builder() {
            return failure.before_it_was_sent();
        }
        failure
    }

    fn of_transport(error: &reqwest::Error, timeout: Duration) -> Self {
        if error.is_timeout() {
            return Self::new(
                TroubleKind::TimedOut,
                format!("no answer within {timeout:?}"),
            );
        }
        if error.is_decode() {
            return Self::new(TroubleKind::NotTheApi, shorten(&clean(&root(error))));
        }
        Self::new(TroubleKind::Unreachable, shorten(&clean(&root(error))))
    }

    /// An answer came, and its status says no.
    pub(super) fn from_status(
        status: u16,
        content_type: &str,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Self {
        let json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        let kind = match status {
            401 => TroubleKind::Unauthorized,
            403 => TroubleKind::Forbidden,
            429 => TroubleKind::Throttled,
            408 | 504 => TroubleKind::TimedOut,
            503 if timed_out(body) => TroubleKind::TimedOut,
            400 | 422 if json => TroubleKind::BadQuestion,
            404 | 410 if json => TroubleKind::Absent,
            500..=599 => TroubleKind::ServerError,
            _ => TroubleKind::NotTheApi,
        };
        let said = words(body);
        let page = if is_html(content_type, body) {
            "a page for browsers: "
        } else {
            ""
        };
        let detail = match (said.is_empty(), kind) {
            (true, _) => format!("HTTP {status}"),
            (false, TroubleKind::BadQuestion) => said,
            (false, _) => format!("HTTP {status}: {page}{said}"),
        };
        Self {
            trouble: Trouble::new(kind, detail),
            status: Some(status),
            retry_after,
            unsent: false,
        }
    }

    /// The status was good and the body was not.
    pub(super) fn not_the_api(status: u16, content_type: &str, body: &[u8], why: &str) -> Self {
        let said = words(body);
        let detail = if body.is_empty() {
            "an empty answer".to_owned()
        } else if is_html(content_type, body) {
            format!("a page for browsers instead of data: {said}")
        } else {
            shorten(&format!("not this API's data ({}): {said}", clean(why)))
        };
        Self {
            status: Some(status),
            ..Self::new(TroubleKind::NotTheApi, detail)
        }
    }
}

/// Prometheus says a query's own time-out with 503.
fn timed_out(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .is_some_and(|value| {
            value.get("errorType").and_then(|kind| kind.as_str()) == Some("timeout")
        })
}

/// The innermost cause says it best: "connection refused", "invalid peer certificate: `UnknownIssuer`".
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.source().is_none() {
        return error.to_string();
    }
    cause.to_string()
}
