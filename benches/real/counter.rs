//! A door to the API server that counts what comes through.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream, tcp},
    runtime::Handle,
    task::JoinSet,
};

/// Passes connections on, and counts the bytes that the server sends. Dropping closes them.
pub struct Counter {
    bytes: Arc<AtomicU64>,
    _doors: JoinSet<()>,
    _folder: tempfile::TempDir,
    kubeconfig: std::path::PathBuf,
}

impl Counter {
    /// Before the server at `address`, with a kubeconfig that leads through it.
    pub fn open(kubeconfig: &Path, address: &str, runtime: &Handle) -> io::Result<Self> {
        let bytes = Arc::new(AtomicU64::new(0));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let ours = listener.local_addr()?.to_string();
        let mut doors = JoinSet::new();
        let server = address.to_owned();
        doors.spawn_on(serve(listener, server, Arc::clone(&bytes)), runtime);
        let folder = tempfile::tempdir()?;
        let text = fs::read_to_string(kubeconfig)?.replace(address, &ours);
        let path = folder.path().join("kubeconfig");
        fs::write(&path, text)?;
        Ok(Self {
            bytes,
            _doors: doors,
            _folder: folder,
            kubeconfig: path,
        })
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// What the server has sent so far, as it travels: encrypted and compressed.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, server: String, bytes: Arc<AtomicU64>) {
    let mut under_way = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (server, bytes) = (server.clone(), Arc::clone(&bytes));
        under_way.spawn(async move {
            // A connection that breaks is the business of the two at its ends.
            let _ended = pass(client, &server, &bytes).await;
        });
        while under_way.try_join_next().is_some() {}
    }
}

async fn pass(client: TcpStream, server: &str, bytes: &AtomicU64) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let up = async {
        let copied = copy(&mut from_client, &mut to_server).await;
        to_server.shutdown().await?;
        copied
    };
    let (up, down) = futures::join!(up, count(from_server, to_client, bytes));
    up?;
    down
}

async fn count(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    bytes: &AtomicU64,
) -> io::Result<()> {
    let mut buffer = vec![0; 65_536];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        bytes.fetch_add(count as u64, Ordering::Relaxed);
        to.write_all(&buffer[..count]).await?;
    }
}
