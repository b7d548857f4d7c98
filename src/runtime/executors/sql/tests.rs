//! A small PostgreSQL that gets as far as its door: what it is told before, and what not.

use std::sync::Mutex;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::{
    domain::action::{
        place::{Line, Reached, SecretDelivery, SecretSource, SecretSpec},
        step::StepKind,
    },
    runtime::executors::testing::{look, public_file, sealed},
    trust::testing::Authority,
};

const CANARY: &str = "canary-pg-20c4";

/// What asks whether a line can be sealed.
const SEAL: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Everything a client said, the request to seal apart.
type Heard = Arc<Mutex<Vec<u8>>>;

/// Lets nobody in: it asks for the password as it is, takes it, and says no.
async fn door(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: &Heard, first: &[u8]) {
    heard.lock().unwrap().extend_from_slice(first);
    let mut piece = [0; 1024];
    let Ok(count @ 1..) = stream.read(&mut piece).await else {
        return;
    };
    heard.lock().unwrap().extend_from_slice(&piece[..count]);
    stream.write_all(b"R\0\0\0\x08\0\0\0\x03").await.unwrap();
    stream.flush().await.unwrap();
    if let Ok(count) = stream.read(&mut piece).await {
        heard.lock().unwrap().extend_from_slice(&piece[..count]);
    }
    let said = format!("SFATAL\0VFATAL\0C28P01\0Mno entry for {CANARY}\0\0");
    let size = u32::try_from(said.len() + 4).unwrap().to_be_bytes();
    stream.write_all(b"E").await.unwrap();
    stream.write_all(&size).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

struct Scene {
    heard: Heard,
    port: u16,
    folder: tempfile::TempDir,
    _tasks: JoinSet<()>,
}

impl Scene {
    /// Without an acceptor it says that it seals nothing.
    async fn new(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Heard::default();
        let ears = Arc::clone(&heard);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut first = [0; 8];
                if stream.read_exact(&mut first).await.is_err() {
                    continue;
                }
                if first != SEAL {
                    door(stream, &ears, &first).await;
                    continue;
                }
                stream
                    .write_all(if acceptor.is_some() { b"S" } else { b"N" })
                    .await
                    .unwrap();
                if let Some(acceptor) = &acceptor {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        door(stream, &ears, &[]).await;
                    }
                } else {
                    let mut more = Vec::new();
                    let _ = stream.read_to_end(&mut more).await;
                    ears.lock().unwrap().extend(more);
                }
            }
        });
        Self {
            heard,
            port,
            folder: tempfile::tempdir().unwrap(),
            _tasks: tasks,
        }
    }

    async fn sealed(authority: &Authority, name: &str) -> Self {
        Self::new(Some(TlsAcceptor::from(authority.server(name)))).await
    }

    /// Why a statement is not even looked at.
    async fn refused(&self, line: Line) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join("pg");
        std::fs::write(&path, CANARY).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let secret = SecretSpec {
            name: "pg".to_owned(),
            from: SecretSource::File(path.to_string_lossy().into_owned()),
            deliver: SecretDelivery::Env("PGPASSWORD".to_owned()),
        };
        let spec = ConnectionSpec {
            name: "exports".to_owned(),
            kind: ConnectionKind::Postgres,
            by: Reached::Address {
                host: "127.0.0.1".to_owned(),
                port: Some(self.port),
                line,
            },
            user: Some("export".to_owned()),
            database: Some("exports".to_owned()),
            secret: Some("pg".to_owned()),
        };
        let step = Planned {
            kind: StepKind::Sql {
                connection: "exports".to_owned(),
                database: None,
                text: "UPDATE exports SET status = 'failed'".to_owned(),
                values: [].into(),
                transaction: true,
            },
            limit: Some(2),
            save: None,
            again: None,
            batch: None,
        };
        let databases = Databases::new([spec], Secrets::new([secret], None), None);
        format!("{:?}", look(&databases, &step).await.unwrap_err())
    }

    fn was_told(&self, text: &str) -> bool {
        let heard = self.heard.lock().unwrap();
        heard.windows(text.len()).any(|one| one == text.as_bytes())
    }
}

#[tokio::test]
async fn a_server_that_proves_its_name_is_told_the_password() {
    let authority = Authority::new();
    let scene = Scene::sealed(&authority, "127.0.0.1").await;
    let file = public_file(&scene.folder, "ca.pem", &authority.pem());
    let why = scene.refused(sealed(&file)).await;
    assert!(scene.was_told("export") && scene.was_told(CANARY));
    assert!(why.contains("no entry for •••"), "{why}");
}

#[tokio::test]
async fn a_server_that_does_not_is_told_nothing() {
    let authority = Authority::new();
    let scene = Scene::sealed(&authority, "127.0.0.1").await;
    let other = public_file(&scene.folder, "ca.pem", &Authority::new().pem());
    let why = scene.refused(sealed(&other)).await;
    assert!(why.contains("certificate"), "{why}");
    assert!(!scene.was_told("export"));
    let scene = Scene::sealed(&authority, "primary.db.internal").await;
    let file = public_file(&scene.folder, "ca.pem", &authority.pem());
    let why = scene.refused(sealed(&file)).await;
    assert!(why.contains("certificate"), "it has another name: {why}");
    assert!(!scene.was_told("export"));
}

#[tokio::test]
async fn a_server_that_seals_nothing_is_told_nothing_unless_the_pack_says_so() {
    let scene = Scene::new(None).await;
    let file = public_file(&scene.folder, "ca.pem", &Authority::new().pem());
    let why = scene.refused(sealed(&file)).await;
    assert!(why.contains("TLS"), "{why}");
    assert!(scene.heard.lock().unwrap().is_empty());
    let why = scene.refused(Line::Open).await;
    assert!(why.contains("no entry for •••"), "{why}");
    assert!(scene.was_told(CANARY));
}
