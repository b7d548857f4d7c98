//! The service as others see it: HTTP on a port of this host, whose answers a test says by files.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Answers `/health` with what the file `health` says (200 without one), and `/api/test` with 200 to whom the file `taken`
/// names a key of.
pub struct Api {
    pub port: u16,
    gone: Arc<AtomicBool>,
    seen: Arc<AtomicBool>,
}

impl Api {
    pub fn of(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (gone, seen) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        let api = Self {
            port,
            gone: Arc::clone(&gone),
            seen: Arc::clone(&seen),
        };
        let folder = folder.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if gone.load(Ordering::SeqCst) {
                    return;
                }
                if answer(&folder, &stream.unwrap()) {
                    seen.store(true, Ordering::SeqCst);
                }
            }
        });
        api
    }

    /// Whether a key stood in the arguments of any program while it asked.
    pub fn saw_a_key(&self) -> bool {
        self.seen.load(Ordering::SeqCst)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Answers one request; tells whether the key it came with could be seen by whoever lists the processes.
fn answer(folder: &Path, mut stream: &TcpStream) -> bool {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let asked = lines.next().unwrap_or_default();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let key = headers
        .iter()
        .find_map(|line| line.strip_prefix("Authorization: Bearer "));
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let status = if asked.starts_with("GET /health ") {
        let said = text("health");
        said.trim().parse().unwrap_or(200)
    } else if key.is_some_and(|key| text("taken").lines().any(|it| it == key)) {
        200
    } else {
        401
    };
    let seen = key.is_some_and(listed);
    let told = format!("HTTP/1.1 {status} so\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let _left = stream.write_all(told.as_bytes());
    seen
}

/// Whether a text stands in the arguments of a process.
fn listed(text: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().map_while(Result::ok);
    let arguments: Vec<PathBuf> = processes.map(|it| it.path().join("cmdline")).collect();
    let holds = |path: &PathBuf| {
        let said = fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&said).contains(text)
    };
    arguments.iter().any(holds)
}
