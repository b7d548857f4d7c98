//! A small Redis that speaks as it is told, over the network and through the client of a pod.

mod fake;
mod pod;
mod sealed;

use std::sync::Mutex;

use tokio::task::JoinSet;

use self::fake::Fake;

use super::*;
use crate::{
    domain::action::{
        fact::drift,
        place::{Line, Reached, SecretDelivery, SecretSource, SecretSpec},
        step::{Parse, Sign},
    },
    runtime::executors::testing::{Bench, argv, done, look, plan_of},
};

const CANARY: &str = "canary pw\"71";

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
        again: None,
        batch: None,
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
            line: Line::Open,
        };
        Self {
            redises: Redises::new([spec(by, secret)], secrets(&folder), None),
            fake,
            _tasks: tasks,
            _folder: folder,
        }
    }

    async fn look(&self, step: &Planned) -> Preflighted {
        look(&self.redises, step).await
    }

    async fn done(&self, step: Planned) -> (StepEnd, Bench) {
        done(&self.redises, step).await
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

// row: G3, C12
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

// row: D12
#[tokio::test]
async fn a_scan_goes_on_to_its_end_and_gives_each_key_once() {
    let scene = Scene::new(Fake::new(), false).await;
    // Only what never ends is not waited for.
    let scan = |pattern: &str| Planned {
        limit: Some(if pattern.starts_with("endless") {
            1
        } else {
            30
        }),
        save: Some(Save {
            name: "preview".to_owned(),
            parse: Parse::Lines,
        }),
        ..command(&["SCAN", "MATCH", pattern])
    };
    let values = Family::read(&scene.redises, &scan("cache:*")).await;
    let all = ["cache:a", "cache:b", "cache:c"].map(Value::text);
    assert_eq!(values.unwrap()["lines"], Value::List(all.to_vec()));
    assert_eq!((scene.count("SCAN"), scene.count("KEYS")), (2, 0));
    let why = |read: Result<Values, Refusal>| match read {
        Err(Refusal::Unreadable { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    let odd = why(Family::read(&scene.redises, &scan("odd:*")).await);
    assert!(odd.contains("no line can hold"), "{odd}");
    let endless = why(Family::read(&scene.redises, &scan("endless:*")).await);
    assert!(endless.contains("within 1 s"), "{endless}");
    // As a step it says the same.
    let (end, bench) = scene.done(scan("cache:*")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(bench.heard(Stream::Out), "cache:a\ncache:b\ncache:c\n");
}

#[tokio::test]
async fn answers_become_values() {
    let scene = Scene::new(Fake::new(), false).await;
    let values = Family::read(&scene.redises, &command(&["LLEN", "exports:pending"]))
        .await
        .unwrap();
    assert_eq!(values["value"], Value::Int(2413));
    let values = Family::read(&scene.redises, &command(&["LRANGE", "x", "0", "1"]))
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

// row: G5
#[tokio::test]
async fn a_password_opens_it_and_is_found_nowhere() {
    let fake = Fake {
        password: Some(CANARY),
        ..Fake::new()
    };
    let scene = Scene::new(fake, true).await;
    let (end, bench) = scene.done(command(&["LEAK"])).await;
    assert_eq!(bench.heard(Stream::Out), "it is •••\n");
    let values = Family::read(&scene.redises, &command(&["LEAK"])).await;
    assert_eq!(values.unwrap()["value"], Value::text("it is •••"));
    let shown = format!("{end:?} {:?} {:?}", bench.told(), bench.plan);
    assert!(!shown.contains("canary"), "{shown}");
}

// row: A21
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
    let now = Family::facts(&scene.redises, &step).await.unwrap();
    assert!(drift(&plan.facts, &now).is_some());
    let bench = Bench::new(plan);
    let end = bench.run(&scene.redises).await;
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
        line: Line::Open,
    };
    let gone = Redises::new([spec(gone, false)], Secrets::default(), None);
    let bench = Bench::new(plan_of(command(&["LPUSH", "a", "b"])));
    let end = bench.run(&gone).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    bench.cancel.cancel();
    let end = bench.run(&scene.redises).await;
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
            line: Line::Open,
        },
        false,
    );
    nowhere.database = None;
    let redises = Redises::new([nowhere], Secrets::default(), None);
    let refusal = look(&redises, &command(&["LLEN", "x"])).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::BadValue { .. }),
        "a database is named: {refusal:?}"
    );
}
