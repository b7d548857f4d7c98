//! The same through the client inside a pod.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::{FutureExt, future::BoxFuture};

use super::*;
use crate::runtime::executors::inside::{InsideCall, InsideError, InsideRan, Room};

/// A pod whose `redis-cli` asks the same small Redis.
struct Pod(Fake, Arc<Mutex<Vec<Vec<String>>>>);

impl Inside for Pod {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        self.1.lock().unwrap().push(call.argv.clone());
        let room = Room::Pod {
            pod: "redis-0".to_owned(),
            container: None,
        };
        assert_eq!(call.room, room);
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

/// A pod the end of whose first answer is lost on the way.
struct Cut(Fake, AtomicBool);

impl Inside for Cut {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        let calls = Arc::default();
        // The door is tried first, which is empty here.
        let cut = call.stdin != b"QUIT\n" && !self.1.swap(true, Ordering::SeqCst);
        async move {
            let mut ran = Pod(self.0.clone(), calls).run(call).await?;
            if cut {
                ran.out.clear();
            }
            Ok(ran)
        }
        .boxed()
    }
}

#[tokio::test]
async fn what_only_looks_is_asked_once_more_and_what_acts_is_not() {
    let room = Room::Pod {
        pod: "redis-0".to_owned(),
        container: None,
    };
    for (word, twice) in [("LLEN", true), ("LPUSH", false)] {
        let fake = Fake::new();
        let pod = Cut(fake.clone(), AtomicBool::new(false));
        let ours = [vec![word.to_owned(), "a".to_owned()]];
        let spoken = super::super::cli::speak(&pod, &room, &ours, 0, LONGEST).await;
        let heard = fake.heard.lock().unwrap();
        let times = heard.iter().filter(|one| one[0] == word).count();
        assert_eq!(times, if twice { 2 } else { 1 }, "{word}");
        assert_eq!(
            matches!(spoken, Spoken::Replies(_)),
            twice,
            "{word}: {spoken:?}"
        );
        assert_eq!(
            matches!(spoken, Spoken::Lost(_)),
            !twice,
            "{word}: {spoken:?}"
        );
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
    assert!(
        matches!(spoken, Spoken::Shut(Sign::Answers, _)),
        "nothing of ours was said: {spoken:?}"
    );
}

/// A client that says the same whatever it is told.
struct Says(&'static str, &'static str, Option<fn() -> InsideError>);

impl Inside for Says {
    fn run(&self, _: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        let ran = InsideRan {
            out: self.0.as_bytes().to_vec(),
            err: self.1.as_bytes().to_vec(),
            ..InsideRan::default()
        };
        let said = self.2.map_or(Ok(ran), |error| Err(error()));
        async { said }.boxed()
    }
}

// row: A21
#[tokio::test]
async fn whatever_answers_is_up_and_only_a_shut_door_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let refused = "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n";
    let unnamed = "Could not connect to Redis at cache:6379: Name or service not known\n";
    let up = Some(Value::Bool(true));
    let down = Some(Value::Bool(false));
    for (says, proves) in [
        (
            Says("(error) NOAUTH Authentication required.\n", "", None),
            &up,
        ),
        (
            Says(
                "(error) WRONGPASS invalid username-password pair\n",
                "",
                None,
            ),
            &up,
        ),
        (
            Says(
                "(error) LOADING Redis is loading the dataset in memory\n",
                "",
                None,
            ),
            &up,
        ),
        (Says("", refused, None), &down),
        (Says(refused, "", None), &down),
        (
            Says("", "", Some(|| InsideError::Absent("not found".to_owned()))),
            &down,
        ),
        (
            Says(
                "",
                "",
                Some(|| InsideError::Crashed("CrashLoopBackOff".to_owned())),
            ),
            &down,
        ),
        (Says("", unnamed, None), &None),
        (Says("", "", None), &None),
        (
            Says("", "", Some(|| InsideError::Lost("cut".to_owned()))),
            &None,
        ),
        (
            Says("", "", Some(|| InsideError::NotStarted("no".to_owned()))),
            &None,
        ),
    ] {
        let (out, err) = (says.0, says.1);
        let by = Reached::Exec {
            pod: "pod/redis-0".to_owned(),
            container: None,
        };
        let inside: Arc<dyn Inside> = Arc::new(says);
        let redises = Redises::new([spec(by, true)], secrets(&folder), Some(inside));
        let step = Planned {
            save: Some(Save {
                name: "ping".to_owned(),
                parse: Parse::Ending(Box::new(Ending {
                    up: vec![Sign::Answers],
                    down: vec![Sign::Refused, Sign::Crashed, Sign::Absent],
                    ..Ending::default()
                })),
            }),
            ..command(&["PING"])
        };
        let values = Family::read(&redises, &step).await.unwrap();
        assert_eq!(values.get("up"), proves.as_ref(), "{out}{err}");
        assert!(values.contains_key("why"));
    }
}

/// A pod whose client is not heard to the end of a page of more than a thousand keys.
struct Wordy(Mutex<Vec<u32>>);

impl Inside for Wordy {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        let said = String::from_utf8(call.stdin).unwrap();
        let mut ran = InsideRan::default();
        for line in said.lines() {
            let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('"')).collect();
            let answer = match words[..] {
                ["SCAN", .., count] => {
                    let count = count.parse().unwrap();
                    self.0.lock().unwrap().push(count);
                    ran.cut = count > 1_000;
                    "1) \"0\"\n2) 1) \"cache:a\"\n   2) \"cache:b\"\n".to_owned()
                }
                ["ECHO", mark] => format!("\"{mark}\"\n"),
                ["QUIT"] => break,
                _ => "OK\n".to_owned(),
            };
            ran.out.extend(answer.into_bytes());
        }
        async { Ok(ran) }.boxed()
    }
}

// row: D12
#[tokio::test]
async fn a_page_that_does_not_come_whole_is_asked_for_again_and_smaller() {
    let folder = tempfile::tempdir().unwrap();
    let pod = Arc::new(Wordy(Mutex::default()));
    let inside: Arc<dyn Inside> = pod.clone();
    let by = Reached::Exec {
        pod: "redis-0".to_owned(),
        container: None,
    };
    let redises = Redises::new([spec(by, false)], secrets(&folder), Some(inside));
    let scan = |words: &[&str]| Planned {
        save: Some(Save {
            name: "preview".to_owned(),
            parse: Parse::Lines,
        }),
        ..command(words)
    };
    let values = Family::read(&redises, &scan(&["SCAN", "MATCH", "cache:*"])).await;
    let all = ["cache:a", "cache:b"].map(Value::text);
    assert_eq!(values.unwrap()["lines"], Value::List(all.to_vec()));
    assert_eq!(*pod.0.lock().unwrap(), [5_000, 1_000]);
    // What the pack says is kept to.
    let told = scan(&["SCAN", "MATCH", "cache:*", "COUNT", "2000"]);
    let read = Family::read(&redises, &told).await;
    assert!(
        matches!(&read, Err(Refusal::Unreadable { why, .. }) if why.contains("too long")),
        "{read:?}"
    );
}
