//! Somebody at a bastion: a user of this machine, somebody to the API server, and a home.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    bed::{Bed, User},
    credentials::{Credentials, write_kubeconfig},
    space::Space,
    terminal::Session,
    wait::until,
};

/// What came of a call.
#[derive(Debug)]
pub struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Told {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }
}

/// A person. Whoever has a uid of their own needs this process to be root.
pub struct Person {
    pub name: String,
    /// `None`: whoever runs the tests.
    pub uid: Option<u32>,
    folder: TempDir,
    pub variables: BTreeMap<String, String>,
    /// The name of the host they sit at.
    host: String,
    /// The process whose mounts theirs are, where that is another.
    pub(super) within: Option<u32>,
}

/// Puts a process of root's at a host of another name, with what a folder holds laid over `/etc`, as another user.
const ELSEWHERE: &str = r#"
echo "$1" >/proc/sys/kernel/hostname
mount -t overlay overlay -o "lowerdir=$2:/etc" /etc
uid=$3
shift 3
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"
"#;

/// The program where any user may run it: the checkout may be where others can't pass.
fn program(bed: &Bed) -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let copied = PROGRAM.get_or_init(|| {
        let path = bed.folder().join("quarterdeck");
        let draft = bed
            .folder()
            .join(format!("quarterdeck.{}", std::process::id()));
        let _ = fs::remove_file(&draft);
        let from = env!("CARGO_BIN_EXE_quarterdeck");
        fs::copy(from, &draft).unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(draft, &path).unwrap();
        path
    });
    copied.clone()
}

impl Person {
    /// Somebody with rights of the API server's `role` in the namespace of a space, for as long as that lives. `uid`s of
    /// others' own are what only root may take.
    pub fn in_space(space: &Space<'_>, name: &str, uid: Option<u32>, role: &str) -> Self {
        let bed = space.bed;
        // Nobody of another test is the same.
        let name = format!("{name}-of-{}", space.name);
        bed.kubectl(
            User::Admin,
            &[
                "-n",
                &space.name,
                "create",
                "rolebinding",
                &name,
                &format!("--clusterrole={role}"),
                &format!("--user={name}"),
            ],
        );
        let person = Self::new(bed, &name, uid);
        person.config(&format!(
            "namespaces = [\"{}\"]\ndiscover = \"off\"\n",
            space.name
        ));
        person
    }

