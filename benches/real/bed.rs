//! The servers that are asked: where they are, what they count, and that ours go when we do.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use crate::terminal::Process;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// The context that the kubeconfigs of a bed have.
pub const CONTEXT: &str = "bed";

/// Servers that run.
pub struct Bed {
    folder: PathBuf,
    places: BTreeMap<String, serde_json::Value>,
    own: bool,
}

fn script(name: &str) -> Command {
    Command::new(format!(
        "{}/tests/real/bed/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
}

impl Bed {
    /// One that runs, or one of our own.
    pub fn find(named: Option<&Path>) -> Fallible<Self> {
        let own = named.is_none();
        let folder = match named {
            Some(folder) => folder.to_owned(),
            None => tempfile::Builder::new()
                .prefix("quarterdeck-bench.")
                .tempdir()?
                .keep(),
        };
        let mut bed = Self {
            folder,
            places: BTreeMap::new(),
            own,
        };
        if own {
            bed.watch_over()?;
            let up = script("up").arg(&bed.folder).arg("cluster").status()?;
            if !up.success() {
                return Err("the servers did not come up".into());
            }
        }
        let path = bed.folder.join("bed.json");
        let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
        bed.places = serde_json::from_str(&text)?;
        Ok(bed)
    }

    /// Even a run that is killed leaves no server behind.
    fn watch_over(&self) -> Fallible<()> {
        let line = r#"tail --pid="$1" -f /dev/null; "$2" "$3"; rm -rf "$3""#;
        Command::new("setsid")
            .args(["sh", "-c", line, "watcher"])
            .arg(std::process::id().to_string())
            .arg(script("down").get_program())
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(())
    }

    fn place(&self, name: &str) -> Fallible<&str> {
        let place = self.places.get(name).and_then(|it| it.as_str());
        place.ok_or_else(|| format!("the bed has no {name}").into())
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig/admin")
    }

    pub fn kubectl(&self) -> Fallible<&str> {
        self.place("KUBECTL")
    }

    pub fn etcd(&self) -> Fallible<&str> {
        self.place("ETCD_URL")
    }

    /// `127.0.0.1` and the port of the API server.
    pub fn address(&self) -> Fallible<&str> {
        let url = self.place("KUBERNETES_URL")?;
        url.strip_prefix("https://")
            .ok_or_else(|| "the API server has no https address".into())
    }

    pub fn server(&self) -> Fallible<Process> {
        let pid = fs::read_to_string(self.folder.join("parts/apiserver/pid"))?;
        let pid = pid.split_whitespace().next().unwrap_or_default();
        Ok(Process(pid.parse()?))
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if self.own {
            let down = script("down").arg(&self.folder).status();
            if down.is_ok_and(|status| status.success()) {
                let _ = fs::remove_dir_all(&self.folder);
            }
        }
    }
}

/// A client of a bed, as its admin.
pub async fn client(kubeconfig: &Path) -> Fallible<Client> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig)?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

/// What the API server counts of itself.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Lists of pods it has answered so far.
    pub lists: f64,
    /// Changes of the status of pods so far.
    pub changes: f64,
    /// Watches that are open now.
    pub watches: f64,
}

impl Counts {
    pub async fn of(client: &Client) -> Fallible<Self> {
        let text = client
            .request_text(http::Request::get("/metrics").body(Vec::new())?)
            .await?;
        let sum = |name: &str, labels: &[&str]| -> f64 {
            let lines = text.lines().filter_map(|line| line.strip_prefix(name));
            let lines = lines.filter(|line| labels.iter().all(|label| line.contains(label)));
            lines
                .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
                .sum()
        };
        Ok(Self {
            lists: sum(
                "apiserver_request_total{",
                &[r#"resource="pods""#, r#"verb="LIST""#, r#"subresource="""#],
            ),
            changes: sum(
                "apiserver_request_total{",
                &[r#"resource="pods""#, r#"verb="PATCH""#, r#"code="200""#],
            ),
            watches: sum("apiserver_longrunning_requests{", &[r#"verb="WATCH""#]),
        })
    }
}
