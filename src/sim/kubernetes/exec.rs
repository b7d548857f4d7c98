//! The exec subresource over WebSocket; what commands answer is the scenario's business.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role};

use super::Cluster;
use super::kinds::Res;
use super::request::{Call, header_text};
use super::status::{ApiError, ApiResult};
use crate::sim::server::{self, Body};
use crate::sim::tasks::Tasks;

/// A command that is to be run in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecQuestion {
    pub namespace: String,
    pub pod: String,
    pub container: String,
    pub command: Vec<String>,
    /// The variables of the container that are written where it is described.
    pub env: Vec<(String, String)>,
}

/// What a command wrote, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExecAnswer {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
    /// Why nothing ever began: there is no such program.
    pub missing: Option<String>,
}

/// Answers commands in containers.
pub trait ExecAnswers: Send + Sync + fmt::Debug {
    /// `None`: there is no such program in that container.
    fn answer(&self, question: &ExecQuestion) -> Option<ExecAnswer>;
}

/// Containers without any program.
#[derive(Debug)]
pub struct NothingThere;

impl ExecAnswers for NothingThere {
    fn answer(&self, _question: &ExecQuestion) -> Option<ExecAnswer> {
        None
    }
}

/// Preferred first.
const PROTOCOLS: &[&str] = &["v5.channel.k8s.io", "v4.channel.k8s.io"];
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
/// Says of the channel that it names that nothing more comes on it.
const CLOSE: u8 = 255;

/// GET (WebSocket) on `exec`.
pub fn exec(
    cluster: &Arc<Cluster>,
    call: &Call,
    mut request: Request<Incoming>,
) -> ApiResult<Response<Body>> {
    let question = question(cluster, call)?;
    let protocol = protocol(&request)?;
    let key = header_text(request.headers(), header::SEC_WEBSOCKET_KEY);
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| ApiError::bad_request("the WebSocket key is not a header value"))?;
    let found = cluster.exec_answers().answer(&question);
    let lasting = Lasting::of(&question.command).filter(|_| found.is_none());
    let answer = found
        .or_else(|| plain_program(&question))
        .unwrap_or_else(|| missing_program(&question));
    let (out, err) = (call.query.flag("stdout"), call.query.flag("stderr"));
    let fed = call.query.flag("stdin");
    let upgraded = hyper::upgrade::on(&mut request);
    let tasks = request.extensions().get::<Tasks>().cloned();
    tasks.unwrap_or_default().spawn(async move {
        let Ok(upgraded) = upgraded.await else {
            return;
        };
        let io = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
        if let Some(lasting) = lasting
            && lasting.play(&mut socket, fed).await.is_err()
        {
            return;
        }
        // A client that leaves early has nobody to be told to.
        let _left = play(socket, &answer, out, err).await;
    });
    let mut response = Response::new(server::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    headers.insert(
        header::SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(protocol),
    );
    Ok(response)
}

fn question(cluster: &Cluster, call: &Call) -> ApiResult<ExecQuestion> {
    let pod = cluster
        .state()
        .store
        .get(Res::Pods, call.namespace(), call.name());
    let pod = pod.ok_or_else(|| ApiError::not_found(Res::Pods, call.name()))?;
    let value = pod.value();
    let statuses = value["status"]["containerStatuses"].as_array();
    let asked = call.query.get("container").filter(|name| !name.is_empty());
    let first = value["spec"]["containers"][0]["name"].as_str();
    let container = asked.or(first).unwrap_or_default();
    let status = statuses
        .into_iter()
        .flatten()
        .find(|one| one["name"] == container);
    let Some(status) = status else {
        return Err(ApiError::bad_request(format!(
            "container {container} is not valid for pod {}",
            call.name()
        )));
    };
    if status["state"]["running"].is_null() {
        return Err(ApiError::bad_request(format!(
            "container {container} in pod {} is not running",
            call.name()
        )));
    }
    Ok(ExecQuestion {
        namespace: call.namespace().to_owned(),
        pod: call.name().to_owned(),
        container: container.to_owned(),
        command: call.query.all("command").map(str::to_owned).collect(),
        env: env(&value["spec"]["containers"], container),
    })
}

fn env(containers: &Value, container: &str) -> Vec<(String, String)> {
    let mut containers = containers.as_array().into_iter().flatten();
    let found = containers.find(|one| one["name"] == container);
    let variables = found.and_then(|one| one["env"].as_array());
    let written = variables.into_iter().flatten().filter_map(|one| {
        let (name, value) = (one["name"].as_str()?, one["value"].as_str()?);
        Some((name.to_owned(), value.to_owned()))
    });
    written.collect()
}

fn protocol(request: &Request<Incoming>) -> ApiResult<&'static str> {
    let headers = request.headers();
    let upgrade = header_text(headers, header::UPGRADE);
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(ApiError::bad_request(
            "Upgrade request required: exec is served over WebSocket",
        ));
    }
    let offered: Vec<String> = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|one| one.trim().to_owned()))
        .collect();
    let common = PROTOCOLS
        .iter()
        .find(|known| offered.iter().any(|one| one == *known));
    common.copied().ok_or_else(|| {
        ApiError::bad_request(format!(
            "unable to negotiate a protocol: client supports {offered:?}"
        ))
    })
}