    /// Somebody the API server knows by a client certificate, and who may do nothing yet.
    pub fn new(bed: &Bed, name: &str, uid: Option<u32>) -> Self {
        if uid.is_some() {
            assert!(
                rustix::process::geteuid().is_root(),
                "a second user of this machine needs root: `tests/real/run` says so and leaves these tests out"
            );
        }
        let homes = bed.folder().join("homes");
        fs::create_dir_all(&homes).unwrap();
        fs::set_permissions(&homes, fs::Permissions::from_mode(0o711)).unwrap();
        let folder = tempfile::tempdir_in(homes).unwrap();
        let mut person = Self {
            name: name.to_owned(),
            uid,
            folder,
            variables: BTreeMap::new(),
            host: format!("bastion-of-{name}"),
            within: None,
        };
        // Of root, as all in /etc.
        fs::create_dir_all(person.at("etc/quarterdeck")).unwrap();
        if let Some(uid) = uid {
            // Programs that ask who they run as get an answer.
            let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
            let home = person.at("home");
            let entry = format!("u{uid}:x:{uid}:{uid}::{}:/bin/sh\n", home.display());
            fs::write(person.at("etc/passwd"), known + &entry).unwrap();
        }
        person.own(person.path());
        for (variable, below) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CACHE_HOME", "cache"),
            ("TMPDIR", "tmp"),
        ] {
            let path = person.at(below);
            fs::create_dir(&path).unwrap();
            person.own(&path);
            let path = path.to_str().unwrap().to_owned();
            person.variables.insert(variable.to_owned(), path);
        }
        let path = format!("{}:/usr/bin:/bin", bed.folder().join("bin").display());
        for (variable, value) in [
            ("PATH", path.as_str()),
            ("LANG", "en_GB.UTF-8"),
            ("TZ", "UTC"),
            ("TERM", "xterm-256color"),
        ] {
            person
                .variables
                .insert(variable.to_owned(), value.to_owned());
        }
        let who = Credentials::certificate(bed, name, &[], Duration::from_secs(3_600));
        let authority = person.write(
            "ca.crt",
            &fs::read_to_string(bed.certificates().join("ca.crt")).unwrap(),
        );
        let kubeconfig = person.at("kubeconfig");
        write_kubeconfig(&kubeconfig, bed.place("KUBERNETES_URL"), &authority, &who);
        person.own(&kubeconfig);
        let kubeconfig = kubeconfig.to_str().unwrap().to_owned();
        person.variables.insert("KUBECONFIG".to_owned(), kubeconfig);
        let program = program(bed).to_str().unwrap().to_owned();
        person.variables.insert("PROGRAM".to_owned(), program);
        person
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, below: &str) -> PathBuf {
        self.path().join(below)
    }

    pub fn program(&self) -> &str {
        &self.variables["PROGRAM"]
    }

    fn own(&self, path: &Path) {
        if let Some(uid) = self.uid {
            chown(path, Some(uid), Some(uid)).unwrap();
        }
    }

    /// A file of theirs that nobody else reads.
    pub fn write(&self, below: &str, text: &str) -> PathBuf {
        let path = self.at(below);
        let mut folder = PathBuf::new();
        for part in Path::new(below).parent().into_iter().flatten() {
            folder.push(part);
            let folder = self.at(folder.to_str().unwrap());
            if fs::create_dir(&folder).is_ok() {
                self.own(&folder);
            }
        }
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.own(&path);
        path
    }

    /// Their `config.toml`, instead of what it was.
    pub fn config(&self, text: &str) {
        self.write("config/quarterdeck/config.toml", text);
    }

    /// A pack of their own, of one file each.
    pub fn pack(&self, id: &str, files: &[(&str, &str)]) {
        for (name, text) in files {
            self.write(&format!("config/quarterdeck/packs/{id}/{name}"), text);
        }
    }

    /// The policy of the host they sit at, which is root's.
    pub fn policy(&self, text: &str) {
        assert!(
            self.uid.is_some(),
            "only who has a host of their own has a policy of their own"
        );
        self.etc("policy.toml", text);
    }

    /// A file in `/etc/quarterdeck` of the host they sit at, which is root's; where it is, for the policy.
    pub fn etc(&self, name: &str, text: &str) -> String {
        fs::write(self.at("etc/quarterdeck").join(name), text).unwrap();
        format!("/etc/quarterdeck/{name}")
    }

    /// The words that start the program as this person, at the host they sit at.
    pub fn words(&self, arguments: &[&str]) -> Vec<String> {
        self.words_of(self.program(), arguments)
    }

    fn words_of(&self, program: &str, arguments: &[&str]) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(pid) = self.within {
            let mounts = format!("--mount=/proc/{pid}/ns/mnt");
            words.extend(["/usr/bin/nsenter".to_owned(), mounts, "--".to_owned()]);
        }
        if let Some(uid) = self.uid {
            let etc = self.at("etc").to_str().unwrap().to_owned();
            let before = [
                "/usr/bin/unshare",
                "--mount",
                "--uts",
                "/bin/sh",
                "-ec",
                ELSEWHERE,
                "sh",
            ];
            words.extend(before.map(str::to_owned));
            words.extend([self.host.clone(), etc, uid.to_string()]);
        }
        words.push(program.to_owned());
        words.extend(arguments.iter().map(|it| (*it).to_owned()));
        words
    }

    /// The program, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(self.program(), arguments)
    }

    fn command_of(&self, program: &str, arguments: &[&str]) -> Command {
        let words = self.words_of(program, arguments);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A call to its end, with something on its standard input.
    pub async fn call(&self, arguments: &[&str], given: &str) -> Told {
        self.called(self.command(arguments), given).await
    }

    /// The same in which the process that acts waits, or dies, at a boundary (`FAILPOINTS`).
    pub async fn call_at(&self, points: &str, arguments: &[&str], given: &str) -> Told {
        let mut command = self.command(arguments);
        command.env("FAILPOINTS", points);
        self.called(command, given).await
    }

    /// What they type into a shell.
    pub async fn shell(&self, script: &str) -> Told {
        self.called(self.command_of("/bin/sh", &["-ec", script]), "")
            .await
    }

    async fn called(&self, mut command: Command, given: &str) -> Told {
        let given = given.to_owned();
        let called = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // One that refuses at once does not listen any more.
            let _ = child.stdin.take().unwrap().write_all(given.as_bytes());
            child.wait_with_output().unwrap()
        });
        Told::of(called.await.unwrap())
    }

    /// Plans and confirms at once, without a terminal.
    pub async fn act(&self, action: &[&str]) -> Told {
        self.act_at("", action).await
    }

    /// The same with a boundary at which the runner waits.
    pub async fn act_at(&self, points: &str, action: &[&str]) -> Told {
        let arguments = [&["run"], action, &["--plan", "--json"]].concat();
        let planned = self.call(&arguments, "").await;
        if planned.code != Some(0) {
            return planned;
        }
        let challenge = planned.json()["challenge"].as_str().unwrap().to_owned();
        let arguments = [&["run"], action, &["--confirm", "-"]].concat();
        self.call_at(points, &arguments, &challenge).await
    }

    /// Their runs as they see them, those of others where the ledger is shared among them.
    pub async fn runs(&self) -> Vec<Value> {
        let told = self.call(&["runs", "--json"], "").await;
        if told.out.is_empty() {
            return Vec::new();
        }
        told.json()["items"].as_array().unwrap().clone()
    }

    /// The first of their runs of which this holds, as soon as one is.
    pub async fn run_when(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        until(what, async || {
            let runs = self.runs().await;
            runs.iter().find(|run| so(run)).cloned().ok_or(runs)
        })
        .await
    }

    /// Their ledger's entries as `journal export` gives them.
    pub async fn exported(&self) -> String {
        let told = self.call(&["journal", "export"], "").await;
        assert_eq!(told.code, Some(0), "{told:?}");
        told.out
    }

    /// The program at a terminal of theirs.
    pub fn session(&self, arguments: &[&str]) -> Session {
        Session::start(self, arguments)
    }
}

/// Sends a signal to the process that does a run.
pub fn signal(run: &Value, name: &str) {
    let pid = run["owner"]["pid"].as_i64().unwrap().to_string();
    let sent = Command::new("kill").args([name, &pid]).status();
    assert!(sent.unwrap().success());
}
