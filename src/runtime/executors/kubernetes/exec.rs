//! One program in one container: run, heard, and how it ended. No terminal and no shell.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http::Request;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Client;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::path;
use crate::{
    domain::action::verdict::Stream,
    sources::kubernetes::{never_sent, trouble_of},
};

/// Of each stream so much is kept: half of it of the beginning, half of the end.
pub const KEPT: usize = 256 * 1024;
/// Of what is sent to a program one message holds so much.
const PIECE: usize = 16 * 1024;

/// How often a word is said to keep the connection.
const PING: Duration = Duration::from_secs(15);

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const CLOSE: u8 = 255;

/// How a program ended, and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    pub rc: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    /// Of one of the streams the middle is not kept.
    pub cut: bool,
}

/// Why nothing is known of a program's end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// It was not started, and that is certain.
    #[error("it was not started: {0}")]
    NotRun(String),
    /// Running programs there is not allowed.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// There is no such pod.
    #[error("not found: {0}")]
    NotFound(String),
    /// It may have been started, and how it ended is not known.
    #[error("how it ended is not known: {0}")]
    Lost(String),
}

/// A program that is to be run in a container.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    pub namespace: &'a str,
    pub pod: &'a str,
    /// `None`: the one the server takes where there is but one.
    pub container: Option<&'a str>,
    pub argv: &'a [String],
    pub stdin: Option<&'a [u8]>,
    /// The id that the server's audit log has for it.
    pub audit: Option<&'a str>,
}

/// Runs a program and waits for its end. Dropping it leaves the program alone with a closed input.
pub async fn exec(
    client: &Client,
    namespace: &str,
    pod: &str,
    container: Option<&str>,
    argv: &[String],
    stdin: Option<Vec<u8>>,
) -> Result<Ran, ExecError> {
    let program = Program {
        namespace,
        pod,
        container,
        argv,
        stdin: stdin.as_deref(),
        audit: None,
    };
    exec_heard(client, &program, &mut |_, _| {}).await
}

/// The same, and what it writes is told as it comes.
pub async fn exec_heard(
    client: &Client,
    program: &Program<'_>,
    hear: &mut (dyn FnMut(Stream, &[u8]) + Send),
) -> Result<Ran, ExecError> {
    let request = request(program)?;
    let connection = client.connect(request).await.map_err(|e| of(&e))?;
    let closes = connection.supports_stream_close();
    if program.stdin.is_some() && !closes {
        let why = "this server can't tell a program that its input has ended";
        return Err(ExecError::Lost(why.to_owned()));
    }
    let lost = |error: Error| ExecError::Lost(error.to_string());
    let (mut to, mut from) = connection.into_stream().split();
    let feeding = async {
        if let Some(input) = program.stdin {
            for piece in input.chunks(PIECE) {
                let message = [&[STDIN], piece].concat();
                to.send(Message::Binary(Bytes::from(message))).await?;
            }
            let end = Bytes::from_static(&[CLOSE, STDIN]);
            to.send(Message::Binary(end)).await?;
        }
        // What lies in between ends connections on which nothing is said.
        loop {
            tokio::time::sleep(PING).await;
            to.send(Message::Ping(Bytes::new())).await?;
        }
    };
    let hearing = async {
        let (mut out, mut err) = (Kept::default(), Kept::default());
        while let Some(message) = from.next().await {
            let data = match message.map_err(lost)? {
                Message::Binary(data) => data,
                Message::Text(text) => Bytes::from(text),
                Message::Close(_) => break,
                _ => continue,
            };
            match data.split_first() {
                Some((&STDOUT, piece)) if !piece.is_empty() => {
                    out.add(piece);
                    hear(Stream::Out, piece);
                }
                Some((&STDERR, piece)) if !piece.is_empty() => {
                    err.add(piece);
                    hear(Stream::Err, piece);
                }
                Some((&STATUS, status)) => {
                    let rc = ending(status)?;
                    return Ok(Ran {
                        rc: Some(rc),
                        cut: out.is_cut() || err.is_cut(),
                        out: out.whole(),
                        err: err.whole(),
                    });
                }
                _ => {}
            }
        }
        let why = "the connection ended before the program did";
        Err(ExecError::Lost(why.to_owned()))
    };
    let mut hearing = std::pin::pin!(hearing);
    let ran = tokio::select! {
        ran = &mut hearing => ran,
        // A program that ends without reading all of its input says so itself.
        Err::<Infallible, Error>(_) = feeding => hearing.await,
    };
    let _closed = to.close().await;
    ran
}

fn request(program: &Program<'_>) -> Result<Request<Vec<u8>>, ExecError> {
    let not_run = |why: &str| ExecError::NotRun(why.to_owned());
    if program.argv.is_empty() {
        return Err(not_run("no program is named"));
    }
    let pods = crate::domain::object::KindRef::pods();
    let place = path::of(&pods, Some(program.namespace), program.pod, Some("exec"))
        .ok_or_else(|| not_run("that is no name of a pod"))?;
    let mut query = vec![("stdout", "true"), ("stderr", "true")];
    if program.stdin.is_some() {
        query.push(("stdin", "true"));
    }
    query.extend(program.container.map(|name| ("container", name)));
    query.extend(program.argv.iter().map(|word| ("command", word.as_str())));
    let mut request = Request::get(path::with(&place, &query));
    if let Some(audit) = program.audit {
        request = request.header("audit-id", audit);
    }
    request
        .body(Vec::new())
        .map_err(|error| ExecError::NotRun(error.to_string()))
}

