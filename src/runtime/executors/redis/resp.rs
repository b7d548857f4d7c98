//! RESP, the protocol of Redis, as far as one command and its answer need it.

use std::{io, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt,
        BufReader,
    },
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{door::Spoken, reply::RedisReply};
use crate::domain::action::step::Sign;

/// How long a server may take to let us in.
const DOOR: Duration = Duration::from_secs(5);
/// The largest answer that is read.
const LARGEST: usize = 1 << 20;
/// How deep answers may be nested.
const DEEPEST: usize = 8;

/// A Redis of the network.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    pub host: &'a str,
    pub port: u16,
    /// Without it the line is open.
    pub seal: Option<&'a ClientConfig>,
}

/// A line, sealed or open.
trait Speaks: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Speaks for T {}

impl Server<'_> {
    /// A line to it; where it is to be sealed, the server has proved its name.
    async fn connect(self) -> io::Result<Box<dyn Speaks>> {
        let stream = TcpStream::connect((self.host, self.port)).await?;
        let Some(seal) = self.seal else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(self.host.to_owned()).map_err(io::Error::other)?;
        let connector = TlsConnector::from(Arc::new(seal.clone()));
        let sealed = connector.connect(name, stream).await;
        let sealed = sealed.map_err(|error| io::Error::other(format!("TLS: {error}")))?;
        Ok(Box::new(sealed))
    }
}

/// Says commands one by one, each after the answer to the one before; the first `opening` of them open the door.
pub async fn speak(
    server: Server<'_>,
    commands: &[Vec<String>],
    opening: usize,
    within: Duration,
) -> Spoken {
    let Server { host, port, .. } = server;
    let connect = timeout(within.min(DOOR), server.connect());
    let stream = match connect.await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            return Spoken::Shut(Sign::Refused, format!("{host}:{port}: {error}"));
        }
        Ok(Err(error)) => return Spoken::Unsent(format!("{host}:{port}: {error}")),
        Err(_) => return Spoken::Unsent(format!("{host}:{port} does not answer")),
    };
    let mut said = 0;
    let mut replies = Vec::new();
    let talk = async {
        let mut stream = BufReader::new(stream);
        for command in commands {
            said += 1;
            stream.write_all(&encoded(command)).await?;
            stream.flush().await?;
            let mut left = LARGEST;
            let reply = read(&mut stream, &mut left, DEEPEST).await?;
            let refused = matches!(reply, RedisReply::Error(_));
            replies.push(reply);
            if refused {
                break;
            }
        }
        Ok::<_, io::Error>(())
    };
    let why = match timeout(within, talk).await {
        Ok(Ok(())) => return Spoken::Replies(replies),
        Ok(Err(error)) => format!("{host}:{port}: {error}"),
        Err(_) => format!("{host}:{port}: no answer within {} s", within.as_secs()),
    };
    if said > opening {
        Spoken::Lost(why)
    } else {
        Spoken::Unsent(why)
    }
}

fn encoded(command: &[String]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for word in command {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn bad(why: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("this is no Redis: {why}"),
    )
}

/// One answer. What is left of what may be read is counted down.
fn read<'a, S: AsyncBufRead + Unpin + Send>(
    stream: &'a mut S,
    left: &'a mut usize,
    deeper: usize,
) -> BoxFuture<'a, io::Result<RedisReply>> {
    async move {
        let line = line(stream, left).await?;
        let Some((kind, rest)) = line.split_at_checked(1) else {
            return Err(bad("an empty answer"));
        };
        let number = || {
            rest.parse::<i64>()
                .map_err(|_| bad("a number that is none"))
        };
        Ok(match kind {
            "+" => RedisReply::Status(rest.to_owned()),
            "-" => RedisReply::Error(rest.to_owned()),
            ":" => RedisReply::Int(number()?),
            "$" => match usize::try_from(number()?) {
                Err(_) => RedisReply::Nil,
                Ok(length) => {
                    *left = left
                        .checked_sub(length)
                        .ok_or_else(|| bad("an answer that is too large"))?;
                    let mut bytes = vec![0; length + 2];
                    stream.read_exact(&mut bytes).await?;
                    bytes.truncate(length);
                    RedisReply::Text(String::from_utf8_lossy(&bytes).into_owned())
                }
            },
            "*" => match usize::try_from(number()?) {
                Err(_) => RedisReply::Nil,
                Ok(_) if deeper == 0 => return Err(bad("an answer that is too deep")),
                Ok(count) => {
                    let mut items = Vec::new();
                    for _ in 0..count {
                        items.push(read(stream, left, deeper - 1).await?);
                    }
                    RedisReply::List(items)
                }
            },
            _ => return Err(bad("an answer of no known kind")),
        })
    }
    .boxed()
}

async fn line<S: AsyncBufRead + Unpin + Send>(
    stream: &mut S,
    left: &mut usize,
) -> io::Result<String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(*left).unwrap_or(u64::MAX);
    let count = (&mut *stream)
        .take(most)
        .read_until(b'\n', &mut bytes)
        .await?;
    *left = left.saturating_sub(count);
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = bytes
        .strip_suffix(b"\r\n")
        .ok_or_else(|| bad("a line without its end"))?;
    Ok(String::from_utf8_lossy(line).into_owned())
}