/// The programs that any container has.
fn plain_program(question: &ExecQuestion) -> Option<ExecAnswer> {
    let (program, words) = question.command.split_first()?;
    let (stdout, code) = match program.as_str() {
        "echo" => (format!("{}\n", words.join(" ")), 0),
        "printenv" => printenv(&question.env, words),
        "true" | "head" | "yes" => (String::new(), 0),
        "false" => (String::new(), 1),
        _ => return None,
    };
    Some(ExecAnswer {
        stdout,
        code,
        ..ExecAnswer::default()
    })
}

fn printenv(env: &[(String, String)], names: &[String]) -> (String, i32) {
    let lines = |lines: Vec<String>| {
        lines.into_iter().fold(String::new(), |mut text, line| {
            text.push_str(&line);
            text.push('\n');
            text
        })
    };
    if names.is_empty() {
        let all = env.iter().map(|(name, value)| format!("{name}={value}"));
        return (lines(all.collect()), 0);
    }
    let value_of = |asked: &String| env.iter().find(|(name, _)| name == asked);
    let found: Vec<String> = names
        .iter()
        .filter_map(value_of)
        .map(|(_, value)| value.clone())
        .collect();
    let code = i32::from(found.len() < names.len());
    (lines(found), code)
}

/// Programs of any container that don't end at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// Gives what it is given, up to so many lines or bytes.
    Head { lines: usize, bytes: usize },
    /// Goes on until nobody listens.
    Yes,
}

impl Lasting {
    fn of(command: &[String]) -> Option<Self> {
        match command {
            [program] if program == "yes" => Some(Self::Yes),
            [program, what, count] if program == "head" => {
                let most = usize::MAX;
                let count = count.parse().ok()?;
                match what.as_str() {
                    "-n" => Some(Self::Head {
                        lines: count,
                        bytes: most,
                    }),
                    "-c" => Some(Self::Head {
                        lines: most,
                        bytes: count,
                    }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    async fn play<S>(
        self,
        socket: &mut WebSocketStream<S>,
        fed: bool,
    ) -> Result<(), tokio_tungstenite::tungstenite::Error>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let Self::Head {
            mut lines,
            mut bytes,
        } = self
        else {
            let piece = [&[STDOUT][..], "y\n".repeat(2_000).as_bytes()].concat();
            let piece = Bytes::from(piece);
            loop {
                socket.send(Message::Binary(piece.clone())).await?;
            }
        };
        while fed
            && lines > 0
            && bytes > 0
            && let Some(message) = socket.next().await
        {
            let data = match message? {
                Message::Binary(data) if data[..] == [CLOSE, STDIN] => break,
                Message::Binary(data) if data.first() == Some(&STDIN) => data.slice(1..),
                _ => continue,
            };
            let mut taken = vec![STDOUT];
            for byte in data {
                if lines == 0 || bytes == 0 {
                    break;
                }
                taken.push(byte);
                bytes -= 1;
                lines -= usize::from(byte == b'\n');
            }
            socket.send(Message::Binary(Bytes::from(taken))).await?;
        }
        Ok(())
    }
}

fn missing_program(question: &ExecQuestion) -> ExecAnswer {
    let program = question.command.first().map_or("", String::as_str);
    ExecAnswer {
        stdout: String::new(),
        stderr: String::new(),
        code: 127,
        missing: Some(format!(
            "exec: \"{program}\": executable file not found in $PATH"
        )),
    }
}

async fn play<S>(
    mut socket: WebSocketStream<S>,
    answer: &ExecAnswer,
    out: bool,
    err: bool,
) -> Result<(), tokio_tungstenite::tungstenite::Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let on = |channel: u8, text: &str| {
        let mut message = vec![channel];
        message.extend_from_slice(text.as_bytes());
        Message::Binary(Bytes::from(message))
    };
    if out && !answer.stdout.is_empty() {
        socket.send(on(STDOUT, &answer.stdout)).await?;
    }
    if err && !answer.stderr.is_empty() {
        socket.send(on(STDERR, &answer.stderr)).await?;
    }
    socket.send(on(STATUS, &ending(answer).to_string())).await?;
    let goodbye = CloseFrame {
        code: CloseCode::Normal,
        reason: Utf8Bytes::default(),
    };
    socket.close(Some(goodbye)).await?;
    // The client closes last, so that it has read everything.
    while let Some(Ok(_)) = socket.next().await {}
    Ok(())
}

fn ending(answer: &ExecAnswer) -> Value {
    let code = answer.code;
    if let Some(missing) = &answer.missing {
        // No runtime tells an exit code of what never began.
        return json!({ "metadata": {}, "status": "Failure", "reason": "InternalError", "message": missing });
    }
    if code == 0 {
        return json!({ "metadata": {}, "status": "Success" });
    }
    json!({
        "metadata": {},
        "status": "Failure",
        "message": format!("command terminated with non-zero exit code: exit status {code}"),
        "reason": "NonZeroExitCode",
        "details": { "causes": [{ "reason": "ExitCode", "message": code.to_string() }] },
    })
}
