//! A small Redis that speaks as it is told, over the network and through the client of a pod.

use std::sync::Mutex;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinSet,
};

use super::*;
use crate::{
    domain::action::{
        fact::drift,
        place::{SecretDelivery, SecretSource, SecretSpec},
        step::Parse,
    },
    runtime::executors::{
        inside::{InsideCall, InsideError, InsideRan},
        testing::{Bench, argv, draft_of, plan_of},
    },
};

const CANARY: &str = "canary pw\"71";

/// What it was asked, and what it says of itself.
#[derive(Clone, Default)]
struct Fake {
    heard: Arc<Mutex<Vec<Vec<String>>>>,
    password: Option<&'static str>,
    role: Arc<Mutex<&'static str>>,
    run_id: Arc<Mutex<&'static str>>,
}

impl Fake {
    fn new() -> Self {
        let fake = Self::default();
        *fake.role.lock().unwrap() = "master";
        *fake.run_id.lock().unwrap() = "abc";
        fake
    }

    /// An answer in RESP; nothing: it hangs up.
    fn answer(&self, command: &[String], open: &mut bool) -> Option<String> {
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

    async fn serve(self, tasks: &mut JoinSet<()>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                let mut open = false;
                while let Some(command) = heard(&mut stream).await {
                    let Some(answer) = self.answer(&command, &mut open) else {
                        break;
                    };
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        port
    }
}

async fn heard(stream: &mut BufReader<tokio::net::TcpStream>) -> Option<Vec<String>> {
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

fn spec(by: Reached, secret: bool) -> ConnectionSpec {
    ConnectionSpec {
        name: "exports".to_owned(),
        kind: ConnectionKind::Redis,
        by,
        user: None,
        database: Some("5".to_owned()),
        secret: secret.then(|| "redis".to_owned()),
    }
}

fn secrets(folder: &tempfile::TempDir) -> Secrets {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join("redis");
    std::fs::write(&path, CANARY).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let spec = SecretSpec {
        name: "redis".to_owned(),
        from: SecretSource::File(path.to_string_lossy().into_owned()),
        deliver: SecretDelivery::Env("REDISCLI_AUTH".to_owned()),
    };
    Secrets::new([spec], None)
}

fn command(words: &[&str]) -> Planned {
    Planned {
        kind: StepKind::Redis {
            connection: "exports".to_owned(),
            argv: argv(words),
        },
        limit: Some(2),
        save: None,
    }
}

struct Scene {
    fake: Fake,
    redises: Redises,
    _tasks: JoinSet<()>,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(fake: Fake, secret: bool) -> Self {
        let mut tasks = JoinSet::new();
        let folder = tempfile::tempdir().unwrap();
        let port = fake.clone().serve(&mut tasks).await;
        let by = Reached::Address {
            host: "127.0.0.1".to_owned(),
            port: Some(port),
        };
        Self {
            redises: Redises::new([spec(by, secret)], secrets(&folder), None),
            fake,
            _tasks: tasks,
            _folder: folder,
        }
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        let plan = plan_of(step.clone());
        Executor::look(&self.redises, step, &draft_of(&plan)).await
    }

    async fn done(&self, step: Planned) -> (StepEnd, Bench) {
        let facts = self.look(&step).await.unwrap().facts;
        let mut plan = plan_of(step);
        plan.facts = facts;
        let bench = Bench::new(plan);
        let end = Executor::run(&self.redises, bench.doing(0)).await;
        (end, bench)
    }

    fn count(&self, word: &str) -> usize {
        self.fake
            .heard
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one[0] == word)
            .count()
    }
}

#[tokio::test]
async fn it_says_a_command_once_in_the_database_that_was_named() {
    let scene = Scene::new(Fake::new(), false).await;
    let (end, bench) = scene
        .done(command(&["LPUSH", "exports:pending", "a b\r\n; FLUSHALL"]))
        .await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(1)),
        "{end:?}"
    );
    assert_eq!(bench.heard(Stream::Out), "1\n");
    assert_eq!(scene.count("LPUSH"), 1);
    let heard = scene.fake.heard.lock().unwrap();
    assert!(
        heard
            .iter()
            .filter(|one| one[0] == "SELECT")
            .all(|one| one[1] == "5")
    );
    assert_eq!(
        heard.last().unwrap()[2],
        "a b\r\n; FLUSHALL",
        "one argument"
    );
}

