//! What a failure of the Kubernetes API means for the person who waits for an answer.

use std::{error::Error as StdError, io, time::Duration};

use kube::{core::Status, runtime::watcher};
use thiserror::Error;

use super::connect::NoPass;
use super::protobuf::Malformed;
use crate::domain::{
    clean::clean,
    freshness::{Trouble, TroubleKind},
};

/// Longer words of a server are cut.
const DETAIL: usize = 240;

/// The server accepted and did not answer in time.
#[derive(Debug, Error)]
#[error("no answer within {} s", .0.as_secs_f32())]
pub(super) struct Late(pub Duration);

/// A trouble whose detail is safe to draw.
pub(super) fn trouble(kind: TroubleKind, detail: &str) -> Trouble {
    let cleaned = clean(detail.trim());
    let mut short: String = cleaned.chars().take(DETAIL).collect();
    if short.len() < cleaned.len() {
        short.push('…');
    }
    Trouble::new(kind, short)
}

/// What could not be read in an error, if that is what it is about.
pub(super) fn malformed<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Malformed> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(malformed) = cause.downcast_ref::<Malformed>() {
            return Some(malformed);
        }
        next = cause.source();
    }
    None
}

/// What a failed question means.
pub(super) fn of(error: &kube::Error) -> Trouble {
    use kube::Error as E;
    if let Some(malformed) = malformed(error) {
        return not_the_api(&malformed.to_string());
    }
    match error {
        E::Api(status) => of_status(status),
        E::SerdeError(cause) => of_json(cause),
        E::FromUtf8(cause) => not_the_api(&cause.to_string()),
        E::LinesCodecMaxLineLengthExceeded => not_the_api("a line without end"),
        E::Auth(cause) => trouble(TroubleKind::Unauthorized, &cause.to_string()),
        E::HttpError(cause) => trouble(TroubleKind::BadQuestion, &cause.to_string()),
        E::BuildRequest(cause) => trouble(TroubleKind::BadQuestion, &cause.to_string()),
        other => of_transport(other),
    }
}

/// An answer that can't be read: where it can't, never what stands there, since that may be a secret.
pub(super) fn of_json(error: &serde_json::Error) -> Trouble {
    let (line, column) = (error.line(), error.column());
    not_the_api(&format!("line {line}, column {column} of it"))
}

/// What a failed watch means.
pub(super) fn of_watch(error: &watcher::Error) -> Trouble {
    use watcher::Error as E;
    match error {
        E::InitialListFailed(cause) | E::WatchStartFailed(cause) | E::WatchFailed(cause) => {
            of(cause)
        }
        E::WatchError(status) => of_status(status),
        E::NoResourceVersion => not_the_api("objects without a resource version"),
    }
}

/// The status inside a watch's error, if the server sent one.
pub(super) fn status_of(error: &watcher::Error) -> Option<&Status> {
    use watcher::Error as E;
    match error {
        E::InitialListFailed(kube::Error::Api(status))
        | E::WatchStartFailed(kube::Error::Api(status))
        | E::WatchFailed(kube::Error::Api(status))
        | E::WatchError(status) => Some(status),
        _ => None,
    }
}

/// How long the server asks to wait, in the words of its answer's body.
pub(super) fn retry_after(status: &Status) -> Option<Duration> {
    let seconds = status.details.as_ref()?.retry_after_seconds;
    (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
}

fn of_status(status: &Status) -> Trouble {
    let said = status.message.trim();
    let foreign = said.starts_with('<');
    let kind = match status.code {
        401 => TroubleKind::Unauthorized,
        403 => TroubleKind::Forbidden,
        429 => TroubleKind::Throttled,
        500..=599 => TroubleKind::ServerError,
        _ if foreign => TroubleKind::NotTheApi,
        400 | 409 | 410 | 422 => TroubleKind::BadQuestion,
        404 => TroubleKind::Absent,
        _ => TroubleKind::NotTheApi,
    };
    let code = status.code;
    if foreign {
        let title = title(said).unwrap_or("a web page");
        return trouble(kind, &format!("{code}: {title}"));
    }
    if said.is_empty() {
        return trouble(kind, &format!("{code} {}", status.reason));
    }
    trouble(kind, said)
}

/// What a web page calls itself.
fn title(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim()).filter(|it| !it.is_empty())
}

fn not_the_api(detail: &str) -> Trouble {
    trouble(
        TroubleKind::NotTheApi,
        &format!("unreadable answer: {detail}"),
    )
}

/// Everything below HTTP: the innermost cause says it best.
fn of_transport(error: &(dyn StdError + 'static)) -> Trouble {
    let mut innermost: &(dyn StdError + 'static) = error;
    let mut late = false;
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(NoPass(why)) = cause.downcast_ref() {
            return why.clone();
        }
        late |= cause.is::<Late>()
            || cause.downcast_ref::<io::Error>().is_some_and(|it| {
                matches!(
                    it.kind(),
                    io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
                )
            });
        innermost = cause;
        next = cause.source();
    }
    let kind = if late {
        TroubleKind::TimedOut
    } else {
        TroubleKind::Unreachable
    };
    trouble(kind, &innermost.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(code: u16, message: &str) -> TroubleKind {
        of_status(&Status::failure(message, "").with_code(code)).kind
    }

    #[test]
    fn codes_have_their_kinds() {
        for (code, message, kind) in [
            (401, "Unauthorized", TroubleKind::Unauthorized),
            (403, "pods is forbidden", TroubleKind::Forbidden),
            (404, "404 page not found", TroubleKind::Absent),
            (404, "<html>nginx</html>", TroubleKind::NotTheApi),
            (429, "slow down", TroubleKind::Throttled),
            (400, "bad token", TroubleKind::BadQuestion),
            (422, "no", TroubleKind::BadQuestion),
            (500, "etcdserver: no leader", TroubleKind::ServerError),
            (502, "<html>bad gateway</html>", TroubleKind::ServerError),
            (418, "teapot", TroubleKind::NotTheApi),
        ] {
            assert_eq!(kind_of(code, message), kind, "{code} {message}");
        }
    }

    #[test]
    fn words_of_a_server_are_cleaned_and_cut() {
        let page = "<html><head><title>Sign in\u{1b}[2J</title></head></html>";
        let said = of_status(&Status::failure(page, "").with_code(403));
        assert_eq!(said.detail, "403: Sign in");
        let long = of_status(&Status::failure(&"x".repeat(9_000), "").with_code(500));
        assert_eq!(long.detail.chars().count(), DETAIL + 1);
    }

    #[test]
    fn what_lies_below_http_is_told_by_its_innermost_cause() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let said = of(&kube::Error::ReadEvents(refused));
        assert_eq!(said.kind, TroubleKind::Unreachable);
        assert_eq!(said.detail, "connection refused");
        let late = of(&kube::Error::Service(Box::new(Late(Duration::from_secs(
            3,
        )))));
        assert_eq!(
            (late.kind, late.detail.as_str()),
            (TroubleKind::TimedOut, "no answer within 3 s")
        );
        let quoting = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        assert!(quoting.to_string().contains("hunter2"));
        let told = of(&kube::Error::SerdeError(quoting));
        assert_eq!(told.detail, "unreadable answer: line 1, column 9 of it");
        let garbage = serde_json::from_str::<u8>("<html>").unwrap_err();
        assert_eq!(
            of(&kube::Error::SerdeError(garbage)).kind,
            TroubleKind::NotTheApi
        );
    }
}
