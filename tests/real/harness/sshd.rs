//! An sshd of a test's own on loopback, with keys and a configuration of its own; it ends with its test.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command},
};

use quarterdeck::domain::action::place::PlaceSpec;

use super::{Bed, wait::wait_until};

/// As root it wants a user of its own and a folder below `/run`: it gets both where nobody else sees them.
const ALONE: &str = r#"
d=$1; shift
cp /etc/passwd "$d/passwd"
grep -q '^sshd:' "$d/passwd" || echo 'sshd:x:74:65534::/run/sshd:/usr/sbin/nologin' >>"$d/passwd"
mount --bind "$d/passwd" /etc/passwd || exit 1
mount -t tmpfs -o mode=755 tmpfs /run || exit 1
mkdir /run/sshd || exit 1
exec "$@"
"#;

pub struct Sshd {
    child: Child,
    folder: tempfile::TempDir,
    user: String,
}

impl Sshd {
    pub fn start(bed: &Bed) -> Self {
        let programs = PathBuf::from(bed.place("DEBIAN"));
        for name in ["sshd", "ssh-keygen"] {
            let program = programs.join(name);
            assert!(
                program.exists(),
                "{} is missing: tests/real/bed/get unpacks it (Debian's openssh-server)",
                program.display()
            );
        }
        assert!(
            Path::new("/usr/bin/ssh").exists(),
            "/usr/bin/ssh is missing (Debian's openssh-client)"
        );
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let user = output(Command::new("id").arg("-un"));
        for key in ["host", "own", "other"] {
            output(
                Command::new(programs.join("ssh-keygen"))
                    .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                    .arg(folder.path().join(key)),
            );
        }
        let at = |name: &str| folder.path().join(name).display().to_string();
        fs::copy(at("own.pub"), at("authorized")).unwrap();
        fs::write(
            at("sshd_config"),
            format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nPasswordAuthentication no\nStrictModes no\n",
                at("host"),
                at("authorized")
            ),
        )
        .unwrap();
        let mut words = Vec::new();
        if user == "root" {
            fs::write(at("alone"), ALONE).unwrap();
            words.extend(["unshare", "-m", "sh"].map(str::to_owned));
            words.extend([at("alone"), folder.path().display().to_string()]);
        }
        words.push(programs.join("sshd").display().to_string());
        words.extend(["-D", "-e", "-f"].map(str::to_owned));
        words.push(at("sshd_config"));
        let child = Command::new(&words[0])
            .args(&words[1..])
            .stderr(File::create(at("log")).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut sshd = Self {
            child,
            folder,
            user,
        };
        wait_until("sshd", || {
            let gone = sshd.child.try_wait().unwrap();
            assert!(gone.is_none(), "sshd ended: {}", sshd.log());
            TcpStream::connect(("127.0.0.1", port)).map(drop)
        });
        sshd.trust("config", port, "host");
        sshd.trust("stranger", port, "other");
        sshd
    }

    /// Settings of ssh by which this host is the one of that key.
    fn trust(&self, name: &str, port: u16, key: &str) {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let public = fs::read_to_string(at(&format!("{key}.pub"))).unwrap();
        fs::write(
            at(&format!("{name}-known")),
            format!("[127.0.0.1]:{port} {public}"),
        )
        .unwrap();
        fs::write(
            at(name),
            format!(
                "Port {port}\nIdentityFile {}\nIdentitiesOnly yes\nUserKnownHostsFile {}\nGlobalKnownHostsFile none\n",
                at("own"),
                at(&format!("{name}-known"))
            ),
        )
        .unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A place there, in this folder.
    pub fn place(&self, name: &str, folder: &Path) -> PlaceSpec {
        self.place_by(name, folder, "config")
    }

    /// The same, where ssh knows another host of that name.
    pub fn strange_place(&self, name: &str, folder: &Path) -> PlaceSpec {
        self.place_by(name, folder, "stranger")
    }

    fn place_by(&self, name: &str, folder: &Path, config: &str) -> PlaceSpec {
        PlaceSpec {
            name: name.to_owned(),
            ssh: Some(format!("{}@127.0.0.1", self.user)),
            ssh_config: Some(self.folder.path().join(config).display().to_string()),
            cwd: Some(folder.display().to_string()),
            ..PlaceSpec::default()
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.child);
        let _ended = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        let _gone = self.child.wait();
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
