//! PostgreSQL and Redis of a test's own: started, killed and started again, gone with the test.

use std::{
    fs,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use super::{bed::Bed, wait::wait_until};

/// A port nobody listens at.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Who owns what a server that must not be root has; `None` where nobody is root.
fn nobody() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let known = fs::read_to_string("/etc/passwd").unwrap();
    let line = known.lines().find(|line| line.starts_with("nobody:"));
    let mut ids = line
        .unwrap()
        .split(':')
        .skip(2)
        .map(|id| id.parse().unwrap());
    Some((ids.next().unwrap(), ids.next().unwrap()))
}

#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The folder of the server's programs, and that of their libraries where they are not the system's.
fn programs(bed: &Bed) -> (PathBuf, Option<PathBuf>) {
    let copy = bed.folder().join("postgresql");
    let of = |root: &Path| -> Option<PathBuf> {
        let versions = fs::read_dir(root.join("usr/lib/postgresql")).ok()?;
        let mut folders = versions.flatten().map(|it| it.path().join("bin"));
        folders.find(|bin| bin.join("postgres").exists())
    };
    if let Some(bin) = of(Path::new("/")) {
        return (bin, None);
    }
    let bin = of(&copy).expect("a bed with PostgreSQL has its programs");
    let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    (bin, Some(copy.join(libraries)))
}

/// A PostgreSQL whose administrator is `admin`, whom it asks for no password.
pub struct Postgres {
    pub port: u16,
    bin: PathBuf,
    libraries: Option<PathBuf>,
    folder: tempfile::TempDir,
    child: Mutex<Option<Child>>,
}

impl Postgres {
    /// A new one with a database of this name.
    pub fn with_database(bed: &Bed, name: &str) -> Self {
        let server = Self::empty(bed);
        let data = server.data();
        let mut init = server.program("initdb");
        init.args(["-U", "admin", "-A", "trust", "-E", "UTF8", "--locale", "C"]);
        succeed(init.args(["--no-sync", "-D"]).arg(&data));
        server.start();
        server.psql("postgres", &format!("CREATE DATABASE {name}"));
        server
    }

    /// One that follows another.
    pub fn standby_of(bed: &Bed, primary: &Self) -> Self {
        let server = Self::empty(bed);
        let data = server.data();
        let mut copy = server.program("pg_basebackup");
        copy.args(["-h", "127.0.0.1", "-U", "admin", "-p"]);
        copy.args([&primary.port.to_string(), "-X", "stream", "-R"]);
        succeed(copy.args(["-c", "fast", "--no-sync", "-D"]).arg(&data));
        server.start();
        server
    }

    fn empty(bed: &Bed) -> Self {
        let folder = tempfile::tempdir_in(bed.folder().join("data")).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let (bin, libraries) = programs(bed);
        let server = Self {
            port: free_port(),
            bin,
            libraries,
            folder,
            child: Mutex::default(),
        };
        fs::create_dir(server.data()).unwrap();
        fs::set_permissions(server.data(), fs::Permissions::from_mode(0o700)).unwrap();
        if let Some((uid, gid)) = nobody() {
            chown(server.data(), Some(uid), Some(gid)).unwrap();
        }
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of its programs, run as who may run the server.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir("/").stdin(Stdio::null());
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        if let Some((uid, gid)) = nobody() {
            command.gid(gid).uid(uid);
        }
        command
    }

    /// The line that runs one of its programs against this server, for a script.
    pub fn line(&self, name: &str) -> String {
        let libraries = self.libraries.as_ref();
        let before = libraries.map(|it| format!("LD_LIBRARY_PATH={} ", it.display()));
        format!(
            "{}{} -h 127.0.0.1 -p {}",
            before.unwrap_or_default(),
            self.bin.join(name).display(),
            self.port
        )
    }

    /// Starts it, and waits until it answers.
    pub fn start(&self) {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data());
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        for setting in [
            "fsync=off",
            "unix_socket_directories=",
            "shared_preload_libraries=pg_stat_statements",
        ] {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
        wait_until("a PostgreSQL that answers", || {
            let mut ready = self.program("pg_isready");
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status().unwrap().success() {
                Ok(())
            } else {
                Err(fs::read_to_string(self.folder.path().join("log")))
            }
        });
    }

    /// It is gone at once, as when its host is.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            // QUIT: its children go with it.
            let pid = child.id().to_string();
            let _ = Command::new("kill").args(["-QUIT", &pid]).status();
            let _ = child.wait();
        }
    }

    /// What the administrator is answered in a database.
    #[track_caller]
    pub fn psql(&self, database: &str, text: &str) -> String {
        let mut command = self.program("psql");
        command.args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1"]);
        command.args([
            "-h",
            "127.0.0.1",
            "-U",
            "admin",
            "-p",
            &self.port.to_string(),
        ]);
        let said = succeed(command.args(["-d", database, "-c", text]));
        said.trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A Redis that keeps what it is told, behind a password.
pub struct Redis {
    pub port: u16,
    pub password: String,
    bin: PathBuf,
    folder: tempfile::TempDir,
    child: Mutex<Option<Child>>,
}

impl Redis {
    pub fn with_password(bed: &Bed, password: &str) -> Self {
        let server = Self {
            port: free_port(),
            password: password.to_owned(),
            bin: PathBuf::from(bed.place("DEBIAN")),
            folder: tempfile::tempdir().unwrap(),
            child: Mutex::default(),
        };
        server.start();
        server
    }

    /// Starts it, and waits until it answers.
    pub fn start(&self) {
        let mut command = Command::new(self.bin.join("redis-server"));
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string()]);
        command.args(["--requirepass", &self.password, "--appendonly", "yes"]);
        command.args(["--save", "3600 1", "--daemonize", "no", "--dir"]);
        command.arg(self.folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
        wait_until("a Redis that answers", || match &*self.ask(&["PING"]) {
            "PONG" => Ok(()),
            other => Err(other.to_owned()),
        });
    }

    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// What it says to who has the password.
    pub fn ask(&self, words: &[&str]) -> String {
        let mut command = Command::new(self.bin.join("redis-cli"));
        command.env("REDISCLI_AUTH", &self.password);
        command.args(["-p", &self.port.to_string()]).args(words);
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