#[tokio::test]
async fn answers_become_values() {
    let scene = Scene::new(Fake::new(), false).await;
    let values = Executor::read(&scene.redises, &command(&["LLEN", "exports:pending"]))
        .await
        .unwrap();
    assert_eq!(values["value"], Value::Int(2413));
    let values = Executor::read(&scene.redises, &command(&["LRANGE", "x", "0", "1"]))
        .await
        .unwrap();
    assert_eq!(
        values["value"],
        Value::List(vec![Value::text("a"), Value::Absent])
    );
    let step = Planned {
        save: Some(Save {
            name: "depth".to_owned(),
            parse: Parse::Regex("^(?P<depth>\\d+)$".to_owned()),
        }),
        ..command(&["LLEN", "exports:pending"])
    };
    let (end, _) = scene.done(step).await;
    assert!(
        matches!(&end, StepEnd::Done { saved, .. } if saved["depth"] == Value::Int(2413)),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_password_opens_it_and_is_found_nowhere() {
    let fake = Fake {
        password: Some(CANARY),
        ..Fake::new()
    };
    let scene = Scene::new(fake, true).await;
    let (end, bench) = scene.done(command(&["LEAK"])).await;
    assert_eq!(bench.heard(Stream::Out), "it is •••\n");
    let shown = format!("{end:?} {:?} {:?}", bench.told(), bench.plan);
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_closed_door_is_alive_but_not_allowed() {
    for (password, said) in [(Some("other"), "WRONGPASS"), (None, "")] {
        let fake = Fake {
            password,
            ..Fake::new()
        };
        let scene = Scene::new(fake, password.is_some()).await;
        if said.is_empty() {
            assert!(scene.look(&command(&["LLEN", "x"])).await.is_ok());
            continue;
        }
        let refusal = scene.look(&command(&["LLEN", "x"])).await.unwrap_err();
        let text = format!("{refusal:?}");
        assert!(
            text.contains("alive, but not allowed") && text.contains(said),
            "{text}"
        );
        assert!(!text.contains("canary"));
    }
    let fake = Fake {
        password: Some("other"),
        ..Fake::new()
    };
    let scene = Scene::new(fake, false).await;
    let refusal = scene.look(&command(&["LLEN", "x"])).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("NOAUTH"), "{refusal:?}");
}

#[tokio::test]
async fn another_server_or_a_replica_is_not_written_to() {
    let scene = Scene::new(Fake::new(), false).await;
    let step = command(&["LPUSH", "exports:pending", "a"]);
    let mut plan = plan_of(step.clone());
    plan.facts = scene.look(&step).await.unwrap().facts;
    *scene.fake.run_id.lock().unwrap() = "another";
    let now = Executor::facts(&scene.redises, &step, &plan).await.unwrap();
    assert!(drift(&plan.facts, &now).is_some());
    let bench = Bench::new(plan);
    let end = Executor::run(&scene.redises, bench.doing(0)).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("run_id")),
        "{end:?}"
    );
    assert_eq!(scene.count("LPUSH"), 0);
    *scene.fake.role.lock().unwrap() = "slave";
    assert!(matches!(
        scene.look(&step).await,
        Err(Refusal::DryRun { .. })
    ));
}

#[tokio::test]
async fn what_went_wrong_is_told_apart() {
    let scene = Scene::new(Fake::new(), false).await;
    let (end, _) = scene.done(command(&["LPUSH", "text", "a"])).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.starts_with("WRONGTYPE")),
        "{end:?}"
    );
    let (end, _) = scene.done(command(&["DIES"])).await;
    assert!(
        matches!(end, StepEnd::Unknown { .. }),
        "its answer was lost: {end:?}"
    );
    let (end, _) = scene
        .done(Planned {
            limit: Some(1),
            ..command(&["HANG"])
        })
        .await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("within 1 s")),
        "{end:?}"
    );
    let gone = Reached::Address {
        host: "127.0.0.1".to_owned(),
        port: Some(1),
    };
    let gone = Redises::new([spec(gone, false)], Secrets::default(), None);
    let bench = Bench::new(plan_of(command(&["LPUSH", "a", "b"])));
    let end = Executor::run(&gone, bench.doing(0)).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    bench.cancel.cancel();
    let end = Executor::run(&scene.redises, bench.doing(0)).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
}

