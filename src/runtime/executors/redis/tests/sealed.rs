//! The same on a line that is sealed.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rustls::ServerConfig;

use super::*;
use crate::{
    runtime::executors::testing::{public_file, sealed},
    trust::testing::Authority,
};

/// A sealed Redis, and a way to it on some line.
struct Sealed {
    fake: Fake,
    port: u16,
    folder: tempfile::TempDir,
    _tasks: JoinSet<()>,
}

impl Sealed {
    async fn new(config: Arc<ServerConfig>) -> Self {
        let fake = Fake {
            password: Some(CANARY),
            ..Fake::new()
        };
        let mut tasks = JoinSet::new();
        Self {
            port: fake.clone().serve_on(&mut tasks, Some(config)).await,
            fake,
            folder: tempfile::tempdir().unwrap(),
            _tasks: tasks,
        }
    }

    fn redises(&self, line: Line) -> Redises {
        let by = Reached::Address {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            line,
        };
        Redises::new([spec(by, true)], secrets(&self.folder), None)
    }

    /// Why it is not even looked at; nothing was said to it.
    async fn refused(&self, line: Line) -> String {
        let refusal = look(&self.redises(line), &command(&["LLEN", "x"])).await;
        assert!(self.fake.heard.lock().unwrap().is_empty());
        format!("{:?}", refusal.unwrap_err())
    }
}

fn others(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
}

#[tokio::test]
async fn a_server_that_proves_its_name_is_spoken_to() {
    let authority = Authority::new();
    let server = Sealed::new(authority.server("127.0.0.1")).await;
    let file = public_file(&server.folder, "ca.pem", &authority.pem());
    let step = command(&["LPUSH", "exports:pending", "a"]);
    let (end, _) = done(&server.redises(sealed(&file)), step).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(1)),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_server_that_does_not_is_told_nothing() {
    let authority = Authority::new();
    let server = Sealed::new(authority.server("127.0.0.1")).await;
    let other = public_file(&server.folder, "other.pem", &Authority::new().pem());
    let why = server.refused(sealed(&other)).await;
    assert!(
        why.contains("TLS: ") && why.contains("certificate"),
        "{why}"
    );
    let named = Sealed::new(authority.server("redis.internal")).await;
    let file = public_file(&named.folder, "ca.pem", &authority.pem());
    let why = named.refused(sealed(&file)).await;
    assert!(why.contains("certificate"), "it has another name: {why}");
}

#[tokio::test]
async fn authorities_that_others_may_change_are_none() {
    let authority = Authority::new();
    let server = Sealed::new(authority.server("127.0.0.1")).await;
    let file = public_file(&server.folder, "ca.pem", &authority.pem());
    others(&file);
    let why = server.refused(sealed(&file)).await;
    assert!(
        why.contains("chmod go-w") && why.contains("connection exports"),
        "{why}"
    );
    let empty = public_file(&server.folder, "empty.pem", "nothing\n");
    let why = server.refused(sealed(&empty)).await;
    assert!(why.contains("no certificate"), "{why}");
}

#[tokio::test]
async fn a_server_that_is_not_sealed_is_told_nothing_either() {
    let fake = Fake {
        password: Some(CANARY),
        ..Fake::new()
    };
    let mut tasks = JoinSet::new();
    let folder = tempfile::tempdir().unwrap();
    let file = public_file(&folder, "ca.pem", &Authority::new().pem());
    let by = Reached::Address {
        host: "127.0.0.1".to_owned(),
        port: Some(fake.clone().serve(&mut tasks).await),
        line: sealed(&file),
    };
    let redises = Redises::new([spec(by, true)], secrets(&folder), None);
    let refusal = look(&redises, &command(&["LLEN", "x"])).await;
    assert!(
        matches!(refusal, Err(Refusal::Unreadable { .. })),
        "{refusal:?}"
    );
    assert!(fake.heard.lock().unwrap().is_empty());
}
