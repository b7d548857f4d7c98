//! The embedded cluster in a process of its own, and a hand on it.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, Config,
    api::{Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::json;

use crate::terminal::{Process, now};

/// `demo --serve` in the background. Dropping ends it.
pub struct Cluster {
    child: Child,
    folder: PathBuf,
}

impl Cluster {
    /// Starts it and waits until it answers.
    pub fn start(program: &str, folder: &Path, args: &[&str]) -> io::Result<Self> {
        let child = Command::new(program)
            .arg("demo")
            .args(args)
            .arg("--serve")
            .arg(folder)
            .env("HOME", folder)
            .stdout(Stdio::null())
            .spawn()?;
        let cluster = Self {
            child,
            folder: folder.to_owned(),
        };
        let end = now() + Duration::from_secs(60);
        // The configuration is the last thing it writes.
        while !cluster.config().exists() {
            if now() > end {
                return Err(io::Error::other("the embedded cluster did not come up"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(cluster)
    }

    pub fn config(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    pub fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A pod of ours that stands first in every list, whose STATUS can be set.
pub struct Marked {
    runtime: tokio::runtime::Runtime,
    pods: Api<Pod>,
}

const NAME: &str = "aaa-marked";

impl Marked {
    pub fn create(cluster: &Cluster) -> Result<Self, Box<dyn std::error::Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let kubeconfig = Kubeconfig::read_from(cluster.folder.join("kubeconfig"))?;
        let pods: Api<Pod> = runtime.block_on(async {
            let config =
                Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
            let namespace = config.default_namespace.clone();
            let client = Client::try_from(config)?;
            let pods: Api<Pod> = Api::namespaced(client, &namespace);
            let pod = serde_json::from_value(json!({
                "metadata": { "name": NAME },
                "spec": { "containers": [{ "name": "only", "image": "registry.example.org/marked:1" }] },
            }))?;
            pods.create(&PostParams::default(), &pod).await?;
            Ok::<_, Box<dyn std::error::Error>>(pods)
        })?;
        Ok(Self { runtime, pods })
    }

    /// Sets its STATUS; gives the moment before the request was sent.
    pub fn mark(&self, word: &str) -> Result<Instant, kube::Error> {
        let patch =
            json!({ "status": { "phase": "Failed", "reason": word, "containerStatuses": null } });
        let sent = now();
        self.runtime.block_on(self.pods.patch_status(
            NAME,
            &PatchParams::default(),
            &Patch::Merge(&patch),
        ))?;
        Ok(sent)
    }
}