#[tokio::test]
async fn commands_that_are_none_are_refused() {
    let scene = Scene::new(Fake::new(), false).await;
    for words in [
        &["MONITOR"][..],
        &["subscribe", "x"],
        &[""],
        &[],
        &["SELECT", "0"],
        &["LLEN\r\nFLUSHALL"],
    ] {
        let refusal = scene.look(&command(words)).await.unwrap_err();
        assert!(
            matches!(refusal, Refusal::BadValue { .. }),
            "{words:?}: {refusal:?}"
        );
    }
    let mut nowhere = spec(
        Reached::Address {
            host: "127.0.0.1".to_owned(),
            port: None,
        },
        false,
    );
    nowhere.database = None;
    let redises = Redises::new([nowhere], Secrets::default(), None);
    let plan = plan_of(command(&["LLEN", "x"]));
    let refusal = Executor::look(&redises, &plan.steps[0], &draft_of(&plan))
        .await
        .unwrap_err();
    assert!(
        matches!(refusal, Refusal::BadValue { .. }),
        "a database is named: {refusal:?}"
    );
}

/// A pod whose `redis-cli` asks the same small Redis.
struct Pod(Fake, Arc<Mutex<Vec<Vec<String>>>>);

impl Inside for Pod {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        self.1.lock().unwrap().push(call.argv.clone());
        assert_eq!(call.pod, "redis-0");
        let mut out = String::new();
        let mut open = false;
        for line in String::from_utf8(call.stdin).unwrap().lines() {
            let words = line.split(' ').map(|word| {
                let bare = word.trim_matches('"');
                let mut text = String::new();
                let mut parts = bare.split("\\x");
                text.push_str(parts.next().unwrap());
                for part in parts {
                    text.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
                    text.push_str(&part[2..]);
                }
                text
            });
            let words: Vec<String> = words.collect();
            if words == ["QUIT"] {
                break;
            }
            let Some(answer) = self.0.answer(&words, &mut open) else {
                return async { Err(InsideError::Lost("closed".to_owned())) }.boxed();
            };
            let (kind, rest) = answer.split_at(1);
            let said = match kind {
                "+" => format!("{}\n", rest.trim()),
                "-" => format!("(error) {}\n", rest.trim()),
                ":" => format!("(integer) {}\n", rest.trim()),
                _ if words[0] == "INFO" => rest.split_once("\r\n").unwrap().1.to_owned(),
                _ => format!(
                    "\"{}\"\n",
                    rest.split_once("\r\n")
                        .unwrap()
                        .1
                        .trim()
                        .replace('"', "\\\"")
                ),
            };
            out.push_str(&said);
        }
        let ran = InsideRan {
            out: out.into_bytes(),
            ..InsideRan::default()
        };
        async { Ok(ran) }.boxed()
    }
}

#[tokio::test]
async fn in_a_pod_its_own_client_says_the_same_and_no_argument_holds_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake {
        password: Some(CANARY),
        ..Fake::new()
    };
    let calls = Arc::<Mutex<Vec<Vec<String>>>>::default();
    let inside: Arc<dyn Inside> = Arc::new(Pod(fake.clone(), Arc::clone(&calls)));
    let by = Reached::Exec {
        pod: "pod/redis-0".to_owned(),
        container: None,
    };
    let redises = Redises::new([spec(by, true)], secrets(&folder), Some(inside));
    let mut plan = plan_of(command(&["LPUSH", "exports:pending", "a b\n"]));
    plan.facts = Executor::look(&redises, &plan.steps[0], &draft_of(&plan))
        .await
        .unwrap()
        .facts;
    assert_eq!(plan.facts.len(), 2);
    let bench = Bench::new(plan);
    let end = Executor::run(&redises, bench.doing(0)).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(1)),
        "{end:?}"
    );
    assert_eq!(
        fake.heard
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one[0] == "LPUSH")
            .count(),
        1
    );
    assert!(
        calls
            .lock()
            .unwrap()
            .iter()
            .flatten()
            .all(|word| !word.contains("canary"))
    );
    let bench = Bench::new(plan_of(command(&["LEAK"])));
    Executor::run(&redises, bench.doing(0)).await;
    assert_eq!(bench.heard(Stream::Out), "it is •••\n");
    let wrong = Fake {
        password: Some("another"),
        ..Fake::new()
    };
    let inside: Arc<dyn Inside> = Arc::new(Pod(wrong.clone(), calls));
    let by = Reached::Exec {
        pod: "redis-0".to_owned(),
        container: None,
    };
    let redises = Redises::new([spec(by, true)], secrets(&folder), Some(inside));
    let end = Executor::run(
        &redises,
        Bench::new(plan_of(command(&["LPUSH", "a", "b"]))).doing(0),
    )
    .await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("not allowed")),
        "{end:?}"
    );
    assert!(
        !wrong
            .heard
            .lock()
            .unwrap()
            .iter()
            .any(|one| one[0] == "LPUSH"),
        "nothing is said at a closed door"
    );
}
