//! The servers: where they are, and how they are started, broken and stopped.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::credentials::{Credentials, write_kubeconfig};

/// Who asks the API server; the rights are in `tests/real/bed/objects/rights.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    Admin,
    Viewer,
    Oncall,
    Nobody,
}

impl User {
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
            Self::Oncall => "oncall",
            Self::Nobody => "nobody",
        }
    }
}

/// Servers that run.
pub struct Bed {
    folder: PathBuf,
    places: BTreeMap<String, serde_json::Value>,
    /// Ours to stop.
    own: bool,
}

fn read(folder: &Path) -> BTreeMap<String, serde_json::Value> {
    let path = folder.join("bed.json");
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Runs to the end and succeeds, or the test fails with what was said.
#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

fn script(name: &str) -> Command {
    Command::new(format!(
        "{}/tests/real/bed/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
}

impl Bed {
    /// The servers of this run.
    pub fn shared() -> Self {
        let folder =
            std::env::var_os("QDBED").expect("QDBED names running servers: use tests/real/run");
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let folder = PathBuf::from(folder);
        Self {
            places: read(&folder),
            folder,
            own: false,
        }
    }

    /// Servers of a test's own: `parts` as `tests/real/bed/up` knows them.
    pub fn alone(name: &str, parts: &[&str]) -> Self {
        Self::alone_with(name, parts, &[])
    }

    /// The same with variables of `up`.
    pub fn alone_with(name: &str, parts: &[&str], variables: &[(&str, &str)]) -> Self {
        let shared = Self::shared();
        let beds = shared.folder.join("beds");
        std::fs::create_dir_all(&beds).unwrap();
        let folder = tempfile::Builder::new()
            .prefix(&format!("{name}-"))
            .tempdir_in(beds)
            .unwrap()
            .keep();
        // Made first: what came up of it is stopped even if not all of it came up.
        let mut bed = Self {
            places: BTreeMap::new(),
            folder,
            own: true,
        };
        let mut up = script("up");
        up.arg(&bed.folder)
            .args(parts)
            .envs(variables.iter().copied());
        succeed(&mut up);
        bed.places = read(&bed.folder);
        bed
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What `bed.json` says, for example `PROMETHEUS_URL`.
    #[track_caller]
    pub fn place(&self, name: &str) -> &str {
        let place = self.places.get(name).and_then(|it| it.as_str());
        let place = place.filter(|it| !it.is_empty());
        place.unwrap_or_else(|| panic!("this bed has no {name}: {:?}", self.places))
    }

    /// Does something to parts: start, stop, kill, freeze, thaw, forget (see `tests/real/bed/part`).
    #[track_caller]
    pub fn part(&self, verb: &str, names: &[&str]) {
        assert!(self.own, "the shared servers are not ours to {verb}");
        succeed(script("part").arg(&self.folder).arg(verb).args(names));
    }

    pub fn kubeconfig(&self, user: User) -> PathBuf {
        self.folder.join("kubeconfig").join(user.name())
    }

    /// A kubeconfig with credentials of the test's own, written into `folder`.
    pub fn kubeconfig_of(&self, credentials: &Credentials, folder: &Path) -> PathBuf {
        let path = folder.join("kubeconfig");
        let authority = self.certificates().join("ca.crt");
        write_kubeconfig(&path, self.place("KUBERNETES_URL"), &authority, credentials);
        path
    }

    /// `ca.crt`, `ca.key` (clients too are signed with it), `server.crt`, `server.key`.
    pub fn certificates(&self) -> PathBuf {
        self.folder.join("certificates")
    }

    pub async fn client(&self, user: User) -> Client {
        client_of(&self.kubeconfig(user)).await
    }

    /// What kubectl prints.
    #[track_caller]
    pub fn kubectl(&self, user: User, arguments: &[&str]) -> String {
        let output = succeed(self.kubectl_command(user).args(arguments));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn kubectl_command(&self, user: User) -> Command {
        let mut command = Command::new(self.place("KUBECTL"));
        command.arg("--kubeconfig").arg(self.kubeconfig(user));
        command
    }

    /// What etcdctl prints, behind the back of the API server.
    #[track_caller]
    pub fn etcdctl(&self, arguments: &[&str]) -> Vec<u8> {
        assert!(self.own, "the shared store is not ours to touch");
        let mut command = Command::new(self.place("CLUSTER"));
        command
            .arg("etcdctl")
            .arg("--endpoints")
            .arg(self.place("ETCD_URL"));
        succeed(command.args(arguments)).stdout
    }

    /// Throws away all of etcd's history: versions that a watch or a page held are gone.
    #[track_caller]
    pub fn compact(&self) {
        assert!(self.own, "the shared servers are not ours to compact");
        let status = self.etcdctl(&["endpoint", "status", "--write-out", "json"]);
        let status: serde_json::Value = serde_json::from_slice(&status).unwrap();
        let revision = status[0]["Status"]["header"]["revision"].as_u64().unwrap();
        self.etcdctl(&["compact", "--physical", &revision.to_string()]);
    }
}

/// A client as a kubeconfig says, without any proxy.
pub async fn client_of(kubeconfig: &Path) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    config.proxy_url = None;
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

impl Drop for Bed {
    fn drop(&mut self) {
        if self.own {
            let down = script("down").arg(&self.folder).status();
            if !std::thread::panicking() && down.is_ok_and(|it| it.success()) {
                // What is left is of use only to find out why a test failed.
                let _ = std::fs::remove_dir_all(&self.folder);
            }
        }
    }
}
