//! The same through the client inside a pod.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::{FutureExt, future::BoxFuture};

use super::*;
use crate::runtime::executors::inside::{InsideCall, InsideError, InsideRan};

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

// row: G5
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
    plan.facts = look(&redises, &plan.steps[0]).await.unwrap().facts;
    assert_eq!(plan.facts.len(), 2);
    let bench = Bench::new(plan);
    let end = bench.run(&redises).await;
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
    bench.run(&redises).await;
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
    let end = Bench::new(plan_of(command(&["LPUSH", "a", "b"])))
        .run(&redises)
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

/// A pod whose server lets somebody in once, and then knows no password any more.
struct Closing(Fake, AtomicBool);

impl Inside for Closing {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        let calls = Arc::default();
        let again = self.1.swap(true, Ordering::SeqCst);
        async move {
            let ran = Pod(self.0.clone(), calls).run(call).await?;
            let out = String::from_utf8(ran.out).unwrap();
            let out = if again {
                let refused = "(error) ERR AUTH called without any password configured\n";
                out.replacen("OK\n", refused, 1)
            } else {
                out
            };
            Ok(InsideRan {
                out: out.into_bytes(),
                ..ran
            })
        }
        .boxed()
    }
}

#[tokio::test]
async fn what_was_said_at_a_door_that_closed_meanwhile_is_not_called_undone() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake {
        password: Some(CANARY),
        ..Fake::new()
    };
    let way =
        |closed| -> Arc<dyn Inside> { Arc::new(Closing(fake.clone(), AtomicBool::new(closed))) };
    let by = || Reached::Exec {
        pod: "pod/redis-0".to_owned(),
        container: None,
    };
    let door = |closed| {
        Connections::new(
            ConnectionKind::Redis,
            [spec(by(), true)],
            secrets(&folder),
            Some(way(closed)),
        )
    };
    let ours = [vec!["LPUSH".to_owned(), "a".to_owned(), "b".to_owned()]];
    let connections = door(false);
    let opened = Door::of(&connections, "exports").await.unwrap();
    let spoken = opened.speak(&ours, LONGEST).await;
    assert!(
        matches!(&spoken, Spoken::Lost(why) if why.contains("without any password")),
        "{spoken:?}"
    );
    let connections = door(true);
    let shut = Door::of(&connections, "exports").await.unwrap();
    let spoken = shut.speak(&ours, LONGEST).await;
    assert!(matches!(spoken, Spoken::Unsent(_)), "{spoken:?}");
}