/// What it means that no connection came to be.
fn of(error: &kube::Error) -> ExecError {
    let why = trouble_of(error).detail;
    match error {
        kube::Error::Api(status) => match status.code {
            403 => ExecError::Forbidden(why),
            // What a proxy or a kubelet does not find may be there all the same.
            404 if status.reason == "NotFound" => ExecError::NotFound(why),
            400..=499 => ExecError::NotRun(why),
            _ if never_started(&status.message) => ExecError::NotRun(why),
            _ => ExecError::Lost(why),
        },
        error if never_sent(error) => ExecError::NotRun(why),
        _ => ExecError::Lost(why),
    }
}

/// Words of kubelets and runtimes for a program that did not come to be.
fn never_started(message: &str) -> bool {
    [
        "error dialing backend",
        "unable to start container process",
        "executable file not found",
        "container not found",
        "container is not created or running",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// The exit code in what the status channel says.
fn ending(status: &[u8]) -> Result<i32, ExecError> {
    let status: Status = serde_json::from_slice(status)
        .map_err(|_| ExecError::Lost("the server's word on its end can't be read".to_owned()))?;
    if status.status.as_deref() == Some("Success") {
        return Ok(0);
    }
    let causes = status.details.and_then(|it| it.causes).unwrap_or_default();
    let code = causes
        .iter()
        .find(|cause| cause.reason.as_deref() == Some("ExitCode"))
        .and_then(|cause| cause.message.as_deref()?.parse().ok());
    let message = status.message.unwrap_or_default();
    // Some kubelets tell it in words alone.
    let told = || message.rsplit_once("exit status ")?.1.trim().parse().ok();
    let code = code.or_else(told);
    let said = crate::domain::clean::clean(&message).into_owned();
    code.ok_or(if never_started(&message) {
        ExecError::NotRun(said)
    } else {
        ExecError::Lost(said)
    })
}

/// The beginning and the end of a stream.
#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Kept {
    fn add(&mut self, mut piece: &[u8]) {
        let room = (KEPT / 2).saturating_sub(self.head.len());
        let (head, rest) = piece.split_at(room.min(piece.len()));
        self.head.extend_from_slice(head);
        piece = rest;
        if piece.len() > KEPT / 2 {
            self.left_out += (piece.len() - KEPT / 2 + self.tail.len()) as u64;
            self.tail.clear();
            piece = &piece[piece.len() - KEPT / 2..];
        }
        self.tail.extend(piece);
        let over = self.tail.len().saturating_sub(KEPT / 2);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    const fn is_cut(&self) -> bool {
        self.left_out > 0
    }

    fn whole(self) -> Vec<u8> {
        let mut whole = self.head;
        whole.extend(self.tail);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_api_s_own_word_says_that_a_pod_is_not_there() {
        let said = |reason: &str| {
            let status = kube::core::Status {
                code: 404,
                reason: reason.to_owned(),
                ..kube::core::Status::default()
            };
            of(&kube::Error::Api(Box::new(status)))
        };
        assert!(matches!(said("NotFound"), ExecError::NotFound(_)));
        // A kubelet that has just begun anew, or a proxy.
        assert!(matches!(
            said("Failed to parse error data"),
            ExecError::NotRun(_)
        ));
    }

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        for piece in [1, 7, 1000, KEPT / 2, KEPT, 3 * KEPT] {
            let all: Vec<u8> = (0..3 * KEPT).map(|n| (n % 251) as u8).collect();
            let mut kept = Kept::default();
            all.chunks(piece).for_each(|piece| kept.add(piece));
            assert!(kept.is_cut());
            assert_eq!(kept.left_out, 2 * KEPT as u64, "{piece}");
            let whole = kept.whole();
            assert_eq!(whole.len(), KEPT);
            assert_eq!(whole[..KEPT / 2], all[..KEPT / 2]);
            assert_eq!(whole[KEPT / 2..], all[all.len() - KEPT / 2..]);
        }
        let mut kept = Kept::default();
        kept.add(b"all of it");
        assert!(!kept.is_cut());
        assert_eq!(kept.whole(), b"all of it");
    }

    #[test]
    fn the_status_says_how_it_ended() {
        let code = br#"{"status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero exit code","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#;
        assert_eq!(ending(code), Ok(3));
        assert_eq!(ending(br#"{"metadata":{},"status":"Success"}"#), Ok(0));
        let words = br#"{"status":"Failure","message":"error executing command in container: cmd wait: false : exit status 1"}"#;
        assert_eq!(ending(words), Ok(1));
        let missing = br#"{"status":"Failure","message":"exec: \"nope\": executable file not found in $PATH"}"#;
        assert!(matches!(ending(missing), Err(ExecError::NotRun(_))));
        let broken = br#"{"status":"Failure","message":"stream error"}"#;
        assert_eq!(
            ending(broken),
            Err(ExecError::Lost("stream error".to_owned()))
        );
        assert!(matches!(ending(b"<html>"), Err(ExecError::Lost(_))));
    }
}
