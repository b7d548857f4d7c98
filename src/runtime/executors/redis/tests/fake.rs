//! A Redis that knows a few commands and remembers what it was asked.

use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt,
        BufReader,
    },
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// What it was asked, and what it says of itself.
#[derive(Clone, Default)]
pub struct Fake {
    pub heard: Arc<Mutex<Vec<Vec<String>>>>,
    pub password: Option<&'static str>,
    pub role: Arc<Mutex<&'static str>>,
    pub run_id: Arc<Mutex<&'static str>>,
}

impl Fake {
    pub fn new() -> Self {
        let fake = Self::default();
        *fake.role.lock().unwrap() = "master";
        *fake.run_id.lock().unwrap() = "abc";
        fake
    }

    /// An answer in RESP; nothing: it hangs up.
    pub fn answer(&self, command: &[String], open: &mut bool) -> Option<String> {
        self.heard.lock().unwrap().push(command.to_vec());
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let bulk = |text: &str| format!("${}\r\n{text}\r\n", text.len());
        Some(match words.as_slice() {
            ["AUTH", word] => {
                if self.password == Some(*word) {
                    *open = true;
                    "+OK\r\n".to_owned()
                } else {
                    "-WRONGPASS invalid username-password pair\r\n".to_owned()
                }
            }
            _ if self.password.is_some() && !*open => {
                "-NOAUTH Authentication required.\r\n".to_owned()
            }
            ["SELECT", _] => "+OK\r\n".to_owned(),
            ["INFO"] => bulk(&format!(
                "# Server\r\nrun_id:{}\r\n# Replication\r\nrole:{}\r\n",
                self.run_id.lock().unwrap(),
                self.role.lock().unwrap()
            )),
            ["ECHO", mark] => bulk(mark),
            // Two pages, of which the second has a key again; one that never ends; one with a name of two lines.
            ["SCAN", cursor, "MATCH", pattern, "COUNT", count] => {
                assert_eq!(*count, "5000");
                let page = |next: &str, keys: &[&str]| {
                    let keys: String = keys.iter().map(|key| bulk(key)).collect();
                    let count = keys.matches('$').count();
                    format!("*2\r\n{}*{count}\r\n{keys}", bulk(next))
                };
                match (*pattern, *cursor) {
                    ("endless:*", _) => page("7", &[]),
                    ("odd:*", _) => page("0", &["odd:a\nodd:b"]),
                    (_, "0") => page("17", &["cache:b", "cache:a"]),
                    (_, "17") => page("0", &["cache:c", "cache:b"]),
                    other => panic!("{other:?}"),
                }
            }
            ["LLEN", _] => ":2413\r\n".to_owned(),
            ["LRANGE", ..] => "*2\r\n$1\r\na\r\n$-1\r\n".to_owned(),
            ["LPUSH", key, ..] if *key == "text" => {
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n".to_owned()
            }
            ["LPUSH", ..] => ":1\r\n".to_owned(),
            ["LEAK"] => bulk(&format!("it is {}", self.password.unwrap_or_default())),
            ["HANG"] => std::iter::repeat_n(' ', 0).collect(),
            _ => return None,
        })
    }

    pub async fn serve(self, tasks: &mut JoinSet<()>) -> u16 {
        self.serve_on(tasks, None).await
    }

    /// The same, sealed where it has a certificate.
    pub async fn serve_on(self, tasks: &mut JoinSet<()>, seal: Option<Arc<ServerConfig>>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match &seal {
                    None => self.talk(stream).await,
                    Some(seal) => {
                        let acceptor = TlsAcceptor::from(Arc::clone(seal));
                        if let Ok(stream) = acceptor.accept(stream).await {
                            self.talk(stream).await;
                        }
                    }
                }
            }
        });
        port
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut stream = BufReader::new(stream);
        let mut open = false;
        while let Some(command) = heard(&mut stream).await {
            let Some(answer) = self.answer(&command, &mut open) else {
                break;
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        }
    }
}

async fn heard(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<String>> {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .await
        .ok()
        .filter(|count| *count > 0)?;
    let count: usize = line.trim().strip_prefix('*')?.parse().ok()?;
    let mut words = Vec::new();
    for _ in 0..count {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let length: usize = line.trim().strip_prefix('$')?.parse().ok()?;
        let mut bytes = vec![0; length + 2];
        stream.read_exact(&mut bytes).await.ok()?;
        bytes.truncate(length);
        words.push(String::from_utf8(bytes).unwrap());
    }
    Some(words)
}
